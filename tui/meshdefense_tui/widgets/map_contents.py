"""What the map shows above its ground, made from the desk's rows and kept while they are the same.

A key press draws a frame, and with 10,000 alerts the markers would take longer than the map.
"""

from __future__ import annotations

from typing import Final

from meshdefense.api.schema import AlertRow, PlaceRow
from meshdefense_tui.desk import Desk
from meshdefense_tui.map.geometry import east_north
from meshdefense_tui.map.markers import alert_markers, patrol_markers
from meshdefense_tui.map.scene import Marker, Trail
from meshdefense_tui.model import ENDED_STATES

__all__ = ["MapContents"]

_AGES_S: Final = 5
"""Seconds for which a marker is kept: its age is in minutes."""


class MapContents:
    """Markers and trails of one map."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._markers: tuple[object, tuple[Marker, ...]] | None = None
        self._trails: tuple[object, tuple[Trail, ...]] | None = None
        self._alerts: dict[str, tuple[AlertRow, Marker]] = {}
        """By id: the row that the marker was made of, which a changed row is not."""
        self._alerts_for: object = None

    def forget(self) -> None:
        """Drop them: the screen is locked."""
        self._markers = self._trails = None
        self._alerts.clear()

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
        found += self._alert_markers(origin, ages=ages)
        if (pin := desk.pin) is not None:
            label = pin.label or look.say("map_pin")
            found.append(Marker(pin.east, pin.north, look.glyphs.times, label, "key", counts=False))
        self._markers = (key, tuple(found))
        return self._markers[1]

    def _alert_markers(self, origin: PlaceRow, *, ages: bool) -> list[Marker]:
        """Open alerts and the selected one, as `alert_markers` would make them all at once."""
        desk, now = self._desk, self._desk.now
        look, selected = desk.look, desk.selected
        # all anew every few seconds, since ages and ends are in them
        wanted = (int(now) // _AGES_S, look, ages, origin["lat"], origin["lon"])
        if wanted != self._alerts_for:
            self._alerts_for = wanted
            self._alerts.clear()
        kept = self._alerts
        found: list[Marker] = []
        top: list[Marker] = []
        shown = desk.model.open_alerts()
        chosen = desk.alert
        if chosen is not None and chosen["state"] in ENDED_STATES:
            shown.append(chosen)
        for row in reversed(shown):
            if row["place"] is None:
                continue
            known = kept.get(row["id"])
            if row["id"] == selected:
                top = alert_markers([row], origin, look, now=now, selected=selected, ages=ages)
            elif known is not None and known[0] is row:
                found.append(known[1])
            else:
                made = alert_markers([row], origin, look, now=now, selected=None, ages=ages)
                kept[row["id"]] = (row, made[0])
                found += made
        return found + top

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
