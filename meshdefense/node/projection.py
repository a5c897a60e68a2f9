"""Rows for screens, derived from the log: what the local API shows.

A row is a function of stored items, the roster and what was proven about own items, so it
can be thrown away and made again. Runs in the thread that writes the store, between reading
and committing, so that a failed commit leaves nothing half changed. Row shapes are in
`meshdefense.api.row_schema` and `meshdefense.api.response_schema`; each table's rows are made in a
module of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from meshdefense.api.parts_schema import DeliveryWords
from meshdefense.api.row_schema import LongText
from meshdefense.api.schema import TableName
from meshdefense.node.delivery_state import Audience
from meshdefense.node.long_text import long_text
from meshdefense.node.row_parts import RowParts
from meshdefense.node.rows_alerts import alert_row
from meshdefense.node.rows_calls import order_row, roll_call_row, sos_row
from meshdefense.node.rows_messages import message_row
from meshdefense.node.rows_patrols import faded, patrol_row
from meshdefense.node.saving import key_of
from meshdefense.node.sight import Sight, refs_of
from meshdefense.storage.records import RowRecord, StoredItem, TransferRecord
from meshdefense.storage.repository import Store
from meshdefense_protocol.engine import Membership
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.identity import fingerprint
from meshdefense_protocol.items import Item, decode_item
from meshdefense_protocol.ladder import OPEN_STATES
from meshdefense_protocol.packets import (
    Acknowledge,
    Body,
    Dispatch,
    Manifest,
    Notice,
    Report,
    Retract,
    RollCall,
    Sos,
    StandDown,
)
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.roster import Roster, role_names
from meshdefense_protocol.sealing import KeyClass

__all__ = ["TIMED_TABLES", "Projection", "Sight", "refs_of"]

TIMED_TABLES: Final[tuple[TableName, ...]] = ("alerts", "sos", "orders", "rollcalls")
"""Tables whose rows time alone changes: each has `changes_at`."""
_WITH_ROWS: Final = (Report, Notice, Manifest, Sos, StandDown, RollCall)


class Projection:
    """Derives the rows that a batch of new items, deliveries or deadlines changes."""

    def __init__(self, store: Store, membership: Membership) -> None:
        self._store = store
        self._me = membership
        self._also: dict[ItemId, set[ItemId]] = {}
        """Acknowledgements of several items, by each but the first, which the store knows."""
        self._audiences: dict[KeyClass, Audience] = {}
        self._deadlines: dict[ItemId, float | None] = {}

    def set_membership(self, membership: Membership) -> None:
        """Another roster of the same network."""
        self._me = membership
        self._audiences = {}  # another thread may be using the one before

    # -- what changed ----------------------------------------------------------------------

    def rows(
        self,
        new: Iterable[Sight],
        touched: Iterable[ItemId],
        deliveries: Mapping[ItemId, DeliveryWords],
        now: float,
        transfers: Mapping[ItemId, TransferRecord],
    ) -> list[RowRecord]:
        """Rows after `new` items, and of items of which something else is new (`touched`).

        `transfers` are those that the store does not have yet.
        """
        parts = RowParts(self._me, deliveries, self._audiences, now)
        fresh = {sight.item.id: sight for sight in new}
        about: dict[ItemId, list[Sight]] = {}
        wanted: dict[ItemId, None] = dict.fromkeys(touched)
        patrols: dict[int, list[Sight]] = {}
        for sight in fresh.values():
            item = sight.item
            patrols.setdefault(item.id.author, []).append(sight)
            if isinstance(item.body, _WITH_ROWS):
                wanted[item.id] = None
            self.note(item)
            for ref in refs_of(item):
                about.setdefault(ref, []).append(sight)
                wanted[ref] = None
                if isinstance(item.body, (Retract, Acknowledge)):
                    wanted |= dict.fromkeys(self._on_behalf_of(ref, fresh))
                    if self.row("patrols", ref) is not None:
                        patrols.setdefault(ref.author, [])
        self._deadlines = {}
        found: dict[tuple[str, str], RowRecord] = {}
        for item_id in wanted:
            row = self._subject(item_id, fresh, about, parts, transfers)
            if row is not None:
                found[row.tbl, row.id] = row
                if row.tbl in TIMED_TABLES:
                    self._deadlines[item_id] = row.data.get("changes_at")
        for author, sights in patrols.items():
            held = self._store.row("patrols", str(author))
            data = patrol_row(author, sights, held, parts)
            if data is not None:
                self._add_readers(data, held, fresh, about, parts)
                found["patrols", str(author)] = RowRecord("patrols", str(author), data)
        return list(found.values())

    @property
    def deadlines(self) -> Mapping[ItemId, float | None]:
        """When time alone will change each of the rows that `rows` made last; None for never."""
        return self._deadlines

    def kept_deadlines(self) -> dict[ItemId, float | None]:
        """The same for the rows of an earlier life."""
        found: dict[ItemId, float | None] = {}
        for table in TIMED_TABLES:
            fields = ("changes_at", "state", "expires_at")
            for row_id, at, state, expires_at in self._store.row_fields(table, *fields):
                if at is None and state in OPEN_STATES:
                    at = expires_at  # a row that an earlier version made
                found[ItemId.parse(row_id)] = at
        return found

    def note(self, item: Item) -> None:
        """Remember what the store's one reference for an item cannot say."""
        for ref in refs_of(item)[1:]:
            self._also.setdefault(ref, set()).add(item.id)

    def note_earlier(self, raws: Iterable[bytes]) -> None:
        """The same for the items of an earlier life."""
        for raw in raws:
            if raw[0] >> 2 == Acknowledge.KIND:
                item = decode_item(raw, grid_unit_m=self._me.charter.unit_m)
                if not isinstance(item, Rejection):
                    self.note(item)

    def affected(self, before: Roster, after: Roster) -> list[ItemId]:
        """Items whose rows say something else under another roster.

        Other policies change every alert that is shown, and another handle may be in any; who
        joins or leaves is on the lists of those who are asked; and of whoever was revoked or
        suspended, or is so no more, everything they said counts otherwise.
        """
        members = {one.number: one for one in before.everybody()}
        now = {one.number: one for one in after.everybody()}
        renamed = any(now[n].name != members[n].name for n in now.keys() & members.keys())
        shown = set[str]()
        if before.policies != after.policies or renamed:
            shown |= {row_id for row_id, *_ in self._store.row_fields("alerts")}
        if members != now or before.revocations != after.revocations:
            for table in ("orders", "rollcalls", "sos"):
                shown |= {row_id for row_id, *_ in self._store.row_fields(table)}
        found = {ItemId.parse(row_id) for row_id in shown}
        others = {n for n, out in after.revocations.items() if before.revocations.get(n) != out}
        others |= {one.number for one in set(before.suspensions) ^ set(after.suspensions)}
        for author in sorted(others):
            for key in self._store.items_of(author):
                sight = self.find_by_key(key)
                if sight is not None:
                    refs = refs_of(sight.item)
                    found |= {sight.item.id, *refs}
                    for ref in refs:
                        found.update(self._on_behalf_of(ref, {}))
        return sorted(found)

    def members(self) -> list[RowRecord]:
        """The roster as rows."""
        rows = []
        for member in self._me.roster:
            data = {
                "id": str(member.number),
                "number": member.number,
                "name": member.name,
                "roles": role_names(member.roles),
                "fingerprint": fingerprint(member.key),
                "mine": member.number == self._me.number,
            }
            rows.append(RowRecord("members", str(member.number), data))
        return rows

    def faded_patrols(self, rows: Iterable[RowRecord], now: float) -> list[RowRecord]:
        """Patrol rows whose position, or everything in them, is older than it may be shown."""
        return faded(rows, now)

    # -- one row ---------------------------------------------------------------------------

    def _subject(
        self,
        item_id: ItemId,
        fresh: Mapping[ItemId, Sight],
        about: Mapping[ItemId, list[Sight]],
        parts: RowParts,
        transfers: Mapping[ItemId, TransferRecord],
    ) -> RowRecord | None:
        """The row of an item; None for what has none, and where nothing of it is here."""
        sight = fresh.get(item_id) or self.find(item_id)
        body: Body | None = None if sight is None else sight.item.body
        if not (body is None or isinstance(body, _WITH_ROWS)):
            return None
        others = self._others(item_id, about)
        if sight is None or isinstance(body, Report):
            return self._alert(item_id, sight, others, about, parts)
        if isinstance(body, (Notice, Manifest)):
            long = None
            if isinstance(body, Manifest):
                long = self._long_text(item_id, body, transfers)
            return RowRecord(
                "messages", str(item_id), message_row(sight, body, others, long, parts)
            )
        if isinstance(body, Sos):
            return RowRecord("sos", str(item_id), sos_row(sight, body, others, parts))
        if isinstance(body, StandDown):
            return RowRecord("orders", str(item_id), order_row(sight, body, others, parts))
        assert isinstance(body, RollCall)  # the last of those with rows
        return RowRecord("rollcalls", str(item_id), roll_call_row(sight, body, others, parts))

    def _alert(
        self,
        item_id: ItemId,
        report: Sight | None,
        others: list[Sight],
        about: Mapping[ItemId, list[Sight]],
        parts: RowParts,
    ) -> RowRecord | None:
        """An alert also hears what becomes of reports that add to it, and of its dispatches."""
        for sight in list(others):
            body = sight.item.body
            if isinstance(body, Dispatch) or (isinstance(body, Report) and body.about == item_id):
                others += self._others(sight.item.id, about)
        data = alert_row(item_id, report, others, parts)
        if data is not None:
            return RowRecord("alerts", str(item_id), data)
        held = self._store.row("alerts", str(item_id))
        if held is None or held.gone:
            return None
        return RowRecord("alerts", str(item_id), gone=True)  # the broadcast that it told of went

    def _add_readers(
        self,
        data: dict[str, Any],
        held: RowRecord | None,
        fresh: Mapping[ItemId, Sight],
        about: Mapping[ItemId, list[Sight]],
        parts: RowParts,
    ) -> None:
        """Who acknowledged the patrol's newest check-in; looked up only when it may differ."""
        if "checkin" not in data:
            return
        ref = ItemId.parse(data["checkin"])
        before = None if held is None else held.data.get("checkin")
        if before == data["checkin"] and ref not in about:
            return
        sight = fresh.get(ref) or self.find(ref)
        others = [other.item for other in self._others(ref, about)]
        data["readers"] = [] if sight is None else parts.readers(ref, [sight.item, *others])

    def _long_text(
        self, item_id: ItemId, body: Manifest, transfers: Mapping[ItemId, TransferRecord]
    ) -> LongText:
        transfer = transfers.get(item_id) or self._store.transfer(key_of(item_id))
        held = self._store.row("messages", str(item_id))
        network_id = self._me.charter.network_id
        return long_text(body, transfer, held.data if held else None, network_id)

    # -- the log ---------------------------------------------------------------------------

    def find(self, item_id: ItemId) -> Sight | None:
        """A stored item; None when it is not here."""
        return self.find_by_key(key_of(item_id))

    def find_by_key(self, key: tuple[int, int, int, int]) -> Sight | None:
        """The same, by the store's key."""
        stored = self._store.item(key)
        return None if stored is None else self.sight(stored)

    def row(self, table: TableName, item_id: ItemId) -> Mapping[str, Any] | None:
        """What a row says now; None when there is none. A patrol's tells its last check-in only."""
        if table == "patrols":
            held = self._store.row(table, str(item_id.author))
            if held is not None and held.data.get("checkin") != str(item_id):
                return None
        else:
            held = self._store.row(table, str(item_id))
        return None if held is None or held.gone else held.data

    def sight(self, stored: StoredItem) -> Sight | None:
        """A stored item, decoded; None for what an older version accepted and this one cannot."""
        item = decode_item(stored.raw, grid_unit_m=self._me.charter.unit_m)
        if isinstance(item, Rejection):
            return None
        return Sight(item, stored.received_at, stored.own)

    def _others(self, item_id: ItemId, about: Mapping[ItemId, list[Sight]]) -> list[Sight]:
        """Items that speak of this one, in order of id."""
        stored = self._store.items_by_ref(str(item_id))
        found = [sight for record in stored if (sight := self.sight(record)) is not None]
        also = [self.find(other) for other in self._also.get(item_id, ())]
        related = {s.item.id: s for s in (*found, *also, *about.get(item_id, ())) if s is not None}
        return [related[key] for key in sorted(related)]

    def _on_behalf_of(self, ref: ItemId, fresh: Mapping[ItemId, Sight]) -> list[ItemId]:
        """The alert whose row tells what became of `ref`: one that it adds to, or is sent to."""
        sight = fresh.get(ref) or self.find(ref)
        body = None if sight is None else sight.item.body
        return list(refs_of(sight.item)) if sight and isinstance(body, (Report, Dispatch)) else []
