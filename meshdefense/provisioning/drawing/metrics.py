"""How wide text is in Helvetica, the font that every PDF reader has, and how to make it fit.

Widths in thousandths of the size: Adobe's metrics of the 14 standard PDF fonts, for the letters of
Windows-1252. Arial and Liberation Sans have the same. Lengths in mm, sizes of letters too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

__all__ = ["fitted", "lines_of", "name_lines", "width_mm", "wrapped"]

_REGULAR: Final = {
    191: "'",
    222: "ijl‚‘’",  # noqa: RUF001 letters of the font
    260: "|¦",
    278: " !,./:;I[\\]ft·ÌÍÎÏìíîï",
    333: "()-`r„ˆ‹“”˜›¡¨¯²³´¸¹",  # noqa: RUF001 letters of the font
    334: "{}",
    350: "•",
    355: '"',
    365: "º",
    370: "ª",
    389: "*",
    400: "°",
    469: "^",
    500: "Jcksvxyzšžçýÿ",
    537: "¶",
    556: "#$0123456789?L_abdeghnopqu€ƒ†‡–¢£¤¥§«µ»àáâãäåèéêëðñòóôõöùúûüþ",  # noqa: RUF001 letters of the font
    584: "+<=>~¬±×÷",  # noqa: RUF001 letters of the font
    611: "FTZŽ¿ßø",
    667: "&ABEKPSVXYŠŸÀÁÂÃÄÅÈÉÊËÝÞ",
    722: "CDHNRUwÇÐÑÙÚÛÜ",
    737: "©®",
    778: "GOQÒÓÔÕÖØ",
    833: "Mm",
    834: "¼½¾",
    889: "%æ",
    944: "Wœ",
    1000: "…‰Œ—™Æ",
    1015: "@",
}
_BOLD: Final = {
    238: "'",
    278: " ,./I\\ijl‚‘’·ÌÍÎÏìíîï",  # noqa: RUF001 letters of the font
    280: "|¦",
    333: "!()-:;[]`ftˆ‹˜›¡¨¯²³´¸¹",  # noqa: RUF001 letters of the font
    350: "•",
    365: "º",
    370: "ª",
    389: "*r{}",
    400: "°",
    474: '"',
    500: "z„“”ž",
    556: "#$0123456789J_aceksvxy€ƒ†‡–š¢£¤¥§«¶»àáâãäåçèéêëýÿ",  # noqa: RUF001 letters of the font
    584: "+<=>^~¬±×÷",  # noqa: RUF001 letters of the font
    611: "?FLTZbdghnopquŽµ¿ßðñòóôõöøùúûüþ",
    667: "EPSVXYŠŸÈÉÊËÝÞ",
    722: "&ABCDHKNRUÀÁÂÃÄÅÇÐÑÙÚÛÜ",
    737: "©®",
    778: "GOQwÒÓÔÕÖØ",
    833: "M",
    834: "¼½¾",
    889: "%mæ",
    944: "Wœ",
    975: "@",
    1000: "…‰Œ—™Æ",
}
_WIDTHS: Final = tuple(
    {letter: width for width, letters in table.items() for letter in letters}
    for table in (_REGULAR, _BOLD)
)
_UNKNOWN: Final = 1000
"""Of a letter that the font does not have: as wide as any."""
_CUT: Final = "…"


def width_mm(text: str, size: float, *, bold: bool = False) -> float:
    """Width of one line in letters of `size` mm (from one baseline to the next without a gap)."""
    widths = _WIDTHS[bold]
    return sum(widths.get(letter, _UNKNOWN) for letter in text) * size / 1000


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """The text in lines of at most `width` mm, broken at spaces, and within words too long."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if width_mm(longer, size, bold=bold) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        while width_mm(word, size, bold=bold) > width and len(word) > 1:
            head = _broken(_head(word, width, size, bold=bold))
            lines.append(head)
            word = word[len(head) :]
        line = word
    return [*lines, line] if line else lines


def lines_of(
    text: str, width: float, sizes: Sequence[float], most: int, *, bold: bool = False
) -> tuple[float, list[str]]:
    """The largest of `sizes` in which the text has at most `most` lines, and these lines.

    Where none will do, the smallest, and the last line ends in an ellipsis.
    """
    for size in sizes:
        lines = wrapped(text, width, size, bold=bold)
        if len(lines) <= most:
            return size, lines
    size = sizes[-1]
    lines = wrapped(text, width, size, bold=bold)
    last = fitted(" ".join(lines[most - 1 :]), width, size, bold=bold)
    return size, [*lines[: most - 1], last]


def name_lines(
    name: str, width: float, sizes: Sequence[float], folded: Sequence[float]
) -> tuple[float, list[str]]:
    """A name in bold letters: on one line in one of `sizes`, else on two in one of `folded`."""
    for size in sizes:
        if width_mm(name, size, bold=True) <= width:
            return size, [name]
    return lines_of(name, width, folded, 2, bold=True)


def fitted(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """The text, cut with an ellipsis where it is wider than `width`."""
    if width_mm(text, size, bold=bold) <= width:
        return text
    room = width - width_mm(_CUT, size, bold=bold)
    return _head(text, room, size, bold=bold).rstrip() + _CUT


def _broken(head: str) -> str:
    """The same, or up to its last hyphen where that is not much less."""
    end = max(head.rfind("-"), head.rfind("_"), head.rfind(".")) + 1
    return head[:end] if 2 * end > len(head) else head


def _head(text: str, width: float, size: float, *, bold: bool) -> str:
    """As much as fits, one letter at least."""
    end = 1
    while end < len(text) and width_mm(text[: end + 1], size, bold=bold) <= width:
        end += 1
    return text[:end]
