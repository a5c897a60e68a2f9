"""Writes what the engine said into the store, with the rows that follow from it.

Everything here runs in the one thread that owns the store. One call is one transaction:
items, windows, counters, outbox and rows stand together or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from meshdefense.api.parts_schema import DeliveryWords
from meshdefense.node.projection import Projection, Sight
from meshdefense.node.saving import (
    WRAPS,
    counter_record,
    equivocation_record,
    held_record,
    id_of,
    item_record,
    neighbour_record,
    outbox_record,
    replay_record,
    transfer_record,
)
from meshdefense.storage.errors import StorageError
from meshdefense.storage.records import Batch, RowRecord
from meshdefense.storage.repository import Store
from meshdefense.vault_store import outdated_seeds, secrets_of, seed_name
from meshdefense_protocol.engine import Membership
from meshdefense_protocol.events import (
    CounterAdvanced,
    Equivocated,
    Event,
    HeldChanged,
    ItemAccepted,
    NeighbourChanged,
    OutboxChanged,
    RosterChanged,
    SeedOpened,
    TransferChanged,
    WrapsKept,
)
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.vault import EPOCHS_KEPT

__all__ = ["Committed", "Page", "Writer"]

PURGE_LIMIT = 500
"""Items deleted in one transaction, so that a commit never waits long."""


@dataclass(frozen=True, slots=True)
class Committed:
    """What one transaction changed."""

    revision: int
    tables: frozenset[str] = frozenset()
    gone: tuple[ItemId, ...] = field(default=())
    """Items that were purged."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows for a client."""

    tables: dict[str, list[str]]
    """JSON objects by table."""
    epoch: str
    """In which they were read."""
    revision: int
    """Where to go on."""
    more: bool

    def as_json(self, revision: int, whole: Mapping[str, Iterable[Mapping[str, Any]]]) -> str:
        """The answer to `changes`, with the tables that are not stored."""
        tables = {name: ",".join(texts) for name, texts in self.tables.items()}
        tables |= {name: ",".join(map(json.dumps, rows)) for name, rows in whole.items()}
        joined = ",".join(f'"{name}":[{texts}]' for name, texts in tables.items())
        return (
            f'{{"epoch":{json.dumps(self.epoch)},"revision":{revision},'
            f'"more":{json.dumps(self.more)},"tables":{{{joined}}}}}'
        )


