"""Clauses end where people end them, and words of a call are known however they are typed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.stock_clauses import clauses_of, meant
from support.common_words import COMMON_WORDS

NOTHING = re.compile(r"(?!)")


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("ayudaaaa", "ayuda"), ("helppp", "help"), ("heeelp", "help"), ("auxiliooo", "auxilio"),
        ("socorroooo", "socorro"), ("nowww", "now"), ("porfavooor", "porfavor"),
        ("nesesito", "necesito"), ("nececito", "necesito"), ("nesecito", "necesito"),
        ("nesecitamos", "necesitamos"), ("alluda", "ayuda"), ("aiuda", "ayuda"),
        ("hayuda", "ayuda"), ("emerjencia", "emergencia"), ("okupo", "ocupo"),
        ("hlep", "help"), ("ayuad", "ayuda"), ("ausilio", "auxilio"), ("necsito", "necesito"),
    ],
)  # fmt: skip
def test_a_word_of_a_call_is_known_drawn_out_misspelt_or_swapped(typed: str, word: str) -> None:
    assert meant(typed) == word


@pytest.mark.parametrize(
    "word", ["no", "noo", "necesitas", "ayudarme", "ayudamos", "auxilios", "hell", "held", "helo"]
)
def test_a_word_of_its_own_is_none_of_a_call(word: str) -> None:
    assert meant(word) == word


@pytest.mark.parametrize("language", sorted(COMMON_WORDS))
def test_no_common_word_is_taken_for_one_of_a_call(language: str) -> None:
    assert {word: meant(word) for word in COMMON_WORDS[language] if meant(word) != word} == {}


@pytest.mark.parametrize(
    "text",
    ["no\nhelp", "no. help", "no.help", "no - help", "no -help", "no \u2014 help", "no\u2014help",
     "no \U0001f62d help", "no\U0001f62dhelp", "no/help", "no\u2026help", "no but help"],
)  # fmt: skip
def test_a_clause_ends_at_a_line_a_dash_an_emoji_a_stop_and_a_turn(text: str) -> None:
    said = clauses_of(text, NOTHING)
    assert said.before(said.words.index("help")) in ([], ["but"])


@pytest.mark.parametrize("text", ["oh no help", "ay no help", "no no help", "nooo help"])
def test_a_frightened_no_ends_a_clause_as_a_loud_one(text: str) -> None:
    said = clauses_of(text, NOTHING)
    at = said.words.index("help")
    assert said.before(at) == []
    assert "!" in said.signs_before(at)


@pytest.mark.parametrize("text", ["no help", "non-help", "so no help", "we've no 'help'"])
def test_within_a_clause_the_words_stay_together(text: str) -> None:
    said = clauses_of(text, NOTHING)
    assert said.before(said.words.index("help")) != []


@given(st.text(max_size=120))
def test_every_word_has_its_clause_and_its_signs(text: str) -> None:
    said = clauses_of(text, NOTHING)
    assert len(said.words) == len(said.at) == len(said.drawn)
    assert said.at == sorted(said.at)
    for at in range(len(said.words)):
        clause = [*said.before(at)[::-1], said.words[at], *said.behind(at)]
        assert clause == [
            word for word, one in zip(said.words, said.at, strict=True) if one == said.at[at]
        ]
        assert isinstance(said.signs_behind(at) + said.signs_before(at), str)
