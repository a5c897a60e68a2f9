"""Words that people compare aloud: the lists, what a key says, what is heard of it."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from functools import cache
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.errors import ValueRangeError
from meshdefense_protocol.spoken import (
    COUNT,
    COUNT_MAX,
    COUNT_MIN,
    LANGUAGES,
    PREFIX,
    heard,
    spoken_words,
)
from meshdefense_protocol.words import ALL_LISTS, UnknownWordError
from support.vectors import FOLDER, load
from vectors.spoken import spoken

KEYS = st.binary(min_size=32, max_size=32)
LANGUAGE = st.sampled_from(sorted(LANGUAGES))
PUBLISHED = load("spoken")
lists = pytest.mark.parametrize("language", sorted(LANGUAGES))
SOUNDS = {
    # letters that are heard alike, roughly; what stands first is replaced first
    "en": (("ph", "f"), ("ck", "k"), ("kn", "n"), ("wr", "r"), ("qu", "kw"), ("ch", "C"),
           ("sh", "S"), ("th", "T"), ("c(?=[eiy])", "s"), ("c", "k"), ("z", "s"), ("x", "ks"),
           ("e[ea]", "i"), ("o[uw]", "o"), ("y", "i"), ("e$", "")),
    "es": (("qu", "k"), ("ch", "C"), ("ll", "y"), ("g(?=[ei])", "j"), ("gu(?=[ei])", "g"),
           ("c(?=[ei])", "s"), ("c", "k"), ("z", "s"), ("v", "b"), ("h", ""), ("x", "s")),
}  # fmt: skip


def bare(word: str) -> str:
    """Without accents."""
    letters = unicodedata.normalize("NFKD", word)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def sound(word: str, language: str) -> str:
    said = bare(word)
    for pattern, heard_as in SOUNDS[language]:
        said = re.sub(pattern, heard_as, said)
    return re.sub(r"(.)\1+", r"\1", said)


@cache
def slips(word: str) -> set[str]:
    """`word`, with one letter left out or replaced by "?", or with two neighbours exchanged."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    return (
        {word}
        | {one + rest[1:] for one, rest in cuts if rest}
        | {f"{one}?{rest[1:]}" for one, rest in cuts if rest}
        | {one + rest[1] + rest[0] + rest[2:] for one, rest in cuts if len(rest) > 1}
    )


def one_slip_apart(one: str, other: str) -> bool:
    """Whether one letter more, less or other, or two exchanged, makes `other` of `one`."""
    if len(one) == len(other):
        replaced = {slip for slip in slips(one) & slips(other) if "?" in slip}
        return bool(replaced) or one in slips(other)
    return one in slips(other) or other in slips(one)


# -- the lists -----------------------------------------------------------------------------


@lists
def test_a_list_has_a_word_for_every_byte_in_the_order_of_the_alphabet(language: str) -> None:
    words = LANGUAGES[language]
    assert len(set(words)) == 256 == len(words)
    assert list(words) == sorted(words, key=bare)


@lists
def test_words_are_short_small_letters_and_as_people_write_them(language: str) -> None:
    letters = "a-záéíóúüñ" if language == "es" else "a-z"
    for word in LANGUAGES[language]:
        assert re.fullmatch(f"[{letters}]{{4,9}}", word)
        assert unicodedata.normalize("NFC", word) == word


@lists
def test_no_two_words_begin_with_the_same_four_letters(language: str) -> None:
    assert len({bare(word)[:PREFIX] for word in LANGUAGES[language]}) == 256


@lists
def test_no_word_is_one_slip_from_another_as_written_or_as_heard(language: str) -> None:
    written = {word: bare(word) for word in LANGUAGES[language]}
    spoken_as = {word: sound(word, language) for word in LANGUAGES[language]}
    near = [
        pair
        for forms in (written, spoken_as)
        for pair in combinations(forms, 2)
        if one_slip_apart(forms[pair[0]], forms[pair[1]])
    ]
    assert near == []


def test_the_test_for_slips_finds_them() -> None:
    for slip in ("tale", "talbe", "cable", "tables", "table"):
        assert one_slip_apart(slip, "table")
    for other in ("tablet s", "cables", "bottle", "label"):
        assert not one_slip_apart(other, "table")
    assert sound("vaca", "es") == sound("baca", "es")
    assert sound("knight", "en") == sound("night", "en")


@lists
def test_no_word_alarms_or_stands_in_the_lists_of_what_is_reported(language: str) -> None:
    """Somebody who overhears six of them must not take them for a report."""
    reported = {
        bare(part.casefold())
        for words in ALL_LISTS
        for word in words
        for part in re.findall(r"\w+", word.text(language))
    }
    alarming = {
        *"gun fire blood bomb knife raid cage police siren wall border whistle agent".split(),
        *"arma fuego sangre bomba redada jaula sirena muro frontera silbato agente".split(),
    }
    said = {bare(word) for word in LANGUAGES[language]}
    assert sorted(said & (reported | alarming)) == []


