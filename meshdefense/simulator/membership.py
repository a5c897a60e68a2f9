"""The members of a trial: as many roles as there are, so that not everybody holds every key.

With organizers who decide together, each has a vault as from enrolment in person: seeds, the
classes' static secrets, tree keys, and the organizers the tree's master.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from meshdefense.simulator.cast import Cast, founded
from meshdefense.simulator.standin import StandInIdentity, StandInKeys
from meshdefense_protocol.council import Council
from meshdefense_protocol.engine import Membership
from meshdefense_protocol.identity import SEED_SIZE, Identity
from meshdefense_protocol.rekey_content import SEED_SIZE as EPOCH_SEED_SIZE
from meshdefense_protocol.roster import Member, Role, classes_for
from meshdefense_protocol.sealing import SECRET_SIZE, EpochSecret, KeyRing
from meshdefense_protocol.subtree import MASTER_SIZE, path_keys
from meshdefense_protocol.vault import Master, Vault

__all__ = ["enrol"]


def enrol(roles: Sequence[Role], *, real: bool, threshold: int = 0) -> Cast:
    """Members 1 and up with these roles; `real` for true signatures and seals.

    `threshold` organizers decide together; with 0 nobody decides anything, and keys stay.
    """
    counts: Counter[str] = Counter()
    opened: dict[bytes, tuple[EpochSecret, bytes]] = {}
    seeds = [_bytes(f"member {number}", SEED_SIZE) for number in range(1, len(roles) + 1)]
    identities: list[Identity] = [
        Identity(seed) if real else StandInIdentity(seed, counts) for seed in seeds
    ]
    founders = [
        Member(number, f"m{number}", identity.key, role)
        for number, (identity, role) in enumerate(zip(identities, roles, strict=True), start=1)
    ]
    charter = founded("Trial", founders, threshold=threshold or 1)
    roster = Council(charter).roster
    members = []
    for number, (identity, role) in enumerate(zip(identities, roles, strict=True), start=1):
        if threshold:
            vault = _vault(charter.network_id, number, role)
            ring = KeyRing(charter.network_id, vault.secrets(roster, charter.network_id))
            members.append(Membership(charter, roster, identity, number, ring, vault))
            continue
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


def _vault(network_id: bytes, number: int, role: Role) -> Vault:
    master = _bytes("master", MASTER_SIZE)
    return Vault(
        {one: _bytes(f"static {one}", SECRET_SIZE) for one in sorted(classes_for(role))},
        ((1, _bytes("first seed", EPOCH_SEED_SIZE)),),
        0,
        path_keys(master, network_id, 0, number),
        Master(0, master) if Role.ORGANIZER in role else None,
    )


def _bytes(text: str, size: int) -> bytes:
    return hashlib.blake2b(f"trial {text}".encode(), digest_size=size).digest()
