"""Between the engine's values and the store's records. Pure; no row of a database here.

An item stays in the store for a day (positions two hours), longer than it is shown as
current, so that verdicts and acknowledgements that come late still find it.
"""

from __future__ import annotations

from typing import Final

from meshdefense.node.sight import refs_of
from meshdefense.storage.records import (
    CounterRecord,
    EquivocationRecord,
    HeldRecord,
    ItemKey,
    NeighbourRecord,
    OutboxRecord,
    ReplayRecord,
    StoredItem,
    TransferRecord,
)
from meshdefense.storage.repository import Store
from meshdefense_protocol.delivery import OutboxEntry, State
from meshdefense_protocol.engine import SavedItem, SavedState
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.events import Counter, Equivocated, HeldChanged, ItemAccepted
from meshdefense_protocol.items import Item, decode_item
from meshdefense_protocol.limits import LIFETIME_MAX_S
from meshdefense_protocol.membership import SavedWraps
from meshdefense_protocol.neighbours import Neighbour
from meshdefense_protocol.packets import CheckIn
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.seen import ReplayWindow
from meshdefense_protocol.transfer_parts import SavedTransfer

__all__ = [
    "counter_record",
    "equivocation_record",
    "held_record",
    "id_of",
    "item_record",
    "key_of",
    "load_state",
    "neighbour_record",
    "outbox_entry",
    "outbox_record",
    "replay_record",
    "transfer_record",
]

POSITION_KEPT_S: Final = 2 * 3600.0
"""No trail is kept longer, in the log either."""
WRAPS: Final = "wraps/"
"""Documents with the wraps of an epoch, by its number."""
RECENT_ITEMS: Final = 16_384
"""As many as the engine keeps hashes of."""


def key_of(item_id: ItemId) -> ItemKey:
    """The store's key of an item."""
    return (item_id.author, item_id.incarnation, item_id.sequence, int(item_id.stream))


def id_of(key: ItemKey) -> ItemId:
    """The item of a store's key."""
    author, incarnation, sequence, stream = key
    return ItemId(author, incarnation, sequence, Stream(stream))


def item_record(event: ItemAccepted) -> StoredItem:
    """An accepted item as it is stored."""
    item, reception, body = event.item, event.reception, event.item.body
    about = refs_of(item)
    ref = str(about[0]) if about else None
    keep: float | None = event.expires_at
    if item.id.stream is Stream.ROSTER:
        keep = None  # what organizers decided stays
    elif isinstance(body, CheckIn) and body.place is not None:
        keep = event.received_at + POSITION_KEPT_S  # its row keeps what is not a place
    elif item.id.stream is Stream.LOG:
        keep = max(event.expires_at, event.received_at + LIFETIME_MAX_S)
    return StoredItem(
        author=item.id.author,
        incarnation=item.id.incarnation,
        sequence=item.id.sequence,
        stream=int(item.id.stream),
        kind=item.kind,
        ref=ref,
        claimed_at=event.claimed_at,
        received_at=event.received_at,
        expires_at=keep,
        own=event.own,
        bearer="" if reception is None else reception.bearer,
        snr=None if reception is None else reception.snr,
        rssi=None if reception is None else reception.rssi,
        hops=None if reception is None else reception.hops,
        raw=item.raw,
    )


def replay_record(window: ReplayWindow) -> ReplayRecord:
    """A window of the replay cache as it is stored."""
    size = (window.bitmap.bit_length() + 7) // 8
    return ReplayRecord(
        author=window.author,
        stream=int(window.stream),
        incarnation=window.incarnation,
        high=window.high,
        bitmap=window.bitmap.to_bytes(size, "big"),
    )


def counter_record(counter: Counter) -> CounterRecord:
    """An own counter as it is stored."""
    return CounterRecord(
        stream=int(counter.stream),
        incarnation=counter.incarnation,
        next_sequence=counter.next_sequence,
    )


def equivocation_record(event: Equivocated) -> EquivocationRecord:
    """Evidence as it is stored."""
    return EquivocationRecord(id=str(event.item_id), raw=event.raw, seen_at=event.at)


def held_record(event: HeldChanged) -> HeldRecord:
    """Who holds an own item, as it is stored."""
    author, incarnation, sequence, stream = key_of(event.item_id)
    return HeldRecord(
        author=author,
        incarnation=incarnation,
        sequence=sequence,
        stream=stream,
        holders=event.holders,
    )


