"""Trees and covers: whoever is excluded is in no subtree, everybody else in exactly one."""

from __future__ import annotations

import hashlib
import random
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.errors import ValueRangeError
from meshdefense_protocol.subtree import DEPTH, NUMBER_MAX, cover, node_key, path, path_keys

NETWORK_ID = bytes(range(16))
MASTER = bytes(range(32))


def leaves(node: int) -> range:
    """The numbers below a node."""
    height = DEPTH + 1 - node.bit_length()
    return range((node << height) - (1 << DEPTH), (node + 1 << height) - (1 << DEPTH))


def check(excluded: set[int], highest: int) -> int:
    """The size of the cover, which is right."""
    found = cover(excluded, highest)
    numbers = [number for node in found for number in leaves(node)]
    assert numbers == sorted(set(numbers)), (excluded, highest)
    assert excluded.isdisjoint(numbers), (excluded, highest)
    assert set(range(1, highest + 1)) - excluded <= set(numbers), (excluded, highest)
    return len(found)


def fewest(excluded: set[int], highest: int, node: int) -> int:
    """By brute force: how many subtrees below `node` are needed."""
    held = leaves(node)
    if not set(held) & set(range(1, highest + 1)) - excluded:
        return 0
    if excluded.isdisjoint(held):
        return 1
    return fewest(excluded, highest, 2 * node) + fewest(excluded, highest, 2 * node + 1)


def test_each_single_loss_is_covered_for_every_size_up_to_200() -> None:
    for highest in range(1, 201):
        for lost in range(1, highest + 1):
            assert check({lost}, highest) <= (highest - 1).bit_length() + 1


def test_random_losses_are_covered_for_every_size_up_to_200() -> None:
    drawn = random.Random(2001)
    for highest in range(1, 201):
        for _ in range(5):
            check(set(drawn.sample(range(1, highest + 1), drawn.randint(0, highest))), highest)


def test_a_cover_has_as_few_subtrees_as_can_be() -> None:
    for highest in (1, 2, 5, 9):
        for count in range(1, highest + 1):
            for lost in combinations(range(1, highest + 1), count):
                excluded = set(lost)
                assert len(cover(lost, highest)) == fewest(excluded, highest, 1), (lost, highest)


@given(st.sets(st.integers(1, NUMBER_MAX), min_size=1, max_size=40), st.integers(1, NUMBER_MAX))
def test_a_member_of_any_network_is_in_one_subtree_unless_excluded(
    excluded: set[int], number: int
) -> None:
    found = cover(excluded, NUMBER_MAX)
    assert len(set(found) & set(path(number))) == (number not in excluded)


@given(st.sets(st.integers(1, 999)), st.randoms(use_true_random=False))
def test_the_order_in_which_members_are_named_does_not_matter(
    excluded: set[int], chance: random.Random
) -> None:
    named = list(excluded) * 2
    chance.shuffle(named)
    assert cover(named, 999) == cover(excluded, 999)


def test_nobody_excluded_takes_one_subtree_and_everybody_none() -> None:
    assert cover((), 1) == cover((), NUMBER_MAX) == (1,)
    assert cover(range(1, 8), 7) == ()
    assert cover((1,), 1) == ()


@pytest.mark.parametrize(
    ("excluded", "highest"), [((0,), 5), ((6,), 5), ((), 0), ((), 65536), ((-1,), 5)]
)
def test_a_number_that_nobody_can_have_is_refused(excluded: tuple[int, ...], highest: int) -> None:
    with pytest.raises(ValueRangeError, match="outside 1 to"):
        cover(excluded, highest)


def test_a_path_leads_from_the_leaf_to_the_root() -> None:
    found = path(1000)
    assert (found[0], found[-1], len(found)) == (66536, 1, 17)
    assert all(above == below // 2 for below, above in pairwise(found))
    with pytest.raises(ValueRangeError):
        path(0)


def test_a_node_key_is_the_published_hash() -> None:
    expected = hashlib.blake2b(
        NETWORK_ID + b"\x07" + (66536).to_bytes(4, "big"),
        key=MASTER,
        person=b"md1 tree node",
        digest_size=32,
    ).digest()
    assert node_key(MASTER, NETWORK_ID, 7, 66536) == expected
    assert path_keys(MASTER, NETWORK_ID, 7, 1000)[66536] == expected


def test_each_master_network_generation_and_node_has_its_own_key() -> None:
    made = [
        node_key(master, network_id, generation, node)
        for master in (MASTER, bytes(32))
        for network_id in (NETWORK_ID, bytes(16))
        for generation in (0, 1, 255)
        for node in (1, 2, 65536, 131071)
    ]
    assert len(set(made)) == len(made) == 48


def test_two_members_share_the_keys_of_their_common_subtrees_only() -> None:
    one, other = (path_keys(MASTER, NETWORK_ID, 0, number) for number in (8, 11))
    shared = one.keys() & other.keys()
    assert shared == set(path(8)[2:])
    assert all(one[node] == other[node] for node in shared)
    assert len(set(one.values()) | set(other.values())) == 2 * 17 - len(shared)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_master_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        node_key(bytes(size), NETWORK_ID, 0, 1)
