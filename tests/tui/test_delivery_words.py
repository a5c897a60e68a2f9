from __future__ import annotations

from typing import Any, cast, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.api.parts_schema import DeliveryState, DeliveryWords
from meshdefense.node.delivery_state import _NO_RADIO
from meshdefense.sentences import translated
from meshdefense_protocol.governor import Governor
from meshdefense_protocol.priority import Priority
from meshdefense_tui.delivery_words import (
    delivery_role,
    delivery_words,
    fitting_words,
    ordinal,
)


def words(language: str = "en", now: float = 100.0, **delivery: Any) -> str:
    return delivery_words(cast("DeliveryWords", delivery), now, language)


@pytest.mark.parametrize(
    ("delivery", "expected"),
    [
        ({"state": "received"}, ""),
        ({"state": "queued"}, "queued"),
        ({"state": "queued", "position": 3}, "queued 3rd"),
        ({"state": "queued", "position": 1, "reason": "no radio"}, "queued 1st (no radio)"),
        ({"state": "at_radio"}, "at the radio"),
        ({"state": "on_air", "attempts": 1}, "on air"),
        ({"state": "on_air", "attempts": 2}, "on air, try 2"),
        ({"state": "heard", "attempts": 2}, "heard by another radio"),
        ({"state": "unheard", "retry_at": 112.0}, "not heard, tries again in 12 s"),
        ({"state": "unheard", "retry_at": 99.0}, "not heard, tries again now"),
        ({"state": "unheard", "retry_at": 340.0}, "not heard, tries again in 4 min"),
        ({"state": "unheard"}, "not heard"),
        (
            {"state": "refused", "reason": "radio queue full", "retry_at": 105.0},
            "the radio refused it (radio queue full), tries again in 5 s",
        ),
        (
            {"state": "held", "held": {"verifiers": [6, 7], "bases": [2, 3], "all": [12, 14]}},
            "held by 6 of 7 verifiers and 2 of 3 bases",
        ),
        ({"state": "held", "held": {"all": [1, 1]}}, "held by 1 of 1 member"),
        (
            {"state": "held", "held": {"verifiers": [0, 7], "bases": [0, 1], "all": [1, 14]}},
            "held by 1 of 14 members, 0 of 7 verifiers and 0 of 1 base",
        ),
        ({"state": "held"}, "held by others"),
        ({"state": "expired"}, "expired before it was heard"),
        ({"state": "cancelled"}, "cancelled before it was sent"),
        ({"state": "local"}, "stored here only"),
        ({"state": "teleported"}, "state not known here: teleported"),
    ],
)
def test_each_state_has_its_exact_words(delivery: dict[str, Any], expected: str) -> None:
    assert words(**delivery) == expected


def test_the_words_are_spanish_in_spanish() -> None:
    assert words("es", state="queued", position=3) == "en cola, 3.º"
    assert words("es", state="unheard", retry_at=112.0) == "no se oyó, reintenta en 12 s"


def test_who_holds_it_is_told_shorter_where_there_is_less_room() -> None:
    held: DeliveryWords = {
        "state": "held",
        "held": {"verifiers": [6, 7], "bases": [2, 3], "all": [12, 14]},
    }
    long = "lo tienen 6 de 7 verificadores y 2 de 3 bases"
    assert fitting_words(held, 0.0, "es", len(long)) == long
    assert fitting_words(held, 0.0, "es", len(long) - 1) == "tienen V6/7 B2/3"
    assert fitting_words(held, 0.0, "en", 20) == "held V6/7 B2/3"
    nobody: DeliveryWords = {"state": "held", "held": {"verifiers": [0, 7], "all": [1, 14]}}
    assert fitting_words(nobody, 0.0, "en", 20) == "held M1/14 V0/7"


def test_only_heard_says_that_another_radio_heard_it() -> None:
    for state in get_args(DeliveryState):
        if state != "heard":
            said = words(state=state, retry_at=110.0, position=1, attempts=1)
            assert "heard by" not in said
            assert (delivery_role({"state": state}) == "good") == (state == "held")


def test_no_state_claims_that_it_was_delivered_read_or_sent_to_people() -> None:
    for state in get_args(DeliveryState):
        said = words(state=state, retry_at=110.0, position=1, attempts=1)
        for claim in ("delivered", "received", "read", "reached"):
            assert claim not in said


@given(st.integers(1, 10_000))
def test_an_ordinal_keeps_its_number(number: int) -> None:
    assert ordinal(number).rstrip("stndrh") == str(number)
    assert ordinal(number, "es") == f"{number}.º"


@pytest.mark.parametrize(
    ("number", "expected"), [(1, "1st"), (2, "2nd"), (11, "11th"), (13, "13th"), (22, "22nd")]
)
def test_ordinals_are_english(number: int, expected: str) -> None:
    assert ordinal(number) == expected


@pytest.mark.parametrize(
    "reason",
    [
        "the channel is busy (31 %)",
        "airtime of long reports is used up",
        "airtime of check-ins is used up",
        "this node's airtime is used up",
        "the region's duty cycle is used up",
        "this node has no radio",
        *_NO_RADIO.values(),
    ],
)
def test_every_reason_of_the_daemon_is_told_in_spanish(reason: str) -> None:
    assert translated(reason, "en") == reason
    spanish = translated(reason, "es")
    assert spanish != reason
    assert ("31" in spanish) == ("31" in reason)


def test_the_reasons_are_those_that_the_engine_gives() -> None:
    reasons: set[str] = set()
    for duty_cycle, utilisation in ((0.01, 0.0), (1.0, 0.0), (1.0, 55.0)):
        governor = Governor(duty_cycle=duty_cycle)
        governor.channel(0.0, utilisation=utilisation)
        for priority in (Priority.POSITION, Priority.NOTICE):
            reasons |= set(governor.use(0.0).held_back.values())
            for _ in range(100):
                governor.charge(priority, 200, 0.0)
            reasons |= set(governor.use(0.0).held_back.values())
    assert len(reasons) == 4
    assert all(translated(reason, "es") != reason for reason in reasons)


def test_an_unknown_reason_is_shown_as_it_came() -> None:
    assert translated("solar flare (9 %)", "es") == "solar flare (9 %)"
