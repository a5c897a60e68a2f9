"""What goes wrong in a trial: everything is drawn from its seed, and nothing else.

A plan says who takes part, who hears whom, what the air does to frames, when machines and
clocks and disks fail and who is hostile. Some faults only happen when there is something to
lose; the trial counts what really happened. Times are seconds from the start of the trial.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Final

from meshdefense.simulator.seeds import stream
from meshdefense.simulator.trust import Trust, draw_trust
from meshdefense_protocol.roster import Role

__all__ = ["ON_TRUST", "Attack", "Fault", "Incident", "Plan", "Split", "draw"]

TEN_YEARS_S: Final = 3653 * 86_400.0
SHORT_S: Final = (480.0, 1200.0)
"""How long faults go on in most trials."""
LONG_PARTITION_S: Final = (6 * 3600.0, 72 * 3600.0)
LONG_SHARE: Final = 0.025
HOSTILE_SHARE: Final = 0.45
FAULTS_MAX: Final = 5
LOSS_MAX: Final = 0.6
FIRST_S: Final = 30.0
"""Nothing fails before everybody has started."""

_SEAT_ROLES: Final = (
    Role.PATROL | Role.VERIFIER,
    Role.PATROL,
    Role.REPORTER,
    Role.DISPATCH,
    Role.PATROL | Role.REPORTER,
    Role.RECIPIENT,
)


class Fault(Enum):
    """What can go wrong without anybody's intent."""

    LOSS = "loss"
    DUPLICATION = "duplication"
    REORDERING = "reordering"
    CORRUPTION = "corruption"
    PARTITION = "partition"
    LONG_PARTITION = "partition of up to 72 h"
    FERRY = "ferry between two groups"
    CRASH = "crash and restart"
    CRASH_UNSTORED = "crash before storing"
    CRASH_HANDED = "crash after the radio had it"
    CLOCK_WRONG = "clock wrong by ten years"
    CLOCK_STEPPED = "clock set by ten years"
    CLOCK_UNTOLD = "clock set by ten years, engine not told"
    DISK_FULL = "disk full"
    IMAGE_NOTICED = "older disk image, noticed"
    IMAGE_UNNOTICED = "older disk image, not noticed"
    RADIO_GONE = "radio unplugged"


class Attack(Enum):
    """What somebody does on purpose; two without any key, the last ones where organizers decide."""

    FLOOD = "reports over quota"
    FORGE = "items that their author did not sign"
    EQUIVOCATE = "two items under one id"
    LIE = "digests with invented hashes"
    ECHO = "digests that repeat what others said"
    ENDLESS = "endless vectors"
    GREED = "asks for everything for ever"
    WITHHOLD = "relays nothing"
    FRAGMENTS = "fragments that are wrong, requests for all"
    IMPERSONATE = "digests in another member's name"
    NOISE = "random frames"
    REPLAY = "frames of others again"
    DECIDE = "decisions that k have to agree on"
    JUDGE = "verdicts, closings and alarms"
    WRAPS = "wraps of new keys that nobody decided on"


ON_TRUST: Final = (Attack.DECIDE, Attack.JUDGE, Attack.WRAPS)
OUTSIDERS: Final = (Attack.NOISE, Attack.REPLAY)
_WITH_LONG: Final = frozenset((Fault.CRASH, Fault.IMAGE_NOTICED, Fault.DISK_FULL, Fault.LOSS))


@dataclass(frozen=True, slots=True)
class Incident:
    """A fault of one node: when it begins and ends."""

    fault: Fault
    node: int
    at: float
    until: float
    by: float = 0.0
    """Seconds, for clocks."""


