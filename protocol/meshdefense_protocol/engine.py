"""The engine of a node: bytes, `now` and requests in; events and frames out.

No I/O and no clock: the same object runs in the daemon, in the simulator and in the tests.
The shell's duty: after each call take `next_event()` until it is empty and store what it
says, in one transaction; only then take `frames_to_send`. Times are seconds since the epoch.
"""

from __future__ import annotations

import hashlib
from collections import Counter as Tally
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from meshdefense_protocol.airtime import Modem
from meshdefense_protocol.charter import Charter
from meshdefense_protocol.delivery import OutboxEntry, State, restored
from meshdefense_protocol.errors import ForbiddenError, LocalError, Rejection
from meshdefense_protocol.events import (
    Counter,
    CounterAdvanced,
    Equivocated,
    Event,
    HeldChanged,
    ItemAccepted,
    OutboxChanged,
)
from meshdefense_protocol.frames import open_frame, seal_items
from meshdefense_protocol.governor import AirtimeUse
from meshdefense_protocol.identity import Identity
from meshdefense_protocol.items import Item, decode_item, encode_item, stream_of, time_units
from meshdefense_protocol.limits import SEQUENCE_MAX
from meshdefense_protocol.neighbours import Neighbour
from meshdefense_protocol.packets import Beacon, Body, Notice, Report, Retract, UnknownBody
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.priority import Priority, priority_of
from meshdefense_protocol.roster import Roster, may, role_names, roles_that_may
from meshdefense_protocol.sealing import KeyClass, KeyRing
from meshdefense_protocol.seen import Known, ReplayCache, ReplayWindow
from meshdefense_protocol.transport import Fate, OutgoingFrame, Reception

__all__ = ["Engine", "Gap", "Membership", "SavedItem", "SavedState"]

Entropy = Callable[[], float]
FRAMES_REMEMBERED: Final = 1024
ITEMS_REMEMBERED: Final = 16_384
"""Hashes of accepted items, to tell a duplicate from an equivocation."""
IN_FLIGHT_MAX: Final = 4
"""Frames in the radio at once: more would let a routine one stand before an urgent one."""
EVIDENCE_MAX: Final = 64
"""Equivocations kept for each author."""


@dataclass(frozen=True, slots=True)
class Membership:
    """Who this node is, on which network, with which keys."""

    charter: Charter
    roster: Roster
    identity: Identity
    number: int
    keys: KeyRing


@dataclass(frozen=True, slots=True)
class SavedItem:
    """An accepted item of an earlier life."""

    id: ItemId
    raw: bytes
    received_at: float


@dataclass(frozen=True, slots=True)
class Gap:
    """Items of one author that exist, as later sequences show, and that are not here."""

    author: int
    missing: int
    newest: int
    """Highest sequence that is here."""


@dataclass(frozen=True, slots=True)
class SavedState:
    """What was stored in an earlier life."""

    windows: tuple[ReplayWindow, ...] = ()
    counters: tuple[Counter, ...] = ()
    outbox: tuple[tuple[OutboxEntry, Item], ...] = ()
    items: tuple[SavedItem, ...] = ()
    """Stored items, newest last; ITEMS_REMEMBERED are enough."""
    neighbours: tuple[Neighbour, ...] = ()
    held: tuple[HeldChanged, ...] = ()
    """Known holders of own items."""


