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

from meshdefense.simulator.agreement import Spoken
from meshdefense.simulator.bounds import small_stores
from meshdefense.simulator.cast import EPOCH
from meshdefense.simulator.faults import Attack, Fault, Plan, draw
from meshdefense.simulator.hostile import Captured, Outsider
from meshdefense.simulator.incidents import RESTARTS_S, Incidents
from meshdefense.simulator.invariants import Invariants
from meshdefense.simulator.machine import Cut, Machine, PowerCutError
from meshdefense.simulator.membership import enrol
from meshdefense.simulator.organizers import Organizers
from meshdefense.simulator.radios import Radios
from meshdefense.simulator.rules import Violation
from meshdefense.simulator.seeds import stream
from meshdefense.simulator.settling import Settling
from meshdefense.simulator.speech import Speech
from meshdefense.simulator.standin import standing_in
from meshdefense.simulator.usurper import Usurper
from meshdefense_protocol.errors import LocalError
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.transport import Fate, OutgoingFrame, Reception

__all__ = ["Outcome", "Trial", "run_trial"]

HOUR_S: Final = 3600.0
"""So much longer where a node has used up the airtime that it may use in an hour."""
LOOK_EVERY_S: Final = 60.0
RADIO_STARTS_S: Final = 1.0
AT_ONCE_S: Final = 0.01
"""The daemon waits so long at least before it calls its engine again."""
ROUNDS_MAX: Final = 32
"""Exchanges between engine and radio at one moment; each sends a frame."""
ATTACK_S: Final = (6.0, 20.0)
"""Between two of each kind; a frame is on air for about a second."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a trial came to. `happened` counts faults and attacks that took effect."""

    plan: Plan
    happened: Counter[str]
    steps: int
    checks: int
    agreed_s: float
    """After the last fault, until all agreed."""


