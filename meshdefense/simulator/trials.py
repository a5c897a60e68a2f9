"""A trial: real engines on the modelled air, with everything that a seed makes go wrong.

After every step the invariants are checked; when the faults are over, all who share keys must
hold the same within a while, say something once more, and agree again. Trials with attackers
use real cryptography, the others its counted stand-in. The same seed gives the same trial.
Times are seconds from the start.
"""

from __future__ import annotations

import contextlib
import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from meshdefense.air import packets as air
from meshdefense.air.flooding import GUIDE
from meshdefense.air.medium import Channel, Link, Partition
from meshdefense.air.presets import preset_named
from meshdefense.air.world import World
from meshdefense.simulator.agreement import Spoken, disagreement
from meshdefense.simulator.bounds import small_stores
from meshdefense.simulator.cast import EPOCH
from meshdefense.simulator.disk import Disk
from meshdefense.simulator.faults import Attack, Fault, Incident, Plan, draw
from meshdefense.simulator.hostile import Captured, Outsider
from meshdefense.simulator.invariants import Invariants, Violation
from meshdefense.simulator.machine import Cut, Machine, PowerCutError
from meshdefense.simulator.membership import enrol
from meshdefense.simulator.seeds import derived, stream
from meshdefense.simulator.speech import Speech
from meshdefense.simulator.standin import standing_in
from meshdefense_protocol.airtime import carrier_bytes
from meshdefense_protocol.errors import LocalError
from meshdefense_protocol.events import ItemAccepted
from meshdefense_protocol.neighbours import FORGET_STAMP_S
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.transport import Fate, OutgoingFrame, Reception

__all__ = ["SETTLE_S", "Outcome", "Trial", "run_trial"]

