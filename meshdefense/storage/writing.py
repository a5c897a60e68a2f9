"""Writing batches inside the caller's transaction."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Final

from sqlalchemy.engine import Connection

from meshdefense.storage import queries
from meshdefense.storage import statements as sql
from meshdefense.storage.errors import ItemConflictError
from meshdefense.storage.export_log import (
    EXPORTS_MAX,
    INSERT_EXPORT,
    TRIM_EXPORTS,
    export_values,
)
from meshdefense.storage.records import Batch, ItemKey, StoredItem, key_text

__all__ = ["NEIGHBOURS_MAX", "TRANSFERS_MAX", "renew_epoch", "write", "write_batch"]

NEIGHBOURS_MAX: Final = 256
"""As many as the engine remembers."""
TRANSFERS_MAX: Final = 16
"""As many as the engine carries."""


def write_batch(connection: Connection, batch: Batch) -> list[ItemKey]:
    """Write everything of `batch` but its rows; returns the keys of items that were stored before.

    Raises ItemConflictError for another item under a stored key.
    """
    duplicates = insert_items(connection, batch.items)
    write(connection, sql.DELETE_OUTBOX, batch.outbox_removed)
    write(connection, sql.UPSERT_OUTBOX, map(sql.outbox_values, batch.outbox))
    write(connection, sql.UPSERT_REPLAY, map(sql.replay_values, batch.replay))
    write(connection, sql.UPSERT_COUNTER, map(sql.counter_values, batch.counters))
    write(connection, sql.UPSERT_EQUIVOCATION, map(sql.equivocation_values, batch.equivocations))
    write(connection, sql.UPSERT_HELD, map(sql.held_values, batch.held))
    if write(connection, sql.UPSERT_NEIGHBOUR, map(sql.neighbour_values, batch.neighbours)):
        write(connection, sql.DELETE_OLD_NEIGHBOURS, [(NEIGHBOURS_MAX,)])
    if write(connection, sql.UPSERT_TRANSFER, map(sql.transfer_values, batch.transfers)):
        write(connection, sql.DELETE_OLD_TRANSFERS, [(TRANSFERS_MAX,)])
    if write(connection, INSERT_EXPORT, map(export_values, batch.exports)):
        write(connection, TRIM_EXPORTS, [(EXPORTS_MAX,)])
    write_named(connection, sql.UPSERT_DOCUMENT, sql.DELETE_DOCUMENT, batch.documents)
    write_named(connection, sql.UPSERT_SECRET, sql.DELETE_SECRET, batch.secrets)
    return duplicates


def renew_epoch(connection: Connection) -> str:
    """Start a new life of the revisions: what others cached of the rows is void."""
    epoch = secrets.token_hex(8)
    write(connection, sql.SET_EPOCH, [("epoch", epoch)])
    return epoch


def write(connection: Connection, statement: str, values: Iterable[sql.Values]) -> int:
    """Run one statement for each tuple of values; returns how many rows it changed."""
    listed = list(values)
    return connection.exec_driver_sql(statement, listed).rowcount if listed else 0


def write_named(
    connection: Connection, upsert: str, remove: str, values: dict[str, bytes | None]
) -> None:
    """Write documents or secrets; None removes one."""
    kept = [(name, value) for name, value in values.items() if value is not None]
    write(connection, upsert, kept)
    write(connection, remove, [(name,) for name, value in values.items() if value is None])


def insert_items(connection: Connection, items: list[StoredItem]) -> list[ItemKey]:
    """Write the items that are not stored yet; returns the keys of the others.

    Raises ItemConflictError for another item under a stored key.
    """
    last = int(connection.execute(queries.LAST_ROWID).scalar_one())
    written = write(connection, sql.INSERT_ITEM, map(sql.item_values, items))
    if written == len(items):
        return []
    duplicates, met = [], set[ItemKey]()
    for item in items:
        found = connection.execute(
            queries.ITEM, dict(zip(queries.KEY, item.key, strict=True))
        ).one()
        if found.raw != item.raw:
            raise ItemConflictError(f"It is item {key_text(item.key)}.")
        if found.rowid <= last or item.key in met:
            duplicates.append(item.key)
        met.add(item.key)
    return duplicates
