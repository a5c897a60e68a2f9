"""Who is in reach: the last word of each, in the order heard, and no word twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.digest import STAMP_UNIT_S, Digest, stamp_of
from meshdefense_protocol.neighbours import FORGET_STAMP_S, NEIGHBOURS_MAX, Neighbour, Neighbours
from meshdefense_protocol.sealing import KeyClass
from support.network import NOW

HASHES = ((KeyClass.EVERYONE, 7),)


def says(member: int, at: float = NOW) -> Digest:
    return Digest(member, stamp_of(at), HASHES)


def test_the_last_heard_comes_last_with_what_it_said_last() -> None:
    neighbours = Neighbours([Neighbour(9, NOW - 5, ()), Neighbour(8, NOW - 60, ())])
    neighbours.heard(says(4), NOW, 3.5)
    neighbours.heard(Digest(8, stamp_of(NOW), HASHES), NOW + 1, None)
    assert [one.member for one in neighbours] == [9, 4, 8]
    found = neighbours.get(8)
    assert found == Neighbour(8, NOW + 1, HASHES, None)
    assert found.hash_of(KeyClass.EVERYONE) == 7
    assert found.hash_of(KeyClass.FIELD) == 0
    assert neighbours.get(5) is None


@given(st.lists(st.integers(-400, 400).map(lambda n: n * STAMP_UNIT_S), min_size=1, max_size=30))
def test_only_a_newer_stamp_is_news(offsets: list[int]) -> None:
    neighbours = Neighbours()
    newest: int | None = None
    for place, offset in enumerate(offsets):
        digest, now = says(4, NOW + offset), NOW + place
        replay = neighbours.is_replay(digest, now)
        assert replay == (newest is not None and offset <= newest)
        if not replay:
            neighbours.heard(digest, now, None)
            newest = offset


@given(st.integers(0, 0xFFFF), st.integers(1, 0x7FFF))
def test_stamps_go_on_after_the_last_one(stamp: int, later: int) -> None:
    neighbours = Neighbours()
    neighbours.heard(Digest(4, stamp, ()), NOW, None)
    assert not neighbours.is_replay(Digest(4, stamp + later & 0xFFFF, ()), NOW)
    assert neighbours.is_replay(Digest(4, stamp - later & 0xFFFF, ()), NOW)
    assert neighbours.is_replay(Digest(4, stamp, ()), NOW)
    assert not neighbours.is_replay(Digest(5, stamp, ()), NOW)


def test_a_sender_whose_clock_was_set_back_is_believed_again_after_a_while() -> None:
    neighbours = Neighbours()
    neighbours.heard(says(4, NOW + 50_000), NOW, None)
    assert neighbours.is_replay(says(4), NOW + FORGET_STAMP_S - 1)
    assert not neighbours.is_replay(says(4), NOW + FORGET_STAMP_S)


def test_an_own_clock_that_was_set_makes_no_digest_a_replay() -> None:
    neighbours = Neighbours()
    neighbours.heard(says(4), NOW, None)
    neighbours.shifted(-5000.0)
    assert not neighbours.is_replay(says(4), NOW - 4990)
    found = neighbours.get(4)
    assert found is not None
    assert found.heard_at == NOW - 5000


def test_stored_neighbours_bar_none_of_their_digests() -> None:
    neighbours = Neighbours([Neighbour(4, NOW, HASHES)])
    assert not neighbours.is_replay(says(4, NOW - 10_000), NOW + 1)


def test_no_more_than_the_bound_are_remembered_and_the_longest_silent_goes_first() -> None:
    neighbours = Neighbours()
    for member in range(1, NEIGHBOURS_MAX + 6):
        neighbours.heard(says(member), NOW + member, None)
    kept = [one.member for one in neighbours]
    assert kept == list(range(6, NEIGHBOURS_MAX + 6))
    assert not neighbours.is_replay(says(1), NOW + 300)
