"""Warns of what must not travel in a note: numbers, plates, addresses, names. Pure.

Only a hint to the person who writes; nothing is refused or changed. Finds the usual forms in
English and Spanish, not every one.
"""

from __future__ import annotations

from typing import Final

from meshdefense_protocol.personal_text import found_forms

__all__ = ["note_warning"]

_PHRASES: Final = {
    "email": "looks_email",
    "phone": "looks_phone",
    "address": "looks_address",
    "plate": "looks_plate",
    "name": "looks_name",
}


def note_warning(note: str) -> str | None:
    """Key of the phrase that names what `note` seems to hold; None when nothing was found."""
    return next((_PHRASES[form] for form in found_forms(note)), None)
