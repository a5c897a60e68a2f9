"""The engine of a node: bytes, `now` and requests in; events and frames out.

No I/O and no clock: the same object runs in the daemon, in the simulator and in the tests.
The shell's duty: after each call take `next_event()` until it is empty and store what it
says, in one transaction; only then take `frames_to_send`. Times are seconds since the epoch.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from meshdefense_protocol.admission import Admission, key_class_of
from meshdefense_protocol.airtime import LONG_FAST, Modem
from meshdefense_protocol.delivery import OutboxEntry
from meshdefense_protocol.errors import ForbiddenError, LocalError, Rejection
from meshdefense_protocol.events import (
    Counter,
    CounterAdvanced,
    Event,
)
from meshdefense_protocol.fragments import content_hash
from meshdefense_protocol.governor import AirtimeUse
from meshdefense_protocol.holdings import HOLDINGS_MAX
from meshdefense_protocol.intake import Intake
from meshdefense_protocol.items import Item, encode_item, stream_of, time_units
from meshdefense_protocol.limits import FRAME_TARGET, INCARNATION_MAX, SEQUENCE_MAX
from meshdefense_protocol.neighbours import Neighbour
from meshdefense_protocol.outbox import Outbox
from meshdefense_protocol.packets import Body, Manifest, UnknownBody
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.priority import priority_of
from meshdefense_protocol.roster import may, role_names, roles_that_may
from meshdefense_protocol.sending import Sending
from meshdefense_protocol.state import Gap, Membership, SavedItem, SavedState
from meshdefense_protocol.sync import Sync
from meshdefense_protocol.transfers import Transfers
from meshdefense_protocol.transport import Fate, OutgoingFrame, Reception

__all__ = ["Engine", "Gap", "Membership", "SavedItem", "SavedState"]


class Engine:
    """One node's protocol. Every method takes `now`; none blocks or raises on input bytes."""

    def __init__(
        self,
        membership: Membership,
        saved: SavedState,
        now: float,
        *,
        entropy: Callable[[], float],
    ) -> None:
        """`entropy` gives numbers from 0 up to 1, as `random.random` does, for delays."""
        self._me = membership
        network_id = membership.charter.network_id
        self._counters = {counter.stream: counter for counter in saved.counters}
        self._events: deque[Event] = deque()
        self._ready = False
        self._admission = Admission(membership, saved)
        self._outbox = Outbox(saved.outbox, now, self._events.append)
        self._sync = Sync(
            membership.number,
            membership.roster,
            membership.keys.classes,
            now,
            entropy=entropy,
            modem=LONG_FAST,
            known=self._admission.is_known,
            neighbours=saved.neighbours,
            held=saved.held,
        )
        self._transfers = Transfers(
            membership.number,
            entropy=entropy,
            hash_of=partial(content_hash, network_id),
            unit_s=LONG_FAST.frame_s(FRAME_TARGET),
        )
        self._sending = Sending(self._outbox, self._sync, self._transfers)
        self._intake = Intake(
            membership,
            self._admission,
            self._sync,
            self._transfers,
            self._sending,
            tell=self._events.append,
            own_item=self._said_in_another_life,
        )
        older = len(saved.items) - HOLDINGS_MAX  # these are known, but no longer offered to others
        for place, kept in enumerate(saved.items):
            if place < older:
                self._admission.remember(kept)
            elif (live := self._admission.load(kept, now)) is not None:
                item, expires_at = live
                key_class, priority = key_class_of(item.body), priority_of(item.body)
                self._sync.load(item, key_class, priority, kept.received_at, expires_at)
        self._transfers.restore(saved.transfers, now)

    # -- what comes in ---------------------------------------------------------------------

    def receive(self, frame: bytes, now: float, reception: Reception | None = None) -> None:
        """Take one radio payload. Total: bad ones are counted in `rejected`, nothing else."""
        self._intake.receive(frame, now, reception)

    @property
    def rejected(self) -> Tally[Rejection]:
        """What was dropped since the start, by reason."""
        return self._intake.rejected

    def _said_in_another_life(self, item: Item) -> None:
        """An own item that is not here: this state was restored. Its sequences are used."""
        counter = self._counters.get(item.id.stream, Counter(item.id.stream, 0, 0))
        here = (counter.incarnation, counter.next_sequence)
        if (item.id.incarnation, item.id.sequence) < here:
            return
        incarnation = min(INCARNATION_MAX, max(counter.incarnation, item.id.incarnation) + 1)
        for stream in Stream:
            self._counters[stream] = Counter(stream, incarnation, 0)
            self._events.append(CounterAdvanced(self._counters[stream]))

    # -- what this member says -------------------------------------------------------------

    def submit(
        self, body: Body, now: float, *, drill: bool = False, content: bytes | None = None
    ) -> Item:
        """Sign `body` and queue it. Raises LocalError with a text for people.

        A manifest comes with its `content`. The item counts as accepted once the shell has
        stored the events that follow.
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
        key_class = key_class_of(body)
        if key_class not in self._me.keys.classes:
            raise ForbiddenError("you do not hold the key of that scope")
        if isinstance(body, Manifest):
            self._check_text(body, content)
        stream = stream_of(body.KIND)
        counter = self._counters.get(stream, Counter(stream, 0, 0))
        if counter.next_sequence > SEQUENCE_MAX:
            counter = Counter(stream, counter.incarnation + 1, 0)
        item = encode_item(
            body,
            item_id=ItemId(member.number, counter.incarnation, counter.next_sequence, stream),
            units=time_units(now, self._me.charter.date),
            identity=self._me.identity,
            network_id=self._me.charter.network_id,
            drill=drill,
            grid_unit_m=self._me.charter.unit_m,
        )
        self._admission.check_own(item, now)
        self._counters[stream] = replace(counter, next_sequence=counter.next_sequence + 1)
        self._events.append(CounterAdvanced(self._counters[stream]))
        expires_at = self._intake.accept(item, key_class, now, None, own=True, content=content)
        entry = OutboxEntry(item.id, priority_of(body), now, expires_at, next_at=now)
        self._outbox.add(entry, item)
        return item

    def _check_text(self, body: Manifest, content: bytes | None) -> None:
        """Raises LocalError unless `content` is what a manifest announces."""
        announced = content_hash(self._me.charter.network_id, content or b"")
        if content is None or len(content) != body.size or announced != body.content_hash:
            raise LocalError("a long report needs the text that it announces")

    def withdraw(self, item_id: ItemId, now: float) -> None:
        """Forget an own item that the shell could not store: it must never go out.

        Its sequence stays used.
        """
        self._sync.withdraw(item_id, now)
        self._transfers.drop(item_id)
        self._outbox.withdraw(item_id)

    # -- the bearer ------------------------------------------------------------------------

    def bearer_ready(self, ready: bool, now: float) -> None:
        """The radio can be used from now on, or is gone with whatever it had not confirmed."""
        if ready != self._ready:
            self._sync.ready(ready, now)
            if ready:
                self._transfers.ask_soon(now)
        self._ready = ready
        if not ready:
            self._outbox.lose_all(now)

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
        self._sending.channel(now, modem, utilisation, duty_cycle)
        if utilisation is not None:
            self._sync.channel_busy(utilisation)
        if modem is not None:
            self._sync.modem_changed(modem)
            self._transfers.unit_s = modem.frame_s(FRAME_TARGET)

    def moved(self, now: float) -> None:
        """This node is more than about 100 m from where it was: others may be in reach."""
        self._sync.moved(now)

    def frames_to_send(self, now: float) -> list[OutgoingFrame]:
        """Frames for the radio, the most urgent first; empty while there is none."""
        return self._sending.frames(self._me.keys, now) if self._ready else []

    def frame_fate(self, token: int, fate: Fate, now: float, detail: str = "") -> None:
        """News of a frame; unknown tokens (of an earlier life) are ignored."""
        self._sending.fate(token, fate, now, detail)

    # -- time ------------------------------------------------------------------------------

    def timer_at(self) -> float:
        """When `handle_timer` or `frames_to_send` next have something to do."""
        at = self._sending.timer_at(self._ready)
        trickle = self._sync.trickle_at()
        return trickle if at is None else min(at, trickle)

    def handle_timer(self, now: float) -> None:
        """Let time pass: expiry, intervals, and frames that the radio forgot."""
        self._outbox.pass_time(now)
        self._sync.handle_timer(now)
        self._transfers.expire(now)

    def clock_stepped(self, by: float) -> None:
        """The wall clock was set by `by` seconds: waits and lifetimes go with it."""
        self._outbox.shifted(by)
        self._sync.shifted(by)
        self._sending.shifted(by)
        self._transfers.shifted(by)
        self._admission.shifted(by)

    # -- what the shell asks ---------------------------------------------------------------

    def next_event(self) -> Event | None:
        """The next thing to store or show; None when there is nothing."""
        return self._events.popleft() if self._events else None

    def waiting(self) -> list[OutboxEntry]:
        """Own items that wait for their turn, in the order in which they will go."""
        return self._outbox.waiting()

    def airtime(self, now: float) -> AirtimeUse:
        """Where the airtime of the last hour went, and what waits for some."""
        return self._sending.use(now)

    def gaps(self) -> list[Gap]:
        """What is known to exist and is not here, by author."""
        return self._admission.gaps()

    def neighbours(self) -> list[Neighbour]:
        """Who is in reach, as far as they said something, the last heard first."""
        return list(reversed(list(self._sync.neighbours)))

    def in_step(self, neighbour: Neighbour) -> bool:
        """Whether a neighbour said that it holds what is held here."""
        return self._sync.in_step(neighbour)

    def text(self, ref: ItemId) -> bytes | None:
        """The whole text of a long report that is here."""
        return self._transfers.content(ref)

    def membership_changed(self, membership: Membership) -> None:
        """A newer roster or new keys; what was refused before may now be accepted."""
        self._me = membership
        self._intake.membership_changed(membership)
        self._admission.membership_changed(membership)
        self._sync.membership_changed(membership.roster, membership.keys.classes)
