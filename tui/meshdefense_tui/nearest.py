"""Who is nearest to a patrol, of those whose last position is still worth something. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from math import hypot
from typing import NamedTuple

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.row_schema import PatrolRow
from meshdefense_protocol.words import CHECKIN_STATES
from meshdefense_tui.map.markers import POSITION_LIFE_S, local
from meshdefense_tui.place_words import metres

__all__ = ["Near", "Neighbourhood", "is_old", "placed_at"]

_OFF = CHECKIN_STATES.code("off")


class Near(NamedTuple):
    """The nearest other patrol."""

    row: PatrolRow
    distance_m: float
    precision_m: float
    """The coarser of the two places decides how exact the distance is."""

    @property
    def distance(self) -> str:
        """In words: 240 m; <100 m where both may stand in one cell of 100 m."""
        exact = max(self.precision_m, 10)
        if self.distance_m < exact:
            return f"<{metres(exact, 1)}"
        return metres(self.distance_m, exact)


def placed_at(row: PatrolRow) -> float:
    """When the patrol was where its row says, in seconds since the epoch."""
    return row["place_at"] if row["place_at"] is not None else row["last_seen"]


def is_old(row: PatrolRow, now: float) -> bool:
    """Whether its position is older than what a walker needs for a kilometre."""
    return now - placed_at(row) > POSITION_LIFE_S


class Neighbourhood:
    """Positions of one moment, made once and asked for many patrols."""

    def __init__(self, rows: Iterable[PatrolRow], origin: PlaceRow | None, now: float) -> None:
        self._spots = [
            (*local(origin, place), row)
            for row in rows
            if origin is not None
            and (place := row["place"]) is not None
            and row["state"] != _OFF
            and not is_old(row, now)
        ]
        self._origin, self._now = origin, now
        self._known: dict[str, Near | None] = {}

    def nearest(self, row: PatrolRow) -> Near | None:
        """None where either position is unknown or old: who left is no help.

        Found once for each: a key press draws every row in view again.
        """
        if row["id"] not in self._known:
            self._known[row["id"]] = self._find(row)
        return self._known[row["id"]]

    def _find(self, row: PatrolRow) -> Near | None:
        place = row["place"]
        if place is None or self._origin is None or is_old(row, self._now):
            return None
        east, north = local(self._origin, place)
        others = (
            (hypot(x - east, y - north), other)
            for x, y, other in self._spots
            if other["id"] != row["id"]
        )
        found = min(others, key=lambda one: (one[0], one[1]["id"]), default=None)
        if found is None:
            return None
        theirs = found[1]["place"]
        coarse = max(place["precision_m"], 0 if theirs is None else theirs["precision_m"])
        return Near(found[1], found[0], coarse)
