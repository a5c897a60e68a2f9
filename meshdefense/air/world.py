"""Many radios on one channel: an event-driven model of the air and the firmware.

Pure: a caller gives the time, sends packets and asks what happened. The same seed, calls and
times give the same events. The simulator runs it in virtual time, the virtual radios in real
time. Times are seconds of the caller's clock, which must never go back; rules and constants
are those of `flooding`, `medium` and `presets`.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from meshdefense.air.flooding import FIRMWARE, FirmwareRules, Guard, Router
from meshdefense.air.medium import (
    DETECTION_MARGIN_DB,
    Channel,
    Link,
    Medium,
    Partition,
    Place,
    Signal,
    Waypoint,
)
from meshdefense.air.packets import (
    Acknowledged,
    Dropped,
    Event,
    Failed,
    Heard,
    Packet,
    PowerChanged,
    QueueFreed,
    Received,
    Refusal,
    Role,
    Transmitted,
)
from meshdefense.air.presets import MAX_ENCODED_BYTES, Preset, airtime_s
from meshdefense.air.radio import Flight, Radio

__all__ = ["World"]

Ended = Callable[[float, int, Packet, str | None, float], None]
"""Time, receiver, packet, why it was lost (None when it was received), SNR in dB."""


class World:
    """All nodes, the medium between them, and everything that is about to happen."""

    def __init__(
        self,
        seed: int,
        preset: Preset,
        *,
        channel: Channel | None = None,
        links_only: bool = False,
        hop_limit: int = 3,
        duty_cycle: float = 1.0,
        rules: FirmwareRules = FIRMWARE,
    ) -> None:
        """`duty_cycle` is the share of an hour that each node may transmit, 1.0 for no limit."""
        self.rules = rules
        self.preset = preset
        self.medium = Medium(channel or Channel(), links_only=links_only)
        self.hop_limit = hop_limit
        self.duty_cycle = duty_cycle
        self.counters: Counter[str] = Counter()
        """What became of packets: transmitted, received, relayed, collided, weak, deaf..."""
        self.on_ended: Ended | None = None
        """Told of every packet's end at every receiver; for explanations, not for protocols."""
        self._rng = random.Random(seed)
        self._radios: dict[int, Radio] = {}
        self._heap: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = 0
        self._now = 0.0
        self._events: list[Event] = []

    # -- nodes and links ---------------------------------------------------------------------

    def add_node(
        self,
        number: int,
        *,
        x: float = 0.0,
        y: float = 0.0,
        way: Sequence[Waypoint] = (),
        role: Role = Role.CLIENT,
    ) -> None:
        """Switch on a radio at x, y metres, or on a way. Raises ValueError if it exists."""
        if number in self._radios:
            raise ValueError(f"node {number} exists already")
        router = Router(number, role, self.hop_limit, self.rules)
        self._radios[number] = Radio(router, self.preset, self.duty_cycle)
        self.medium.add(number, Place(x, y, way))

    @property
    def numbers(self) -> list[int]:
        """The numbers of all nodes, in the order in which they were added."""
        return list(self._radios)

    def move(self, node: int, x: float, y: float) -> None:
        """Put `node` at x, y; it stands still there."""
        self._radio(node)
        self.medium.add(node, Place(x, y))

    def cut(self, a: int, b: int) -> None:
        """Make two nodes deaf to each other."""
        self._radio(a)
        self._radio(b)
        self.medium.cut(a, b)

    def restore(self, a: int, b: int) -> None:
        """Undo `cut`."""
        self._radio(a)
        self._radio(b)
        self.medium.restore(a, b)

    def set_link(self, sender: int, receiver: int, link: Link) -> None:
        """Set what holds from `sender` to `receiver`, in this direction only."""
        self.medium.link(sender, receiver, link)

    def add_partition(self, partition: Partition) -> None:
        """Separate groups of nodes for a time."""
        self.medium.partitions.append(partition)

    def configure(
        self,
        node: int,
        *,
        preset: Preset | None = None,
        role: Role | None = None,
        hop_limit: int | None = None,
        duty_cycle: float | None = None,
    ) -> None:
        """Change a node's radio settings; None leaves one as it is."""
        radio = self._radio(node)
        radio.preset = preset or radio.preset
        radio.router.role = role or radio.router.role
        if hop_limit is not None:
            radio.router.hop_limit = hop_limit
        if duty_cycle is not None:
            radio.duty_cycle = duty_cycle

    def guard(self, node: int, guard: Guard) -> None:
        """Let `guard` decide what a node relays and acknowledges."""
        self._radio(node).router.guard = guard

    def power(self, node: int, on: bool, now: float) -> None:
        """Switch a node; off loses its queue and memory, and it hears nothing."""
        self._check_time(now)
        radio = self._radio(node)
        if radio.on == on:
            return
        radio.switch(on)
        self._events.append(PowerChanged(now, node, on))

    def schedule_power(self, node: int, on: bool, at: float) -> None:
        """Switch a node at a later time."""
        self._radio(node)
        self._at(at, lambda now: self.power(node, on, now))

    # -- sending and asking ------------------------------------------------------------------

    def send(self, node: int, packet: Packet, now: float) -> Refusal | None:
        """Give a packet to a node's radio; None means that its queue took it.

        Origin, relay and `hop_start` are set here. Raises ValueError for a time in the past.
        """
        self._check_time(now)
        radio = self._radio(node)
        if not radio.on:
            return Refusal.SWITCHED_OFF
        if len(packet.payload) > MAX_ENCODED_BYTES:
            return Refusal.TOO_LARGE
        if radio.duty_used_up(now):
            return Refusal.DUTY_CYCLE
        packet = replace(packet, origin=node, relay=node, hop_start=packet.hop_limit)
        repeat_at = None
        if packet.want_ack:
            repeat_at = now + self._repeat_interval_s(radio, packet, now)
        if not radio.router.originate(packet, repeat_at):
            self.counters["refused"] += 1
            return Refusal.QUEUE_FULL
        if repeat_at is not None:
            self._watch(radio, packet.identifier, repeat_at)
        self._report_dropped(radio, now)
        self._arm(radio, now)
        return None

    def receive(self, node: int, packet: Packet, snr: float, rssi: float, now: float) -> None:
        """Let a node hear, whole, what somebody outside this world has transmitted.

        `packet` is the copy as it was on the air: with its relay and the hops it has left.
        """
        self._check_time(now)
        radio = self._radio(node)
        if radio.on:
            air_s = airtime_s(radio.preset, len(packet.payload))
            radio.meter.log_heard(now, air_s)
            self._hear(radio, packet, air_s, snr, rssi, now)
            self._arm(radio, now)

    def timer_at(self) -> float | None:
        """Return when `advance` has something to do, None when nothing is going on."""
        if self._events:
            return self._now
        return self._heap[0][0] if self._heap else None

    def advance(self, now: float) -> list[Event]:
        """Let everything happen up to `now`; return it in the order of time."""
        self._check_time(now)
        while self._heap and self._heap[0][0] <= now:
            at, _, action = heapq.heappop(self._heap)
            self._now = at
            action(at)
        self._now = now
        events, self._events = self._events, []
        return events

    def queue_free(self, node: int) -> int:
        """Return the free places in a node's transmit queue."""
        return self._radio(node).router.queue.free

    def channel_utilisation(self, node: int, now: float) -> float:
        """Return per cent of the last minute that the channel was busy for this node."""
        return self._radio(node).meter.channel_utilisation(now)

    def air_time(self, node: int, now: float) -> float:
        """Return per cent of the last hour that this node transmitted."""
        return self._radio(node).meter.air_time(now)

    def silent_minutes(self, node: int, now: float) -> int:
        """Return how many minutes a node whose duty cycle is used up has to wait."""
        radio = self._radio(node)
        return radio.meter.silent_minutes(now, radio.duty_cycle)

    def is_on(self, node: int) -> bool:
        """Whether a node is switched on."""
        return self._radio(node).on

    # -- transmitting ------------------------------------------------------------------------

    def _arm(self, radio: Radio, now: float) -> None:
        """Start the one transmit timer, unless it runs or the radio is sending."""
        front = radio.router.queue.front
        if front is None or radio.timer_armed or now < radio.transmitting_until:
            return
        own = front.snr is None  # only an own packet's wait depends on how busy the channel is
        utilisation = radio.meter.channel_utilisation(now) if own else 0.0
        slots = radio.router.backoff_slots(front, utilisation, self._rng)
        radio.timer_armed = True
        life = radio.life
        self._at(now + slots * radio.preset.slot_s, lambda at: self._try(radio, life, at))

    def _try(self, radio: Radio, life: int, now: float) -> None:
        """The back-off is over: send, or draw a new one when the channel is busy."""
        if radio.life != life:
            return
        radio.timer_armed = False
        front = radio.router.queue.front
        if front is None:
            return
        if radio.senses(now):
            self.counters["deferred"] += 1
            self._arm(radio, now)
        elif radio.duty_used_up(now):
            radio.router.queue.pop()
            self._events.append(Dropped(now, radio.router.number, front.packet))
            self._arm(radio, now)
        else:
            self._transmit(radio, now)

    def _transmit(self, radio: Radio, now: float) -> None:
        entry = radio.router.queue.pop()
        number, packet = radio.router.number, entry.packet
        air_s = airtime_s(radio.preset, len(packet.payload))
        radio.transmitting_until = now + air_s
        radio.go_deaf()
        self.counters["transmitted"] += 1
        if entry.snr is not None:
            self.counters["relayed"] += 1
        self._events.append(Transmitted(now, number, packet, air_s))
        self._events.append(QueueFreed(now, number, packet, radio.router.queue.free))
        noise_dbm = self.medium.channel.noise_dbm(radio.preset)
        signals = self._radiate(radio, now, air_s, noise_dbm)
        flight = Flight(radio, packet, air_s, radio.life, noise_dbm, signals)
        self._at(now + air_s, lambda at: self._land(flight, at))

    def _radiate(
        self, radio: Radio, now: float, air_s: float, noise_dbm: float
    ) -> list[tuple[Radio, Signal, float]]:
        """Begin a signal at everyone on this preset who can sense it."""
        channel, preset = self.medium.channel, radio.preset
        floor = noise_dbm + preset.snr_limit_db - DETECTION_MARGIN_DB
        gauss, sigma = self._rng.gauss, channel.fading_sigma_db
        made = []
        for number, mean, chance in self.medium.receivers(radio.router.number, now, floor):
            receiver = self._radios[number]
            power = mean + gauss(0.0, sigma)
            if power < floor or not (receiver.preset is preset or receiver.preset == preset):
                continue
            signal = Signal(power, now, now + air_s)
            receiver.expose(signal)
            made.append((receiver, signal, chance))
        return made

    def _land(self, flight: Flight, now: float) -> None:
        """A transmission ends: the sender goes on, the receivers have it or have lost it."""
        sender = flight.sender
        whole = sender.life == flight.life
        if whole:
            sender.meter.log_sent(now, flight.air_s)
            self._arm(sender, now)
        limit_dbm = flight.noise_dbm + sender.preset.snr_limit_db
        capture_db = self.medium.channel.capture_db
        for radio, signal, chance in flight.signals:
            if not radio.on:
                self._tell_end(radio, flight, signal, "off", now)
                continue
            if not signal.deaf:
                radio.meter.log_heard(now, flight.air_s)
            cause = radio.why_lost(signal, chance, limit_dbm, capture_db, self._rng)
            if not whole or cause is not None:
                cause = cause or "cut short"
                self.counters[cause] += 1
            self._tell_end(radio, flight, signal, cause, now)
            if cause is None:
                self._take(radio, flight, signal, now)
            self._arm(radio, now)

    def _tell_end(
        self, radio: Radio, flight: Flight, signal: Signal, cause: str | None, now: float
    ) -> None:
        if self.on_ended is not None:
            snr = signal.power_dbm - flight.noise_dbm
            self.on_ended(now, radio.router.number, flight.packet, cause, snr)

    # -- receiving ---------------------------------------------------------------------------

    def _take(self, radio: Radio, flight: Flight, signal: Signal, now: float) -> None:
        rssi = signal.power_dbm
        self._hear(radio, flight.packet, flight.air_s, rssi - flight.noise_dbm, rssi, now)

    def _hear(
        self, radio: Radio, packet: Packet, air_s: float, snr: float, rssi: float, now: float
    ) -> None:
        self.counters["received"] += 1
        node = radio.router.number
        radio.router.postpone(air_s)
        hearing = radio.router.hear(packet, snr, may_relay=not radio.duty_used_up(now))
        if hearing.implicit_ack is not None:
            self._events.append(Heard(now, node, hearing.implicit_ack, snr, rssi))
        if hearing.acknowledges:
            self._events.append(Acknowledged(now, node, packet, snr, rssi))
        if hearing.deliver:
            self._events.append(Received(now, node, packet, snr, rssi))
        self._report_dropped(radio, now)

    def _report_dropped(self, radio: Radio, now: float) -> None:
        for packet in radio.router.dropped:
            self.counters["evicted"] += 1
            self._events.append(Dropped(now, radio.router.number, packet))
        radio.router.dropped.clear()

    # -- repeating ---------------------------------------------------------------------------

    def _repeat_interval_s(self, radio: Radio, packet: Packet, now: float) -> float:
        utilisation = radio.meter.channel_utilisation(now)
        return radio.router.repeat_interval_s(radio.preset, len(packet.payload), utilisation)

    def _watch(self, radio: Radio, identifier: int, at: float) -> None:
        life = radio.life
        self._at(at, lambda now: self._overdue(radio, life, identifier, now))

    def _overdue(self, radio: Radio, life: int, identifier: int, now: float) -> None:
        pending = radio.router.pending.get(identifier)
        if radio.life != life or pending is None:
            return
        if pending.due > now:  # others talked meanwhile; the wait has grown
            self._watch(radio, identifier, pending.due)
            return
        due = now + self._repeat_interval_s(radio, pending.packet, now)
        if radio.router.repeat(identifier, due):
            self._watch(radio, identifier, due)
            self._report_dropped(radio, now)
            self._arm(radio, now)
        else:
            self._events.append(Failed(now, radio.router.number, pending.packet))

    # -- inside ------------------------------------------------------------------------------

    def _at(self, at: float, action: Callable[[float], None]) -> None:
        self._order += 1
        heapq.heappush(self._heap, (at, self._order, action))

    def _radio(self, number: int) -> Radio:
        try:
            return self._radios[number]
        except KeyError:
            raise ValueError(f"there is no node {number}") from None

    def _check_time(self, now: float) -> None:
        if now < self._now:
            raise ValueError(f"time went back from {self._now} to {now}")
