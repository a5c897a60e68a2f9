"""The live set against a model; what its hashes tell, and what lists say of it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from meshdefense_protocol.class_set import item_hash
from meshdefense_protocol.digest import HASH_MASK, Digest, decode_digest, encode_digest, entry_bytes
from meshdefense_protocol.holdings import (
    DECISIONS_MAX,
    HOLDINGS_MAX,
    LIMBO_S,
    SECONDS_MAX,
    Holdings,
)
from meshdefense_protocol.items import Item
from meshdefense_protocol.limits import ROSTER_INCARNATION, SEQUENCE_MAX
from meshdefense_protocol.packets import Beacon, CheckIn, KnownBody, Notice, Retract, Warn
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.sealing import KeyClass
from support.network import NOW, Network

NETWORK = Network()
ALL = KeyClass.EVERYONE
LONG = NOW + 7200


def pool() -> list[Item]:
    """Notices, check-ins and retractions of three authors, some of each other."""
    found = []
    for name in ("pia", "vic", "ned"):
        number = NETWORK.number(name)
        bodies: list[KnownBody] = [Notice(f"{name} {n}") for n in range(5)]
        bodies += [CheckIn(1), CheckIn(2), CheckIn(3)]
        bodies += [Retract(ItemId(number, 0, 1)), Retract(ItemId(number, 0, 8)), Beacon(None)]
        bodies += [Retract(ItemId(3, 0, 0))]  # of others, where it is not pia's: no effect
        found += [NETWORK.item(name, body, sequence=n) for n, body in enumerate(bodies)]
    return found


POOL = pool()
BARE = NETWORK.item("pia", Notice("x"), sequence=0)


def bare(author: int, sequence: int, incarnation: int = 0) -> Item:
    """An item that differs by its id; unsigned, which a set does not look at."""
    raw = b"%d/%d/%d" % (author, incarnation, sequence)
    return replace(BARE, id=ItemId(author, incarnation, sequence), raw=raw)


def held(items: list[Item], now: float = NOW) -> Holdings:
    holdings = Holdings()
    for item in items:
        holdings.add(item, ALL, Priority.ALERT, now, LONG)
    return holdings


class HoldingsMachine(RuleBasedStateMachine):
    """A dictionary that does the same, slowly."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.holdings = Holdings()
        self.live: dict[ItemId, tuple[Item, KeyClass, float]] = {}
        self.retracted: dict[ItemId, ItemId] = {}
        self.aside: dict[ItemId, tuple[Item, KeyClass, float]] = {}

    def gone(self, item_id: ItemId | None) -> None:
        if item_id is not None:
            self.live.pop(item_id, None)

    @rule(
        item=st.sampled_from(POOL),
        key_class=st.sampled_from((KeyClass.EVERYONE, KeyClass.FIELD)),
        lifetime=st.sampled_from((-1.0, 60.0, 600.0, 90_000.0)),
    )
    def add(self, item: Item, key_class: KeyClass, lifetime: float) -> None:
        before = self.checkin_of(item.id.author)
        refused = (
            isinstance(item.body, Beacon)
            or lifetime <= 0
            or item.id in self.live
            or item.id in self.retracted
            or (isinstance(item.body, CheckIn) and before is not None and before > item.id)
        )
        found = self.holdings.add(item, key_class, Priority.ALERT, self.now, self.now + lifetime)
        assert (found is None) == refused
        if refused:
            return
        if isinstance(item.body, CheckIn):
            self.gone(before)
        if isinstance(item.body, Retract) and item.body.ref.author == item.id.author:
            self.retracted[item.body.ref] = item.id
            self.gone(item.body.ref)
        self.live[item.id] = (item, key_class, self.now + lifetime)

    def checkin_of(self, author: int) -> ItemId | None:
        mine = [
            item.id
            for item, _, _ in self.live.values()
            if item.id.author == author and isinstance(item.body, CheckIn)
        ]
        return mine[0] if mine else None

    @rule(item=st.sampled_from(POOL))
    def remove(self, item: Item) -> None:
        if isinstance(item.body, Retract):
            return  # only expiry ends one
        self.holdings.remove(item.id, self.now)
        self.gone(item.id)

    @rule(authors=st.sets(st.sampled_from(sorted({item.id.author for item in POOL}))))
    def judge(self, authors: set[int]) -> None:
        """All of these authors must not be passed on now, and nothing of any other."""
        back = [one for one in self.aside if one.author not in authors]
        out = [one for one in self.live if one.author in authors]
        for item_id in back:
            item, _, expires_at = held = self.aside.pop(item_id)
            over = expires_at <= self.now or item_id in self.retracted
            before = self.checkin_of(item_id.author) if isinstance(item.body, CheckIn) else None
            newer = before is not None and before > item_id
            if not over and item_id not in self.live and not newer:
                self.gone(before)
                self.live[item_id] = held
        for item_id in out:
            self.aside.pop(item_id, None)
            self.aside[item_id] = self.live.pop(item_id)
        found = self.holdings.judge(lambda one: one.author in authors, self.now)
        assert set(found) == set(out)

    @rule(seconds=st.sampled_from((1.0, 100.0, 1000.0)))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        over = {i for i, (_, _, expires_at) in self.live.items() if expires_at <= self.now}
        assert set(self.holdings.expire(self.now)) == over
        for item_id in over:
            self.gone(item_id)
        self.retracted = {ref: by for ref, by in self.retracted.items() if by not in over}

    @rule(by=st.sampled_from((-1e6, 1e6)))
    def clock_set(self, by: float) -> None:
        self.holdings.shifted(by, self.now - 1e9)
        self.now += by
        self.live = {i: (item, k, at + by) for i, (item, k, at) in self.live.items()}
        self.aside = {i: (item, k, at + by) for i, (item, k, at) in self.aside.items()}

    @invariant()
    def it_holds_what_the_model_holds(self) -> None:
        assert len(self.holdings) == len(self.live)
        assert self.holdings.size_bytes == sum(len(i.raw) for i, _, _ in self.live.values())
        for key_class in (KeyClass.EVERYONE, KeyClass.FIELD):
            mine = [item for item, of, _ in self.live.values() if of is key_class]
            assert self.holdings.hash(key_class) == (
                sum(item_hash(item.raw) for item in mine) & HASH_MASK
            )
            assert [h.id for h in self.holdings.items(key_class)] == [i.id for i in mine][::-1]

    @invariant()
    def a_list_says_exactly_what_is_held(self) -> None:
        vector = self.holdings.vector(ALL, 0, 1000)
        for item in POOL:
            of = self.live.get(item.id)
            assert vector.says(replace(item.id)) is (of is not None and of[1] is ALL)


HoldingsMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestHoldingsMachine = HoldingsMachine.TestCase


def test_what_is_laid_aside_again_comes_back_as_the_newest() -> None:
    """Found by the machine above."""
    holdings = held([bare(3, 1), bare(3, 0)])
    holdings.judge(lambda _: True, NOW)
    holdings.add(bare(3, 1), ALL, Priority.ALERT, NOW, LONG)
    holdings.judge(lambda _: True, NOW)
    holdings.judge(lambda _: False, NOW)
    assert [one.id.sequence for one in holdings.items(ALL)] == [1, 0]


def own(sequence: int, body: KnownBody) -> Item:
    return replace(BARE, id=ItemId(3, 0, sequence), raw=b"own %d" % sequence, body=body)


ALERT = own(0, Notice("alert"))
LATER = [
    own(1, CheckIn(1)),
    own(2, CheckIn(2)),
    own(3, Retract(ALERT.id)),
    own(4, CheckIn(3)),
    own(5, Retract(ItemId(3, 0, 9))),
]


@given(st.permutations(range(len(LATER))), st.integers(0, len(LATER)))
def test_what_was_withdrawn_in_any_order_leaves_no_trace(order: list[int], count: int) -> None:
    """Nothing was stored since a moment: it is as if nothing had been said since then."""
    said = [ALERT, *LATER]
    stored = said[: len(said) - count]
    holdings = held(said)
    for number in order:
        if number >= len(LATER) - count:
            holdings.withdraw(LATER[number].id, NOW)
    expected = held(stored)
    assert holdings.hash(ALL) == expected.hash(ALL)
    assert {one.id for one in holdings.items(ALL)} == {one.id for one in expected.items(ALL)}
    assert holdings.size_bytes == expected.size_bytes
    for after in (own(9, Notice("later")), own(10, CheckIn(4))):
        for one in (holdings, expected):
            one.add(after, ALL, Priority.ALERT, NOW, LONG)
        assert holdings.hash(ALL) == expected.hash(ALL)


NOTICES = [bare(1 + n % 3, n) for n in range(40)]


@given(st.permutations(range(12)), st.sets(st.integers(0, 11)))
def test_the_hash_does_not_depend_on_the_order(order: list[int], removed: set[int]) -> None:
    holdings = held([NOTICES[number] for number in order])
    for number in order:
        if number in removed:
            holdings.remove(NOTICES[number].id, NOW)
    rest = held([item for number, item in enumerate(NOTICES[:12]) if number not in removed])
    assert holdings.hash(ALL) == rest.hash(ALL)


