"""Documents as lines for screens: cleaned, as a signature does not make a text harmless."""

from __future__ import annotations

from meshdefense.safe_text import MAX_TEXT, clean_lines

__all__ = ["shown_lines"]


def shown_lines(text: str) -> list[str]:
    """The whole text, cut at its line ends, and where a line is longer than one may be."""
    pieces = []
    for line in text.replace("\r\n", "\n").split("\n"):
        pieces += [line[at : at + MAX_TEXT] for at in range(0, len(line), MAX_TEXT)] or [""]
    return clean_lines(pieces)
