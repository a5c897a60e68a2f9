"""Floods of texts are bounded, whoever claims to have sent them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.stock_gate import (
    ALL_HOURLY,
    APART_S,
    SENDER_HOURLY,
    SENDERS_MAX,
    StockGate,
)

NOW = 1_760_000_000.0


def test_one_sender_has_one_text_in_thirty_seconds() -> None:
    gate = StockGate()
    assert gate.admit(1, NOW, sos=False)
    assert not gate.admit(1, NOW + APART_S - 0.1, sos=False)
    assert gate.admit(1, NOW + APART_S, sos=False)
    assert gate.held_back == 1


def test_a_call_for_help_is_taken_right_after_another_text() -> None:
    gate = StockGate()
    assert gate.admit(1, NOW, sos=False)
    assert gate.admit(1, NOW + 1, sos=True)


def test_one_sender_has_so_many_texts_in_an_hour() -> None:
    gate = StockGate()
    taken = sum(gate.admit(1, NOW + at * APART_S, sos=False) for at in range(100))
    assert taken == SENDER_HOURLY
    assert gate.admit(1, NOW + 3600, sos=False)


def test_many_senders_together_are_bounded_and_a_call_for_help_still_comes_through() -> None:
    gate = StockGate()
    taken = sum(gate.admit(sender, NOW, sos=False) for sender in range(10_000))
    assert taken == ALL_HOURLY
    assert len(gate) <= SENDERS_MAX
    assert gate.admit(77, NOW, sos=True)


@given(st.lists(st.tuples(st.integers(0, 400), st.floats(-4e3, 4e3), st.booleans()), max_size=300))
def test_whatever_the_clock_does_memory_is_bounded_and_every_text_counted(
    texts: list[tuple[int, float, bool]],
) -> None:
    gate = StockGate()
    taken = sum(gate.admit(sender, NOW + at, sos=sos) for sender, at, sos in texts)
    assert taken + gate.held_back == len(texts)
    assert len(gate) <= SENDERS_MAX
