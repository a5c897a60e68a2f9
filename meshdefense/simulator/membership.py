"""The members of a trial: as many roles as there are, so that not everybody holds every key."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from meshdefense.simulator.cast import DATE, Cast
from meshdefense.simulator.standin import StandInIdentity, StandInKeys
from meshdefense_protocol.charter import Charter
from meshdefense_protocol.engine import Membership
from meshdefense_protocol.identity import SEED_SIZE, Identity
from meshdefense_protocol.roster import Member, Role, Roster, classes_for
from meshdefense_protocol.sealing import SECRET_SIZE, EpochSecret, KeyRing

__all__ = ["enrol"]


def enrol(roles: Sequence[Role], *, real: bool) -> Cast:
    """Members 1 and up with these roles; `real` for true signatures and seals."""
    counts: Counter[str] = Counter()
    opened: dict[bytes, tuple[EpochSecret, bytes]] = {}
    seeds = [_bytes(f"member {number}", SEED_SIZE) for number in range(1, len(roles) + 1)]
    identities: list[Identity] = [
        Identity(seed) if real else StandInIdentity(seed, counts) for seed in seeds
    ]
    charter = Charter("Trial", 3_405_000, -11_825_000, 1, DATE, identities[0].key)
    roster = Roster(
        1,
        [
            Member(number, f"m{number}", identity.key, role)
            for number, (identity, role) in enumerate(zip(identities, roles, strict=True), start=1)
        ],
    )
    members = []
    for number, (identity, role) in enumerate(zip(identities, roles, strict=True), start=1):
        secrets = [
            EpochSecret(one, 1, _bytes(f"epoch {one}", SECRET_SIZE))
            for one in sorted(classes_for(role))
        ]
        keys = (
            KeyRing(charter.network_id, secrets)
            if real
            else StandInKeys(charter.network_id, secrets, counts, opened)
        )
        members.append(Membership(charter, roster, identity, number, keys))
    return Cast(charter, members, counts)


def _bytes(text: str, size: int) -> bytes:
    return hashlib.blake2b(f"trial {text}".encode(), digest_size=size).digest()
