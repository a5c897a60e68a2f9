"""The numbers of own items: incarnation and sequence in each stream, none ever used twice.

Two items under one id are evidence against their author. So a number stays used when its item
is withdrawn; and where an own item comes in that is not here, this state is older than what was
said with it, and a new incarnation begins above all that may have been used since. Counters are
events, for the shell to store with the item. Source: docs/protocol.md, "Item".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from meshdefense_protocol.events import Counter, CounterAdvanced
from meshdefense_protocol.items import Item
from meshdefense_protocol.limits import LIVES_MAX, ROSTER_INCARNATION, SEQUENCE_MAX
from meshdefense_protocol.packets.reference import ItemId, Stream

__all__ = ["Numbering"]


class Numbering:
    """Where one member's own streams stand. `tell` gets every counter that moves."""

    def __init__(
        self, me: int, counters: Iterable[Counter], tell: Callable[[CounterAdvanced], None]
    ) -> None:
        """`me` is the member's number, `counters` those of an earlier life."""
        self._me = me
        self._counters = {counter.stream: counter for counter in counters}
        self._tell = tell

    def next_id(self, stream: Stream) -> ItemId:
        """The id of what this member says next in a stream; the same until it is used."""
        counter = self._next(stream)
        return ItemId(
            self._me,
            counter.incarnation + ROSTER_INCARNATION * (stream is Stream.ROSTER),
            counter.next_sequence,
            stream,
        )

    def use(self, stream: Stream) -> None:
        """What `next_id` gives for the stream belongs to an item from now on."""
        counter = self._next(stream)
        self._counters[stream] = replace(counter, next_sequence=counter.next_sequence + 1)
        self._tell(CounterAdvanced(self._counters[stream]))

    def said_in_another_life(self, item: Item) -> None:
        """An own item that is not here: this state was restored. Its sequences are used."""
        counter = self._counters.get(item.id.stream, Counter(item.id.stream, 0, 0))
        here = (counter.incarnation, counter.next_sequence)
        life = item.id.incarnation % ROSTER_INCARNATION
        if (life, item.id.sequence) < here:
            return
        incarnation = min(LIVES_MAX, max(counter.incarnation, life) + 1)
        for stream in Stream:
            self._counters[stream] = Counter(stream, incarnation, 0)
            self._tell(CounterAdvanced(self._counters[stream]))

    def _next(self, stream: Stream) -> Counter:
        counter = self._counters.get(stream, Counter(stream, 0, 0))
        if counter.next_sequence > SEQUENCE_MAX:
            return Counter(stream, counter.incarnation + 1, 0)
        return counter


# a stream is at             event                                 then it is at
# --------------             -----                                 -------------
# incarnation i, sequence s  use                                   i, s + 1
# i, beyond SEQUENCE_MAX     use                                   i + 1, 1
# i, s                       said_in_another_life, before i, s     i, s
# i, s                       said_in_another_life, any other of j  max(i, j) + 1, 0: every stream,
#                                                                  at most LIVES_MAX
