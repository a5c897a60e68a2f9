"""Medium access control: when each radio sends, who receives it, and when it is sent again.

Carrier sense with a drawn back-off, transmission, reception and repeating as the firmware's
`RadioLibInterface` and `ReliableRouter` do them. What is relayed and acknowledged is decided by
`flooding`, what arrives how strong by `medium`; `world` keeps the clock and calls back. Times
are seconds of its clock, powers dBm, ratios dB.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping

from meshdefense.air.medium import DETECTION_MARGIN_DB, Medium, Signal
from meshdefense.air.packets import (
    Acknowledged,
    Dropped,
    Event,
    Failed,
    Heard,
    Packet,
    QueueFreed,
    Received,
    Transmitted,
)
from meshdefense.air.presets import airtime_s
from meshdefense.air.radio import Flight, Radio

__all__ = ["Action", "Ended", "MediumAccess", "Schedule"]

Ended = Callable[[float, int, Packet, str | None, float], None]
"""Time, receiver, packet, why it was lost (None when it was received), SNR in dB."""
Action = Callable[[float], None]
"""What happens at a time, which it is given."""
Schedule = Callable[[float, Action], None]
"""Lets an action happen at a time; of one time, the one asked for first comes first."""


class MediumAccess:
    """The channel as all radios share it; what happens on it is in `events` and `counters`."""

    def __init__(
        self, medium: Medium, radios: Mapping[int, Radio], rng: random.Random, at: Schedule
    ) -> None:
        """`radios` are all there are, by number; the caller may add to them."""
        self.counters: Counter[str] = Counter()
        """What became of packets: transmitted, received, relayed, collided, weak, deaf..."""
        self.events: list[Event] = []
        """What happened since the caller last looked, in the order of time; it takes them away."""
        self.on_ended: Ended | None = None
        """Told of every packet's end at every receiver; for explanations, not for protocols."""
        self._medium = medium
        self._radios = radios
        self._rng = rng
        self._at = at

    def send(self, radio: Radio, packet: Packet, now: float) -> bool:
        """Queue a packet of the radio's own; return False when the queue refuses it."""
        repeat_at = None
        if packet.want_ack:
            repeat_at = now + self._repeat_interval_s(radio, packet, now)
        if not radio.router.originate(packet, repeat_at):
            self.counters["refused"] += 1
            return False
        if repeat_at is not None:
            self._watch(radio, packet.identifier, repeat_at)
        self._report_dropped(radio, now)
        self._arm(radio, now)
        return True

    def receive(self, radio: Radio, packet: Packet, snr: float, rssi: float, now: float) -> None:
        """Let a radio hear, whole, what no radio of this channel has transmitted."""
        air_s = airtime_s(radio.preset, len(packet.payload))
        radio.meter.log_heard(now, air_s)
        self._hear(radio, packet, air_s, snr, rssi, now)
        self._arm(radio, now)

    def acknowledge(self, radio: Radio, packet: Packet, now: float) -> None:
        """Let a radio confirm a packet that it has heard."""
        radio.router.acknowledge(packet)
        self._report_dropped(radio, now)
        self._arm(radio, now)

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
            self.events.append(Dropped(now, radio.router.number, front.packet))
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
        self.events.append(Transmitted(now, number, packet, air_s))
        self.events.append(QueueFreed(now, number, packet, radio.router.queue.free))
        noise_dbm = self._medium.channel.noise_dbm(radio.preset)
        signals = self._radiate(radio, now, air_s, noise_dbm)
        flight = Flight(radio, packet, air_s, radio.life, noise_dbm, signals)
        self._at(now + air_s, lambda at: self._land(flight, at))

    def _radiate(
        self, radio: Radio, now: float, air_s: float, noise_dbm: float
    ) -> list[tuple[Radio, Signal, float]]:
        """Begin a signal at everyone on this preset who can sense it."""
        channel, preset = self._medium.channel, radio.preset
        floor = noise_dbm + preset.snr_limit_db - DETECTION_MARGIN_DB
        gauss, sigma = self._rng.gauss, channel.fading_sigma_db
        made = []
        for number, mean, chance in self._medium.receivers(radio.router.number, now, floor):
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
        capture_db = self._medium.channel.capture_db
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
            self.events.append(Heard(now, node, hearing.implicit_ack, snr, rssi))
        if hearing.acknowledges:
            self.events.append(Acknowledged(now, node, packet, snr, rssi))
        if hearing.deliver:
            self.events.append(Received(now, node, packet, snr, rssi))
        self._report_dropped(radio, now)

    def _report_dropped(self, radio: Radio, now: float) -> None:
        for packet in radio.router.dropped:
            self.counters["evicted"] += 1
            self.events.append(Dropped(now, radio.router.number, packet))
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
            self.events.append(Failed(now, radio.router.number, pending.packet))
