"""What is cleaned: no text of others may do anything but be read."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.safe_text import MAX_TEXT, clean, clean_lines, clean_row
from support.attacks import ATTACKS, harms

attacks = pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
NASTY = st.text(
    st.one_of(
        st.characters(codec=None),
        st.sampled_from("\x1b\x9b\x9d\x07\r\n\u202e\u2066\u200d\u0301\u0338\u093e\ud800\u3164"),
    ),
    max_size=200,
)


@attacks
def test_nothing_of_an_attack_passes_but_letters(attack: str) -> None:
    assert harms(clean(attack)) == []
    assert harms(clean(f"ana{attack}leo")) == []
    assert len(clean(attack)) <= MAX_TEXT


@attacks
def test_nothing_of_an_attack_passes_in_lines_or_rows(attack: str) -> None:
    assert all(harms(line) == [] for line in clean_lines([attack, attack]))
    row = clean_row({attack: [attack, {"deep": attack}], "number": 1.5, "none": None})
    assert harms(json.dumps(row, ensure_ascii=False)) == []


def test_the_list_of_attacks_is_seen_as_harmful() -> None:
    """Else the tests here would prove nothing; these four have nothing that must go."""
    plain = {"markup", "broken UTF-8, replaced", "a wall", "object replacement", "wide spaces",
             "a mark that strikes what is before it", "flags, skins, families"}  # fmt: skip
    assert {name for name, attack in ATTACKS.items() if not harms(attack)} <= plain


@given(NASTY)
def test_no_text_at_all_passes_with_anything_harmful(text: str) -> None:
    assert harms(clean(text)) == []
    assert not any("\ud800" <= char <= "\udfff" for char in clean(text))


def test_no_character_of_unicode_passes_that_may_not() -> None:
    for start in range(0, sys.maxunicode + 1, 700):
        codes = range(start, min(start + 700, sys.maxunicode + 1))
        assert harms(clean("a".join(map(chr, codes)))) == [], f"from U+{start:04X}"


@given(NASTY, st.integers(1, 40))
def test_cleaning_twice_changes_nothing_more_whatever_the_limit(text: str, limit: int) -> None:
    once = clean(text, limit)
    assert clean(once, limit) == once
    assert len(once) <= limit
    assert once == once.strip()


@pytest.mark.parametrize(
    "text",
    [
        "Ñandú café, ¿qué pasó? «sí» 3 €",
        "Việt Nam: đường bị chặn",
        "हिन्दी में क़िला",
        "ภาษาไทยที่นี่ ก็",
        "עברית עם אותיות",
        "العربية",
        "한국어 漢字 かな",
        "e\u0301 and \u00e9",
        "🔥 👍 ❤",
        "a < b & c > d [x] {y} $z `w` \\n %s",
    ],
)
def test_honest_text_of_many_scripts_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


def test_a_mark_without_a_letter_cannot_strike_what_we_wrote() -> None:
    assert f"note: {clean(chr(0x338) + 'x')}" == "note: x"
    assert clean("a " + "\u0336" * 5 + "b") == "a b"


def test_two_texts_that_look_the_same_are_the_same() -> None:
    looks = ["ana", "a\u200bna", "an\ufe0fa", "ana\u034f", "\u3164ana", "ana\u00ad", "a\u180bna"]
    assert {clean(text) for text in looks} == {"ana"}


def test_a_text_of_megabytes_costs_no_more_than_what_is_kept() -> None:
    """Only the beginning is looked at: what stands after it is not in the answer."""
    assert clean("\u200b" * 10_000_000 + "late") == ""
    assert clean("x" * 10_000_000) == "x" * MAX_TEXT
