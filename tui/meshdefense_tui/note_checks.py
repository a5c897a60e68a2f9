"""Warns of what must not travel in a note: numbers, plates, addresses, names. Pure.

Only a hint to the person who writes; nothing is refused or changed. Finds the usual forms in
English and Spanish, not every one.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["note_warning"]

_CHECKS: Final = (
    ("looks_email", re.compile(r"\S@\S")),
    ("looks_phone", re.compile(r"(?:\d[ .()/-]{0,2}){7,}")),
    (
        "looks_address",
        re.compile(
            r"\b\d+\s+(?:\w+\s+){0,2}(?:st|street|ave|avenue|rd|road|blvd|lane|drive)\b"
            r"|\b(?:calle|avenida|av|carrera|calz)\b\.?\s+(?:\w+\s+){0,3}#?\d+",
            re.IGNORECASE,
        ),
    ),
    (
        "looks_plate",
        re.compile(r"\b(?=[A-Z0-9-]*[A-Z]{2})(?=[A-Z0-9-]*\d{2})[A-Z0-9]{1,4}-?[A-Z0-9]{2,5}\b"),
    ),
    ("looks_name", re.compile(r"\b[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+ [A-ZÁÉÍÓÚÑ][a-záéíóúñ]+")),
)


def note_warning(note: str) -> str | None:
    """Key of the phrase that names what `note` seems to hold; None when nothing was found."""
    return next((key for key, pattern in _CHECKS if pattern.search(note)), None)
