"""What the map shows above its ground, made from the desk's rows and kept while they are the same.

A key press draws a frame, and with 10,000 alerts the markers would take longer than the map.
"""

from __future__ import annotations

from meshdefense_tui.desk import Desk
from meshdefense_tui.map.geometry import east_north
from meshdefense_tui.map.markers import alert_markers, patrol_markers
from meshdefense_tui.map.scene import Marker, Trail

__all__ = ["MapContents"]


class MapContents:
    """Markers and trails of one map."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._markers: tuple[object, tuple[Marker, ...]] | None = None
        self._trails: tuple[object, tuple[Trail, ...]] | None = None

    def forget(self) -> None:
        """Drop them: the screen is locked."""
        self._markers = self._trails = None

    def markers(self, *, ages: bool) -> tuple[Marker, ...]:
        """Patrols below alerts, the pin above all; made anew once a second at most."""
        desk, model, look = self._desk, self._desk.model, self._desk.look
        origin, now = model.origin, desk.now
        if origin is None:
            return ()
        key = (model.epoch, model.revision, int(now), desk.selected, desk.pin, look, ages)
        if self._markers is not None and self._markers[0] == key:
            return self._markers[1]
        patrols = model.patrols_in_order(now)
        desk.trails.note(patrols, now)
        found = patrol_markers(patrols, origin, look, now=now, ages=ages)
        found += alert_markers(
            model.alerts.values(), origin, look, now=now, selected=desk.selected, ages=ages
        )
        if (pin := desk.pin) is not None:
            label = pin.label or look.say("map_pin")
            found.append(Marker(pin.east, pin.north, look.glyphs.times, label, "key", counts=False))
        self._markers = (key, tuple(found))
        return self._markers[1]

    def trails(self) -> tuple[Trail, ...]:
        """Where patrols were, in metres east and north."""
        trails, origin = self._desk.trails, self._desk.model.origin
        if origin is None:
            return ()
        lat, lon = origin["lat"], origin["lon"]
        key = (trails.revision, lat, lon)
        if self._trails is None or self._trails[0] != key:
            ways = trails.all().values()
            found = tuple(tuple(east_north(lat, lon, y, x) for _, y, x in way) for way in ways)
            self._trails = (key, found)
        return self._trails[1]
