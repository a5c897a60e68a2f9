"""The roster for people: members, what is decided, what waits, and who is behind."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from meshdefense.node.decision_words import (
    Contents,
    decision_row,
    describe,
    kind_of,
    named,
)
from meshdefense.node.desk import Desk, decisions, short_id
from meshdefense.node.params import Params
from meshdefense.node.saving import WRAPS
from meshdefense_protocol.canonical import canonical_json
from meshdefense_protocol.engine import Engine
from meshdefense_protocol.identity import fingerprint
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import Grant
from meshdefense_protocol.rekey_parts import content_hash
from meshdefense_protocol.roster import Member, Roster, role_names
from meshdefense_protocol.words import DECISION_REASONS

__all__ = ["contents_of", "history", "keys_row", "pending_rows", "roster_digest", "show_roster"]

DAY_S: Final = 86_400


async def show_roster(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    """Everything about membership at this moment."""
    Params("roster", values).finish()
    contents, items = await contents_of(desk), await decisions(desk)
    return await desk.ask(lambda engine, now: _roster(engine, contents, items, now))


async def history(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    """Every decision that was said, in the order of its claimed time."""
    Params("history", values).finish()
    contents, items = await contents_of(desk), await decisions(desk)
    ordered = sorted(items, key=lambda item: (item.units, item.id))
    known = desk.membership.roster
    return {"decisions": [decision_row(item, known, contents) for item in ordered]}


async def contents_of(desk: Desk) -> Contents:
    """The wraps that are stored here."""
    network_id = desk.membership.charter.network_id
    documents = await desk.in_thread(desk.store.documents, WRAPS)
    found = {}
    for name, content in documents.items():
        found[content_hash(network_id, int(name.removeprefix(WRAPS)), content)] = content
    return found


def _roster(
    engine: Engine, contents: Contents, items: Sequence[Item], now: float
) -> dict[str, Any]:
    me = engine.membership
    known, charter = me.roster, me.charter
    behind = {one.member: one.epoch for one in engine.behind()}
    digest = roster_digest(known, charter.network_id)
    return {
        "network": charter.name,
        "network_id": charter.network_id.hex(),
        "digest": digest.hex(),
        "digest_fingerprint": fingerprint(digest),
        "member": me.number,
        "threshold": known.policies.threshold,
        "organizers": [one.number for one in known.organizers],
        "policies": known.policies.in_force(),
        "members": [_member(one, engine, behind, now) for one in known.everybody()],
        "keys": keys_row(engine, items, now),
        "pending": pending_rows(known, me.number, contents),
        "refused": [
            {"kind": kind_of(one.body), "text": describe(one.body, known, contents), "why": one.why}
            for one in known.refused
        ],
        "warnings": [
            {
                "id": str(one.id),
                "by": one.by,
                "by_name": named(known, one.by),
                "reason": DECISION_REASONS.get(one.reason).en,
                "at": one.at,
            }
            for one in known.warnings
        ],
    }


def _member(one: Member, engine: Engine, behind: dict[int, int], now: float) -> dict[str, Any]:
    known = engine.membership.roster
    row: dict[str, Any] = {
        "number": one.number,
        "name": one.name,
        "roles": role_names(one.roles),
        "key": one.key.hex(),
        "fingerprint": fingerprint(one.key),
        "serial": one.serial,
        "expires_at": known.date + one.expires * DAY_S if one.expires else None,
        "state": "in",
        "until": None,
        "reason": None,
        "refused": {why.value: n for why, n in engine.offences.get(one.number, {}).items()},
        "older_keys": behind.get(one.number),
    }
    paused, out = known.suspension(one.number, now), known.revocations.get(one.number)
    if out is not None:
        row |= {"state": "out", "until": out.at, "reason": DECISION_REASONS.get(out.reason).en}
    elif paused is not None:
        reason = DECISION_REASONS.get(paused.reason).en
        row |= {"state": "suspended", "until": paused.end, "reason": reason, "by": paused.by}
        row["suspension"] = str(paused.id)
    elif known.has_lapsed(one.number, now):
        row |= {"state": "expired", "until": row["expires_at"]}
    return row


def keys_row(engine: Engine, items: Sequence[Item], now: float) -> dict[str, Any]:
    """Which keys are in force, and who was heard with which since."""
    me = engine.membership
    known = me.roster
    since = 0.0
    if known.epochs:
        said = set(known.epochs[-1].said)
        since = max((i.claimed_at(known.date) for i in items if i.id in said), default=0.0)
    behind = {one.member: one for one in engine.behind() if not known.is_out(one.member)}
    heard = {
        one.member
        for one in engine.neighbours()
        if since <= one.heard_at <= now and one.member not in behind
    }
    others = [one.number for one in known if one.number != me.number]
    return {
        "epoch": me.keys.epoch,
        "in_force": known.epoch,
        "since": since or None,
        "left_out": engine.left_out,
        "behind": [
            {"member": n, "name": named(known, n), "epoch": one.epoch, "heard_at": one.heard_at}
            for n, one in behind.items()
        ],
        "heard": sorted(heard & set(others)),
        "unheard": [n for n in others if n not in heard and n not in behind],
    }


def pending_rows(known: Roster, number: int, contents: Contents) -> list[dict[str, Any]]:
    """What waits for more organizers, with what it would do."""
    digests = [one.digest for one in known.pending]
    return [
        {
            "id": short_id(one.digest, digests),
            "digest": one.digest.hex(),
            "kind": kind_of(one.body),
            "text": describe(one.body, known, contents),
            "agreed": [named(known, voice) for voice in one.voices],
            "mine": number in one.voices,
            "lacking": one.lacking,
            "key": one.body.key.hex() if isinstance(one.body, Grant) else None,
        }
        for one in known.pending
    ]


def roster_digest(known: Roster, network_id: bytes) -> bytes:
    """16 bytes over all that was decided: the same on every node that holds the same decisions."""
    content = {
        "members": [
            [one.number, one.name, one.key.hex(), int(one.roles), one.expires, one.serial]
            for one in sorted(known.everybody(), key=lambda one: one.number)
        ],
        "out": [
            [one.number, one.log_mark, one.roster_mark]
            for _, one in sorted(known.revocations.items())
        ],
        "policies": known.policies.as_json(),
        "epochs": [[one.number, one.commitment.hex()] for one in known.epochs],
    }
    return hashlib.blake2b(
        network_id + canonical_json(content), digest_size=16, person=b"md1 roster now"
    ).digest()
