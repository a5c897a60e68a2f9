"""The honest organizers of a trial: what they decide, and how they come to agree.

They talk outside the mesh: each endorses what another of them said, and nothing else. When a
member's keys turn out to be in wrong hands, one of them suspends the member, then they revoke
the membership and put new keys in force. What a rogue organizer does alone they take back.
Times are seconds from the start of the trial.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from random import Random
from typing import Final

from meshdefense.simulator.incidents import Stage
from meshdefense.simulator.machine import Machine
from meshdefense.simulator.trust import Trust
from meshdefense_protocol.errors import LocalError
from meshdefense_protocol.packets import Endorse, Grant, Lift, Policy, Rekey, Revoke, Suspend, Warn
from meshdefense_protocol.packets.decisions import Action, action_digest, mark_of
from meshdefense_protocol.packets.reference import Stream
from meshdefense_protocol.policy import PolicyName
from meshdefense_protocol.rekey import commitment_of, seal_boxes, seal_tree
from meshdefense_protocol.rekey_content import SEED_SIZE
from meshdefense_protocol.rekey_parts import content_hash
from meshdefense_protocol.roster import Role

__all__ = ["Organizers"]

MEET_S: Final = (15.0, 45.0)
"""Between two looks of an organizer at what waits for them."""
RETRY_S: Final = 20.0
PATIENCE_S: Final = 300.0

Decision = Action | Suspend | Warn


class Organizers:
    """All honest ones. `captured` is the member number in wrong hands, or None."""

    def __init__(self, trial: Stage, trust: Trust, captured: int | None, rng: Random) -> None:
        self._trial, self._trust, self._captured, self._rng = trial, trust, captured, rng
        self.agreed: set[bytes] = set()
        """Digests of what honest organizers want."""
        self._revoked = False
        self._without_wraps: dict[tuple[int, bytes], float] = {}
        """By node and wraps, since when it waits: before they count nobody repeats them."""

    def plan(self) -> None:
        """Let them act in their time."""
        trust, first = self._trust, self._machine(0)
        if self._captured is not None:
            self._trial.at(trust.suspend_at, partial(self._suspend, first))
            self._trial.at(trust.revoke_at, partial(self._revoke, first))
        self._trial.at(trust.rekey_at, partial(self._rekey, first))
        if trust.rival:
            self._trial.at(trust.rekey_at, partial(self._rekey, self._machine(1)))
        for place, at in enumerate(trust.others_at):
            self._trial.at(at, partial(self._other, self._machine(place)))
        for place in range(len(trust.organizers)):
            machine = self._machine(place)
            self._trial.at(self._rng.uniform(*MEET_S), partial(self._meet, machine))

    def _machine(self, place: int) -> Machine:
        nodes = self._trust.organizers
        return self._trial.machines[nodes[place % len(nodes)]]

    # -- saying --------------------------------------------------------------------------------

    def _say(
        self, machine: Machine, body: Decision, at: float, content: bytes | None = None
    ) -> bool:
        """Whether it is said and stored."""
        if self._is_away(machine):
            return False
        try:
            item = machine.say(body, at, content)
        except LocalError as error:
            self._trial.count(f"refused: {type(error).__name__}")
            return False
        self._trial.settle(machine, at)
        if item is None or item.id not in machine.acknowledged:
            return False
        if not isinstance(body, (Suspend, Warn)):
            self.agreed.add(action_digest(machine.membership.charter.network_id, body))
        self._trial.count("decided: " + type(body).__name__.lower())
        return True

    def _has_seen(self, machine: Machine, body: Rekey, at: float) -> bool:
        """Whoever agrees to new keys has seen whom they are for, or waited and asked in person."""
        if _has_wraps(machine, body):
            return True
        since = self._without_wraps.setdefault((machine.index, body.content_hash), at)
        others = (self._machine(place) for place in range(len(self._trust.organizers)))
        return at - since >= PATIENCE_S and any(_has_wraps(one, body) for one in others)

    def _is_away(self, machine: Machine) -> bool:
        """Off, or with an older disk: it may use an id again until it has heard what it said."""
        return machine.engine is None or machine.number in self._trial.invariants.blind

    def _meet(self, machine: Machine, at: float) -> None:
        """Endorse what the others said, new keys once their wraps are here; lift what a rogue one
        did alone."""
        self._trial.at(at + self._rng.uniform(*MEET_S), partial(self._meet, machine))
        if self._is_away(machine):
            return
        roster = machine.membership.roster
        waiting = [
            one.digest
            for one in roster.pending
            if one.digest in self.agreed
            and machine.number not in one.voices
            and (not isinstance(one.body, Rekey) or self._has_seen(machine, one.body, at))
        ]
        if waiting:
            digests = tuple(sorted(waiting)[:4])
            try:
                machine.say(Endorse(digests), at)
            except LocalError as error:
                self._trial.count(f"refused: {type(error).__name__}")
                return
            self._trial.settle(machine, at)
            self._trial.count("endorsed")
        for one in roster.suspensions:
            if one.by == self._captured and self._captured != one.number:
                body = Lift(one.id)
                digest = action_digest(machine.membership.charter.network_id, body)
                said = [p for p in roster.pending if p.digest == digest]
                if not said:
                    self._say(machine, body, at)

    # -- what they decide ----------------------------------------------------------------------

    def _again(self, act: partial[None], at: float) -> None:
        self._trial.at(at + RETRY_S, act)

    def _suspend(self, machine: Machine, at: float) -> None:
        assert self._captured is not None
        if not self._say(machine, Suspend(self._captured, 24, 1), at):
            self._again(partial(self._suspend, machine), at)

    def _revoke(self, machine: Machine, at: float) -> None:
        """Of what the member said, what this organizer has counts, and nothing later."""
        assert self._captured is not None
        marks = {Stream.LOG: 0, Stream.ROSTER: 0}
        for item_id in machine.disk.items:
            if item_id.author == self._captured and item_id.stream in marks:
                marks[item_id.stream] = max(marks[item_id.stream], mark_of(item_id))
        body = Revoke(self._captured, 1, marks[Stream.LOG], marks[Stream.ROSTER])
        self._revoked = self._say(machine, body, at)
        if not self._revoked:
            self._again(partial(self._revoke, machine), at)

    def _rekey(self, machine: Machine, at: float) -> None:
        """Where the tree's master is in wrong hands, a box for each who remains."""
        roster = machine.membership.roster
        waits = self._captured is not None and not self._revoked
        if self._is_away(machine) or waits or machine.membership.keys.epoch < roster.epoch:
            self._again(partial(self._rekey, machine), at)
            return
        vault, network_id = machine.membership.vault, machine.membership.charter.network_id
        epoch, seed = roster.epoch + 1, self._rng.randbytes(SEED_SIZE)
        assert vault.master is not None
        if self._trust.rogue:
            keys = {one.number: one.key for one in roster if one.number != self._captured}
            generation = vault.master.generation + 1
            box = seal_boxes(network_id, epoch, generation, seed, keys, self._rng.randbytes(32))
            content = box
        else:
            out = [] if self._captured is None else [self._captured]
            highest = max(one.number for one in roster.everybody())
            content = seal_tree(
                vault.master.secret, network_id, epoch, vault.generation, seed, out, highest
            )
        commitment = commitment_of(network_id, epoch, seed)
        announced = content_hash(network_id, epoch, content)
        body = Rekey(epoch, commitment, announced, len(content))
        if not self._say(machine, body, at, content):
            self._again(partial(self._rekey, machine), at)

    def _other(self, machine: Machine, at: float) -> None:
        """Something small: another role, another policy, a warning."""
        roster = machine.membership.roster
        match self._rng.randrange(4):
            case 0:
                self._say(machine, Warn(1), at)
            case 1:
                name = PolicyName.ESCALATE_MINUTES
                value = self._rng.randint(6, 60)
                self._say(machine, Policy(name, self._rng.randint(1, 9), value), at)
            case _:
                members = [one for one in roster if one.number != self._captured]
                one = self._rng.choice(members)
                roles = one.roles | self._rng.choice((Role.RESPONDER, Role.RELAY))
                changed = replace(one, roles=roles, serial=one.serial + 1)
                grant = Grant(one.number, changed.serial, int(roles), one.key, one.name)
                self._say(machine, grant, at)


def _has_wraps(machine: Machine, body: Rekey) -> bool:
    network_id = machine.membership.charter.network_id
    return any(
        content_hash(network_id, body.epoch, content) == body.content_hash
        for content in machine.disk.wraps(body.epoch)
    )
