"""A message or long report whole, as lines. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from meshdefense.api.row_schema import MemberRow, MessageRow
from meshdefense_tui.delivery_words import delivery_role, delivery_words
from meshdefense_tui.lines import Line, Span
from meshdefense_tui.look import Look
from meshdefense_tui.text_fit import wrap
from meshdefense_tui.views.long_text import long_tag, wrapped_text
from meshdefense_tui.views.message_row import head_line

__all__ = ["message_detail_lines"]

_NAMED: Final = 12
"""Of more people who have not read it only the number is said."""


def message_detail_lines(
    row: MessageRow,
    look: Look,
    *,
    own: int | None,
    about: str,
    members: Mapping[str, MemberRow],
    now: float,
    width: int,
) -> list[Line]:
    """Head, text, and what became of it, none wider than `width` cells.

    `own` is this member's number, `about` names the alert that a long report belongs to.
    """
    width = max(width, 4)
    lines: list[Line] = [head_line(row, look, own=own, now=now, width=width)]
    if "long" in row:
        lines += [((part, "quiet"),) for part in wrap(long_tag(row["long"], look, about), width)]
        text = wrapped_text(row["long"], width)
    else:
        text = wrap(row["text"], width)
    lines += [(), *(((part, "plain"),) for part in text), ()]
    notes: list[Span] = [(_times(row, look), "quiet")]
    if row["mine"]:
        words = delivery_words(row["delivery"], now, look.language)
        words = words or look.say("delivery_not_kept")
        notes.append((f"{look.say('you')} {words}", delivery_role(row["delivery"])))
        notes += _named("detail_holders", row["delivery"].get("holders", []), members, look)
    readers = {reader["member"]: reader["name"] for reader in row["readers"]}
    notes += [(words, "good") for words, _ in _named("detail_readers", readers, members, look)]
    if row["mine"] and row["scope"] == 0 and row["recipient"] is None:
        notes += _not_read(row, readers, members, look)
    return [*lines, *(((part, role),) for words, role in notes for part in wrap(words, width))]


def _times(row: MessageRow, look: Look) -> str:
    hms = look.clock.hms
    parts = [row["id"], f"{look.say('detail_sent')} {hms(row['sent_at'])}"]
    if not row["mine"]:
        parts.append(f"{look.say('detail_came')} {hms(row['received_at'])}")
    parts.append(f"{look.say('detail_until')} {look.clock.hm(row['expires_at'])}")
    return ", ".join(parts)


def _named(
    label: str, numbers: Iterable[int], members: Mapping[str, MemberRow], look: Look
) -> list[Span]:
    """People by role, verifiers and bases first; nobody is named twice."""
    groups: dict[str, list[str]] = {"verifiers": [], "bases": [], "others": []}
    names = numbers if isinstance(numbers, Mapping) else {}
    for number in numbers:
        member = members.get(str(number))
        roles = member["roles"] if member is not None else []
        group = "verifiers" if "verifier" in roles else "bases" if "dispatch" in roles else "others"
        name = member["name"] if member is not None else names.get(number, f"#{number}")
        groups[group].append(name)
    found = [
        look.say(f"holders_{group}", names=", ".join(sorted(people)))
        for group, people in groups.items()
        if people
    ]
    return [(f"{look.say(label)} {'; '.join(found)}", "plain")] if found else []


def _not_read(
    row: MessageRow, readers: Mapping[int, str], members: Mapping[str, MemberRow], look: Look
) -> list[Span]:
    """Who of those whom it goes to has not acknowledged it."""
    left = sorted(
        member["name"]
        for member in members.values()
        if member["number"] != row["author"] and member["number"] not in readers
    )
    if not left:
        return []
    words = ", ".join(left) if len(left) <= _NAMED else str(len(left))
    return [(f"{look.say('detail_not_read')} {words}", "quiet")]
