"""A message as a few lines of a list. Pure."""

from __future__ import annotations

from rich.cells import cell_len

from meshdefense.api.row_schema import MessageRow
from meshdefense_protocol.words import SCOPES
from meshdefense_tui.clock import age
from meshdefense_tui.delivery_words import delivery_role, fitting_words
from meshdefense_tui.lines import Line, Span, edges, spread
from meshdefense_tui.look import Look
from meshdefense_tui.text_fit import fit, wrap
from meshdefense_tui.views.long_text import long_tag

__all__ = ["head_line", "message_height", "message_lines"]

_MAX_TEXT_LINES = 3


def _text_lines(row: MessageRow, width: int, ellipsis: str) -> list[str]:
    room = max(width - 2, 4)
    text = row["text"] if "long" not in row else " ".join(row["long"]["lines"])
    if cell_len(text) <= room:
        return [text] if text or "long" not in row else []
    lines = wrap(text, room)
    if len(lines) > _MAX_TEXT_LINES:
        rest = " ".join(lines[_MAX_TEXT_LINES - 1 :])
        lines = [*lines[: _MAX_TEXT_LINES - 1], fit(rest, room, ellipsis)]
    return lines


def message_height(row: MessageRow, width: int) -> int:
    """Lines that the message takes at this width."""
    return 1 + ("long" in row) + len(_text_lines(row, width, "~")) + _has_own_line(row)


def _has_own_line(row: MessageRow) -> bool:
    """Of own rows in a replay nobody kept how far they had come."""
    return row["mine"] and (row["delivery"]["state"] != "received" or bool(row["readers"]))


def head_line(row: MessageRow, look: Look, *, own: int | None, now: float, width: int) -> Line:
    """Who to whom, and how long ago."""
    glyphs = look.glyphs
    if row["recipient"] is not None:
        to_us = row["recipient"] == own
        to = look.say("to_you") if to_us else row["recipient_name"] or str(row["recipient"])
    else:
        to = look.word(SCOPES, row["scope"])
    author = look.say("to_you") if row["mine"] else row["author_name"]
    head: list[Span] = []
    if row["drill"]:
        head += [(f" {look.say('drill')} ", "drill"), (" ", "plain")]
    if row["urgent"]:
        head.append((f"!! {look.say('urgent')} ", "bad"))
    head += [(author, "strong"), (f" {glyphs.to} {to}", "quiet")]
    right: list[Span] = [(age(now - row["sent_at"]), "quiet")]
    if not row["mine"] and any(reader["member"] == own for reader in row["readers"]):
        right.insert(0, (f"{glyphs.marks['verified']} {look.say('talk_read')} ", "good"))
    return edges(head, right, width, glyphs.ellipsis)


def message_lines(
    row: MessageRow, look: Look, *, own: int | None, about: str = "", now: float, width: int
) -> list[Line]:
    """Who to whom and when, the text, and for own ones what became of it.

    `about` names the alert that a long report belongs to.
    """
    ellipsis = look.glyphs.ellipsis
    lines = [head_line(row, look, own=own, now=now, width=width)]
    if "long" in row:
        tag = fit(long_tag(row["long"], look, about), max(width - 2, 4), ellipsis)
        lines.append(((f"  {tag}", "quiet"),))
    lines += [((f"  {text}", "plain"),) for text in _text_lines(row, width, ellipsis)]
    if _has_own_line(row):
        you = f"  {look.say('you')} "
        words = fitting_words(row["delivery"], now, look.language, width - len(you))
        parts: list[Span] = [(f"{you}{words}".rstrip(), delivery_role(row["delivery"]))]
        if row["readers"]:
            parts.append((_readers(row, look, width - cell_len(parts[0][0]) - 2), "good"))
        lines.append(spread(parts, width, ellipsis=ellipsis))
    return lines


def _readers(row: MessageRow, look: Look, room: int) -> str:
    """By name where the names fit, else how many."""
    names = look.say("read_by_names", names=", ".join(one["name"] for one in row["readers"]))
    if cell_len(names) <= room:
        return names
    return look.say("read_by_n", count=len(row["readers"]))
