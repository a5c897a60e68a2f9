"""The store's statements, compiled once, and the way from records to their parameters and back.

Each statement takes positional parameters in the order of the fields listed beside it, so that
one `executemany` writes a whole batch. Shapes of the records: `meshdefense.storage.records`.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Row, Table, bindparam, delete, literal_column
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.elements import ClauseElement

from meshdefense.storage import schema
from meshdefense.storage.queries import KEY
from meshdefense.storage.records import (
    CounterRecord,
    EquivocationRecord,
    HeldRecord,
    NeighbourRecord,
    OutboxRecord,
    ReplayRecord,
    RowRecord,
    StoredItem,
    TransferRecord,
)

__all__ = [
    "BURY_ROWS",
    "DELETE_DOCUMENT",
    "DELETE_ENDED_TRANSFERS",
    "DELETE_ITEM",
    "DELETE_OLD_EQUIVOCATIONS",
    "DELETE_OLD_NEIGHBOURS",
    "DELETE_OLD_REPLAY",
    "DELETE_OLD_TRANSFERS",
    "DELETE_ORPHANED_HELD",
    "DELETE_ORPHANED_OUTBOX",
    "DELETE_OUTBOX",
    "DELETE_ROWS",
    "DELETE_SECRET",
    "DELETE_TOMBSTONES",
    "INSERT_ITEM",
    "ITEM_COLUMNS",
    "SET_EPOCH",
    "SET_MARK",
    "SET_REVISION",
    "SHIFT_ITEMS",
    "SHIFT_NEIGHBOURS",
    "SHIFT_TRANSFERS",
    "UPSERT_COUNTER",
    "UPSERT_DOCUMENT",
    "UPSERT_EQUIVOCATION",
    "UPSERT_HELD",
    "UPSERT_NEIGHBOUR",
    "UPSERT_OUTBOX",
    "UPSERT_REPLAY",
    "UPSERT_ROW",
    "UPSERT_SECRET",
    "UPSERT_TRANSFER",
    "Values",
    "counter_values",
    "equivocation_values",
    "held_values",
    "item_values",
    "neighbour_values",
    "outbox_values",
    "replay_values",
    "row_values",
    "to_counter",
    "to_equivocation",
    "to_held",
    "to_item",
    "to_neighbour",
    "to_outbox",
    "to_replay",
    "to_row",
    "to_transfer",
    "transfer_values",
]

Values = tuple[Any, ...]

_DIALECT: Final = sqlite.dialect(paramstyle="qmark")


def _text(statement: ClauseElement) -> str:
    """The SQL of a statement, with question marks for parameters."""
    return str(statement.compile(dialect=_DIALECT))


def _names(table: Table, *, without: str = "") -> tuple[str, ...]:
    return tuple(column.name for column in table.columns if column.name != without)


def _upsert(table: Table) -> str:
    """Insert a row with all columns, or write it over the one with the same primary key."""
    statement = sqlite.insert(table).values({name: bindparam(name) for name in _names(table)})
    keys = [column.name for column in table.primary_key]
    kept = {name: statement.excluded[name] for name in _names(table) if name not in keys}
    return _text(statement.on_conflict_do_update(index_elements=keys, set_=kept))


def _fields(names: tuple[str, ...]) -> Callable[[Any], Values]:
    return attrgetter(*names)


ITEM_COLUMNS: Final = _names(schema.items, without="rowid")

INSERT_ITEM: Final = _text(
    sqlite.insert(schema.items)
    .values({name: bindparam(name) for name in ITEM_COLUMNS})
    .on_conflict_do_nothing(index_elements=list(KEY))
)
"""Leaves an item that is there as it is."""
DELETE_ITEM: Final = _text(delete(schema.items).where(schema.items.c.rowid == bindparam("rowid")))
DELETE_OUTBOX: Final = _text(
    delete(schema.outbox).where(*(schema.outbox.c[name] == bindparam(name) for name in KEY))
)
UPSERT_OUTBOX: Final = _upsert(schema.outbox)
UPSERT_REPLAY: Final = _upsert(schema.replay)
UPSERT_COUNTER: Final = _upsert(schema.counters)
UPSERT_EQUIVOCATION: Final = _upsert(schema.equivocations)
UPSERT_HELD: Final = _upsert(schema.held)
UPSERT_NEIGHBOUR: Final = _upsert(schema.neighbours)
UPSERT_ROW: Final = _upsert(schema.rows)
UPSERT_SECRET: Final = _upsert(schema.secrets)


def _transfer() -> str:
    """One that is there keeps its rowid, which is its age."""
    names = _names(schema.transfers, without="rowid")
    insert = sqlite.insert(schema.transfers).values({name: bindparam(name) for name in names})
    kept = {name: insert.excluded[name] for name in names if name not in KEY}
    return _text(insert.on_conflict_do_update(index_elements=list(KEY), set_=kept))


UPSERT_TRANSFER: Final = _transfer()


def _document() -> str:
    insert = sqlite.insert(schema.documents).values(
        name=bindparam("name"), value=bindparam("value"), rev=literal_column("1")
    )
    return _text(
        insert.on_conflict_do_update(
            index_elements=["name"],
            set_={
                "value": insert.excluded.value,
                "rev": schema.documents.c.rev + literal_column("1"),
            },
        )
    )


UPSERT_DOCUMENT: Final = _document()

BURY_ROWS: Final = """
    UPDATE rows SET gone = 1, data = '{}', rev = ?
    WHERE gone = 0 AND id IN (SELECT value FROM json_each(?)) RETURNING tbl, id
