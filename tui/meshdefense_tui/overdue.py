"""How late a check-in is, in four rungs, and who has said that they see it. Pure.

The rungs are counted by each screen from the time that the patrol itself signed. Nothing goes
out by radio because of them: what is shared is the acknowledgement, an item like any other.
Source: docs/screens/patrols.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Final

from meshdefense.api.row_schema import PatrolRow
from meshdefense_tui.model import is_overdue

__all__ = ["RUNGS", "OverdueWatch", "Rung", "answered_by", "rung_of"]

_REMINDER_S: Final = 120.0
_ALARM_S: Final = 180.0
_ESCALATE_S: Final = 600.0
RUNGS: Final = 3
"""Of being late; the reminder before is none of them."""


class Rung(IntEnum):
    """What a due time asks for."""

    NONE = -1
    REMINDER = 0
    """Two minutes are left: the patrol itself is reminded."""
    LATE = 1
    """The time is over."""
    ALARM = 2
    """Three minutes late: whoever is near and the base act, and one of them says so."""
    ESCALATED = 3
    """Ten minutes late: the people on call are told, by a person."""


def rung_of(row: PatrolRow, now: float) -> Rung:
    """The rung at `now`, in seconds since the epoch."""
    due_at = row["due_at"]
    if due_at is None:
        return Rung.NONE
    if is_overdue(row, now):
        late = now - due_at
        if late >= _ESCALATE_S:
            return Rung.ESCALATED
        return Rung.ALARM if late >= _ALARM_S else Rung.LATE
    # nobody who is off shift is late, however far past
    return Rung.REMINDER if 0 <= due_at - now <= _REMINDER_S else Rung.NONE


def answered_by(row: PatrolRow) -> list[tuple[str, float]]:
    """Name and time of those who acknowledged the check-in after it had become due.

    Who read it before that knew of no lateness.
    """
    due_at = row["due_at"]
    if due_at is None:
        return []
    readers = row.get("readers", [])
    return [(one["name"], one["at"]) for one in readers if one["at"] >= due_at]


class OverdueWatch:
    """Tells each rung of each due time once."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[float, Rung]] | None = None

    def forget(self) -> None:
        """Drop everything: the screen is locked."""
        self._told = None

    def news(self, rows: Iterable[PatrolRow], now: float) -> list[tuple[PatrolRow, Rung]]:
        """Patrols that have climbed a rung since the last look; nothing at the first look."""
        first, before = self._told is None, self._told or {}
        told: dict[str, tuple[float, Rung]] = {}
        found: list[tuple[PatrolRow, Rung]] = []
        for row in rows:
            rung, due_at = rung_of(row, now), row["due_at"]
            if due_at is None or rung is Rung.NONE:
                continue
            told[row["id"]] = (due_at, rung)
            known = before.get(row["id"])
            climbed = known is None or known[0] != due_at or known[1] < rung
            if climbed and not first:
                found.append((row, rung))
        self._told = told
        return found
