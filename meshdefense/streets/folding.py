"""Names as people type them: without accents and case, with one spelling for "5th" and "5ta". Pure.

Only searching and comparing use these forms; what is shown is the name as it is in the source.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["fold", "sides", "undirected"]

_LETTERS: Final = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th",
     "\N{LATIN SMALL LETTER DOTLESS I}": "i", "'": "",
     "\N{RIGHT SINGLE QUOTATION MARK}": "", "\N{MODIFIER LETTER APOSTROPHE}": ""}
)  # fmt: skip
"""What decomposition leaves as it is; an apostrophe does not part a word."""
_ORDINAL: Final = re.compile(
    r"(\d+)(?:st|nd|rd|th|er|ra|ro|da|do|ta|to|ma|mo|va|vo|na|no|a|o)", re.ASCII
)
_SHORT: Final = {
    "street": "st", "avenue": "ave", "av": "ave", "avenida": "ave", "avda": "ave",
    "boulevard": "blvd", "bulevar": "blvd", "road": "rd", "drive": "dr", "lane": "ln",
    "place": "pl", "plaza": "pl", "court": "ct", "parkway": "pkwy", "highway": "hwy",
    "square": "sq", "terrace": "ter", "north": "n", "south": "s", "east": "e", "west": "w",
    "norte": "n", "sur": "s", "este": "e", "oeste": "w",
    "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6",
    "seventh": "7", "eighth": "8", "ninth": "9", "tenth": "10",
    "primera": "1", "primero": "1", "segunda": "2", "segundo": "2", "tercera": "3", "tercero": "3",
    "cuarta": "4", "cuarto": "4", "quinta": "5", "quinto": "5", "sexta": "6", "sexto": "6",
    "septima": "7", "septimo": "7", "octava": "8", "octavo": "8", "novena": "9", "noveno": "9",
    "decima": "10", "decimo": "10",
}  # fmt: skip
"""One spelling for each; maps abbreviate, people write out, and in two languages."""
_DIRECTIONS: Final = frozenset("nsew")
_WORD: Final = re.compile(r"[^\W_]+")
_CORNER: Final = re.compile(
    r"\s*[&/+@]\s*|\s+(?:and|at|near|y|e|con|esquina(?:\s+con)?|cerca\s+de)\s+", re.IGNORECASE
)


def fold(text: str) -> str:
    """`text` as words for comparing: "S Mántyla Street" and "s mantyla st" are the same."""
    # decomposed before as well: a mathematical A is a capital only after it
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    words = _WORD.findall(plain.translate(_LETTERS))
    return " ".join(map(_word, words))


def _word(word: str) -> str:
    if (ordinal := _ORDINAL.fullmatch(word)) is not None:
        return ordinal[1]
    return _SHORT.get(word, word)


def undirected(folded: str) -> str:
    """A folded name without directions: "n state st" and "s state st" are one street."""
    words = folded.split()
    return " ".join([word for word in words if word not in _DIRECTIONS] or words)


def sides(text: str) -> tuple[str, str] | None:
    """The two streets of "5th & Main", "5th / Main" or "5ta y Main"; None where it names one."""
    parts = _CORNER.split(text.strip(), maxsplit=1)
    if len(parts) == 2 and fold(parts[0]) and fold(parts[1]):
        return parts[0], parts[1]
    return None