"""
"""Make tombstones of the rows with these ids (a JSON list), under this revision."""
DELETE_SECRET: Final = "DELETE FROM secrets WHERE name = ?"
DELETE_DOCUMENT: Final = "DELETE FROM documents WHERE name = ?"
DELETE_ROWS: Final = _text(delete(schema.rows))
DELETE_TOMBSTONES: Final = "DELETE FROM rows WHERE gone = 1"
DELETE_ORPHANED_OUTBOX: Final = """
    DELETE FROM outbox WHERE (author, incarnation, sequence, stream) NOT IN
    (SELECT author, incarnation, sequence, stream FROM items)
"""
"""An entry without its item has no bytes to send."""
DELETE_ORPHANED_HELD: Final = """
    DELETE FROM held WHERE (author, incarnation, sequence, stream) NOT IN
    (SELECT author, incarnation, sequence, stream FROM items)
"""
DELETE_ENDED_TRANSFERS: Final = """
    DELETE FROM transfers WHERE expires_at <= ? OR (author, incarnation, sequence, stream) NOT IN
    (SELECT author, incarnation, sequence, stream FROM items)
"""
DELETE_OLD_TRANSFERS: Final = """
    DELETE FROM transfers WHERE rowid IN
    (SELECT rowid FROM transfers ORDER BY whole, rowid DESC LIMIT -1 OFFSET ?)
"""
"""Keep as many: growing ones before whole ones, then new before old."""
DELETE_OLD_NEIGHBOURS: Final = """
    DELETE FROM neighbours WHERE member IN
    (SELECT member FROM neighbours ORDER BY heard_at DESC, member LIMIT -1 OFFSET ?)
"""
"""Keep as many that were heard last."""
DELETE_OLD_EQUIVOCATIONS: Final = """
    DELETE FROM equivocations WHERE id IN
    (SELECT id FROM equivocations WHERE CAST(substr(id, instr(id, '.') + 1) AS INTEGER) < 32
     ORDER BY seen_at DESC, id LIMIT -1 OFFSET ?)
"""
"""Keep as many of the newest; of those of decisions (incarnations from 32 on) all."""
DELETE_OLD_REPLAY: Final = """
    DELETE FROM replay WHERE stream <> 2 AND
    (SELECT count(*) FROM replay AS newer WHERE newer.author = replay.author
     AND newer.stream = replay.stream AND newer.incarnation > replay.incarnation) >= ?
"""
"""Keep as many incarnations of each author's stream, the highest; of decisions all."""
SHIFT_ITEMS: Final = """
UPDATE items SET received_at = received_at + ?1, expires_at = expires_at + ?1
WHERE received_at BETWEEN ?2 AND ?3
"""
SHIFT_NEIGHBOURS: Final = """
UPDATE neighbours SET heard_at = heard_at + ?1 WHERE heard_at BETWEEN ?2 AND ?3
"""
SHIFT_TRANSFERS: Final = """
UPDATE transfers SET expires_at = expires_at + ?1
WHERE (author, incarnation, sequence, stream) IN
(SELECT author, incarnation, sequence, stream FROM items WHERE received_at BETWEEN ?2 AND ?3)
"""
"""Before SHIFT_ITEMS: by what the items say now."""
SET_REVISION: Final = "UPDATE revision SET value = ?"
SET_EPOCH: Final = _upsert(schema.meta)
SET_MARK: Final = _upsert(schema.mark)

