"""What stock radios are told: golden lines in both languages, and no line too long."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.policy import Policies
from meshdefense_protocol.stock_lines import (
    DRILL,
    HEADS,
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
    without_age,
)

NETWORK, REF = bytes(range(16)), b"2.0.5"
EN, ES, BOTH = ("en",), ("es",), ("en", "es")
PLACES = ("around 5th / Main", "alrededor de 5th / Main")
TAG = stock_tag(NETWORK, REF, Said.VERIFIED)
NEWS = StockNews(Said.VERIFIED, TAG, 2, 2, "3", PLACES)


def test_tags_and_pins_never_change() -> None:
    """Two nodes of two versions must find the same."""
    assert [stock_tag(NETWORK, REF, said) for said in Said] == [
        "CNK45N", "CNK407", "CNK4CF", "CNK4VD", "CNK4RG", "CNK4ET", "CNK4B3", "CNK419",
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
        (Said.UNVERIFIED,
         "NO LONGER VERIFIED: checkpoint or roadblock (3), around 5th / Main. Stay careful.",
         "YA NO ESTÁ VERIFICADO: retén o control (3), alrededor de 5th / Main. Siga con cuidado."),
        (Said.UNFOLLOWED,
         "NO LONGER FOLLOWED, may not be over: checkpoint or roadblock (3), around 5th / Main.",
         "YA NO SE SIGUE, puede no haber terminado: retén o control (3), alrededor de 5th / Main."),
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


@pytest.mark.parametrize(
    ("age_s", "english", "spanish"),
    [(0, "", ""), (899, "", ""), (900, " 15 min ago", " hace 15 min"),
     (3599, " 55 min ago", " hace 55 min"), (3600, " 1 h ago", " hace 1 h"),
     (5400, " 2 h ago", " hace 2 h"), (90_000, " 25 h ago", " hace 25 h")],
)  # fmt: skip
def test_what_is_not_new_says_how_old_it_is(age_s: int, english: str, spanish: str) -> None:
    news = replace(NEWS, age_s=age_s)
    assert stock_line(news, EN).startswith(f"HIGH ALERT, verified{english}: checkpoint")
    assert stock_line(news, ES).startswith(f"ALERTA ALTA, verificada{spanish}: retén")
    assert without_age(stock_line(news, EN)) == stock_line(NEWS, EN)
    assert without_age(stock_line(news, ES)) == stock_line(NEWS, ES)


def test_one_person_who_says_that_it_is_over_is_one_person() -> None:
    news = replace(NEWS, said=Said.CLOSED, people=1)
    assert stock_line(news, EN).startswith("OVER, says 1 person: checkpoint")
    assert stock_line(news, ES).startswith("TERMINÓ, dice 1 persona: retén")


def test_an_end_of_which_nothing_but_the_tag_may_be_told_names_that() -> None:
    news = replace(NEWS, said=Said.UNVERIFIED, code=None, count="", places=("", ""))
    assert stock_line(news, EN) == f"NO LONGER VERIFIED: the alert #CNK4. Stay careful. #{TAG}"
    assert (
        stock_line(news, ES) == f"YA NO ESTÁ VERIFICADO: la alerta #CNK4. Siga con cuidado. #{TAG}"
    )


def test_a_note_is_there_where_it_fits_and_is_the_first_to_go() -> None:
    assert stock_line(replace(NEWS, note="two lanes"), EN).endswith(f'"two lanes" #{TAG}')
    assert "x" * 60 not in stock_line(replace(NEWS, note="x" * 60), BOTH)


CHICAGO = st.tuples(
    st.sampled_from("NSEW"),
    st.sampled_from(["26th St", "Dr Martin Luther King Jr Dr", "Lake St", "California Ave"]),
    st.sampled_from("NSEW"),
    st.sampled_from(["Kedzie Ave", "Cottage Grove Ave", "Michigan Ave", "Blue Island Ave"]),
).map(lambda one: "{} {} / {} {}".format(*one))


@given(
    said=st.sampled_from(Said),
    code=st.integers(0, 3),
    count=st.sampled_from(["", "3", "20-29"]),
    corner=CHICAGO,
    people=st.integers(2, 12),
    drill=st.booleans(),
)
def test_every_sentence_of_a_line_keeps_its_end_in_both_languages(
    said: Said, code: int, count: str, corner: str, people: int, drill: bool
) -> None:
    places = (f"around {corner}", f"alrededor de {corner}")
    news = StockNews(said, TAG, code, 2, count, places, people, drill=drill)
    line = stock_line(news, BOTH).removesuffix(f" #{TAG}")
    assert line.count(DRILL["es"]) == int(drill)
    english, spanish = (HEADS[one][said].rpartition("}")[2] for one in BOTH)
    assert f"{english} / " in line
    assert line.endswith(spanish)
    streets = [part for part in corner.split(" / ") if part in line]
    assert line.count(" / ") == 1 + line.count(corner)
    assert streets in ([], corner.split(" / "), corner.split(" / ")[:1])


def test_a_drill_at_a_corner_with_long_names_says_one_street_and_all_else() -> None:
    corner = "S California Ave / W Cermak Rd"
    news = replace(
        NEWS, said=Said.CLOSED, people=2, drill=True,
        places=(f"around {corner}", f"alrededor de {corner}"),
    )  # fmt: skip
    taken_back = stock_line(replace(news, said=Said.RETRACTED), BOTH)
    assert "roadblock (3), around S California Ave. / " in taken_back, "how many goes after it"
    assert stock_line(news, BOTH) == (
        "DRILL, not real: OVER, say 2 people: checkpoint or roadblock, around S California Ave. "
        "Stay careful. / EJERCICIO, no es real: TERMINÓ, dicen 2 personas: retén o control. Siga "
        f"con cuidado. #{TAG}"
    )


def test_half_a_number_is_never_told_for_a_place() -> None:
    one, other = (place_in_numbers(41.85312, -87.65129, 500, language) for language in BOTH)
    for said in Said:
        line = stock_line(replace(NEWS, said=said, drill=True, places=(one, other), people=2), BOTH)
        assert one in line or "41" not in line


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
    age_s=st.floats(0, 1e6),
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
    age_s: float,
    languages: tuple[str, ...],
) -> None:
    news = StockNews(said, TAG, code, severity, count, places, people, note, drill, age_s)
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
