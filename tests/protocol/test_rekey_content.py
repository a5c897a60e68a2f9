"""Contents of a re-key: one encoding each, and no bytes that raise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.rekey_content import (
    BoxContent,
    TreeContent,
    decode_content,
    encode_content,
)
from meshdefense_protocol.subtree import NUMBER_MAX, cover
from support.vectors import load

NUMBERS = st.sets(st.integers(1, 300), max_size=60)


@given(NUMBERS, st.integers(0, 300), st.integers(0, 255))
def test_a_tree_content_is_read_as_it_was_written(
    numbers: set[int], more: int, generation: int
) -> None:
    highest = max(numbers, default=1) + more
    wraps = tuple(bytes((n % 256,)) * 16 for n in range(len(cover(numbers, highest))))
    content = TreeContent(generation, highest, tuple(sorted(numbers)), wraps)
    if wraps:
        assert decode_content(encode_content(content)) == content
        remaining = set(range(1, highest + 1)) - numbers
        assert all(content.reaches(number) for number in remaining)
        assert not any(content.reaches(number) for number in numbers)


@given(NUMBERS.filter(bool), st.binary(min_size=32, max_size=32))
def test_a_box_content_is_read_as_it_was_written(numbers: set[int], key: bytes) -> None:
    content = BoxContent(1, key, tuple(sorted(numbers)), (bytes(16),) * len(numbers))
    assert decode_content(encode_content(content)) == content
    assert {number for number in range(1, 400) if content.reaches(number)} == numbers


@given(st.binary(max_size=300) | st.binary(max_size=120).map(lambda b: b"\x10\0" + bytes(32) + b))
def test_any_bytes_are_a_content_in_one_way_or_malformed(raw: bytes) -> None:
    found = decode_content(raw)
    assert isinstance(found, Rejection) or encode_content(found) == raw


@given(st.integers(0, 3), st.integers(1, NUMBER_MAX), st.binary(max_size=60))
def test_any_set_of_numbers_is_read_in_one_way_or_malformed(
    first: int, highest: int, rest: bytes
) -> None:
    raw = bytes((first, 0)) + highest.to_bytes(2, "big") + rest
    found = decode_content(raw)
    assert isinstance(found, Rejection) or encode_content(found) == raw


@pytest.mark.parametrize("case", load("rekey")["refused"], ids=lambda case: case["why"])
def test_a_content_that_cannot_be_is_malformed(case: dict[str, str]) -> None:
    raw = bytes.fromhex(case["content"])
    assert decode_content(raw) is Rejection.MALFORMED
