"""What this screen has seen of each patrol in the last two hours: states and check-ins. Pure.

The daemon tells only the newest of each. It is kept in memory, thrown away after two hours, and
at once when the screen is locked; what came while the mode was not shown is not in it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final, NamedTuple

from meshdefense.api.row_schema import PatrolRow
from meshdefense_tui.trails import TRAIL_LIFE_S

__all__ = ["PatrolLog", "Said"]

_KEPT: Final = 60
"""Of one patrol: one each two minutes for two hours."""


class Said(NamedTuple):
    """What a patrol said."""

    at: float
    state: int
    """Code of words.CHECKIN_STATES."""
    checked_in: bool
    """By a check-in; else with a position."""


class PatrolLog:
    """By patrol, the oldest first."""

    def __init__(self) -> None:
        self._rows: dict[str, deque[Said]] = {}

    def note(self, rows: Iterable[PatrolRow], now: float) -> None:
        """Take in what is known of the patrols, and drop what is older than two hours."""
        for row in rows:
            self._take(row)
        for patrol in list(self._rows):
            said = self._rows[patrol]
            while said and said[0].at < now - TRAIL_LIFE_S:
                said.popleft()
            if not said:
                del self._rows[patrol]

    def of(self, patrol: str) -> tuple[Said, ...]:
        """What one patrol said, the oldest first."""
        return tuple(self._rows.get(patrol, ()))

    def forget(self) -> None:
        """Drop everything: the screen is locked."""
        self._rows.clear()

    def _take(self, row: PatrolRow) -> None:
        at = row["checked_in_at"]
        known = self._rows.get(row["id"])
        last = known[-1] if known else None
        if at is not None and (last is None or at > last.at):
            said = Said(at, row["state"], True)
        elif last is None or row["state"] != last.state:
            before = last.at if last is not None else 0.0
            said = Said(max(row["last_seen"], at or 0.0, before), row["state"], False)
        else:
            return
        self._rows.setdefault(row["id"], deque(maxlen=_KEPT)).append(said)
