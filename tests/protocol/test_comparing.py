"""Two sets by their digests: who lacks what, and never more than can be told."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.comparing import CHECKED_MAX, SETTLED_MAX, Comparing
from meshdefense_protocol.digest import Entry, Vector
from meshdefense_protocol.events import HeldChanged
from meshdefense_protocol.holdings import Holdings
from meshdefense_protocol.items import Item
from meshdefense_protocol.limits import ROSTER_INCARNATION, SEQUENCE_MAX
from meshdefense_protocol.packets import Notice, Warn
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.receipts import Receipts
from meshdefense_protocol.sealing import KeyClass
from support.network import NOW, Network

ALL = KeyClass.EVERYONE
ME, OTHER = 3, 4
BARE = Network().item("pia", Notice("x"), sequence=0)


def bare(number: int) -> Item:
    """One of forty items of three authors, the first of them this node."""
    return replace(BARE, id=ItemId(ME + number % 3, 0, number // 3), raw=b"%d" % number)


class Side:
    """One node's sets, and how often it looked up whether it knows an item."""

    def __init__(self, numbers: list[int], *, seen: set[int] | None = None) -> None:
        self.holdings, self.receipts = Holdings(), Receipts(ME)
        self.lookups = 0
        self.seen = {bare(number).id for number in [*numbers, *(seen or ())]}
        for number in numbers:
            item = bare(number)
            self.holdings.add(item, ALL, Priority.ALERT, NOW, NOW + 3600)
            if item.id.author == ME:
                self.receipts.own(item.id, ALL)
        self.comparing = Comparing(self.holdings, self.receipts, self.known)

    def known(self, item_id: ItemId) -> bool:
        self.lookups += 1
        return item_id in self.seen

    def hash(self) -> int:
        return self.holdings.hash(ALL)

    def vector(self, room: int = 1000) -> Vector:
        return self.holdings.vector(ALL, 0, room)


sets = st.lists(st.integers(0, 39), unique=True)


@given(sets, sets)
def test_a_whole_list_tells_exactly_what_is_lacking_and_whether_there_is_more(
    here: list[int], there: list[int]
) -> None:
    mine, theirs = Side(here), Side(there)
    found = mine.comparing.compare(OTHER, ALL, theirs.hash(), theirs.vector(), 0, NOW)
    if set(here) == set(there):
        assert found.agree
        return
    assert not found.agree
    assert set(found.lacks) == {bare(n).id for n in set(here) - set(there)}
    assert found.more == bool(set(there) - set(here))


@given(sets, sets)
def test_a_hash_alone_never_makes_us_offer_what_they_hold(
    here: list[int], there: list[int]
) -> None:
    mine, theirs = Side(here), Side(there)
    found = mine.comparing.compare(OTHER, ALL, theirs.hash(), None, 0, NOW)
    assert not set(found.lacks) & {bare(n).id for n in there}
    assert found.agree == (set(here) == set(there))
    if set(there) - set(here):
        assert found.more


@given(sets, sets, st.integers(12, 40))
def test_a_list_in_part_denies_nothing(here: list[int], there: list[int], room: int) -> None:
    mine, theirs = Side(here), Side(there)
    found = mine.comparing.compare(OTHER, ALL, theirs.hash(), theirs.vector(room), 0, NOW)
    assert not set(found.lacks) & {bare(n).id for n in there}


def test_the_same_hash_is_a_receipt_from_its_sender_and_whom_it_names() -> None:
    mine = Side([0, 1])
    found = mine.comparing.compare(OTHER, ALL, mine.hash(), None, 1 << 6, NOW)
    assert found.agree
    assert found.held == (HeldChanged(bare(0).id, (4, 6)),)


def test_an_empty_set_is_no_receipt() -> None:
    assert Side([]).comparing.compare(OTHER, ALL, 0, None, 1 << 6, NOW).held == ()