class Trial:
    """One seed at work."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.happened: Counter[str] = Counter()
        self.steps = 0
        self._rng = stream(plan.seed, 0, "air faults")
        threshold = 0 if plan.trust is None else plan.trust.threshold
        self.cast = enrol(plan.roles, real=plan.real, threshold=threshold)
        first = self.cast.members[0]
        honest = frozenset(self.cast.members[node].number for node in plan.honest)
        self.invariants = Invariants(first.charter, first.roster, honest)
        self.machines = {
            node: Machine(node, self.cast.members[node], self._entropy(node), self.invariants)
            for node in plan.honest
        }
        attacked = Attack.FRAGMENTS in plan.attacks
        self._speech = Speech(stream(plan.seed, 0, "speech"), long_first=attacked)
        self.spoken = Spoken()
        self._incidents = Incidents(self, self._rng)
        self._settling = Settling(
            plan, self.machines, self.invariants, self._incidents, self.spoken
        )
        self._radios = Radios(plan, self, self.at, self._rng, self.happened)
        self._world = self._radios.world
        self._heap: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = 0
        self._captured: Captured | None = None
        self._outsider: Outsider | None = None
        if plan.attacker is not None:
            rng = stream(plan.seed, 0, "captured")
            kind = Captured if plan.trust is None else Usurper
            self._captured = kind(self.cast.members[plan.attacker], plan.attacks, rng)
        self._organizers: Organizers | None = None
        if plan.trust is not None:
            captured = None if plan.attacker is None else plan.attacker + 1
            rng = stream(plan.seed, 0, "organizers")
            self._organizers = Organizers(self, plan.trust, captured, rng)
        if plan.outsider is not None:
            self._outsider = Outsider(plan.attacks, stream(plan.seed, 0, "outsider"))

    def _entropy(self, node: int) -> Callable[[int], Callable[[], float]]:
        return lambda life: stream(self.plan.seed, 0, f"node {node} life {life}").random

    @property
    def equivocated(self) -> set[ItemId]:
        """Ids under which the hostile member said two things."""
        return set() if self._captured is None else self._captured.equivocated

    # -- the loop ----------------------------------------------------------------------------

    def run(self) -> Outcome:
        """To the end. Raises Violation."""
        plan = self.plan
        for incident in plan.incidents:
            self._incidents.plan(incident)
        for machine in self.machines.values():
            self.start(machine, 0.0)
            self._measure(machine, 5.0 + machine.index)
            self._plan_saying(machine, 2.0)
        if self._organizers is not None:
            self._organizers.plan()
        for hostile, node in ((self._captured, plan.attacker), (self._outsider, plan.outsider)):
            if hostile is not None and node is not None:
                for attack in hostile.attacks:
                    self.at(10.0, partial(self._attack, hostile, node, attack))
        for split in plan.splits:
            name = "splits"
            if plan.has(Fault.FERRY):
                name = "crossings of the ferry"
            elif plan.has(Fault.LONG_PARTITION):
                name = "long splits"
            self.at(split.at, partial(self._split, name))
        self._until(plan.quiet_at)
        self.count("lost on a link", self._world.counters["lost"])
        self._radios.link(0.0)
        agreed = self._agree(plan.quiet_at)
        for machine in self.machines.values():
            self.say(machine, agreed, last=True)
        self._agree(agreed + LOOK_EVERY_S)
        return Outcome(
            plan, self.happened, self.steps, self.invariants.checks, agreed - plan.quiet_at
        )

    def _split(self, name: str, _: float) -> None:
        self.count(name)

    def _until(self, end: float) -> None:
        while (at := self._next()) < end:
            self.steps += 1
            world = self._world.timer_at()
            if world is not None and world <= at:
                self._radios.advance(at)
            while self._heap and self._heap[0][0] <= at:
                _, _, action = heapq.heappop(self._heap)
                action(at)

    def _next(self) -> float:
        world = self._world.timer_at()
        first = self._heap[0][0] if self._heap else float("inf")
        return first if world is None else min(world, first)

    def at(self, at: float, action: Callable[[float], None]) -> None:
        """Do something later."""
        self._order += 1
        heapq.heappush(self._heap, (at, self._order, action))

    def count(self, name: str, times: int = 1) -> None:
        """Something took effect."""
        self.happened[name] += times

    def _agree(self, at: float) -> float:
        """Run until all agree; returns when that was."""
        began, waited, limit = at, 0.0, self._settling.limit_s
        while (broken := self._settling.lacking(at)) is not None:
            if at - began - waited >= limit or at - began >= limit + HOUR_S:
                raise Violation(*broken, at)
            at += LOOK_EVERY_S
            self._until(at)
            if self._settling.waits_for_airtime(at):
                waited += LOOK_EVERY_S
        self.count("minutes of waiting for airtime", int(waited // 60))
        return at

    # -- machines ----------------------------------------------------------------------------

    def start(self, machine: Machine, at: float) -> None:
        """Power on, unless it is."""
        if machine.engine is not None:
            return
        machine.start(at)
        self._world.power(machine.index, True, at)
        self.invariants.started(machine, at)
        self.at(at + RADIO_STARTS_S, partial(self.radio, machine, True))
        self.settle(machine, at)

    def radio(self, machine: Machine, ready: bool, at: float) -> None:
        """The radio answers, or does not any more."""
        machine.radio(ready, at)
        self.settle(machine, at)

    def settle(self, machine: Machine, at: float) -> None:
        """Let it go on after a change, check it, and set its alarm."""
        for _ in range(ROUNDS_MAX):
            try:
                frames = machine.settle(at)
            except PowerCutError as cut:
                for frame in cut.handed:
                    self._transmit(machine, frame, at)
                self.count("cut: " + (machine.armed or Cut.UNSTORED).name.lower())
                self.crash(machine, RESTARTS_S, at)
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
                self.at(wants, partial(self._wake, machine, wants))

    def _wake(self, machine: Machine, due: float, at: float) -> None:
        if machine.due == due and machine.engine is not None:
            machine.due = float("inf")
            self.invariants.woken(machine, at)
            self.settle(machine, at)

    def crash(self, machine: Machine, away_s: float, at: float) -> None:
        """Power off, and on again after a while."""
        before = machine.lost
        machine.stop()
        self.count("events lost", machine.lost - before)
        if self._rng.random() < 0.5:  # else only the daemon is gone, and the radio relays on
            self._world.power(machine.index, False, at)
        self.at(at + away_s, partial(self.start, machine))

    # -- attacks -----------------------------------------------------------------------------

    def _attack(self, hostile: Captured | Outsider, node: int, attack: Attack, at: float) -> None:
        if at >= self.plan.quiet_at:
            return
        for payload, hops in hostile.act(attack, EPOCH + at):
            if self._radios.hand(node, payload, hops, at) is None:
                self.count(attack.value)
        self.at(at + self._rng.uniform(*ATTACK_S), partial(self._attack, hostile, node, attack))

    # -- for the radios ------------------------------------------------------------------------

    def _transmit(self, machine: Machine, frame: OutgoingFrame, at: float) -> None:
        refusal = self._radios.transmit(machine.index, machine.lives, frame, at)
        fate = Fate.ACCEPTED if refusal is None else Fate.REFUSED
        machine.fate(frame.token, fate, at, "" if refusal is None else refusal.value)

    def fate(self, node: int, life: int, token: int, fate: Fate, at: float) -> None:
        """News of a frame; of an earlier life nobody wants to know."""
        machine = self.machines.get(node)
        if machine is not None and life == machine.lives:
            machine.fate(token, fate, at)
            self.settle(machine, at)

    def take(self, node: int, payload: bytes, reception: Reception, at: float) -> None:
        """A frame came in: a machine's, or that of somebody hostile."""
        if node == self.plan.attacker and self._captured is not None:
            self._captured.heard(payload)
            self._watch_captured(at)
        elif node == self.plan.outsider and self._outsider is not None:
            self._outsider.heard(payload)
        elif (machine := self.machines.get(node)) is not None and machine.engine is not None:
            self.invariants.heard(machine, payload, reception.hops or 0, at)
            machine.hear(payload, at, reception)
            self.settle(machine, at)

    def _watch_captured(self, at: float) -> None:
        """Whoever was revoked must not get at keys that came after."""
        if isinstance(self._captured, Usurper) and self._captured.epoch > 1:
            raise Violation("the revoked stay out", "new keys in wrong hands", at)

    def _measure(self, machine: Machine, at: float) -> None:
        machine.utilisation(round(self._world.channel_utilisation(machine.index, at), 1), at)
        self.settle(machine, at)
        self.at(at + 60.0, partial(self._measure, machine))

    # -- people ------------------------------------------------------------------------------

    def _plan_saying(self, machine: Machine, at: float) -> None:
        at += self._speech.pause(self.plan.pause_s)
        if at < self.plan.quiet_at:
            self.at(at, partial(self._say_and_go_on, machine))

    def _say_and_go_on(self, machine: Machine, at: float) -> None:
        self.say(machine, at)
        self._plan_saying(machine, at)

    def say(self, machine: Machine, at: float, *, last: bool = False) -> None:
        """Its people say something."""
        if machine.engine is None:
            return
        if machine.number in self.invariants.blind and not last:
            return  # it may use an id again until it has heard what it said
        beacons = not last and machine.index not in self._incidents.no_beacons
        body, content = self._speech.words(machine, at, beacons=beacons, last=last)
        try:
            item = machine.say(body, at, content)
        except LocalError as error:
            self.count(f"refused: {type(error).__name__}")
            return
        self.settle(machine, at)
        if item is not None and item.id in machine.acknowledged:
            self.count("said")
            self.spoken.items[item.id] = item
            self.invariants.said(item, at, clock_right=not machine.clock)


def run_trial(seed: int) -> Outcome:
    """One seed from beginning to end. Raises Violation."""
    trial = Trial(draw(seed))
    with contextlib.ExitStack() as stack:
        if trial.plan.small_stores:
            stack.enter_context(small_stores())
        if not trial.plan.real:
            stack.enter_context(standing_in(trial.cast.operations))
        return trial.run()
