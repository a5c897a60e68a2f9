"""Cut and pad text by terminal cells, never in the middle of a word where a word fits."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

__all__ = ["fit", "pad", "wrap"]


def fit(text: str, width: int, ellipsis: str = "…") -> str:
    """`text` in at most `width` cells; a cut is at a space where that keeps half of it."""
    if cell_len(text) <= width:
        return text
    room = width - cell_len(ellipsis)
    if room <= 0:
        return set_cell_size(text, max(width, 0)).rstrip()
    cut = set_cell_size(text, room)
    space = cut.rfind(" ")
    if not text[len(cut) :].startswith(" ") and space >= room // 2:
        cut = cut[:space]
    return cut.rstrip(" ,;") + ellipsis


def pad(text: str, width: int) -> str:
    """`text` in exactly `width` cells."""
    return set_cell_size(text, width)


def wrap(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` cells, or of 2 where it is less; a longer word is cut.

    Two, because that is the least in which every character fits.
    """
    width = max(width, 2)
    lines: list[str] = []
    line = ""
    for word in text.split():
        while cell_len(word) > width:
            if line:
                lines.append(line)
                line = ""
            head = set_cell_size(word, width).rstrip()
            lines.append(head)
            word = word[len(head) :]
        joined = f"{line} {word}" if line else word
        if cell_len(joined) <= width:
            line = joined
        else:
            lines.append(line)
            line = word
    if line or not lines:
        lines.append(line)
    return lines
