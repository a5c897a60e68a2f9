from __future__ import annotations

from typing import Any, cast, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.api.schema import DeliveryState, DeliveryWords
from meshdefense_tui.delivery_words import delivery_role, delivery_words, ordinal


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


def test_only_heard_says_that_another_radio_heard_it() -> None:
    for state in get_args(DeliveryState):
        if state != "heard":
            said = words(state=state, retry_at=110.0, position=1, attempts=1)
            assert "heard by" not in said
            assert delivery_role({"state": state}) != "good"


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
