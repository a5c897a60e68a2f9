"""The secrets of a network when it is founded, and the part of them that each member gets."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from meshdefense.enrolment.errors import EnrolmentError
from meshdefense_protocol.rekey_content import SEED_SIZE
from meshdefense_protocol.roster import Member, Role, Roster, classes_for
from meshdefense_protocol.sealing import SECRET_SIZE, KeyClass
from meshdefense_protocol.subtree import MASTER_SIZE, path_keys
from meshdefense_protocol.vault import Master, Vault, kept_epochs

__all__ = ["FIRST_GENERATION", "draw_vault", "handed", "handed_document", "merged"]

FIRST_GENERATION: Final = 1


def draw_vault(rng: Callable[[int], bytes]) -> Vault:
    """All secrets of a new network: those of every class, the first seed, the master.

    `rng(n)` gives n secret bytes.
    """
    return Vault(
        {key_class: rng(SECRET_SIZE) for key_class in KeyClass},
        ((1, rng(SEED_SIZE)),),
        master=Master(FIRST_GENERATION, rng(MASTER_SIZE)),
    )


def handed(vault: Vault, member: Member, roster: Roster, network_id: bytes) -> Vault:
    """What a member gets of an organizer's secrets: no class more than their roles bring.

    Seeds of the newest epochs that are held here, no more than are kept; tree keys of their
    number; the master for organizers only.
    Raises EnrolmentError when this organizer does not hold what it takes.
    """
    master = vault.master
    if master is None:
        raise EnrolmentError(
            "this node does not hold the master of the keys; another organizer hands it over: "
            "member grant with your own request"
        )
    classes = classes_for(member.roles)
    statics = {one: value for one, value in vault.statics.items() if one in classes}
    newest = vault.newest(roster, network_id)
    if newest < roster.epoch or len(statics) < len(classes):
        raise EnrolmentError(
            "this node does not hold the keys in force yet, so it cannot hand them on"
        )
    seeds = []
    # which epochs are kept is what the keys go by, too: where one was missed, an older one counts
    for epoch in sorted(kept_epochs(number for number, _ in vault.seeds)):
        seed = vault.seed(epoch, roster, network_id)
        if seed is not None:
            seeds.append((epoch, seed))
    return Vault(
        statics,
        tuple(seeds),
        master.generation,
        path_keys(master.secret, network_id, master.generation, member.number),
        master if Role.ORGANIZER in member.roles else None,
    )


def handed_document(master: Master) -> str:
    """The store's document with the numbers that got tree keys of this master from this node."""
    name = hashlib.blake2b(master.secret, digest_size=4, person=b"md1 handed").hexdigest()
    return f"handed/{master.generation}/{name}"


def merged(mine: Vault, given: Vault) -> Vault:
    """A vault with what somebody handed over: the newer tree and master, all seeds of both."""
    newer = given if given.generation >= mine.generation and given.path else mine
    masters = [one for one in (mine.master, given.master) if one is not None]
    return replace(
        mine,
        statics={**mine.statics, **given.statics},
        seeds=tuple(sorted({*mine.seeds, *given.seeds})),
        generation=newer.generation,
        path=newer.path,
        master=max(masters, key=lambda one: one.generation) if masters else None,
    )
