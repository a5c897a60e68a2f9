"""Texts of stock radios that came in and are not taken yet, for example while the disk is full.

Only so many wait. What is given up first is what matters least: talk before reports, reports
before calls for help; of calls alone those of whoever sent the most. Pure.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from meshdefense.radio.stock import StockText

__all__ = ["TEXTS_MAX", "StockInbox", "Waiting", "Weight"]

TEXTS_MAX: Final = 64
"""Texts that wait."""


class Weight(IntEnum):
    """How much is lost with a text."""

    NOTHING = 0
    TALK = 1
    """It is answered, or tells what another node said."""
    REPORT = 2
    CALL = 3
    """A call for help."""
    PLACED_CALL = 4
    """A call, or its sender, that says where."""


@dataclass(slots=True, eq=False)
class Waiting:
    """A text that waits."""

    text: StockText
    at: float
    """When it came."""
    weight: Weight


class StockInbox:
    """All of them, in the order of their coming."""

    def __init__(self) -> None:
        self._waiting: list[Waiting] = []

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def first(self) -> Waiting | None:
        """The one that waits longest."""
        return self._waiting[0] if self._waiting else None

    def calls(self, sender: int) -> bool:
        """Whether a call for help of this sender waits."""
        return any(one.text.sender == sender and one.weight >= Weight.CALL for one in self._waiting)

    def add(self, text: StockText, at: float, weight: Weight) -> bool:
        """A text came; whether all that wait still do."""
        self._waiting.append(Waiting(text, at, weight))
        if len(self._waiting) <= TEXTS_MAX:
            return True
        self._waiting.remove(self._least())
        return False

    def done(self, one: Waiting) -> None:
        """It was taken; it may have been given up meanwhile."""
        if one in self._waiting:
            self._waiting.remove(one)

    def shifted(self, by: float) -> None:
        """The clock was set by `by` seconds."""
        for one in self._waiting:
            one.at += by

    def _least(self) -> Waiting:
        """The one to give up: the oldest of those that matter least."""
        least = min(self._waiting, key=lambda one: one.weight)
        if least.weight < Weight.CALL:
            return least
        # rows of calls are bounded by sender: whoever sent many loses nothing that counts
        ((most, times),) = Counter(one.text.sender for one in self._waiting).most_common(1)
        if times == 1:
            return self._waiting[-1]
        theirs = [one for one in self._waiting if one.text.sender == most]
        return min(theirs, key=lambda one: one.weight)
