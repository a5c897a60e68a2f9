"""The radios of a trial, on the modelled air, and what goes wrong between radio and host.

Links, floods, repeats and collisions are those of `meshdefense.air`; here frames are lost with
a chance of their link, taken twice, late or with other bits. Times are seconds from the start.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Final, Protocol

from meshdefense.air import packets as air
from meshdefense.air.flooding import GUIDE
from meshdefense.air.medium import Channel, Link, Partition
from meshdefense.air.presets import preset_named
from meshdefense.air.world import World
from meshdefense.simulator.faults import Attack, Fault, Plan
from meshdefense.simulator.seeds import derived
from meshdefense_protocol.airtime import carrier_bytes
from meshdefense_protocol.transport import Fate, OutgoingFrame, Reception

__all__ = ["Host", "Radios"]

LOSS_DB: Final = 110.0
"""A good link: 30 dB above the limit."""
HOP_LIMIT: Final = 3
LATE_S: Final = (1.0, 60.0)

Schedule = Callable[[float, Callable[[float], None]], None]


class Host(Protocol):
    """Whoever has the radios."""

    def take(self, node: int, payload: bytes, reception: Reception, at: float) -> None:
        """A frame came in at a node."""

    def fate(self, node: int, life: int, token: int, fate: Fate, at: float) -> None:
        """News of a frame that a node handed over in one of its lives."""


@dataclass(frozen=True, slots=True)
class _Given:
    """A packet that a node gave to its radio."""

    node: int
    life: int
    payload: bytes
    token: int | None


class Radios:
    """All of them. `happened` counts what took effect."""

    def __init__(
        self, plan: Plan, host: Host, schedule: Schedule, rng: Random, happened: Counter[str]
    ) -> None:
        self._plan, self._host, self._schedule = plan, host, schedule
        self._rng, self._count = rng, happened
        self._given: dict[int, _Given] = {}
        self.world = World(
            derived(plan.seed, 0, "air"),
            preset_named("LONG_FAST"),
            channel=Channel(fading_sigma_db=1.0),
            links_only=True,
            rules=GUIDE,
        )
        for node in range(plan.nodes):
            mute = Attack.WITHHOLD in plan.attacks and node == plan.attacker
            role = air.Role.CLIENT_MUTE if mute else air.Role.CLIENT
            self.world.add_node(node, x=100.0 * node, role=role)
        for split in plan.splits:
            self.world.add_partition(Partition(split.at, split.until, split.groups))
        self.link(plan.loss)

    def link(self, loss: float) -> None:
        """Let every link lose this share of what it carries."""
        for a, b in self._plan.links:
            for pair in ((a, b), (b, a)):
                self.world.set_link(*pair, Link(LOSS_DB, loss))

    def transmit(self, node: int, life: int, frame: OutgoingFrame, at: float) -> air.Refusal | None:
        """A machine hands a frame over."""
        return self.hand(node, frame.payload, frame.hop_limit, at, life=life, frame=frame)

    def hand(
        self,
        node: int,
        payload: bytes,
        hops: int | None,
        at: float,
        *,
        life: int = 0,
        frame: OutgoingFrame | None = None,
    ) -> air.Refusal | None:
        """Anybody hands a payload over."""
        identifier = len(self._given) + 1
        self._given[identifier] = _Given(node, life, payload, frame.token if frame else None)
        packet = air.Packet(
            node,
            identifier,
            payload + bytes(carrier_bytes(len(payload))),
            hop_limit=HOP_LIMIT if hops is None else hops,
            want_ack=frame is not None and frame.want_ack,
            priority=air.Priority.HIGH if frame and frame.urgent else air.Priority.DEFAULT,
        )
        return self.world.send(node, packet, at)

    def advance(self, at: float) -> None:
        """Let everything in the air happen up to a time."""
        for event in self.world.advance(at):
            match event:
                case air.Received(packet=packet):
                    self._received(event, packet)
                case air.QueueFreed(packet=packet) if packet.relay == packet.origin:
                    self._fate(packet.identifier, Fate.ON_AIR, event.at)
                case air.Heard(packet=packet):
                    self._fate(packet.identifier, Fate.HEARD, event.at)
                case air.Failed(packet=packet):
                    self._fate(packet.identifier, Fate.UNHEARD, event.at)

    def _fate(self, identifier: int, fate: Fate, at: float) -> None:
        given = self._given[identifier]
        if given.token is not None:
            self._host.fate(given.node, given.life, given.token, fate, at)

    def _received(self, event: air.Received, packet: air.Packet) -> None:
        """A frame reaches a host: maybe twice, late, or with other bits."""
        plan, rng, at = self._plan, self._rng, event.at
        payload = self._given[packet.identifier].payload
        if event.node == plan.attacker and packet.hop_limit and Attack.WITHHOLD in plan.attacks:
            self._count[Attack.WITHHOLD.value] += 1
        hops = packet.hop_start - packet.hop_limit
        reception = Reception(
            "radio", packet.origin, round(event.snr, 2), round(event.rssi), hops, packet.hop_limit
        )
        if at >= plan.quiet_at:
            self._host.take(event.node, payload, reception, at)
            return
        if rng.random() < plan.corruption:
            payload = self._damaged(payload)
        take = partial(self._host.take, event.node, payload, reception)
        if rng.random() < plan.duplication:
            self._count[Fault.DUPLICATION.value] += 1
            self._schedule(at + rng.uniform(*LATE_S), take)
        if rng.random() < plan.reordering:
            self._count[Fault.REORDERING.value] += 1
            self._schedule(at + rng.uniform(*LATE_S), take)
        else:
            take(at)

    def _damaged(self, payload: bytes) -> bytes:
        damaged = bytearray(payload)
        for _ in range(self._rng.randint(1, 8)):
            damaged[self._rng.randrange(len(damaged))] ^= 1 << self._rng.randrange(8)
        self._count[Fault.CORRUPTION.value] += 1
        return bytes(damaged)
