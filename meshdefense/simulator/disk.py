"""What one node keeps when its power goes: the events of its engine, folded.

As the daemon's store does it, in memory: an event counts once it is here. Bounded: what
expired a day ago is dropped. Times are seconds since the epoch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from meshdefense_protocol.delivery import OutboxEntry
from meshdefense_protocol.engine import SavedItem, SavedState
from meshdefense_protocol.events import (
    Counter,
    CounterAdvanced,
    Equivocated,
    Event,
    HeldChanged,
    ItemAccepted,
    NeighbourChanged,
    OutboxChanged,
    SeedOpened,
    TransferChanged,
    WrapsKept,
)
from meshdefense_protocol.items import Item
from meshdefense_protocol.membership import SavedWraps
from meshdefense_protocol.neighbours import Neighbour
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.seen import ReplayWindow
from meshdefense_protocol.transfer_parts import SavedTransfer

__all__ = ["Disk"]

KEPT_S: Final = 24 * 3600.0
"""After its end an item stays for a day, so that what refers to it still finds it."""
TIDY_EVERY: Final = 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """An item with what its reception said."""

    item: Item
    received_at: float
    expires_at: float


@dataclass(slots=True)
class Disk:
    """One node's store."""

    items: dict[ItemId, Stored] = field(default_factory=dict)
    equivocations: int = 0
    second_decisions: list[bytes] = field(default_factory=list)
    """Decisions under an id that another one has."""
    seeds: dict[int, tuple[bytes, ...]] = field(default_factory=dict)
    """By epoch; two where two decisions were rivals."""
    _wraps: dict[bytes, SavedWraps] = field(default_factory=dict)
    _windows: dict[tuple[int, Stream, int], ReplayWindow] = field(default_factory=dict)
    _counters: dict[Stream, Counter] = field(default_factory=dict)
    _outbox: dict[ItemId, OutboxEntry] = field(default_factory=dict)
    _neighbours: dict[int, Neighbour] = field(default_factory=dict)
    _held: dict[ItemId, HeldChanged] = field(default_factory=dict)
    _transfers: dict[ItemId, SavedTransfer] = field(default_factory=dict)
    _taken: int = 0

    def take(self, event: Event) -> None:
        """Store what an engine said."""
        match event:
            case ItemAccepted(item=item, window=window):
                self._windows[window.author, window.stream, window.incarnation] = window
                self.items[item.id] = Stored(item, event.received_at, event.expires_at)
                self._taken += 1
                if self._taken % TIDY_EVERY == 0:
                    self.tidy(event.received_at)
            case CounterAdvanced(counter=counter):
                self._counters[counter.stream] = counter
            case OutboxChanged(entry=entry):
                self._outbox[entry.id] = entry
            case HeldChanged(item_id=item_id):
                self._held[item_id] = event
            case NeighbourChanged(neighbour=neighbour):
                self._neighbours[neighbour.member] = neighbour
            case TransferChanged(transfer=transfer):
                self._transfers[transfer.ref] = transfer
            case Equivocated(item_id=item_id, raw=raw):
                self.equivocations += 1
                if item_id.stream is Stream.ROSTER:
                    self.second_decisions.append(raw)
            case WrapsKept(wraps=wraps):
                self._wraps[wraps.content] = wraps
            case SeedOpened(epoch=epoch, seed=seed):
                self.seeds[epoch] = (*self.seeds.get(epoch, ()), seed)

    def wraps(self, epoch: int) -> list[bytes]:
        """All wraps of an epoch that are here, whole; more than one where decisions are rivals."""
        return [one.content for one in self._wraps.values() if one.epoch == epoch]

    def tidy(self, now: float) -> None:
        """Drop what ended a day ago, with all that belongs to it."""
        over = [key for key, stored in self.items.items() if stored.expires_at + KEPT_S <= now]
        for key in over:
            del self.items[key]
            self._outbox.pop(key, None)
            self._held.pop(key, None)
            self._transfers.pop(key, None)

    def saved(self, now: float) -> SavedState:
        """What the next life starts with."""
        self.tidy(now)
        waiting = [entry for entry in self._outbox.values() if not entry.done]
        kept = [
            SavedItem(item_id, stored.item.raw, stored.received_at)
            for item_id, stored in self.items.items()
        ]
        return SavedState(
            windows=tuple(self._windows.values()),
            counters=tuple(self._counters.values()),
            outbox=tuple((entry, self.items[entry.id].item) for entry in waiting),
            items=tuple(one for one in kept if one.id.stream is not Stream.ROSTER),
            neighbours=tuple(self._neighbours.values()),
            held=tuple(self._held.values()),
            transfers=tuple(self._transfers.values()),
            decisions=tuple(one for one in kept if one.id.stream is Stream.ROSTER),
            second_decisions=tuple(self.second_decisions),
            wraps=tuple(self._wraps.values()),
        )