class Writer:
    """Owns the store's transactions."""

    def __init__(self, store: Store, membership: Membership) -> None:
        self._store = store
        self._projection = Projection(store, membership)
        self._me = membership
        self._members = [member.number for member in membership.roster]
        self._shifts: list[tuple[float, float, float]] = []

    def set_membership(self, membership: Membership) -> None:
        """Another roster: names and roles in rows come from it."""
        self._projection.set_membership(membership)
        self._me = membership
        self._members = [member.number for member in membership.roster]

    @property
    def projection(self) -> Projection:
        """How rows are made."""
        return self._projection

    def commit(
        self,
        events: Iterable[Event],
        touched: Iterable[ItemId],
        deliveries: Mapping[ItemId, DeliveryWords],
        now: float,
        rows: Iterable[RowRecord] = (),
    ) -> Committed:
        """Store events, and rows for what they and `touched` change; with them `rows`.

        Raises StorageError; the same events may be given again then.
        """
        self._shift()
        me = self._me
        try:
            return self._commit(events, touched, deliveries, now, rows)
        except StorageError:
            self.set_membership(me)  # the next try has to find again what another roster changes
            raise

    def _commit(
        self,
        events: Iterable[Event],
        touched: Iterable[ItemId],
        deliveries: Mapping[ItemId, DeliveryWords],
        now: float,
        rows: Iterable[RowRecord],
    ) -> Committed:
        batch, new = Batch(), []
        roster_changed, touched = False, set(touched)
        outbox, windows, counters, held, neighbours, transfers = {}, {}, {}, {}, {}, {}
        for event in events:
            if isinstance(event, ItemAccepted):
                batch.items.append(item_record(event))
                new.append(Sight(event.item, event.received_at, event.own))
                window = event.window
                windows[window.author, window.stream, window.incarnation] = window
            elif isinstance(event, OutboxChanged):
                outbox[event.entry.id] = event.entry
            elif isinstance(event, CounterAdvanced):
                counters[event.counter.stream] = event.counter
            elif isinstance(event, HeldChanged):
                held[event.item_id] = event
            elif isinstance(event, NeighbourChanged):
                neighbours[event.neighbour.member] = event.neighbour
            elif isinstance(event, TransferChanged):
                transfers[event.transfer.ref] = transfer_record(event.transfer)
            elif isinstance(event, SeedOpened):
                batch.secrets[seed_name(event.epoch, event.seed)] = event.seed
                for old in outdated_seeds(secrets_of(self._store), event.epoch):
                    batch.secrets[old] = None
            elif isinstance(event, WrapsKept):
                batch.documents[f"{WRAPS}{event.wraps.epoch}"] = event.wraps.content
                batch.documents[f"{WRAPS}{event.wraps.epoch - EPOCHS_KEPT}"] = None
            elif isinstance(event, RosterChanged):
                touched |= set(self._projection.affected(self._me.roster, event.membership.roster))
                self.set_membership(event.membership)
                roster_changed = True
            elif isinstance(event, Equivocated):
                batch.equivocations.append(equivocation_record(event))
        batch.outbox = [outbox_record(entry) for entry in outbox.values()]
        batch.replay = [replay_record(window) for window in windows.values()]
        batch.counters = [counter_record(counter) for counter in counters.values()]
        batch.held = [held_record(event) for event in held.values()]
        batch.neighbours = [neighbour_record(one) for one in neighbours.values()]
        batch.transfers = list(transfers.values())
        with self._store.one_transaction():
            batch.rows = self._projection.rows(new, touched, deliveries, now, transfers)
            if roster_changed:
                batch.rows += self._member_rows()
        batch.rows += rows
        return self._write(batch)

    def _write(self, batch: Batch) -> Committed:
        if not batch:
            return Committed(self._store.revision)
        revision = self._store.commit(batch)
        return Committed(revision, frozenset(row.tbl for row in batch.rows))

    def set_members(self) -> Committed:
        """Bring the member rows to the roster; rows that are the same stay untouched."""
        batch = Batch()
        with self._store.one_transaction():
            batch.rows = self._member_rows()
        return self._write(batch)

    def _member_rows(self) -> list[RowRecord]:
        found = []
        for row in self._projection.members():
            held = self._store.row(row.tbl, row.id)
            if held is None or held.data != row.data:
                found.append(row)
        return found

    def keep_rows(self, rows: list[RowRecord]) -> Committed:
        """Write rows that follow from no item. Raises StorageError."""
        self._shift()
        return self._write(Batch(rows=rows))

    def probe(self) -> Committed:
        """Find out whether the disk takes anything. Raises StorageError."""
        self._shift()
        self._store.probe()
        return Committed(self._store.revision)

    def purge(self, now: float) -> Committed:
        """Delete what is past its time. Raises StorageError."""
        self._shift()
        purged = self._store.purge(now, PURGE_LIMIT)
        gone = tuple(id_of(key) for key in purged.items)
        return Committed(purged.revision, frozenset(row.tbl for row in purged.rows), gone)

    def fade(self, now: float) -> Committed:
        """Fade old positions. Raises StorageError."""
        with self._store.one_transaction():
            rows = [self._store.row("patrols", str(number)) for number in self._members]
        return self._write(
            Batch(rows=self._projection.faded_patrols((r for r in rows if r is not None), now))
        )

    def shift_times(self, by: float, since: float, until: float) -> None:
        """The clock was set: what came in under the wrong time moves along. Raises StorageError.

        What the disk does not take is made up for before anything else is written or purged.
        """
        self._shifts.append((by, since, until))
        self._shift()

    def _shift(self) -> None:
        while self._shifts:
            self._store.shift_times(*self._shifts[0])
            del self._shifts[0]

    def page(self, since: int, epoch: str | None = None) -> Page:
        """Rows for a client that has seen revision `since`, as JSON text, not decoded.

        All of them where it saw that in another epoch than the store's.
        """
        # here, as a purge that begins another epoch may have been waiting for this thread as well
        known = epoch is None or epoch == self._store.epoch
        found = self._store.row_page(since if known else 0)
        tables: dict[str, list[str]] = {}
        for row in found.rows:
            text = row.text if not row.gone else json.dumps({"id": row.id, "gone": True})
            text = f'{{"rev":{row.rev},{text[1:]}'
            tables.setdefault(row.tbl, []).append(text)
        return Page(tables, self._store.epoch, found.revision, found.more)
