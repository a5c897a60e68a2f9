"""A document of the library: a text that an organizer signed, for everybody of one network.

    type        "meshdefense document 1"
    network_id  hex
    id          what it is, the same in every language: "know-your-rights"
    language    "en" or "es"
    version     1 and up; a higher one replaces a lower one
    title       one line
    date        the day when it was signed, "2026-05-01"
    format      "markdown" or "text"
    text        up to 64 KiB
    author      number of the organizer
    signature   the author's, over all the rest in canonical JSON

Source: docs/library.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from meshdefense_protocol.canonical import canonical_json, read_json_object
from meshdefense_protocol.errors import DecodeError, ValueRangeError
from meshdefense_protocol.identity import Identity, verify

__all__ = [
    "FORMATS",
    "LANGUAGES",
    "PURPOSE_DOCUMENT",
    "TEXT_MAX",
    "Document",
    "Draft",
    "check_id",
    "read_document",
    "signed",
]

PURPOSE_DOCUMENT: Final = b"meshdefense/1 document"
TYPE: Final = "meshdefense document 1"
TEXT_MAX: Final = 65_536
"""Bytes of UTF-8."""
TITLE_MAX: Final = 120
"""Bytes of UTF-8."""
VERSION_MAX: Final = 65_535
LANGUAGES: Final = ("en", "es")
FORMATS: Final = ("markdown", "text")
_ID: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_FIELDS: Final = {
    "type", "network_id", "id", "language", "version", "title", "date", "format", "text",
    "author", "signature",
}  # fmt: skip
_KINDS: Final = {"version": int, "author": int}
"""Of the fields; all others are texts."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A document before it is signed. Raises ValueRangeError that says what is wrong with it."""

    id: str
    language: str
    version: int
    title: str
    date: str
    format: str
    text: str = field(repr=False)

    def __post_init__(self) -> None:
        check_id(self.id)
        if self.language not in LANGUAGES:
            raise ValueRangeError(f"language {self.language!a} is not known; it is en or es")
        if not 1 <= self.version <= VERSION_MAX:
            raise ValueRangeError(f"version {self.version} is outside 1 to {VERSION_MAX}")
        if not self.title.strip() or not self.title.isprintable() or _size(self.title) > TITLE_MAX:
            raise ValueRangeError(f"a title has 1 to {TITLE_MAX} printable bytes in one line")
        if self.format not in FORMATS:
            raise ValueRangeError(f"format {self.format!a} is not known; it is markdown or text")
        if not self.text.strip():
            raise ValueRangeError("a document without a text is no document")
        if _size(self.text) > TEXT_MAX:
            raise ValueRangeError(
                f"the text has {_size(self.text)} bytes, the limit is {TEXT_MAX}: make two of it"
            )
        if "\0" in self.text:
            raise ValueRangeError("that is no text: it holds zero bytes")
        try:
            right = date.fromisoformat(self.date).isoformat() == self.date
        except ValueError:
            right = False
        if not right:
            raise ValueRangeError(f"{self.date!a} is no date; write 2026-05-01")


@dataclass(frozen=True, slots=True)
class Document:
    """A document with its signature; nothing of it is believed before `is_signed_by`."""

    draft: Draft
    network_id: bytes = field(repr=False)
    author: int
    signature: bytes = field(repr=False)

    def encode(self) -> bytes:
        """Canonical bytes."""
        fields = _fields(self.draft, self.network_id, self.author)
        return canonical_json({**fields, "signature": self.signature.hex()})

    def is_signed_by(self, key: bytes) -> bool:
        """Whether its signature is that of `key`."""
        message = canonical_json(_fields(self.draft, self.network_id, self.author))
        return verify(key, PURPOSE_DOCUMENT, message, self.signature)


def signed(draft: Draft, network_id: bytes, author: int, identity: Identity) -> Document:
    """The draft, signed by a member under their number."""
    message = canonical_json(_fields(draft, network_id, author))
    return Document(draft, network_id, author, identity.sign(PURPOSE_DOCUMENT, message))


def read_document(raw: bytes) -> Document:
    """A document from its file. Raises DecodeError, which says what is off."""
    fields = read_json_object(raw, _FIELDS, "document")
    for name in _FIELDS:
        wanted = _KINDS.get(name, str)
        if not isinstance(fields[name], wanted) or isinstance(fields[name], bool):
            raise DecodeError(f"the document is damaged: its {name} is of the wrong type")
    if fields["type"] != TYPE:
        raise DecodeError(f"this is not a document of a library but {fields['type'][:40]!a}")
    names = ("id", "language", "version", "title", "date", "format", "text")
    try:
        draft = Draft(*(fields[name] for name in names))
        network_id, signature = (bytes.fromhex(fields[n]) for n in ("network_id", "signature"))
    except (ValueError, ValueRangeError) as error:
        raise DecodeError(f"the document is damaged: {error}") from None
    return Document(draft, network_id, fields["author"], signature)


def check_id(text: str) -> None:
    """ValueRangeError unless it can name a document."""
    if not _ID.fullmatch(text):
        raise ValueRangeError(
            f"{text[:60]!a} names no document; write up to 40 small letters, digits and hyphens, "
            "for example know-your-rights"
        )


def _fields(draft: Draft, network_id: bytes, author: int) -> dict[str, Any]:
    return {
        "type": TYPE,
        "network_id": network_id.hex(),
        "id": draft.id,
        "language": draft.language,
        "version": draft.version,
        "title": draft.title,
        "date": draft.date,
        "format": draft.format,
        "text": draft.text,
        "author": author,
    }


def _size(text: str) -> int:
    """Bytes of UTF-8. ValueRangeError for what UTF-8 cannot say."""
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise ValueRangeError("the text has characters that no file can hold") from None
