"""What we say ourselves is never taken for what somebody reports, in whatever way it comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.personal_text import PERSONAL_FORMS
from meshdefense_protocol.stock_answers import own_words, stock_answer, stock_read_answer
from meshdefense_protocol.stock_lines import STOCK_LANGUAGES, Said, StockNews, stock_line
from meshdefense_protocol.stock_report import Intent, StockReport, parse_stock_report
from meshdefense_protocol.stock_texts import ANSWERS, TAILS, WORDS
from meshdefense_protocol.stock_words import NEEDS
from meshdefense_protocol.words import ACTIVITIES, EQUIPMENT, KINDS

PLACES = st.sampled_from(["", "5th/Main", "St. Mary/3rd", "SOS/Main", "help me/5ta", "x" * 48])
REPORTS = st.builds(
    StockReport,
    st.sampled_from(Intent),
    st.sampled_from(["", "en", "es"]),
    st.none() | st.sampled_from([word.code for word in KINDS]),
    st.integers(0, 3),
    st.none() | st.integers(1, 500),
    st.sampled_from([word.code for word in ACTIVITIES]),
    st.frozensets(st.sampled_from([word.code for word in EQUIPMENT]), max_size=3),
    st.sampled_from(["", *NEEDS]),
    st.none() | st.floats(-90, 90),
    st.floats(-180, 180),
    PLACES,
    st.frozensets(st.sampled_from(sorted(PERSONAL_FORMS))),
)


def assert_is_ours(text: str) -> None:
    assert own_words(text), text
    said = parse_stock_report(text)
    assert (said.intent, said.kind, said.placed, said.marked) == (
        Intent.UNKNOWN,
        None,
        False,
        False,
    )


@given(REPORTS, st.sampled_from(["K7Q2", "S0S1", ""]), st.booleans())
def test_no_answer_of_ours_is_taken_for_a_text(report: StockReport, ref: str, sos: bool) -> None:
    assert_is_ours(stock_answer(report, ref, sos_open=sos))
    assert_is_ours(stock_read_answer(ref, report.language, sos=sos))


@given(
    said=st.sampled_from(Said),
    code=st.integers(0, 31),
    severity=st.integers(0, 3),
    count=st.sampled_from(["", "3", "1000+"]),
    place=PLACES,
    people=st.integers(0, 99),
    note=st.sampled_from(["", "two lanes", "SOS", "R 3 vans 5th/Main"]),
    drill=st.booleans(),
    languages=st.sampled_from(list(STOCK_LANGUAGES.values())),
)
def test_no_line_of_ours_is_taken_for_a_text(
    said: Said,
    code: int,
    severity: int,
    count: str,
    place: str,
    people: int,
    note: str,
    drill: bool,
    languages: tuple[str, ...],
) -> None:
    news = StockNews(said, "CNK45N", code, severity, count, (place, place), people, note, drill)
    line = stock_line(news, languages)
    assert_is_ours(line)
    assert_is_ours(line.removesuffix(" #CNK45N"))


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("key", sorted(ANSWERS["en"]))
def test_an_answer_that_lost_its_end_is_still_ours(language: str, key: str) -> None:
    answer = ANSWERS[language][key].format(what="fire, at 5th/Main", missing="x", ref="K7Q2")
    words = answer.split()
    for kept in range(min(5, len(words)), len(words)):
        assert_is_ours(" ".join(words[:kept]))


def test_both_languages_have_the_same_texts() -> None:
    for table in (ANSWERS, TAILS, WORDS):
        assert table["en"].keys() == table["es"].keys()


@pytest.mark.parametrize(
    ("quote", "intent"),
    [
        ("> {}", Intent.UNKNOWN),
        ('"{}" thank you', Intent.UNKNOWN),
        ("Re: {} ok", Intent.OK),
        ("{} R 3 vans 5th/Main", Intent.REPORT),
        ("help us!! {}", Intent.SOS),
        ("{} SOS", Intent.SOS),
    ],
)
@pytest.mark.parametrize(
    "ours",
    [
        "SOS received by a machine; a person has not read it yet. Ref K7Q2. Say where: SOS "
        "5th/Main",
        "Recibido por una máquina: incendio, en 5ta/Main. Aún no lo lee una persona. Ref K7Q2.",
        "Not understood. Send ? for how to write. In danger: send SOS.",
        "TAKEN BACK by who reported it: fire, around 5th / Main. #CNK45N",
    ],
)
def test_of_a_quote_only_the_words_of_the_sender_count(
    quote: str, intent: Intent, ours: str
) -> None:
    said = parse_stock_report(quote.format(ours))
    assert said.intent is intent
    assert said.personal == frozenset()
    if intent is not Intent.UNKNOWN:
        assert not own_words(quote.format(ours))


@pytest.mark.parametrize(
    "text",
    ["SOS", "Received water, thanks", "Recibido, gracias", "OK", "over at 5th/Main", "Ref K7Q2",
     "ALERTA migra en 5ta y Main", "stand down now", "retirada", "#5th", "",
     "SOS 5th/Main #204567", "SOS estoy atrapado aqui #CNK45N", "AUXILIO #MAYDAY"],
)  # fmt: skip
def test_what_people_write_is_not_ours(text: str) -> None:
    assert not own_words(text)


@pytest.mark.parametrize(
    "text",
    [
        "ya terminó, dicen, pero sigo atrapada, auxilio",
        "TERMINÓ, dicen, pero sigo atrapada, auxilio",
        "Its over, say hi to mom. SOS",
        "OVER, say 2 people: fire, around 5th / Main. SOS",
        "OVER, say 2 people: fire, around 5th / Elm. Stay careful. SOS.",
        "HIGH ALERT, verified: fire, around 5th / Main. SOS. #CNK45N",
        'HIGH ALERT, verified: checkpoint or road" SOS they are at my door',
        "A person has read your message? SOS",
        "Received by a machine: what? SOS help me",
        "SOS received by a machine; a person has not SOS",
        "Not understood. Send ? for what? help me",
        "stand-down over, need help at 5th/Main",
        "FIN DE LA RETIRADA auxilio",
        "DRILL, not real: no it is real SOS",
    ],
)
def test_nothing_that_calls_is_taken_for_the_rest_of_ours(text: str) -> None:
    assert parse_stock_report(text).intent is Intent.SOS
    assert not own_words(text)


@given(st.text(max_size=600))
def test_any_text_is_ours_or_not(text: str) -> None:
    assert own_words(text) in (True, False)
