"""Deleting what expired, and the oldest before its time where room is short.

What goes with an item, and the bounds of tombstones, evidence and replay windows; promises in
docs/storage.md. Times are seconds since the Unix epoch, sizes bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from sqlalchemy.engine import Connection

from meshdefense.storage import queries
from meshdefense.storage import statements as sql
from meshdefense.storage.database import Database
from meshdefense.storage.records import ItemKey, Purged, RowRecord, key_text
from meshdefense.storage.writing import renew_epoch, write

__all__ = ["PRESSURE", "PurgeOutcome", "purge_items"]

TOMBSTONES_MAX: Final = 10_000
EQUIVOCATIONS_MAX: Final = 1_000
REPLAY_LIVES: Final = 8
"""Incarnations of an author's stream that are kept; the engine remembers 4."""
PRESSURE: Final = 0.8
"""Of the room that the store has: when more is used, the oldest items go before their time."""
NO_PRESSURE_BYTES: Final = 8 * 1024 * 1024
"""A store smaller than this is not to blame for a full disk."""


@dataclass(frozen=True, slots=True)
class PurgeOutcome:
    """What one transaction of purging came to."""

    purged: Purged
    epoch: str | None
    """The new life of the revisions, where tombstones went; None where the old one goes on."""
    short: bool
    """Whether more than PRESSURE of the room was used when it began."""


def purge_items(database: Database, now: float, limit: int, revision: int) -> PurgeOutcome:
    """Delete in one transaction up to `limit` items, and what is beyond its bounds.

    `revision` is that of the store's rows so far. Raises StoreUnavailableError; then nothing
    was deleted.
    """
    with database.transaction() as connection:
        found = connection.execute(queries.EXPIRED, {"now": now, "limit": limit + 1}).all()
        expired = list(found[:limit])
        short = _is_short(database, connection)
        if short and not expired:  # what expired makes room as well, so that goes first
            expired += connection.execute(queries.OLDEST, {"limit": limit}).all()
        keys: list[ItemKey] = [(a, i, q, s) for _, a, i, q, s in expired]
        gone = list[RowRecord]()
        if expired:
            write(connection, sql.DELETE_ITEM, [row[:1] for row in expired])
            gone = _bury_rows(connection, keys, revision + 1)
        if gone:
            revision += 1
            write(connection, sql.SET_REVISION, [(revision,)])
        epoch = _sweep(connection, now)
    return PurgeOutcome(
        Purged(revision, tuple(keys), tuple(gone), len(found) > limit), epoch, short
    )


def _is_short(database: Database, connection: Connection) -> bool:
    used = database.used_bytes(connection)
    return used > NO_PRESSURE_BYTES and used > PRESSURE * database.room_bytes()


def _bury_rows(connection: Connection, keys: list[ItemKey], revision: int) -> list[RowRecord]:
    """Make tombstones of the rows whose id is an item's; returns them."""
    ids = json.dumps([key_text(key) for key in keys])
    buried = connection.exec_driver_sql(sql.BURY_ROWS, (revision, ids)).all()
    return [RowRecord(tbl, id_, {}, True, revision) for tbl, id_ in buried]


def _sweep(connection: Connection, now: float) -> str | None:
    """Delete what has lost its item and what is beyond its bounds; returns a new epoch, if any."""
    connection.exec_driver_sql(sql.DELETE_ORPHANED_OUTBOX)
    connection.exec_driver_sql(sql.DELETE_ORPHANED_HELD)
    connection.exec_driver_sql(sql.DELETE_ENDED_TRANSFERS, (now,))
    write(connection, sql.DELETE_OLD_EQUIVOCATIONS, [(EQUIVOCATIONS_MAX,)])
    write(connection, sql.DELETE_OLD_REPLAY, [(REPLAY_LIVES,)])
    if connection.execute(queries.TOMBSTONE_COUNT).scalar_one() <= TOMBSTONES_MAX:
        return None
    connection.exec_driver_sql(sql.DELETE_TOMBSTONES)
    return renew_epoch(connection)
