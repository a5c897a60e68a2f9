"""The members of a simulated network: one for each radio of a scenario."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final

from meshdefense.air.scenario import Scenario
from meshdefense.simulator.standin import StandInIdentity, StandInKeys
from meshdefense_protocol.charter import Charter
from meshdefense_protocol.council import Council
from meshdefense_protocol.engine import Membership
from meshdefense_protocol.identity import SEED_SIZE, Identity
from meshdefense_protocol.policy import Policies
from meshdefense_protocol.roster import Member, Role, classes_for
from meshdefense_protocol.sealing import SECRET_SIZE, EpochSecret, KeyRing

__all__ = ["DATE", "EPOCH", "Cast", "engage", "founded", "has_base"]

DATE: Final = 1_760_000_000
"""The charter's date, seconds since the epoch."""
EPOCH: Final = DATE + 30 * 86_400
"""Second 0 of every run. An integer: the kernel's times convert without rounding."""
BASE_ROLES: Final = Role.DISPATCH | Role.VERIFIER
FIELD_ROLES: Final = Role.PATROL | Role.REPORTER
NAME_MAX: Final = 16


@dataclass(slots=True)
class Cast:
    """Everybody, in the order of the scenario's nodes."""

    charter: Charter
    members: list[Membership]
    operations: Counter[str] = field(default_factory=Counter)
    """How often the stand-in did what would have been real cryptography; empty without it."""


def has_base(scenario: Scenario) -> bool:
    """Whether the first node is the base."""
    return scenario.stations[0].name == "base"


def engage(scenario: Scenario, *, real: bool) -> Cast:
    """Charter, roster and keys, always the same for a scenario; `real` for true signatures."""
    counts: Counter[str] = Counter()
    opened: dict[bytes, tuple[EpochSecret, bytes]] = {}
    names = [station.name for station in scenario.stations]
    identities: list[Identity] = [
        Identity(_bytes(name, SEED_SIZE)) if real
        else StandInIdentity(_bytes(name, SEED_SIZE), counts)
        for name in names
    ]  # fmt: skip
    roles = [
        BASE_ROLES if index == 0 and has_base(scenario) else FIELD_ROLES
        for index in range(len(names))
    ]
    founders = [
        Member(number, name if len(name) <= NAME_MAX else f"node-{number}", one.key, role)
        for number, (name, one, role) in enumerate(
            zip(names, identities, roles, strict=True), start=1
        )
    ]
    charter = founded("Simulation", founders)
    roster = Council(charter).roster
    members = []
    for number, (identity, role) in enumerate(zip(identities, roles, strict=True), start=1):
        secrets = [
            EpochSecret(key_class, 1, _bytes(f"epoch {key_class}", SECRET_SIZE))
            for key_class in sorted(classes_for(role), key=int)
        ]
        keys = (
            KeyRing(charter.network_id, secrets) if real
            else StandInKeys(charter.network_id, secrets, counts, opened)
        )  # fmt: skip
        members.append(Membership(charter, roster, identity, number, keys))
    return Cast(charter, members, counts)


def founded(name: str, founders: list[Member], *, threshold: int = 1) -> Charter:
    """A charter with everybody in it; the first decides alone where nobody was to decide."""
    if not any(Role.ORGANIZER in one.roles for one in founders):
        founders = [replace(founders[0], roles=founders[0].roles | Role.ORGANIZER), *founders[1:]]
    policies = Policies(threshold=threshold)
    return Charter(name, 3_405_000, -11_825_000, 1, DATE, tuple(founders), policies)


def _bytes(text: str, size: int) -> bytes:
    return hashlib.blake2b(f"simulated {text}".encode(), digest_size=size).digest()
