"""The same work on several radios at once, each on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

__all__ = ["side_by_side"]

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    stop: threading.Event | None = None,
    stopping: Callable[[], None] = lambda: None,
) -> list[Result]:
    """The results in the order of `items`. The first error is raised after all have ended.

    An interrupt from the keyboard sets `stop`, is told at once by `stopping`, and the work ends as
    it does then; a second one, or one without a `stop`, goes on as what it is.
    """
    side = _SideBySide(work, items)
    while not side.done.is_set():
        try:
            side.begin()
            side.done.wait()
        except KeyboardInterrupt:
            if stop is None or stop.is_set():
                raise
            stop.set()
            stopping()
    if side.errors:
        raise side.errors[0]
    return [side.results[index] for index in range(len(items))]


class _SideBySide(Generic[Item, Result]):
    """An interrupt may come between any two lines of the caller; what began is counted here."""

    def __init__(self, work: Callable[[Item], Result], items: Sequence[Item]) -> None:
        self._work, self._items = work, items
        self._lock = threading.Lock()
        self._begun: set[int] = set()
        self._left = len(items)
        self.results: dict[int, Result] = {}
        self.errors: list[BaseException] = []
        self.done = threading.Event()
        if not items:
            self.done.set()

    def begin(self) -> None:
        """Start what has not begun."""
        for index, item in enumerate(self._items):
            if index not in self._begun:
                threading.Thread(
                    target=self._run, args=(index, item), name=f"radio {item}", daemon=True
                ).start()

    def _run(self, index: int, item: Item) -> None:
        with self._lock:
            if index in self._begun:
                return
            self._begun.add(index)
        try:
            self.results[index] = self._work(item)
        except BaseException as error:  # noqa: BLE001 - raised again by the caller's thread
            self.errors.append(error)
        with self._lock:
            self._left -= 1
            if not self._left:
                self.done.set()