@dataclass(frozen=True, slots=True)
class Split:
    """Between two times two groups hear nothing of each other."""

    at: float
    until: float
    groups: tuple[frozenset[int], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """One trial."""

    seed: int
    shape: str
    roles: tuple[Role, ...]
    """One for each member; member numbers begin at 1, nodes at 0."""
    links: tuple[tuple[int, int], ...]
    faults: frozenset[Fault]
    attacks: frozenset[Attack]
    attacker: int | None
    """The node whose keys are in somebody else's hands."""
    outsider: int | None
    """A node that has no keys at all."""
    incidents: tuple[Incident, ...]
    splits: tuple[Split, ...]
    loss: float
    duplication: float
    reordering: float
    corruption: float
    quiet_at: float
    """From here on nothing fails any more."""
    pause_s: float
    """Mean time between two things that people say."""
    small_stores: bool
    """Bounds of what may be forgotten are made small, so that they are reached."""
    trust: Trust | None = None
    """Organizers who decide something; nobody does without."""

    @property
    def real(self) -> bool:
        """Whether it takes true signatures and seals."""
        return bool(self.attacks) or self.trust is not None

    @property
    def nodes(self) -> int:
        """Radios in all."""
        return len(self.roles) + (self.outsider is not None)

    @property
    def honest(self) -> tuple[int, ...]:
        """Nodes that follow the protocol."""
        return tuple(node for node in range(len(self.roles)) if node != self.attacker)

    def has(self, *faults: Fault) -> bool:
        """Whether one of these faults is in the plan."""
        return not self.faults.isdisjoint(faults)

    def __str__(self) -> str:
        wrong = sorted(one.value for one in (*self.faults, *self.attacks))
        decided = "" if self.trust is None else f", {len(self.trust.organizers)} organizers decide"
        shape = f"{self.shape} of {len(self.roles)}{decided}"
        return f"seed {self.seed}: {shape}, {'; '.join(wrong)}"


def draw(seed: int) -> Plan:
    """The plan of a seed."""
    rng = stream(seed, 0, "plan")
    long = rng.random() < LONG_SHARE
    size = rng.randint(4, 6 if long else 8)
    shape = rng.choice(("chain", "block", "two groups"))
    attacks = _attacks(rng) if not long and rng.random() < HOSTILE_SHARE else frozenset()
    trust = None if long else draw_trust(seed, size)
    if trust is not None and trust.hostile:
        chance = stream(seed, 0, "attacks on trust")
        attacks |= frozenset(chance.sample(ON_TRUST, chance.randint(1, 3)))
    insider = any(one not in OUTSIDERS for one in attacks)
    outsider = any(one in OUTSIDERS for one in attacks)
    faults = set(rng.sample(_drawable(size, shape), rng.randint(1, FAULTS_MAX)))
    if long:
        faults = {Fault.LONG_PARTITION, *(faults & _WITH_LONG)}
    roles = tuple(_SEAT_ROLES[node % len(_SEAT_ROLES)] for node in range(size))
    links = _links(shape, size)
    attacker = size if insider else None
    if insider:  # one more member, beside the others: they can do without
        roles = (*roles, rng.choice(_SEAT_ROLES[:4]))
        links = (*links, *((node, size) for node in rng.sample(range(size), 2)))
    last = len(roles)
    if outsider:
        links = (*links, *((node, last) for node in rng.sample(range(size), 3)))
    quiet_at = rng.uniform(*LONG_PARTITION_S) if long else rng.uniform(*SHORT_S)
    if trust is not None:
        quiet_at = trust.quiet_at
        seats = {*trust.organizers, *((size,) if trust.rogue else ())}
        roles = tuple(
            role | Role.ORGANIZER if node in seats else role for node, role in enumerate(roles)
        )
    return Plan(
        seed=seed,
        shape=shape,
        roles=roles,
        links=links,
        faults=frozenset(faults),
        attacks=attacks,
        attacker=attacker,
        outsider=last if outsider else None,
        incidents=_incidents(rng, faults, size, quiet_at),
        splits=_splits(rng, faults, size, quiet_at),
        loss=rng.uniform(0.05, LOSS_MAX) if Fault.LOSS in faults else 0.0,
        duplication=rng.uniform(0.05, 0.5) if Fault.DUPLICATION in faults else 0.0,
        reordering=rng.uniform(0.05, 0.5) if Fault.REORDERING in faults else 0.0,
        corruption=rng.uniform(0.02, 0.3) if Fault.CORRUPTION in faults else 0.0,
        quiet_at=quiet_at,
        pause_s=7200.0 if long else rng.uniform(150.0, 600.0),
        small_stores=rng.random() < 0.25,
        trust=trust,
    )


def _drawable(size: int, shape: str) -> list[Fault]:
    found: list[Fault] = [one for one in Fault if one is not Fault.LONG_PARTITION]
    if shape != "two groups" or size < 5:
        found.remove(Fault.FERRY)
    return found


def _attacks(rng: Random) -> frozenset[Attack]:
    others = [one for one in Attack if one not in ON_TRUST]
    return frozenset(rng.sample(others, rng.randint(1, 3)))


def _links(shape: str, size: int) -> tuple[tuple[int, int], ...]:
    if shape == "chain":
        return tuple(itertools.pairwise(range(size)))
    if shape == "block":
        return tuple(itertools.combinations(range(size), 2))
    # the last node goes between two groups
    half = (size - 1) // 2
    groups = (range(half), range(half, size - 1))
    inside = [pair for group in groups for pair in itertools.combinations(group, 2)]
    return (*inside, *((node, size - 1) for node in range(size - 1)))


def _splits(rng: Random, faults: set[Fault], size: int, quiet_at: float) -> tuple[Split, ...]:
    nodes = list(range(size))
    if Fault.FERRY in faults:
        half, ferry = (size - 1) // 2, size - 1
        a, b = frozenset(nodes[:half]), frozenset(nodes[half:ferry])
        period = rng.uniform(120.0, 400.0)
        return tuple(
            Split(start, min(start + period, quiet_at), groups)
            for start, groups in zip(
                _steps(FIRST_S, quiet_at, period),
                itertools.cycle(((a | {ferry}, b), (a, b | {ferry}))),
                strict=False,
            )
        )
    cut = rng.randint(1, size - 1)
    groups = (frozenset(nodes[:cut]), frozenset(nodes[cut:]))
    if Fault.LONG_PARTITION in faults:
        return (Split(60.0, quiet_at, groups),)
    if Fault.PARTITION in faults:
        start = rng.uniform(FIRST_S, quiet_at / 2)
        return (Split(start, rng.uniform(start + 60.0, quiet_at), groups),)
    return ()


def _steps(start: float, end: float, step: float) -> list[float]:
    return [start + n * step for n in range(int((end - start) // step) + 1)]


_OF_NODES: Final = (
    Fault.CRASH, Fault.CRASH_UNSTORED, Fault.CRASH_HANDED, Fault.CLOCK_WRONG,
    Fault.CLOCK_STEPPED, Fault.CLOCK_UNTOLD, Fault.DISK_FULL, Fault.IMAGE_NOTICED,
    Fault.IMAGE_UNNOTICED, Fault.RADIO_GONE,
)  # fmt: skip


def _incidents(rng: Random, faults: set[Fault], size: int, quiet_at: float) -> tuple[Incident, ...]:
    found = []
    clocks = list(range(size))
    rng.shuffle(clocks)  # one clock, one fault: else nobody could say what is true
    for fault in _OF_NODES:
        if fault not in faults:
            continue
        often = rng.randint(2, 5) if fault.value.startswith("crash") else rng.randint(1, 2)
        for _ in range(often):
            at = rng.uniform(FIRST_S, quiet_at * 0.8)
            until = rng.uniform(at + 10.0, min(at + 400.0, quiet_at))
            node = rng.randrange(size)
            if fault.value.startswith("clock"):
                if not clocks:
                    continue
                node = clocks.pop()
            by = rng.choice((-1.0, 1.0)) * TEN_YEARS_S
            found.append(Incident(fault, node, at, until, by))
    return tuple(sorted(found, key=lambda one: (one.at, one.node)))
