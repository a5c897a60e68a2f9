"""Making new keys for everybody but those who are out: the decision and its wraps.

By the tree while the master of its keys is known to nobody who is out, and everybody has keys
of it; otherwise one by one, which costs more airtime. Source: docs/protocol.md, "Re-key".
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any, Final

from meshdefense.air.presets import Preset, airtime_s
from meshdefense.enrolment.errors import EnrolmentError
from meshdefense.enrolment.vaults import FIRST_GENERATION, handed_document
from meshdefense.node.decision_words import Contents
from meshdefense.node.desk import Desk
from meshdefense.node.roster_view import contents_of
from meshdefense.storage.records import Batch
from meshdefense.vault_store import vault_secrets
from meshdefense_protocol.engine import Engine, Membership
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.limits import FRAME_OVERHEAD, FRAME_TARGET, ITEM_MIN
from meshdefense_protocol.packets import Endorse, Rekey, Revoke
from meshdefense_protocol.rekey import commitment_of, seal_boxes, seal_tree
from meshdefense_protocol.rekey_content import SEED_SIZE, BoxContent, TreeContent, decode_content
from meshdefense_protocol.rekey_parts import PART_SIZE, content_hash, frames_for
from meshdefense_protocol.roster import Roster
from meshdefense_protocol.subtree import MASTER_SIZE, path_keys
from meshdefense_protocol.vault import Master

__all__ = ["Cost", "NewKeys", "cost_of", "keep_master", "made", "waiting", "wraps_in_force"]

DATA_OVERHEAD: Final = 8
"""Bytes of the radio's own encoding around a payload on our port (mesh.proto, Data)."""
_PART_HEAD: Final = FRAME_TARGET - FRAME_OVERHEAD - PART_SIZE


@dataclass(frozen=True, slots=True)
class NewKeys:
    """New keys that may be decided on. Its repr shows no secret."""

    body: Rekey
    content: bytes = field(repr=False)
    master: Master | None = None
    """A new one, where the old one is in wrong hands."""

    @property
    def by_tree(self) -> bool:
        """Whether it is sealed by the tree."""
        return isinstance(decode_content(self.content), TreeContent)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a decision costs on the air, sent once; each relay repeats it."""

    frames: int
    size: int
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """For answers."""
        return {"frames": self.frames, "bytes": self.size, "seconds": round(self.seconds, 1)}


async def made(desk: Desk, lost: Collection[int]) -> NewKeys:
    """Draw new keys for everybody who is in but `lost`. Nothing is said or stored yet.

    Raises EnrolmentError where this node cannot, ValueRangeError where the wraps are too many.
    """
    me = desk.membership
    roster, vault, network_id = me.roster, me.vault, me.charter.network_id
    if vault.master is None:
        raise EnrolmentError("this node does not hold the master of the keys: meet an organizer")
    epoch, seed = roster.epoch + 1, secrets.token_bytes(SEED_SIZE)
    out = sorted({*roster.revocations, *lost})
    master, fresh = vault.master, None
    needed = FIRST_GENERATION + len(roster.deciders.intersection(out))
    if needed > master.generation:
        newest = wraps_in_force(roster, await contents_of(desk))
        drawn = newest is not None and newest.generation >= needed  # by another organizer
        unknown = newest is None and roster.epochs and not roster.deciders.intersection(lost)
        if not drawn and not unknown:
            fresh = Master(needed, secrets.token_bytes(MASTER_SIZE))
        content = _boxes(me, out, epoch, needed, seed)
    elif await _all_have(desk, master, out):
        highest = max(one.number for one in roster.everybody())
        content = seal_tree(master.secret, network_id, epoch, master.generation, seed, out, highest)
    else:
        content = _boxes(me, out, epoch, master.generation, seed)
    body = Rekey(
        epoch,
        commitment_of(network_id, epoch, seed),
        content_hash(network_id, epoch, content),
        len(content),
    )
    return NewKeys(body, content, fresh)


def wraps_in_force(roster: Roster, contents: Contents) -> TreeContent | BoxContent | None:
    """The wraps of the keys in force; None before the first change, or where they are not here."""
    content = contents.get(roster.epochs[-1].content_hash) if roster.epochs else None
    found = None if content is None else decode_content(content)
    return None if isinstance(found, Rejection) else found


def _boxes(me: Membership, out: Collection[int], epoch: int, generation: int, seed: bytes) -> bytes:
    members = {one.number: one.key for one in me.roster if one.number not in out}
    ephemeral = secrets.token_bytes(32)
    return seal_boxes(me.charter.network_id, epoch, generation, seed, members, ephemeral)


async def _all_have(desk: Desk, master: Master, out: Collection[int]) -> bool:
    """Whether everybody who remains has tree keys of this master, as far as it is known here."""
    if master.generation == FIRST_GENERATION:
        return True  # nobody gets in without them
    raw = await desk.in_thread(desk.store.document, handed_document(master))
    numbers = set(json.loads(raw)) if raw is not None else set()
    numbers.add(desk.membership.number)
    return all(one.number in numbers for one in desk.membership.roster if one.number not in out)


async def keep_master(desk: Desk, master: Master) -> None:
    """Store a new master with this node's own keys of its tree, and use them from now on."""
    number, network_id = desk.membership.number, desk.membership.charter.network_id
    keys = path_keys(master.secret, network_id, master.generation, number)

    def take(engine: Engine, now: float) -> None:
        held = engine.membership.vault
        engine.take_vault(
            replace(held, master=master, generation=master.generation, path=keys), now
        )

    named = vault_secrets(
        replace(
            desk.membership.vault,
            statics={},
            seeds=(),
            generation=master.generation,
            path=keys,
            master=master,
        ),
        number,
    )
    await desk.in_thread(desk.store.commit, Batch(secrets={**named}))
    await desk.ask(take)


def waiting(me: Membership, contents: Contents, lost: Collection[int]) -> NewKeys | None:
    """New keys that somebody decided on already, and that leave out all who must be."""
    out = {*me.roster.revocations, *lost}
    for pending in me.roster.pending:
        body = pending.body
        if not isinstance(body, Rekey) or body.epoch != me.roster.epoch + 1:
            continue
        content = contents.get(body.content_hash)
        found = Rejection.MALFORMED if content is None else decode_content(content)
        if content is None or isinstance(found, Rejection):
            continue
        remaining = [one.number for one in me.roster if one.number not in out]
        if all(map(found.reaches, remaining)) and not any(map(found.reaches, out)):
            return NewKeys(body, content)
    return None


def cost_of(bodies: Collection[Rekey | Revoke | Endorse], content: bytes, preset: Preset) -> Cost:
    """Frames, bytes and seconds of these decisions and of the wraps."""
    sizes = [FRAME_OVERHEAD + ITEM_MIN + _body_bytes(body) for body in bodies]
    whole, rest = divmod(len(content), PART_SIZE)
    parts = [PART_SIZE] * whole + ([rest] if rest else [])
    sizes += [FRAME_OVERHEAD + _PART_HEAD + size for size in parts]
    assert len(parts) == frames_for(content)
    seconds = sum(airtime_s(preset, size + DATA_OVERHEAD) for size in sizes)
    return Cost(len(sizes), sum(sizes), seconds)


def _body_bytes(body: Rekey | Revoke | Endorse) -> int:
    more = sum(2 + len(value) for value in body.extensions().values())
    return len(body.fixed()) + more
