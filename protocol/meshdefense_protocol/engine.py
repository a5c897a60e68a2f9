"""The engine of a node: bytes, `now` and requests in; events and frames out.

No I/O and no clock: the same object runs in the daemon, in the simulator and in the tests.
The shell's duty: after each call take `next_event()` until it is empty and store what it
says, in one transaction; only then take `frames_to_send`. Times are seconds since the epoch.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from meshdefense_protocol.admission import Admission, key_class_of
from meshdefense_protocol.airtime import LONG_FAST, Modem
from meshdefense_protocol.calling import Calling
from meshdefense_protocol.delivery import OutboxEntry
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.events import Event
from meshdefense_protocol.fragments import content_hash
from meshdefense_protocol.governance import Governance, folded
from meshdefense_protocol.governor import AirtimeUse, Leave
from meshdefense_protocol.holdings import HOLDINGS_MAX
from meshdefense_protocol.intake import Intake
from meshdefense_protocol.items import Item
from meshdefense_protocol.limits import FRAME_TARGET
from meshdefense_protocol.neighbours import Neighbour
from meshdefense_protocol.numbering import Numbering
from meshdefense_protocol.outbox import Outbox
from meshdefense_protocol.packets import Body
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.priority import priority_of
from meshdefense_protocol.rekeying import Behind
from meshdefense_protocol.sending import Sending
from meshdefense_protocol.state import Gap, Membership, SavedItem, SavedState
from meshdefense_protocol.submission import Submission
from meshdefense_protocol.sync import Sync
from meshdefense_protocol.transfers import Transfers
from meshdefense_protocol.transport import Fate, OutgoingFrame, Reception
from meshdefense_protocol.vault import Vault

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
        council, membership = folded(membership, saved)
        self._me = membership
        network_id = membership.charter.network_id
        self._events: deque[Event] = deque()
        self._ready = False
        self._numbering = Numbering(membership.number, saved.counters, self._events.append)
        self._admission = Admission(membership, saved)
        self._calling = Calling(membership.number)
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
        self._governance = Governance(
            membership,
            council,
            saved,
            now,
            entropy=entropy,
            unit_s=LONG_FAST.frame_s(FRAME_TARGET),
            tell=self._events.append,
            changed=self._adopt,
        )
        rekeying = self._governance.rekeying
        self._sending = Sending(self._outbox, self._sync, self._transfers, rekeying)
        self._intake = Intake(
            membership,
            self._admission,
            self._sync,
            self._transfers,
            self._sending,
            self._governance,
            tell=self._events.append,
            own_item=self._numbering.said_in_another_life,
            noted=self._calling.accepted,
        )
        self._submission = Submission(
            membership,
            self._numbering,
            self._admission,
            self._intake,
            self._governance,
            self._outbox,
        )
        for kept in saved.decisions:
            self._load(kept, now)
        for raw in saved.second_decisions:
            if (second := self._admission.load_second(raw)) is not None:
                self._intake.take_second(second, now)
        older = len(saved.items) - HOLDINGS_MAX  # these are known, but no longer offered to others
        for place, kept in enumerate(saved.items):
            if place < older:
                self._admission.remember(kept)
            else:
                self._load(kept, now)
        self._transfers.restore(saved.transfers, now)

    def _load(self, kept: SavedItem, now: float) -> None:
        if (live := self._admission.load(kept, now)) is not None:
            item, expires_at = live
            self._calling.accepted(item, expires_at, now, earlier=True)
            key_class, priority = key_class_of(item.body), priority_of(item.body)
            self._sync.load(item, key_class, priority, kept.received_at, expires_at)

    # -- what comes in ---------------------------------------------------------------------

    def receive(self, frame: bytes, now: float, reception: Reception | None = None) -> None:
        """Take one radio payload. Total: bad ones are counted in `rejected`, nothing else."""
        self._intake.receive(frame, now, reception)

    @property
    def rejected(self) -> Tally[Rejection]:
        """What was dropped since the start, by reason."""
        return self._intake.rejected

    # -- what this member says -------------------------------------------------------------

    def submit(
        self,
        body: Body,
        now: float,
        *,
        drill: bool = False,
        content: bytes | None = None,
        not_before: float | None = None,
    ) -> Item:
        """Sign `body` and queue it. Raises LocalError with a text for people.

        A manifest, and a decision on new keys, come with their `content`. The item goes out at
        `not_before` where that is later. It counts as accepted once the shell has stored the
        events that follow.
        """
        return self._submission.submit(
            body, now, drill=drill, content=content, not_before=not_before
        )

    def next_id(self, stream: Stream) -> ItemId:
        """The id of what this member says next in a stream."""
        return self._numbering.next_id(stream)

    def withdraw(self, item_id: ItemId, now: float) -> None:
        """Forget an own item that the shell could not store: it must never go out.

        Its sequence stays used.
        """
        self._sync.withdraw(item_id, now)
        self._transfers.drop(item_id)
        self._outbox.withdraw(item_id)
        self._calling.withdraw(item_id)
        self._governance.withdraw(item_id, now)

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
            self._governance.rekeying.unit_s = self._transfers.unit_s

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
        times = (self._calling.timer_at(), self._governance.rekeying.seek_at(), at)
        return min((self._sync.trickle_at(), *(one for one in times if one is not None)))

    def handle_timer(self, now: float) -> None:
        """Let time pass: expiry, intervals, and frames that the radio forgot."""
        self._outbox.pass_time(now)
        for item, expires_at in self._calling.due(now):
            self._outbox.again(item, now, expires_at)
        if self._governance.rekeying.sought(now):
            self._sync.seek(now)
        self._sync.handle_timer(now)
        self._transfers.expire(now)

    def clock_stepped(self, by: float) -> None:
        """The wall clock was set by `by` seconds: waits and lifetimes go with it."""
        self._outbox.shifted(by)
        self._sync.shifted(by)
        self._sending.shifted(by)
        self._transfers.shifted(by)
        self._admission.shifted(by)
        self._calling.shifted(by)
        self._governance.rekeying.shifted(by)

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

    def stock_leave(self, payload_bytes: int, now: float) -> Leave:
        """Whether a plain line for stock radios may go on air now; then it is booked."""
        return self._sending.stock_leave(payload_bytes, now)

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

    # -- who belongs to it, and with which keys ----------------------------------------------

    @property
    def membership(self) -> Membership:
        """Roster and keys as they stand."""
        return self._me

    def admit(self, raw: bytes, now: float) -> Rejection | None:
        """An item that came by hand, in a file: through the same door as those by radio."""
        return self._intake.admit(raw, now)

    def admit_all(self, raws: Iterable[bytes], now: float) -> list[Rejection | None]:
        """The same for many at once, who are judged by the roster as it was before them."""
        with self._governance.together(now):
            return [self._intake.admit(raw, now) for raw in raws]

    def take_vault(self, vault: Vault, now: float) -> None:
        """Other secrets, handed over by an organizer in person."""
        self._governance.take_vault(vault, now)

    def behind(self) -> list[Behind]:
        """Members who were last heard with older keys than those in force."""
        return self._governance.rekeying.behind()

    @property
    def left_out(self) -> bool:
        """Whether the newest keys were made without this member."""
        return self._governance.left_out

    @property
    def offences(self) -> Mapping[int, Tally[Rejection]]:
        """By author: what was refused of theirs since the start, and why."""
        return self._admission.offences

    def _adopt(self, membership: Membership, now: float) -> None:
        """Another roster or other keys: what was refused before may now be accepted."""
        before, self._me = self._me, membership
        roster = membership.roster
        self._submission.membership_changed(membership)
        self._admission.membership_changed(membership)
        self._sync.membership_changed(roster, membership.keys.classes)
        if roster.revocations or before.roster.revocations:
            self._sync.judge(roster.beyond_mark, now)
        self._intake.membership_changed(membership, now)
