"""Where patrols were in the last two hours, as far as this screen has seen it. Pure.

The daemon tells only the last position of each; a trail is what came in while the screen ran.
It is kept in memory, thrown away after two hours, and at once when the screen is locked.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.row_schema import PatrolRow

__all__ = ["TRAIL_LIFE_S", "Trails"]

TRAIL_LIFE_S: Final = 2 * 3600.0
_POSITIONS_MAX: Final = 240
"""Of one patrol: one each half minute for two hours."""
_COARSE_M: Final = 250
"""A place signed as coarsely as this is an area, and a line between areas would be invented."""

Position = tuple[float, float, float]
"""When, in seconds since the epoch; latitude and longitude in degrees."""


class Trails:
    """Positions by patrol, the oldest first."""

    def __init__(self) -> None:
        self._rows: dict[str, array[float]] = {}
        """Three numbers for each position, one after another: 24 bytes instead of 150."""
        self.revision = 0
        """Different after every change."""

    def note(self, patrols: Iterable[PatrolRow], now: float) -> None:
        """Take in what is known of the patrols, and drop what is older than two hours."""
        for row in patrols:
            at = row["place_at"] if row["place_at"] is not None else row["last_seen"]
            self._take(row["id"], row["place"], at, now)
        self._drop(now - TRAIL_LIFE_S)

    def forget(self) -> None:
        """Drop everything: the screen is locked."""
        self._rows.clear()
        self.revision += 1

    def of(self, patrol: str) -> tuple[Position, ...]:
        """The trail of one patrol, the oldest position first."""
        return _positions(self._rows.get(patrol, ()))

    def all(self) -> dict[str, tuple[Position, ...]]:
        """Trails of two positions or more, by patrol."""
        return {patrol: _positions(rows) for patrol, rows in self.numbers().items()}

    def numbers(self) -> Mapping[str, array[float]]:
        """The same as they are kept: time, latitude and longitude of one position after another."""
        return {patrol: rows for patrol, rows in self._rows.items() if len(rows) > 3}

    def _take(self, patrol: str, place: PlaceRow | None, at: float, now: float) -> None:
        if place is None or place["precision_m"] >= _COARSE_M or now - at > TRAIL_LIFE_S:
            return
        rows = self._rows.get(patrol)
        here = (place["lat"], place["lon"])
        if rows is None:
            rows = self._rows[patrol] = array("d")
        elif at <= rows[-3] or (rows[-2], rows[-1]) == here:
            return
        rows.extend((at, *here))
        del rows[: -3 * _POSITIONS_MAX]
        self.revision += 1

    def _drop(self, before: float) -> None:
        for patrol in list(self._rows):
            rows = self._rows[patrol]
            while rows and rows[0] < before:
                del rows[:3]
                self.revision += 1
            if not rows:
                del self._rows[patrol]


def _positions(rows: Sequence[float]) -> tuple[Position, ...]:
    return tuple(zip(rows[0::3], rows[1::3], rows[2::3], strict=True))
