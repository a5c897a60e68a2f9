"""The code of a recovery sheet survives being typed by hand, and an error is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.storage.errors import RecoveryCodeError
from meshdefense.storage.recovery_code import (
    CODE_BYTES,
    draw_code,
    parse_code,
    secret_of,
    spelled,
)

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODES = st.binary(min_size=CODE_BYTES, max_size=CODE_BYTES)


@given(CODES)
def test_a_code_is_read_as_it_was_printed(code: bytes) -> None:
    groups = spelled(code)
    assert [len(group) for group in groups] == [5] * 8
    numbered = " ".join(f"{number}: {group}" for number, group in enumerate(groups, 1))
    for text in (" ".join(groups), "-".join(groups), "".join(groups).lower(), numbered):
        assert parse_code(text) == code
    alike = " ".join(groups).replace("0", "o").replace("1", "l")
    assert parse_code(alike) == code


@given(CODES, st.integers(0, 39), st.sampled_from(ALPHABET))
def test_one_wrong_character_names_its_group(code: bytes, place: int, typed: str) -> None:
    text = "".join(spelled(code))
    wrong = text[:place] + typed + text[place + 1 :]
    if wrong == text:
        assert parse_code(wrong) == code
        return
    with pytest.raises(RecoveryCodeError, match=rf"group {place // 5 + 1}\.$"):
        parse_code(wrong)


@given(CODES, st.integers(0, 7), st.integers(0, 3))
def test_two_swapped_neighbours_name_their_group(code: bytes, group: int, place: int) -> None:
    groups = spelled(code)
    one = list(groups[group])
    one[place], one[place + 1] = one[place + 1], one[place]
    if "".join(one) == groups[group]:
        return
    groups[group] = "".join(one)
    with pytest.raises(RecoveryCodeError, match=rf"group {group + 1}\.$"):
        parse_code(" ".join(groups))


@given(CODES, st.integers(0, 7), st.integers(0, 7))
def test_two_swapped_groups_are_both_named(code: bytes, one: int, other: int) -> None:
    groups = spelled(code)
    groups[one], groups[other] = groups[other], groups[one]
    if one == other:
        assert parse_code(" ".join(groups)) == code
        return
    first, second = sorted((one + 1, other + 1))
    with pytest.raises(RecoveryCodeError, match=rf"group {first}, {second}\.$"):
        parse_code(" ".join(groups))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "has 40 characters in 8 groups, not 0"),
        ("A" * 41, "not 41"),
        ("unsure but true", "never stand in one: U"),
        ("pässword", "never stand in one"),
    ],
)
def test_what_is_no_code_at_all_is_said(text: str, why: str) -> None:
    with pytest.raises(RecoveryCodeError, match=why):
        parse_code(text)


def test_codes_are_random_and_no_passphrase_can_be_one() -> None:
    codes = {draw_code() for _ in range(100)}
    assert len(codes) == 100
    assert all(secret_of(code) != code and len(secret_of(code)) == 64 for code in codes)
