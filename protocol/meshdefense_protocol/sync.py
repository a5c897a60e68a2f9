"""Digests and what follows from them: who is told what, who is asked, who is answered.

A node that hears another digest than its own finds out what the other lacks from the two
hashes alone where it can, and sends that again; where it cannot, it says in a vector what it
holds, and those around answer. A repair goes to direct neighbours only. Nobody is believed:
a digest causes answers and questions, both bounded, and never an item.

Waits are in units of the time that a usual frame is on air, so that all presets behave alike.
Source: docs/protocol.md, "Sync"; RFC 6206 for the timer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from meshdefense_protocol.airtime import Modem
from meshdefense_protocol.answers import GAP_UNITS, Answers
from meshdefense_protocol.class_set import Key
from meshdefense_protocol.comparing import Comparing
from meshdefense_protocol.digest import HOLDERS_BYTES, Digest, stamp_of
from meshdefense_protocol.events import Event, HeldChanged, NeighbourChanged
from meshdefense_protocol.holdings import Holdings
from meshdefense_protocol.items import Item
from meshdefense_protocol.limits import FRAME_OVERHEAD, FRAME_TARGET
from meshdefense_protocol.neighbours import Neighbour, Neighbours
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.questions import Questions
from meshdefense_protocol.receipts import Receipts
from meshdefense_protocol.repair import Repair
from meshdefense_protocol.roster import Role, Roster, classes_for
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.statements import Statements

__all__ = ["Sync"]

USUAL_FRAME: Final = 100
"""Bytes of a report: its airtime is the unit of all waits here."""
AWAY_S: Final = 60.0
STORED_S: Final = 600.0

_RECEIPT_ROLES: Final = Role.VERIFIER | Role.DISPATCH


class Sync:
    """One node's side of it. `known` says whether an id was ever accepted or refused here."""

    def __init__(
        self,
        me: int,
        roster: Roster,
        classes: frozenset[KeyClass],
        now: float,
        *,
        entropy: Callable[[], float],
        modem: Modem,
        known: Callable[[ItemId], bool],
        neighbours: Iterable[Neighbour] = (),
        held: Iterable[HeldChanged] = (),
    ) -> None:
        self._me = me
        self._entropy = entropy
        self.unit_s = modem.frame_s(USUAL_FRAME)
        self.holdings = Holdings()
        self.neighbours = Neighbours(neighbours)
        self.receipts = Receipts(me, held)
        self._comparing = Comparing(self.holdings, self.receipts, known)
        self._repair = Repair(GAP_UNITS * self.unit_s)
        self.answers = Answers(me, self._repair, self.holdings, entropy=entropy, unit_s=self.unit_s)
        self._statements = Statements(entropy, self.unit_s, now)
        self._questions = Questions(entropy, self.unit_s)
        self._away_since = -1e18
        self.complete_at = -1e18
        """When a neighbour with all of this node's keys said last that it holds the same."""
        self._started = now
        self.membership_changed(roster, classes)

    def membership_changed(self, roster: Roster, classes: frozenset[KeyClass]) -> None:
        """Another roster or other keys."""
        self._classes = sorted(classes)
        self._peers = {one.number: classes_for(one.roles) for one in roster}
        self._members = sum(1 << member.number for member in roster)
        member = roster.get(self._me)
        self._statements.owes_receipts = member is not None and bool(member.roles & _RECEIPT_ROLES)

    def judge(self, gone: Callable[[ItemId], bool], now: float) -> None:
        """Pass on no more what is `gone` now, and again what was and is not any more."""
        before = self._state()
        for item_id in self.holdings.judge(gone, now):
            self._repair.drop(item_id)
        if self._state() != before:
            for key_class in self._classes:
                self.receipts.set_changed(key_class)
            self._statements.news(now)

    def seek(self, now: float) -> None:
        """Say soon what is here, and with which keys."""
        self._statements.news(now)

    def modem_changed(self, modem: Modem) -> None:
        """Another preset: waits are as much longer as its frames are."""
        self.unit_s = modem.frame_s(USUAL_FRAME)
        self._repair.gap_s = GAP_UNITS * self.unit_s
        self.answers.unit_s = self.unit_s
        self._questions.unit_s = self.unit_s

    def channel_busy(self, percent: float) -> None:
        """How busy the radio found the channel in the last minute."""
        self._questions.channel_busy(percent)
        self._statements.unit_changed(self.unit_s)

    # -- items -------------------------------------------------------------------------------

    def load(
        self,
        item: Item,
        key_class: KeyClass,
        priority: Priority,
        received_at: float,
        expires_at: float,
    ) -> None:
        """An item of an earlier life."""
        held = self.holdings.add(item, key_class, priority, received_at, expires_at, earlier=True)
        if held is not None and item.id.author == self._me:
            self.receipts.own(item.id, key_class)

    def accepted(
        self,
        item: Item,
        key_class: KeyClass,
        priority: Priority,
        now: float,
        claimed_at: float,
        expires_at: float,
        *,
        repaired: bool,
    ) -> None:
        """A new item, own or heard; `repaired` when a neighbour sent it for us."""
        if self.holdings.add(item, key_class, priority, now, expires_at) is None:
            return
        self.receipts.set_changed(key_class)
        if item.id.author == self._me:
            self.receipts.own(item.id, key_class)
        self._statements.news(now)
        if repaired:
            if self._questions.is_answered(key_class, now):
                self._after_repair(key_class, now)
            readers = (n for n in self.neighbours.fresh(now) if key_class in self._peer(n.member))
            self.answers.pass_on(item.id, key_class, readers, claimed_at, now)

    def _after_repair(self, key_class: KeyClass, now: float) -> None:
        """Once no more comes: say that all is here, or ask for the rest."""
        at = now + self.unit_s * (2.0 + self._entropy())
        mine = self.holdings.hash(key_class)
        if any(n.hash_of(key_class) == mine for n in self.neighbours.fresh(now)):
            self._questions.progress(key_class, None)
            self._statements.speak(at)
        else:
            self._questions.progress(key_class, at)

    def withdraw(self, item_id: ItemId, now: float) -> None:
        """An item that could not be stored: nobody must get it."""
        self.holdings.withdraw(item_id, now)
        self.receipts.over(item_id)

    def second(self, item: Item, priority: Priority, now: float, expires_at: float) -> None:
        """A decision whose id another one has: others are to hear both."""
        if self.holdings.add_second(item, priority, now, expires_at):
            self.receipts.set_changed(KeyClass.EVERYONE)
            self._statements.news(now)

    # -- digests that come in ----------------------------------------------------------------

    def digest(
        self, digest: Digest, sealed_for: KeyClass, size: int, now: float, snr: float | None
    ) -> list[Event]:
        """Take a digest of `size` bytes from a direct neighbour; returns what was learnt."""
        sender = digest.sender
        if sender == self._me or self.neighbours.is_replay(digest, now):
            return []
        self._expire(now)
        before = self.neighbours.get(sender)
        neighbour = self.neighbours.heard(digest, now, snr)
        events: list[Event] = []
        fresh = before is None or before.hashes != neighbour.hashes
        if before is None or fresh or now - before.heard_at > STORED_S:
            events.append(NeighbourChanged(neighbour))
        self._repair.asked(sender, size, now)
        holders = digest.holders & self._members
        lacks: list[Key] = []
        agree = True
        for key_class in self._classes:
            if key_class not in self._peer(sender):
                continue
            theirs = digest.hash_of(key_class)
            vector = digest.vector if sealed_for is key_class else None
            found = self._comparing.compare(sender, key_class, theirs, vector, holders, now)
            agree = agree and found.agree
            lacks += found.lacks
            events += found.held
            if found.more:
                self._questions.ask(sender, key_class, now)
            elif not found.lacks:  # also where they ask: the answers to them will do
                self._questions.complete(key_class)
        self._repair.satisfied(sender, lacks)
        self.answers.offer(lacks, sender, digest.asks, snr, now)
        if agree:
            if not lacks:
                self._repair.agreed(sender)
            self._agreed(digest, now)
        return events

    def _agreed(self, digest: Digest, now: float) -> None:
        peer, state = self._peer(digest.sender), self._state()
        if peer.issuperset(self._classes):
            self.complete_at = now
        if peer.issuperset(key_class for key_class, _ in state):  # it can speak for all of it
            self._statements.heard_same(state, bool(digest.holders >> self._me & 1), now)

    def _peer(self, member: int) -> frozenset[KeyClass]:
        return self._peers.get(member, frozenset())

    # -- what goes out -----------------------------------------------------------------------

    def next_question(self, now: float) -> tuple[KeyClass, Digest] | None:
        """A digest with a vector, and the class to seal it for; `said` says that it went."""
        due = self._questions.due(now)
        return None if due is None else (due[0], self._digest(now, due))

    def next_statement(self, now: float) -> tuple[KeyClass, Digest] | None:
        """A digest without a vector, and the class to seal it for; `said` says that it went."""
        at = self._statements.at()
        if at is None or at > now:
            return None
        return KeyClass.EVERYONE, self._digest(now, None)

    def _digest(self, now: float, question: tuple[KeyClass, int] | None) -> Digest:
        state = self._state()
        holders = self.receipts.known_same(key_class for key_class, _ in state)
        if question is None:
            return Digest(self._me, stamp_of(now), state, holders)
        room = FRAME_TARGET - FRAME_OVERHEAD - 5 - 8 * len(state) - 2 - HOLDERS_BYTES - 6
        vector = self.holdings.vector(*question, room)
        # whoever did not answer the last time need not be asked first again
        asks = 0 if self._questions.was_in_vain(question[0]) else self._best(now)
        return Digest(self._me, stamp_of(now), state, holders, vector, asks)

    def _best(self, now: float) -> int:
        """Who is likely to hear and to know: heard well, and not lacking what is here."""
        known = self.neighbours.fresh(now) or list(self.neighbours)
        found = [
            (self._questions.serves == one.member, one.snr or 0.0, one.member) for one in known
        ]
        return max(found)[2] if found else 0

    def said(self, key_class: KeyClass, digest: Digest, now: float) -> None:
        """A digest was handed over."""
        if digest.vector is not None:
            self._questions.asked(key_class, digest.vector, now)
        if key_class is KeyClass.EVERYONE:
            self._statements.said(digest.hashes, now)

    def _state(self) -> tuple[tuple[KeyClass, int], ...]:
        hashes = ((key_class, self.holdings.hash(key_class)) for key_class in self._classes)
        return tuple((key_class, value) for key_class, value in hashes if value)

    # -- time and place ----------------------------------------------------------------------

    def ready(self, ready: bool, now: float) -> None:
        """The radio can be used, or not. Back after a while: ask at once for what was missed."""
        if not ready:
            self._away_since = now
        elif not 0 <= now - self._away_since < AWAY_S:
            self._questions.ask_in_case(now)
            self._statements.news(now)

    def moved(self, now: float) -> None:
        """This node is somewhere else: others may be in reach."""
        self._statements.moved(now)

    def handle_timer(self, now: float) -> None:
        """Let time pass."""
        self._expire(now)
        self._statements.check_clock(now)
        if now >= self._statements.timer_at():
            self._statements.pass_time(len(self.neighbours.fresh(now)), self._state(), now)

    def trickle_at(self) -> float:
        """When `handle_timer` has something to do."""
        return self._statements.timer_at()

    def question_at(self) -> float | None:
        """When `next_question` has something to say."""
        return self._questions.at()

    def statement_at(self) -> float | None:
        """When `next_statement` has something to say."""
        return self._statements.at()

    def in_step(self, neighbour: Neighbour) -> bool:
        """Whether a neighbour said that it holds what is held here."""
        classes = self._peer(neighbour.member)
        return all(
            neighbour.hash_of(key_class) == self.holdings.hash(key_class)
            for key_class in self._classes
            if key_class in classes
        )

    def _expire(self, now: float) -> None:
        for item_id in self.holdings.expire(now):
            self._repair.drop(item_id)
            self.receipts.over(item_id)

    def shifted(self, by: float) -> None:
        """The clock was set forward by `by` seconds."""
        self.holdings.shifted(by, self._started)
        self.neighbours.shifted(by)
        self._repair.shifted(by)
        self._questions.shifted(by)
        self._statements.shifted(by)
        self._away_since += by
        self._started += by
