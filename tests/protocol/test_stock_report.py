"""The report grammar for stock radios: forgiving, total, and it keeps nobody's name or number."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.personal_text import without_numbers
from meshdefense_protocol.stock_answers import stock_answer, stock_read_answer, understood_words
from meshdefense_protocol.stock_lines import LINE_MAX
from meshdefense_protocol.stock_report import PLACE_MAX, Intent, StockReport, parse_stock_report
from meshdefense_protocol.stock_words import NEEDS, folded, meaning_of
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
        ("hello there", ("unknown", "en", None, None, "")),
        ("", ("unknown", "", None, None, "")),
    ],
)
def test_what_people_write_is_understood(text: str, expected: tuple[Any, ...]) -> None:
    assert understood(text) == expected


@pytest.mark.parametrize("text", ["I am not ok", "no vans here", "no fire", "no estoy bien"])
def test_half_of_a_denial_is_never_taken_for_its_contrary(text: str) -> None:
    assert parse_stock_report(text).intent is Intent.UNKNOWN


@pytest.mark.parametrize("text", ["son las tres", "so what", "sol y sombra", "sons"])
def test_a_short_word_beside_sos_is_no_call_for_help(text: str) -> None:
    assert parse_stock_report(text).intent is not Intent.SOS


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("fire 41.85,-87.65", 41.85, -87.65),
        ("sos 41.85 -87.65", 41.85, -87.65),
        ("R 3 vans 41.851234, -87.651234", 41.851234, -87.651234),
    ],
)
def test_degrees_are_a_place(text: str, lat: float, lon: float) -> None:
    said = parse_stock_report(text)
    assert (said.lat, said.lon, said.place) == (lat, lon, "")
    assert "where" not in said.missing


@pytest.mark.parametrize("text", ["fire 141.85,-87.65", "fire 41.85,-987.65", "fire 0.0,0.0"])
def test_degrees_that_are_nowhere_on_earth_are_none(text: str) -> None:
    assert parse_stock_report(text).lat is None


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


@pytest.mark.parametrize("text", ["5th/Main", "53rd/Lake", "US-41/Main", "10am 5th/Main"])
def test_streets_and_times_are_no_plates(text: str) -> None:
    assert without_numbers(text) == (text, frozenset())


@pytest.mark.parametrize("word", sorted(NEEDS))
def test_every_need_has_a_word_in_both_languages(word: str) -> None:
    assert all(NEEDS[word])


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


SOUP = st.lists(
    st.sampled_from(
        "R r SOS OK ? need necesito agua water 3 vans camionetas 5th / & y and at en Main 41.85 "
        "-87.65 , . @ # x2 no sin fire Maria Lopez 312-555-1234 ABC1234 a@b.c 99999999".split()
    ),
    max_size=30,
).map(" ".join)


@given(st.text(max_size=400) | SOUP | st.binary(max_size=300).map(lambda b: b.decode("latin-1")))
def test_any_text_is_understood_or_not_and_never_breaks_anything(text: str) -> None:
    said = parse_stock_report(text)
    assert said.intent in Intent
    assert said.language in ("", "en", "es")
    assert said.kind is None or said.kind in KINDS
    assert said.count is None or 1 <= said.count <= 65_535
    assert len(said.place) <= PLACE_MAX
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
         "Recibido: actividad de agentes (3). Falta: dónde. Ejemplo: R 3 camionetas 5ta y Main. "
         "Ref K7Q2."),
        ("NEED water 5th/Main",
         "Received by a machine: need water, at 5th/Main. Not read by a person yet. Ref K7Q2."),
        ("SOS at 5th/Main",
         "SOS received by a machine; a person has not read it yet. Ref K7Q2."),
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


def test_that_a_person_has_read_it_promises_no_help() -> None:
    assert stock_read_answer("K7Q2", "en", sos=True) == (
        "A person has read your SOS (ref K7Q2). That does not mean that help is coming."
    )
    assert stock_read_answer("K7Q2", "es", sos=True) == (
        "Una persona leyó su SOS (ref K7Q2). Eso no significa que venga ayuda."
    )
