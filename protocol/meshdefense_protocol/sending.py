"""What goes to the radio next: own items, repairs, questions, statements, fragments.

The most urgent first, each priced before it goes. A class that has to wait bars only itself;
one whose repair or control frame the radio refused waits for REFUSED_RETRY_S.
At most one repair, one digest and one fragment are at the radio at a time, so that what a
neighbour sends first can still make them superfluous. Times are seconds since the epoch.
"""

from __future__ import annotations

from typing import Final

from meshdefense_protocol.admission import key_class_of
from meshdefense_protocol.airtime import Modem
from meshdefense_protocol.delivery import REFUSED_RETRY_S
from meshdefense_protocol.digest import Digest, encode_digest
from meshdefense_protocol.frames import FrameType, seal_control, seal_items
from meshdefense_protocol.governor import AirtimeUse, Governor, Leave
from meshdefense_protocol.limits import FRAME_OVERHEAD
from meshdefense_protocol.outbox import Outbox
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.rekeying import Rekeying
from meshdefense_protocol.sealing import KeyClass, KeyRing
from meshdefense_protocol.sync import Sync
from meshdefense_protocol.transfers import Transfers
from meshdefense_protocol.transport import Fate, OutgoingFrame

__all__ = ["Sending"]

IN_FLIGHT_MAX: Final = 4
"""Frames in the radio at once: more would let a routine one stand before an urgent one."""
ALONE_MAX: Final = 256
PATIENCE_S: Final = 90.0
"""A statement that a busy channel kept waiting for so long goes as a part of repair: on a
channel that is always busy, nobody would learn what is lacking."""
STOCK_YIELD_S: Final = 2.0
_NEVER: Final = float("inf")


