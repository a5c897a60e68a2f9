"""What the store asks of its tables. Parameters are named; the tables are in `schema`."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BindParameter, Integer, Select, bindparam, func, or_, select

from meshdefense.storage.schema import (
    counters,
    documents,
    equivocations,
    held,
    items,
    mark,
    meta,
    neighbours,
    outbox,
    replay,
    revision,
    rows,
    secrets,
    transfers,
)

__all__ = [
    "COUNTERS",
    "DECISIONS",
    "DOCUMENT",
    "DOCUMENTS",
    "EPOCH",
    "EQUIVOCATIONS",
    "EXPIRED",
    "HELD",
    "ITEM",
    "ITEMS",
    "ITEMS_BY_REF",
    "ITEMS_OF",
    "ITEM_COUNT",
    "KEY",
    "LAST_ROWID",
    "MARK",
    "NEIGHBOURS",
    "OLDEST",
    "OUTBOX",
    "RECENT",
    "REPLAY",
    "REVISION",
    "ROW",
    "ROWS_OF",
    "ROW_PAGE",
    "SECRET",
    "SECRETS",
    "TOMBSTONE_COUNT",
    "TRANSFER",
    "TRANSFERS",
    "row_fields",
]

KEY: Final = ("author", "incarnation", "sequence", "stream")
"""What identifies an item."""

_key: Final = [items.c[name] for name in KEY]
_limit: Final[BindParameter[int]] = bindparam("limit")

EPOCH: Final = select(meta.c.value).where(meta.c.key == "epoch")
REVISION: Final = select(revision.c.value)

ITEM: Final = select(items).where(*(column == bindparam(column.name) for column in _key))
ITEMS: Final = (
    select(items).where(items.c.rowid > bindparam("after")).order_by(items.c.rowid).limit(_limit)
)
ITEMS_BY_REF: Final = select(items).where(items.c.ref == bindparam("ref")).order_by(items.c.rowid)
ITEM_COUNT: Final = select(func.count()).select_from(items)
LAST_ROWID: Final = select(func.coalesce(func.max(items.c.rowid), 0))
_DECISION: Final = 2
"""Stream of the organizers' decisions, see meshdefense_protocol.packets.reference."""
RECENT: Final = (
    select(*_key, items.c.raw, items.c.received_at)
    .where(items.c.stream != _DECISION)
    .order_by(items.c.rowid.desc())
    .limit(_limit)
)
DECISIONS: Final[Select[Any]] = (
    select(*_key, items.c.raw, items.c.received_at)
    .where(items.c.stream == _DECISION)
    .order_by(items.c.rowid)
)
ITEMS_OF: Final = select(*_key).where(items.c.author == bindparam("author")).order_by(items.c.rowid)
EXPIRED: Final = (
    select(items.c.rowid, *_key)
    .where(items.c.expires_at <= bindparam("now"))
    .order_by(items.c.expires_at, items.c.rowid)
    .limit(_limit)
)

OLDEST: Final = (
    select(items.c.rowid, *_key)
    .where(items.c.expires_at.is_not(None), items.c.stream != _DECISION)
    .where(
        ~select(outbox.c.author)
        .where(outbox.c.next_at.is_not(None))
        .where(*(outbox.c[name] == items.c[name] for name in KEY))
        .exists()
    )
    .order_by(items.c.rowid)
    .limit(_limit)
)
"""What goes first when there is no room: not decisions, nor own items on their way."""

OUTBOX: Final = select(outbox).order_by(outbox.c.created_at, *(outbox.c[name] for name in KEY))
REPLAY: Final = select(replay)
COUNTERS: Final = select(counters)
EQUIVOCATIONS: Final = select(equivocations).order_by(equivocations.c.seen_at, equivocations.c.id)
HELD: Final = select(held).order_by(*(held.c[name] for name in KEY))
NEIGHBOURS: Final = select(neighbours).order_by(neighbours.c.heard_at, neighbours.c.member)
TRANSFERS: Final = select(transfers).order_by(transfers.c.rowid)
TRANSFER: Final = select(transfers).where(*(transfers.c[name] == bindparam(name) for name in KEY))
MARK: Final = select(mark.c.content, mark.c.file)

ROW: Final = select(rows).where(rows.c.tbl == bindparam("tbl"), rows.c.id == bindparam("id"))
_told: Final = or_(rows.c.gone == 0, bindparam("since", type_=Integer) > 0)
"""Who asks from 0 has no rows: a page full of tombstones alone would tell them nothing."""
ROW_PAGE: Final = (
    select(rows)
    .where(rows.c.rev > bindparam("since"), _told)
    .order_by(rows.c.rev, rows.c.tbl, rows.c.id)
    .limit(_limit)
)
ROWS_OF: Final = (
    select(rows).where(rows.c.rev == bindparam("rev"), _told).order_by(rows.c.tbl, rows.c.id)
)


def row_fields(names: tuple[str, ...]) -> Select[Any]:
    """Id and some values out of the data of a table's rows; SQLite reads the JSON."""
    values = (func.json_extract(rows.c.data, f"$.{name}") for name in names)
    return select(rows.c.id, *values).where(rows.c.tbl == bindparam("tbl"), rows.c.gone == 0)


TOMBSTONE_COUNT: Final = select(func.count()).select_from(rows).where(rows.c.gone == 1)

SECRET: Final = select(secrets.c.value).where(secrets.c.name == bindparam("name"))
SECRETS: Final[Select[Any]] = select(secrets.c.name, secrets.c.value)
DOCUMENTS: Final[Select[Any]] = select(documents.c.name, documents.c.value).where(
    func.substr(documents.c.name, 1, func.length(bindparam("prefix"))) == bindparam("prefix")
)
DOCUMENT: Final = select(documents.c.value).where(documents.c.name == bindparam("name"))