class Engine:
    """One node's protocol. Every method takes `now`; none blocks or raises on input bytes."""

    def __init__(
        self, membership: Membership, saved: SavedState, now: float, *, entropy: Entropy
    ) -> None:
        """`entropy` gives numbers from 0 up to 1, as `random.random` does, for delays."""
        self._me = membership
        self._entropy = entropy
        self._network_id = membership.charter.network_id
        self._seen = ReplayCache(saved.windows)
        self._counters = {counter.stream: counter for counter in saved.counters}
        again = [(restored(entry, now), item) for entry, item in saved.outbox]
        self._outbox = {e.id: (e, item) for e, item in again if not e.done}
        self._hashes: OrderedDict[ItemId, bytes] = OrderedDict()
        for kept in saved.items:
            self._remember(kept.id, kept.raw)
        self._frames: OrderedDict[bytes, None] = OrderedDict()
        self._events: deque[Event] = deque()
        self._flights: dict[int, ItemId] = {}
        self._tokens = 0
        self._ready = False
        self._evidence: dict[int, set[bytes]] = {}
        self.rejected: Tally[Rejection] = Tally()
        """What was dropped since the start, by reason."""

    # -- what comes in ---------------------------------------------------------------------

    def receive(self, frame: bytes, now: float, reception: Reception | None = None) -> None:
        """Take one radio payload. Total: bad ones are counted in `rejected`, nothing else."""
        if frame in self._frames:
            self.rejected[Rejection.DUPLICATE] += 1
            return
        opened = open_frame(self._me.keys, frame)
        if isinstance(opened, Rejection):
            self.rejected[opened] += 1
            return
        known = True
        for raw in opened[1]:
            rejection = self._admit(raw, now, reception)
            if rejection is not None:
                self.rejected[rejection] += 1
                known = known and rejection is Rejection.DUPLICATE
        if known:  # others may be accepted later, with another roster
            self._frames[frame] = None
            if len(self._frames) > FRAMES_REMEMBERED:
                self._frames.popitem(last=False)

    def _admit(self, raw: bytes, now: float, reception: Reception | None) -> Rejection | None:
        """The one way in, whatever carried the item."""
        charter = self._me.charter
        item = decode_item(raw, grid_unit_m=charter.unit_m)
        if isinstance(item, Rejection):
            return item
        known = self._seen.look(item.id)
        if known is Known.TOO_OLD:
            return Rejection.REPLAYED
        if known is Known.ACCEPTED:
            held = self._hashes.get(item.id)
            if held is None or held == _hash(raw):
                return Rejection.DUPLICATE
        author = self._me.roster.get(item.id.author)
        if author is None:
            return Rejection.UNKNOWN_AUTHOR
        if not item.is_signed_by(author.key, self._network_id):
            return Rejection.SIGNATURE
        if known is Known.ACCEPTED:
            kept = self._evidence.setdefault(author.number, set())
            if _hash(raw) not in kept and len(kept) < EVIDENCE_MAX:
                kept.add(_hash(raw))
                self._events.append(Equivocated(item.id, raw, now))
            return Rejection.EQUIVOCATION
        if not may(author.roles, item.kind):
            return Rejection.ROLE
        self._accept(item, now, own=item.id.author == self._me.number, reception=reception)
        return None

    def _accept(self, item: Item, now: float, *, own: bool, reception: Reception | None) -> float:
        """Note the item as known and tell the shell; returns when it expires."""
        self._remember(item.id, item.raw)
        claimed = item.claimed_at(self._me.charter.date)
        expires_at = item.expires_at(self._me.charter.date, now)
        window = self._seen.accept(item.id)
        self._events.append(ItemAccepted(item, own, now, claimed, expires_at, window, reception))
        return expires_at

    def _remember(self, item_id: ItemId, raw: bytes) -> None:
        self._hashes[item_id] = _hash(raw)
        if len(self._hashes) > ITEMS_REMEMBERED:
            self._hashes.popitem(last=False)

    # -- what this member says -------------------------------------------------------------

    def submit(self, body: Body, now: float, *, drill: bool = False) -> Item:
        """Sign `body` and queue it. Raises LocalError with a text for people.

        The item counts as accepted once the shell has stored the events that follow.
        """
        member = self._me.roster.get(self._me.number)
        if member is None:
            raise ForbiddenError("this node is not in the roster of its network")
        if isinstance(body, UnknownBody):
            raise LocalError(f"kind {body.kind} cannot be sent by this version")
        if not may(member.roles, body.KIND):
            names = " or ".join(role_names(roles_that_may(body.KIND)))
            raise ForbiddenError(
                f"your roles ({', '.join(role_names(member.roles))}) do not allow this; "
                f"it takes {names}"
            )
        if _key_class(body) not in self._me.keys.classes:
            raise ForbiddenError("you do not hold the key of that scope")
        stream = stream_of(body.KIND)
        counter = self._counters.get(stream, Counter(stream, 0, 0))
        if counter.next_sequence > SEQUENCE_MAX:
            counter = Counter(stream, counter.incarnation + 1, 0)
        item = encode_item(
            body,
            item_id=ItemId(member.number, counter.incarnation, counter.next_sequence, stream),
            units=time_units(now, self._me.charter.date),
            identity=self._me.identity,
            network_id=self._network_id,
            drill=drill,
            grid_unit_m=self._me.charter.unit_m,
        )
        self._counters[stream] = replace(counter, next_sequence=counter.next_sequence + 1)
        self._events.append(CounterAdvanced(self._counters[stream]))
        expires_at = self._accept(item, now, own=True, reception=None)
        self._supersede(item)
        self._change(OutboxEntry(item.id, priority_of(body), now, expires_at, next_at=now), item)
        return item

    def _supersede(self, newer: Item) -> None:
        """An older queued position, and an alert that is taken back, need not go out any more."""
        for entry, item in list(self._outbox.values()):
            outdated = isinstance(newer.body, Beacon) and isinstance(item.body, Beacon)
            taken_back = isinstance(newer.body, Retract) and newer.body.ref == item.id
            if (outdated or taken_back) and not entry.done:
                self._change(entry.cancelled(), item)

    # -- the bearer ------------------------------------------------------------------------

    def bearer_ready(self, ready: bool, now: float) -> None:
        """The radio can be used from now on, or is gone with whatever it had not confirmed."""
        self._ready = ready
        if not ready:
            for token in list(self._flights):
                self.frame_fate(token, Fate.LOST, now)

    def channel(
        self,
        now: float,
        *,
        modem: Modem | None = None,
        utilisation: float | None = None,
        duty_cycle: float | None = None,
    ) -> None:
        """What the radio says of its channel; None leaves what was known.

        `utilisation` is per cent of the last minute that the channel was busy, `duty_cycle`
        the share of an hour that the region lets a radio transmit, 1.0 for no limit.
        """

    def moved(self, now: float) -> None:
        """This node is more than about 100 m from where it was: others may be in reach."""

    def withdraw(self, item_id: ItemId, now: float) -> None:
        """Forget an own item that the shell could not store: it must never go out.

        Its sequence stays used.
        """
        held = self._outbox.get(item_id)
        if held is not None:
            self._change(held[0].cancelled(), held[1])

    def clock_stepped(self, by: float) -> None:
        """The wall clock was set by `by` seconds: waits and lifetimes in the outbox go with it."""
        for entry, item in list(self._outbox.values()):
            self._change(entry.shifted(by), item)

    def frames_to_send(self, now: float) -> list[OutgoingFrame]:
        """Frames for the radio, the most urgent first; empty while there is none."""
        frames = []
        while self._ready and len(self._flights) < IN_FLIGHT_MAX:
            due = [e for e, _ in self._outbox.values() if e.due(now)]
            if not due:
                break
            entry = min(due, key=lambda e: (e.priority, e.created_at, e.id))
            item = self._outbox[entry.id][1]
            self._tokens += 1
            self._flights[self._tokens] = entry.id
            self._change(entry.handed(now), item)
            payload = seal_items(self._me.keys, _key_class(item.body), [item.raw])
            urgent = entry.priority <= Priority.ALERT
            want_ack = entry.priority is not Priority.POSITION
            frames.append(OutgoingFrame(self._tokens, payload, want_ack=want_ack, urgent=urgent))
        return frames

    def frame_fate(self, token: int, fate: Fate, now: float, detail: str = "") -> None:
        """News of a frame; unknown tokens (of an earlier life) are ignored."""
        item_id = self._flights.get(token)
        if item_id is None:
            return
        if fate not in (Fate.ACCEPTED, Fate.ON_AIR):
            del self._flights[token]
        held = self._outbox.get(item_id)
        if held is not None:
            self._change(held[0].after(fate, now, detail), held[1])

    # -- time ------------------------------------------------------------------------------

    def timer_at(self) -> float | None:
        """When `handle_timer` or `frames_to_send` next have something to do; None for never."""
        can_send = self._ready and len(self._flights) < IN_FLIGHT_MAX
        times = [
            at if can_send or e.flying else e.expires_at
            for e, _ in self._outbox.values()
            if (at := e.timer_at()) is not None
        ]
        return min(times, default=None)

    def handle_timer(self, now: float) -> None:
        """Let time pass: expiry, and frames that the radio forgot."""
        for entry, item in list(self._outbox.values()):
            changed = entry.timed_out(now)
            if changed != entry:
                for token in [t for t, i in self._flights.items() if i == entry.id]:
                    del self._flights[token]
                self._change(changed, item)

    # -- what the shell asks ---------------------------------------------------------------

    def next_event(self) -> Event | None:
        """The next thing to store or show; None when there is nothing."""
        return self._events.popleft() if self._events else None

    def waiting(self) -> list[OutboxEntry]:
        """Own items that wait for their turn, in the order in which they will go."""
        queued = (State.QUEUED, State.REFUSED)
        entries = [e for e, _ in self._outbox.values() if e.state in queued and not e.done]
        return sorted(entries, key=lambda e: (e.priority, e.created_at, e.id))

    def airtime(self, now: float) -> AirtimeUse:
        """Where the airtime of the last hour went, and what waits for some."""
        return AirtimeUse({}, {}, 0.0, None, {})

    def gaps(self) -> list[Gap]:
        """What is known to exist and is not here, by author."""
        return []

    def neighbours(self) -> list[Neighbour]:
        """Who is in reach, as far as they said something, the last heard first."""
        return []

    def membership_changed(self, membership: Membership) -> None:
        """A newer roster or new keys; what was refused before may now be accepted."""
        self._me = membership
        self._frames.clear()

    def _change(self, entry: OutboxEntry, item: Item) -> None:
        held = self._outbox.get(entry.id)
        if held is None or held[0] != entry:
            self._events.append(OutboxChanged(entry))
        if entry.done:
            self._outbox.pop(entry.id, None)
            # a cancelled one may still be at the radio: it must not keep its place for ever
            for token in [t for t, i in self._flights.items() if i == entry.id]:
                del self._flights[token]
        else:
            self._outbox[entry.id] = (entry, item)


def _hash(raw: bytes) -> bytes:
    return hashlib.blake2b(raw, digest_size=8).digest()


def _key_class(body: Body) -> KeyClass:
    """Whom a body is sealed for."""
    return KeyClass(body.scope) if isinstance(body, (Report, Notice)) else KeyClass.EVERYONE
