"""Placeholders that come with the program, until organizers sign documents of their own."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import Final

from meshdefense.library.document import LANGUAGES

__all__ = ["PLACEHOLDERS", "Placeholder", "placeholder"]

PLACEHOLDERS: Final = ("family-plan", "know-your-rights", "phone-numbers", "verifier-protocol")
"""Ids; each is there in every language."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """An unsigned text that says itself that it has to be replaced."""

    id: str
    language: str
    title: str
    text: str


def placeholder(document_id: str, language: str) -> Placeholder | None:
    """A placeholder; None for what there is none of. Its first line is the title."""
    if document_id not in PLACEHOLDERS or language not in LANGUAGES:
        return None
    folder = resources.files("meshdefense.library").joinpath("placeholders")
    text = folder.joinpath(f"{document_id}.{language}.md").read_text("utf-8")
    title = text.partition("\n")[0].removeprefix("# ")
    return Placeholder(document_id, language, title, text)
