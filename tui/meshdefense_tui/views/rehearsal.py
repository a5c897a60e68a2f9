"""What a panic would do, as the daemon told it, in lines. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshdefense_tui.lines import Line, edges
from meshdefense_tui.look import Look
from meshdefense_tui.text_fit import wrap

__all__ = ["rehearsal_lines"]


def rehearsal_lines(
    found: Mapping[str, Any], look: Look, *, took_s: float, width: int
) -> list[Line]:
    """Files in the order in which they would go, then what stays and the radio."""
    lines: list[Line] = [((f" {look.say('rehearsal')} ", "drill"),), ()]
    nothing = look.say("rehearsal_nothing", seconds=f"{took_s:.1f}")
    seconds = look.say("rehearsal_seconds", seconds=f"{found.get('seconds', 0):g}")
    for text, role in ((nothing, "good"), (seconds, "plain")):
        lines += [((part, role),) for part in wrap(text, width)]
    lines += [(), ((look.say("rehearsal_goes"), "title"),)]
    for file in found.get("files", []):
        how = look.say("rehearsal_first") if file["overwritten"] else ""
        size = f"{file['bytes']:,} B"
        left = [(f"  {file['name']}  ", "plain"), (how, "quiet")]
        lines.append(edges(left, [(size, "quiet")], width, look.glyphs.ellipsis))
    if not found.get("files"):
        lines.append(((f"  {look.say('rehearsal_none')}", "quiet"),))
    if stays := found.get("stays"):
        text = look.say("rehearsal_stays", names=", ".join(stays))
        lines += [((part, "warn"),) for part in wrap(text, width)]
    ready = found.get("radio") == "ready"
    for key in ("rehearsal_radio" if ready else "rehearsal_no_radio", "rehearsal_flash"):
        lines += [((part, "plain"),) for part in wrap(look.say(key), width)]
    return [*lines, (), ((look.say("rehearsal_hint"), "quiet"),)]
