"""Alerts in the order of their list, and how many there are of what: kept, not made anew.

With 10,000 alerts to sort and to count at each change, a commit would take longer to the screen
than everything else together. Pure.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field

from meshdefense.api.schema import AlertRow

__all__ = ["ENDED_STATES", "AlertOrder"]

ENDED_STATES = frozenset({"retracted", "expired", "closed"})
"""States of an alert that nobody has to act on any more."""
_TO_VERIFY = frozenset({"unconfirmed", "corroborated"})
_Place = tuple[bool, int, float, str]


@dataclass(slots=True)
class AlertOrder:
    """Open ones first, gravest first, newest first; ended ones after them, newest first."""

    severity: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    """Open alerts, by severity code."""
    to_verify: int = 0
    _sorted: list[_Place] = field(default_factory=list)
    _rows: dict[str, tuple[_Place, int, bool]] = field(default_factory=dict)
    """By id: place in the list, severity and whether it waits for a verdict."""

    def put(self, row: AlertRow) -> None:
        """Add an alert, or give it the place that it has now."""
        ended = row["state"] in ENDED_STATES
        place = (ended, 0 if ended else -row["severity"], -row["reported_at"], row["id"])
        entry = (place, min(max(row["severity"], 0), 3), row["state"] in _TO_VERIFY)
        if self._rows.get(row["id"]) == entry:
            return
        self.drop(row["id"])
        self._rows[row["id"]] = entry
        insort(self._sorted, place)
        self._count(entry, 1)

    def drop(self, alert: str) -> None:
        """Take an alert out, if it is there."""
        entry = self._rows.pop(alert, None)
        if entry is not None:
            del self._sorted[bisect_left(self._sorted, entry[0])]
            self._count(entry, -1)

    def clear(self) -> None:
        """Forget all."""
        self._sorted.clear()
        self._rows.clear()
        self.severity, self.to_verify = [0, 0, 0, 0], 0

    def ids(self, *, ended: bool = True) -> list[str]:
        """All of them in order, or the open ones."""
        end = len(self._sorted) if ended else bisect_left(self._sorted, (True,))
        return [place[3] for place in self._sorted[:end]]

    def _count(self, entry: tuple[_Place, int, bool], by: int) -> None:
        place, severity, waits = entry
        if not place[0]:
            self.severity[severity] += by
            self.to_verify += by * waits
