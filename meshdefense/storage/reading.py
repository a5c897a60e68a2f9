"""Reading what is stored. `Store` in `meshdefense.storage.repository` adds writing to it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Row, Select
from sqlalchemy.engine import Connection

from meshdefense.storage import queries
from meshdefense.storage import statements as sql
from meshdefense.storage.database import Database
from meshdefense.storage.export_log import EXPORTS, to_export
from meshdefense.storage.records import (
    CounterRecord,
    EquivocationRecord,
    ExportRecord,
    HeldRecord,
    ItemKey,
    NeighbourRecord,
    OutboxRecord,
    ReplayRecord,
    RowPage,
    RowRecord,
    RowText,
    StoredItem,
    TransferRecord,
)
from meshdefense.storage.timeline import KEPT_SINCE, LoggedItem, Wanted, timeline, to_logged

__all__ = ["StoreReader"]

PAGE: Final = 1000
"""Items that `StoreReader.items` reads at a time."""


class StoreReader:
    """Answers from an open store; what can be wrong with disk or file is a StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._reading: Connection | None = None

    @contextlib.contextmanager
    def one_transaction(self) -> Iterator[None]:
        """Let all reading in the block share a transaction; nothing may be written in it."""
        with self._database.transaction() as self._reading:
            try:
                yield
            finally:
                self._reading = None

    def item(self, key: ItemKey) -> StoredItem | None:
        """The item of this key."""
        found = self._rows(queries.ITEM, dict(zip(queries.KEY, key, strict=True)))
        return sql.to_item(found[0]) if found else None

    def items(self, *, after: int = 0) -> Iterator[StoredItem]:
        """All items in the order of their acceptance, from the one after rowid `after`.

        Read in pages, so that the caller may commit in between.
        """
        while found := self._rows(queries.ITEMS, {"after": after, "limit": PAGE}):
            yield from map(sql.to_item, found)
            after = found[-1].rowid

    def items_by_ref(self, ref: str) -> list[StoredItem]:
        """The items about the item with this id, in the order of their acceptance."""
        return [sql.to_item(found) for found in self._rows(queries.ITEMS_BY_REF, {"ref": ref})]

    def recent_items(self, limit: int) -> list[tuple[ItemKey, bytes, float]]:
        """Key, signed bytes and time of reception of the last `limit` items, the newest last."""
        found = self._rows(queries.RECENT, {"limit": limit})
        return [((a, i, q, s), raw, at) for a, i, q, s, raw, at in reversed(found)]

    def decisions(self) -> list[tuple[ItemKey, bytes, float]]:
        """Key, signed bytes and time of reception of all that organizers decided, oldest first."""
        found = self._rows(queries.DECISIONS)
        return [(_key(row), bytes(row.raw), row.received_at) for row in found]

    def items_of(self, author: int) -> list[ItemKey]:
        """Keys of an author's items, the oldest first."""
        return [_key(row) for row in self._rows(queries.ITEMS_OF, {"author": author})]

    def item_count(self) -> int:
        """How many items are stored."""
        return int(self._rows(queries.ITEM_COUNT)[0][0])

    def outbox(self) -> list[OutboxRecord]:
        """Everything of ours on its way out, the oldest first."""
        return [sql.to_outbox(found) for found in self._rows(queries.OUTBOX)]

    def replay(self) -> list[ReplayRecord]:
        """The windows of accepted sequences."""
        return [sql.to_replay(found) for found in self._rows(queries.REPLAY)]

    def counters(self) -> list[CounterRecord]:
        """Where our own streams stand."""
        return [sql.to_counter(found) for found in self._rows(queries.COUNTERS)]

    def equivocations(self) -> list[EquivocationRecord]:
        """Evidence against authors, the oldest first."""
        return [sql.to_equivocation(found) for found in self._rows(queries.EQUIVOCATIONS)]

    def held(self) -> list[HeldRecord]:
        """Which of our own items somebody else is known to hold."""
        return [sql.to_held(found) for found in self._rows(queries.HELD)]

    def neighbours(self) -> list[NeighbourRecord]:
        """Whom we hear without a relay, the last heard at the end."""
        return [sql.to_neighbour(found) for found in self._rows(queries.NEIGHBOURS)]

    def transfers(self) -> list[TransferRecord]:
        """Long reports, whole or growing, the oldest first."""
        return [sql.to_transfer(found) for found in self._rows(queries.TRANSFERS)]

    def transfer(self, key: ItemKey) -> TransferRecord | None:
        """The long report that the item of this key announced."""
        found = self._rows(queries.TRANSFER, dict(zip(queries.KEY, key, strict=True)))
        return sql.to_transfer(found[0]) if found else None

    def row_page(self, since: int, limit: int = 1000) -> RowPage:
        """About `limit` (at least 1) rows changed after revision `since`; from 0 no tombstones.

        Rows of one transaction are never parted, so the last one's revision is where to go on.
        """
        found = list(self._rows(queries.ROW_PAGE, {"since": since, "limit": limit}))
        last = found[-1].rev if found else since
        more = len(found) == limit
        if more:
            found = [row for row in found if row.rev < last]
            found += self._rows(queries.ROWS_OF, {"since": since, "rev": last})
        rows = [RowText(row.tbl, row.id, row.rev, bool(row.gone), row.data) for row in found]
        return RowPage(rows, last, more)

    def row_fields(self, tbl: str, *names: str) -> list[tuple[Any, ...]]:
        """Id and these values of each row of a table that is not gone; the rest is not read."""
        return [tuple(found) for found in self._rows(queries.row_fields(names), {"tbl": tbl})]

    def row(self, tbl: str, id: str) -> RowRecord | None:
        """One row, also a tombstone."""
        found = self._rows(queries.ROW, {"tbl": tbl, "id": id})
        return sql.to_row(found[0]) if found else None

    def timeline(self, wanted: Wanted) -> list[LoggedItem]:
        """A window of the log, newest first."""
        return [to_logged(found) for found in self._rows(timeline(wanted))]

    def kept_since(self) -> float | None:
        """When the oldest item came in that is here; decisions do not count."""
        found = self._rows(KEPT_SINCE)[0][0]
        return None if found is None else float(found)

    def exports(self, limit: int) -> list[ExportRecord]:
        """The last exports, newest first."""
        return [to_export(found) for found in self._rows(EXPORTS, {"limit": limit})]

    def secret(self, name: str) -> bytes | None:
        """A key of this node."""
        return self._value(queries.SECRET, name)

    def secrets(self) -> dict[str, bytes]:
        """All keys of this node by name."""
        return {row.name: bytes(row.value) for row in self._rows(queries.SECRETS)}

    def documents(self, prefix: str) -> dict[str, bytes]:
        """All documents whose name begins so."""
        found = self._rows(queries.DOCUMENTS, {"prefix": prefix})
        return {row.name: bytes(row.value) for row in found}

    def document(self, name: str) -> bytes | None:
        """Charter, roster, settings, ... in their own encoding."""
        return self._value(queries.DOCUMENT, name)

    def check(self) -> list[str]:
        """Read the whole file and say what is wrong with it; empty when all is well.

        Takes about a second for 100 MB. Raises StoreUnavailableError.
        """
        return self._database.check()

    def _rows(
        self, query: Select[Any], parameters: dict[str, Any] | None = None
    ) -> Sequence[Row[Any]]:
        if self._reading is not None:
            return self._reading.execute(query, parameters or {}).all()
        with self._database.transaction() as connection:
            return connection.execute(query, parameters or {}).all()

    def _value(self, query: Select[Any], name: str) -> bytes | None:
        found = self._rows(query, {"name": name})
        return bytes(found[0][0]) if found else None


def _key(row: Row[Any]) -> ItemKey:
    return (row.author, row.incarnation, row.sequence, row.stream)
