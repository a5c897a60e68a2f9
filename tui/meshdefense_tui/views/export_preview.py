"""What an export will write, before it is written. Pure."""

from __future__ import annotations

from meshdefense.exports.making import Exported
from meshdefense.safe_text import clean
from meshdefense_tui.lines import Line
from meshdefense_tui.look import Look
from meshdefense_tui.text_fit import fit, wrap

__all__ = ["preview_lines"]


def preview_lines(made: Exported, look: Look, *, to: str, redacted: bool, width: int) -> list[Line]:
    """Its first rows, size and SHA-256, where it goes (`to`), and the key that writes it."""
    ellipsis = look.glyphs.ellipsis

    def said(text: str, role: str) -> list[Line]:
        return [((part, role),) for part in wrap(text, width)]

    lines: list[Line] = [((look.say("export_preview"), "title"),)]
    rows = [clean(line) for row in made.preview for line in row.splitlines()]
    lines += [((fit(row, width, ellipsis), "plain"),) for row in rows]
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
    return [*lines, *said(f"{keys}   {look.say('export_back')}", "key")]