_HASH: Final = struct.Struct(">BQ")
_PART: Final = struct.Struct(">BH")

item_values: Final = _fields(ITEM_COLUMNS)
outbox_values: Final = _fields(_names(schema.outbox))
replay_values: Final = _fields(_names(schema.replay))
counter_values: Final = _fields(_names(schema.counters))
equivocation_values: Final = _fields(_names(schema.equivocations))


def held_values(held: HeldRecord) -> Values:
    """Parameters of UPSERT_HELD. struct.error for a member number that does not exist."""
    return (*held.key, struct.pack(f">{len(held.holders)}H", *held.holders))


def neighbour_values(neighbour: NeighbourRecord) -> Values:
    """Parameters of UPSERT_NEIGHBOUR. A blob, as SQLite's integers have a sign."""
    hashes = b"".join(_HASH.pack(*one) for one in neighbour.hashes)
    return (neighbour.member, neighbour.heard_at, neighbour.snr, hashes)


def transfer_values(transfer: TransferRecord) -> Values:
    """Parameters of UPSERT_TRANSFER. struct.error for a part that is too long."""
    parts = b"".join(_PART.pack(index, len(data)) + data for index, data in transfer.parts)
    return (
        *transfer.key, transfer.key_class, transfer.size, transfer.digest, transfer.expires_at,
        transfer.restarts, transfer.whole, parts,
    )  # fmt: skip


def row_values(row: RowRecord, revision: int) -> Values:
    """Parameters of UPSERT_ROW. A row that is gone keeps no data."""
    return (row.tbl, row.id, revision, row.gone, "{}" if row.gone else row_json(row))


def row_json(row: RowRecord) -> str:
    """A row's data as it is stored. TypeError or ValueError for what JSON cannot hold."""
    return json.dumps(row.data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def to_item(found: Row[Any]) -> StoredItem:
    """An item from a row of `items` with all columns."""
    values = found._asdict()
    return StoredItem(**{**values, "own": bool(values["own"])})


def to_outbox(found: Row[Any]) -> OutboxRecord:
    """An outbox record from a row with all columns."""
    return OutboxRecord(**found._asdict())


def to_replay(found: Row[Any]) -> ReplayRecord:
    """A replay record from a row with all columns."""
    return ReplayRecord(**found._asdict())


def to_counter(found: Row[Any]) -> CounterRecord:
    """A counter record from a row with all columns."""
    return CounterRecord(**found._asdict())


def to_equivocation(found: Row[Any]) -> EquivocationRecord:
    """An equivocation record from a row with all columns."""
    return EquivocationRecord(**found._asdict())


def to_held(found: Row[Any]) -> HeldRecord:
    """Who holds an own item, from a row with all columns."""
    holders = struct.unpack(f">{len(found.holders) // 2}H", found.holders)
    return HeldRecord(**{**found._asdict(), "holders": holders})


def to_neighbour(found: Row[Any]) -> NeighbourRecord:
    """A neighbour from a row with all columns."""
    hashes = tuple(_HASH.iter_unpack(found.hashes))
    return NeighbourRecord(**{**found._asdict(), "hashes": hashes})


def to_row(found: Row[Any]) -> RowRecord:
    """A derived row from a row of `rows` with all columns."""
    return RowRecord(
        tbl=found.tbl, id=found.id, data=json.loads(found.data), gone=bool(found.gone),
        rev=found.rev,
    )  # fmt: skip


def to_transfer(found: Row[Any]) -> TransferRecord:
    """A long report from a row with all columns."""
    parts, at = [], 0
    while at < len(found.parts):
        index, size = _PART.unpack_from(found.parts, at)
        at += _PART.size
        parts.append((index, found.parts[at : at + size]))
        at += size
    values = found._asdict()
    del values["rowid"], values["whole"]
    return TransferRecord(**{**values, "parts": tuple(parts)})
