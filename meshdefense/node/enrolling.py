"""Letting people in and taking what others hand over: methods of the API.

The same functions serve the command line on an open store, see `node.offline`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from meshdefense.enrolment.errors import EnrolmentError
from meshdefense.enrolment.grants import grant_text
from meshdefense.enrolment.requests import read_request
from meshdefense.enrolment.vaults import handed, handed_document
from meshdefense.node.deciding import DECIDING
from meshdefense.node.desk import (
    Desk,
    Standing,
    agree,
    check_organizer,
    decisions,
    member_named,
    now_of,
    standing,
)
from meshdefense.node.library import LIBRARY
from meshdefense.node.losing import LOSING
from meshdefense.node.params import Params
from meshdefense.node.roster_exchange import export_roster, import_roster, take_file
from meshdefense.node.roster_view import history, show_roster
from meshdefense.storage.records import Batch
from meshdefense_protocol.engine import Membership
from meshdefense_protocol.errors import ValueRangeError
from meshdefense_protocol.identity import fingerprint
from meshdefense_protocol.packets import Grant
from meshdefense_protocol.packets.decisions import action_digest
from meshdefense_protocol.roster import Member, Role, Roster, check_member_name, parse_roles
from meshdefense_protocol.vault import Master

__all__ = ["ENROLLING"]

DAY_S: Final = 86_400
TEAM_SIZE: Final = 64
"""Numbers of one team: a whole subtree of the keys, so that losing a team takes few wraps."""
TEAMS: Final = 1024
SERIAL_MAX: Final = 255


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a command asks for a member; None leaves what is there."""

    roles: Role | None
    handle: str | None
    expires: int | None
    """Days after the charter's date, 0 for never."""