class Sending:
    """Chooses, prices and seals."""

    def __init__(
        self, outbox: Outbox, sync: Sync, transfers: Transfers, rekeying: Rekeying
    ) -> None:
        self._outbox, self._sync, self._transfers = outbox, sync, transfers
        self._rekeying = rekeying
        self._governor = Governor()
        self._held_until: dict[Priority, float] = {}
        self._alone: dict[ItemId, None] = {}
        """Own items that went on air and that nobody was heard relaying or said to hold."""

    def channel(
        self,
        now: float,
        modem: Modem | None,
        utilisation: float | None,
        duty_cycle: float | None,
    ) -> None:
        """What the radio says of its channel; None leaves what was known."""
        self._governor.channel(now, modem=modem, utilisation=utilisation, duty_cycle=duty_cycle)

    def use(self, now: float) -> AirtimeUse:
        """Where the airtime of the last hour went."""
        return self._governor.use(now)

    def stock_leave(self, payload_bytes: int, now: float) -> Leave:
        """Whether a plain line may go; while anything of ours waits for its turn it may not.

        What may go is booked.
        """
        leave = self._governor.look(Priority.STOCK, payload_bytes, now)
        if not leave.allowed:
            return leave
        if self._outbox.in_flight >= IN_FLIGHT_MAX:
            return Leave(False, now + STOCK_YIELD_S, "the network's own frames go first")
        self._governor.charge(Priority.STOCK, payload_bytes, now)
        return leave

    def shifted(self, by: float) -> None:
        """The clock was set forward by `by` seconds."""
        self._governor.shifted(by)
        self._held_until.clear()

    # -- choosing ----------------------------------------------------------------------------

    def frames(self, keys: KeyRing, now: float) -> list[OutgoingFrame]:
        """Everything that may go now."""
        found: list[OutgoingFrame] = []
        if self._held_until:
            self._held_until = {p: at for p, at in self._held_until.items() if at > now}
        while self._outbox.in_flight < IN_FLIGHT_MAX:
            frame = self._own(keys, now) or self._rekey(keys, now) or self._repair(keys, now)
            frame = frame or self._digest(keys, now) or self._fragment(keys, now)
            if frame is None:
                break
            found.append(frame)
        return found

    def _own(self, keys: KeyRing, now: float) -> OutgoingFrame | None:
        """The next own item, unless something for a neighbour is more urgent."""
        while (found := self._outbox.next(now, self._held_until)) is not None:
            entry, item = found
            if entry.priority > Priority.REPAIR and self._repair_waits(now):
                return None
            if not self._may_send(entry.priority, len(item.raw), now):
                continue
            under = self._rekeying.under(item.id)
            payload = seal_items(keys, key_class_of(item.body), [item.raw], epoch=under)
            self._sync.answers.heard_copy(item.id, now, flood=True)
            return OutgoingFrame(
                self._outbox.hand(now, entry.priority, entry),
                payload,
                want_ack=entry.priority is not Priority.POSITION,
                urgent=entry.priority <= Priority.ALERT,
                priority=entry.priority,
                items=(item.id,),
            )
        return None

    def _rekey(self, keys: KeyRing, now: float) -> OutgoingFrame | None:
        """What leads members with older keys to the newer ones, sealed with the older ones."""
        while (found := self._rekeying.next(now)) is not None:
            held = None if found.item is None else self._sync.holdings.get(found.item)
            raw = found.part if held is None else held.raw
            if not raw or found.under not in keys.epochs:  # nothing can be done about it
                self._rekeying.sent(found, now)
                continue
            if found.priority in self._held_until or not self._may_send(
                found.priority, len(raw), now
            ):
                return None
            self._rekeying.sent(found, now)
            everyone = KeyClass.EVERYONE
            if held is None:
                payload = seal_control(keys, everyone, FrameType.REKEY, raw, epoch=found.under)
            else:
                payload = seal_items(keys, everyone, [raw], epoch=found.under)
            items = () if found.item is None else (found.item,)
            return self._control(found.priority, payload, now, items, flood=found.flood)
        return None

    def _repair_waits(self, now: float) -> bool:
        if Priority.REPAIR in self._held_until or self._outbox.flying(Priority.REPAIR):
            return False
        return self._sync.answers.next(now) is not None

    def _repair(self, keys: KeyRing, now: float) -> OutgoingFrame | None:
        while self._repair_waits(now) and (held := self._sync.answers.next(now)):
            if not self._may_send(Priority.REPAIR, len(held.raw), now, book=False):
                return None
            if not self._sync.answers.book(held, now):
                continue
            payload = seal_items(keys, held.key_class, [held.raw])
            self._governor.charge(Priority.REPAIR, len(payload), now)
            # what nobody was heard relaying is flooded now that somebody is in reach
            flood = held.id in self._alone
            self._alone.pop(held.id, None)
            return self._control(Priority.REPAIR, payload, now, (held.id,), flood=flood)
        return None

    def _digest(self, keys: KeyRing, now: float) -> OutgoingFrame | None:
        if self._outbox.flying(Priority.DIGEST):
            return None
        # a question is a part of repair; a statement that nobody waits for yields to the rest
        question = self._sync.question_at()
        if question is not None and question <= now and self._is_open(Priority.REPAIR, now):
            said = self._said(keys, Priority.REPAIR, self._sync.next_question(now), now)
            if said is not None:
                return said
        if Priority.DIGEST in self._held_until:
            return None
        due = self._sync.statement_at()
        if due is None or due > now:
            return None
        priority = Priority.DIGEST if now - due < PATIENCE_S else Priority.REPAIR
        said = None
        if self._is_open(priority, now):
            said = self._said(keys, priority, self._sync.next_statement(now), now)
        if priority in self._held_until:
            self._held_until[Priority.DIGEST] = self._held_until[priority]
        return said

    def _is_open(self, priority: Priority, now: float) -> bool:
        """Whether a class need not wait, before the trouble of making its frame is taken."""
        return priority not in self._held_until and self._may_send(priority, 0, now, book=False)

    def _said(
        self,
        keys: KeyRing,
        priority: Priority,
        said: tuple[KeyClass, Digest] | None,
        now: float,
    ) -> OutgoingFrame | None:
        if said is None:
            return None
        key_class, digest = said
        content = encode_digest(digest)
        if not self._may_send(priority, len(content), now):
            return None
        self._sync.said(key_class, digest, now)
        payload = seal_control(keys, key_class, FrameType.DIGEST, content)
        return self._control(Priority.DIGEST, payload, now)

    def _fragment(self, keys: KeyRing, now: float) -> OutgoingFrame | None:
        if Priority.LONG in self._held_until or self._outbox.flying(Priority.LONG):
            return None
        for key_class, kind, content in self._transfers.due(now)[:1]:
            if self._may_send(Priority.LONG, len(content), now):
                self._transfers.sent(now)
                payload = seal_control(keys, key_class, kind, content)
                return self._control(Priority.LONG, payload, now)
        return None

    def _control(
        self,
        priority: Priority,
        payload: bytes,
        now: float,
        items: tuple[ItemId, ...] = (),
        *,
        flood: bool = False,
    ) -> OutgoingFrame:
        token, hops = self._outbox.hand(now, priority), None if flood else 0
        return OutgoingFrame(
            token, payload, hop_limit=hops, want_ack=False, priority=priority, items=items
        )

    def _may_send(
        self, priority: Priority, content_bytes: int, now: float, *, book: bool = True
    ) -> bool:
        """Ask the governor; what has to wait is barred until it may go."""
        size = FRAME_OVERHEAD + content_bytes
        leave = self._governor.look(priority, size, now)
        if leave.allowed:
            if book:
                self._governor.charge(priority, size, now)
            return True
        self._held_until[priority] = max(leave.at, now + 0.01)
        self._outbox.held_back(priority, leave.reason)
        return False

    # -- what became of it -------------------------------------------------------------------

    def fate(self, token: int, fate: Fate, now: float, detail: str) -> None:
        """News of a frame."""
        flight = self._outbox.fate(token, fate, now, detail)
        if flight is None:
            return
        item_id = flight.item_id
        if item_id is None:
            # without a wait the next repair would go to the same full queue at once. What is
            # more urgent than repairs goes on: own alerts may have room where wraps had none
            if fate is Fate.REFUSED and flight.priority >= Priority.REPAIR:
                held = self._held_until.get(flight.priority, now)
                self._held_until[flight.priority] = max(held, now + REFUSED_RETRY_S)
        elif fate is Fate.UNHEARD and item_id in self._sync.holdings:
            self._alone[item_id] = None
            if len(self._alone) > ALONE_MAX:
                del self._alone[next(iter(self._alone))]

    def is_held(self, item_id: ItemId) -> None:
        """A member said that it holds an own item: it is on its way."""
        self._alone.pop(item_id, None)

    # -- time --------------------------------------------------------------------------------

    def timer_at(self, ready: bool) -> float | None:
        """When `frames` or the outbox's `pass_time` have something to do."""
        outbox, sync = self._outbox, self._sync
        can_send = ready and outbox.in_flight < IN_FLIGHT_MAX
        earliest = outbox.timer_at(can_send, self._held)
        if not can_send:
            return earliest
        repair = None if outbox.flying(Priority.REPAIR) else sync.answers.at()
        question = statement = fragment = None
        if not outbox.flying(Priority.DIGEST):
            question, statement = sync.question_at(), sync.statement_at()
        if not outbox.flying(Priority.LONG):
            fragment = self._transfers.timer_at()
        for priority, at in (
            (Priority.REPAIR, self._rekeying.timer_at()),
            (Priority.REPAIR, repair),
            (Priority.REPAIR, question),
            (Priority.DIGEST, statement),
            (Priority.LONG, fragment),
        ):
            if at is not None:
                at = max(at, self._held_until.get(priority, at))
                earliest = at if earliest is None or at < earliest else earliest
        return earliest

    def _held(self, priority: Priority) -> float:
        return self._held_until.get(priority, -_NEVER)
