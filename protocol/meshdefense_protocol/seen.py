"""Which items were accepted already: by (author, incarnation, sequence), never by clocks.

For each author, stream and incarnation a window of the newest `WINDOW` sequences says exactly
what was accepted; anything older is a replay. Positions keep only the highest: an older one
than the newest is of no use. Bounded: `INCARNATIONS` windows for each author and stream, and
all lives of an organizer's decisions. The windows must be stored with the items, so that a
restart forgets nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from meshdefense_protocol.items import ItemId, Stream
from meshdefense_protocol.limits import LIVES_MAX

__all__ = ["INCARNATIONS", "WINDOW", "Known", "ReplayCache", "ReplayWindow"]

WINDOW: Final = 4096
"""Sequences: a member's quota of a day is far below."""
INCARNATIONS: Final = 4
"""How many lives of one member's state are remembered; the lowest is forgotten first.
Of decisions all are."""


class Known(Enum):
    """What the cache says of an id."""

    NEW = "new"
    ACCEPTED = "accepted"
    """Exactly this id was accepted before."""
    TOO_OLD = "too old"
    """Before the window, or an outdated position."""


@dataclass(frozen=True, slots=True)
class ReplayWindow:
    """State of one author, stream and incarnation, as it is stored."""

    author: int
    stream: Stream
    incarnation: int
    high: int
    """Highest sequence accepted."""
    bitmap: int
    """Bit n: sequence high - n was accepted; bit 0 is always set."""

    def holds(self, sequence: int) -> Known:
        """What this window says of a sequence."""
        if sequence > self.high:
            return Known.NEW
        age = self.high - sequence
        if age and self.stream is Stream.POSITION:
            return Known.TOO_OLD
        if age >= WINDOW:
            return Known.TOO_OLD
        return Known.ACCEPTED if self.bitmap >> age & 1 else Known.NEW

    def with_sequence(self, sequence: int) -> ReplayWindow:
        """The window after accepting `sequence`."""
        if sequence > self.high:
            shift = sequence - self.high
            kept = self.bitmap << shift & (1 << WINDOW) - 1 if shift < WINDOW else 0
            bitmap, high = kept | 1, sequence
        else:
            bitmap, high = self.bitmap | 1 << (self.high - sequence), self.high
        return ReplayWindow(self.author, self.stream, self.incarnation, high, bitmap)

    def missing(self) -> int:
        """How many sequences up to the highest, within the window, were not accepted."""
        span = min(self.high + 1, WINDOW)
        return span - self.bitmap.bit_count()


def _kept(stream: Stream) -> int:
    # decisions count for ever, in any order: no life of an organizer may become a replay
    return LIVES_MAX + 1 if stream is Stream.ROSTER else INCARNATIONS


class ReplayCache:
    """All windows of a node."""

    def __init__(self, windows: Iterable[ReplayWindow] = ()) -> None:
        self._windows: dict[tuple[int, Stream], dict[int, ReplayWindow]] = {}
        for window in windows:
            self._windows.setdefault((window.author, window.stream), {})[window.incarnation] = (
                window
            )

    def look(self, item_id: ItemId) -> Known:
        """What is known of an id."""
        lives = self._windows.get((item_id.author, item_id.stream))
        if lives is None:
            return Known.NEW
        window = lives.get(item_id.incarnation)
        if window is not None:
            return window.holds(item_id.sequence)
        if item_id.stream is Stream.POSITION and item_id.incarnation < max(lives):
            return Known.TOO_OLD
        if len(lives) >= _kept(item_id.stream) and item_id.incarnation < min(lives):
            return Known.TOO_OLD
        return Known.NEW

    def accept(self, item_id: ItemId) -> ReplayWindow:
        """Note an accepted id; returns the window that has to be stored with it."""
        lives = self._windows.setdefault((item_id.author, item_id.stream), {})
        window = lives.get(item_id.incarnation)
        if window is None:
            window = ReplayWindow(
                item_id.author, item_id.stream, item_id.incarnation, item_id.sequence, 1
            )
        else:
            window = window.with_sequence(item_id.sequence)
        lives[item_id.incarnation] = window
        if len(lives) > _kept(item_id.stream):
            del lives[min(lives)]
        return window

    def windows(self, author: int) -> list[ReplayWindow]:
        """The windows of one author."""
        return [
            window
            for stream in Stream
            for window in self._windows.get((author, stream), {}).values()
        ]

    def __iter__(self) -> Iterator[ReplayWindow]:
        return (window for lives in self._windows.values() for window in lives.values())
