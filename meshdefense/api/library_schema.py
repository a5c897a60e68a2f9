"""Rows of the local API about the library: signed documents, and placeholders for them.

They are no table of `changes`: `library_list` and `library_show` answer with them.
Source: docs/library.md.
"""

from __future__ import annotations

from typing import Literal, TypedDict

__all__ = ["DocumentRow", "DocumentWarning", "ShownDocument"]

DocumentWarning = Literal[
    "",
    "placeholder",  # unsigned, comes with the program; organizers are to replace it
    "revoked",  # its signer was revoked since
    "not-organizer",  # its signer is no organizer any more
    "unknown-author",  # its signer is not in the roster here
    "damaged",  # its signature does not fit
]


class DocumentRow(TypedDict):
    """One document in one language."""

    id: str
    """The same in every language; on a screen, id and language name it."""
    language: str
    """"en" or "es"."""
    title: str
    version: int
    """0 of a placeholder."""
    date: str | None
    """Day of its signature, "2026-05-01"; None of a placeholder."""
    format: str
    """"markdown" or "text"."""
    author: int | None
    author_name: str | None
    """Who signed it; None of a placeholder."""
    size: int
    """Bytes of its text."""
    warning: DocumentWarning


class ShownDocument(DocumentRow):
    """A document with its text."""

    lines: list[str]
    """Cleaned, for a terminal; of empty lines one between others is left."""
