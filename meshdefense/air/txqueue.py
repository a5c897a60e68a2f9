"""The transmit queue of one radio: 16 places, urgent packets first (`MeshPacketQueue.cpp`)."""

from __future__ import annotations

from dataclasses import dataclass

from meshdefense.air.packets import Packet

__all__ = ["QUEUE_PLACES", "Queued", "TransmitQueue"]

QUEUE_PLACES = 16


@dataclass(slots=True)
class Queued:
    """A packet that waits for the air."""

    packet: Packet
    snr: float | None
    """With which it was heard, in dB; None when this node is its origin."""
    late: bool = False
    """A late router's copy that others have relayed already: goes last, after a long wait."""


def _rank(entry: Queued) -> tuple[bool, int, bool]:
    """Sorting key: not late first, then priority, then other people's packets before own."""
    return (entry.late, -entry.packet.priority, entry.snr is None)


class TransmitQueue:
    """At most `QUEUE_PLACES` packets, in the order in which they will be sent."""

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: list[Queued] = []

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def free(self) -> int:
        """Places left."""
        return QUEUE_PLACES - len(self._entries)

    @property
    def front(self) -> Queued | None:
        """What goes out next."""
        return self._entries[0] if self._entries else None

    def put(self, entry: Queued) -> tuple[bool, Packet | None]:
        """Queue `entry`; return whether it was taken, and the packet it displaced.

        A full queue gives up its last packet for one of higher priority, else refuses.
        """
        evicted = None
        if not self.free:
            last = self._entries[-1].packet
            if last.priority >= entry.packet.priority:
                return False, None
            evicted = self._entries.pop().packet
        rank, place = _rank(entry), len(self._entries)
        while place and _rank(self._entries[place - 1]) > rank:
            place -= 1
        self._entries.insert(place, entry)
        return True, evicted

    def pop(self) -> Queued:
        """Take the front away. Raises IndexError when empty."""
        return self._entries.pop(0)

    def find(self, key: tuple[int, int]) -> Queued | None:
        """Return the waiting copy of the packet `key`."""
        for entry in self._entries:
            if entry.packet.key == key:
                return entry
        return None

    def remove(self, entry: Queued) -> None:
        """Take `entry` out; it must be in the queue."""
        self._entries.remove(entry)

    def clear(self) -> None:
        """Forget everything, as a radio does that loses power."""
        self._entries.clear()
