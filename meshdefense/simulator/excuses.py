"""What some rules have to know of a machine before they call something a fault.

Nothing here raises: the rules themselves are in `invariants`.
"""

from __future__ import annotations

from meshdefense.simulator.machine import Machine
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.frames import open_frame
from meshdefense_protocol.limits import ROSTER_INCARNATION
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.transport import OutgoingFrame

__all__ = ["Blind", "leads_to_newer_keys", "life_of", "would_be_used_again"]


def leads_to_newer_keys(machine: Machine, frame: OutgoingFrame) -> bool:
    """Whether a frame is for members with older keys: an answer is sealed with the newest."""
    keys = machine.membership.keys
    if keys.epoch <= 1:
        return False
    opened = open_frame(keys, frame.payload)
    return not isinstance(opened, Rejection) and opened[0].epoch < keys.epoch


def life_of(item_id: ItemId) -> int:
    """The incarnation of its author, whatever the stream."""
    return item_id.incarnation % ROSTER_INCARNATION


class Blind:
    """Members whose older disk knows nothing of ids that they used, until it holds one of them.

    Whoever hears such an id knows; but a full disk does not take it, and a power cut then makes
    them blind again (seed 8180).
    """

    def __init__(self) -> None:
        self._unknown: dict[int, set[ItemId]] = {}
        self._heard: dict[int, tuple[ItemId, set[ItemId]]] = {}
        """What told them, and what they did not know before."""

    def __contains__(self, member: int) -> bool:
        return member in self._unknown

    def unknown_to(self, member: int) -> frozenset[ItemId]:
        """Ids that they may use again."""
        return frozenset(self._unknown.get(member, ()))

    def lost(self, member: int, ids: set[ItemId]) -> None:
        """A disk was put back that does not have these."""
        self._unknown[member] = set(ids)
        self._heard.pop(member, None)

    def hears(self, member: int, item_id: ItemId) -> None:
        """A member hears what they said themselves: only the newest life tells them all."""
        unknown = self.unknown_to(member)
        if item_id in unknown and life_of(item_id) >= max(map(life_of, unknown)):
            self._heard[member] = item_id, self._unknown.pop(member)

    def stored(self, member: int, item_id: ItemId) -> None:
        """An item is on their disk."""
        if member in self._heard and self._heard[member][0] == item_id:
            del self._heard[member]

    def restarted(self, member: int) -> None:
        """What was in memory only is gone."""
        if member in self._heard:
            self._unknown[member] = self._heard.pop(member)[1]


def would_be_used_again(machine: Machine, item_id: ItemId) -> bool:
    """Whether it is an own id from which on the machine's disk counts, or a later one.

    Positions apart: nobody sends those again, so that it would never learn of them.
    """
    if item_id.author != machine.number or item_id.stream is Stream.POSITION:
        return False
    counter = machine.disk._counters.get(item_id.stream)
    if counter is None:
        return True
    return (life_of(item_id), item_id.sequence) >= (counter.incarnation, counter.next_sequence)
