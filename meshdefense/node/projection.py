"""Rows for screens, derived from the log: what the local API shows.

A row is a function of stored items, the roster and what was proven about own items, so it
can be thrown away and made again. Runs in the thread that writes the store, between reading
and committing, so that a failed commit leaves nothing half changed. Row shapes are in
`meshdefense.api.schema`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from meshdefense.api.schema import DeliveryWords
from meshdefense.node.delivery_state import Audience, held_words
from meshdefense.node.long_text import long_text
from meshdefense.node.saving import key_of
from meshdefense.storage.records import RowRecord, StoredItem, TransferRecord
from meshdefense.storage.repository import Store
from meshdefense_protocol.engine import Membership
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.identity import fingerprint
from meshdefense_protocol.items import Item, decode_item
from meshdefense_protocol.ladder import stand
from meshdefense_protocol.packets import (
    Acknowledge,
    Beacon,
    CheckIn,
    Manifest,
    Notice,
    Report,
    Retract,
    Verdict,
)
from meshdefense_protocol.packets.beacon import battery_percent
from meshdefense_protocol.packets.checkin import DUE_UNIT_S
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.packets.report import OBSERVED_AGO_S, size_label
from meshdefense_protocol.place import PRECISIONS_M, Place
from meshdefense_protocol.roster import role_names
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.words import ACTIVITIES, KINDS, UNITS

__all__ = ["Projection", "Sight"]

RECEIVED: Final[DeliveryWords] = {"state": "received"}
PATROL_S: Final = 24 * 3600.0
"""A member who said nothing for a day is no patrol any more."""
POSITION_LIFETIME_S: Final = 2 * 3600.0
"""A trail is not kept longer, whichever kind of item carried the position."""


class Sight:
    """An item of the log, decoded, with how it came in."""

    __slots__ = ("item", "own", "received_at")

    def __init__(self, item: Item, received_at: float, own: bool) -> None:
        self.item, self.received_at, self.own = item, received_at, own


class Projection:
    """Derives the rows that a batch of new items, deliveries or deadlines changes."""

    def __init__(self, store: Store, membership: Membership) -> None:
        self._store = store
        self._me = membership
        self._date = membership.charter.date
        self._also: dict[ItemId, set[ItemId]] = {}
        """Acknowledgements of several items, by each but the first, which the store knows."""
        self._audiences: dict[KeyClass, Audience] = {}

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
        fresh = {sight.item.id: sight for sight in new}
        about: dict[ItemId, list[Sight]] = {}
        wanted: dict[ItemId, None] = dict.fromkeys(touched)
        patrols: dict[int, list[Sight]] = {}
        for sight in fresh.values():
            body = sight.item.body
            patrols.setdefault(sight.item.id.author, []).append(sight)
            if isinstance(body, (Report, Notice, Manifest)):
                wanted[sight.item.id] = None
            self.note(sight.item)
            for ref in refs_of(sight.item):
                about.setdefault(ref, []).append(sight)
                wanted[ref] = None
        found: dict[tuple[str, str], RowRecord] = {}
        for item_id in wanted:
            row = self._subject(item_id, fresh, about, deliveries, now, transfers)
            if row is not None:
                found[row.tbl, row.id] = row
        for author, sights in patrols.items():
            row = self._patrol(author, sights)
            if row is not None:
                found[row.tbl, row.id] = row
        return list(found.values())

    def note(self, item: Item) -> None:
        """Remember what the store's one reference for an item cannot say."""
        for ref in refs_of(item)[1:]:
            self._also.setdefault(ref, set()).add(item.id)

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
        faded = []
        for row in rows:
            if row.tbl == "patrols" and not row.gone and row.data["last_seen"] <= now - PATROL_S:
                faded.append(RowRecord(row.tbl, row.id, gone=True))
                continue
            expires = row.data.get("place_expires_at")
            if row.tbl == "patrols" and expires is not None and expires <= now:
                data = {**row.data, "place": None, "place_at": None, "place_expires_at": None}
                faded.append(RowRecord(row.tbl, row.id, data))
        return faded

    # -- alerts and messages ---------------------------------------------------------------

    def _subject(
        self,
        item_id: ItemId,
        fresh: Mapping[ItemId, Sight],
        about: Mapping[ItemId, list[Sight]],
        deliveries: Mapping[ItemId, DeliveryWords],
        now: float,
        transfers: Mapping[ItemId, TransferRecord],
    ) -> RowRecord | None:
        """The row of a report, notice or long report; None for what is not here or is no such."""
        sight = fresh.get(item_id) or self._load(item_id)
        if sight is None:
            return None
        related = {s.item.id: s for s in self._related(item_id)}
        related |= {s.item.id: s for s in about.get(item_id, ())}
        others = [related[key] for key in sorted(related)]
        body = sight.item.body
        if not isinstance(body, (Report, Notice, Manifest)):
            return None
        delivery = self._delivery(
            item_id, KeyClass(body.scope), deliveries, (s.item.id.author for s in others)
        )
        if isinstance(body, Report):
            data = self._alert(sight, body, others, delivery, deliveries, now)
            return RowRecord("alerts", str(item_id), data)
        data = self._message(sight, body, others, delivery)
        if isinstance(body, Manifest):
            transfer = transfers.get(item_id) or self._store.transfer(key_of(item_id))
            held = self._store.row("messages", str(item_id))
            network_id = self._me.charter.network_id
            data["long"] = long_text(body, transfer, held.data if held else None, network_id)
        return RowRecord("messages", str(item_id), data)

    def _delivery(
        self,
        item_id: ItemId,
        key_class: KeyClass,
        deliveries: Mapping[ItemId, DeliveryWords],
        referring: Iterable[int] = (),
    ) -> DeliveryWords:
        """Words of an own item, with who holds it; of others' items nothing is claimed."""
        words = deliveries.get(item_id)
        if words is None:
            return RECEIVED
        audiences = self._audiences
        if key_class not in audiences:
            audiences[key_class] = Audience(self._me.roster, key_class)
        return held_words(words, referring, audiences[key_class], item_id.author)

    def _alert(
        self,
        sight: Sight,
        body: Report,
        others: list[Sight],
        delivery: DeliveryWords,
        deliveries: Mapping[ItemId, DeliveryWords],
        now: float,
    ) -> dict[str, Any]:
        item = sight.item
        claimed = item.claimed_at(self._date)
        expires_at = item.expires_at(self._date, sight.received_at)
        standing = stand(item.id.author, (s.item for s in others), expired=now >= expires_at)
        retraction = standing.retraction
        ago = OBSERVED_AGO_S[body.observed] if body.observed < len(OBSERVED_AGO_S) else None
        known = body.kind in KINDS and body.activity in ACTIVITIES and body.unit in UNITS
        return {
            "id": str(item.id),
            "kind": body.kind,
            "severity": body.severity,
            "state": standing.state,
            "scope": body.scope,
            "count": body.exact_count,
            "count_label": str(body.count) if body.count is not None else size_label(body.size),
            "activity": body.activity,
            "unit": body.unit,
            "equipment": sorted(body.equipment),
            "place": self._place(body.place),
            "note": body.note,
            "author": item.id.author,
            "author_name": self._name(item.id.author),
            "mine": item.id.author == self._me.number,
            "drill": item.drill,
            "reported_at": claimed,
            "observed_at": None if ago is None else claimed - ago,
            "received_at": sight.received_at,
            "time_uncertain": item.came_late(self._date, sight.received_at)
            or not item.time_is_believable(self._date, sight.received_at),
            "expires_at": expires_at,
            "verdicts": [
                {
                    "id": str(verdict.id),
                    "member": verdict.id.author,
                    "name": self._name(verdict.id.author),
                    "result": verdict.body.result,
                    "at": verdict.claimed_at(self._date),
                    "note": verdict.body.note,
                    "count": verdict.body.count,
                    "delivery": self._delivery(verdict.id, KeyClass.EVERYONE, deliveries),
                }
                for verdict in standing.verdicts
                if isinstance(verdict.body, Verdict)
            ],
            "retracted_at": None if retraction is None else retraction.claimed_at(self._date),
            "readers": self._readers(others),
            "delivery": delivery,
            "newer": bool(body.extra) or not known,
        }

    def _message(
        self, sight: Sight, body: Notice | Manifest, others: list[Sight], delivery: DeliveryWords
    ) -> dict[str, Any]:
        item = sight.item
        notice = body if isinstance(body, Notice) else None
        to = None if notice is None else notice.recipient
        return {
            "id": str(item.id),
            "author": item.id.author,
            "author_name": self._name(item.id.author),
            "mine": item.id.author == self._me.number,
            "scope": body.scope,
            "recipient": to,
            "recipient_name": None if to is None else self._name(to),
            "text": "" if notice is None else notice.text,
            "urgent": notice is not None and notice.urgent,
            "drill": item.drill,
            "sent_at": item.claimed_at(self._date),
            "received_at": sight.received_at,
            "expires_at": item.expires_at(self._date, sight.received_at),
            "readers": self._readers(others),
            "delivery": delivery,
        }

    def _readers(self, others: list[Sight]) -> list[dict[str, Any]]:
        readers: dict[int, dict[str, Any]] = {}
        for sight in others:
            if isinstance(sight.item.body, Acknowledge):
                who = sight.item.id.author
                at = sight.item.claimed_at(self._date)
                readers.setdefault(who, {"member": who, "name": self._name(who), "at": at})
        return list(readers.values())

    # -- patrols ---------------------------------------------------------------------------

    def _patrol(self, author: int, sights: list[Sight]) -> RowRecord | None:
        held = self._store.row("patrols", str(author))
        data: dict[str, Any] = {} if held is None or held.gone else dict(held.data)
        if not data and not any(isinstance(s.item.body, (Beacon, CheckIn)) for s in sights):
            return None
        member = self._me.roster.get(author)
        if not data:
            data = {
                "id": str(author), "member": author, "place": None, "place_at": None,
                "place_expires_at": None, "heading": None, "motion": 0, "battery": None, "state": 0,
                "state_at": 0.0, "checked_in_at": None, "due_at": None, "last_seen": 0.0,
            }  # fmt: skip
        data["name"] = self._name(author)
        data["roles"] = [] if member is None else role_names(member.roles)
        data["mine"] = author == self._me.number
        for sight in sorted(sights, key=lambda s: (s.received_at, s.item.id)):
            self._patrol_item(data, sight)
        return RowRecord("patrols", str(author), data)

    def _patrol_item(self, data: dict[str, Any], sight: Sight) -> None:
        item, body = sight.item, sight.item.body
        data["last_seen"] = max(data["last_seen"], sight.received_at)
        if not isinstance(body, (Beacon, CheckIn)):
            return
        believable = item.time_is_believable(self._date, sight.received_at)
        at = (
            min(item.claimed_at(self._date), sight.received_at) if believable else sight.received_at
        )
        if body.place is not None and at >= (data["place_at"] or 0.0):
            data["place"], data["place_at"] = self._place(body.place), at
            data["place_expires_at"] = at + POSITION_LIFETIME_S
        if at >= data["state_at"] and body.state:
            data["state"], data["state_at"] = body.state, at
        if isinstance(body, Beacon) and at >= (data.get("beacon_at") or 0.0):
            data["heading"] = None if body.heading is None else body.heading * 45
            data["motion"], data["battery"] = body.motion, battery_percent(body.battery)
            data["beacon_at"] = at
        if isinstance(body, CheckIn) and at >= (data["checked_in_at"] or 0.0):
            data["checked_in_at"] = at
            data["due_at"] = at + body.due * DUE_UNIT_S if body.due else None

    # -- parts -----------------------------------------------------------------------------

    def _related(self, item_id: ItemId) -> list[Sight]:
        stored = self._store.items_by_ref(str(item_id))
        found = [sight for record in stored if (sight := self.sight(record)) is not None]
        also = [self._load(other) for other in self._also.get(item_id, ())]
        return found + [sight for sight in also if sight is not None]

    def _load(self, item_id: ItemId) -> Sight | None:
        stored = self._store.item(key_of(item_id))
        return None if stored is None else self.sight(stored)

    def sight(self, stored: StoredItem) -> Sight | None:
        """A stored item, decoded; None for what an older version accepted and this one cannot."""
        item = decode_item(stored.raw, grid_unit_m=self._me.charter.unit_m)
        if isinstance(item, Rejection):
            return None
        return Sight(item, stored.received_at, stored.own)

    def _place(self, place: Place | None) -> dict[str, Any] | None:
        if place is None:
            return None
        lat, lon = self._me.charter.grid.degrees(place)
        return {"lat": lat, "lon": lon, "precision_m": PRECISIONS_M[place.precision]}

    def _name(self, number: int) -> str:
        member = self._me.roster.get(number)
        return f"#{number}" if member is None else member.name


def refs_of(item: Item) -> tuple[ItemId, ...]:
    """The items that an item is about."""
    body = item.body
    if isinstance(body, Acknowledge):
        return body.refs
    if isinstance(body, (Verdict, Retract)):
        return (body.ref,)
    if isinstance(body, Manifest) and body.ref is not None:
        return (body.ref,)
    return ()
