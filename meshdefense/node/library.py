"""The library: methods of the API, with the daemon and on an open store.

Documents lie among the store's documents, as they were signed; they are judged by the roster
each time they are shown. Source: docs/library.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

from meshdefense.api.library_schema import DocumentRow
from meshdefense.library.builtin import PLACEHOLDERS, Placeholder, placeholder
from meshdefense.library.document import LANGUAGES, Document, Draft, check_id, read_document, signed
from meshdefense.library.shelf import PREFIX, Held, held, judged, name_of, taken
from meshdefense.library.shown import shown_lines
from meshdefense.node.asked import NotFoundError
from meshdefense.node.desk import Desk, check_organizer, now_of
from meshdefense.node.params import Params
from meshdefense.safe_text import clean
from meshdefense.storage.records import Batch
from meshdefense_protocol.errors import ValueRangeError

__all__ = ["LIBRARY"]


async def _stored(desk: Desk) -> dict[str, bytes]:
    return await desk.in_thread(desk.store.documents, PREFIX)


async def _held(desk: Desk) -> list[Held]:
    me = desk.membership
    return held(await _stored(desk), me.charter.network_id, me.roster)


async def _list(desk: Desk, values: dict[str, Any]) -> dict[str, list[DocumentRow]]:
    """Every document that is here, and placeholders where there is none."""
    Params("library_list", values).finish()
    here = await _held(desk)
    rows = [_row(desk, one) for one in here]
    have = {(row["id"], row["language"]) for row in rows}
    for document_id in PLACEHOLDERS:
        for language in LANGUAGES:
            found = placeholder(document_id, language)
            if found is not None and (document_id, language) not in have:
                rows.append(_placeholder_row(found))
    rows.sort(key=lambda row: (row["id"], row["language"]))
    return {"documents": rows}


async def _show(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    """One document with its text; in the other language where it is not here in this one."""
    params = Params("library_show", values)
    document_id = params.required("id", str)
    wanted = params.take("language", str, LANGUAGES[0])
    params.finish()
    check_id(document_id)
    here = [one for one in await _held(desk) if one.document.draft.id == document_id]
    order = sorted(LANGUAGES, key=lambda language: language != wanted)
    for language in order:  # a signed text in another language is better than a placeholder
        for one in here:
            if one.document.draft.language == language:
                return {**_row(desk, one), "lines": shown_lines(one.document.draft.text)}
    found = placeholder(document_id, order[0])
    if found is None:
        raise NotFoundError(f"there is no document {document_id!a}; library list has them all")
    return {**_placeholder_row(found), "lines": shown_lines(found.text)}


async def _add(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    """Sign a text and keep it; the version is the next one unless it is given."""
    params = Params("library_add", values)
    document_id, text = params.required("id", str), params.required("text", str)
    title, language = params.required("title", str), params.required("language", str)
    form, version = params.take("format", str, "markdown"), params.take("version", int)
    params.finish()
    check_organizer(desk.membership)
    me, now = desk.membership, await now_of(desk)
    before = next(
        (
            one.document.draft.version
            for one in await _held(desk)
            if (one.document.draft.id, one.document.draft.language) == (document_id, language)
        ),
        0,
    )
    day = datetime.fromtimestamp(now, UTC).date().isoformat()
    lines = "\n".join(text.splitlines())
    draft = Draft(document_id, language, version or before + 1, title, day, form, lines)
    document = signed(draft, me.charter.network_id, me.number, me.identity)
    return await _keep(desk, document.encode())


async def _take(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    """Take a document that came by hand."""
    params = Params("library_take", values)
    text = params.required("document", str)
    params.finish()
    return await _keep(desk, text.encode(errors="replace"))


async def _keep(desk: Desk, raw: bytes) -> dict[str, Any]:
    me = desk.membership
    network_id, roster = me.charter.network_id, me.roster

    def keep() -> tuple[Document, bool]:
        """In one go: two requests at once must not both find that there is room."""
        stored = desk.store.documents(PREFIX)
        document = taken(raw, stored, network_id, roster)
        if document is None:
            return read_document(raw), False
        draft = document.draft
        name = name_of(draft.id, draft.language)
        desk.store.commit(Batch(documents={name: document.encode()}))
        return document, True

    document, new = await desk.in_thread(keep)
    size = len(document.draft.text.encode())
    one = Held(document, judged(document, network_id, roster), size)
    return {**_row(desk, one), "new": new}


async def _give(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    """A document as it was signed, for a file."""
    params = Params("library_give", values)
    name = _name(params.required("id", str), params.required("language", str))
    params.finish()
    raw = await desk.in_thread(desk.store.document, name)
    if raw is None:
        raise NotFoundError("there is no such signed document; library list has them all")
    return {"document": raw.decode()}


async def _remove(desk: Desk, values: dict[str, Any]) -> dict[str, Any]:
    """Forget a document on this node; others keep theirs."""
    params = Params("library_remove", values)
    name = _name(params.required("id", str), params.required("language", str))
    params.finish()
    if await desk.in_thread(desk.store.document, name) is None:
        raise NotFoundError("there is no such signed document; library list has them all")
    await desk.in_thread(desk.store.commit, Batch(documents={name: None}))
    return {}


def _name(document_id: str, language: str) -> str:
    check_id(document_id)
    if language not in LANGUAGES:
        raise ValueRangeError(f"language {language!a} is not known; it is en or es")
    return name_of(document_id, language)


def _row(desk: Desk, one: Held) -> DocumentRow:
    draft, author = one.document.draft, one.document.author
    member = desk.membership.roster.get(author)
    return {
        "id": draft.id,
        "language": draft.language,
        "title": clean(draft.title),
        "version": draft.version,
        "date": draft.date,
        "format": draft.format,
        "author": author,
        "author_name": f"#{author}" if member is None else member.name,
        "size": one.size,
        "warning": one.warning,
    }


def _placeholder_row(found: Placeholder) -> DocumentRow:
    return {
        "id": found.id,
        "language": found.language,
        "title": found.title,
        "version": 0,
        "date": None,
        "format": "markdown",
        "author": None,
        "author_name": None,
        "size": len(found.text.encode()),
        "warning": "placeholder",
    }


LIBRARY: Final[dict[str, Callable[[Desk, dict[str, Any]], Awaitable[Any]]]] = {
    "library_list": _list,
    "library_show": _show,
    "library_add": _add,
    "library_take": _take,
    "library_give": _give,
    "library_remove": _remove,
}
"""Methods of the API."""
