"""Finds a place in degrees as phones and people write it. Pure and total.

    41.85,-87.65   41.85003 -87.65005.   41.85/-87.65   41.85N 87.65W   S 34.6 O 58.4
    41,85 -87,65   lat 41.85 lon -87.65   41°51'00.1"N 87°39'00.2"W

O is west in Spanish. Source: docs/stock-radios.md.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["without_degrees"]

_MINUS: Final = re.compile(r"[\u2212\u2010-\u2013\ufe63\uff0d](?=\d)")
_ADDRESS: Final = re.compile(r"\b(?:https?://|geo:)[^\s\d+-]{0,200}", re.IGNORECASE)
"""What phones put before: the numbers behind it are the place."""
_NAME: Final = r"(?:\b(?:lat|lon|lng|long)[a-z]{0,6}[\s:=]{1,3})?"
_BETWEEN: Final = r"(?:\s{0,3}[,;/]\s{0,3}|\s{1,3}|(?<=[NSEWOnsewo]))"
_BETWEEN_COMMAS: Final = r"(?:\s{0,3}[;/]\s{0,3}|,?\s{1,3})"


def _half(name: str, point: str) -> str:
    """One number, with the letter of its half of the earth before it or behind it."""
    return (
        rf"(?:(?P<{name}_before>[nsewo])\s?)?(?P<{name}>[+-]?\d{{1,3}}{point}\d{{1,17}})"
        rf"(?({name}_before)|(?:(?P<{name}_behind>[nsewo]|\s(?-i:[NSEWOnsew])|\s?°\s?[nsewo]?)"
        r"(?![^\W\d_]))?)"
    )


_PAIR, _COMMA_PAIR = (
    re.compile(
        rf"{_NAME}(?<![\w.]){_half('one', point)}{between}{_NAME}{_half('other', point)}{end}",
        re.IGNORECASE,
    )
    for point, between, end in (
        (r"\.", _BETWEEN, r"(?!\d|\.\d)"),
        (",", _BETWEEN_COMMAS, r"(?!\d|[.,]\d)"),
    )
)
_SIXTY: Final = (
    r"(\d{1,3})°\s?(\d{1,2})['\u2032\u2019]\s?"
    r"(?:(\d{1,2}(?:\.\d{1,9})?)(?:[\"\u2033\u201d]|['\u2032\u2019]{2}))?\s?"
)
_SIXTIES: Final = re.compile(rf"{_SIXTY}([ns])[,;/\s]{{0,3}}{_SIXTY}([ewo])\b", re.IGNORECASE)
_NORTH_SOUTH, _EAST_WEST, _NEGATIVE = ("", "n", "s"), ("", "e", "w", "o"), ("s", "w", "o")
_EXACT: Final = 4
"""Decimals from which a pair with decimal commas is no list of numbers even without a sign."""


def without_degrees(text: str) -> tuple[str, tuple[float, float] | None]:
    """`text` without pairs of degrees, and the first pair that is on earth: latitude, longitude.

    Two decimal fractions that are nowhere go as well: they are no other number either.
    """
    text = _MINUS.sub("-", text)
    found: list[tuple[float, float]] = []

    def taken(match: re.Match[str]) -> str:
        lat, lon = _sixties(match) if match.re is _SIXTIES else _decimals(match)
        if match.re is _COMMA_PAIR and not _is_meant(match):
            return match[0]
        if abs(lat) <= 90 and abs(lon) <= 180 and (lat or lon):
            found.append((lat, lon))
        return " "

    kept = text
    for pattern in (_SIXTIES, _PAIR, _COMMA_PAIR):
        kept = pattern.sub(taken, kept)
    if kept != text:
        kept = _ADDRESS.sub(" ", kept)
    return kept, found[0] if found else None


def _letter(match: re.Match[str], name: str) -> str:
    said = match[f"{name}_before"] or match[f"{name}_behind"] or ""
    return said.strip(" °\t").lower()


def _decimals(match: re.Match[str]) -> tuple[float, float]:
    one, other = (float(match[name].replace(",", ".")) for name in ("one", "other"))
    letters = _letter(match, "one"), _letter(match, "other")
    swapped = letters[0] in _EAST_WEST[1:] and letters[1] in _NORTH_SOUTH
    if not swapped and (letters[0] not in _NORTH_SOUTH or letters[1] not in _EAST_WEST):
        return one, other  # "41.85 -87.65 S Main": a street's
    one, other = (
        -abs(value) if letter in _NEGATIVE else value
        for value, letter in zip((one, other), letters, strict=True)
    )
    return (other, one) if swapped else (one, other)


def _sixties(match: re.Match[str]) -> tuple[float, float]:
    lat = float(match[1]) + float(match[2]) / 60 + float(match[3] or 0) / 3600
    lon = float(match[5]) + float(match[6]) / 60 + float(match[7] or 0) / 3600
    return lat if match[4] in "nN" else -lat, lon if match[8] in "eE" else -lon


def _is_meant(match: re.Match[str]) -> bool:
    """Whether numbers with decimal commas are degrees and no list: "20,30 40,50"."""
    numbers = (match["one"], match["other"])
    return (
        all(_letter(match, name) for name in ("one", "other"))
        or any(number[0] in "+-" for number in numbers)
        or all(len(number.partition(",")[2]) >= _EXACT for number in numbers)
    )
