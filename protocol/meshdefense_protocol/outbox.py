"""Own items on their way out, and the frames that are at the radio.

Each entry is a small machine (see delivery); this holds them together: what supersedes what,
who is next, which frame carries which item. It keeps nothing that is done. Times are seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from meshdefense_protocol.delivery import SILENT_RADIO_S, OutboxEntry, State, restored
from meshdefense_protocol.events import OutboxChanged
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import Beacon, CheckIn, Retract
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.priority import Priority, priority_of
from meshdefense_protocol.transport import Fate

__all__ = ["Flight", "Outbox"]

SUPERSEDED_MAX: Final = 256
"""More than a shell submits before it knows whether its disk took them."""
_END = (Fate.REFUSED, Fate.HEARD, Fate.UNHEARD, Fate.LOST)


@dataclass(frozen=True, slots=True)
class Flight:
    """A frame at the radio."""

    priority: Priority
    at: float
    item_id: ItemId | None
    """The own item that it is the flood of; None for repairs and control frames."""


class Outbox:
    """All entries that are not done, and all flights. `tell` gets every change."""

    def __init__(
        self,
        saved: Iterable[tuple[OutboxEntry, Item]],
        now: float,
        tell: Callable[[OutboxChanged], None],
    ) -> None:
        again = [(entry, restored(entry, now), item) for entry, item in saved]
        self._entries = {entry.id: (entry, item) for _, entry, item in again if not entry.done}
        self._earlier = {entry.id: stored for stored, entry, _ in again if not entry.done}
        """As they were stored: these times are of an earlier run, whose clock may have been
        another."""
        self._superseded: dict[ItemId, list[tuple[OutboxEntry, Item]]] = {}
        """By entry that was not handed over yet: what it cancelled."""
        self._flights: dict[int, Flight] = {}
        self._control: dict[Priority, int] = {}
        """How many flights of repairs and control frames there are, by class."""
        self._tokens = 0
        self._tell = tell

    def __iter__(self) -> Iterator[OutboxEntry]:
        return (entry for entry, _ in self._entries.values())

    @property
    def in_flight(self) -> int:
        """Frames at the radio."""
        return len(self._flights)

    def flying(self, priority: Priority) -> bool:
        """Whether a repair or control frame of a class is at the radio."""
        return priority in self._control

    # -- entries -----------------------------------------------------------------------------

    def add(self, entry: OutboxEntry, item: Item) -> None:
        """A new own item; what it makes pointless is cancelled."""
        for older, held in list(self._entries.values()):
            if _supersedes(item, held):
                self._superseded.setdefault(entry.id, []).append((older, held))
                self.change(older.cancelled(), held)
        if len(self._superseded) > SUPERSEDED_MAX:
            del self._superseded[next(iter(self._superseded))]
        self.change(entry, item)

    def change(self, entry: OutboxEntry, item: Item) -> None:
        """Take a new state of an entry."""
        held = self._entries.get(entry.id)
        if held is None or held[0] != entry:
            self._tell(OutboxChanged(entry))
        if entry.done:
            self._entries.pop(entry.id, None)
            # a cancelled one may still be at the radio: it must not keep its place for ever
            for token in [t for t, f in self._flights.items() if f.item_id == entry.id]:
                self._landed(token)
        else:
            self._entries[entry.id] = (entry, item)

    def again(self, item: Item, now: float, expires_at: float) -> None:
        """An own item that was sent goes out once more; what is known of it stays so."""
        held = self._entries.get(item.id)
        if held is None:
            entry = OutboxEntry(item.id, priority_of(item.body), now, expires_at, State.HEARD)
            self.change(replace(entry, next_at=now), item)
        elif not held[0].flying and held[0].next_at is None:
            self.change(replace(held[0], next_at=now), item)

    def withdraw(self, item_id: ItemId) -> None:
        """It was never said, and must not go out: what it cancelled waits again."""
        before = self._superseded.pop(item_id, [])
        if held := self._entries.get(item_id):
            self.change(held[0].cancelled(), held[1])
            for older, item in before:
                self.change(older, item)
            return
        for cancelled in self._superseded.values():  # cancelled itself, by a newer one
            if any(entry.id == item_id for entry, _ in cancelled):
                cancelled[:] = [pair for pair in cancelled if pair[0].id != item_id] + before

    def held_back(self, priority: Priority, reason: str) -> None:
        """A class has to wait; the reason is noted where none was."""
        for entry, item in list(self._entries.values()):
            if entry.priority is priority and not entry.flying and not entry.detail:
                self.change(entry.held_back(reason), item)

    def next(self, now: float, barred: Iterable[Priority]) -> tuple[OutboxEntry, Item] | None:
        """What goes next, the most urgent first and then the oldest."""
        closed = set(barred)
        due = [
            (e.priority, e.created_at, e.id)
            for e, _ in self._entries.values()
            if e.due(now) and e.priority not in closed
        ]
        return self._entries[min(due)[2]] if due else None

    def waiting(self) -> list[OutboxEntry]:
        """Entries that wait for their turn, in the order in which they will go."""
        queued = (State.QUEUED, State.REFUSED)
        entries = [e for e in self if e.state in queued and not e.done]
        return sorted(entries, key=lambda e: (e.priority, e.created_at, e.id))

    # -- flights -----------------------------------------------------------------------------

    def hand(self, now: float, priority: Priority, entry: OutboxEntry | None = None) -> int:
        """A frame is handed to the radio; returns its token."""
        self._tokens += 1
        item_id = None
        if entry is not None:
            item_id = entry.id
            self._superseded.pop(item_id, None)  # it is stored, so it stands
            self.change(entry.handed(now), self._entries[entry.id][1])
        else:
            self._control[priority] = self._control.get(priority, 0) + 1
        self._flights[self._tokens] = Flight(priority, now, item_id)
        return self._tokens

    def _landed(self, token: int) -> None:
        flight = self._flights.pop(token)
        if flight.item_id is None:
            self._control[flight.priority] -= 1
            if not self._control[flight.priority]:
                del self._control[flight.priority]

    def fate(self, token: int, fate: Fate, now: float, detail: str) -> Flight | None:
        """News of a frame; returns its flight, None where nothing is known of it (any more)."""
        flight = self._flights.get(token)
        if flight is None:
            return None
        # nobody acknowledges control frames: on air is all that is ever known of them
        if fate in _END or (flight.item_id is None and fate is Fate.ON_AIR):
            self._landed(token)
        if flight.item_id is not None and (held := self._entries.get(flight.item_id)):
            self.change(held[0].after(fate, now, detail), held[1])
        return flight

    def lose_all(self, now: float) -> None:
        """The radio is gone with whatever it had not confirmed."""
        for token in list(self._flights):
            self.fate(token, Fate.LOST, now, "")

    # -- time --------------------------------------------------------------------------------

    def timer_at(self, can_send: bool, held_until: Callable[[Priority], float]) -> float | None:
        """When `pass_time` or `next` have something to do."""
        if not self._flights and not self._entries:
            return None
        times = [f.at + SILENT_RADIO_S for f in self._flights.values() if f.item_id is None]
        for entry in self:
            at = entry.timer_at()
            if at is None:
                continue
            if not entry.flying:
                at = max(at, held_until(entry.priority)) if can_send else entry.expires_at
            times.append(min(at, entry.expires_at))
        return min(times, default=None)

    def pass_time(self, now: float) -> None:
        """Expiry, and frames that the radio forgot."""
        for token, flight in list(self._flights.items()):
            if flight.item_id is None and now - flight.at >= SILENT_RADIO_S:
                self._landed(token)
        for entry, item in list(self._entries.values()):
            changed = entry.timed_out(now)
            if changed != entry:
                for token in [t for t, f in self._flights.items() if f.item_id == entry.id]:
                    self._landed(token)
                self.change(changed, item)

    def shifted(self, by: float) -> None:
        """The clock was set forward by `by` seconds."""
        for entry, item in list(self._entries.values()):
            self.change(self._shifted(entry, by), item)
        for token, flight in self._flights.items():
            self._flights[token] = Flight(flight.priority, flight.at + by, flight.item_id)

    def _shifted(self, entry: OutboxEntry, by: float) -> OutboxEntry:
        """What this run timed moves along; like the item itself, an entry of an earlier run ends
        when it ended."""
        moved, stored = entry.shifted(by), self._earlier.get(entry.id)
        if stored is None:
            return moved
        untouched = entry.next_at is not None and entry.next_at == stored.next_at
        next_at = stored.next_at if untouched else moved.next_at
        return replace(
            moved, created_at=stored.created_at, expires_at=stored.expires_at, next_at=next_at
        )


def _supersedes(newer: Item, older: Item) -> bool:
    """Whether an older own item need not go out any more."""
    if isinstance(newer.body, Beacon):
        return isinstance(older.body, Beacon)
    if isinstance(newer.body, CheckIn):
        return isinstance(older.body, CheckIn)
    return isinstance(newer.body, Retract) and newer.body.ref == older.id
