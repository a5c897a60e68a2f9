"""One wrong letter is forgiven, and everyday words are never taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.stock_report import Intent, parse_stock_report
from meshdefense_protocol.stock_typos import meaning_of, one_apart
from meshdefense_protocol.stock_words import MEANINGS
from meshdefense_protocol.words import KINDS
from support.common_words import COMMON_WORDS


@pytest.mark.parametrize("language", sorted(COMMON_WORDS))
def test_no_common_word_has_a_meaning_by_a_typo(language: str) -> None:
    others = [word for word in COMMON_WORDS[language] if word not in MEANINGS]
    near = {word: [meant for meant in MEANINGS if one_apart(word, meant)] for word in others}
    wrong = {
        word: meant
        for word, meant in near.items()
        if meaning_of(word) is not None and not any(_same_word(word, one) for one in meant)
    }
    assert wrong == {}
    assert sum(bool(meant) for meant in near.values()) >= 30  # the list has such words


def _same_word(word: str, meant: str) -> bool:
    """Whether only their ends differ: "heridas", "reportan"."""
    return word[:-1] in (meant, meant[:-1]) or word == meant[:-1]


@given(st.sampled_from(["camionetas", "checkpoint", "incendio", "vehicles"]), st.data())
def test_one_wrong_letter_is_forgiven(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    kind = data.draw(st.sampled_from(["drop", "double", "change"]))
    typo = {
        "drop": word[:at] + word[at + 1 :],
        "double": word[: at + 1] + word[at:],
        "change": word[:at] + "q" + word[at + 1 :],
    }[kind]
    meant, said = meaning_of(word), meaning_of(typo)
    assert said is not None
    assert meant is not None
    assert said.kind == meant.kind


@pytest.mark.parametrize(
    ("typo", "word"),
    [("wtaer", "water"), ("waterr", "water"), ("fuuego", "fuego"), ("agnet", "agent"),
     ("checkpont", "checkpoint"), ("incendoi", "incendio"), ("retten", "reten")],
)  # fmt: skip
def test_typos_that_people_make_are_understood(typo: str, word: str) -> None:
    assert meaning_of(typo) == meaning_of(word)


@pytest.mark.parametrize("word", ["later", "luego", "night", "right", "eight", "light", "quien"])
def test_in_five_letters_another_one_makes_another_word(word: str) -> None:
    assert meaning_of(word) is None


@pytest.mark.parametrize(
    ("text", "kind", "count"),
    [
        ("R eight vans 5th/Main", "enforcement", 8),
        ("R 3 vans last night 5th/Main", "enforcement", 3),
        ("R 3 vans turn right 5th/Main", "enforcement", 3),
        ("van light blue 5th/Main", "enforcement", None),
        ("R 3 camionetas de noche 5ta y Main", "enforcement", 3),
        ("R 3 vans grocery store Main/5th", "enforcement", 3),
        ("R 3 vans 5th/Main locked street", "enforcement", 3),
        ("hay mucha gente en 5ta y Main", None, None),
        ("R blood on the floor 5th/Main", "medical", None),
    ],
)
def test_everyday_words_in_a_report_change_nothing(
    text: str, kind: str | None, count: int | None
) -> None:
    said = parse_stock_report(text)
    assert said.kind == (None if kind is None else KINDS.code(kind))
    assert (said.count, said.activity, said.need) == (count, 0, "")


@pytest.mark.parametrize(
    "text",
    ["come later", "luego voy", "good night", "buenas noches", "thanks, later", "no se quien"],
)
def test_everyday_words_alone_are_no_report(text: str) -> None:
    assert parse_stock_report(text).intent is Intent.UNKNOWN
