"""What an export will write, before it is written. Pure."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

from meshdefense.exports.wish import Exported
from meshdefense.safe_text import clean
from meshdefense_tui.lines import Line, hint_lines
from meshdefense_tui.look import Look
from meshdefense_tui.text_fit import wrap

__all__ = ["preview_lines"]


def _cut(row: str, width: int, ellipsis: str) -> str:
    """At the edge: a column of a table has no words that could be cut more kindly."""
    room = max(width - cell_len(ellipsis), 0)
    return row if cell_len(row) <= width else set_cell_size(row, room) + ellipsis


def preview_lines(made: Exported, look: Look, *, to: str, redacted: bool, width: int) -> list[Line]:
    """Its first rows, size and SHA-256, where it goes (`to`), and the key that writes it."""
    ellipsis = look.glyphs.ellipsis

    def said(text: str, role: str) -> list[Line]:
        return [((part, role),) for part in wrap(text, width)]

    lines: list[Line] = [((look.say("export_preview"), "title"),)]
    rows = [clean(line) for row in made.preview for line in row.splitlines()]
    lines += [((_cut(row, width, ellipsis), "plain"),) for row in rows]
    if made.more:
        lines += said(look.say("export_more", count=made.more), "quiet")
    if made.left_out:
        lines += said(look.say("export_left_out", count=made.left_out), "warn")
    lines.append(())
    total = look.say("export_sum", rows=made.count, bytes=len(made.content))
    lines += said(f"{total}, sha256 {made.sha256}", "strong")
    lines += said(to, "plain")
    note = "export_redacted_note" if redacted else "export_gives_away"
    lines += said(look.say(note), "quiet" if redacted else "bad")
    if not made.count:
        lines += said(look.say("export_nothing"), "warn")
    keys = look.say("export_write" if redacted else "export_write_full")
    hint = hint_lines(f"{keys}   {look.say('export_back')}", width)
    return [*lines, *(((text, "key"),) for ((text, _),) in hint)]
