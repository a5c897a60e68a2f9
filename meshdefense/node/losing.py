"""A radio or computer is lost: what its finder has, and new keys for all the others.

lost     revoke a member, and new keys without them; only the keys where they are out already;
         as a drill nothing is changed
rekey    new keys without a loss
keys     who was heard with which keys since the last change
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from meshdefense.air.presets import Preset, UnknownPresetError, preset_named
from meshdefense.enrolment.errors import EnrolmentError
from meshdefense.node.deciding import revocation
from meshdefense.node.decision_words import Contents, describe, left_out_by, named
from meshdefense.node.desk import (
    Desk,
    Standing,
    check_organizer,
    decisions,
    endorse,
    member_named,
    short_id,
    standing,
)
from meshdefense.node.new_keys import (
    Cost,
    NewKeys,
    cost_of,
    keep_master,
    made,
    waiting,
    wraps_in_force,
)
from meshdefense.node.params import Params
from meshdefense.node.roster_view import contents_of, keys_row
from meshdefense_protocol.errors import ForbiddenError, ValueRangeError
from meshdefense_protocol.packets import Endorse, Rekey, Revoke, Suspend
from meshdefense_protocol.packets.decisions import action_digest
from meshdefense_protocol.roster import Member, Role, Roster, classes_for, role_names
from meshdefense_protocol.vault import EPOCHS_KEPT
from meshdefense_protocol.words import DECISION_REASONS

__all__ = ["LOSING"]

PRESET: Final = "LONG_FAST"
SUSPENDED_H: Final = 24
LOST: Final = DECISION_REASONS.code("lost")


async def _lost(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    params = Params("lost", values)
    name = params.required("member", str)
    reason = params.word("reason", DECISION_REASONS, LOST)
    since = params.take("since", (int, float))
    drill = params.take("drill", bool, False)
    preset = _preset(params.take("preset", str, PRESET))
    params.finish()
    check_organizer(desk.membership)
    member = member_named(desk.membership.roster, name)
    if member.number == desk.membership.number:
        raise EnrolmentError("this node is the lost one's own; another organizer does this")
    contents = await contents_of(desk)
    revoke = None
    if desk.membership.roster.is_out(member.number):
        _check_worth(desk.membership.roster, contents, member, since)
    else:
        revoke = await revocation(desk, member.number, reason, since)
    keys = waiting(desk.membership, contents, [member.number]) or await made(desk, [member.number])
    bodies = _bodies(revoke, keys)
    cost = _whole_cost(desk, bodies, keys, preset)
    report = {**await _report(desk, member, keys), "cost": cost.as_json(), "preset": preset.name}
    wraps = {keys.body.content_hash: keys.content}
    report["revoked"] = revoke is None
    report["text"] = [describe(body, desk.membership.roster, wraps) for body in bodies]
    if drill:
        return {**report, "drill": True, "decisions": []}
    stands = await _decide(desk, revoke, keys)
    silence = revoke is not None and stands[0].lacking
    suspended = await _suspended(desk, member, reason) if silence else False
    return {**report, "drill": False, "suspended": suspended, **_stands(desk, stands)}


async def _rekey(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    params = Params("rekey", values)
    drill = params.take("drill", bool, False)
    preset = _preset(params.take("preset", str, PRESET))
    params.finish()
    check_organizer(desk.membership)
    keys = waiting(desk.membership, await contents_of(desk), []) or await made(desk, [])
    cost = _whole_cost(desk, [keys.body], keys, preset)
    answer: dict[str, Any] = {
        "drill": drill,
        "epoch": keys.body.epoch,
        "by_tree": keys.by_tree,
        "new_master": keys.master is not None,
        "cost": cost.as_json(),
        "preset": preset.name,
        "text": [
            describe(keys.body, desk.membership.roster, {keys.body.content_hash: keys.content})
        ],
    }
    if drill:
        return {**answer, "decisions": []}
    return {**answer, **_stands(desk, await _decide(desk, None, keys))}


async def _keys(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    """Who was heard with which keys since the last change."""
    Params("keys", values).finish()
    items = await decisions(desk)
    return await desk.ask(lambda engine, now: keys_row(engine, items, now))


def _check_worth(roster: Roster, contents: Contents, member: Member, since: float | None) -> None:
    """EnrolmentError unless new keys alone would shut out somebody who was revoked already."""
    if since is not None:
        raise EnrolmentError(
            f"{member.name} was revoked already, with what counts of theirs: leave out --since"
        )
    newest = wraps_in_force(roster, contents)
    if newest is not None and not newest.reaches(member.number):
        raise EnrolmentError(
            f"{member.name} was revoked already, and the keys in force are without them"
        )


def _bodies(revoke: Revoke | None, keys: NewKeys) -> list[Revoke | Rekey]:
    return [keys.body] if revoke is None else [revoke, keys.body]


def _preset(name: str) -> Preset:
    try:
        return preset_named(name)
    except UnknownPresetError as error:
        raise ValueRangeError(str(error)) from error


async def _decide(desk: Desk, revoke: Revoke | None, keys: NewKeys) -> list[Standing]:
    """Agree on what is not said yet; where each stands after all of it is."""
    if keys.master is not None:
        await keep_master(desk, keys.master)
    bodies = _bodies(revoke, keys)
    network_id = desk.membership.charter.network_id
    digests = [action_digest(network_id, body) for body in bodies]
    pending = {one.digest: one.voices for one in desk.membership.roster.pending}
    mine = desk.membership.number
    said = [one for one in digests if one in pending and mine not in pending[one]]
    if said:  # in one item where somebody else said both
        await endorse(desk, said)
    for body, digest in zip(bodies, digests, strict=True):
        if digest not in pending:
            await desk.say(body, keys.content if isinstance(body, Rekey) else None)
    return [standing(desk.membership.roster, digest) for digest in digests]


def _stands(desk: Desk, stands: list[Standing]) -> dict[str, Any]:
    waits = next((one for one in stands if one.lacking), None)
    return {
        "decisions": [one.as_json() for one in stands],
        "decision": None if waits is None else waits.as_json(),
        "endorse": [one.id for one in stands if one.lacking],
        "in_force": desk.membership.roster.epoch,
    }


async def _suspended(desk: Desk, member: Member, reason: int) -> bool:
    """Until others agree: one organizer alone may silence the finder for a day."""
    roster = desk.membership.roster
    if any(one.number == member.number for one in roster.suspensions):
        return True
    try:
        said = await desk.say(Suspend(member.number, SUSPENDED_H, reason))
    except ForbiddenError:
        return False
    return any(one.id == said.item.id for one in desk.membership.roster.suspensions)


def _whole_cost(desk: Desk, bodies: list[Revoke | Rekey], keys: NewKeys, preset: Preset) -> Cost:
    """With the endorsements that it takes."""
    network_id, k = desk.membership.charter.network_id, desk.membership.roster.policies.threshold
    digests = tuple(sorted(action_digest(network_id, body) for body in bodies))
    return cost_of([*bodies, *[Endorse(digests)] * (k - 1)], keys.content, preset)


async def _report(desk: Desk, member: Member, keys: NewKeys) -> dict[str, Any]:
    """What the finder has, and what is left to do."""
    me, items = desk.membership, await decisions(desk)
    roster = me.roster
    heard = await desk.ask(lambda engine, now: keys_row(engine, items, now))
    oldest = max(1, roster.epoch - EPOCHS_KEPT + 1)
    organizer = Role.ORGANIZER in member.roles or member.number in roster.deciders
    left_out = left_out_by(keys.content, roster) or []
    remaining = [one for one in roster if one.number not in left_out]
    return {
        "member": member.number,
        "name": member.name,
        "roles": role_names(member.roles),
        "finder": {
            "reads": [one.name.lower() for one in sorted(classes_for(member.roles))],
            "epochs": [oldest, roster.epoch],
            "tree_keys": True,
            "master": organizer,
            "votes": organizer,
        },
        "epoch": keys.body.epoch,
        "by_tree": keys.by_tree,
        "new_master": keys.master is not None,
        "threshold": roster.policies.threshold,
        "organizers": [
            named(roster, one.number) for one in roster.organizers if one.number not in left_out
        ],
        "radios": [named(roster, one.number) for one in remaining],
        "left_out": [named(roster, number) for number in left_out],
        "rivals": [
            short_id(one.digest, [two.digest for two in roster.pending])
            for one in roster.pending
            if isinstance(one.body, Rekey) and one.body != keys.body
        ],
        "unheard": [named(roster, number) for number in heard["unheard"]],
    }


LOSING: Final[dict[str, Callable[[Desk, dict[str, Any]], Awaitable[dict[str, Any]]]]] = {
    "lost": _lost,
    "rekey": _rekey,
    "keys": _keys,
}
