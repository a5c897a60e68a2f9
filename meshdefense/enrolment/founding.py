"""Founding a network: its charter, its first secrets, and grants for those who found it too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from meshdefense.enrolment.errors import EnrolmentError
from meshdefense.enrolment.grants import grant_text
from meshdefense.enrolment.requests import own_identity, read_request
from meshdefense.enrolment.vaults import draw_vault, handed
from meshdefense.storage.records import Batch
from meshdefense.storage.repository import Store
from meshdefense.vault_store import vault_secrets
from meshdefense_protocol.charter import NAME_MAX, Charter
from meshdefense_protocol.council import Council
from meshdefense_protocol.errors import ValueRangeError
from meshdefense_protocol.members import Member, Role, check_member_name
from meshdefense_protocol.policy import Policies, PolicyName, policy_named
from meshdefense_protocol.vault import Vault

__all__ = [
    "FOUNDER_ROLES",
    "Founded",
    "Plan",
    "check_area",
    "create_network",
    "founding",
    "usual_threshold",
]

FOUNDER_ROLES: Final = Role.ORGANIZER | Role.DISPATCH | Role.VERIFIER | Role.REPORTER


@dataclass(frozen=True, slots=True)
class Plan:
    """What a network is to be."""

    name: str
    lat: float
    """Area origin in degrees."""
    lon: float
    unit_m: int
    date: int
    """Seconds since the epoch."""
    handle: str
    """Of the one who makes it."""
    requests: Sequence[str] = ()
    """Texts or codes of the requests of those who found it too."""
    threshold: int | None = None
    """Organizers who must agree; None for the majority."""
    policies: Mapping[str, int] = field(default_factory=dict)
    """Values of other policies by name."""


@dataclass(frozen=True, slots=True)
class Founded:
    """A network that was just made, and the grants of its other founders by handle."""

    charter: Charter
    grants: Mapping[str, str] = field(repr=False)


def usual_threshold(organizers: int) -> int:
    """The majority: 2 of 3, 3 of 5; a single one decides alone."""
    return organizers // 2 + 1


def check_area(name: str, lat: float, lon: float) -> None:
    """ValueRangeError for a name or origin that no charter can have."""
    if not -90 <= lat <= 90:
        raise ValueRangeError(f"latitude {lat:g} is outside -90 to 90")
    if not -180 <= lon <= 180:
        raise ValueRangeError(f"longitude {lon:g} is outside -180 to 180")
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        size = 0
    if not 1 <= size <= NAME_MAX or not name.isprintable():
        raise ValueRangeError(f"a network's name has 1 to {NAME_MAX} printable bytes")


def check_plan(plan: Plan) -> list[tuple[str, bytes]]:
    """Handles and keys of the other founders. Raises ValueRangeError, DecodeError."""
    check_area(plan.name, plan.lat, plan.lon)
    check_member_name(plan.handle)
    others = [read_request(text) for text in plan.requests]
    _policies(plan, 1 + len(others))
    handles = [plan.handle.casefold(), *(handle.casefold() for handle, _ in others)]
    if len(set(handles)) != len(handles):
        raise ValueRangeError("two founders have the same handle")
    return others


def create_network(store: Store, plan: Plan, rng: Callable[[int], bytes]) -> Founded:
    """Make this node the first member of a new network; `rng(n)` gives n secret bytes.

    Raises EnrolmentError, DecodeError, ValueRangeError; nothing is stored then but a key of
    this node's own.
    """
    if store.document("charter") is not None:
        raise EnrolmentError("this data folder belongs to a network already; use another folder")
    others = check_plan(plan)
    identity = own_identity(store, rng)
    people = [(plan.handle, identity.key), *others]
    founders = tuple(
        Member(number, handle, key, FOUNDER_ROLES)
        for number, (handle, key) in enumerate(people, start=1)
    )
    charter = Charter(
        plan.name,
        round(plan.lat * 1e5),
        round(plan.lon * 1e5),
        plan.unit_m,
        plan.date,
        founders,
        _policies(plan, len(founders)),
    )
    roster = Council(charter).roster
    whole = draw_vault(rng)
    mine = handed(whole, founders[0], roster, charter.network_id)
    grants = {
        member.name: grant_text(
            charter,
            [],
            member,
            handed(whole, member, roster, charter.network_id),
            identity,
            founders[0].number,
        )
        for member in founders[1:]
    }
    store.commit(founding(charter, identity.seed, mine, 1))
    return Founded(charter, grants)


def _policies(plan: Plan, organizers: int) -> Policies:
    policies = Policies()
    for text, value in plan.policies.items():
        name = policy_named(text)
        if name is PolicyName.THRESHOLD:
            raise ValueRangeError("the threshold has an option of its own: --threshold")
        policies = policies.with_value(name, value)
    threshold = usual_threshold(organizers) if plan.threshold is None else plan.threshold
    if not 1 <= threshold <= organizers:
        raise ValueRangeError(
            f"{threshold} organizers cannot agree where there are {organizers}; add founders: "
            "--founder REQUEST"
        )
    return policies.with_value(PolicyName.THRESHOLD, threshold)


def founding(charter: Charter, seed: bytes, vault: Vault, number: int) -> Batch:
    """Everything that makes an empty store that of a founder; `seed` is of the signing key."""
    return Batch(
        documents={"charter": charter.encode()},
        secrets={"identity": seed, **vault_secrets(vault, number)},
    )
