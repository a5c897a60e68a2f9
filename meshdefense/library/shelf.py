"""Which documents are taken, which are shown, and with what warning. Pure.

Every member judges by itself, by the roster that it holds: a document counts when an organizer
signed it. Of an organizer who was revoked since, what is here stays, with a warning, and nothing
new is taken: whoever has the key could have signed anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from meshdefense.library.document import Document, read_document
from meshdefense_protocol.errors import DecodeError, ProtocolError
from meshdefense_protocol.roster import Role, Roster

__all__ = ["DOCUMENTS_MAX", "PREFIX", "DocumentRefusedError", "Held", "Warned", "held", "judged",
           "name_of", "taken"]  # fmt: skip

DOCUMENTS_MAX: Final = 64
"""Of one node: 4 MiB at most."""
PREFIX: Final = "library/"
"""Of their names among the store's documents."""

Warned = Literal["", "revoked", "not-organizer", "unknown-author", "damaged"]


class DocumentRefusedError(ProtocolError):
    """A document that is not taken; the message says why. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Held:
    """A document that is here, and what is wrong with it."""

    document: Document
    warning: Warned
    size: int
    """Bytes of its text."""


def name_of(document_id: str, language: str) -> str:
    """The name of a document in the store."""
    return f"{PREFIX}{document_id}/{language}"


def judged(document: Document, network_id: bytes, roster: Roster) -> Warned:
    """What is wrong with a document, by the roster of this network; empty for nothing."""
    author = roster.get(document.author)
    if author is None:
        return "unknown-author"
    if document.network_id != network_id or not document.is_signed_by(author.key):
        return "damaged"
    if roster.is_out(author.number):
        return "revoked"
    return "" if Role.ORGANIZER in author.roles else "not-organizer"


def held(stored: Mapping[str, bytes], network_id: bytes, roster: Roster) -> list[Held]:
    """What is stored, by id and language; what cannot be read any more is left out."""
    found = []
    for raw in stored.values():
        try:
            document = read_document(raw)
        except DecodeError:
            continue  # of a later version of the program
        size = len(document.draft.text.encode())
        found.append(Held(document, judged(document, network_id, roster), size))
    found.sort(key=lambda one: (one.document.draft.id, one.document.draft.language))
    return found


def taken(
    raw: bytes, stored: Mapping[str, bytes], network_id: bytes, roster: Roster
) -> Document | None:
    """The document in a file, if it is to be stored; None for one that is here already.

    Raises DecodeError for what is no document, DocumentRefusedError.
    """
    document = read_document(raw)
    draft = document.draft
    if document.network_id != network_id:
        raise DocumentRefusedError(f"{draft.id} is a document of another network")
    _check_author(document, network_id, roster)
    before = stored.get(name_of(draft.id, draft.language))
    if before is None:
        if len(stored) >= DOCUMENTS_MAX:
            raise DocumentRefusedError(
                f"{DOCUMENTS_MAX} documents are here, and there is no room for more: "
                "remove one with `meshdefense library remove`"
            )
        return document
    try:
        here = read_document(before)
    except DecodeError:
        raise DocumentRefusedError(
            f"the {draft.id} that is here was written by a newer version of this program"
        ) from None
    if here == document:
        return None
    if judged(here, network_id, roster):
        return document  # what has a warning keeps no place, whatever its version
    if draft.version < here.draft.version:
        raise DocumentRefusedError(
            f"{draft.id} ({draft.language}) is version {draft.version}; "
            f"version {here.draft.version} is here and stays"
        )
    if draft.version == here.draft.version:
        raise DocumentRefusedError(
            f"{draft.id} ({draft.language}): there are two different texts of version "
            f"{draft.version}; the one that is here stays. Ask an organizer to sign a higher one"
        )
    return document


def _check_author(document: Document, network_id: bytes, roster: Roster) -> None:
    number, name = document.author, document.draft.id
    match judged(document, network_id, roster):
        case "":
            return
        case "unknown-author":
            why = (
                f"{name} is not taken: member {number} is not in the roster here; "
                "take a newer roster first"
            )
        case "revoked":
            why = f"{name} is not taken: the organizers revoked member {number}, who signed it"
        case "not-organizer":
            why = f"{name} is not taken: member {number}, who signed it, is no organizer"
        case _:
            why = f"{name} is not taken: it is damaged or forged: its signature does not fit"
    raise DocumentRefusedError(why)