SETTLE_S: Final = 2400.0
"""Within so long after the last fault all agree; later where a clock was set back or somebody
spoke with another's number: a stamp from the future counts for FORGET_STAMP_S."""
HOUR_S: Final = 3600.0
"""So much longer where a node has used up the airtime that it may use in an hour."""
LOOK_EVERY_S: Final = 60.0
LOSS_DB: Final = 110.0
"""A good link: 30 dB above the limit."""
RADIO_STARTS_S: Final = 1.0
RESTARTS_S: Final = 20.0
AT_ONCE_S: Final = 0.01
"""The daemon waits so long at least before it calls its engine again."""
ROUNDS_MAX: Final = 32
"""Exchanges between engine and radio at one moment; each sends a frame."""
ATTACK_S: Final = (6.0, 20.0)
"""Between two of each kind; a frame is on air for about a second."""
LATE_S: Final = (1.0, 60.0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a trial came to. `happened` counts faults and attacks that took effect."""

    plan: Plan
    happened: Counter[str]
    steps: int
    checks: int
    agreed_s: float
    """After the last fault, until all agreed."""


@dataclass(frozen=True, slots=True)
class _Given:
    """A packet that a node gave to its radio."""

    node: int
    life: int
    payload: bytes
    token: int | None


class Trial:
    """One seed at work."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.happened: Counter[str] = Counter()
        self.steps = 0
        self._rng = stream(plan.seed, 0, "air faults")
        self.cast = enrol(plan.roles, real=bool(plan.attacks))
        first = self.cast.members[0]
        honest = frozenset(self.cast.members[node].number for node in plan.honest)
        self.invariants = Invariants(first.charter, first.roster, honest)
        self.machines = {
            node: Machine(node, self.cast.members[node], self._entropy(node), self.invariants)
            for node in plan.honest
        }
        self._speech = Speech(stream(plan.seed, 0, "speech"))
        self.spoken = Spoken()
        self._since: dict[int, float] = {}
        self._no_beacons: set[int] = set()
        self._world = self._build()
        self._given: dict[int, _Given] = {}
        self._heap: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = 0
        self._captured: Captured | None = None
        self._outsider: Outsider | None = None
        if plan.attacker is not None:
            rng = stream(plan.seed, 0, "captured")
            self._captured = Captured(self.cast.members[plan.attacker], plan.attacks, rng)
        if plan.outsider is not None:
            self._outsider = Outsider(plan.attacks, stream(plan.seed, 0, "outsider"))

    def _entropy(self, node: int) -> Callable[[int], Callable[[], float]]:
        return lambda life: stream(self.plan.seed, 0, f"node {node} life {life}").random

    def _build(self) -> World:
        plan = self.plan
        world = World(
            derived(plan.seed, 0, "air"),
            preset_named("LONG_FAST"),
            channel=Channel(fading_sigma_db=1.0),
            links_only=True,
            rules=GUIDE,
        )
        for node in range(plan.nodes):
            mute = Attack.WITHHOLD in plan.attacks and node == plan.attacker
            role = air.Role.CLIENT_MUTE if mute else air.Role.CLIENT
            world.add_node(node, x=100.0 * node, role=role)
        for split in plan.splits:
            world.add_partition(Partition(split.at, split.until, split.groups))
        return world

    def _link(self, loss: float) -> None:
        for a, b in self.plan.links:
            for pair in ((a, b), (b, a)):
                self._world.set_link(*pair, Link(LOSS_DB, loss))

    # -- the loop ----------------------------------------------------------------------------

    def run(self) -> Outcome:
        """To the end. Raises Violation."""
        plan = self.plan
        self._link(plan.loss)
        for incident in plan.incidents:
            self._plan_incident(incident)
        for machine in self.machines.values():
            self._start(machine, 0.0)
            self._measure(machine, 5.0 + machine.index)
            self._plan_saying(machine, 2.0)
        for hostile, node in ((self._captured, plan.attacker), (self._outsider, plan.outsider)):
            if hostile is not None and node is not None:
                for attack in hostile.attacks:
                    self._at(10.0, partial(self._attack, hostile, node, attack))
        for split in plan.splits:
            self._at(split.at, lambda _: self._count("splits"))
        self._until(plan.quiet_at)
        self._link(0.0)
        agreed = self._agree(plan.quiet_at)
        for machine in self.machines.values():
            self._say(machine, agreed, last=True)
        self._agree(agreed + LOOK_EVERY_S)
        return Outcome(
            plan, self.happened, self.steps, self.invariants.checks, agreed - plan.quiet_at
        )

    def _until(self, end: float) -> None:
        while (at := self._next()) < end:
            self.steps += 1
            world = self._world.timer_at()
            if world is not None and world <= at:
                for event in self._world.advance(at):
                    self._happened(event)
            while self._heap and self._heap[0][0] <= at:
                _, _, action = heapq.heappop(self._heap)
                action(at)

    def _next(self) -> float:
        world = self._world.timer_at()
        first = self._heap[0][0] if self._heap else float("inf")
        return first if world is None else min(world, first)

    def _at(self, at: float, action: Callable[[float], None]) -> None:
        self._order += 1
        heapq.heappush(self._heap, (at, self._order, action))

    def _count(self, name: str, times: int = 1) -> None:
        self.happened[name] += times

    def _agree(self, at: float) -> float:
        """Run until all agree; returns when that was."""
        began, waited, plan = at, 0.0, self.plan
        limit = SETTLE_S
        if Attack.IMPERSONATE in plan.attacks or plan.has(Fault.CLOCK_STEPPED, Fault.CLOCK_UNTOLD):
            limit += FORGET_STAMP_S
        while (why := self._differ(at)) is not None:
            if at - began - waited >= limit or at - began >= limit + HOUR_S:
                raise Violation("converges", why, at)
            at += LOOK_EVERY_S
            self._until(at)
            if any(self._waits_for_airtime(machine, at) for machine in self.machines.values()):
                waited += LOOK_EVERY_S
        self._count("minutes of waiting for airtime", int(waited // 60))
        return at

    def _waits_for_airtime(self, machine: Machine, at: float) -> bool:
        """Whether its share of the hour is used up: then it cannot answer yet, by design."""
        if machine.engine is None:
            return False
        return Priority.REPAIR in machine.engine.airtime(machine.wall(at)).held_back

    def _differ(self, at: float) -> str | None:
        excused = self.invariants.excused
        wanted = self.spoken.current(self.invariants.true_end, at)
        wanted = {item_id: item for item_id, item in wanted.items() if item_id not in excused}
        acknowledged = {one for m in self.machines.values() for one in m.acknowledged}
        return disagreement(
            self.machines.values(), self.plan.links, wanted, acknowledged, self._since,
            self.invariants.said_at,
        )  # fmt: skip

    # -- machines ----------------------------------------------------------------------------

    def _start(self, machine: Machine, at: float) -> None:
        if machine.engine is not None:
            return
        machine.start(at)
        self._world.power(machine.index, True, at)
        self.invariants.started(machine, at)
        self._at(at + RADIO_STARTS_S, partial(self._radio, machine, True))
        self._settle(machine, at)

    def _radio(self, machine: Machine, ready: bool, at: float) -> None:
        machine.radio(ready, at)
        self._settle(machine, at)

    def _settle(self, machine: Machine, at: float) -> None:
        for _ in range(ROUNDS_MAX):
            try:
                frames = machine.settle(at)
            except PowerCutError as cut:
                for frame in cut.handed:
                    self._transmit(machine, frame, at)
                self._count("cut: " + (machine.armed or Cut.UNSTORED).name.lower())
                self._crash(machine, RESTARTS_S, at)
                return
            if not frames:
                break
            self.invariants.sending(machine, frames, at)
            for frame in frames:
                self._transmit(machine, frame, at)
        else:
            raise Violation("no busy loop", f"node {machine.index} sends without end", at)
        self.invariants.stepped(machine, at)
        wants = machine.wants()
        if wants <= at:
            wants = at + AT_ONCE_S
        if wants != machine.due:
            machine.due = wants
            if wants < float("inf"):
                self._at(wants, partial(self._wake, machine, wants))

    def _wake(self, machine: Machine, due: float, at: float) -> None:
        if machine.due == due and machine.engine is not None:
            machine.due = float("inf")
            self.invariants.woken(machine, at)
            self._settle(machine, at)

    def _crash(self, machine: Machine, away_s: float, at: float) -> None:
        before = machine.lost
        machine.stop()
        self._count("events lost", machine.lost - before)
        if self._rng.random() < 0.5:  # else only the daemon is gone, and the radio relays on
            self._world.power(machine.index, False, at)
        self._at(at + away_s, partial(self._start, machine))

    # -- faults ------------------------------------------------------------------------------

    def _plan_incident(self, incident: Incident) -> None:
        machine = self.machines[incident.node]
        if incident.fault is Fault.CLOCK_WRONG:
            machine.clock = incident.by
            self._count(incident.fault.value)
        else:
            self._at(incident.at, partial(self._begin, machine, incident))

    def _begin(self, machine: Machine, incident: Incident, at: float) -> None:
        fault, lasts = incident.fault, incident.until - incident.at
        match fault:
            case Fault.CRASH:
                if machine.engine is None:
                    return
                self._crash(machine, lasts, at)
            case Fault.CRASH_UNSTORED:
                machine.armed = self._rng.choice((Cut.UNSTORED, Cut.STORED))
            case Fault.CRASH_HANDED:
                machine.armed = Cut.HANDED
            case Fault.CLOCK_STEPPED | Fault.CLOCK_UNTOLD:
                self._set_clock(machine, fault, incident.by, at)
                self._at(
                    incident.until, lambda now: self._set_clock(machine, fault, -incident.by, now)
                )
            case Fault.DISK_FULL:
                machine.full = True
                for part in (0.2, 0.5, 0.8):
                    self._at(at + part * lasts, partial(self._say, machine))
                self._at(incident.until, partial(self._free, machine))
            case Fault.IMAGE_NOTICED | Fault.IMAGE_UNNOTICED:
                image, clock = machine.image(), machine.clock
                self._at(
                    incident.until,
                    lambda now: self._put_back(machine, image, fault, now, clock=clock),
                )
                return
            case Fault.RADIO_GONE:
                self._radio(machine, False, at)
                self._at(incident.until, partial(self._radio, machine, True))
            case _:
                return
        self._count(fault.value)

    def _set_clock(self, machine: Machine, fault: Fault, by: float, at: float) -> None:
        told = fault is Fault.CLOCK_STEPPED and machine.engine is not None
        if not told or machine.lives > 1:
            self._since[machine.index] = at  # what it had may be over by its new clock
        self.invariants.clock_changed(machine, by, told=told)
        machine.clock += by
        if not told:
            machine.told = machine.clock
        if fault is Fault.CLOCK_UNTOLD and not machine.clock and machine.engine is not None:
            self._crash(machine, RESTARTS_S, at)  # what it timed meanwhile may never come
            return
        self._settle(machine, at)

    def _free(self, machine: Machine, at: float) -> None:
        machine.full = False
        self._count("withdrawn", machine.refused)
        machine.refused = 0
        self._settle(machine, at)

    def _put_back(
        self, machine: Machine, image: Disk, fault: Fault, at: float, *, clock: float
    ) -> None:
        if machine.clock != clock:
            self._since[machine.index] = at  # times on it are of another clock
        noticed = fault is Fault.IMAGE_NOTICED
        own = {item_id for item_id in machine.disk.items if item_id.author == machine.number}
        lost = own - set(image.items)
        machine.stop()
        machine.put_back(image, at, noticed=noticed)
        self.invariants.put_back(machine, lost, noticed=noticed)
        self.spoken.unsure.add(machine.number)
        if not noticed:
            self._no_beacons.add(machine.index)
        self._count(fault.value)
        self._count("own items lost with a disk", len(lost))
        self._at(at + RESTARTS_S, partial(self._start, machine))

    def _attack(
        self, hostile: Captured | Outsider, node: int, attack: Attack, at: float
    ) -> None:
        if at >= self.plan.quiet_at:
            return
        for payload, hops in hostile.act(attack, EPOCH + at):
            if self._hand(node, 0, payload, hops, None, at) is None:
                self._count(attack.value)
        self._at(at + self._rng.uniform(*ATTACK_S), partial(self._attack, hostile, node, attack))

    # -- the air -----------------------------------------------------------------------------

    def _transmit(self, machine: Machine, frame: OutgoingFrame, at: float) -> None:
        refusal = self._hand(
            machine.index, machine.lives, frame.payload, frame.hop_limit, frame, at
        )
        fate = Fate.ACCEPTED if refusal is None else Fate.REFUSED
        machine.fate(frame.token, fate, at, "" if refusal is None else refusal.value)

    def _hand(
        self,
        node: int,
        life: int,
        payload: bytes,
        hops: int | None,
        frame: OutgoingFrame | None,
        at: float,
    ) -> air.Refusal | None:
        identifier = len(self._given) + 1
        self._given[identifier] = _Given(node, life, payload, frame.token if frame else None)
        hop_limit = 3 if hops is None else hops
        packet = air.Packet(
            node,
            identifier,
            payload + bytes(carrier_bytes(len(payload))),
            hop_limit=hop_limit,
            want_ack=frame is not None and frame.want_ack,
            priority=air.Priority.HIGH if frame and frame.urgent else air.Priority.DEFAULT,
        )
        return self._world.send(node, packet, at)

    def _happened(self, event: air.Event) -> None:
        at = event.at
        match event:
            case air.Received(packet=packet):
                self._received(event, packet)
            case air.QueueFreed(packet=packet) if packet.relay == packet.origin:
                self._fate(packet.identifier, Fate.ON_AIR, at)
            case air.Heard(packet=packet):
                self._fate(packet.identifier, Fate.HEARD, at)
            case air.Failed(packet=packet):
                self._fate(packet.identifier, Fate.UNHEARD, at)

    def _fate(self, identifier: int, fate: Fate, at: float) -> None:
        given = self._given[identifier]
        machine = self.machines.get(given.node)
        if machine is None or given.token is None or given.life != machine.lives:
            return
        machine.fate(given.token, fate, at)
        self._settle(machine, at)

    def _received(self, event: air.Received, packet: air.Packet) -> None:
        """A frame reaches a host: maybe twice, late, or with other bits."""
        plan, rng, at = self.plan, self._rng, event.at
        payload = self._given[packet.identifier].payload
        if event.node == plan.attacker and packet.hop_limit and Attack.WITHHOLD in plan.attacks:
            self._count(Attack.WITHHOLD.value)
        hops = packet.hop_start - packet.hop_limit
        reception = Reception(
            "radio", packet.origin, round(event.snr, 2), round(event.rssi), hops, packet.hop_limit
        )
        take = partial(self._take, event.node, payload, reception)
        if at < plan.quiet_at and rng.random() < plan.corruption:
            damaged = bytearray(payload)
            for _ in range(rng.randint(1, 8)):
                damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
            self._count(Fault.CORRUPTION.value)
            take = partial(self._take, event.node, bytes(damaged), reception)
        if at < plan.quiet_at and rng.random() < plan.duplication:
            self._count(Fault.DUPLICATION.value)
            self._at(at + rng.uniform(*LATE_S), take)
        if at < plan.quiet_at and rng.random() < plan.reordering:
            self._count(Fault.REORDERING.value)
            self._at(at + rng.uniform(*LATE_S), take)
        else:
            take(at)

    def _take(self, node: int, payload: bytes, reception: Reception, at: float) -> None:
        if node == self.plan.attacker and self._captured is not None:
            self._captured.heard(payload)
        elif node == self.plan.outsider and self._outsider is not None:
            self._outsider.heard(payload)
        elif (machine := self.machines.get(node)) is not None and machine.engine is not None:
            self.invariants.heard(machine, payload, reception.hops or 0, at)
            machine.hear(payload, at, reception)
            self._settle(machine, at)

    def _measure(self, machine: Machine, at: float) -> None:
        machine.utilisation(round(self._world.channel_utilisation(machine.index, at), 1), at)
        self._settle(machine, at)
        self._at(at + 60.0, partial(self._measure, machine))

    # -- people ------------------------------------------------------------------------------

    def _plan_saying(self, machine: Machine, at: float) -> None:
        at += self._speech.pause(self.plan.pause_s)
        if at < self.plan.quiet_at:
            self._at(at, partial(self._say_and_go_on, machine))

    def _say_and_go_on(self, machine: Machine, at: float) -> None:
        self._say(machine, at)
        self._plan_saying(machine, at)

    def _say(self, machine: Machine, at: float, *, last: bool = False) -> None:
        if machine.engine is None:
            return
        if machine.number in self.invariants.blind and not last:
            return  # it may use an id again until it has heard what it said
        beacons = not last and machine.index not in self._no_beacons
        body, content = self._speech.words(machine, at, beacons=beacons, last=last)
        try:
            item = machine.say(body, at, content)
        except LocalError as error:
            self._count(f"refused: {type(error).__name__}")
            return
        self._settle(machine, at)
        if item is not None and item.id in machine.acknowledged:
            self._count("said")
            self.spoken.items[item.id] = item
            self.invariants.said(item, at, clock_right=not machine.clock)


def run_trial(seed: int) -> Outcome:
    """One seed from beginning to end. Raises Violation."""
    trial = Trial(draw(seed))
    with contextlib.ExitStack() as stack:
        if trial.plan.small_stores:
            stack.enter_context(small_stores())
        if not trial.plan.attacks:
            stack.enter_context(standing_in(trial.cast.operations))
        return trial.run()
