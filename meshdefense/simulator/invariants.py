"""What must hold after every step of every trial, whatever fails and whoever attacks.

The checks keep books of their own and ask the engine only for what it holds. Each names its
rule, see rules.py. Times are seconds from the start of the trial unless said otherwise.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from meshdefense.simulator.ballots import Ballots
from meshdefense.simulator.bounds import beyond
from meshdefense.simulator.excuses import Blind, leads_to_newer_keys, would_be_used_again
from meshdefense.simulator.machine import Machine
from meshdefense.simulator.rules import Violation
from meshdefense_protocol.charter import Charter
from meshdefense_protocol.digest import decode_digest
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.events import Equivocated, ItemAccepted
from meshdefense_protocol.frames import FrameType, open_frame
from meshdefense_protocol.items import Item
from meshdefense_protocol.limits import (
    FRAME_OVERHEAD,
    LATE_LIFETIME_S,
    TIME_UNIT_S,
)
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.quotas import airtime_ms
from meshdefense_protocol.rekeying import HELP_MAX
from meshdefense_protocol.roster import Role, Roster, may
from meshdefense_protocol.transport import OutgoingFrame

__all__ = ["Invariants"]

WINDOW_S: Final = 600.0
ALLOWANCE_MS: Final = 12_000
"""Ten minutes of an ordinary author, as docs/protocol.md has it, times the factor of the role."""
DECISIONS_MS: Final = 120_000
"""Of an organizer's decisions, beside what they say."""
GRANTED: Final = 1.25
LONGEST_MS: Final = airtime_ms(200)
WAKES_MAX: Final = 40
"""In one second of virtual time; no engine of the first 1,000 seeds came so far."""
DEEP_EVERY: Final = 8
"""Stores within stores are measured after every so many checks; they never shrink by themselves."""
AMPLIFICATION: Final = 1.5
HOUR_S: Final = 3600.0


@dataclass(slots=True)
class _Book:
    """What is known of one machine."""

    shown: set[ItemId] = field(default_factory=set)
    ends: dict[ItemId, tuple[float, float]] = field(default_factory=dict)
    """When each item came and when it is over, by the machine's own clock."""
    said: dict[tuple[int, bool], dict[ItemId, tuple[float, int, float]]] = field(
        default_factory=dict
    )
    """By author, decisions apart: time that counts, cost in ms, end; by the machine's own clock."""
    wakes: deque[float] = field(default_factory=deque)
    hours: dict[int, float] = field(default_factory=dict)
    """By member: when the hour began in which its askings count."""
    opened: int = 0
    asked_bytes: int = 0
    answered_bytes: int = 0
    held_bytes: int = 0
    led: dict[ItemId, deque[float]] = field(default_factory=dict)
    """When decisions were sent with older keys, to lead others to the newer ones."""
    clock_moved: bool = False
    came_back: set[ItemId] = field(default_factory=set)
    """Own items that it heard from others in this life: those that its older disk has not."""


