"""What rows depend on beside the log: how far own items came, who holds them, and time.

Kept in memory by the consumer, made anew from the store at each start. It says which rows are
no longer true; the writer makes those again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from meshdefense.api.parts_schema import DeliveryWords
from meshdefense.node.delivery_state import delivery_words
from meshdefense.node.subjects import subject_of
from meshdefense.radio.base import LinkState
from meshdefense_protocol.delivery import OutboxEntry
from meshdefense_protocol.events import (
    Event,
    HeldChanged,
    ItemAccepted,
    OutboxChanged,
    TextCompleted,
    TransferChanged,
)
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.transfer_parts import SavedTransfer

__all__ = ["GROWTH_S", "Shown"]

GROWTH_S: Final = 2.0
"""A long report that grows is told this often; one that is whole, at once."""


@dataclass(slots=True)
class _Own:
    """An own item that is still in the store, with what was said of it last."""

    entry: OutboxEntry
    words: DeliveryWords
    subject: ItemId
    """The report or notice whose row shows it."""


class Shown:
    """Delivery words and deadlines, as far as rows have said them."""

    def __init__(self) -> None:
        self._own: dict[ItemId, _Own] = {}
        self._new: dict[ItemId, Item] = {}
        """Own items of this moment, until their first outbox entry has come."""
        self._deadlines: dict[ItemId, float] = {}
        """When time alone will change what a row says: it ends, is overdue, or escalates."""
        self._restated: set[ItemId] = set()
        """Items whose rows have to be made again in any case."""
        self._held: dict[ItemId, list[int]] = {}
        """Members who said that they hold an own item, ascending; never changed in place."""
        self._grown: dict[ItemId, None] = {}
        """Long reports that have parts of which no row has told yet."""
        self._growth_at = 0.0
        """When those may be told."""

    def load_own(
        self,
        own: Iterable[tuple[OutboxEntry, Item]],
        waiting: list[OutboxEntry],
        link: LinkState,
        held: Iterable[HeldChanged] = (),
    ) -> None:
        """Own items of an earlier life, whose rows are in the store, and who held them."""
        self._held = {known.item_id: sorted(known.holders) for known in held}
        places = {entry.id: place for place, entry in enumerate(waiting, 1)}
        for entry, item in own:
            words = delivery_words(entry, places.get(entry.id, 0), link)
            self._own[entry.id] = _Own(entry, words, subject_of(item))

    def will_change(self, deadlines: Mapping[ItemId, float | None]) -> None:
        """When time alone will change each of these rows, as they say now; None for never."""
        for item_id, at in deadlines.items():
            if at is None:
                self._deadlines.pop(item_id, None)
            else:
                self._deadlines[item_id] = at

    def load_growth(self, transfers: Iterable[SavedTransfer], told: Mapping[str, int]) -> None:
        """Long reports of an earlier life; `told` has by id how many parts their rows tell of."""
        for saved in transfers:
            if told.get(str(saved.ref), len(saved.parts)) != len(saved.parts):
                self._restated.add(saved.ref)

    def learn(self, event: Event) -> None:
        """Take in what the engine said; safe to hear twice."""
        if isinstance(event, ItemAccepted):
            if event.own and event.reception is None:
                self._new[event.item.id] = event.item
        elif isinstance(event, OutboxChanged):
            held = self._own.get(event.entry.id)
            if held is not None:
                held.entry = event.entry
                return
            item = self._new.pop(event.entry.id, None)
            subject = event.entry.id if item is None else subject_of(item)
            self._own[event.entry.id] = _Own(event.entry, {"state": "queued"}, subject)
        elif isinstance(event, HeldChanged):
            holders = sorted(event.holders)
            if holders != self._held.get(event.item_id):
                self._held[event.item_id] = holders
                self._restate(event.item_id)

        elif isinstance(event, TransferChanged):
            saved = event.transfer
            # what has just been announced, or is one's own, has a row of this moment
            if (saved.parts or saved.restarts) and saved.ref not in self._new:
                self._grown[saved.ref] = None
        elif isinstance(event, TextCompleted):
            self._grown.pop(event.item_id, None)
            self._restated.add(event.item_id)

    def roster_changed(self) -> None:
        """Another roster: of how many members an item is held has to be counted again."""
        for item_id in self._own:
            self._restate(item_id)

    def _restate(self, item_id: ItemId) -> None:
        own = self._own.get(item_id)
        if own is not None:
            self._restated.add(own.subject)

    def growth_at(self) -> float | None:
        """When `outdated` will tell of long reports that grew; None while none did."""
        return self._growth_at if self._grown else None

    def outdated(self, now: float, waiting: list[OutboxEntry], link: LinkState) -> list[ItemId]:
        """Items whose rows say something that is no longer so; from now on taken as said."""
        touched = list(self._restated)
        self._restated.clear()
        if self._grown and now >= self._growth_at:
            touched += self._grown
            self._grown.clear()
            self._growth_at = now + GROWTH_S
        places = {entry.id: place for place, entry in enumerate(waiting, 1)}
        for item_id, own in self._own.items():
            words = delivery_words(own.entry, places.get(item_id, 0), link)
            if words != own.words:
                own.words = words
                touched.append(own.subject)
        for item_id, at in list(self._deadlines.items()):
            if at <= now:
                del self._deadlines[item_id]  # the row that is made now says when again
                touched.append(item_id)
        return touched

    def words(self) -> dict[ItemId, DeliveryWords]:
        """Delivery words of every own item, with the members who said that they hold it."""
        return {item_id: self._said(item_id, own.words) for item_id, own in self._own.items()}

    def _said(self, item_id: ItemId, words: DeliveryWords) -> DeliveryWords:
        holders = self._held.get(item_id)
        if not holders:
            return words
        said = words.copy()
        said["holders"] = holders
        return said

    def not_said(self, touched: Iterable[ItemId], withdrawn: Iterable[ItemId]) -> None:
        """The rows could not be written: say them again later, but not of what was withdrawn."""
        self._restated.update(touched)
        for item_id in withdrawn:
            self._own.pop(item_id, None)
            self._held.pop(item_id, None)
            self._new.pop(item_id, None)
            self._deadlines.pop(item_id, None)
            self._restated.discard(item_id)
            self._grown.pop(item_id, None)

    def forget(self, gone: Iterable[ItemId]) -> None:
        """These were purged. An alert that still has a time to come lives on in a broadcast."""
        for item_id in gone:
            if self._deadlines.pop(item_id, None) is not None:
                self._restated.add(item_id)
            self._own.pop(item_id, None)
            self._held.pop(item_id, None)
            self._grown.pop(item_id, None)

    def clock_stepped(self, step: float) -> None:
        """The clock was set by `step` seconds: what rows say of time is made again."""
        self._growth_at += step
        self._restated.update(self._deadlines)
