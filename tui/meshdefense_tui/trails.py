"""Where patrols were in the last two hours, as far as this screen has seen it. Pure.

The daemon tells only the last position of each; a trail is what came in while the screen ran.
It is kept in memory, thrown away after two hours, and at once when the screen is locked.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from meshdefense.api.schema import PatrolRow, PlaceRow

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
        self._rows: dict[str, deque[Position]] = {}
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
        return tuple(self._rows.get(patrol, ()))

    def all(self) -> dict[str, tuple[Position, ...]]:
        """Trails of two positions or more, by patrol."""
        return {patrol: tuple(rows) for patrol, rows in self._rows.items() if len(rows) > 1}

    def _take(self, patrol: str, place: PlaceRow | None, at: float, now: float) -> None:
        if place is None or place["precision_m"] >= _COARSE_M or now - at > TRAIL_LIFE_S:
            return
        rows = self._rows.setdefault(patrol, deque(maxlen=_POSITIONS_MAX))
        if rows and (at <= rows[-1][0] or rows[-1][1:] == (place["lat"], place["lon"])):
            return
        rows.append((at, place["lat"], place["lon"]))
        self.revision += 1

    def _drop(self, before: float) -> None:
        for patrol in list(self._rows):
            rows = self._rows[patrol]
            while rows and rows[0][0] < before:
                rows.popleft()
                self.revision += 1
            if not rows:
                del self._rows[patrol]