# -- what a key says -----------------------------------------------------------------------


@given(KEYS, LANGUAGE, st.integers(COUNT_MIN, COUNT_MAX))
def test_what_is_said_is_heard(key: bytes, language: str, count: int) -> None:
    words = spoken_words(key, language, count)
    said = hashlib.blake2b(key, digest_size=COUNT_MAX, person=b"md1 spoken").digest()
    assert len(words) == count
    assert heard(words, language) == said[:count]
    careless = [bare(word)[:PREFIX].upper() + "." for word in words]
    assert heard(careless, language) == said[:count]


@given(KEYS)
def test_fewer_words_are_the_first_of_more_and_both_languages_say_the_same(key: bytes) -> None:
    whole = spoken_words(key, "en", COUNT_MAX)
    assert spoken_words(key, "en") == whole[:COUNT]
    assert heard(spoken_words(key, "es"), "es") == heard(whole[:COUNT], "en")


def test_every_bit_of_the_key_counts() -> None:
    key = bytes(range(32))
    flipped = [
        (int.from_bytes(key, "big") ^ 1 << bit).to_bytes(32, "big") for bit in range(8 * len(key))
    ]
    assert len({spoken_words(each, "en") for each in [key, *flipped]}) == 257


@pytest.mark.parametrize("count", [-1, 0, COUNT_MIN - 1, COUNT_MAX + 1])
def test_too_few_or_too_many_words_are_refused(count: int) -> None:
    with pytest.raises(ValueRangeError, match="4 to 16"):
        spoken_words(bytes(32), "en", count)


def test_a_language_without_words_is_refused() -> None:
    with pytest.raises(ValueRangeError, match="fr"):
        spoken_words(bytes(32), "fr")
    with pytest.raises(ValueRangeError, match="fr"):
        heard(["pomme"], "fr")


# -- what is heard -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "nearest", "language"),
    [("pengiun", "penguin", "en"), ("azcar", "azúcar", "es"), ("ziper", "tiger", "en")],
)
def test_an_unknown_word_names_the_nearest(typed: str, nearest: str, language: str) -> None:
    with pytest.raises(UnknownWordError, match="did you mean") as caught:
        heard(["table" if language == "en" else "tabla", typed], language)
    assert nearest in caught.value.nearest


def test_three_letters_and_letters_that_go_on_otherwise_are_not_enough() -> None:
    for typed in ("zeb", "zebu", "zebras", "", "256"):
        with pytest.raises(UnknownWordError):
            heard([typed], "en")


def heard_or_near(text: str, language: str) -> tuple[str, ...]:
    try:
        return (LANGUAGES[language][heard([text], language)[0]],)
    except UnknownWordError as error:
        return tuple(error.nearest)


@given(st.text(max_size=400), LANGUAGE)
def test_any_text_is_a_word_or_an_error_with_words_of_the_list(text: str, language: str) -> None:
    found = heard_or_near(text, language)
    assert found
    assert set(found) <= set(LANGUAGES[language])


def test_a_word_of_megabytes_is_answered_in_one_short_line() -> None:
    with pytest.raises(UnknownWordError) as caught:
        heard(["x" * 10_000_000], "en")
    assert len(str(caught.value)) < 200


# -- vectors -------------------------------------------------------------------------------


def test_the_vectors_are_what_the_generator_writes() -> None:
    text = (FOLDER / "spoken.json").read_text(encoding="utf-8")
    made = json.dumps(spoken(), indent=1, ensure_ascii=False) + "\n"
    assert text == made, "spoken.json is outdated"


@pytest.mark.parametrize("case", PUBLISHED["cases"], ids=lambda case: str(case["name"]))
def test_a_published_key_says_its_words(case: dict[str, Any]) -> None:
    said = hashlib.blake2b(
        bytes.fromhex(case["key"]), digest_size=16, person=PUBLISHED["person"].encode()
    ).hexdigest()
    assert said == case["bytes"]
    for name, language in (("en", "en"), ("es", "es"), ("en_all", "en")):
        words = [LANGUAGES[language][byte] for byte in bytes.fromhex(case["bytes"])]
        assert case[name] == words[: len(case[name])]
        assert heard(case[name], language).hex() == said[: 2 * len(case[name])]


@pytest.mark.parametrize("case", PUBLISHED["heard"], ids=lambda case: str(case["language"]))
def test_what_was_published_as_heard_is_heard(case: dict[str, Any]) -> None:
    assert heard(case["typed"], case["language"]).hex() == case["bytes"]
