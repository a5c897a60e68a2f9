"""Requests as one line of text: every request comes back, and any text is answered."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from meshdefense import enrolment, request_code
from meshdefense.request_code import PREFIX, from_code, to_code
from meshdefense_protocol.canonical import canonical_json
from meshdefense_protocol.errors import DecodeError, ValueRangeError
from meshdefense_protocol.identity import PURPOSE_GRANT, PURPOSE_REQUEST, SEED_SIZE, Identity
from meshdefense_protocol.roster import check_member_name

QR_ALPHANUMERIC = re.compile(r"[0-9A-Z $%*+\-./:]*")
SEEDS = st.binary(min_size=SEED_SIZE, max_size=SEED_SIZE)


def good_handle(text: str) -> bool:
    try:
        check_member_name(text)
    except ValueRangeError:
        return False
    return True


HANDLES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=16).filter(good_handle)


def request_text(
    handle: Any, seed: bytes = b"\7" * SEED_SIZE, purpose: bytes = PURPOSE_REQUEST, **changed: Any
) -> str:
    """The file that `enrolment.request` writes; `changed` fields are signed along."""
    identity = Identity(seed)
    content = {"type": "meshdefense request 1", "handle": handle, "key": identity.key.hex()}
    content |= changed
    signature = identity.sign(purpose, canonical_json(content))
    return json.dumps({**content, "signature": signature.hex()}, indent=1) + "\n"


ANA = request_text("ana")
CODE = to_code(ANA)


@given(HANDLES, SEEDS)
def test_a_request_comes_back_byte_for_byte(handle: str, seed: bytes) -> None:
    text = request_text(handle, seed)
    code = to_code(text)
    assert QR_ALPHANUMERIC.fullmatch(code)
    assert len(PREFIX) + 153 <= len(code) <= 183
    assert from_code(code) == text


def test_it_is_the_request_that_enrolment_reads() -> None:
    handle, key = enrolment.read_request(from_code(CODE))
    assert (handle, key.hex()) == ("ana", json.loads(ANA)["key"])


@given(HANDLES, SEEDS, st.sampled_from(["", " ", "\n", "\r\n", "  \t"]), st.integers(1, 80))
def test_small_letters_broken_lines_and_spaces_around_are_forgiven(
    handle: str, seed: bytes, around: str, width: int
) -> None:
    text = request_text(handle, seed)
    code = to_code(text).lower()
    lines = "\n".join(code[at : at + width] for at in range(0, len(code), width))
    assert from_code(around + lines + around) == text


@given(SEEDS)
def test_spaces_cut_off_at_the_end_come_back(seed: bytes) -> None:
    code = to_code(request_text("ana", seed))
    assert from_code(code.rstrip()) == request_text("ana", seed)


@given(st.integers(0, len(CODE) - 1), st.sampled_from(request_code._ALPHABET))
def test_a_changed_character_is_found(at: int, char: str) -> None:
    assume(CODE[at] != char)
    with pytest.raises(DecodeError):
        from_code(CODE[:at] + char + CODE[at + 1 :])


@given(st.integers(0, len(CODE) - 2))
def test_two_exchanged_characters_are_found(at: int) -> None:
    assume(CODE[at] != CODE[at + 1])
    with pytest.raises(DecodeError):
        from_code(CODE[:at] + CODE[at + 1] + CODE[at] + CODE[at + 2 :])


def test_a_code_cut_anywhere_is_refused() -> None:
    assert CODE == CODE.rstrip()
    for size in range(len(CODE)):
        with pytest.raises(DecodeError):
            from_code(CODE[:size])


@given(st.text(max_size=300) | st.text(max_size=300).map(PREFIX.__add__))
def test_any_text_is_answered_in_one_short_printable_line(text: str) -> None:
    with pytest.raises(DecodeError) as caught:
        from_code(text)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 250


@given(st.binary(max_size=200))
def test_any_bytes_with_a_right_checksum_are_answered(raw: bytes) -> None:
    code = PREFIX + request_code._encode(raw + request_code._checksum(raw))
    with pytest.raises(DecodeError):
        from_code(code)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("", "begins with MDREQ1:"),
        ("MDREQ2:00", "begins with MDREQ1:"),
        ("MDREQ1:", "cut short"),
        ("MDREQ1:00", "cut short"),
        ("MDREQ1:000", "missing"),
        ("MDREQ1:000\u00e9", "cannot be in a code"),
        ("MDREQ1:0\x1b[2J", "cannot be in a code"),
        (CODE + "A", "too long by 1"),
        (CODE * 100_000, "too long"),
        (CODE[:30] + CODE[40:], "10 characters of the code are missing"),
    ],
)
def test_what_is_wrong_with_a_code_is_said(code: str, words: str) -> None:
    with pytest.raises(DecodeError, match=re.escape(words)):
        from_code(code)


def test_base45_is_that_of_its_specification() -> None:
    """RFC 9285, sections 4.3 and 4.4."""
    for raw, text in ((b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"),
                      (b"ietf!", "QED8WEX0")):  # fmt: skip
        assert request_code._encode(raw) == text
        assert request_code._decode(text) == raw
    for text in ("A", "AAAA", "GGW", "::"):
        with pytest.raises(DecodeError):
            request_code._decode(text)


@given(st.binary(max_size=150))
def test_base45_has_one_form_for_all_bytes(raw: bytes) -> None:
    assert request_code._decode(request_code._encode(raw)) == raw


@given(st.text(request_code._ALPHABET, max_size=12))
def test_what_base45_reads_it_writes_again(text: str) -> None:
    try:
        raw = request_code._decode(text)
    except DecodeError:
        return
    assert request_code._encode(raw) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        ANA[:-20],
        ANA.replace("ana", "eva"),
        ANA.replace("request 1", "request 2"),
        request_text("ana", type="meshdefense grant 1"),
        request_text("ana", purpose=PURPOSE_GRANT),
        request_text("has space"),
        request_text("x" * 17),
        request_text(""),
        request_text("\u202eana"),
        request_text("\ud800"),
        request_text(["ana"]),
        request_text(None),
        request_text("ana", key="00" * 32),
        request_text("ana", key="00" * 31),
        request_text("ana", key=""),
        request_text("ana", key="zz"),
        request_text("ana", key=json.loads(ANA)["key"].upper()),
        ANA.replace('"signature": "', '"signature": "00'),
        ANA.replace('"signature": "', '"signature": " '),
        ANA.replace('"type"', '"Type"'),
    ],
)
def test_no_code_is_made_of_what_is_no_sound_request(text: str) -> None:
    with pytest.raises(DecodeError):
        to_code(text)
