"""The managed flooding of the Meshtastic firmware, 2.7: one node's router.

Pure: packets and times in, outcomes out. It decides what is relayed, cancelled, repeated and
given up; `medium_access` decides when it is sent. Sources in the firmware: `FloodingRouter`,
`ReliableRouter`, `NextHopRouter`, `PacketHistory`, `RadioInterface`. Not modelled: next-hop
routing of direct messages (they are flooded), favourites, MQTT.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Protocol

from meshdefense.air.packets import BROADCAST, MAX_HOPS, Packet, Priority, Role
from meshdefense.air.presets import Preset, airtime_s
from meshdefense.air.txqueue import Queued, TransmitQueue

__all__ = [
    "ATTEMPTS",
    "FIRMWARE",
    "GUIDE",
    "FirmwareRules",
    "Guard",
    "Hearing",
    "Pending",
    "Router",
    "contention_window",
    "hops_back",
]

ATTEMPTS = 3  # NUM_RELIABLE_RETX: transmissions by the origin, the first included
CW_MIN, CW_MAX = 3, 8  # exponents of the contention window
SNR_MIN_DB, SNR_MAX_DB = -20.0, 10.0  # mapped onto the window: far nodes relay first
PROCESSING_S = 4.5  # PROCESSING_TIME_MSEC: allowance for the slowest relay
SEEN_LIMIT = 500  # packets remembered by a native node; the oldest is overwritten

ACK_PAYLOAD = bytes(13)  # as long as an encoded routing message with a request id


@dataclass(frozen=True, slots=True)
class FirmwareRules:
    """Where the firmware as measured and the model behind the shared scenarios differ.

    The scenarios' flooding table was made with simpler rules; comparing with it takes the same
    ones (GUIDE). Everything that talks to people's radios takes FIRMWARE.
    """

    talk_postpones_repeats: bool = True
    """Air time of packets heard meanwhile lengthens the wait for a relay (ReliableRouter)."""
    repeat_replaces_waiting: bool = True
    """A copy that still waits in the queue is this attempt; otherwise a second one joins it."""
    relays_keep_priority: bool = False
    """A relay sends an alert as an alert; the radio header has no field that would say so."""


FIRMWARE = FirmwareRules()
GUIDE = FirmwareRules(
    talk_postpones_repeats=False, repeat_replaces_waiting=False, relays_keep_priority=True
)


def contention_window(snr: float) -> int:
    """Return the window's exponent for relaying what was heard with `snr` dB."""
    part = (snr - SNR_MIN_DB) / (SNR_MAX_DB - SNR_MIN_DB)
    return CW_MIN + int(min(max(part, 0.0), 1.0) * (CW_MAX - CW_MIN))


@dataclass(slots=True)
class Pending:
    """An own packet that waits for its acknowledgement."""

    packet: Packet
    attempts_left: int
    due: float


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a packet meant to the node that heard it."""

    deliver: bool = False
    """It is for the node's client, or its guard wants to see it; and new."""
    implicit_ack: Packet | None = None
    """The node's own packet, now known to be relayed."""
    acknowledges: bool = False
    """It is the destination's acknowledgement of an own packet."""


class Guard(Protocol):
    """What reads packets may have a say in what becomes of them; the router itself never does."""

    def passes_on(self, packet: Packet, snr: float) -> Packet | None:
        """Return what to relay of a packet heard with `snr` dB, perhaps changed; None: nothing."""

    def acknowledges(self, packet: Packet) -> bool:
        """Whether to confirm a packet that is meant for the node."""

    def confirms_later(self, packet: Packet) -> bool:
        """Whether the node itself sees to the confirmation of a new packet: its answer may do."""

    def settles(self, packet: Packet) -> int | None:
        """Return which own packet this one, meant for the node, answers or says was of no use."""


NOTHING = Hearing()
DELIVER = Hearing(deliver=True)