def neighbour_record(neighbour: Neighbour) -> NeighbourRecord:
    """A neighbour as it is stored."""
    return NeighbourRecord(
        member=neighbour.member,
        heard_at=neighbour.heard_at,
        snr=neighbour.snr,
        hashes=tuple((int(key_class), value) for key_class, value in neighbour.hashes),
    )


def neighbour_of(record: NeighbourRecord) -> Neighbour:
    """A stored neighbour."""
    hashes = tuple((KeyClass(number), value) for number, value in record.hashes)
    return Neighbour(record.member, record.heard_at, hashes, record.snr)


def transfer_record(saved: SavedTransfer) -> TransferRecord:
    """A long report, whole or growing, as it is stored."""
    author, incarnation, sequence, stream = key_of(saved.ref)
    return TransferRecord(
        author=author,
        incarnation=incarnation,
        sequence=sequence,
        stream=stream,
        key_class=int(saved.key_class),
        size=saved.size,
        digest=saved.digest,
        expires_at=saved.expires_at,
        restarts=saved.restarts,
        parts=saved.parts,
    )


def saved_transfer(record: TransferRecord) -> SavedTransfer:
    """A stored long report."""
    return SavedTransfer(
        id_of(record.key),
        KeyClass(record.key_class),
        record.size,
        record.digest,
        record.expires_at,
        record.restarts,
        record.parts,
    )


def outbox_record(entry: OutboxEntry) -> OutboxRecord:
    """An outbox entry as it is stored; kept until its item goes, so that its words stay true."""
    author, incarnation, sequence, stream = key_of(entry.id)
    return OutboxRecord(
        author=author,
        incarnation=incarnation,
        sequence=sequence,
        stream=stream,
        state=entry.state.value,
        klass=int(entry.priority),
        attempts=entry.attempts,
        next_at=entry.next_at,
        created_at=entry.created_at,
        expires_at=entry.expires_at,
        detail=entry.detail,
    )


def outbox_entry(record: OutboxRecord) -> OutboxEntry:
    """A stored outbox entry."""
    return OutboxEntry(
        id_of(record.key),
        Priority(record.klass),
        record.created_at,
        record.expires_at,
        State(record.state),
        record.attempts,
        record.next_at,
        record.detail,
    )


def load_state(store: Store, *, unit_m: int) -> tuple[SavedState, list[tuple[OutboxEntry, Item]]]:
    """What the engine needs of an earlier life, and every own item with its last known state.

    Own sequences of a store that was put back from a copy go on in a new incarnation, which is
    on the disk before the engine can use it. Raises StorageError.
    """
    if store.restored:
        store.begin_incarnation()
    with store.one_transaction():
        return _loaded(store, unit_m)


def _loaded(store: Store, unit_m: int) -> tuple[SavedState, list[tuple[OutboxEntry, Item]]]:
    windows = tuple(
        ReplayWindow(
            record.author,
            Stream(record.stream),
            record.incarnation,
            record.high,
            int.from_bytes(record.bitmap, "big"),
        )
        for record in store.replay()
    )
    counters = tuple(
        Counter(Stream(record.stream), record.incarnation, record.next_sequence)
        for record in store.counters()
    )
    own = []
    for record in store.outbox():
        stored = store.item(record.key)
        item = None if stored is None else decode_item(stored.raw, grid_unit_m=unit_m)
        if item is None or isinstance(item, Rejection):
            continue
        own.append((outbox_entry(record), item))
    items = tuple(
        SavedItem(id_of(key), raw, at) for key, raw, at in store.recent_items(RECENT_ITEMS)
    )
    decisions = tuple(SavedItem(id_of(key), raw, at) for key, raw, at in store.decisions())
    second = tuple(
        record.raw
        for record in store.equivocations()
        if ItemId.parse(record.id).stream is Stream.ROSTER
    )
    wraps = tuple(
        SavedWraps(int(name.removeprefix(WRAPS)), content)
        for name, content in store.documents(WRAPS).items()
    )
    neighbours = tuple(neighbour_of(record) for record in store.neighbours())
    held = tuple(HeldChanged(id_of(record.key), record.holders) for record in store.held())
    transfers = tuple(saved_transfer(record) for record in store.transfers())
    saved = SavedState(
        windows, counters, tuple(own), items, neighbours, held, transfers, decisions, second, wraps
    )
    return saved, own
