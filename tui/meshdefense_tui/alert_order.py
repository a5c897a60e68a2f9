"""Alerts in the order of their list, and how many there are of what: kept, not made anew.

With 10,000 alerts to sort and to count at each change, a commit would take longer to the screen
than everything else together. Pure.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from meshdefense.api.row_schema import AlertRow

__all__ = ["ENDED_STATES", "AlertOrder", "OpenAlerts"]

ENDED_STATES = frozenset({"retracted", "expired", "closed"})
"""States of an alert that nobody has to act on any more."""
_TO_VERIFY = frozenset({"unconfirmed", "corroborated"})
_Place = tuple[bool, int, float, str]
_Entry = tuple[_Place, int, bool, bool]


@dataclass(slots=True)
class OpenAlerts:
    """How many alerts are open."""

    severity: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    """By severity code."""
    to_verify: int = 0

    @property
    def open(self) -> int:
        """All of them."""
        return sum(self.severity)


@dataclass(slots=True)
class AlertOrder:
    """Open ones first, gravest first, newest first; ended ones after them, newest first."""

    real: OpenAlerts = field(default_factory=OpenAlerts)
    drills: OpenAlerts = field(default_factory=OpenAlerts)
    _sorted: list[_Place] = field(default_factory=list)
    _ids: list[str] = field(default_factory=list)
    """Of the same alerts in the same order: a list of all of them is asked for at each change."""
    _rows: dict[str, _Entry] = field(default_factory=dict)
    """By id: place in the list, severity, whether it waits for a verdict, whether a drill."""

    def put(self, row: AlertRow) -> None:
        """Add an alert, or give it the place that it has now."""
        ended = row["state"] in ENDED_STATES
        place = (ended, 0 if ended else -row["severity"], -row["reported_at"], row["id"])
        severity, waits = min(max(row["severity"], 0), 3), row["state"] in _TO_VERIFY
        entry = (place, severity, waits, bool(row["drill"]))
        if self._rows.get(row["id"]) == entry:
            return
        self.drop(row["id"])
        self._rows[row["id"]] = entry
        at = bisect_left(self._sorted, place)
        self._sorted.insert(at, place)
        self._ids.insert(at, row["id"])
        self._count(entry, 1)

    def drop(self, alert: str) -> None:
        """Take an alert out, if it is there."""
        entry = self._rows.pop(alert, None)
        if entry is not None:
            at = bisect_left(self._sorted, entry[0])
            del self._sorted[at], self._ids[at]
            self._count(entry, -1)

    def clear(self) -> None:
        """Forget all."""
        self._sorted.clear()
        self._ids.clear()
        self._rows.clear()
        self.real, self.drills = OpenAlerts(), OpenAlerts()

    def ids(self, *, ended: bool = True) -> list[str]:
        """All of them in order, or the open ones."""
        return self._ids[: None if ended else bisect_left(self._sorted, (True,))]

    def _count(self, entry: _Entry, by: int) -> None:
        place, severity, waits, drill = entry
        if not place[0]:
            counted = self.drills if drill else self.real
            counted.severity[severity] += by
            counted.to_verify += by * waits
