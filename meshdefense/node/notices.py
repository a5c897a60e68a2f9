"""Who is told of changes, and when counters that moved are announced again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

__all__ = ["STATUS_S", "Notice", "Notices"]

STATUS_S: Final = 5.0
"""Counters of the status row are announced at most this often."""

Notice = Callable[[int, frozenset[str]], None]
"""Told after each commit: revision and names of the tables that changed."""


class Notices:
    """The listeners of one node, and the counters that they were told last."""

    def __init__(self, now: float) -> None:
        self._listeners: set[Notice] = set()
        self._told: tuple[Any, ...] = ()
        self.next_at = now
        """When counters may be announced again."""

    def listen(self, notice: Notice) -> None:
        """Call `notice` after each change until `unlisten`."""
        self._listeners.add(notice)

    def unlisten(self, notice: Notice) -> None:
        """Stop calling `notice`."""
        self._listeners.discard(notice)

    def tell(self, revision: int, tables: frozenset[str]) -> None:
        """Tell everybody."""
        for listener in list(self._listeners):
            listener(revision, tables)

    def again(self) -> None:
        """Announce the counters soon, moved or not."""
        self._told, self.next_at = (), 0.0

    def moved(self, counts: tuple[Any, ...], now: float) -> bool:
        """Whether the counters are others than were told last; they count as told then."""
        self.next_at = now + STATUS_S
        before, self._told = self._told, counts
        return counts != before
