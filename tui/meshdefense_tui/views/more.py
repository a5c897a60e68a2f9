"""The last row of what is longer than its place: how many lines are below. Pure."""

from __future__ import annotations

from typing import Final

from meshdefense_tui.lines import Line, edges
from meshdefense_tui.look import Look

__all__ = ["with_more"]

_DOWN: Final = 4
"""South among the arrows of the signs."""


def with_more(lines: list[Line], look: Look, *, width: int, height: int) -> list[Line]:
    """As many of `lines` as fit `height`; where some do not, the last row ends with their number.

    Nobody looks for what a full screen does not say is there.
    """
    if len(lines) <= height or height < 2:
        return lines[:height]
    arrow = look.glyphs.arrows[_DOWN]
    # the row that holds the number may be cut by it, so it counts as not seen
    words = f" {arrow} {look.say('lines_below', count=len(lines) - height + 1)}"
    *shown, last = lines[:height]
    return [*shown, edges(last, [(words, "key")], width, look.glyphs.ellipsis)]
