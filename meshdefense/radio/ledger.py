"""What became of the frames that a Meshtastic radio was given.

Pure: callers pass `now` in seconds. What the firmware says, measured on 2.7.26 and 2.8.0 and
read in MeshService.cpp, Router.cpp and ReliableRouter.cpp:

- each packet is answered by one QueueStatus with its id, when the transmit queue took or
  refused it; when many come at once some of these answers are dropped;
- for a broadcast with want_ack: later a routing acknowledgement from our own radio (a relay
  was heard), or MAX_RETRANSMIT;
- for a broadcast without want_ack: nothing more. But a later status that finds the queue empty
  proves that the packet went out, since the radio takes packets off its queue to transmit them
  (or to make room for more urgent ones, which happens only when the queue is full).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from meshdefense.radio.base import FrameFate
from meshdefense.radio.stock import NO_KEY
from meshdefense_protocol.transport import Fate

__all__ = ["FrameLedger", "Tracked"]

UNANSWERED_S = 30.0  # a queue answers within a second; ample for a slow Bluetooth link
FORGET_S = 600.0  # sixteen full frames at the slowest preset, three attempts each
IN_FLIGHT_S = 3.0  # how long an unanswered packet counts against the radio's free places

_RESULTS = {
    6: "the radio has no such channel",
    7: "the frame is too large for the radio",
    9: "the legal duty cycle is used up",
    32: "the radio's transmit queue is full",
    33: "the radio has no working LoRa part",
    34: "transmitting is switched off in the radio",
    39: NO_KEY,
}
"""ErrorCode of the firmware's router (MeshTypes.h, 32 to 34) and Routing.Error."""

_ERRORS = {
    "NO_CHANNEL": _RESULTS[6],
    "TOO_LARGE": _RESULTS[7],
    "DUTY_CYCLE_LIMIT": _RESULTS[9],
    "NO_INTERFACE": _RESULTS[33],
    "PKI_SEND_FAIL_PUBLIC_KEY": _RESULTS[39],
    "RATE_LIMIT_EXCEEDED": "the radio's rate limit for this port was exceeded",
}


class Tracked(Protocol):
    """What was given to the radio: a frame of the engine, or a line for stock radios."""

    @property
    def token(self) -> int:
        """Names it in its fates."""

    @property
    def want_ack(self) -> bool:
        """Whether the firmware repeats it until it is heard."""


@dataclass(slots=True)
class _Entry:
    token: int
    want_ack: bool
    since: float
    to: int | None
    accepted: bool = False
    on_air: bool = False
    evictable: bool = False
    """The queue was full while it waited: it may have been thrown out unsent."""


class FrameLedger:
    """Frames by packet id, until nothing more can become known of them."""

    def __init__(self) -> None:
        self._entries: dict[int, _Entry] = {}
        self._free: int | None = None

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, packet_id: int) -> bool:
        return packet_id in self._entries

    @property
    def curious(self) -> bool:
        """Would a fresh QueueStatus tell something?"""
        waiting = any(not e.on_air and not e.evictable for e in self._entries.values())
        return waiting or self._free == 0

    def has_room(self, now: float) -> bool:
        """May one more packet be given, by the last status and what went since?"""
        if self._free is None:
            return True
        recent = now - IN_FLIGHT_S
        unanswered = sum(not e.accepted and e.since > recent for e in self._entries.values())
        return unanswered < self._free

    def add(self, packet_id: int, frame: Tracked, now: float, to: int | None = None) -> None:
        """Note a packet, before it is written: the answer may be faster than the writer."""
        self._entries[packet_id] = _Entry(frame.token, frame.want_ack, now, to)

    def recipient(self, packet_id: int) -> int | None:
        """The node that a direct packet went to; None for a broadcast."""
        entry = self._entries.get(packet_id)
        return None if entry is None else entry.to

    def forget(self, packet_id: int) -> None:
        """The packet was never written."""
        self._entries.pop(packet_id, None)

    def queue_status(self, packet_id: int, result: int, free: int, size: int) -> list[FrameFate]:
        """Take in a QueueStatus."""
        fates: list[FrameFate] = []
        self._free = free
        if free == 0:
            for entry in self._entries.values():
                entry.evictable = entry.evictable or not entry.on_air
        if 0 < size == free:
            for other_id, entry in list(self._entries.items()):
                if other_id != packet_id and entry.accepted and not entry.evictable:
                    fates += self._aired(other_id, entry)
        answered = self._entries.get(packet_id)
        if answered is None:
            return fates
        if result:
            del self._entries[packet_id]
            reason = _RESULTS.get(result, f"the radio refused it (error {result})")
            fates.append(FrameFate(answered.token, Fate.REFUSED, reason))
        elif not answered.accepted:
            answered.accepted = True
            fates.append(FrameFate(answered.token, Fate.ACCEPTED))
        return fates

    def routing(self, packet_id: int, error: str) -> list[FrameFate]:
        """Take in a routing answer of our own radio; `error` is a name in Routing.Error."""
        entry = self._entries.pop(packet_id, None)
        if entry is None:
            return []
        if error == "NONE":
            return [*_on_air(entry), FrameFate(entry.token, Fate.HEARD)]
        if error == "MAX_RETRANSMIT":
            return [*_on_air(entry), FrameFate(entry.token, Fate.UNHEARD)]
        reason = _ERRORS.get(error, f"the radio refused it ({error})")
        return [FrameFate(entry.token, Fate.REFUSED, reason)]

    def expire(self, now: float) -> list[FrameFate]:
        """Give up what was never answered; forget, without a word, what is merely unfinished."""
        fates = []
        for packet_id, entry in list(self._entries.items()):
            age = now - entry.since
            if not entry.accepted and age > UNANSWERED_S:
                del self._entries[packet_id]
                fates.append(FrameFate(entry.token, Fate.LOST, "the radio never answered for it"))
            elif age > FORGET_S:
                del self._entries[packet_id]
        return fates

    def lose_all(self, detail: str) -> list[FrameFate]:
        """The link is gone: nothing more will become known of any of them."""
        fates = [FrameFate(e.token, Fate.LOST, detail) for e in self._entries.values()]
        self._entries.clear()
        self._free = None
        return fates

    def _aired(self, packet_id: int, entry: _Entry) -> list[FrameFate]:
        fates = _on_air(entry)
        entry.on_air = True
        if not entry.want_ack:
            del self._entries[packet_id]
        return fates


def _on_air(entry: _Entry) -> list[FrameFate]:
    return [] if entry.on_air else [FrameFate(entry.token, Fate.ON_AIR)]