@given(st.permutations(range(40)), st.sets(st.integers(0, 39)), st.integers(0, 40))
def test_nothing_is_said_to_be_lacking_that_the_other_set_holds(
    order: list[int], theirs: set[int], left_out: int
) -> None:
    mine = held([NOTICES[number] for number in order[left_out:]])
    other = held([NOTICES[number] for number in theirs])
    lacking = mine.lacking(ALL, other.hash(ALL))
    if lacking is not None:
        assert all(item_id in mine and item_id not in other for item_id in lacking)


@given(st.permutations(range(40)), st.integers(0, 32), st.integers(0, 39))
def test_a_set_without_the_newest_or_without_one_is_recognised_by_its_hash(
    numbers: list[int], newest: int, one: int
) -> None:
    order = [NOTICES[number] for number in numbers]
    mine = held(order)
    behind = held(order[: len(order) - newest])
    expected = {item.id for item in order[len(order) - newest :]}
    assert set(mine.lacking(ALL, behind.hash(ALL)) or ()) == expected
    without = held(order[:one] + order[one + 1 :])
    assert mine.lacking(ALL, without.hash(ALL)) == [order[one].id]
    assert set(mine.lacking(ALL, 0) or ()) == {item.id for item in order}


@given(st.sets(st.integers(0, 19), min_size=1))
def test_what_left_here_lately_and_is_still_held_there_makes_no_difference(
    left: set[int],
) -> None:
    mine, theirs = held(NOTICES[:20]), held(NOTICES[:20])
    for number in sorted(left):
        mine.remove(NOTICES[number].id, NOW)
    over = {NOTICES[number].id for number in left}
    assert mine.left_lately(ALL, theirs.hash(ALL), NOW + LIMBO_S)
    assert not mine.left_lately(ALL, theirs.hash(ALL), NOW + LIMBO_S + 1)
    assert all(mine.left(item_id, ALL) for item_id in over)
    more = held([*NOTICES[:20], NOTICES[20]])
    assert not mine.left_lately(ALL, more.hash(ALL), NOW)


def test_an_item_that_comes_back_is_no_longer_one_that_left() -> None:
    holdings = held(NOTICES[:3])
    holdings.remove(NOTICES[0].id, NOW)
    holdings.add(NOTICES[0], ALL, Priority.ALERT, NOW, LONG)
    assert not holdings.left(NOTICES[0].id, ALL)
    assert not holdings.left_lately(ALL, holdings.hash(ALL) + 1, NOW)


def test_no_more_than_the_bound_is_held_and_the_oldest_goes_first() -> None:
    holdings = held([bare(5, sequence) for sequence in range(HOLDINGS_MAX + 10)])
    assert len(holdings) == HOLDINGS_MAX
    assert ItemId(5, 0, 9) not in holdings
    assert ItemId(5, 0, 10) in holdings


ids = st.tuples(st.integers(1, 9), st.integers(0, SEQUENCE_MAX), st.integers(0, 3))
nearby = st.tuples(st.integers(1, 9), st.integers(0, 60), st.integers(0, 1))


@given(st.sets(st.one_of(ids, nearby), max_size=120), st.integers(87, 127))
def test_pages_of_a_list_speak_of_everybody_and_deny_nothing_that_is_held(
    found: set[tuple[int, int, int]], room: int
) -> None:
    items = [bare(*one) for one in sorted(found)]
    holdings = held(items)
    first, pages = 0, 0
    said: set[ItemId] = set()
    while first <= 0xFFFF:
        vector = holdings.vector(ALL, first, room)
        previous, size = first, 0
        for entry in vector.entries:
            size += len(entry_bytes(entry, previous))
            previous = entry.author
        assert size <= room
        digest = Digest(1, 0, (), 0, vector)
        assert decode_digest(encode_digest(digest)) == digest
        for item in items:
            if first <= item.id.author <= vector.last:
                assert vector.says(item.id) is not False
                said.add(item.id)
            else:
                assert vector.says(item.id) is None
        first = vector.last + 1
        pages += 1
        assert pages <= 10
    assert said == {item.id for item in items}


@given(st.sets(nearby, max_size=60))
def test_a_list_without_holes_beyond_its_size_says_no_to_all_else(
    found: set[tuple[int, int, int]],
) -> None:
    holdings = held([bare(*one) for one in sorted(found)])
    vector = holdings.vector(ALL, 0, 4000)
    for author in range(1, 10):
        for sequence in range(62):
            expected = ItemId(author, 0, sequence) in holdings
            said = vector.says(ItemId(author, 0, sequence))
            assert said is expected or said is None


def test_a_list_denies_nothing_of_an_author_with_many_lives_and_many_holes() -> None:
    """Whose entries do not all fit: each is cut, none is left out."""
    items = [bare(3, 3 * n, life) for life in range(4) for n in range(60)]
    vector = held(items).vector(ALL, 3, 87)
    assert vector.says(items[-1].id) is True
    assert all(vector.says(item.id) is not False for item in items)


