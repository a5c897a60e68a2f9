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
from collections.abc import Sequence
from dataclasses import replace

from meshdefense.air.flooding import FIRMWARE, FirmwareRules, Guard, Router
from meshdefense.air.medium import Channel, Link, Medium, Partition, Place, Waypoint
from meshdefense.air.medium_access import Action, Ended, MediumAccess
from meshdefense.air.packets import Event, Packet, PowerChanged, Refusal, Role
from meshdefense.air.presets import MAX_ENCODED_BYTES, Preset
from meshdefense.air.radio import Radio

__all__ = ["World"]


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
        self._radios: dict[int, Radio] = {}
        self._heap: list[tuple[float, int, Action]] = []
        self._order = 0
        self._now = 0.0
        self._access = MediumAccess(self.medium, self._radios, random.Random(seed), self._at)
        self.counters: Counter[str] = self._access.counters
        """What became of packets: transmitted, received, relayed, collided, weak, deaf..."""

    @property
    def on_ended(self) -> Ended | None:
        """Told of every packet's end at every receiver; for explanations, not for protocols."""
        return self._access.on_ended

    @on_ended.setter
    def on_ended(self, told: Ended | None) -> None:
        self._access.on_ended = told

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
        self._access.events.append(PowerChanged(now, node, on))

    def schedule_power(self, node: int, on: bool, at: float) -> None:
        """Switch a node at a later time."""
        self._radio(node)
        self._at(at, lambda now: self.power(node, on, now))

    def number_answers_from(self, node: int, identifier: int) -> None:
        """Say where the packet ids of a node's own acknowledgements begin.

        Others remember those of its last life; after a restart it must not use them again.
        """
        self._radio(node).router.next_identifier = identifier

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
        return None if self._access.send(radio, packet, now) else Refusal.QUEUE_FULL

    def receive(self, node: int, packet: Packet, snr: float, rssi: float, now: float) -> None:
        """Let a node hear, whole, what somebody outside this world has transmitted.

        `packet` is the copy as it was on the air: with its relay and the hops it has left.
        """
        self._check_time(now)
        radio = self._radio(node)
        if radio.on:
            self._access.receive(radio, packet, snr, rssi, now)

    def acknowledge(self, node: int, packet: Packet, now: float) -> None:
        """Let a node confirm a packet of which its guard said that it would be done later."""
        self._check_time(now)
        radio = self._radio(node)
        if radio.on:
            self._access.acknowledge(radio, packet, now)

    def timer_at(self) -> float | None:
        """Return when `advance` has something to do, None when nothing is going on."""
        if self._access.events:
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
        events, self._access.events = self._access.events, []
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

    # -- inside ------------------------------------------------------------------------------

    def _at(self, at: float, action: Action) -> None:
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