async def _grant(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    params = Params("grant", values)
    text = params.required("request", str)
    roles = parse_roles(params.required("roles", list))
    handle = params.take("handle", str)
    number, team = params.take("number", int), params.take("team", int)
    days = params.take("expires", int)
    params.finish()
    if not roles:
        raise EnrolmentError("name at least one role, for example --role patrol")
    check_organizer(desk.membership)
    wished, key = read_request(text)
    now = await now_of(desk)
    wish = _Wish(roles, handle, _day_of(desk.membership, now, days))
    body = _first_certificate(desk.membership, wished, key, wish, number, team)
    if body is None:
        member = desk.membership.roster.with_key(key)
        assert member is not None  # else there would be a certificate to decide on
        return await _handed(desk, member, None)
    return await _decided(desk, body)


async def _roles(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    params = Params("roles", values)
    named = params.required("member", str)
    names, handle = params.take("roles", list), params.take("handle", str)
    days = params.take("expires", int)
    params.finish()
    check_organizer(desk.membership)
    me, now = desk.membership, await now_of(desk)
    member = member_named(me.roster, named)
    if me.roster.is_out(member.number):
        raise EnrolmentError(f"{member.name} was revoked; that is for ever")
    roles = member.roles if names is None else parse_roles(names)
    if not roles:
        raise EnrolmentError("name at least one role, for example --role patrol")
    expires = _day_of(me, now, days)
    body = _next_certificate(me, member, _Wish(roles, handle, expires))
    if body is None:
        return await _handed(desk, member, None)
    return await _decided(desk, body)


async def _join(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    params = Params("join", values)
    text = params.required("grant", str)
    params.finish()
    return await take_file(desk, text)


# -- certificates ----------------------------------------------------------------------------


def _day_of(me: Membership, now: float, days: int | None) -> int | None:
    """So many days from now as a certificate says it."""
    if days is None or days == 0:
        return days
    if days < 0:
        raise ValueRangeError(f"{days} days are no time to expire after; 0 is never")
    day = math.ceil((now - me.charter.date) / DAY_S) + days
    if day > 0xFFFF:
        raise ValueRangeError(f"{days} days are beyond what a certificate can say")
    return day


def _first_certificate(
    me: Membership, wished: str, key: bytes, wish: _Wish, number: int | None, team: int | None
) -> Grant | None:
    """What has to be decided for the person of a request; None when they are in just so."""
    assert wish.roles is not None  # a grant always names some
    roster, handle = me.roster, wish.handle
    member = roster.with_key(key)
    if member is not None:
        if roster.is_out(member.number):
            raise EnrolmentError(
                f"that key is the one of member {member.number} ({member.name}), who was revoked; "
                "they make a new one in another data folder"
            )
        same = member.roles == wish.roles and handle in (None, member.name)
        if not same or wish.expires not in (None, member.expires):
            raise EnrolmentError(
                f"that person is member {member.number} ({member.name}) already, with other roles, "
                f"handle or expiry; change them with: meshdefense member roles {member.name}"
            )
        return None
    for pending in roster.pending:
        body = pending.body
        if isinstance(body, Grant) and body.key == key:
            if body.roles != wish.roles or handle not in (None, body.handle):
                raise EnrolmentError(
                    "another decision about that person waits: meshdefense roster pending"
                )
            return body
    handle = wished if handle is None else handle
    check_member_name(handle)
    _check_handle_free(roster, handle)
    chosen = _number(roster, number, team)
    return Grant(chosen, 0, int(wish.roles), key, handle, wish.expires or 0)


def _next_certificate(me: Membership, member: Member, wish: _Wish) -> Grant | None:
    """Another certificate of a member; None when it would say what the one in force says."""
    assert wish.roles is not None  # roles() fills them in
    handle = member.name if wish.handle is None else wish.handle
    check_member_name(handle)
    if handle.casefold() != member.name.casefold():
        _check_handle_free(me.roster, handle)
    expires = member.expires if wish.expires is None else wish.expires
    if (member.roles, member.name, member.expires) == (wish.roles, handle, expires):
        return None
    if member.serial >= SERIAL_MAX:
        raise EnrolmentError(f"{member.name} has had {SERIAL_MAX} certificates; no more are left")
    return Grant(member.number, member.serial + 1, int(wish.roles), member.key, handle, expires)


def _check_handle_free(roster: Roster, handle: str) -> None:
    taken = [one.name for one in roster]
    taken += [one.body.handle for one in roster.pending if isinstance(one.body, Grant)]
    if handle.casefold() in [name.casefold() for name in taken]:
        raise ValueRangeError(f"the handle {handle} is taken; choose one with --handle")


def _number(roster: Roster, number: int | None, team: int | None) -> int:
    """A number that nobody ever had: the given one, the lowest of a team, or the next."""
    used = {one.number for one in roster.everybody()} | set(roster.revocations)
    used |= {one.body.number for one in roster.pending if isinstance(one.body, Grant)}
    if number is not None and team is not None:
        raise ValueRangeError("give a number or a team, not both")
    if number is not None:
        if not 1 <= number <= 0xFFFF:
            raise ValueRangeError(f"member number {number} is outside 1 to 65535")
        if number in used:
            raise ValueRangeError(f"number {number} was given out already; none is used again")
        return number
    if team is None:
        if (found := max(used, default=0) + 1) > 0xFFFF:
            raise ValueRangeError("all member numbers above were given out; choose one: --number")
        return found
    if not 0 <= team < TEAMS:
        raise ValueRangeError(f"team {team} is outside 0 to {TEAMS - 1}")
    for free in range(max(1, team * TEAM_SIZE), (team + 1) * TEAM_SIZE):
        if free not in used:
            return free
    raise ValueRangeError(f"team {team} has no number left; begin another one")


# -- grants ----------------------------------------------------------------------------------


async def _decided(desk: Desk, body: Grant) -> dict[str, Any]:
    """Agree on a certificate; with the grant as soon as it counts."""
    digest = action_digest(desk.membership.charter.network_id, body)
    stands = await agree(desk, body)
    stands = standing(desk.membership.roster, digest) if stands.lacking else stands
    if stands.refused:
        raise EnrolmentError(f"that cannot be: {stands.refused}")
    if stands.lacking:
        return {
            "number": body.number,
            "handle": body.handle,
            "key": body.key.hex(),
            "fingerprint": fingerprint(body.key),
            "decision": stands.as_json(),
        }
    return await _handed(desk, desk.membership.roster[body.number], stands)


async def _handed(desk: Desk, member: Member, stands: Standing | None) -> dict[str, Any]:
    """The grant of a member who is in, and what to tell people about it."""
    me = desk.membership
    network_id = me.charter.network_id
    vault = handed(me.vault, member, me.roster, network_id)
    raws = [item.raw for item in await decisions(desk)]
    text = grant_text(me.charter, raws, member, vault, me.identity, me.number)
    assert me.vault.master is not None  # handed() has seen to it
    await _note_handed(desk, me.vault.master, member.number)
    return {
        "grant": text,
        "number": member.number,
        "handle": member.name,
        "key": member.key.hex(),
        "fingerprint": fingerprint(member.key),
        "decision": None if stands is None else stands.as_json(),
    }


async def _note_handed(desk: Desk, master: Master, number: int) -> None:
    name = handed_document(master)

    def note() -> None:
        raw = desk.store.document(name)
        numbers = set(json.loads(raw)) if raw is not None else set()
        if number not in numbers:
            content = json.dumps(sorted({*numbers, number})).encode()
            desk.store.commit(Batch(documents={name: content}))

    await desk.in_thread(note)


ENROLLING: Final[dict[str, Callable[[Desk, dict[str, Any]], Awaitable[dict[str, Any]]]]] = {
    "grant": _grant,
    "roles": _roles,
    "join": _join,
    "roster": show_roster,
    "history": history,
    "roster_export": export_roster,
    "roster_import": import_roster,
    **DECIDING,
    **LOSING,
    **LIBRARY,
}
"""All methods of organizers' work, those of other modules too."""
