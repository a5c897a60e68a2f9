"""The roster as lines for people: what needs somebody's attention stands first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from meshdefense.cli.moments import when
from meshdefense.cli.organizing import aloud
from meshdefense.safe_text import clean

__all__ = ["history_lines", "keys_lines", "pending_lines", "roster_lines"]


def roster_lines(answer: dict[str, Any]) -> Iterator[str]:
    """The answer of `roster`."""
    for one in answer["warnings"]:
        yield (
            f"WARNING {one['id']} by {clean(one['by_name'])}, {when(one['at'])}: "
            f"this network may be compromised ({one['reason']})"
        )
    organizers, threshold = len(answer["organizers"]), answer["threshold"]
    yield (
        f"{clean(answer['network'])}: {threshold} of {organizers} organizers must agree on a "
        "decision"
    )
    yield f"This roster, to compare aloud: {aloud(bytes.fromhex(answer['digest']))}"
    yield f"                           or: {answer['digest_fingerprint']}"
    yield ""
    for member in answer["members"]:
        yield from _member_lines(member, answer["member"])
    yield ""
    yield from keys_lines(answer["keys"])
    policies = (f"{n.replace('_', '-')} {value}" for n, value in answer["policies"].items())
    yield f"policies: {', '.join(policies)}"
    if answer["pending"]:
        yield ""
        yield "Waiting for more organizers:"
        yield from pending_lines(answer["pending"])
    for one in answer["refused"]:
        yield f"refused: {clean(one['text'])}: {clean(one['why'])}"


def _member_lines(member: dict[str, Any], own: int) -> Iterator[str]:
    mine = " (you)" if member["number"] == own else ""
    state = {
        "in": "",
        "out": "OUT since ",
        "suspended": "SUSPENDED until ",
        "expired": "EXPIRED on ",
    }[member["state"]]
    if state:
        state += when(member["until"])
    if member["reason"]:
        state += f", {member['reason']}"
    if member.get("suspension"):
        state += f" ({member['suspension']})"
    if member["state"] == "in" and member["expires_at"] is not None:
        state = f"until {when(member['expires_at'])}"
    roles = ", ".join(member["roles"])
    line = f"{member['number']:>5}  {clean(member['name']) + mine:<22} {roles}"
    yield f"{line}  {state}".rstrip()
    notes = [f"{count} {why}" for why, count in member["refused"].items()]
    if notes:
        yield f"       refused of theirs since the start: {', '.join(notes)}"
    if member["older_keys"] is not None and member["state"] != "out":
        yield f"       last heard with the keys of epoch {member['older_keys']}"


def keys_lines(keys: dict[str, Any]) -> Iterator[str]:
    """Which keys are in force and who is behind."""
    since = "" if keys["since"] is None else f" since {when(keys['since'])}"
    yield f"keys in force: epoch {keys['in_force']}{since}"
    if keys["left_out"]:
        yield "THE NEWEST KEYS WERE MADE WITHOUT YOU: meet an organizer"
    elif keys["epoch"] < keys["in_force"]:
        yield f"this node has those of epoch {keys['epoch']}; the others are on their way"
    for one in keys["behind"]:
        yield (
            f"still on epoch {one['epoch']}: {clean(one['name'])}, last heard "
            f"{when(one['heard_at'])}"
        )
    if keys["in_force"] > 1 and keys["unheard"]:
        numbers = ", ".join(map(str, keys["unheard"]))
        yield f"not heard nearby with the new keys yet: members {numbers}"


def pending_lines(pending: list[dict[str, Any]]) -> list[str]:
    """Decisions that wait: what each would do, whose key it is about, and who agrees."""
    lines = []
    for one in pending:
        agreed = ", ".join(map(clean, one["agreed"]))
        lines.append(f"{one['id']}  {clean(one['text'])}")
        if one["key"] is not None:
            lines.append(f"          their words: {aloud(bytes.fromhex(one['key']))}")
        lines.append(f"          agreed: {agreed}; {one['lacking']} more must agree")
    return lines


def history_lines(decisions: list[dict[str, Any]]) -> list[str]:
    """Everything that was said, a line each."""
    return [
        f"{when(one['at'])}  {one['id']:<9} {clean(one['by_name'])}: {clean(one['text'])}"
        for one in decisions
    ]
