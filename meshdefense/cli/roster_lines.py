"""The roster as lines for people: what needs somebody's attention stands first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from meshdefense.catalogue import tr, trn
from meshdefense.cli.moments import when
from meshdefense.cli.organizing import aloud
from meshdefense.safe_text import clean

__all__ = ["history_lines", "keys_lines", "pending_lines", "roster_lines"]


def roster_lines(answer: dict[str, Any]) -> Iterator[str]:
    """The answer of `roster`."""
    for one in answer["warnings"]:
        yield (
            tr(
                "WARNING {id} by {name}, {time}: this network may be compromised ({reason})",
                id=one["id"],
                name=clean(one["by_name"]),
                time=when(one["at"]),
                reason=one["reason"],
            )
        )
    organizers, threshold = len(answer["organizers"]), answer["threshold"]
    yield (
        trn(
            "{network}: {threshold} of {count} organizer must agree on a decision",
            "{network}: {threshold} of {count} organizers must agree on a decision",
            organizers,
            network=clean(answer["network"]),
            threshold=threshold,
        )
    )
    yield tr("This roster, to compare aloud: {words}", words=aloud(bytes.fromhex(answer["digest"])))
    alike = tr("or: {fingerprint}", fingerprint=answer["digest_fingerprint"])
    yield f"                           {alike}"
    yield ""
    for member in answer["members"]:
        yield from _member_lines(member, answer["member"])
    yield ""
    yield from keys_lines(answer["keys"])
    policies = (f"{n.replace('_', '-')} {value}" for n, value in answer["policies"].items())
    yield tr("policies: {policies}", policies=", ".join(policies))
    if answer["pending"]:
        yield ""
        yield tr("Waiting for more organizers:")
        yield from pending_lines(answer["pending"])
    for one in answer["refused"]:
        yield tr("refused: {text}: {why}", text=clean(one["text"]), why=clean(one["why"]))


def _member_lines(member: dict[str, Any], own: int) -> Iterator[str]:
    mine = tr(" (you)") if member["number"] == own else ""
    state = {
        "in": "",
        "out": tr("OUT since "),
        "suspended": tr("SUSPENDED until "),
        "expired": tr("EXPIRED on "),
    }[member["state"]]
    if state:
        state += when(member["until"])
    if member["reason"]:
        state += f", {member['reason']}"
    if member.get("suspension"):
        state += f" ({member['suspension']})"
    if member["state"] == "in" and member["expires_at"] is not None:
        state = tr("until {time}", time=when(member["expires_at"]))
    roles = ", ".join(member["roles"])
    line = f"{member['number']:>5}  {clean(member['name']) + mine:<22} {roles}"
    yield f"{line}  {state}".rstrip()
    notes = [f"{count} {why}" for why, count in member["refused"].items()]
    if notes:
        yield "       " + tr("refused of theirs since the start: {notes}", notes=", ".join(notes))
    if member["older_keys"] is not None and member["state"] != "out":
        heard = tr("last heard with the keys of epoch {epoch}", epoch=member["older_keys"])
        yield f"       {heard}"


def keys_lines(keys: dict[str, Any]) -> Iterator[str]:
    """Which keys are in force and who is behind."""
    since = "" if keys["since"] is None else tr(" since {time}", time=when(keys["since"]))
    yield tr("keys in force: epoch {epoch}{since}", epoch=keys["in_force"], since=since)
    if keys["left_out"]:
        yield tr("THE NEWEST KEYS WERE MADE WITHOUT YOU: meet an organizer")
    elif keys["epoch"] < keys["in_force"]:
        yield tr(
            "this node has those of epoch {epoch}; the others are on their way", epoch=keys["epoch"]
        )
    for one in keys["behind"]:
        yield (
            tr(
                "still on epoch {epoch}: {name}, last heard {time}",
                epoch=one["epoch"],
                name=clean(one["name"]),
                time=when(one["heard_at"]),
            )
        )
    if keys["in_force"] > 1 and keys["unheard"]:
        numbers = ", ".join(map(str, keys["unheard"]))
        yield tr("not heard nearby with the new keys yet: members {numbers}", numbers=numbers)


def pending_lines(pending: list[dict[str, Any]]) -> list[str]:
    """Decisions that wait: what each would do, whose key it is about, and who agrees."""
    lines = []
    for one in pending:
        agreed = ", ".join(map(clean, one["agreed"]))
        lines.append(f"{one['id']}  {clean(one['text'])}")
        if one["key"] is not None:
            lines.append(
                "          " + tr("their words: {words}", words=aloud(bytes.fromhex(one["key"])))
            )
        lines.append(
            "          "
            + trn(
                "agreed: {names}; {count} more must agree",
                "agreed: {names}; {count} more must agree",
                one["lacking"],
                names=agreed,
            )
        )
    return lines


def history_lines(decisions: list[dict[str, Any]]) -> list[str]:
    """Everything that was said, a line each."""
    return [
        f"{when(one['at'])}  {one['id']:<9} {clean(one['by_name'])}: {clean(one['text'])}"
        for one in decisions
    ]
