"""Finds what must not travel or be kept: numbers, plates, addresses, names of people. Pure.

Finds the usual forms in English and Spanish, not every one: a hint to who writes, and a sieve
for what strangers send, never a promise.
"""

from __future__ import annotations

import re
from typing import Final

from meshdefense_protocol.stock_street_words import PLACE_STOPS

__all__ = ["PERSONAL_FORMS", "found_forms", "without_numbers"]

PERSONAL_FORMS: Final = {
    "email": re.compile(r"\S@\S"),
    "phone": re.compile(r"(?:\d[\W_]{0,3}){7,}"),
    "address": re.compile(
        r"\b\d+\s+(?:\w+\s+){0,2}(?:st|street|ave|avenue|rd|road|blvd|lane|drive)\b"
        r"|\b(?:calle|avenida|av|carrera|calz)\b\.?\s+(?:\w+\s+){0,3}#?\d+",
        re.IGNORECASE,
    ),
    "plate": re.compile(
        r"\b(?=[A-Z0-9-]*[A-Z]{2})(?=[A-Z0-9-]*\d{2})[A-Z0-9]{1,4}-?[A-Z0-9]{2,5}\b"
    ),
    "name": re.compile(r"\b[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+ [A-ZÁÉÍÓÚÑ][a-záéíóúñ]+"),
}
"""By what was found, in the order in which it is told."""

_BLOCK: Final = re.compile(r"[1-9]\d{0,2}00\s?-\s?[1-9]\d{0,2}(?:00|99)(?!\d)", re.ASCII)
"""A block of a street ("2600-2700"): a hundred houses and no phone number."""
_BEHIND_BLOCK: Final = 3
"""Digits behind a block from which both are a number of another sort."""
_PLATE_LEAST, _PLATE_MAX = 5, 10
"""Letters and digits of a plate."""
_EMAIL: Final = re.compile(
    r"[^\s@]{1,64}@[^\s@]{1,64}|(?<![^\W_])[\w-]{2,64}\s?(?:\.|\s(?:dot|punto)\s)\s?"
    r"(?:com|org|net|mx|edu|gob|gov|info)(?![^\W_])(?:/\S{0,200})?",
    re.IGNORECASE,
)
"""Addresses of mail and of pages."""
_LETTERS: Final = r"[^\W\d_]"
_START, _END = r"(?<![^\W_])", r"(?![^\W_])"
_JOINED: Final = re.compile(
    rf"{_START}({_LETTERS}{{1,4}})(?:[^\w\s,;:&@#()]{{1,2}}|_{{1,2}})(\d{{2,4}})"
    rf"(?:[^\w\s,;:&@#()]{{1,2}}|_{{1,2}})?(?:[^\W_]{{1,4}})?{_END}"
)
"""ABC.1234, ABC_1234, ABC·123·4; letters and figures with a sign between."""
_APART: Final = re.compile(rf"{_START}({_LETTERS}{{2,3}})\s{{1,2}}\d{{2,4}}(?:\s\d{{2}})?{_END}")
"""ABC 1234, ABC 12 34."""
_OF_A_CAR: Final = re.compile(
    r"\b(?:vans?|cars?|trucks?|suvs?|carros?|coches?|autos?|trocas?|camionetas?|patrullas?)\s"
    rf"({_LETTERS}{{3}})\s{{1,2}}\d{{3,4}}{_END}",
    re.IGNORECASE,
)
"""van abc 1234: without a vehicle before it, small letters and a number may be a street."""
_RUN: Final = re.compile(r"[^\W_]+")
_SPELLED: Final = re.compile(
    rf"{_START}(?:{_LETTERS}[\W_]{{1,2}}){{2,4}}(?:\d[\W_]{{1,2}}){{2,}}\d{_END}"
)
"""A B C 1 2 3 4."""
_NAMED: Final = re.compile(
    r"\b(?:plates?|placas?|license|licencia|matr[ií]cula|tag)\b[\s:#.]{0,3}(?:(?:is|num)\b\s?)?"
    rf"(?:{_LETTERS}{{1,4}}[\W_]{{1,2}})?[^\W_]{{0,6}}\d[^\W_]{{0,6}}\d[^\W_]{{0,6}}"
    rf"(?:[\s.-]\d{{2,4}}{_END})?",
    re.IGNORECASE,
)
"""What is said to be a plate."""
_MIXED: Final = re.compile(rf"{_START}[^\W_]+(?:-[^\W_]+)*{_END}")
_NO_PLATE: Final = re.compile(
    r"\d+(?:st|nd|rd|th|er|ra|ro|da|do|ta|to|ma|mo|va|vo|na|no|am|pm|kms?|mi|mins?|hrs?|hs?|ft"
    r"|mph|blks?)"
    r"|(?:us|sr|cr|ih|rt|hwy|fm|i|km)-?\d+",
    re.IGNORECASE | re.ASCII,
)
"""Ordinals, times, distances and highways look alike."""
_NO_PLATE_LETTERS: Final = frozenset(
    "ice dhs cbp fbi dea atf hsi ero suv van car bus gas cop fed dog sos us sr cr ih rt fm km mi "
    "hwy ave av st rd apt no num at on in en by de la el los las con y or and the a of red men "
    "mas por del una un two dos six ten".split()
)
"""Short words that stand before numbers."""
_NO_PLATE_BEFORE: Final = frozenset("no not sin without wo missing any ningun ninguna".split())
"""Behind these "plates" says that there are none."""
_BEFORE: Final = 16
_NAMED_LEAST: Final = 3
"""Letters and digits of what is said to be a plate: two digits are a street's number."""
_HOUSE: Final = re.compile(
    r"\b(?:apt|apto|apartment|apartamento|unit|suite|ste|depto|dpto|departamento|interior)\b"
    r"[\s.#:-]{0,3}(?:\d{1,5}[a-z]?|[a-z]\d{0,4})\b"
    r"|\b(?:casa|house)\b[\s.#:]{0,3}(?!\d{1,3}\s?(?:[/&]|(?:y|and)\b))\d{1,5}[a-z]?\b"
    r"|\b(?:num|nro|n[uú]mero)\b[\s.#:]{0,3}\d{1,5}[a-z]?\b"
    r"|\bno\.\s?\d{2,5}\b|#\s?\d{1,5}(?:-\d{1,4})?[a-z]?\b",
    re.IGNORECASE,
)
"""Numbers that are said to be of a house or a flat."""


