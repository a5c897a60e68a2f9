"""A small network with fixed keys: the same bytes in every test and in the vectors.

Seven members, one for each way of taking part; tests ask for engines by handle. `Store` is the
smallest shell that keeps what the engine's events tell it to keep. Times are seconds since the
epoch; nothing here reads a clock.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from meshdefense_protocol.charter import Charter
from meshdefense_protocol.council import Council
from meshdefense_protocol.delivery import OutboxEntry
from meshdefense_protocol.engine import Engine, Membership, SavedItem, SavedState
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
from meshdefense_protocol.frames import seal_items
from meshdefense_protocol.identity import Identity
from meshdefense_protocol.items import Item, encode_item, stream_of, time_units
from meshdefense_protocol.limits import ROSTER_INCARNATION
from meshdefense_protocol.membership import SavedWraps
from meshdefense_protocol.neighbours import Neighbour
from meshdefense_protocol.packets import KnownBody
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.roster import Member, Role, classes_for
from meshdefense_protocol.sealing import EpochSecret, KeyClass, KeyRing
from meshdefense_protocol.seen import ReplayWindow
from meshdefense_protocol.transfer_parts import SavedTransfer
from meshdefense_protocol.transport import OutgoingFrame

__all__ = ["DATE", "NOW", "ROLES", "Network", "Store", "drain", "epoch_secret", "seed_of"]

DATE = 1_760_000_000
"""The charter's date."""
NOW = DATE + 30 * 86_400.0
"""When most tests begin."""
ROLES = {
    "ada": Role.ORGANIZER,
    "base": Role.DISPATCH,
    "pia": Role.PATROL,
    "vic": Role.VERIFIER,
    "ned": Role.REPORTER,
    "lea": Role.RESPONDER,
    "rob": Role.RECIPIENT,
}
"""Handle and role of members 1 to 7; `ada` is the founder."""


def seed_of(name: str) -> bytes:
    """The seed of a member's signing key: their number, 32 times."""
    return bytes((list(ROLES).index(name) + 1,)) * 32


def epoch_secret(key_class: KeyClass, epoch: int = 1) -> EpochSecret:
    """The secret of a class: one byte, high nibble class + 1, low nibble epoch, 32 times."""
    return EpochSecret(key_class, epoch, bytes(((key_class + 1) << 4 | epoch,)) * 32)


class Network:
    """Charter, roster and keys of the first `size` members, three to seven."""

    def __init__(self, size: int = 7, *, unit_m: int = 1, name: str = "Elm Street") -> None:
        names = list(ROLES)[:size]
        self.identities = {name: Identity(seed_of(name)) for name in names}
        self.founder = self.identities["ada"]
        members = tuple(
            Member(number, handle, self.identities[handle].key, ROLES[handle])
            for number, handle in enumerate(names, start=1)
        )
        self.charter = Charter(name, 3_405_000, -11_825_000, unit_m, DATE, members)
        self.network_id = self.charter.network_id
        self.roster = Council(self.charter).roster
        self._next_sequence: dict[tuple[int, Stream], int] = {}

    def number(self, name: str) -> int:
        """The member number behind a handle."""
        return list(ROLES).index(name) + 1

    def keys(self, name: str, epoch: int = 1) -> KeyRing:
        """The keys that a member's roles bring."""
        classes = classes_for(ROLES[name])
        return KeyRing(self.network_id, [epoch_secret(held, epoch) for held in sorted(classes)])

    def all_keys(self) -> KeyRing:
        """The keys of every class."""
        return KeyRing(self.network_id, [epoch_secret(held) for held in KeyClass])

    def membership(self, name: str) -> Membership:
        """What an engine needs to be this member."""
        return Membership(
            self.charter, self.roster, self.identities[name], self.number(name), self.keys(name)
        )

    def engine(
        self,
        name: str,
        saved: SavedState | None = None,
        now: float = NOW,
        *,
        ready: bool = True,
        seed: str = "",
    ) -> Engine:
        """A member's engine, with a radio that can be used unless `ready` says otherwise.

        Its delays are drawn from the name and `seed`.
        """
        entropy = random.Random(name + seed).random
        engine = Engine(self.membership(name), saved or SavedState(), now, entropy=entropy)
        if ready:
            engine.bearer_ready(True, now)
        return engine

    def item(
        self,
        name: str,
        body: KnownBody,
        *,
        sequence: int | None = None,
        incarnation: int = 0,
        now: float = NOW,
        drill: bool = False,
        signer: str | None = None,
    ) -> Item:
        """A signed item outside any engine; `signer` forges, a sequence counts up by itself."""
        number, stream = self.number(name), stream_of(body.KIND)
        if sequence is None:
            sequence = self._next_sequence.get((number, stream), 0)
            self._next_sequence[number, stream] = sequence + 1
        life = incarnation + ROSTER_INCARNATION * (stream is Stream.ROSTER)
        return encode_item(
            body,
            item_id=ItemId(number, life, sequence, stream),
            units=time_units(now, DATE),
            identity=self.identities[signer or name],
            network_id=self.network_id,
            drill=drill,
        )

    def frame(
        self, items: Iterable[Item | bytes], key_class: KeyClass = KeyClass.EVERYONE
    ) -> bytes:
        """A sealed frame with these items, up to the hard limit."""
        raws = [item.raw if isinstance(item, Item) else item for item in items]
        return seal_items(self.all_keys(), key_class, raws, limit=200)


