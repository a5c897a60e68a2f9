"""A few members of a network whose organizers decide together, all within hearing.

Each has the simulator's machine, with a disk of its own, and the trials' invariants watch all of
them. Frames arrive at once and whole. Times are seconds from the start.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from meshdefense.simulator.disk import Disk
from meshdefense.simulator.invariants import Invariants
from meshdefense.simulator.machine import Machine
from meshdefense.simulator.membership import enrol
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import Endorse, Rekey, Revoke
from meshdefense_protocol.packets.decisions import MARK_MAX, Action, action_digest
from meshdefense_protocol.rekey import commitment_of, seal_tree
from meshdefense_protocol.rekey_parts import content_hash
from meshdefense_protocol.roster import Role, Roster
from meshdefense_protocol.transport import Fate, OutgoingFrame, Reception

__all__ = ["DEFAULT_ROLES", "Room"]

DEFAULT_ROLES = {
    "ada": Role.ORGANIZER,
    "ben": Role.ORGANIZER,
    "vic": Role.VERIFIER | Role.PATROL,
    "wes": Role.VERIFIER | Role.DISPATCH,
    "pia": Role.PATROL,
}
STEP_S = 0.5
SEED = bytes(range(16))


class Room:
    """Members 1 and up, in the order of `roles`."""

    def __init__(self, roles: Mapping[str, Role] = DEFAULT_ROLES, *, threshold: int = 2) -> None:
        self.names = list(roles)
        self.cast = enrol(list(roles.values()), real=True, threshold=threshold)
        first = self.cast.members[0]
        self.network_id = first.charter.network_id
        honest = frozenset(range(1, len(roles) + 1))
        self.invariants = Invariants(first.charter, first.roster, honest)
        self.machines = {
            name: Machine(index, self.cast.members[index], _chance(name), self.invariants)
            for index, name in enumerate(self.names)
        }
        self.hears: Callable[[str, str], bool] = lambda sender, receiver: True
        self.frames: list[tuple[str, OutgoingFrame]] = []
        """All that was sent, by whom."""
        self.at = 0.0
        for machine in self.machines.values():
            machine.start(0.0)
            machine.radio(True, 0.0)

    def number(self, name: str) -> int:
        """The member number behind a handle."""
        return self.names.index(name) + 1

    def roster(self, name: str) -> Roster:
        """The roster as somebody's node has it."""
        return self.machines[name].membership.roster

    def epochs(self) -> set[int]:
        """Which keys are in use, over all nodes."""
        return {machine.membership.keys.epoch for machine in self.machines.values()}

    def rejected(self, name: str, why: Rejection) -> int:
        """How often somebody's node gave this reason."""
        engine = self.machines[name].engine
        assert engine is not None
        return engine.rejected[why]

    def has(self, name: str, item: Item) -> bool:
        """Whether an item is on somebody's disk."""
        return item.id in self.machines[name].disk.items

    # -- time ----------------------------------------------------------------------------------

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.at + seconds
        while self.at < end:
            self.at += STEP_S
            for name, machine in self.machines.items():
                for frame in machine.settle(self.at):
                    self.invariants.sending(machine, [frame], self.at)
                    self.frames.append((name, frame))
                    for fate in (Fate.ACCEPTED, Fate.ON_AIR, Fate.HEARD):
                        machine.fate(frame.token, fate, self.at)
                    self._carry(name, frame)
                self.invariants.stepped(machine, self.at)

    def _carry(self, sender: str, frame: OutgoingFrame) -> None:
        left = 0 if frame.hop_limit == 0 else 3
        reception = Reception("radio", self.number(sender), 6.0, -80, 0, left)
        for name, machine in self.machines.items():
            if name != sender and machine.engine is not None and self.hears(sender, name):
                machine.hear(frame.payload, self.at, reception)

    def hear(self, name: str, payload: bytes, *, hops: int = 0) -> None:
        """Somebody puts a frame on the air, and one node gets it."""
        machine = self.machines[name]
        machine.hear(payload, self.at, Reception("radio", 99, 6.0, -80, hops, 3))
        machine.settle(self.at)

    def restart(self, name: str) -> None:
        """Off, and on again."""
        machine = self.machines[name]
        machine.stop()
        machine.start(self.at)
        machine.radio(True, self.at)
        self.invariants.started(machine, self.at)

    def put_back(self, name: str, image: Disk, *, noticed: bool) -> None:
        """An older image of somebody's disk, and on again."""
        machine = self.machines[name]
        machine.stop()
        lost = {one for one in machine.disk.items if one.author == machine.number}
        machine.put_back(image, self.at, noticed=noticed)
        self.invariants.put_back(machine, lost - set(image.items), noticed=noticed)
        machine.start(self.at)
        machine.radio(True, self.at)
        self.invariants.started(machine, self.at)

    # -- decisions -----------------------------------------------------------------------------

    def say(self, name: str, body: object, content: bytes | None = None) -> Item:
        """Somebody says something; raises LocalError as the engine does."""
        item = self.machines[name].say(body, self.at, content)  # type: ignore[arg-type]
        assert item is not None
        return item

    def agree(self, body: Action, *names: str, content: bytes | None = None) -> None:
        """The first says it, the others endorse it."""
        first, *others = names
        self.say(first, body, content)
        self.run(20.0)
        for name in others:
            self.say(name, Endorse((action_digest(self.network_id, body),)))
        self.run(60.0)

    def revoke(self, name: str, log_mark: int = MARK_MAX, roster_mark: int = MARK_MAX) -> None:
        """Two organizers agree that somebody is out."""
        self.agree(Revoke(self.number(name), 1, log_mark, roster_mark), "ada", "ben")

    def rekey(self, *out: str, seed: bytes = SEED) -> None:
        """Two organizers put new keys in force for all but some."""
        body, content = self.new_keys("ada", out, seed)
        self.agree(body, "ada", "ben", content=content)
        self.run(120.0)

    def new_keys(self, name: str, out: tuple[str, ...], seed: bytes) -> tuple[Rekey, bytes]:
        """The decision on the next keys, and its wraps."""
        membership = self.machines[name].membership
        epoch, vault = membership.roster.epoch + 1, membership.vault
        assert vault.master is not None
        numbers = [self.number(one) for one in out]
        content = seal_tree(
            vault.master.secret, self.network_id, epoch, 0, seed, numbers, len(self.names)
        )
        commitment = commitment_of(self.network_id, epoch, seed)
        announced = content_hash(self.network_id, epoch, content)
        return Rekey(epoch, commitment, announced, len(content)), content


def _chance(name: str) -> Callable[[int], Callable[[], float]]:
    return lambda life: random.Random(f"{name} {life}").random
