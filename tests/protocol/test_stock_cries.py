""" "help" is a cry, a need or a word like others, by what stands beside it."""

from __future__ import annotations

import pytest

from meshdefense_protocol.stock_calls import calls_in
from meshdefense_protocol.stock_report import Intent, parse_stock_report


@pytest.mark.parametrize("word", ["help", "HELP", "Help?", "ayuda", "AYUDA", "ayuda?", "help."])
def test_the_bare_word_asks_how_to_write(word: str) -> None:
    assert parse_stock_report(word).intent is Intent.HELP


@pytest.mark.parametrize(
    "text",
    [
        "HELP HELP HELP", "AYUDA AYUDA", "please someone help", "HELP NEEDED NOW",
        "theyre hurting me help", "cant breathe help", "ayuda please", "help por favor",
        "ayuda x favor", "help\u2757", "help\u203c\ufe0f", "ayudaaaa", "HELPPP", "Heeelp",
        "help they have a gun", "ayuda me siguen", "ayuda la migra esta en mi casa", "help my son",
        "help \U0001f64f", "ayuda \U0001f62d", "can someone help", "oh no help",
    ],
)  # fmt: skip
def test_the_word_calls_where_it_is_cried(text: str) -> None:
    assert parse_stock_report(text).intent is Intent.SOS


@pytest.mark.parametrize(
    "text",
    [
        "I need help can anyone hear me", "need help. is anyone there?",
        "We need help at 5th/Main, can you come", "Necesito ayuda, alguien me oye?",
        "necesitamos ayuda quien esta cerca", "nesesito ayuda", "nececito ayuda",
        "nesecito ayuda", "necesito alluda", "i need hlep", "ocupo ayuda", "ocupamos ayuda",
        "Sí necesito ayuda", "necesito ayida", "my mom needs help", "we need help no water",
        "need help he needs a doctor",
    ],
)  # fmt: skip
def test_a_need_for_help_calls_whatever_is_asked_behind_it(text: str) -> None:
    assert parse_stock_report(text).intent is Intent.SOS


@pytest.mark.parametrize(
    "text",
    [
        "do you need help?", "does anyone need help", "who needs help", "alguien necesita ayuda?",
        "quien necesita ayuda", "necesitas ayuda?", "necesitan ayuda?", "if you need help write",
        "si alguien necesita ayuda que escriba", "do they need help", "need help?",
        "los que necesitan ayuda vengan",
    ],
)  # fmt: skip
def test_whether_others_need_help_is_no_call(text: str) -> None:
    assert not calls_in(text).calls


@pytest.mark.parametrize(
    "text",
    [
        "can you help me move the table", "could someone help us carry boxes?",
        "me puedes ayudar a mover la mesa?", "need help moving the couch", "save me a seat",
        "need help with food", "necesito ayuda con comida",
    ],
)  # fmt: skip
def test_a_favour_of_everyday_is_no_call(text: str) -> None:
    assert not calls_in(text).calls


@pytest.mark.parametrize(
    "text",
    ["can you help me", "can you help me im trapped", "help me move they are coming",
     "can you help me move my dad he is bleeding", "ayudenme a sacar a mi hijo"],
)  # fmt: skip
def test_a_favour_in_danger_calls(text: str) -> None:
    assert calls_in(text).calls


@pytest.mark.parametrize(
    "text",
    ["your help!", "I can help", "how can I help?", "happy to help!", "medical help",
     "help is here",
     "centro de ayuda", "ayuda mutua", "ofrezco ayuda", "type help", "la ayuda ya viene"],
)  # fmt: skip
def test_the_help_of_others_is_no_call(text: str) -> None:
    assert not calls_in(text).calls


@pytest.mark.parametrize(
    ("text", "asks"),
    [("help at 5th/Main", True), ("hlep 5th/Main", True), ("thanks for your help at 5th", False),
     ("need help at 5th", False)],
)  # fmt: skip
def test_help_that_somebody_asks_for_is_told_from_a_word(text: str, asks: bool) -> None:
    assert calls_in(text).asks is asks


@pytest.mark.parametrize("text", ["help at 5th/Main", "help 5th/Main, no phone", "hlep 5th/Main"])
def test_help_with_a_place_calls_also_beside_a_denial(text: str) -> None:
    assert parse_stock_report(text).intent is Intent.SOS
