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

__all__ = ["leads_to_newer_keys", "life_of", "would_be_used_again"]


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
