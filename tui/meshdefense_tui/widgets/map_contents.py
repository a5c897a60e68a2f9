"""What the map shows above its ground, made from the desk's rows and kept while they are the same.

A key press draws a frame, and with 10,000 alerts the markers would take longer than the map.
"""

from __future__ import annotations

from array import array
from functools import partial
from itertools import chain
from operator import is_
from typing import Final

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.row_schema import AlertRow, PatrolRow
from meshdefense_tui.desk import Desk
from meshdefense_tui.map.geometry import east_north
from meshdefense_tui.map.markers import alert_markers, patrol_markers, sos_markers
from meshdefense_tui.map.parts import Marker, Trail

__all__ = ["MapContents"]

_AGES_S: Final = 5
"""Seconds for which a marker is kept: its age is in minutes."""


class MapContents:
    """Markers and trails of one map."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._markers: tuple[object, tuple[Marker, ...]] | None = None
        self._trails: tuple[object, tuple[Trail, ...]] | None = None
        self._ways: dict[str, tuple[object, Trail]] = {}
        """By patrol: how many positions it had, its first and last one, and its trail."""
        self._ways_for: object = None
        self._alerts: dict[str, tuple[AlertRow, Marker]] = {}
        """By id: the row that the marker was made of, which a changed row is not."""
        self._alerts_for: object = None
        self._open: list[tuple[str, Marker]] = []
        """Open alerts with a place in drawing order, the same while nothing changed."""
        self._open_for: object = None
        self._patrols: list[Marker] = []
        self._patrols_for: object = None
        self._patrol_rows: list[PatrolRow] = []
        """The rows that they were made of."""

    def forget(self) -> None:
        """Drop them: the screen is locked."""
        self._markers = self._trails = self._patrols_for = self._open_for = None
        self._alerts.clear()
        self._ways.clear()
        self._open, self._patrols, self._patrol_rows = [], [], []

    def markers(self, *, ages: bool) -> tuple[Marker, ...]:
        """Patrols below alerts, then the pin, calls for help above all.

        Made anew once a second at most.
        """
        desk, model, look = self._desk, self._desk.model, self._desk.look
        origin, now = model.origin, desk.now
        if origin is None:
            return ()
        key = (model.epoch, model.revision, int(now), desk.selected, desk.pin, look, ages)
        if self._markers is not None and self._markers[0] == key:
            return self._markers[1]
        found = [*self._patrol_markers(origin, ages=ages), *self._alert_markers(origin, ages=ages)]
        if (pin := desk.pin) is not None:
            label = pin.label or look.say("map_pin")
            found.append(Marker(pin.east, pin.north, look.glyphs.times, label, "key", counts=False))
        found += sos_markers(model.calls_for_help, origin, look, now=now)
        self._markers = (key, tuple(found))
        return self._markers[1]

    def _patrol_markers(self, origin: PlaceRow, *, ages: bool) -> list[Marker]:
        """The same ones while no row changed, for some seconds: ages and lateness are in them."""
        desk, model, now = self._desk, self._desk.model, self._desk.now
        wanted = (int(now) // _AGES_S, desk.look, ages, origin["lat"], origin["lon"], desk.trails)
        rows = list(model.patrols.values())
        if (
            wanted != self._patrols_for
            or len(rows) != len(self._patrol_rows)
            or not all(map(is_, rows, self._patrol_rows))  # a changed row is another object
        ):
            patrols = model.patrols_in_order(now)
            desk.trails.note(patrols, now)
            self._patrols = patrol_markers(patrols, origin, desk.look, now=now, ages=ages)
            self._patrols_for, self._patrol_rows = wanted, rows
        return self._patrols

    def _alert_markers(self, origin: PlaceRow, *, ages: bool) -> list[Marker]:
        """Open alerts and the selected one, as `alert_markers` would make them all at once."""
        desk, now, selected = self._desk, self._desk.now, self._desk.selected
        self._make_open(origin, ages=ages)
        found = [marker for alert, marker in self._open if alert != selected]
        chosen = desk.alert
        if chosen is None:
            return found
        return found + alert_markers(
            [chosen], origin, desk.look, now=now, selected=selected, ages=ages
        )

    def _make_open(self, origin: PlaceRow, *, ages: bool) -> None:
        """Markers of the open alerts, as they look while not selected."""
        model, look, now = self._desk.model, self._desk.look, self._desk.now
        # all anew every few seconds, since ages and ends are in them
        wanted = (int(now) // _AGES_S, look, ages, origin["lat"], origin["lon"])
        if wanted != self._alerts_for:
            self._alerts_for = wanted
            self._alerts.clear()
        elif self._open_for == (model.epoch, model.revision):
            return
        self._open_for = (model.epoch, model.revision)
        kept = self._alerts
        self._open = []
        for row in reversed(model.open_alerts()):
            if row["place"] is None:
                continue
            known = kept.get(row["id"])
            if known is None or known[0] is not row:
                made = alert_markers([row], origin, look, now=now, selected=None, ages=ages)
                known = kept[row["id"]] = (row, made[0])
            self._open.append((row["id"], known[1]))

    def trails(self) -> tuple[Trail, ...]:
        """Where patrols were, in metres east and north."""
        trails, origin = self._desk.trails, self._desk.model.origin
        if origin is None:
            return ()
        lat, lon = origin["lat"], origin["lon"]
        key = (trails.revision, lat, lon)
        if self._trails is None or self._trails[0] != key:
            before = self._ways if self._ways_for == (lat, lon) else {}
            self._ways, self._ways_for = {}, (lat, lon)
            for patrol, way in trails.numbers().items():
                # a patrol that did not move has the same positions, and there are many
                ends = (len(way), way[0], way[-3])
                known = before.get(patrol)
                if known is None or known[0] != ends:
                    places = map(partial(east_north, lat, lon), way[1::3], way[2::3])
                    known = (ends, array("f", chain.from_iterable(places)))
                self._ways[patrol] = known
            self._trails = (key, tuple(way for _, way in self._ways.values()))
        return self._trails[1]