# -- what organizers decided -------------------------------------------------------------------


def decision(author: int, sequence: int) -> Item:
    """A decision that differs by its id; unsigned."""
    raw = b"d%d/%d" % (author, sequence)
    item_id = ItemId(author, ROSTER_INCARNATION, sequence, Stream.ROSTER)
    return replace(BARE, id=item_id, kind=Warn.KIND, body=Warn(7), raw=raw)


def test_five_thousand_other_items_push_out_no_decision() -> None:
    decisions = [decision(1 + n % 3, n) for n in range(50)]
    holdings = held(decisions)
    for n in range(5_000):
        holdings.add(bare(7 + n % 40, n), ALL, Priority.ALERT, NOW, LONG)
    assert all(item.id in holdings for item in decisions)
    assert len(holdings) == HOLDINGS_MAX + len(decisions)
    assert bare(7, 0).id not in holdings


def test_decisions_are_bounded_and_push_out_nothing_that_members_say() -> None:
    said = [bare(7, n) for n in range(20)]
    holdings = held(said)
    for n in range(DECISIONS_MAX + 10):
        holdings.add(decision(1, n), ALL, Priority.ALERT, NOW, LONG)
    assert len(holdings) == DECISIONS_MAX + len(said)
    assert all(item.id in holdings for item in said)
    assert decision(1, DECISIONS_MAX).id not in holdings
    other = decision(2, 0)  # each organizer has a share of their own
    assert holdings.add(other, ALL, Priority.ALERT, NOW, LONG) is not None
    holdings.remove(other.id, NOW)
    holdings.remove(decision(1, 5).id, NOW)
    assert holdings.add(decision(1, DECISIONS_MAX), ALL, Priority.ALERT, NOW, LONG) is not None


def test_a_decision_is_in_the_hash_and_in_the_list_like_anything_else() -> None:
    items = [bare(7, 0), decision(1, 0), decision(1, 1)]
    holdings = held(items)
    assert holdings.hash(ALL) == sum(item_hash(item.raw) for item in items) & HASH_MASK
    entries = holdings.vector(ALL, 0, 200).entries
    assert [(one.author, one.incarnation, one.runs) for one in entries] == [
        (1, ROSTER_INCARNATION, ((1, 0),)),
        (7, 0, ((0, 0),)),
    ]


# -- two decisions under one id ----------------------------------------------------------------


def another(first: Item, number: int = 0) -> Item:
    """What the same organizer signed under the same id."""
    return replace(first, raw=first.raw + b"|%d" % number)


def second(holdings: Holdings, item: Item) -> bool:
    return holdings.add_second(item, Priority.ALERT, NOW, LONG)


def test_whichever_of_two_decisions_came_first_the_sets_are_equal_in_the_end() -> None:
    one, other = decision(1, 3), another(decision(1, 3))
    mine, theirs = held([decision(1, 2), one]), held([other, decision(1, 2)])
    assert mine.hash(ALL) != theirs.hash(ALL)
    assert second(mine, other)
    assert second(theirs, one)
    assert mine.hash(ALL) == theirs.hash(ALL)
    assert mine.size_bytes == theirs.size_bytes
    assert mine.vector(ALL, 0, 1000) == theirs.vector(ALL, 0, 1000)
    assert len(mine) == len(theirs) == 2


def test_who_has_one_of_two_decisions_is_seen_to_lack_just_the_other() -> None:
    one, other = decision(1, 3), another(decision(1, 3))
    mine, theirs = held([decision(1, 2), one]), held([other, decision(1, 2)])
    alone = held([decision(1, 2), one])
    second(mine, other)
    for lacking, raw in ((alone, other.raw), (theirs, one.raw)):
        [key] = mine.lacking(ALL, lacking.hash(ALL)) or []
        found = mine.get(key)
        assert found is not None
        assert (found.raw, found.id) == (raw, one.id)
        assert found.key == key


def test_a_second_decision_is_held_once_in_bounds_and_no_longer_than_the_first() -> None:
    one = decision(1, 3)
    holdings = held([one])
    before = holdings.hash(ALL)
    assert not second(holdings, one)  # the same is no second one
    assert not second(holdings, another(decision(1, 4)))  # nor is one without a first
    assert not second(holdings, replace(bare(7, 0), raw=b"else"))  # nor one of the log
    for number in range(SECONDS_MAX + 5):
        assert second(holdings, another(one, number)) == (number < SECONDS_MAX)
        assert not second(holdings, another(one, number))
    assert [held.id for held in holdings.items(ALL)] == [one.id]
    holdings.remove(one.id, NOW)
    assert (holdings.hash(ALL), holdings.size_bytes) == (0, 0)
    holdings.add(one, ALL, Priority.ALERT, NOW, LONG)
    assert holdings.hash(ALL) == before