def drain(engine: Engine) -> list[Event]:
    """Every event that waits, in order."""
    events = []
    while (event := engine.next_event()) is not None:
        events.append(event)
    return events


@dataclass
class Store:
    """What a shell keeps: enough to start the engine again."""

    windows: dict[tuple[int, Stream, int], ReplayWindow] = field(default_factory=dict)
    counters: dict[Stream, Counter] = field(default_factory=dict)
    outbox: dict[ItemId, OutboxEntry] = field(default_factory=dict)
    items: dict[ItemId, Item] = field(default_factory=dict)
    received: dict[ItemId, float] = field(default_factory=dict)
    neighbours: dict[int, Neighbour] = field(default_factory=dict)
    held: dict[ItemId, HeldChanged] = field(default_factory=dict)
    transfers: dict[ItemId, SavedTransfer] = field(default_factory=dict)
    second_decisions: list[bytes] = field(default_factory=list)
    wraps: dict[int, SavedWraps] = field(default_factory=dict)
    seeds: dict[int, bytes] = field(default_factory=dict)

    def take(self, engine: Engine) -> list[Event]:
        """Store what the engine says; returns it as well."""
        events = drain(engine)
        for event in events:
            if isinstance(event, ItemAccepted):
                window = event.window
                self.windows[window.author, window.stream, window.incarnation] = window
                self.items[event.item.id] = event.item
                self.received[event.item.id] = event.received_at
            elif isinstance(event, CounterAdvanced):
                self.counters[event.counter.stream] = event.counter
            elif isinstance(event, OutboxChanged):
                self.outbox[event.entry.id] = event.entry
            elif isinstance(event, NeighbourChanged):
                self.neighbours[event.neighbour.member] = event.neighbour
            elif isinstance(event, HeldChanged):
                self.held[event.item_id] = event
            elif isinstance(event, TransferChanged):
                self.transfers[event.transfer.ref] = event.transfer
            elif isinstance(event, Equivocated) and event.item_id.stream is Stream.ROSTER:
                self.second_decisions.append(event.raw)
            elif isinstance(event, WrapsKept):
                self.wraps[event.wraps.epoch] = event.wraps
            elif isinstance(event, SeedOpened):
                self.seeds[event.epoch] = event.seed
        return events

    def send(self, engine: Engine, now: float) -> list[OutgoingFrame]:
        """Store first, then take the frames, then store what taking them changed."""
        self.take(engine)
        frames = engine.frames_to_send(now)
        self.take(engine)
        return frames

    def saved(self) -> SavedState:
        """What the next life starts with."""
        waiting = [entry for entry in self.outbox.values() if not entry.done]
        kept = [SavedItem(one.id, one.raw, self.received[one.id]) for one in self.items.values()]
        return SavedState(
            tuple(self.windows.values()),
            tuple(self.counters.values()),
            tuple((entry, self.items[entry.id]) for entry in waiting),
            tuple(one for one in kept if one.id.stream is not Stream.ROSTER),
            tuple(self.neighbours.values()),
            tuple(self.held.values()),
            tuple(self.transfers.values()),
            tuple(one for one in kept if one.id.stream is Stream.ROSTER),
            tuple(self.second_decisions),
            tuple(self.wraps.values()),
        )
