"""Floods of texts are bounded, whoever claims to have sent them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.stock_gate import (
    ALL_HOURLY,
    APART_S,
    REPEATS_HOURLY,
    SENDER_HOURLY,
    SENDERS_MAX,
    StockGate,
)

NOW = 1_760_000_000.0


def take(
    gate: StockGate, sender: int, now: float, *, sos: bool = False, news: bool = False
) -> bool:
    """Take a text where that is allowed."""
    admitted = gate.admits(sender, now, sos=sos, news=news)
    if admitted:
        gate.note(sender, now, sos=sos)
    return admitted


def test_one_sender_has_one_text_in_thirty_seconds() -> None:
    gate = StockGate()
    assert take(gate, 1, NOW)
    assert not take(gate, 1, NOW + APART_S - 0.1)
    assert take(gate, 1, NOW + APART_S)


def test_a_call_for_help_is_taken_right_after_another_text() -> None:
    gate = StockGate()
    assert take(gate, 1, NOW)
    assert take(gate, 1, NOW + 1, sos=True)


def test_what_is_new_may_follow_at_once_within_the_bounds_of_an_hour() -> None:
    gate = StockGate()
    taken = sum(take(gate, 1, NOW + at, news=True) for at in range(100))
    assert taken == SENDER_HOURLY


def test_what_is_new_in_a_call_is_always_taken_and_its_answers_are_bounded() -> None:
    gate, answered = StockGate(), 0
    for at in range(500):
        assert gate.admits(1, NOW + at, sos=True, news=True)
        answers = gate.answers(1, NOW + at, news=True)
        gate.note(1, NOW + at, sos=True, answered=answers)
        answered += answers
    assert answered == SENDER_HOURLY


def test_repeats_of_a_call_leave_answers_for_what_is_said_later() -> None:
    gate, answered = StockGate(), 0
    for at in range(100):
        assert gate.admits(1, NOW + at * APART_S, sos=True)
        answers = gate.answers(1, NOW + at * APART_S, news=False)
        gate.note(1, NOW + at * APART_S, sos=True, answered=answers)
        answered += answers and at * APART_S < 3600
    assert answered == REPEATS_HOURLY
    assert not gate.admits(1, NOW + 99 * APART_S + 1, sos=True)
    assert gate.answers(1, NOW + 99 * APART_S + 1, news=True)


def test_answers_to_calls_of_all_senders_are_bounded_and_calls_are_not() -> None:
    gate, answered = StockGate(), 0
    for sender in range(1000):
        assert gate.admits(sender, NOW, sos=True)
        answers = gate.answers(sender, NOW, news=True)
        gate.note(sender, NOW, sos=True, answered=answers)
        answered += answers
    assert answered == ALL_HOURLY
    assert len(gate) <= SENDERS_MAX


def test_a_text_that_was_not_taken_after_all_does_not_count() -> None:
    gate = StockGate()
    assert gate.admits(1, NOW, sos=True)
    assert gate.admits(1, NOW, sos=True)


def test_a_clock_that_is_set_frees_nothing_and_bars_nobody() -> None:
    gate = StockGate()
    assert take(gate, 1, NOW)
    gate.shifted(-86_400)
    assert not take(gate, 1, NOW - 86_400 + APART_S - 1)
    assert take(gate, 1, NOW - 86_400 + APART_S)


def test_one_sender_has_so_many_texts_in_an_hour() -> None:
    gate = StockGate()
    taken = sum(take(gate, 1, NOW + at * APART_S) for at in range(100))
    assert taken == SENDER_HOURLY
    assert take(gate, 1, NOW + 3600)


def test_many_senders_together_are_bounded_and_a_call_for_help_still_comes_through() -> None:
    gate = StockGate()
    taken = sum(take(gate, sender, NOW) for sender in range(10_000))
    assert taken == ALL_HOURLY
    assert len(gate) <= SENDERS_MAX
    assert take(gate, 77, NOW, sos=True)


@given(st.lists(st.tuples(st.integers(0, 400), st.floats(-4e3, 4e3), st.booleans()), max_size=300))
def test_whatever_the_clock_does_memory_is_bounded(
    texts: list[tuple[int, float, bool]],
) -> None:
    gate = StockGate()
    for sender, at, sos in texts:
        take(gate, sender, NOW + at, sos=sos)
    assert len(gate) <= SENDERS_MAX
