"""New keys reach everybody but the excluded, and only what was signed for comes out."""

from __future__ import annotations

import hashlib
import random
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import ECB
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import (
    crypto_scalarmult,
    crypto_scalarmult_base,
    crypto_sign_ed25519_pk_to_curve25519,
)

from benchmarks.rekey import worst_cover, worst_frames
from meshdefense_protocol.errors import ValueRangeError
from meshdefense_protocol.identity import Identity
from meshdefense_protocol.rekey import (
    class_secret,
    commitment_of,
    open_boxes,
    open_content,
    open_tree,
    seal_boxes,
    seal_tree,
)
from meshdefense_protocol.rekey_content import TreeContent, decode_content
from meshdefense_protocol.rekey_parts import frames_for
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.subtree import DEPTH, NUMBER_MAX, cover, path, path_keys
from support.vectors import load
from vectors.make_rekey import rekey

PUBLISHED = load("rekey")
NETWORK_ID = bytes.fromhex(PUBLISHED["network_id"])
MASTER = bytes.fromhex(PUBLISHED["master"])
SEED = bytes.fromhex(PUBLISHED["seed"])
EPHEMERAL = bytes(range(32))
EPOCH = 2
COMMITMENT = commitment_of(NETWORK_ID, EPOCH, SEED)
LOW_ORDER = (bytes(32), b"\1" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f")


def sealed(excluded: tuple[int, ...], highest: int, seed: bytes = SEED) -> bytes:
    return seal_tree(MASTER, NETWORK_ID, EPOCH, 0, seed, excluded, highest)


def keys_of(number: int, master: bytes = MASTER) -> dict[int, bytes]:
    return path_keys(master, NETWORK_ID, 0, number)


def opened(content: bytes, number: int, keys: dict[int, bytes] | None = None) -> bytes | None:
    held = keys_of(number) if keys is None else keys
    return open_tree(content, number, held, NETWORK_ID, EPOCH, COMMITMENT)


def signing_seed(number: int) -> bytes:
    return number.to_bytes(32, "big")


def boxed(numbers: list[int], seed: bytes = SEED) -> bytes:
    members = {number: Identity(signing_seed(number)).key for number in numbers}
    return seal_boxes(NETWORK_ID, EPOCH, 1, seed, members, EPHEMERAL)


def unboxed(content: bytes, number: int, of: int | None = None) -> bytes | None:
    secret = signing_seed(of or number)
    return open_boxes(content, number, secret, NETWORK_ID, EPOCH, COMMITMENT)


# -- the tree ------------------------------------------------------------------------------


@pytest.mark.parametrize("highest", [1, 2, 3, 4, 7, 8, 9, 31, 32, 33, 50, 64, 65])
def test_each_remaining_member_opens_and_the_lost_one_does_not(highest: int) -> None:
    keys = {number: keys_of(number) for number in range(1, highest + 1)}
    for lost in range(1, highest + 1):
        if highest == 1:
            with pytest.raises(ValueRangeError, match="nobody"):
                sealed((lost,), highest)
            continue
        content = sealed((lost,), highest)
        for number, held in keys.items():
            assert opened(content, number, held) == (None if number == lost else SEED), (lost,)


@pytest.mark.slow
@pytest.mark.parametrize("highest", [50, 128, 200])
def test_every_pair_of_a_lost_and_another_member_holds(highest: int) -> None:
    keys = {number: keys_of(number) for number in range(1, highest + 1)}
    for lost in range(1, highest + 1):
        content = sealed((lost,), highest)
        found = {number for number, held in keys.items() if opened(content, number, held) == SEED}
        assert found == keys.keys() - {lost}


@pytest.mark.slow
def test_every_wrap_after_every_single_loss_opens_for_every_size_up_to_200() -> None:
    # with the covers of test_subtree, which hold each pair: every remaining member opens
    keys = {number: keys_of(number) for number in range(1, 201)}
    for highest in range(2, 201):
        for lost in range(1, highest + 1):
            content = sealed((lost,), highest)
            assert opened(content, lost, keys[lost]) is None, (lost, highest)
            for node in cover((lost,), highest):
                first = node << DEPTH + 1 - node.bit_length() & NUMBER_MAX or 1
                assert opened(content, first, keys[first]) == SEED, (lost, highest)


def test_random_losses_in_every_size_up_to_200_shut_out_the_lost_alone() -> None:
    drawn = random.Random(33)
    keys = {number: keys_of(number) for number in range(1, 201)}
    for highest in range(2, 201):
        lost = drawn.sample(range(1, highest + 1), drawn.randrange(highest))
        content = sealed(tuple(lost), highest)
        for number in drawn.sample(range(1, highest + 1), min(highest, 25)):
            expected = None if number in lost else SEED
            assert opened(content, number, keys[number]) == expected, (highest, lost, number)


def test_the_lost_cannot_open_any_wrap_with_any_key_that_they_hold() -> None:
    lost = (3, 16, 17, 40)
    content = sealed(lost, 50)
    found = decode_content(content)
    assert isinstance(found, TreeContent)
    tried = 0
    for number in lost:
        for key in keys_of(number).values():
            derived = hashlib.blake2b(
                NETWORK_ID + b"\0\0\x02" + COMMITMENT, key=key, person=b"md1 wrap", digest_size=32
            ).digest()
            for wrap in found.wraps:
                tried += 1
                assert Cipher(AES256(derived), ECB()).decryptor().update(wrap) != SEED
    assert tried == 4 * 17 * len(cover(lost, 50))


def test_all_of_the_lost_together_hold_no_key_of_the_cover() -> None:
    lost = (3, 16, 17, 40)
    together = {node for number in lost for node in path(number)}
    assert together.isdisjoint(cover(lost, 50))


def test_a_wrap_is_the_published_block() -> None:
    content = sealed((), 7)
    key = hashlib.blake2b(
        NETWORK_ID + b"\0" + b"\0\x02" + COMMITMENT,
        key=keys_of(1)[1],
        person=b"md1 wrap",
        digest_size=32,
    ).digest()
    block = Cipher(AES256(key), ECB()).encryptor().update(SEED)
    assert content == b"\0\0\0\x07\0" + block


def test_two_proposals_for_one_epoch_never_use_one_key_twice() -> None:
    one, other = sealed((3,), 7), sealed((3,), 7, bytes(16))
    assert one[:5] == other[:5]
    for at in range(5, len(one), 16):
        key = {}
        for content, seed in ((one, SEED), (other, bytes(16))):
            node = cover((3,), 7)[(at - 5) // 16]
            committed = commitment_of(NETWORK_ID, EPOCH, seed)
            key[content] = hashlib.blake2b(
                NETWORK_ID + b"\0\0\x02" + committed,
                key=next(held[node] for n in range(1, 8) if node in (held := keys_of(n))),
                person=b"md1 wrap",
                digest_size=32,
            ).digest()
            found = Cipher(AES256(key[content]), ECB()).decryptor().update(content[at : at + 16])
            assert found == seed
        assert key[one] != key[other]


def test_another_masters_key_another_epoch_or_another_commitment_opens_nothing() -> None:
    content = sealed((3,), 7)
    assert opened(content, 5) == SEED
    assert opened(content, 5, keys_of(5, bytes(32))) is None
    assert open_tree(content, 5, keys_of(5), NETWORK_ID, 3, COMMITMENT) is None
    assert open_tree(content, 5, keys_of(5), bytes(16), EPOCH, COMMITMENT) is None
    assert open_tree(content, 5, keys_of(5), NETWORK_ID, EPOCH, bytes(16)) is None
    assert opened(content, 5, {}) is None


@given(st.integers(0, 8 * 53 - 1))
def test_a_flipped_bit_never_gives_another_seed(bit: int) -> None:
    content = bytearray(sealed((3,), 7))
    content[bit // 8] ^= 1 << bit % 8
    for number in (1, 2, 4, 5, 6, 7):
        assert opened(bytes(content), number) in (None, SEED)
    assert opened(bytes(content), 3) is None


def test_the_same_decision_gives_the_same_bytes_to_every_organizer() -> None:
    assert sealed((5, 3, 3), 7) == sealed((3, 5), 7)


@pytest.mark.parametrize("size", [0, 15, 17])
def test_a_seed_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        sealed((3,), 7, bytes(size))
    with pytest.raises(ValueError, match="16 bytes"):
        boxed([3], bytes(size))
    with pytest.raises(ValueError, match="16 bytes"):
        class_secret(bytes(32), bytes(size), 0, EPOCH)


def test_a_content_that_no_frames_can_carry_is_refused_with_its_cost() -> None:
    with pytest.raises(ValueRangeError, match=r"need \d+ frames, the limit is 128"):
        sealed(tuple(range(1, 4000, 2)), 4000)


# -- boxes ---------------------------------------------------------------------------------


def test_each_box_opens_for_its_member_and_for_nobody_else() -> None:
    numbers = [1, 2, 3, 7, 8, 400]
    content = boxed(numbers)
    for number in numbers:
        assert unboxed(content, number) == SEED
        for other in {*numbers, 5} - {number}:
            assert unboxed(content, number, of=other) is None
    assert unboxed(content, 5) is None


def test_a_box_is_the_published_block() -> None:
    content = boxed([9])
    point = crypto_sign_ed25519_pk_to_curve25519(Identity(signing_seed(9)).key)
    key = hashlib.blake2b(
        NETWORK_ID + b"\0\x02" + COMMITMENT + b"\0\x09",
        key=crypto_scalarmult(EPHEMERAL, point),
        person=b"md1 box",
        digest_size=32,
    ).digest()
    public = crypto_scalarmult_base(EPHEMERAL)
    block = Cipher(AES256(key), ECB()).encryptor().update(SEED)
    assert content == b"\x10\x01" + public + b"\0\x09" + b"\x01\x10" + block


@pytest.mark.parametrize("point", LOW_ORDER)
def test_a_point_of_low_order_opens_nothing(point: bytes) -> None:
    content = boxed([3])
    assert unboxed(content[:2] + point + content[34:], 3) is None


@pytest.mark.parametrize("key", [*LOW_ORDER, b"\2" + bytes(31)])
def test_a_member_whose_key_is_none_is_named(key: bytes) -> None:
    members = {3: Identity(signing_seed(3)).key, 4: key}
    with pytest.raises(ValueRangeError, match="key of member 4"):
        seal_boxes(NETWORK_ID, EPOCH, 1, SEED, members, EPHEMERAL)


def test_boxes_for_nobody_and_with_little_entropy_are_refused() -> None:
    with pytest.raises(ValueRangeError, match="nobody"):
        boxed([])
    with pytest.raises(ValueError, match="32 bytes"):
        seal_boxes(NETWORK_ID, EPOCH, 1, SEED, {}, bytes(31))
    with pytest.raises(ValueRangeError, match="number 0"):
        boxed([0])


@pytest.mark.parametrize("case", PUBLISHED["refused"], ids=lambda case: case["why"])
def test_a_content_that_is_malformed_opens_for_nobody(case: dict[str, str]) -> None:
    raw = bytes.fromhex(case["content"])
    assert opened(raw, 5) is None
    assert unboxed(raw, 5) is None


def test_either_way_of_wrapping_is_opened_by_one_function() -> None:
    for content in (sealed((3,), 7), boxed([1, 2, 5])):
        for number, seed in ((5, SEED), (3, None)):
            found = open_content(
                content, number, keys_of(number), signing_seed(number), NETWORK_ID, EPOCH,
                COMMITMENT,
            )  # fmt: skip
            assert found == seed


# -- cost ----------------------------------------------------------------------------------


def test_losing_one_takes_one_frame_of_50_and_at_most_two_of_1000() -> None:
    assert {frames_for(sealed((lost,), 50)) for lost in range(1, 51)} == {1}
    assert {frames_for(sealed((lost,), 200)) for lost in range(1, 201)} == {1}
    assert max(frames_for(sealed((lost,), 1000)) for lost in range(1, 1001)) == 2


def test_the_most_wraps_that_any_choice_takes_is_what_the_best_choice_takes() -> None:
    drawn = random.Random(66)
    for highest in (7, 11):
        for subset in range(1 << highest):
            lost = [number for number in range(1, highest + 1) if subset >> number - 1 & 1]
            assert len(cover(lost, highest)) <= worst_cover(len(lost), highest)
    assert worst_cover(10, 1000) == 66
    best = 0
    for _ in range(300):  # one in each eighth, and two in two of them that are far apart
        lost = [eighth * 128 + drawn.randrange(40, 64) for eighth in range(7)] + [930]
        lost += [eighth * 128 + drawn.randrange(64, 100) for eighth in drawn.sample(range(7), 2)]
        best = max(best, len(cover(lost, 1000)))
    assert best == 66


def test_losing_any_ten_of_1000_takes_at_most_nine_frames() -> None:
    assert worst_frames(10, 1000) == 8
    drawn = random.Random(10)
    for _ in range(100):
        lost = tuple(drawn.sample(range(1, 1001), 10))
        assert frames_for(sealed(lost, 1000)) <= 8, lost


# -- secrets -------------------------------------------------------------------------------


def test_a_class_secret_needs_both_the_static_secret_and_the_seed() -> None:
    made = {
        class_secret(static, seed, key_class, epoch)
        for static in (bytes(32), b"\1" * 32)
        for seed in (bytes(16), SEED)
        for key_class in KeyClass
        for epoch in (2, 3)
    }
    assert len(made) == 32
    with pytest.raises(ValueError, match="32 bytes"):
        class_secret(b"", SEED, 0, EPOCH)


# -- what is published ---------------------------------------------------------------------


def test_the_file_is_what_its_maker_writes() -> None:
    assert rekey() == PUBLISHED


@pytest.mark.parametrize("case", PUBLISHED["covers"], ids=str)
def test_a_cover_is_what_is_published(case: dict[str, Any]) -> None:
    assert list(cover(case["excluded"], case["highest"])) == case["nodes"]


def test_path_keys_commitments_and_class_secrets_are_what_is_published() -> None:
    held = PUBLISHED["path"]
    keys = path_keys(MASTER, NETWORK_ID, held["generation"], held["number"])
    assert {str(node): key.hex() for node, key in keys.items()} == held["keys"]
    for epoch, commitment in PUBLISHED["commitments"].items():
        message = NETWORK_ID + int(epoch).to_bytes(2, "big")
        digest = hashlib.blake2b(message, key=SEED, person=b"md1 commitment", digest_size=16)
        assert digest.hexdigest() == commitment == commitment_of(NETWORK_ID, int(epoch), SEED).hex()
    for case in PUBLISHED["class_secrets"]:
        digest = hashlib.blake2b(
            SEED + bytes((case["class"],)) + case["epoch"].to_bytes(2, "big"),
            key=bytes.fromhex(case["static"]),
            person=b"md1 class",
            digest_size=32,
        )
        assert digest.hexdigest() == case["secret"]


@pytest.mark.parametrize("case", PUBLISHED["trees"], ids=lambda case: case["name"])
def test_a_published_tree_opens_for_those_that_it_is_for(case: dict[str, Any]) -> None:
    content = bytes.fromhex(case["content"])
    found = decode_content(content)
    assert isinstance(found, TreeContent)
    assert list(found.excluded) == case["excluded"]
    assert (found.generation, found.highest) == (case["generation"], case["highest"])
    commitment = commitment_of(NETWORK_ID, case["epoch"], SEED)
    for number in {1, 2, case["highest"], *case["excluded"]}:
        keys = path_keys(MASTER, NETWORK_ID, case["generation"], number)
        expected = None if number in case["excluded"] else SEED
        assert open_tree(content, number, keys, NETWORK_ID, case["epoch"], commitment) == expected


@pytest.mark.parametrize("case", PUBLISHED["boxes"], ids=lambda case: case["name"])
def test_published_boxes_open_for_their_members(case: dict[str, Any]) -> None:
    content = bytes.fromhex(case["content"])
    commitment = commitment_of(NETWORK_ID, case["epoch"], SEED)
    for member in case["members"]:
        secret = bytes.fromhex(member["seed"])
        assert Identity(secret).key.hex() == member["key"]
        found = open_boxes(content, member["number"], secret, NETWORK_ID, case["epoch"], commitment)
        assert found == SEED
