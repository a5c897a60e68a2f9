"""What happened, newest first: the query behind the timeline, and what its rows hold."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, Select, and_, func, or_, select

from meshdefense.storage import schema
from meshdefense.storage.queries import KEY
from meshdefense.storage.records import HeldRecord, ItemKey, OutboxRecord, StoredItem

__all__ = ["KEPT_SINCE", "LoggedItem", "Wanted", "timeline", "to_logged"]

_POSITIONS: Final = 1
_DECISIONS: Final = 2
"""Streams, see meshdefense_protocol.packets.reference."""


@dataclass(frozen=True, slots=True)
class LoggedItem:
    """An item with what is known of its way out."""

    item: StoredItem
    outbox: OutboxRecord | None
    """Of an own one."""
    held: HeldRecord | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which items a window of the timeline shows."""

    before: int | None = None
    """Only those before this place in the log."""
    limit: int
    since: float | None = None
    until: float | None = None
    """Received from `since` on, and before `until`."""
    kinds: Sequence[int] = ()
    """Of these kinds only; none named: of all."""
    decisions: bool = True
    positions: bool = False
    about: tuple[str, ItemKey] | None = None
    """Only the item with this id and key, and what speaks of it."""


_items: Final = schema.items
_outbox: Final = schema.outbox.alias("o")
_held: Final = schema.held.alias("h")

KEPT_SINCE: Final = select(func.min(_items.c.received_at)).where(_items.c.stream != _DECISIONS)


def timeline(wanted: Wanted) -> Select[Any]:
    """The items that are wanted, newest first, each with its outbox entry and its holders."""
    query = select(
        _items,
        *(column.label(f"o_{column.name}") for column in _outbox.c),
        _held.c.holders.label("h_holders"),
    ).select_from(_items.outerjoin(_outbox, _same(_outbox)).outerjoin(_held, _same(_held)))
    streams = [0, *([_POSITIONS] * wanted.positions), *([_DECISIONS] * wanted.decisions)]
    query = query.where(_items.c.stream.in_(streams))
    if wanted.kinds:
        named = _items.c.kind.in_(wanted.kinds)
        query = query.where(
            or_(named, _items.c.stream == _DECISIONS) if wanted.decisions else named
        )
    if wanted.before is not None:
        query = query.where(_items.c.rowid < wanted.before)
    if wanted.since is not None:
        query = query.where(_items.c.received_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(_items.c.received_at < wanted.until)
    if wanted.about is not None:
        ref, key = wanted.about
        itself = and_(*(_items.c[name] == value for name, value in zip(KEY, key, strict=True)))
        query = query.where(or_(_items.c.ref == ref, itself))
    return query.order_by(_items.c.rowid.desc()).limit(wanted.limit)


def _same(table: Any) -> Any:
    return and_(*(table.c[name] == _items.c[name] for name in KEY))


def to_logged(found: Row[Any]) -> LoggedItem:
    """A row of `timeline`."""
    values = found._asdict()
    item = {column.name: values[column.name] for column in _items.columns}
    outbox = None
    if values["o_state"] is not None:
        outbox = OutboxRecord(**{c.name: values[f"o_{c.name}"] for c in schema.outbox.columns})
    stored = StoredItem(**{**item, "own": bool(item["own"])})
    held, packed = None, values["h_holders"]
    if packed is not None:
        author, incarnation, sequence, stream = stored.key
        held = HeldRecord(
            author=author, incarnation=incarnation, sequence=sequence, stream=stream,
            holders=struct.unpack(f">{len(packed) // 2}H", packed),
        )  # fmt: skip
    return LoggedItem(stored, outbox, held)
