"""The report grammar for stock radios: forgiving, total, and it keeps nobody's name or number."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.stock_answers import stock_answer, stock_read_answer, understood_words
from meshdefense_protocol.stock_lines import LINE_MAX
from meshdefense_protocol.stock_report import (
    COUNT_MAX,
    PLACE_MAX,
    Intent,
    StockReport,
    parse_stock_report,
)
from meshdefense_protocol.stock_words import NEEDS, folded
from meshdefense_protocol.words import ACTIVITIES, EQUIPMENT, KINDS

ENFORCEMENT, CHECKPOINT, FIRE, CROWD = (
    KINDS.code(key) for key in ("enforcement", "checkpoint", "fire", "crowd")
)


def understood(text: str) -> tuple[Any, ...]:
    said = parse_stock_report(text)
    return said.intent.value, said.language, said.kind, said.count, said.place


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("R 3 vans 5th/Main", ("report", "en", ENFORCEMENT, 3, "5th/Main")),
        ("r 3 VANS 5th / main", ("report", "en", ENFORCEMENT, 3, "5th/main")),
        ("5th/Main 3 vans R", ("report", "en", ENFORCEMENT, 3, "5th/Main")),
        ("3 vans @ 5th/Main", ("report", "en", ENFORCEMENT, 3, "5th/Main")),
        ("three vans at 5th and Main", ("report", "en", ENFORCEMENT, 3, "5th/Main")),
        ("R x3 vans 5th & Main", ("report", "en", ENFORCEMENT, 3, "5th/Main")),
        ("R 3 camionetas 5ta y Main", ("report", "es", ENFORCEMENT, 3, "5ta/Main")),
        ("tres camionetas en 5ta con Main", ("report", "es", ENFORCEMENT, 3, "5ta/Main")),
        ("Retén Cermak y Kedzie 4 patrullas", ("report", "es", CHECKPOINT, 4, "Cermak/Kedzie")),
        ("reten en Cermak y Kedzie", ("report", "es", CHECKPOINT, None, "Cermak/Kedzie")),
        ("incendoi en 5ta y Main", ("report", "es", FIRE, None, "5ta/Main")),
        ("checkpont at Main Street", ("report", "en", CHECKPOINT, None, "Main Street")),
        ("fire and smoke 5th/Main", ("report", "en", FIRE, None, "5th/Main")),
        ("R 2 cars 5 / Main", ("report", "en", ENFORCEMENT, 2, "5/Main")),
        ("R 200 crowd Daley Plaza/Clark", ("report", "en", CROWD, 200, "Daley Plaza/Clark")),
        ("vans", ("report", "en", ENFORCEMENT, None, "")),
        ("R 3 5th/Main", ("report", "", None, 3, "5th/Main")),
        ("SOS", ("sos", "", None, None, "")),
        ("s.o.s!!", ("sos", "", None, None, "")),
        ("S O S", ("sos", "", None, None, "")),
        ("SOS en 5ta y Main", ("sos", "es", None, None, "5ta/Main")),
        ("auxilio", ("sos", "es", None, None, "")),
        ("help me", ("sos", "en", None, None, "")),
        ("OK", ("ok", "", None, None, "")),
        ("estoy bien", ("ok", "es", None, None, "")),
        ("?", ("help", "", None, None, "")),
        ("AYUDA", ("help", "es", None, None, "")),
        ("NEED water", ("need", "en", KINDS.code("need"), None, "")),
        ("NECESITO agua 5ta y Main", ("need", "es", KINDS.code("need"), None, "5ta/Main")),
        ("no hay agua", ("need", "es", KINDS.code("need"), None, "")),
        ("need medic Main/3rd", ("need", "en", KINDS.code("medical"), None, "Main/3rd")),
        ("power out Main/3rd", ("report", "en", KINDS.code("power-out"), None, "Main/3rd")),
        ("sin luz en 5ta y Main", ("report", "es", KINDS.code("power-out"), None, "5ta/Main")),
        ("R3 vans 5th/Main", ("report", "en", ENFORCEMENT, 3, "5th/Main")),
        ("R.3 vans 5th/Main", ("report", "en", ENFORCEMENT, 3, "5th/Main")),
        ("R 3vans 5th/Main", ("report", "en", ENFORCEMENT, 3, "5th/Main")),
        ("R3camionetas 5ta y Main", ("report", "es", ENFORCEMENT, 3, "5ta/Main")),
        ("12vans 5th/Main", ("report", "en", ENFORCEMENT, 12, "5th/Main")),
        ("R5th/Main 3 vans", ("report", "en", ENFORCEMENT, 3, "5th/Main")),
        ("R 3 big white vans 5th/Main", ("report", "en", ENFORCEMENT, 3, "5th/Main")),
        ("vans x3 5th/Main", ("report", "en", ENFORCEMENT, 3, "5th/Main")),
        ("unos 20 agentes en 5ta y Main", ("report", "es", ENFORCEMENT, 20, "5ta/Main")),
        ("R 3 vans y 20 agentes 5th/Main", ("report", "es", ENFORCEMENT, 3, "5th/Main")),
        ("3 vans at Home Depot on Western ave", ("report", "en", ENFORCEMENT, 3, "Western ave")),
        ("100 people protest 5th/Main", ("report", "en", CROWD, 100, "5th/Main")),
        ("im ok at 5th/Main", ("ok", "en", None, None, "5th/Main")),
        ("hello there", ("unknown", "en", None, None, "")),
        ("", ("unknown", "", None, None, "")),
    ],
)
def test_what_people_write_is_understood(text: str, expected: tuple[Any, ...]) -> None:
    assert understood(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "I am not ok",
        "no vans here",
        "no fire",
        "no estoy bien",
        "no necesito agua",
        "r u ok?",
        "OK?",
    ],
)
def test_half_of_a_denial_is_never_taken_for_its_contrary(text: str) -> None:
    assert parse_stock_report(text).intent is Intent.UNKNOWN


def test_what_they_have_and_do_is_understood() -> None:
    said = parse_stock_report("R 2 unmarked vans parked, dogs, urgent, Main/3rd")
    assert said.equipment == {EQUIPMENT.code("unmarked-vehicle"), EQUIPMENT.code("dog")}
    assert said.activity == ACTIVITIES.code("parked")
    assert said.severity == 2


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("R", ("what", "where")),
        ("R 3 vans", ("where",)),
        ("R 5th/Main", ("what",)),
        ("R 3 vans 5th/Main", ()),
        ("need 5th/Main", ("what",)),
        ("SOS", ("where",)),
        ("OK", ()),
    ],
)
def test_what_is_missing_is_named(text: str, missing: tuple[str, ...]) -> None:
    assert parse_stock_report(text).missing == missing


@pytest.mark.parametrize(
    ("text", "gone", "left_behind"),
    [
        ("R Maria Lopez 3 vans 5th/Main", {"name"}, "Maria"),
        ("R 3 vans 5th/Main plate ABC1234", {"plate"}, "ABC1234"),
        ("R 3 vans 5th/Main plate abc1234", {"plate"}, "abc1234"),
        ("R 3 vans 5th/Main call 312-555-1234", {"phone"}, "555"),
        ("R 3 vans 5th/Main me@example.org", {"email"}, "example"),
        ("R fire 1234 Main St", {"address"}, "1234"),
        ("R 3 vans near Jose Lopez", {"name"}, "Lopez"),
        ("R vans Maria Lopez 5th/Main", {"name"}, "Maria"),
        ("R vans 5th/Main Maria Lopez", {"name"}, "Lopez"),
    ],
)
def test_names_numbers_and_plates_are_left_behind_and_it_is_said(
    text: str, gone: set[str], left_behind: str
) -> None:
    said = parse_stock_report(text)
    assert said.personal == gone
    assert left_behind not in repr([getattr(said, name) for name in StockReport.__slots__])
    answer = stock_answer(said, "K7Q2")
    assert left_behind not in answer
    assert answer.endswith(("Do not send those.", "No los envíe."))


@pytest.mark.parametrize("word", sorted(NEEDS))
def test_every_need_has_a_word_in_both_languages(word: str) -> None:
    assert all(NEEDS[word])


@pytest.mark.parametrize(
    "text", ["R 5000 vans 5th/Main", "R fire 2026 5th/Main", "van 1234", "R call 55 5th/Main",
             "R men five five five 5th/Main", "R ICE 12-34 Main St"]
)  # fmt: skip
def test_a_number_that_counts_nothing_is_no_count(text: str) -> None:
    assert parse_stock_report(text).count is None


@pytest.mark.parametrize(
    "text",
    ["R 3 vans 5th/Main", "R3 vans", "R 5th/Main", "R fire", "reporte redada", "R NEED water",
     "NEED water", "necesito agua", "NEED at 5th/Main", "SOS", "please help me", "R SOS",
     "we need help"],
)  # fmt: skip
def test_on_a_channel_a_report_begins_with_its_word_and_says_something(text: str) -> None:
    assert parse_stock_report(text).marked


@pytest.mark.parametrize(
    "text",
    ["R", "r u ok?", "R u there", "r they gone yet", "R you guys at the park?", "R 3",
     "ok R 3 vans", "r they the ones with 3 vans at 5th/Main", "need to talk to you",
     "necesito hablar contigo",
     "3 vans 5th/Main", "is the SOS working", "report", "no SOS", "OK", "?"],
)  # fmt: skip
def test_what_people_talk_about_on_a_channel_is_no_report(text: str) -> None:
    assert not parse_stock_report(text).marked


@pytest.mark.parametrize(
    "text",
    ["R detenido juan perez y maria lopez", "R detained at juan perez", "R detained near Juan",
     "arrested juan / maria", "R detenidos juan y maria", "R migra detuvo a Juan y Maria",
     "R ICE took juan perez / Main", "necesito agua juan perez y maria garcia",
     "R detained at Juan's house"],
)  # fmt: skip
def test_names_beside_who_is_detained_are_no_place(text: str) -> None:
    said = parse_stock_report(text)
    assert said.place == ""
    assert "where" in said.missing
    assert not any(name in stock_answer(said, "K7Q2").casefold() for name in ("juan", "maria"))
    assert "juan" not in repr(said).casefold()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("R detenido 5ta y Main", "5ta/Main"),
        ("R detained 26th/Kedzie", "26th/Kedzie"),
        ("detained at Quinta/Main", "Quinta/Main"),
        ("R detenidos en calle Juarez", "Juarez"),
        ("R 2 detained near Maria Lopez Park", "Maria Lopez Park"),
        ("R detained Main St/Kedzie", "Main St/Kedzie"),
    ],
)
def test_what_is_a_street_for_sure_is_a_place_beside_who_is_detained(text: str, place: str) -> None:
    assert parse_stock_report(text).place == place


def test_a_corner_that_may_be_names_can_be_looked_up_and_is_told_to_nobody() -> None:
    said = parse_stock_report("R detained Cermak/Kedzie")
    assert (said.place, said.unsure_place, said.missing) == ("", "Cermak/Kedzie", ("where",))
    assert parse_stock_report("R 3 vans Cermak/Kedzie").unsure_place == ""


SOUP = st.lists(
    st.sampled_from(
        "R r SOS OK ? need necesito agua water 3 vans camionetas 5th / & y and at en Main 41.85 "
        "-87.65 , . @ # x2 no sin fire Maria Lopez 312-555-1234 ABC1234 a@b.c 99999999 "
        "detenido cancel help me St 1234 #12 41,85 \U0001f198 R3 SOS5th".split()
    ),
    max_size=30,
).map(" ".join)


@given(st.text(max_size=400) | SOUP | st.binary(max_size=300).map(lambda b: b.decode("latin-1")))
def test_any_text_is_understood_or_not_and_never_breaks_anything(text: str) -> None:
    said = parse_stock_report(text)
    assert said.intent in Intent
    assert said.language in ("", "en", "es")
    assert said.kind is None or said.kind in KINDS
    assert said.count is None or 1 <= said.count <= COUNT_MAX
    assert len(said.place) <= PLACE_MAX
    assert not (said.place and said.unsure_place)
    assert said.place.isprintable()
    assert said.lat is None or (-90 <= said.lat <= 90 and said.lon is not None)
    assert said.need == "" or said.need in NEEDS
    for answer in (stock_answer(said, "K7Q2"), stock_answer(said, "", sos_open=True)):
        assert 0 < len(answer.encode()) <= LINE_MAX
    assert "\n" not in understood_words(said)


@pytest.mark.parametrize(
    "text",
    ["@" * 5000, "1" * 5000, "1 " * 3000, "a/" * 3000, "y " * 3000, "\u0301" * 5000, "A1-" * 2000,
     "ﷺ" * 500, "41.8 " * 1000, "\ud800" * 300],
    ids=lambda text: repr(text[:3]),
)  # fmt: skip
def test_long_and_hostile_texts_are_read_only_so_far(text: str) -> None:
    assert parse_stock_report(text).intent in Intent


@given(st.text(max_size=30))
def test_folding_is_the_same_twice(word: str) -> None:
    assert folded(folded(word)) == folded(word)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("R 3 vans 5th/Main",
         "Received by a machine: enforcement activity (3), at 5th/Main. Not read by a person yet. "
         "Ref K7Q2."),
        ("R 3 camionetas 5ta y Main",
         "Recibido por una máquina: actividad de agentes (3), en 5ta/Main. Aún no lo lee una "
         "persona. Ref K7Q2."),
        ("R 3 camionetas",
         "Recibido por una máquina: actividad de agentes (3). Falta: dónde. Ejemplo: R 3 "
         "camionetas 5ta y Main. Ref K7Q2."),
        ("NEED water 5th/Main",
         "Received by a machine: need water, at 5th/Main. Not read by a person yet. Ref K7Q2."),
        ("SOS at 5th/Main",
         "SOS received by a machine: at 5th/Main; a person has not read it yet. Ref K7Q2."),
        ("SOS",
         "SOS received by a machine; a person has not read it yet. Ref K7Q2. Say where: SOS "
         "5th/Main / SOS recibido por una máquina; aún no lo lee una persona. Ref K7Q2. Diga "
         "dónde: SOS 5ta y Main"),
        ("OK", "OK received by a machine. / OK recibido por una máquina."),
        ("?",
         "Write: R 3 vans 5th/Main, or NEED water, OK, in danger SOS. No names, plates or phone "
         "numbers. A person checks first. Español: AYUDA"),
        ("AYUDA",
         "Escriba: R 3 camionetas 5ta y Main, o NECESITO agua, OK, en peligro SOS. Sin nombres, "
         "placas ni teléfonos. Una persona lo revisa antes."),
    ],
)  # fmt: skip
def test_an_answer_says_what_is_true_and_no_more(text: str, answer: str) -> None:
    assert stock_answer(parse_stock_report(text), "K7Q2") == answer


def test_while_a_call_is_open_every_answer_says_that_it_stays_open() -> None:
    for text in ("OK", "cancel SOS", "thank you"):
        said = parse_stock_report(text)
        assert "Your SOS stays open until a person reads it." in stock_answer(
            said, "", sos_open=True
        )
        assert "stays open" not in stock_answer(said, "")


def test_that_a_person_has_read_it_promises_no_help() -> None:
    assert stock_read_answer("K7Q2", "en", sos=True) == (
        "A person has read your SOS (ref K7Q2). That does not mean that help is coming."
    )
    assert stock_read_answer("K7Q2", "es", sos=True) == (
        "Una persona leyó su SOS (ref K7Q2). Eso no significa que venga ayuda."
    )
