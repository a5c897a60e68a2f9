"""Two sets by their digests: the same, or who lacks what, as far as it can be told.

Nobody is believed: what comes out are items to offer and whether to ask, never an item.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from meshdefense_protocol.class_set import Key
from meshdefense_protocol.digest import Vector
from meshdefense_protocol.events import HeldChanged
from meshdefense_protocol.holdings import Holdings
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.receipts import Receipts
from meshdefense_protocol.sealing import KeyClass

__all__ = ["Comparing", "Difference"]

SETTLED_MAX: Final = 64
OFFERED_AT_ONCE: Final = 4
OFFERS_MAX: Final = 2
CHECKED_MAX: Final = 1024
"""Sequences of one vector that are looked up: a liar's is endless."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a digest says of one key class."""

    agree: bool
    """Nothing that matters differs."""
    lacks: tuple[Key, ...] = ()
    """Items that its sender lacks, the newest first."""
    more: bool = False
    """Its sender holds, or may hold, what is not here."""
    held: tuple[HeldChanged, ...] = ()
    """What follows for own items."""


class Comparing:
    """Compares with what is here. `known` says whether an id was accepted or refused before."""

    def __init__(
        self, holdings: Holdings, receipts: Receipts, known: Callable[[ItemId], bool]
    ) -> None:
        self._holdings, self._receipts, self._known = holdings, receipts, known
        self._settled: OrderedDict[tuple[KeyClass, int, int], None] = OrderedDict()
        """Pairs of hashes that differ although there is nothing to exchange."""
        self._offered: Counter[int] = Counter()
        """By hash of a decision: how often it was offered to somebody who may have another."""

    def compare(
        self,
        sender: int,
        key_class: KeyClass,
        theirs: int,
        vector: Vector | None,
        holders: int,
        now: float,
    ) -> Difference:
        """The sender's hash of a class, its vector if it is of that class, its bitmap."""
        mine = self._holdings.hash(key_class)
        if theirs == mine:
            members = 1 << sender | holders
            return Difference(True, held=self._same(key_class, members) if mine else ())
        if self._holdings.left_lately(key_class, theirs, now):
            return Difference(True, held=self._same(key_class, 1 << sender))
        if (key_class, theirs, mine) in self._settled:
            return Difference(True, tuple(self._doubted(key_class)))
        if vector is not None:
            return self._by_vector(sender, key_class, theirs, vector)
        lacks = self._holdings.lacking(key_class, theirs)
        return Difference(False, tuple(lacks or ()), more=lacks is None)

    def _same(self, key_class: KeyClass, members: int) -> tuple[HeldChanged, ...]:
        return tuple(self._receipts.same(key_class, members))

    def _by_vector(
        self, sender: int, key_class: KeyClass, theirs: int, vector: Vector
    ) -> Difference:
        lacks: list[Key] = []
        changes = []
        of = {(entry.author, entry.incarnation): entry for entry in vector.entries}
        for held in self._holdings.items(key_class):
            author = held.id.author
            if not vector.first <= author <= vector.last:
                continue
            entry = of.get((author, held.id.incarnation))
            says = False if entry is None else entry.says(held.id.sequence)
            if says is False:
                lacks.append(held.id)
            elif says and (changed := self._receipts.holds(held.id, 1 << sender)):
                changes.append(changed)
        more = self._offers_news(vector)
        if not lacks and not more and vector.complete:
            self._settled[key_class, theirs, self._holdings.hash(key_class)] = None
            if len(self._settled) > SETTLED_MAX:
                self._settled.popitem(last=False)
            more = True  # tell them once what is here, so that they need not ask for it either
            lacks += self._doubted(key_class)
        return Difference(False, tuple(lacks), more, tuple(changes))

    def _doubted(self, key_class: KeyClass) -> list[Key]:
        """Decisions to offer to somebody who has the same ids and another hash.

        Of two decisions under one id each may have one. Which it is nobody can tell from the
        hashes: the newest are offered first, each a few times.
        """
        found: list[Key] = []
        for held in self._holdings.items(key_class):
            if held.id.stream is Stream.ROSTER and self._offered[held.hash] < OFFERS_MAX:
                self._offered[held.hash] += 1
                found.append(held.id)
                if len(found) >= OFFERED_AT_ONCE:
                    break
        return found

    def _offers_news(self, vector: Vector) -> bool:
        """Whether the sender of a vector holds something that was never seen here."""
        left = CHECKED_MAX
        for entry in vector.entries:
            for high, low in entry.runs:
                for sequence in range(high, max(low, high - left) - 1, -1):
                    if not self._known(ItemId.referred(entry.author, entry.incarnation, sequence)):
                        return True
                left -= high - low + 1
                if left <= 0:
                    return False
        return False
