"""Calls for help are heard however they are written, and a denial is no second call."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.stock_calls import calls_in
from meshdefense_protocol.stock_report import Intent, parse_stock_report
from support.call_texts import CALLS, TALK


@pytest.mark.parametrize(
    "text",
    [
        "SOS", "s.o.s!!", "S O S", "S-O-S", "S/O/S", "SOSS", "sooos", "SOSSOS", "s0s", "\U0001f198",
        "SOS5th/Main", "SOSMain/5th", "SOS-Main/5th", "SOS26th/Main", "SOSHELP", "SOS41.85,-87.65",
        "911", "call 911", "llamen al 911", "mayday mayday", "socorro", "AUXILIO!!", "auxlio",
        "emergency", "emergancia", "emergencias", "helpme", "help me", "help me please",
        "please help me", "please, help!", "Help me at 5th/Main", "HELP ME 41.85,-87.65", "help us",
        "somebody help us now", "help please", "send help", "save us", "I'm in danger",
        "estoy en peligro", "ayúdenos", "ayúdenme por favor", "ayudame", "ayuda por favor",
        "por favor ayuda", "manden ayuda", "need help", "we need help at 5th/Main",
        "necesito ayuda urgente", "R SOS 5th/Main", "3 vans 5th/Main SOS", "SOS no puedo salir",
        "no puedo salir, SOS", "not safe SOS", "No, SOS!", "no! help me!", "no phone, SOS",
        "do not cancel SOS", "no cancelen el SOS", "not a false alarm SOS",
        "false alarm earlier, SOS now", "HELP!", "¡AYUDA!", "help! they are breaking the door",
        "help at 5th/Main", "ayuda en 5ta y Main",
    ],
)  # fmt: skip
def test_a_call_for_help_is_heard_anywhere_in_a_text(text: str) -> None:
    assert parse_stock_report(text).intent is Intent.SOS


@pytest.mark.parametrize(
    "text",
    [
        "no SOS", "no es emergencia", "no es una emergencia", "not an emergency", "ya no hay SOS",
        "isn't an emergency", "no more SOS", "cancel SOS", "cancel my SOS please", "SOS cancelled",
        "cancelen el SOS", "SOS cancelado", "please ignore my last SOS", "no, cancel SOS",
        "SOS was a mistake", "SOS por error", "false alarm", "SOS false alarm", "SOS. False alarm",
        "falsa alarma", "no need help", "no necesito ayuda", "don't need help",
        "false alarm, no fire at 5th/Main", "cancel SOS 5th/Main",
    ],
)  # fmt: skip
def test_a_denial_is_not_understood_and_rings_nothing(text: str) -> None:
    assert parse_stock_report(text).intent is Intent.UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        "son las tres", "so what", "sons", "sospechoso en 5ta y Main", "SOSPECHOSO 5ta/Main",
        "vos sos", "ayudamos", "nosotros ayudamos en la plaza", "help", "AYUDA", "HELP?",
        "do you need help?", "help at 5th/Main?", "no help!", "does anyone need help",
        "primeros auxilios", "R vans 911 Main/5th",
        "3 emergency vehicles 5th/Main", "salida de emergencia", "need medical help",
        "necesito ayuda legal", "need help with food", "what's o's name",
    ],
)  # fmt: skip
def test_what_only_sounds_like_a_call_rings_nothing(text: str) -> None:
    assert parse_stock_report(text).intent is not Intent.SOS


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("SOS5th/Main", "5th/Main"),
        ("Help me at 5th/Main", "5th/Main"),
        ("help me 5th/Main", "5th/Main"),
        ("please help us near Daley Plaza", "Daley Plaza"),
        ("ayúdenos en 5ta y Main", "5ta/Main"),
        ("auxilio por favor, Cermak/Kedzie", "Cermak/Kedzie"),
        ("SOS they took juan at Cermak/Kedzie", "Cermak/Kedzie"),
        ("911 Main/5th", "Main/5th"),
    ],
)
def test_the_words_of_a_call_are_no_part_of_the_place(text: str, place: str) -> None:
    assert parse_stock_report(text).place == place


@pytest.mark.parametrize(
    ("text", "leads"),
    [("SOS", True), ("please help me", True), ("hola, auxilio", True), ("we need help", True),
     ("is the SOS working", False), ("3 vans SOS", False), ("no SOS", False)],
)  # fmt: skip
def test_whether_a_text_begins_with_the_call_is_told(text: str, leads: bool) -> None:
    assert calls_in(text).leads is leads


@pytest.mark.parametrize(
    "text", ["oh no help me", "No\nSOS", "please someone help", "ocupo ayuda", "NO NO SOS"]
)
def test_what_is_cried_before_a_call_does_not_hide_that_it_leads(text: str) -> None:
    assert calls_in(text).leads


@pytest.mark.parametrize("text", CALLS)
def test_every_call_of_the_table_rings(text: str) -> None:
    assert parse_stock_report(text).intent is Intent.SOS


@pytest.mark.parametrize("text", TALK)
def test_no_talk_of_the_table_rings(text: str) -> None:
    assert parse_stock_report(text).intent is not Intent.SOS


@pytest.mark.parametrize("text", [text for text in CALLS if "ignor" not in text])
def test_a_call_of_the_table_rings_in_capitals_on_two_lines_and_with_a_face(text: str) -> None:
    for written in (text.upper(), f"{text}\n5th/Main", f"{text} \U0001f62d"):
        assert parse_stock_report(written).intent is Intent.SOS


@given(st.lists(st.sampled_from("SOS no cancel help me false alarm . , not emergency 911".split())))
def test_whatever_is_denied_a_call_of_its_own_behind_it_rings(words: list[str]) -> None:
    assert calls_in(f"{' '.join(words)}. They are here! SOS").calls


@given(st.text(max_size=240))
def test_any_text_calls_or_not(text: str) -> None:
    said = calls_in(text)
    assert said.calls in (True, False)
    assert said.calls or not said.leads
