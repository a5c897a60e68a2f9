"""Finds what must not travel or be kept: numbers, plates, addresses, names of people. Pure.

Finds the usual forms in English and Spanish, not every one: a hint to who writes, and a sieve
for what strangers send, never a promise.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["PERSONAL_FORMS", "found_forms", "without_numbers"]

PERSONAL_FORMS: Final = {
    "email": re.compile(r"\S@\S"),
    "phone": re.compile(r"(?:\d[ .()/-]{0,2}){7,}"),
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

_WHOLE_EMAIL: Final = re.compile(r"[^\s@]{1,64}@[^\s@]{1,64}")
_MIXED: Final = re.compile(r"[a-z0-9][a-z0-9-]{3,8}", re.IGNORECASE | re.ASCII)
_NO_PLATE: Final = re.compile(
    r"\d+(?:st|nd|rd|th|er|ra|ro|da|do|ta|to|ma|mo|va|vo|na|no|am|pm|km|mi|min|hs?)"
    r"|(?:us|sr|cr|ih|rt|hwy)-?\d+",
    re.IGNORECASE | re.ASCII,
)
"""Ordinals, times, distances and highways look alike."""


def found_forms(text: str) -> list[str]:
    """Names of the forms that `text` seems to hold."""
    return [name for name, pattern in PERSONAL_FORMS.items() if pattern.search(text)]


def without_numbers(text: str) -> tuple[str, frozenset[str]]:
    """`text` without e-mail addresses, phone numbers and plates, in any case; and what went.

    Linear in the length of the text.
    """
    gone = set()
    kept, count = _WHOLE_EMAIL.subn(" ", text)
    if count:
        gone.add("email")
    kept, count = PERSONAL_FORMS["phone"].subn(" ", kept)
    if count:
        gone.add("phone")
    words = []
    for word in kept.split():
        if any(_is_plate(part) for part in _MIXED.findall(word)):
            gone.add("plate")
        else:
            words.append(word)
    return " ".join(words), frozenset(gone)


def _is_plate(part: str) -> bool:
    digits = sum(char.isdecimal() for char in part)
    letters = sum(char.isalpha() for char in part)
    return digits >= 2 and letters >= 2 and _NO_PLATE.fullmatch(part) is None
