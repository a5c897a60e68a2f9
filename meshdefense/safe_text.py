"""The one place where received text is made safe to show.

Whatever comes out of the socket goes through `clean_row`, `clean` or `clean_lines` before it is
kept or shown: a packet must not move the cursor, hide or turn letters around, or fill the screen.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

__all__ = ["MAX_TEXT", "clean", "clean_lines", "clean_row"]

MAX_TEXT = 1500
"""Characters kept of one received text; the longest honest one is a long report."""
_MAX_OVER = 2  # marks above, below or through one letter; honest scripts rarely need more
_MAX_MARKS = 3  # of any kind: a vowel sign may stand beside a letter that has two
_REMOVED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters and marks that look like nothing, so that two texts could differ unseen; Unicode's
# Default_Ignorable_Code_Point (DerivedCoreProperties.txt) where not of the categories above,
# and four more.
_BLANKS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
    "\u2800\U00016fe4\U0001d159\ufffc"
)
_SPACES = frozenset("\t\n\r\v\f\u0085\u2028\u2029")


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """`text` without control, bidirectional, zero-width and unassigned characters.

    Line ends become spaces, runs of spaces one space. Piles of combining marks are cut; a mark
    without a letter, which would strike through what we wrote before it, is taken out.
    """
    if text.isascii() and text.isprintable():  # most texts: a hundredth of the time
        return " ".join(text[: limit * 4].split())[:limit].rstrip()
    kept: list[str] = []
    marks, over = _MAX_MARKS, _MAX_OVER
    for char in text[: limit * 4]:
        if char in _SPACES:
            char = " "
        category = unicodedata.category(char)
        if category in _REMOVED or char in _BLANKS or _changes_width(char):
            continue
        if category[0] == "M":
            marks, over = marks + 1, over + (category != "Mc")
            if marks > _MAX_MARKS or over > _MAX_OVER:
                continue
        else:
            marks = over = _MAX_MARKS if category == "Zs" else 0
        if _is_regional(char):
            char = chr(ord(char) - 0x1F1E6 + ord("A"))
        kept.append(" " if category == "Zs" else char)
    return " ".join("".join(kept).split())[:limit].rstrip()


def clean_lines(lines: Iterable[str]) -> list[str]:
    """Each line cleaned; of empty lines one between others is left, and none at the ends."""
    kept: list[str] = []
    for line in map(clean, lines):
        if line or (kept and kept[-1]):
            kept.append(line)
    return kept[:-1] if kept and not kept[-1] else kept


def clean_row(value: Any) -> Any:
    """A decoded JSON value with every text inside it cleaned, keys too."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [clean_row(item) for item in value]
    if isinstance(value, dict):
        return {_clean_name(str(key)): clean_row(item) for key, item in value.items()}
    return value


_clean_name = lru_cache(maxsize=512)(clean)
"""Names of fields are few, and come again in each of 10,000 rows."""


def _changes_width(char: str) -> bool:
    """Variation selectors and skin tones: terminals disagree on the cells that they take."""
    return (
        "\ufe00" <= char <= "\ufe0f"
        or "\U000e0100" <= char <= "\U000e01ef"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
    )


def _is_regional(char: str) -> bool:
    """Halves of a flag: shown as letters, since terminals disagree on their width."""
    return "\U0001f1e6" <= char <= "\U0001f1ff"
