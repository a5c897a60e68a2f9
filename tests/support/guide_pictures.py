"""Pictures of screens: SVG that needs nothing from elsewhere, and the text that is in one."""

from __future__ import annotations

import re
from html import unescape
from typing import Final

__all__ = ["portable", "text_of"]

_FONT: Final = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
_FAMILY: Final = re.compile(r"font-family: ?Fira Code, ?monospace")
_TEXT: Final = re.compile(r'<text class="[^"]*" x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>')


def portable(svg: str) -> str:
    """The same picture without fonts from the network; each reader's own monospace draws it."""
    plain = _FAMILY.sub("font-family: monospace", _FONT.sub("", svg))
    return "\n".join(line.rstrip() for line in plain.splitlines()) + "\n"


def text_of(svg: str) -> str:
    """The words of a picture, row by row, with single spaces: widths differ between fonts."""
    rows: dict[float, list[tuple[float, str]]] = {}
    for x, y, words in _TEXT.findall(svg):
        rows.setdefault(float(y), []).append((float(x), unescape(words)))
    lines = ("".join(words for _, words in sorted(row)) for _, row in sorted(rows.items()))
    return "\n".join(" ".join(line.split()) for line in lines)
