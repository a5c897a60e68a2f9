"""What organizers decide, alone or together: methods of the API.

Alone an organizer only reduces: suspends for some hours, warns, and takes back what they did.
Everything else counts when k of them agree.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from meshdefense.enrolment.errors import EnrolmentError
from meshdefense.node.decision_words import describe
from meshdefense.node.desk import (
    Desk,
    agree,
    check_organizer,
    decisions,
    endorse,
    member_named,
    pending_named,
    short_id,
)
from meshdefense.node.marks import marks_of
from meshdefense.node.params import Params
from meshdefense.node.roster_view import contents_of, pending_rows
from meshdefense_protocol.errors import ValueRangeError
from meshdefense_protocol.packets import Lift, Policy, Revoke, Suspend, Warn
from meshdefense_protocol.packets.decisions import mark_of
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.policy import policy_named
from meshdefense_protocol.words import DECISION_REASONS

__all__ = ["DECIDING", "revocation"]

SERIAL_MAX: Final = 255
HOURS: Final = 24


async def _pending(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    """What waits for more organizers."""
    Params("pending", values).finish()
    contents, me = await contents_of(desk), desk.membership
    return {"pending": pending_rows(me.roster, me.number, contents)}


async def _endorse(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    params = Params("endorse", values)
    ids = params.required("ids", list)
    params.finish()
    if not ids:
        raise ValueRangeError("name at least one decision; meshdefense roster pending lists them")
    check_organizer(desk.membership)
    me, contents = desk.membership, await contents_of(desk)
    chosen = [pending_named(me.roster, str(text)) for text in ids]
    texts = {one.digest: describe(one.body, me.roster, contents) for one in chosen}
    names = {
        one.digest: short_id(one.digest, [two.digest for two in me.roster.pending])
        for one in chosen
    }
    already = [names[one.digest] for one in chosen if me.number in one.voices]
    if already:
        raise EnrolmentError(f"you agree with {', '.join(already)} already")
    stands = await endorse(desk, texts)
    rows = []
    for digest, stand in zip(sorted(texts), stands, strict=True):
        rows.append({**stand.as_json(), "id": names[digest], "text": texts[digest]})
    return {"endorsed": rows}


async def _suspend(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    params = Params("suspend", values)
    named, hours = params.required("member", str), params.take("hours", int, HOURS)
    reason = params.word("reason", DECISION_REASONS)
    params.finish()
    check_organizer(desk.membership)
    if not 1 <= hours <= HOURS:
        raise ValueRangeError(f"{hours} hours are outside 1 to {HOURS}; longer takes a revocation")
    member = member_named(desk.membership.roster, named)
    said = await desk.say(Suspend(member.number, hours, reason))
    counts = any(one.id == said.item.id for one in desk.membership.roster.suspensions)
    return {
        "id": str(said.item.id),
        "member": member.number,
        "name": member.name,
        "hours": hours,
        "counts": counts,
    }


async def _lift(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    params = Params("lift", values)
    ref = ItemId.parse(params.required("id", str))
    params.finish()
    check_organizer(desk.membership)
    roster = desk.membership.roster
    ids = [one.id for one in roster.suspensions] + [one.id for one in roster.warnings]
    if ref not in ids:
        raise ValueRangeError(
            f"{ref} is no suspension or warning in force; meshdefense roster show lists them"
        )
    stands = await agree(desk, Lift(ref))
    own = ref.author == desk.membership.number
    decision = stands.as_json()
    if own:  # what one did alone, one takes back alone
        decision |= {"counts": True, "lacking": 0}
    return {"id": str(ref), "decision": decision}


async def _revoke(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    params = Params("revoke", values)
    named, reason = params.required("member", str), params.word("reason", DECISION_REASONS)
    since = params.take("since", (int, float))
    params.finish()
    check_organizer(desk.membership)
    member = member_named(desk.membership.roster, named)
    body = await revocation(desk, member.number, reason, since)
    stands = await agree(desk, body)
    return {
        "member": member.number,
        "name": member.name,
        "text": describe(body, desk.membership.roster, {}),
        "decision": stands.as_json(),
    }


async def revocation(desk: Desk, number: int, reason: int, since: float | None) -> Revoke:
    """The revocation of a member: the one that waits, if any, else one by what is known here.

    `since` is when things began to go wrong, in seconds; what came in later does not count.
    """
    roster = desk.membership.roster
    if roster.is_out(number):
        raise EnrolmentError(f"member {number} was revoked already")
    for pending in roster.pending:
        if isinstance(pending.body, Revoke) and pending.body.number == number and since is None:
            return pending.body
    log_mark, roster_mark = await desk.in_thread(marks_of, desk.store, number, since)
    if number == desk.membership.number and since is None:  # what one says now for it counts
        next_id = await desk.ask(lambda engine, _: engine.next_id(Stream.ROSTER))
        roster_mark = mark_of(next_id)
    return Revoke(number, reason, log_mark, roster_mark)


async def _policy(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    params = Params("policy", values)
    name = policy_named(params.required("name", str))
    value = params.required("value", int)
    params.finish()
    check_organizer(desk.membership)
    roster = desk.membership.roster
    roster.policies.with_value(name, value)  # raises for a value out of range
    if roster.policies.value(name) == value:
        raise EnrolmentError(f"{name.name.lower().replace('_', '-')} is {value} already")
    bodies = [item.body for item in await decisions(desk)]
    serials = [one.serial for one in bodies if isinstance(one, Policy) and one.name == name]
    same = [
        one.body
        for one in roster.pending
        if isinstance(one.body, Policy) and (one.body.name, one.body.value) == (name, value)
    ]
    serial = max(serials, default=0) + 1
    if serial > SERIAL_MAX:
        raise EnrolmentError(f"that policy was changed {SERIAL_MAX} times; no more are left")
    body = same[0] if same else Policy(int(name), serial, value)
    stands = await agree(desk, body)
    return {"text": describe(body, roster, {}), "decision": stands.as_json()}


async def _warn(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    params = Params("warn", values)
    reason = params.word("reason", DECISION_REASONS)
    params.finish()
    check_organizer(desk.membership)
    said = await desk.say(Warn(reason))
    return {"id": str(said.item.id)}


DECIDING: Final[dict[str, Callable[[Desk, dict[str, Any]], Awaitable[dict[str, Any]]]]] = {
    "pending": _pending,
    "endorse": _endorse,
    "suspend": _suspend,
    "lift": _lift,
    "revoke": _revoke,
    "policy": _policy,
    "warn": _warn,
}
