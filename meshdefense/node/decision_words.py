"""What organizers decide, in a sentence for those who are asked to agree."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from meshdefense_protocol.errors import Rejection, ValueRangeError
from meshdefense_protocol.identity import fingerprint
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import Endorse, Grant, Lift, Policy, Rekey, Revoke, Suspend, Warn
from meshdefense_protocol.packets.decisions import MARK_MAX, MARK_NONE
from meshdefense_protocol.policy import PolicyName
from meshdefense_protocol.rekey_content import TreeContent, decode_content
from meshdefense_protocol.roster import Role, Roster, role_names
from meshdefense_protocol.words import DECISION_REASONS

__all__ = ["Contents", "decision_row", "describe", "kind_of", "left_out_by", "named"]

DAY_S: Final = 86_400
Contents = Mapping[bytes, bytes]
"""Wraps that are here, by the hash that their decision names."""


def named(roster: Roster, number: int) -> str:
    """A member's handle with their number."""
    member = roster.get(number)
    return f"member {number}" if member is None else f"{member.name} ({number})"


def kind_of(body: Any) -> str:
    """The kind of a decision in one word."""
    return str(type(body).__name__).lower()


def left_out_by(content: bytes | None, roster: Roster) -> list[int] | None:
    """Members who are in and get no seed from these wraps; None when that cannot be told."""
    found = Rejection.MALFORMED if content is None else decode_content(content)
    if isinstance(found, Rejection):
        return None
    return [one.number for one in roster if not found.reaches(one.number)]


def describe(body: Any, roster: Roster, contents: Contents) -> str:
    """One decision in words, as the roster stands."""
    if isinstance(body, Grant):
        return _grant(body, roster)
    if isinstance(body, Revoke):
        reason = DECISION_REASONS.get(body.reason).en
        return f"revoke {named(roster, body.number)} for ever: {reason}; {_marks(body)}"
    if isinstance(body, Suspend):
        reason = DECISION_REASONS.get(body.reason).en
        return f"suspend {named(roster, body.number)} for {body.hours} h: {reason}"
    if isinstance(body, Lift):
        return f"take back {body.ref}" + _lifted(body, roster)
    if isinstance(body, Policy):
        return _policy(body, roster)
    if isinstance(body, Rekey):
        return _rekey(body, roster, contents)
    if isinstance(body, Warn):
        reason = DECISION_REASONS.get(body.reason).en
        return f"warn everybody that this network may be compromised: {reason}"
    if isinstance(body, Endorse):
        return "agree with " + ", ".join(digest.hex()[:8] for digest in body.digests)
    return f"a decision of kind {getattr(body, 'kind', 0)}, which this version does not know"


def _grant(body: Grant, roster: Roster) -> str:
    roles = ", ".join(role_names(Role(body.roles)))
    until = _until(body, roster)
    held = roster.get(body.number)
    if held is None:
        return (
            f"let in {body.handle} as member {body.number}: {roles}{until}; "
            f"their key: {fingerprint(body.key)}"
        )
    changes = []
    if held.name != body.handle:
        changes.append(f"handle {body.handle}")
    if held.roles != body.roles:
        before = ", ".join(role_names(held.roles))
        changes.append(f"roles {roles} (now: {before})")
    if held.expires != body.expires:
        changes.append(f"membership{until or ' without an end'}")
    if held.key != body.key:
        changes.append("ANOTHER KEY, which everybody will refuse")
    return f"change {named(roster, body.number)}: {'; '.join(changes) or 'nothing'}"


def _day(at: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(at))


def _marks(body: Revoke) -> str:
    if body.log_mark == MARK_MAX:
        return "all that they said counts"
    if body.log_mark == MARK_NONE:
        return "of what they said, nothing counts"
    incarnation, sequence = body.log_mark >> 18, body.log_mark & 0x3FFFF
    return f"of what they said, up to {body.number}.{incarnation}.{sequence} counts"


def _lifted(body: Lift, roster: Roster) -> str:
    for paused in roster.suspensions:
        if paused.id == body.ref:
            by = named(roster, paused.by)
            return f", the suspension of {named(roster, paused.number)} by {by}"
    for warning in roster.warnings:
        if warning.id == body.ref:
            return f", the warning by {named(roster, warning.by)}"
    return ""


def _policy(body: Policy, roster: Roster) -> str:
    try:
        name = PolicyName(body.name)
        now = roster.policies.value(name)
    except (ValueError, ValueRangeError):
        return f"policy {body.name}, which this version does not know: {body.value}"
    return f"policy {name.name.lower().replace('_', '-')}: {body.value} (now {now})"


def _rekey(body: Rekey, roster: Roster, contents: Contents) -> str:
    content = contents.get(body.content_hash)
    out = left_out_by(content, roster)
    if content is None or out is None:
        return f"new keys, epoch {body.epoch}; their wraps are not here: for whom cannot be told"
    how = "by the tree" if isinstance(decode_content(content), TreeContent) else "one by one"
    whom = ", ".join(named(roster, number) for number in out)
    rest = f"everybody but {whom}" if whom else "everybody who is in"
    return f"new keys, epoch {body.epoch}, for {rest}; {len(content)} bytes, sealed {how}"


def decision_row(item: Item, roster: Roster, contents: Contents) -> dict[str, Any]:
    """A signed decision for a list."""
    return {
        "id": str(item.id),
        "by": item.id.author,
        "by_name": named(roster, item.id.author),
        "at": item.claimed_at(roster.date),
        "kind": kind_of(item.body),
        "text": _said(item, roster, contents),
    }


def _said(item: Item, roster: Roster, contents: Contents) -> str:
    """A certificate as it was said: what it changed is past."""
    body = item.body
    if not isinstance(body, Grant):
        return describe(body, roster, contents)
    roles = ", ".join(role_names(Role(body.roles)))
    return f"{body.handle} is member {body.number}: {roles}{_until(body, roster)}"


def _until(body: Grant, roster: Roster) -> str:
    return f", until {_day(roster.date + body.expires * DAY_S)}" if body.expires else ""
