"""A message or long report whole, as lines. Pure."""

from __future__ import annotations

from meshdefense.api.schema import MessageRow
from meshdefense_tui.delivery_words import delivery_role, delivery_words
from meshdefense_tui.lines import Line
from meshdefense_tui.look import Look
from meshdefense_tui.text_fit import wrap
from meshdefense_tui.views.long_text import long_tag, wrapped_text
from meshdefense_tui.views.message_row import head_line

__all__ = ["message_detail_lines"]


def message_detail_lines(
    row: MessageRow, look: Look, *, own: int | None, about: str, now: float, width: int
) -> list[Line]:
    """Head, text, and what became of it, none wider than `width` cells.

    `own` is this member's number, `about` names the alert that a long report belongs to.
    """
    lines: list[Line] = [head_line(row, look, own=own, now=now, width=width)]
    if "long" in row:
        lines += [((part, "quiet"),) for part in wrap(long_tag(row["long"], look, about), width)]
        text = wrapped_text(row["long"], width)
    else:
        text = wrap(row["text"], width)
    lines += [(), *(((part, "plain"),) for part in text), ()]
    notes = [(f"{row['id']}, {look.clock.hms(row['sent_at'])}", "quiet")]
    if row["mine"]:
        words = delivery_words(row["delivery"], now, look.language)
        notes.append((f"{look.say('you')} {words}", delivery_role(row["delivery"])))
    readers = ", ".join(reader["name"] for reader in row["readers"])
    if readers:
        notes.append((f"{look.say('detail_readers')} {readers}", "good"))
    return [*lines, *(((part, role),) for words, role in notes for part in wrap(words, width))]
