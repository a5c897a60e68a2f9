"""The rows as they stood at an earlier moment: method `as_of` of the API.

A row follows from the items that are here, the roster and the time, so the rows of a moment are
made anew from the items that had come in by then, under the roster of the decisions that had come
in by then. How far own items had come is not kept: their delivery says "received", which claims
nothing. When the parts of a long report came is not kept either: it has those that are here now.
Items are kept for a day and positions two hours, so older moments have holes. Source: docs/api.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final, cast

from meshdefense.api.history_schema import AsOfResult
from meshdefense.node.desk import now_of
from meshdefense.node.node import Node
from meshdefense.node.params import Params
from meshdefense.node.projection import Projection, Sight
from meshdefense.node.rows_patrols import faded
from meshdefense.node.saving import id_of
from meshdefense.storage.records import ItemKey, RowRecord, StoredItem, TransferRecord
from meshdefense.storage.repository import Store
from meshdefense_protocol.council import Council
from meshdefense_protocol.engine import Membership
from meshdefense_protocol.errors import Rejection, ValueRangeError
from meshdefense_protocol.items import decode_item
from meshdefense_protocol.packets import Manifest
from meshdefense_protocol.packets.reference import ItemId, Stream

__all__ = ["REPLAYED", "Past", "as_of", "rows_of"]

REPLAYED: Final = ("alerts", "sos", "orders", "rollcalls", "patrols", "messages", "members")
"""Tables that follow from items; the others describe this run of the daemon."""
_PAGE: Final = 1000
"""Items read at once, as many as the store reads: between two pages it can take what comes in."""


@dataclass(frozen=True, slots=True)
class Past:
    """What had come in by a moment, and the texts of long reports."""

    at: float
    """Seconds since the epoch."""
    items: Sequence[StoredItem]
    """In the order of their acceptance."""
    shared: Sequence[bytes] = ()
    """Decisions that share their id with another one, which the log has no place for."""
    transfers: Sequence[TransferRecord] = ()
    texts: Mapping[str, RowRecord] | None = None
    """Rows of long reports as they are now, by id."""


class _NoStore:
    """Stands in for the store: all that there is comes as new, but the texts."""

    def __init__(self, past: Past) -> None:
        self._texts = past.texts or {}
        self._transfers = {one.key: one for one in past.transfers}

    def item(self, key: ItemKey) -> StoredItem | None:
        return None

    def items_by_ref(self, ref: str) -> list[StoredItem]:
        return []

    def transfer(self, key: ItemKey) -> TransferRecord | None:
        return self._transfers.get(key)

    def row(self, table: str, row_id: str) -> RowRecord | None:
        return self._texts.get(row_id) if table == "messages" else None


def rows_of(past: Past, me: Membership) -> dict[str, list[dict[str, Any]]]:
    """The tables of `changes` at that moment; `rev` is 0, as no row of them was ever told."""
    unit_m = me.charter.unit_m
    then = replace(me, roster=_council(past, me).roster)
    projection = Projection(cast("Store", _NoStore(past)), then)
    sights = []
    for stored in past.items:
        item = decode_item(stored.raw, grid_unit_m=unit_m)
        if not isinstance(item, Rejection):  # an older version took it
            sights.append(Sight(item, stored.received_at, stored.own))
    rows = {(row.tbl, row.id): row for row in projection.rows(sights, (), {}, past.at, {})}
    rows |= {(row.tbl, row.id): row for row in faded(rows.values(), past.at)}
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in REPLAYED}
    for row in (*rows.values(), *projection.members()):
        if not row.gone:
            tables[row.tbl].append({"rev": 0, **row.data})
    return tables


def _council(past: Past, me: Membership) -> Council:
    raws = [one.raw for one in past.items if one.stream == Stream.ROSTER]
    items = (decode_item(raw, grid_unit_m=me.charter.unit_m) for raw in (*raws, *past.shared))
    return Council(me.charter, [item for item in items if not isinstance(item, Rejection)])


async def as_of(node: Node, values: dict[str, Any]) -> AsOfResult:
    """The rows at the moment `at`. It is no sign of a person at the screen."""
    params = Params("as_of", values)
    params.required("at", (int, float))
    at = params.number("at", 0, 2**40)
    params.finish()
    assert at is not None  # it was required
    if at > await now_of(node):
        raise ValueRangeError("that time has not come yet; at is seconds since the epoch")
    items: list[StoredItem] = []
    after = 0
    while page := await node.in_thread(_page, node.store, after):
        items += (one for one in page if one.received_at <= at)
        after = page[-1].rowid
    past = await node.in_thread(_with_texts, node.store, at, items)
    kept_since = await node.in_thread(node.store.kept_since)
    # not in the store's thread: what comes in meanwhile is stored while this is counted
    tables = await asyncio.to_thread(rows_of, past, node.membership)
    return {"at": at, "kept_since": kept_since, "tables": tables}


def _page(store: Store, after: int) -> list[StoredItem]:
    return list(islice(store.items(after=after), _PAGE))


def _with_texts(store: Store, at: float, items: Sequence[StoredItem]) -> Past:
    announced = {str(one) for one in _announced(items)}
    rows = {name: store.row("messages", name) for name in announced}
    shared = [
        record.raw
        for record in store.equivocations()
        if record.seen_at <= at and ItemId.parse(record.id).stream is Stream.ROSTER
    ]
    return Past(
        at,
        items,
        shared,
        store.transfers() if announced else (),
        {name: row for name, row in rows.items() if row is not None and not row.gone},
    )


def _announced(items: Iterable[StoredItem]) -> list[ItemId]:
    return [id_of(one.key) for one in items if one.kind == Manifest.KIND]
