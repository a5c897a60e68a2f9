"""What callers are answered: what was understood, in a language that they read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from meshdefense_protocol.stock_answers import own_words, stock_answer, stock_read_answer
from meshdefense_protocol.stock_lines import LINE_MAX
from meshdefense_protocol.stock_report import Intent, StockReport, parse_stock_report
from meshdefense_protocol.words import ACTIVITIES, EQUIPMENT, KINDS


@pytest.mark.parametrize(
    ("text", "kind", "count"),
    [
        ("SOS fire 5th/Main", "fire", None),
        ("SOS fire 5th/Main 3 people hurt", "fire", None),
        ("SOS 3 people hurt 5th/Main", "medical", 3),
        ("SOS 2 agentes tocando 26/Kedzie", "enforcement", 2),
        ("SOS choque 26 y Kedzie 2 heridos", "medical", 2),
        ("SOS no fire, 2 hurt 5th/Main", "medical", 2),
        ("raid at 5th/Main 3 detained", "enforcement", None),
        ("3 detained at 5th/Main", "detained", 3),
    ],
)
def test_a_call_keeps_what_it_says_and_counts_only_what_its_kind_is(
    text: str, kind: str, count: int | None
) -> None:
    said = parse_stock_report(text)
    assert said.kind is not None
    assert (KINDS.get(said.kind).key, said.count) == (kind, count)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("SOS fire at 5th/Main",
         "SOS received by a machine: fire, at 5th/Main; a person has not read it yet. Ref K7Q2."),
        ("SOS me siguen 26 y Kedzie",
         "SOS recibido por una máquina: en 26/Kedzie; aún no lo lee una persona. Ref K7Q2."),
        ("SOS my house is on fire",
         "SOS received by a machine: fire; a person has not read it yet. Ref K7Q2. Say where: SOS "
         "5th/Main"),
    ],
)  # fmt: skip
def test_the_answer_to_a_call_says_what_was_understood(text: str, answer: str) -> None:
    assert stock_answer(parse_stock_report(text), "K7Q2") == answer


def test_the_place_of_a_call_stays_where_not_everything_fits_and_the_sentence_is_whole() -> None:
    report = StockReport(
        Intent.SOS,
        "es",
        KINDS.code("detained"),
        activity=ACTIVITIES.code("stopping"),
        equipment=frozenset(word.code for word in EQUIPMENT),
        place="Avenida 16 de Septiembre/Lomas de Chapultepec",
        personal=frozenset({"name", "plate", "phone"}),
    )
    for one in ("es", "en"):
        said = stock_answer(replace(report, language=one), "K7Q2")
        assert len(said.encode()) <= LINE_MAX
        assert "Ref K7Q2." in said
        assert own_words(said)
    alone = replace(report, personal=frozenset())
    assert "Septiembre/Lomas" in stock_answer(alone, "K7Q2")


def test_no_answer_to_what_was_understood_loses_its_end() -> None:
    for language in ("en", "es"):
        for intent in (Intent.REPORT, Intent.NEED, Intent.SOS):
            report = StockReport(
                intent,
                language,
                KINDS.code("missing-person"),
                activity=ACTIVITIES.code("stopping"),
                equipment=frozenset({0, 9}),
                need="care",
                place="Avenida 16 de Septiembre/5 de Mayo",
                personal=frozenset({"address", "email", "name", "plate", "phone"}),
            )
            said = stock_answer(report, "K7Q2")
            assert len(said.encode()) <= LINE_MAX
            assert "Septiembre/5 de Mayo" in said
            assert "Ref K7Q2." in said
            assert said.endswith(".")


def test_a_call_in_no_language_with_a_long_place_is_answered_in_both() -> None:
    place = "Avenida 16 de Septiembre/Lomas de Chapultepec"
    said = stock_answer(StockReport(Intent.SOS, place=place), "K7Q2")
    assert len(said.encode()) <= LINE_MAX
    assert "a person has not read it yet" in said
    assert "aún no lo lee una persona" in said


@pytest.mark.parametrize("sos", [True, False])
def test_that_a_person_has_read_it_is_said_in_both_languages_where_none_was_told(
    sos: bool,
) -> None:
    both = stock_read_answer("K7Q2", "", sos=sos)
    assert both == " / ".join(stock_read_answer("K7Q2", one, sos=sos) for one in ("en", "es"))
    assert len(both.encode()) <= LINE_MAX
    assert own_words(both)