def test_a_list_is_a_receipt_for_what_it_names_although_the_rest_differs() -> None:
    mine, theirs = Side([0, 1, 3]), Side([0, 2])
    found = mine.comparing.compare(OTHER, ALL, theirs.hash(), theirs.vector(), 1 << 6, NOW)
    assert found.held == (HeldChanged(bare(0).id, (4,)),)


def test_what_left_here_lately_is_a_receipt_and_no_reason_to_ask() -> None:
    mine, theirs = Side([0, 1, 2]), Side([0, 1, 2])
    mine.holdings.remove(bare(2).id, NOW)
    found = mine.comparing.compare(OTHER, ALL, theirs.hash(), None, 1 << 6, NOW + 60)
    assert found.agree
    assert found.held == (HeldChanged(bare(0).id, (4,)),)


def test_what_was_refused_here_is_settled_after_one_whole_list() -> None:
    """They hold an item that this node refused: there is nothing to exchange."""
    mine, theirs = Side([0, 1], seen={2}), Side([0, 1, 2])
    assert mine.comparing.compare(OTHER, ALL, theirs.hash(), None, 0, NOW).more
    mine.comparing.compare(OTHER, ALL, theirs.hash(), theirs.vector(), 0, NOW)
    assert mine.comparing.compare(OTHER, ALL, theirs.hash(), None, 0, NOW).agree
    theirs.holdings.add(bare(5), ALL, Priority.ALERT, NOW, NOW + 3600)
    assert mine.comparing.compare(OTHER, ALL, theirs.hash(), None, 0, NOW).more


def test_a_list_in_part_settles_nothing() -> None:
    mine, theirs = Side([0, 1], seen={2}), Side([0, 1, 2])
    part = replace(theirs.vector(), last=4)
    mine.comparing.compare(OTHER, ALL, theirs.hash(), part, 0, NOW)
    assert not mine.comparing.compare(OTHER, ALL, theirs.hash(), None, 0, NOW).agree


def test_settled_pairs_are_bounded() -> None:
    mine = Side([0, 1])
    for value in range(1, SETTLED_MAX + 10):
        mine.comparing.compare(OTHER, ALL, value, mine.vector(), 0, NOW)
    agrees = [
        mine.comparing.compare(OTHER, ALL, value, None, 0, NOW).agree
        for value in range(1, SETTLED_MAX + 10)
    ]
    assert agrees == [False] * 9 + [True] * SETTLED_MAX


@given(st.lists(st.integers(1, 0xFFFF), min_size=1, max_size=30, unique=True))
def test_an_endless_list_costs_a_bounded_number_of_lookups(authors: list[int]) -> None:
    mine = Side([0, 1])
    mine.comparing = Comparing(mine.holdings, mine.receipts, lambda i: mine.known(i) or True)
    whole = tuple(Entry(author, 0, ((SEQUENCE_MAX, 0),)) for author in sorted(authors))
    found = mine.comparing.compare(OTHER, ALL, 77, Vector(0, 0xFFFF, whole), 0, NOW)
    assert mine.lookups <= CHECKED_MAX + 1
    assert not found.more


def test_equal_ids_with_another_hash_offer_each_decision_twice_the_newest_first() -> None:
    """Of two decisions under one id each may have one, and nobody can tell which."""
    mine, theirs = Side([]), Side([])
    for number in range(6):
        for side, word in ((mine, b"a"), (theirs, b"b" if number == 2 else b"a")):
            item_id = ItemId(1, ROSTER_INCARNATION, number, Stream.ROSTER)
            item = replace(BARE, id=item_id, body=Warn(7), raw=b"%d" % number + word)
            side.holdings.add(item, ALL, Priority.ALERT, NOW, NOW + 3600)
            side.seen.add(item_id)
    offers = []
    for vector in (theirs.vector(), None, None, None, None):
        found = mine.comparing.compare(OTHER, ALL, theirs.hash(), vector, 0, NOW)
        assert found.agree == (vector is None)
        offers.append([key.sequence for key in found.lacks if isinstance(key, ItemId)])
    assert offers == [[5, 4, 3, 2], [5, 4, 3, 2], [1, 0], [1, 0], []]
