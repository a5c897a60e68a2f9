"""The closed lists and the byte cursor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.errors import DecodeError, ValueRangeError
from meshdefense_protocol.packets.beacon import battery_code, battery_percent
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.packets.report import (
    OBSERVED_AGO_S,
    SIZE_RANGES,
    observed_code,
    size_code,
    size_label,
)
from meshdefense_protocol.wire import Reader, pack_bits
from meshdefense_protocol.words import (
    ALL_LISTS,
    CLOSE_REASONS,
    KINDS,
    RESPONSES,
    SEVERITIES,
    SOS_ENDINGS,
    SOS_KINDS,
    STAND_DOWN_REASONS,
    UnknownWordError,
    Word,
    WordList,
)

lists = pytest.mark.parametrize("words", ALL_LISTS, ids=lambda words: words.name)


@lists
def test_every_word_is_found_by_code_key_and_both_languages(words: WordList) -> None:
    for word in words:
        for text in (str(word.code), word.key, word.en.upper(), word.es, f"  {word.key}  "):
            assert words.find(text) == word
        assert words.get(word.code) is word
        assert words.code(word.key) == word.code
        assert word.code in words
        assert word.text("es") == word.es
        assert word.text("fr") == word.en


@lists
def test_keys_and_letters_are_unique_and_codes_fit(words: WordList) -> None:
    entries = list(words)
    assert len(entries) == len(words)
    assert len({word.key for word in entries}) == len(entries)
    letters = [word.letter for word in entries if word.letter]
    assert len(set(letters)) == len(letters)
    assert all(0 <= word.code < 1 << words.bits for word in entries)
    assert all(0 <= word.minutes <= 24 * 60 for word in entries)


@lists
def test_an_unknown_code_says_that_it_is_newer(words: WordList) -> None:
    code = (1 << words.bits) + 3
    assert code not in words
    assert "newer" in words.get(code).en
    assert str(code) in words.get(code).es


def found_or_near(words: WordList, text: str) -> list[str]:
    try:
        return [words.find(text).key]
    except UnknownWordError as error:
        return error.nearest


@given(st.text(max_size=30), st.sampled_from(ALL_LISTS))
def test_any_text_is_a_word_or_an_error_that_names_the_nearest(text: str, words: WordList) -> None:
    keys = found_or_near(words, text)
    assert keys
    assert all(words.code(key) in words for key in keys)


def test_beginnings_accents_and_typing_errors_are_forgiven() -> None:
    assert KINDS.find("fir").key == "fire"
    assert KINDS.find("inundacion").key == "flood"
    assert SEVERITIES.find("crit").key == "critical"
    with pytest.raises(UnknownWordError, match="fire") as caught:
        KINDS.find("fier")
    assert caught.value.nearest[0] == "fire"
    with pytest.raises(UnknownWordError) as caught:
        KINDS.find("road or")
    assert "did you mean" in str(caught.value)


def test_answers_are_found_as_people_type_them() -> None:
    typed = {
        "en camino": "on-the-way",
        "on the": "on-the-way",
        "ON SCENE": "on-scene",
        "ack": "acknowledged",
    }
    for text, key in typed.items():
        assert RESPONSES.find(text).key == key
    assert SOS_KINDS.find("emergencia med").key == "medical"
    assert SOS_ENDINGS.find("all clear").key == CLOSE_REASONS.find("all-clear").key == "all-clear"
    assert STAND_DOWN_REASONS.find("over").key == "over"
    assert STAND_DOWN_REASONS.find("drill").key == "drill-over"


def test_no_list_calls_people_suspects() -> None:
    """Lists describe conditions and things, never kinds of people."""
    for words in ALL_LISTS:
        for word in words:
            text = f"{word.key} {word.en} {word.es}".casefold()
            assert not any(bad in text for bad in ("suspect", "sospech", "illegal", "ilegal"))


def test_a_list_that_repeats_a_code_or_outgrows_its_bits_is_a_mistake() -> None:
    one = Word(0, "a", "a", "a")
    for words in ((one, Word(0, "b", "b", "b")), (one, Word(2, "c", "c", "c"))):
        with pytest.raises(ValueError, match="repeats a code"):
            WordList("broken", 1, words)


@given(st.integers(1, 65_535))
def test_every_count_has_a_size_code_whose_label_holds_it(count: int) -> None:
    code = size_code(count)
    low, high = (code, code) if code <= 15 else SIZE_RANGES[code]
    assert low <= count <= high
    assert size_label(code).startswith(str(low))


def test_counts_that_no_code_holds_are_refused() -> None:
    assert (size_code(None), size_label(0), size_label(31)) == (0, "", "?")
    for count in (0, -1, 65_536):
        with pytest.raises(ValueError, match="outside"):
            size_code(count)


@given(st.floats(0, 1e6))
def test_an_age_gets_the_nearest_code(ago: float) -> None:
    nearest = OBSERVED_AGO_S[observed_code(ago)]
    assert all(abs(nearest - ago) <= abs(other - ago) for other in OBSERVED_AGO_S)
    assert observed_code(None) == 7


@given(st.integers(-50, 150))
def test_a_battery_is_said_within_four_per_cent(percent: int) -> None:
    shown = battery_percent(battery_code(percent))
    assert shown is not None
    assert abs(shown - max(0, min(100, percent))) <= 4
    assert battery_percent(battery_code(None)) is None


@given(st.integers(0, 65_535), st.integers(0, 63), st.integers(0, (1 << 18) - 1))
def test_an_id_reads_back_from_its_text(author: int, incarnation: int, sequence: int) -> None:
    """From incarnation 32 on it is a decision; positions have none of those."""
    item_id = ItemId.referred(author, incarnation, sequence)
    assert item_id.stream is (Stream.ROSTER if incarnation >= 32 else Stream.LOG)
    assert ItemId.parse(str(item_id)) == item_id
    position = ItemId(author, incarnation % 32, sequence, Stream.POSITION)
    assert ItemId.parse(str(position)) == position


NO_IDS = (
    "", "3", "3.0", "3.0.x", "3.0.1.2", "3.64.1", "65536.0.1", "3.0.262144", "-3.0.1", "3.0.1pp",
    "\u0663.0.1", "3. 0.1", "3.32.1p",
)  # fmt: skip


@pytest.mark.parametrize("text", NO_IDS)
def test_what_is_no_id_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueRangeError, match=r"3\.0\.17"):
        ItemId.parse(text)


@given(st.binary(max_size=20), st.lists(st.integers(-2, 8), max_size=8))
def test_the_cursor_reads_each_byte_once_or_fails(data: bytes, sizes: list[int]) -> None:
    reader, taken = Reader(data), b""
    for size in sizes:
        if 0 <= size <= reader.remaining:
            taken += reader.take(size)
            continue
        with pytest.raises(DecodeError):
            reader.take(size)
    assert data.startswith(taken)
    assert (reader.position, reader.remaining) == (len(taken), len(data) - len(taken))
    if reader.remaining:
        with pytest.raises(DecodeError):
            reader.finish()
    assert taken + reader.rest() == data
    reader.finish()


def test_bits_are_joined_from_the_most_significant() -> None:
    assert pack_bits((1, 1), (0, 2), (5, 3)) == 0b100101
    for value in (-1, 8):
        with pytest.raises(ValueError, match="3 bits"):
            pack_bits((value, 3))