def found_forms(text: str) -> list[str]:
    """Names of the forms that `text` seems to hold."""
    return [
        name
        for name, pattern in PERSONAL_FORMS.items()
        if (_without_phones(text, " ")[1] if name == "phone" else pattern.search(text))
    ]


def without_numbers(text: str, instead: str = " ") -> tuple[str, frozenset[str]]:
    """`text` without e-mail addresses, phone numbers, plates and numbers of flats, in any case; and
    what went. `instead` stands where something was.

    Linear in the length of the text.
    """
    gone = set()
    kept, count = _EMAIL.subn(instead, text)
    if count:
        gone.add("email")
    kept, count = _without_phones(kept, instead)
    if count:
        gone.add("phone")
    kept, count = _without_plates(kept, instead)
    if count:
        gone.add("plate")
    kept, count = _HOUSE.subn(instead, kept)
    if count:
        gone.add("address")
    return " ".join(kept.split()), frozenset(gone)


def _without_phones(text: str, instead: str) -> tuple[str, int]:
    count = 0

    def cut(found: re.Match[str]) -> str:
        nonlocal count
        block = _BLOCK.match(found[0])
        if block and sum(map(str.isdecimal, found[0][block.end() :])) < _BEHIND_BLOCK:
            return found[0]
        count += 1
        return instead

    return PERSONAL_FORMS["phone"].sub(cut, text), count


def _without_plates(text: str, instead: str) -> tuple[str, int]:
    count = 0

    def cut(found: re.Match[str]) -> str:
        nonlocal count
        if not _looks_like_plate(found):
            return found[0]
        count += 1
        return f"{found[0].split()[0]}{instead}" if found.re is _OF_A_CAR else instead

    for pattern in (_NAMED, _SPELLED, _JOINED, _APART, _OF_A_CAR):
        text = pattern.sub(cut, text)
    words = []
    for word in text.split():
        if any(_is_plate(part) for part in _MIXED.findall(word)):
            count += 1
            words.append(instead)
        else:
            words.append(word)
    return " ".join(words), count


def _looks_like_plate(found: re.Match[str]) -> bool:
    if found.re is _SPELLED:
        return True
    if found.re is _NAMED:
        return _is_named_plate(found)
    letters, digits = found[1], sum(char.isdecimal() for char in found[0])
    if letters.casefold() in _NO_PLATE_LETTERS or letters.casefold() in PLACE_STOPS:
        return False
    if digits + len(letters) < _PLATE_LEAST:
        return False
    if any(_NO_PLATE.fullmatch(one) for one in _RUN.findall(found[0])):
        return False
    if found.re is _APART:
        return letters.isupper()
    # "Elm/103" is a corner
    return "/" not in found[0] or (len(letters) <= 3 and digits >= 4)


def _is_named_plate(found: re.Match[str]) -> bool:
    """Whether a plate follows the word for one: not in "no plates 26/Main", "plates at 26th"."""
    parts = _RUN.findall(found[0])[1:]
    before = _RUN.findall(found.string[max(0, found.start() - _BEFORE) : found.start()])
    if before and before[-1].casefold() in _NO_PLATE_BEFORE:
        return False
    if parts[0].casefold() in _NO_PLATE_LETTERS - {"num", "no"}:
        return False
    return not _NO_PLATE.fullmatch(parts[0]) and len("".join(parts)) >= _NAMED_LEAST


def _is_plate(part: str) -> bool:
    if any(_NO_PLATE.fullmatch(one) for one in (part, *part.split("-"))):
        return False
    digits = sum(char.isdecimal() for char in part)
    letters = sum(char.isalpha() for char in part)
    if re.fullmatch(r"\d+-?[a-z]", part, re.IGNORECASE):
        return False  # a house: "1234-A"
    mixed = digits >= 2 and letters >= 2
    return len(part) <= _PLATE_MAX and (mixed or (letters == 1 and digits >= 4))
