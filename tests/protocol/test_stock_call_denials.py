"""Only a fixed form right beside a call denies it; whatever else holds a "no" still calls."""

from __future__ import annotations

import pytest

from meshdefense_protocol.stock_calls import calls_in


@pytest.mark.parametrize(
    "text",
    [
        "no SOS", "no es emergencia", "no es una emergencia", "not an emergency", "no hay SOS",
        "ya no hay emergencia", "no more SOS", "no need for help", "no necesito ayuda",
        "no need to call 911", "no estoy en peligro", "nobody is in danger", "non-emergency",
    ],
)  # fmt: skip
def test_a_fixed_form_beside_a_call_denies_it(text: str) -> None:
    assert not calls_in(text).calls


@pytest.mark.parametrize(
    "text",
    [
        "oh no help me", "Oh no SOS 5th/Main", "NO NO SOS", "ay no ayuda por favor",
        "no por favor ayuda", "no no auxilio", "Dios mio no auxilio", "no \U0001f62d help me",
        "no - SOS", "oh no.help me", "no this is an emergency", "no esto es emergencia", "No\nSOS",
        "no auxilio", "no I need help", "ay no necesito ayuda", "nooo SOS",
        "no es broma emergencia", "no tengo agua emergencia", "not a drill SOS",
        "isnt this an emergency",
    ],
)  # fmt: skip
def test_a_no_that_is_no_denial_silences_nothing(text: str) -> None:
    assert calls_in(text).calls


@pytest.mark.parametrize(
    "text",
    ["cancel my SOS please", "please cancel SOS", "can you cancel my SOS", "im ok cancel SOS",
     "quiero cancelar el SOS", "SOS cancelled", "SOS was a mistake", "SOS enviado por error",
     "the emergency is over", "ya paso la emergencia", "la emergencia ya paso"],
)  # fmt: skip
def test_who_takes_a_call_back_or_says_that_it_is_over_rings_nothing(text: str) -> None:
    said = calls_in(text)
    assert (said.calls, said.denied) == (False, True)


@pytest.mark.parametrize(
    "text",
    ["why do you ignore my SOS", "they ignore my SOS", "they cancelled my SOS",
     "do not cancel SOS", "SOS was cancelled by mistake", "SOS ignora lo anterior, 5ta y Main",
     "SOS an accident at 5th", "the emergency is not over", "SOS over",
     "emergency over here at 5th", "la emergencia no ha terminado"],
)  # fmt: skip
def test_what_others_do_with_a_call_does_not_take_it_back(text: str) -> None:
    assert calls_in(text).calls


@pytest.mark.parametrize(
    ("text", "calls"),
    [("SOS false alarm", False), ("sorry, it was a false alarm", False), ("alarma falsa", False),
     ("SOS no es una falsa alarma", True), ("SOS isn't a false alarm", True),
     ("SOS creen que es falsa alarma", True)],
)  # fmt: skip
def test_a_false_alarm_counts_where_the_sender_says_it(text: str, calls: bool) -> None:
    assert calls_in(text).calls is calls


@pytest.mark.parametrize(
    ("text", "calls"),
    [("do not call 911", False), ("no llamen al 911", False), ("dont move call 911", True),
     ("no me dejan llamen al 911", True)],
)  # fmt: skip
def test_who_asks_not_to_call_the_number_calls_nobody(text: str, calls: bool) -> None:
    assert calls_in(text).calls is calls


@pytest.mark.parametrize(
    ("text", "calls"),
    [("gracias por ayuda!", False), ("thanks for giving help!", False),
     ("Thanks for your help!", False), ("gracias por toda su ayuda!", False),
     ("thanks now help me please", True), ("gracias por favor ayuda", True),
     ("gracias pero auxilio", True), ("thank god help me", True)],
)  # fmt: skip
def test_thanks_for_help_are_no_call_and_thanks_before_a_call_are_no_denial(
    text: str, calls: bool
) -> None:
    assert calls_in(text).calls is calls