class Invariants:
    """All books of one trial; a `Witness` of every machine."""

    def __init__(self, charter: Charter, roster: Roster, honest: frozenset[int]) -> None:
        """`honest` are the member numbers whose nodes follow the protocol."""
        self._charter, self._roster, self._honest = charter, roster, honest
        self.ballots = Ballots(charter, honest)
        self._books: dict[int, _Book] = {}
        self._bytes: dict[ItemId, bytes] = {}
        self.said_at: dict[ItemId, float] = {}
        """When honest members said what they said."""
        self.true_end: dict[ItemId, float] = {}
        self._timed: set[ItemId] = set()
        """Of these the claimed time is true."""
        self.excused: set[ItemId] = set()
        """Ids that a node used again before it could know that its disk was put back."""
        self.blind = Blind()
        self.checks = 0

    def book(self, machine: Machine) -> _Book:
        """The book of a machine."""
        return self._books.setdefault(machine.index, _Book())

    # -- accepting and storing -----------------------------------------------------------------

    def accepted(self, machine: Machine, event: ItemAccepted, at: float) -> None:
        """An item came in or was said."""
        self.checks += 1
        item, now, book = event.item, machine.wall(at), self.book(machine)
        author = machine.membership.roster.get(item.id.author)
        if author is None or not item.is_signed_by(author.key, self._charter.network_id):
            raise Violation("signed by a member", f"{item.id} on node {machine.index}", at)
        if not may(author.roles, item.kind) and item.id.stream is not Stream.ROSTER:
            raise Violation("allowed by its role", f"{item.id} on node {machine.index}", at)
        if event.expires_at <= now:
            raise Violation("never expired", f"{item.id} accepted by node {machine.index}", at)
        book.ends[item.id] = (event.received_at, event.expires_at)
        self.ballots.accepted(machine, item, at)
        if item.id.author == machine.number:
            if event.reception is not None:
                book.came_back.add(item.id)
                self.blind.hears(machine.number, item.id)
            elif item.id in self._bytes:
                self._used(machine, item.id, item.raw, at)
        elif item.id.stream is not Stream.POSITION:
            self._count(machine, author.roles, event, at)

    def _count(self, machine: Machine, roles: Role, event: ItemAccepted, at: float) -> None:
        """Windows of ten minutes around the claimed time, or that of reception."""
        item, date = event.item, self._charter.date
        believable = item.time_is_believable(date, event.received_at)
        counts_at = item.claimed_at(date) if believable else event.received_at
        factor = 4 if roles & (Role.DISPATCH | Role.ORGANIZER) else 1
        factor = 2 if factor == 1 and roles & Role.VERIFIER else factor
        decides = item.id.stream is Stream.ROSTER
        allowance = DECISIONS_MS if decides else ALLOWANCE_MS * factor
        limit = GRANTED * allowance + LONGEST_MS
        said = self.book(machine).said.setdefault((item.id.author, decides), {})
        cost = airtime_ms(FRAME_OVERHEAD + len(item.raw))
        said[item.id] = (counts_at, cost, event.expires_at)
        for begin, _, _ in said.values():
            if begin <= counts_at < begin + WINDOW_S:
                within = (ms for one, ms, _ in said.values() if begin <= one < begin + WINDOW_S)
                total = sum(within)
                if total > limit:
                    detail = f"member {item.id.author} got {total} ms on node {machine.index}"
                    raise Violation("within quota", detail, at)

    def evidence(self, machine: Machine, event: Equivocated) -> None:
        """A second item under an id came in."""
        self.ballots.evidence(machine, event.raw)

    def withdrawn(self, machine: Machine, item_id: ItemId) -> None:
        """An own item could not be stored."""
        self.ballots.withdrawn(machine, item_id)

    def stored(self, machine: Machine, event: ItemAccepted, at: float) -> None:
        """An item is shown to people."""
        book, item_id = self.book(machine), event.item.id
        if item_id in book.shown:
            raise Violation("shown once", f"{item_id} on node {machine.index}", at)
        book.shown.add(item_id)
        self.blind.stored(machine.number, item_id)

    def said(self, item: Item, at: float, *, clock_right: bool) -> None:
        """An honest member said something, and was told that it is stored."""
        self.said_at[item.id] = at
        self.true_end[item.id] = at + float(item.lifetime_s)
        if clock_right:
            self._timed.add(item.id)

    # -- sending -----------------------------------------------------------------------------

    def heard(self, machine: Machine, payload: bytes, hops: int, at: float) -> None:
        """A frame is about to be taken: a digest is what may be answered."""
        if hops or payload[:1] != b"\x13" or machine.engine is None:
            return
        opened = open_frame(machine.membership.keys, payload)
        if isinstance(opened, Rejection) or opened[1] is not FrameType.DIGEST:
            return
        digest = decode_digest(opened[2])
        if not isinstance(digest, Rejection):
            book = self.book(machine)
            self._open_hour(book, digest.sender, at)
            book.asked_bytes += len(payload)

    def _open_hour(self, book: _Book, member: int, at: float) -> None:
        began = book.hours.get(member)
        if began is None or at - began >= HOUR_S:
            book.hours[member] = at
            book.opened += 1

    def sending(self, machine: Machine, frames: list[OutgoingFrame], at: float) -> None:
        """Frames went to a radio."""
        engine, book = machine.engine, self.book(machine)
        assert engine is not None
        holdings = engine._sync.holdings
        held = holdings.size_bytes + FRAME_OVERHEAD * len(holdings)
        book.held_bytes = max(book.held_bytes, held)
        self.ballots.sending(machine, frames, at)
        for frame in frames:
            self.checks += 1
            for item_id in frame.items:
                self._sent_item(machine, item_id, frame.priority, at)
            if frame.priority is not Priority.REPAIR or not frame.items:
                continue
            if leads_to_newer_keys(machine, frame):
                self._lead(machine, frame.items, at)
            else:
                book.answered_bytes += len(frame.payload)
                for neighbour in engine.neighbours():
                    self._open_hour(book, neighbour.member, at)
                limit = AMPLIFICATION * (book.opened * book.held_bytes + book.asked_bytes)
                if book.answered_bytes > limit:
                    detail = f"node {machine.index} answered {book.answered_bytes} B of {limit:.0f}"
                    raise Violation("no amplification", detail, at)

    def _lead(self, machine: Machine, items: tuple[ItemId, ...], at: float) -> None:
        """Beside the answers, HELP_MAX times an hour for each epoch (seed 3972).

        Twice as often passes: each may have waited for airtime.
        """
        for item_id in items:
            led = self.book(machine).led.setdefault(item_id, deque())
            led.append(at)
            while led[0] <= at - HOUR_S:
                led.popleft()
            if len(led) > 2 * HELP_MAX * machine.membership.roster.epoch:
                detail = f"node {machine.index} led with {item_id} {len(led)} times"
                raise Violation("no amplification", detail, at)

    def _sent_item(self, machine: Machine, item_id: ItemId, priority: Priority, at: float) -> None:
        assert machine.engine is not None
        own = item_id.author == machine.number
        held = machine.engine._sync.holdings.get(item_id)
        stored = machine.disk.items.get(item_id)
        # what others gave back to an older disk was on the air before: when that disk is full it
        # may go on from memory, as what others said does (seed 7035)
        if own and stored is None and item_id not in self.book(machine).came_back:
            raise Violation("stored before sent", f"{item_id} of node {machine.index}", at)
        _, end = self.book(machine).ends.get(item_id, (0.0, float("inf")))
        if end <= machine.wall(at):
            raise Violation("never expired", f"{item_id} sent by node {machine.index}", at)
        truly = self._true_end_at(machine, item_id)
        if truly is not None and at > truly + LATE_LIFETIME_S + TIME_UNIT_S:
            raise Violation("never expired", f"{item_id} lives on at node {machine.index}", at)
        if own and item_id.author in self._honest:
            raw = stored.item.raw if stored is not None else held.raw if held is not None else b""
            self._used(machine, item_id, raw, at)

    def _true_end_at(self, machine: Machine, item_id: ItemId) -> float | None:
        """When an item is over for a machine by true time; None where that is not one time.

        A clock that is wrong all along (seed 2208) cannot believe the claimed time: the lifetime
        counts from when the item came. From there it may reach others late, who then show it for
        LATE_LIFETIME_S (seed 6277). An id used for two items (seed 4436) has two ends.
        """
        book, end = self.book(machine), self.true_end.get(item_id)
        if end is None or item_id not in self._timed or item_id in self.excused:
            return None
        if book.clock_moved:
            return None
        if item_id not in book.ends:
            return end
        came = book.ends[item_id][0] - machine.wall(0.0)
        return max(end, came + (end - self.said_at[item_id] if machine.clock else 0.0))

    def _used(self, machine: Machine, item_id: ItemId, raw: bytes, at: float) -> None:
        before = self._bytes.setdefault(item_id, raw)
        if before != raw and item_id not in self.excused:
            if machine.number in self.blind:
                self.excused.add(item_id)
                return
            raise Violation("no id twice", f"{item_id} says two things", at)

    # -- machines ------------------------------------------------------------------------------

    def woken(self, machine: Machine, at: float) -> None:
        """A machine's timer rang."""
        wakes = self.book(machine).wakes
        wakes.append(at)
        while wakes[0] <= at - 1.0:
            wakes.popleft()
        if len(wakes) > WAKES_MAX:
            raise Violation("no busy loop", f"node {machine.index}: {len(wakes)} in a second", at)

    def stepped(self, machine: Machine, at: float) -> None:
        """A machine has settled."""
        self.checks += 1
        if machine.engine is None:
            return
        deep = self.checks % DEEP_EVERY == 0
        if (found := beyond(machine.engine, len(self._roster), deep=deep)) is not None:
            raise Violation("within bounds", f"node {machine.index}: {found}", at)
        self.ballots.stepped(machine, at, deep=deep)
        book = self.book(machine)
        for member, account in machine.engine._sync._repair._accounts.items():
            allowed = AMPLIFICATION * (book.held_bytes + account.asked)
            if account.answered > allowed:
                detail = f"node {machine.index} answered member {member} {account.answered} B"
                raise Violation("no amplification", detail, at)

    def started(self, machine: Machine, at: float) -> None:
        """A machine came up again: what its people were told must be there."""
        book, now = self.book(machine), machine.wall(at)
        book.hours, book.led, book.wakes = {}, {}, deque()
        book.opened = book.asked_bytes = book.answered_bytes = book.held_bytes = 0
        book.came_back.clear()
        self.blind.restarted(machine.number)
        self.ballots.restored(machine)
        for key, said in book.said.items():  # what is over or was lost is not counted any more
            book.said[key] = {
                item_id: one
                for item_id, one in said.items()
                if one[2] > now and item_id in machine.disk.items
            }
        gone = [item_id for item_id in machine.acknowledged if item_id not in machine.disk.items]
        for item_id in gone:
            _, end = book.ends.get(item_id, (0.0, 0.0))
            if end > now and not book.clock_moved:
                raise Violation("acknowledged is durable", f"{item_id} is gone", at)
            del machine.acknowledged[item_id]  # by its clock it was over long ago

    def put_back(self, machine: Machine, lost: set[ItemId], *, noticed: bool) -> None:
        """An older image is on its disk; `lost` are own ids that it does not have.

        Also lost are ids that were sent and are over since: a disk forgets items a day after
        their end, by its own clock, but not that their ids were used (seed 2170).
        """
        book = self.book(machine)
        lost = lost | {one for one in self._bytes if would_be_used_again(machine, one)}
        book.shown = set(machine.disk.items)
        book.ends = {
            item_id: (one.received_at, one.expires_at)
            for item_id, one in machine.disk.items.items()
        }
        book.said.clear()
        for item_id in lost:
            machine.acknowledged.pop(item_id, None)
        if lost and not noticed:
            self.blind.lost(machine.number, lost)

    def clock_changed(self, machine: Machine, step: float, at: float, *, told: bool) -> None:
        """Its clock was set; what was timed by it moves along when the engine is told."""
        book = self.book(machine)
        book.clock_moved = True
        book.said.clear()
        book.hours = {}
        book.led = {}
        if told:
            for item_id, (came, end) in book.ends.items():
                if machine.started <= came <= machine.wall(at):  # by the clock that was wrong
                    book.ends[item_id] = (came + step, end + step)
