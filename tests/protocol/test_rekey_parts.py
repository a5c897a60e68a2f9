"""Parts of a re-key: in any order, beside wrong ones, only the signed content comes out."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.limits import FRAME_OVERHEAD, FRAME_TARGET
from meshdefense_protocol.rekey_parts import (
    CANDIDATES_MAX,
    PART_SIZE,
    PARTS_MAX,
    Assembly,
    Part,
    content_hash,
    decode_part,
    encode_part,
    frames_for,
    parts,
)
from meshdefense_protocol.sealing import EpochSecret, KeyClass, KeyRing
from support.vectors import load

PUBLISHED = load("rekey")
NETWORK_ID = bytes.fromhex(PUBLISHED["network_id"])
EPOCH = 2
BODY = st.binary(min_size=1, max_size=PART_SIZE)


@given(st.binary(min_size=1, max_size=1000), st.integers(0, 0xFFFF))
def test_parts_are_read_as_written_and_fit_a_frame(content: bytes, epoch: int) -> None:
    made = parts(NETWORK_ID, epoch, content)
    assert len(made) == frames_for(content)
    assembly = Assembly(NETWORK_ID)
    assert assembly.expect(epoch, content_hash(NETWORK_ID, epoch, content), len(content)) is None
    for index, raw in enumerate(made):
        assert FRAME_OVERHEAD + len(raw) <= FRAME_TARGET
        part = decode_part(raw)
        assert isinstance(part, Part)
        assert encode_part(part) == raw
        assert (assembly.add(part) == content) is (index == len(made) - 1)


@given(st.binary(max_size=160))
def test_any_bytes_are_a_part_in_one_way_or_malformed(raw: bytes) -> None:
    found = decode_part(raw)
    assert isinstance(found, Rejection) or encode_part(found) == raw


@pytest.mark.parametrize("case", PUBLISHED["refused_parts"], ids=lambda case: case["why"])
def test_a_part_that_cannot_be_is_malformed(case: dict[str, str]) -> None:
    assert decode_part(bytes.fromhex(case["content"])) is Rejection.MALFORMED


@pytest.mark.parametrize("size", [0, PARTS_MAX * PART_SIZE + 1])
def test_nothing_and_too_much_have_no_parts(size: int) -> None:
    with pytest.raises(ValueError, match="parts"):
        parts(NETWORK_ID, EPOCH, bytes(size))


def parts_of(content: bytes) -> list[Part]:
    found = [decode_part(raw) for raw in parts(NETWORK_ID, EPOCH, content)]
    return [part for part in found if isinstance(part, Part)]


def told(assembly: Assembly, content: bytes) -> bytes | None:
    return assembly.expect(EPOCH, content_hash(NETWORK_ID, EPOCH, content), len(content))


def test_parts_that_came_before_the_decision_counted_are_not_asked_for_again() -> None:
    content = bytes(range(250)) + bytes(100)
    first, second, third = parts_of(content)
    assembly = Assembly(NETWORK_ID)
    assert assembly.held == 0
    assert [assembly.add(part) for part in (third, first, first)] == [None] * 3
    assert told(assembly, content) is None
    assert assembly.held == 0b101
    assert assembly.add(second) == content


def test_a_content_that_was_whole_before_the_decision_counted_comes_with_it() -> None:
    content = bytes(200)
    assembly = Assembly(NETWORK_ID)
    assert [assembly.add(part) for part in parts_of(content)] == [None, None]
    assert told(assembly, content) == content


def test_a_wrong_part_costs_time_and_is_mended_by_the_right_one() -> None:
    content = bytes(300)
    first, second, third = parts_of(content)
    wrong = Part(EPOCH, 1, 3, first.prefix, b"\xff" * PART_SIZE)
    assembly = Assembly(NETWORK_ID)
    told(assembly, content)
    assert [assembly.add(part) for part in (first, wrong)] == [None, None]
    assert assembly.held == 0b011
    assert assembly.add(third) is None
    assert assembly.held == 0  # one of them is wrong: who is asked must send all
    assert assembly.add(first) is None
    assert assembly.held == 0b001
    assert assembly.add(second) == content


def test_parts_of_another_content_are_not_collected_once_it_is_known_which_one_counts() -> None:
    content, other = bytes(200), b"\1" * 200
    assembly = Assembly(NETWORK_ID)
    told(assembly, content)
    strangers = [
        *parts_of(other),
        Part(EPOCH + 1, 0, 2, parts_of(content)[0].prefix, bytes(PART_SIZE)),
        Part(EPOCH, 1, 2, parts_of(content)[0].prefix, bytes(61)),
    ]
    assert [assembly.add(part) for part in strangers] == [None] * 4
    assert assembly.held == 0


def test_a_later_content_pushes_out_the_earliest_that_is_not_complete() -> None:
    contents = [bytes((n,)) * 300 for n in range(CANDIDATES_MAX + 1)]
    assembly = Assembly(NETWORK_ID)
    for part in (*parts_of(contents[0])[:2], *parts_of(contents[1]), *parts_of(contents[2])[:1]):
        assembly.add(part)
    assert told(assembly, contents[0]) is None
    assert assembly.held == 0
    assembly = Assembly(NETWORK_ID)
    for part in (*parts_of(contents[0]), *parts_of(contents[1])[:1], *parts_of(contents[2])[:1]):
        assembly.add(part)
    assert told(assembly, contents[0]) == contents[0]


def test_complete_contents_of_a_liar_do_not_keep_the_right_one_out() -> None:
    content = b"right" * 50
    assembly = Assembly(NETWORK_ID)
    for lie in range(5):
        for part in parts_of(bytes((lie,)) * 20):
            assembly.add(part)
    for part in parts_of(content):
        assembly.add(part)
    assert told(assembly, content) == content


class Collecting(RuleBasedStateMachine):
    """Right, repeated and wrong parts in any order: nothing but the content comes out."""

    @initialize(content=st.binary(min_size=1, max_size=600))
    def begin(self, content: bytes) -> None:
        self.content = content
        self.parts = parts_of(content)
        self.assembly = Assembly(NETWORK_ID)
        self.known = False
        self.found: bytes | None = None

    @rule(place=st.integers(0, 4))
    def right(self, place: int) -> None:
        self._add(self.parts[place % len(self.parts)])

    @rule(place=st.integers(0, 4), data=BODY, other=st.booleans())
    def wrong(self, place: int, data: bytes, other: bool) -> None:
        part = self.parts[place % len(self.parts)]
        prefix = bytes(4) if other else part.prefix
        raw = encode_part(Part(EPOCH, part.index, part.count, prefix, data))
        found = decode_part(raw)
        if isinstance(found, Part):
            self._add(found)

    @rule()
    def decided(self) -> None:
        self.known = True
        self.found = told(self.assembly, self.content) or self.found

    def _add(self, part: Part) -> None:
        self.found = self.assembly.add(part) or self.found

    @invariant()
    def only_the_content_comes_out(self) -> None:
        assert self.found in (None, self.content)
        assert self.known or self.found is None
        assert self.assembly.held >> len(self.parts) == 0

    def teardown(self) -> None:
        if hasattr(self, "assembly"):
            self.decided()
            for _ in range(2):
                for part in self.parts:
                    self._add(part)
            assert self.found == self.content


TestCollecting = Collecting.TestCase


@pytest.mark.parametrize(
    "case", PUBLISHED["trees"] + PUBLISHED["boxes"], ids=lambda case: case["name"]
)
def test_published_parts_are_the_published_content(case: dict[str, Any]) -> None:
    content = bytes.fromhex(case["content"])
    message = case["epoch"].to_bytes(2, "big") + content
    digest = hashlib.blake2b(message, key=NETWORK_ID, person=b"md1 rekey", digest_size=8)
    assert digest.hexdigest() == case["content_hash"]
    pieces = [bytes.fromhex(part) for part in case["parts"]]
    assert b"".join(piece[8:] for piece in pieces) == content
    for index, piece in enumerate(pieces):
        head = case["epoch"].to_bytes(2, "big") + bytes((index, len(pieces)))
        assert piece[:8] == head + digest.digest()[:4]


@pytest.mark.parametrize("case", PUBLISHED["frames"], ids=lambda case: f"epoch {case['epoch']}")
def test_a_published_frame_opens_with_the_key_of_the_epoch_before(case: dict[str, Any]) -> None:
    secret = EpochSecret(KeyClass(case["class"]), case["epoch"], bytes.fromhex(case["secret"]))
    frame = bytes.fromhex(case["frame"])
    assert frame[0] == 0x16
    opened_frame = KeyRing(NETWORK_ID, [secret]).open(frame)
    assert opened_frame == (secret, bytes.fromhex(case["content"]))
    part = decode_part(opened_frame[1])
    assert isinstance(part, Part)
    assert part.epoch == case["epoch"] + 1