class Router:
    """Seen-table, transmit queue and pending acknowledgements of one node."""

    def __init__(
        self, number: int, role: Role, hop_limit: int, rules: FirmwareRules = FIRMWARE
    ) -> None:
        self.number = number
        self.role = role
        self.rules = rules
        self.hop_limit = hop_limit
        """Used for the acknowledgements that the node makes by itself."""
        self.queue = TransmitQueue()
        self.pending: dict[int, Pending] = {}
        """By identifier."""
        self.dropped: list[Packet] = []
        """What left the queue unsent since the caller last looked; the caller clears it."""
        self.guard: Guard | None = None
        self._seen: dict[tuple[int, int], None] = {}
        self.next_identifier = number & 0xFFFF
        """From which the next acknowledgement's is made."""

    def forget(self) -> None:
        """Lose everything that is in memory, as a reboot does."""
        self.queue.clear()
        self.pending.clear()
        self.dropped.clear()
        self._seen.clear()

    # -- own packets -------------------------------------------------------------------------

    def originate(self, packet: Packet, repeat_at: float | None) -> bool:
        """Queue an own packet; return False when the queue refuses it.

        `repeat_at` is when to repeat it unless it was acknowledged; None sends it once.
        """
        if not self._enqueue(Queued(packet, None)):
            return False
        self._note(packet.key)
        if repeat_at is not None:
            self.pending[packet.identifier] = Pending(packet, ATTEMPTS - 1, repeat_at)
        return True

    def repeat_interval_s(self, preset: Preset, size: int, utilisation: float) -> float:
        """Return how long to wait for an acknowledgement of `size` payload bytes."""
        slots = (1 << own_window(utilisation)) + 2 * CW_MAX + (1 << ((CW_MAX + CW_MIN) // 2))
        return 2 * airtime_s(preset, size) + slots * preset.slot_s + PROCESSING_S

    def repeat(self, identifier: int, due: float) -> bool:
        """Queue an own packet again; return False when its attempts are used up.

        By the firmware's rules a copy that still waits in the queue is this attempt's start,
        not an attempt.
        """
        pending = self.pending[identifier]
        pending.due = due
        waiting = self.queue.find(pending.packet.key) is not None
        if waiting and self.rules.repeat_replaces_waiting:
            return True
        if pending.attempts_left == 0:
            del self.pending[identifier]
            return False
        pending.attempts_left -= 1
        self._enqueue(Queued(pending.packet, None))
        return True

    def postpone(self, seconds: float) -> None:
        """Give every awaited acknowledgement as much longer as somebody else talked."""
        if not self.rules.talk_postpones_repeats:
            return
        for pending in self.pending.values():
            pending.due += seconds

    # -- other people's packets --------------------------------------------------------------

    def hear(self, packet: Packet, snr: float, *, may_relay: bool = True) -> Hearing:
        """Take a packet from the air; queue what follows from it.

        `may_relay` is False when the duty cycle is used up.
        """
        if packet.origin == self.number:
            return self._hear_own(packet)
        if packet.key in self._seen:
            self._hear_again(packet, snr, may_relay)
            return NOTHING
        self._note(packet.key)
        if packet.to == self.number:
            if packet.answers is not None:
                self.pending.pop(packet.answers, None)
                return Hearing(acknowledges=True)
            if self.guard is not None and (settled := self.guard.settles(packet)) is not None:
                self.pending.pop(settled, None)
            if packet.want_ack and not (self.guard and self.guard.confirms_later(packet)):
                self.acknowledge(packet)
            return DELIVER
        if may_relay:
            self._relay(packet, snr)
        # Who has a guard reads along: what others tell each other is learnt, too.
        return DELIVER if packet.to == BROADCAST or self.guard is not None else NOTHING

    def _hear_own(self, packet: Packet) -> Hearing:
        pending = self.pending.pop(packet.identifier, None)
        if pending is None:
            return NOTHING
        while (waiting := self.queue.find(packet.key)) is not None:
            self.queue.remove(waiting)
        return Hearing(implicit_ack=pending.packet)

    def _hear_again(self, packet: Packet, snr: float, may_relay: bool) -> None:
        waiting = self.queue.find(packet.key)
        if packet.is_direct and waiting is None:
            # The origin repeats: it has heard nobody, so it is helped again.
            if packet.to == self.number and packet.want_ack:
                self.acknowledge(packet)
            elif packet.to != self.number and may_relay:
                self._relay(packet, snr)
        elif waiting is not None and not packet.is_direct:
            if packet.hop_limit - 1 > waiting.packet.hop_limit:
                self.queue.remove(waiting)
                self._relay(packet, snr)
            elif self.role is Role.ROUTER_LATE:
                waiting.late = True
                self.queue.remove(waiting)
                self._enqueue(waiting)
            elif self.role is not Role.ROUTER:
                self.queue.remove(waiting)

    def _relay(self, packet: Packet, snr: float) -> None:
        if packet.hop_limit > 0 and self.role is not Role.CLIENT_MUTE:
            if self.guard is not None:
                allowed = self.guard.passes_on(packet, snr)
                if allowed is None:
                    return
                packet = allowed
            keep = self.rules.relays_keep_priority
            copy = packet.passed_on(self.number, keep_priority=keep)
            self._enqueue(Queued(copy, snr))

    def acknowledge(self, packet: Packet) -> None:
        """Queue the confirmation of a packet that was meant for this node."""
        if self.guard is not None and not self.guard.acknowledges(packet):
            return
        hops = hops_back(packet.hop_start, packet.hop_limit, self.hop_limit)
        self.next_identifier = (self.next_identifier * 1_103_515_245 + 12_345) & 0xFFFFFFFF
        answer = Packet(
            self.number,
            self.next_identifier,
            ACK_PAYLOAD,
            packet.origin,
            hops,
            hops,
            priority=Priority.ACK,
            channel=packet.channel,
            answers=packet.identifier,
            relay=self.number,
        )
        self._note(answer.key)
        self._enqueue(Queued(answer, None))

    # -- waiting -----------------------------------------------------------------------------

    def backoff_slots(self, entry: Queued, utilisation: float, rng: random.Random) -> int:
        """Draw how many slots to listen before sending `entry`."""
        if entry.snr is None:
            return rng.randrange(1 << own_window(utilisation))
        window = contention_window(entry.snr)
        if self.role is Role.ROUTER:
            return rng.randrange(2 * window)
        if entry.late:
            return 2 * CW_MAX + (1 << CW_MAX) + rng.randrange(1 << window)
        return 2 * CW_MAX + rng.randrange(1 << window)

    # -- inside ------------------------------------------------------------------------------

    def _enqueue(self, entry: Queued) -> bool:
        taken, evicted = self.queue.put(entry)
        if evicted is not None:
            self.dropped.append(evicted)
        return taken

    def _note(self, key: tuple[int, int]) -> None:
        self._seen[key] = None
        if len(self._seen) > SEEN_LIMIT:
            del self._seen[next(iter(self._seen))]


def hops_back(hop_start: int, hop_limit: int, own_limit: int) -> int:
    """Return the hop limit for an answer: what the packet needed, and two more.

    The own limit when nobody knows what it needed: somebody on the way changed the numbers.
    """
    used = hop_start - hop_limit
    if used < 0:
        return min(own_limit, MAX_HOPS)
    return min(used if used > own_limit else min(used + 2, own_limit), MAX_HOPS)


def own_window(utilisation: float) -> int:
    """Return the window's exponent for an own packet at this channel utilisation, per cent."""
    return CW_MIN + int(min(max(utilisation, 0.0), 100.0) / 100.0 * (CW_MAX - CW_MIN))
