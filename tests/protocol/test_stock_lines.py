"""What stock radios are told: golden lines in both languages, and no line too long."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.policy import Policies
from meshdefense_protocol.stock_lines import (
    LINE_MAX,
    PIN_NAME_MAX,
    PIN_TEXT_MAX,
    STOCK_LANGUAGES,
    Said,
    StockNews,
    is_told,
    pin_id,
    pin_text,
    place_in_numbers,
    stock_line,
    stock_tag,
    tag_in,
)

NETWORK, REF = bytes(range(16)), b"2.0.5"
EN, ES, BOTH = ("en",), ("es",), ("en", "es")
PLACES = ("around 5th / Main", "alrededor de 5th / Main")
TAG = stock_tag(NETWORK, REF, Said.VERIFIED)
NEWS = StockNews(Said.VERIFIED, TAG, 2, 2, "3", PLACES)


def test_tags_and_pins_never_change() -> None:
    """Two nodes of two versions must find the same."""
    assert [stock_tag(NETWORK, REF, said) for said in Said] == [
        "CNK45N", "CNK407", "CNK4CF", "CNK4VD", "CNK4RG", "CNK4ET",
    ]  # fmt: skip
    assert pin_id(NETWORK, REF) == 1568670951


@pytest.mark.parametrize(
    ("said", "english", "spanish"),
    [
        (Said.VERIFIED,
         "HIGH ALERT, verified: checkpoint or roadblock (3), around 5th / Main.",
         "ALERTA ALTA, verificada: retén o control (3), alrededor de 5th / Main."),
        (Said.DISPUTED,
         "IN DOUBT, a verifier says otherwise: checkpoint or roadblock (3), around 5th / Main.",
         "EN DUDA, quien verificó dice otra cosa: retén o control (3), alrededor de 5th / Main."),
        (Said.RETRACTED,
         "TAKEN BACK by who reported it: checkpoint or roadblock (3), around 5th / Main.",
         "RETIRADO por quien lo reportó: retén o control (3), alrededor de 5th / Main."),
        (Said.CLOSED,
         "OVER, say 2 people: checkpoint or roadblock (3), around 5th / Main. Stay careful.",
         "TERMINÓ, dicen 2 personas: retén o control (3), alrededor de 5th / Main. Siga con "
         "cuidado."),
        (Said.STAND_DOWN,
         "STAND DOWN: our people leave, around 5th / Main. Reason: weather.",
         "RETIRADA: nuestra gente se va, alrededor de 5th / Main. Motivo: mal tiempo."),
        (Said.STAND_DOWN_OVER,
         "STAND-DOWN OVER, around 5th / Main.",
         "FIN DE LA RETIRADA, alrededor de 5th / Main."),
    ],
)  # fmt: skip
def test_lines_are_plain_words(said: Said, english: str, spanish: str) -> None:
    news = replace(NEWS, said=said, people=2)
    assert stock_line(news, EN) == f"{english} #{TAG}"
    assert stock_line(news, ES) == f"{spanish} #{TAG}"
    both = stock_line(news, BOTH)
    assert both.startswith(english)
    assert both.endswith(f"#{TAG}")


def test_an_exercise_says_so_before_anything_else_in_each_language() -> None:
    both = stock_line(replace(NEWS, drill=True), BOTH)
    assert both.startswith("DRILL, not real: ")
    assert " / EJERCICIO, no es real: " in both


def test_a_note_is_there_where_it_fits_and_is_the_first_to_go() -> None:
    assert stock_line(replace(NEWS, note="two lanes"), EN).endswith(f'"two lanes" #{TAG}')
    assert "x" * 60 not in stock_line(replace(NEWS, note="x" * 60), BOTH)


def test_without_a_map_a_place_is_a_cell_in_degrees() -> None:
    assert place_in_numbers(41.85312, -87.65129, 500, "en") == "within 500 m of 41.853,-87.651"
    assert place_in_numbers(41.85312, -87.65129, 100, "es") == (
        "a menos de 100 m de 41.8531,-87.6513"
    )


@given(
    said=st.sampled_from(list(Said)),
    code=st.integers(0, 31),
    severity=st.integers(0, 3),
    count=st.sampled_from(["", "3", "1000+", "65535"]),
    places=st.tuples(st.text(max_size=90), st.text(max_size=90)),
    people=st.integers(0, 99),
    note=st.text(max_size=60),
    drill=st.booleans(),
    languages=st.sampled_from(list(STOCK_LANGUAGES.values())),
)
def test_no_line_or_pin_is_too_long_and_the_tag_is_always_there(
    said: Said,
    code: int,
    severity: int,
    count: str,
    places: tuple[str, str],
    people: int,
    note: str,
    drill: bool,
    languages: tuple[str, ...],
) -> None:
    news = StockNews(said, TAG, code, severity, count, places, people, note, drill)
    line = stock_line(news, languages)
    assert len(line.encode()) <= LINE_MAX
    assert tag_in(line) == TAG
    assert line.startswith(("DRILL", "EJERCICIO")) is drill
    pin = pin_text(news, languages)
    assert len(pin.name.encode()) <= PIN_NAME_MAX
    assert len(pin.description.encode()) <= PIN_TEXT_MAX


@given(st.text(max_size=250))
def test_any_text_has_a_tag_or_none(text: str) -> None:
    assert len(tag_in(text)) in (0, 6)


@pytest.mark.parametrize(
    ("hear", "told"), [(0, []), (1, [0, 1, 2, 3]), (2, [1, 2, 3]), (3, [2, 3]), (4, [3])]
)
def test_the_policy_says_from_which_severity_on(hear: int, told: list[int]) -> None:
    policies = Policies(stock_hear=hear)
    assert [one for one in range(4) if is_told(policies, one, drill=False)] == told


def test_exercises_are_told_only_where_the_policy_says_so() -> None:
    assert not is_told(Policies(stock_hear=1), 3, drill=True)
    assert is_told(Policies(stock_hear=1, stock_drills=1), 3, drill=True)
    assert not is_told(Policies(stock_drills=1), 3, drill=True)
