"""Answers to those who lack something: bounded for each member, and never the same at once."""

from __future__ import annotations

import itertools

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.repair import (
    AMPLIFICATION,
    FORGET_S,
    HOUR_S,
    PEERS_MAX,
    TRIES,
    WANTED_MAX,
    Repair,
)
from support.network import NOW

GAP = 2.0
HELD_BYTES = 500
MEMBERS = (3, 4, 5)
ITEMS = [ItemId(member, 0, sequence) for member in MEMBERS for sequence in range(4)]
members = st.sampled_from(MEMBERS)
items = st.sampled_from(ITEMS)


def wanting(*wanted: ItemId, at: float = NOW, member: int = 3) -> Repair:
    repair = Repair(GAP)
    for item_id in wanted:
        assert repair.want(item_id, member, 2, at, NOW)
    return repair


class RepairMachine(RuleBasedStateMachine):
    """Each member asks for items of its own number, so that every answer has one receiver."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.repair = Repair(GAP)
        self.hours: dict[int, list[float]] = {}
        """By member: begin of its hour, bytes asked, bytes answered."""
        self.sent: dict[ItemId, list[float]] = {}
        self.wanted: set[ItemId] = set()

    def hour(self, member: int) -> list[float]:
        found = self.hours.get(member)
        if found is None or self.now - found[0] >= HOUR_S:
            found = self.hours[member] = [self.now, 0, 0]
        return found

    @rule(member=members, size=st.integers(30, 165))
    def asks(self, member: int, size: int) -> None:
        self.repair.asked(member, size, self.now)
        self.hour(member)[1] += size

    @rule(item_id=items, priority=st.integers(0, 8), wait=st.floats(0, 20))
    def lacks(self, item_id: ItemId, priority: int, wait: float) -> None:
        if self.repair.want(item_id, item_id.author, priority, self.now + wait, self.now):
            self.wanted.add(item_id)

    @rule(item_id=items)
    def is_heard(self, item_id: ItemId) -> None:
        self.repair.heard(item_id, self.now, self.now + 10, self.now + 2)
        self.wanted.discard(item_id)
        assert not self.repair.want(item_id, item_id.author, 2, self.now, self.now + 9)

    @rule(member=members, keep=st.sets(items, max_size=3))
    def has_everything_but(self, member: int, keep: set[ItemId]) -> None:
        self.repair.satisfied(member, keep)
        self.wanted -= {i for i in self.wanted if i.author == member and i not in keep}

    @rule(item_id=items)
    def is_over(self, item_id: ItemId) -> None:
        self.repair.drop(item_id)
        self.wanted.discard(item_id)

    @precondition(lambda self: self.repair.next(self.now) is not None)
    @rule(size=st.integers(90, 200))
    def answer(self, size: int) -> None:
        item_id = self.repair.next(self.now)
        assert item_id in self.wanted
        self.wanted.discard(item_id)
        account = self.hour(item_id.author)
        affordable = account[2] + size <= AMPLIFICATION * (HELD_BYTES + account[1])
        assert self.repair.take(item_id, size, HELD_BYTES, self.now) == affordable
        if affordable:
            account[2] += size
            self.sent.setdefault(item_id, []).append(self.now)

    @rule(seconds=st.sampled_from((0.5, 3.0, 30.0, 600.0, 4000.0)))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(by=st.sampled_from((-3e8, 3e8)))
    def clock_set(self, by: float) -> None:
        self.repair.shifted(by)
        self.now += by
        self.sent = {i: [at + by for at in times] for i, times in self.sent.items()}
        for account in self.hours.values():
            account[0] += by

    @invariant()
    def it_wants_what_the_model_wants(self) -> None:
        assert len(self.repair) == len(self.wanted)
        assert (self.repair.timer_at() is None) == (not self.wanted)

    @invariant()
    def nobody_gets_more_than_the_share(self) -> None:
        for _, asked, answered in self.hours.values():
            assert answered <= AMPLIFICATION * (HELD_BYTES + asked)

    @invariant()
    def one_item_is_never_sent_twice_within_the_gap(self) -> None:
        for times in self.sent.values():
            assert all(b - a >= GAP - 1e-3 for a, b in itertools.pairwise(times))


RepairMachine.TestCase.settings = settings(max_examples=80, stateful_step_count=40)
TestRepairMachine = RepairMachine.TestCase


def test_the_most_urgent_goes_first_and_then_the_first_named() -> None:
    repair = Repair(GAP)
    for wanted, priority in zip(ITEMS[:4], (3, 2, 2, 5), strict=True):
        repair.want(wanted, 3, priority, NOW, NOW)
    order = []
    while (item_id := repair.next(NOW)) is not None:
        order.append(item_id)
        assert repair.take(item_id, 100, 1000, NOW)
    assert order == [ITEMS[1], ITEMS[2], ITEMS[0], ITEMS[3]]


def test_one_item_is_repeated_later_each_time_and_forgotten_after_six_hours() -> None:
    repair, now, waits = Repair(GAP), NOW, []
    for _ in range(6):
        began = now
        while not repair.want(ITEMS[0], 3, 2, now, now):
            now += 0.5
        waits.append(now - began)
        assert repair.take(ITEMS[0], 10, 10_000, now)
    assert waits == [0.0, 2.0, 4.0, 8.0, 16.0, 32.0]
    now += FORGET_S
    assert repair.want(ITEMS[0], 3, 2, now, now)
    assert repair.take(ITEMS[0], 10, 10_000, now)
    assert repair.want(ITEMS[0], 3, 2, now + GAP, now + GAP)


def served(repair: Repair, item_id: ItemId, times: int, now: float = NOW) -> float:
    """Member 3 got it so often, and says each time that it is lacking."""
    for _ in range(times):
        while not repair.want(item_id, 3, 2, now, now):
            now += 1.0
        assert repair.take(item_id, 10, 10_000, now)
    return now + 1000.0


def test_what_somebody_seems_to_refuse_goes_after_everything_else() -> None:
    repair = Repair(GAP)
    now = served(repair, ITEMS[0], TRIES)
    assert repair.want(ITEMS[0], 3, 1, now, now)
    assert repair.want(ITEMS[1], 3, 7, now, now)
    assert repair.next(now) == ITEMS[1]
    repair.drop(ITEMS[1])
    assert repair.next(now) == ITEMS[0]


def test_what_one_refuses_is_as_urgent_as_ever_for_another() -> None:
    repair = Repair(GAP)
    now = served(repair, ITEMS[0], TRIES)
    assert repair.want(ITEMS[0], 3, 1, now, now)
    assert repair.want(ITEMS[0], 4, 1, now, now)
    assert repair.want(ITEMS[1], 3, 7, now, now)
    assert repair.next(now) == ITEMS[0]


def test_who_held_the_same_and_lost_it_is_served_as_for_the_first_time() -> None:
    repair = Repair(GAP)
    now = served(repair, ITEMS[0], 6)
    repair.agreed(3)
    waits = [repair.want(ITEMS[0], 3, 2, now, now)]
    assert repair.take(ITEMS[0], 10, 10_000, now)
    waits.append(repair.want(ITEMS[0], 3, 2, now + GAP, now + GAP))
    assert waits == [True, True]


def test_when_the_list_is_full_what_seems_refused_gives_way() -> None:
    repair = Repair(GAP)
    now = served(repair, ITEMS[0], TRIES)
    assert repair.want(ITEMS[0], 3, 1, now, now)
    for sequence in range(WANTED_MAX - 1):
        assert repair.want(ItemId(5, 0, sequence), 5, 2, now, now)
    assert len(repair) == WANTED_MAX
    assert repair.want(ITEMS[1], 3, 8, now, now)
    assert len(repair) == WANTED_MAX
    assert not repair.want(ITEMS[0], 3, 1, now, now)


def test_an_answer_is_booked_on_somebody_who_has_credit_left() -> None:
    repair = Repair(0.0)
    spent = 0
    while repair.want(ITEMS[0], 3, 2, NOW, NOW) and repair.take(ITEMS[0], 100, 200, NOW):
        spent += 100
    assert spent == AMPLIFICATION * 200
    for member in (3, 4):
        repair.want(ITEMS[1], member, 2, NOW, NOW)
    assert repair.take(ITEMS[1], 100, 200, NOW)
    repair.want(ITEMS[2], 3, 2, NOW, NOW)
    assert not repair.take(ITEMS[2], 100, 200, NOW)
    assert not repair.take(*_again(repair), NOW + HOUR_S - 1)
    repair.want(ITEMS[2], 3, 2, NOW + HOUR_S, NOW + HOUR_S)
    assert repair.take(ITEMS[2], 100, 200, NOW + HOUR_S)


def _again(repair: Repair) -> tuple[ItemId, int, int]:
    repair.want(ITEMS[2], 3, 2, NOW, NOW)
    return ITEMS[2], 100, 200


def test_what_somebody_else_sends_need_not_be_sent_and_the_rest_waits_a_little() -> None:
    repair = wanting(*ITEMS[:3])
    repair.heard(ITEMS[0], NOW, NOW + 10, NOW + 3)
    assert repair.next(NOW + 2.9) is None
    assert repair.timer_at() == NOW + 3
    assert repair.next(NOW + 3) == ITEMS[1]
    assert len(repair) == 2


def test_an_item_that_several_lack_waits_until_none_of_them_does() -> None:
    repair = wanting(ITEMS[0])
    repair.want(ITEMS[0], 4, 2, NOW, NOW)
    repair.satisfied(3)
    assert repair.next(NOW) == ITEMS[0]
    repair.satisfied(4)
    assert repair.next(NOW) is None


def test_who_asks_somebody_else_first_this_time_makes_us_wait_longer() -> None:
    repair = wanting(ITEMS[0], at=NOW + 1)
    repair.want(ITEMS[0], 3, 2, NOW + 9, NOW)
    assert repair.timer_at() == NOW + 9
    repair.want(ITEMS[0], 4, 2, NOW + 99, NOW)
    assert repair.timer_at() == NOW + 9


def test_what_is_wanted_and_who_wants_is_bounded() -> None:
    repair = Repair(GAP)
    for sequence in range(WANTED_MAX + 50):
        took = repair.want(ItemId(3, 0, sequence), 3, 2, NOW, NOW)
        assert took == (sequence < WANTED_MAX)
    assert len(repair) == WANTED_MAX
    for member in range(PEERS_MAX * 4):
        repair.asked(member, 30, NOW)
    assert len(repair._accounts) == PEERS_MAX
