"""Who holds what this member said: only more, never this node, never another set."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.digest import HOLDERS_BYTES, Digest, decode_digest, encode_digest
from meshdefense_protocol.events import HeldChanged
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.receipts import OWN_MAX, Receipts, members_of
from meshdefense_protocol.sealing import KeyClass

ME = 3
ALL, FIELD = KeyClass.EVERYONE, KeyClass.FIELD
FIRST, SECOND, SECRET = (ItemId(ME, 0, sequence) for sequence in range(3))
numbers = st.sets(st.integers(1, 2040), max_size=20)


def mask(members: set[int]) -> int:
    return sum(1 << member for member in members)


def watched() -> Receipts:
    receipts = Receipts(ME)
    receipts.own(FIRST, ALL)
    receipts.own(SECOND, ALL)
    receipts.own(SECRET, FIELD)
    return receipts


@given(numbers)
def test_a_bitmap_and_its_numbers_say_the_same(members: set[int]) -> None:
    assert members_of(mask(members)) == tuple(sorted(members))


@given(st.lists(numbers, max_size=8))
def test_holders_only_become_more_and_this_node_is_none_of_them(steps: list[set[int]]) -> None:
    receipts, known = watched(), set[int]()
    for members in steps:
        changed = receipts.holds(FIRST, mask(members))
        news = members - known - {ME}
        known |= members - {ME}
        assert changed == (HeldChanged(FIRST, tuple(sorted(known))) if news else None)
        assert receipts.holders(FIRST) == mask(known)
    assert receipts.holders(SECOND) == 0


def test_the_same_set_is_a_receipt_for_every_own_item_of_its_class() -> None:
    receipts = watched()
    assert receipts.same(ALL, mask({4, 5})) == [
        HeldChanged(FIRST, (4, 5)),
        HeldChanged(SECOND, (4, 5)),
    ]
    assert receipts.same(ALL, mask({5})) == []
    assert receipts.holders(SECRET) == 0


def test_another_set_forgets_who_held_the_last_one_but_no_receipt() -> None:
    receipts = watched()
    receipts.same(ALL, mask({4}))
    receipts.set_changed(ALL)
    assert receipts.known_same([ALL]) == 0
    assert receipts.holders(FIRST) == mask({4})


def test_a_digest_names_only_who_holds_the_same_of_all_its_classes() -> None:
    receipts = watched()
    receipts.same(ALL, mask({4, 5, ME}))
    receipts.same(FIELD, mask({5, 6, ME}))
    assert receipts.known_same([ALL]) == mask({4, 5})
    assert receipts.known_same([ALL, FIELD]) == mask({5})
    assert receipts.known_same([ALL, KeyClass.DISPATCH]) == 0
    assert receipts.known_same([]) == 0


@given(st.sets(st.integers(1, 0xFFFF), max_size=30))
def test_the_bitmap_of_a_digest_always_fits_and_names_nobody_else(members: set[int]) -> None:
    receipts = watched()
    receipts.same(ALL, mask(members))
    named = receipts.known_same([ALL])
    assert named & ~mask(members) == 0
    assert named & 1 << ME == 0
    digest = Digest(ME, 0, ((ALL, 1),), named)
    content = encode_digest(digest)
    assert len(content) <= 13 + 2 + HOLDERS_BYTES
    assert decode_digest(content) == digest
    if members and max(members) < 100 and members != {ME}:
        assert named == mask(members - {ME})


def test_what_is_over_has_no_receipts() -> None:
    receipts = watched()
    receipts.over(FIRST)
    assert receipts.holds(FIRST, mask({4})) is None
    assert receipts.same(ALL, mask({4})) == [HeldChanged(SECOND, (4,))]


def test_stored_receipts_count_from_the_start() -> None:
    receipts = Receipts(ME, [HeldChanged(FIRST, (4, 9))])
    receipts.own(FIRST, ALL)
    assert receipts.holders(FIRST) == mask({4, 9})
    assert receipts.holds(FIRST, mask({9})) is None
    assert receipts.holds(FIRST, mask({5})) == HeldChanged(FIRST, (4, 5, 9))


def test_the_oldest_own_items_are_no_longer_watched() -> None:
    receipts = Receipts(ME)
    for sequence in range(OWN_MAX + 1):
        receipts.own(ItemId(ME, 0, sequence), ALL)
    assert len(receipts.same(ALL, mask({4}))) == OWN_MAX
    assert receipts.holders(ItemId(ME, 0, 0)) == 0
