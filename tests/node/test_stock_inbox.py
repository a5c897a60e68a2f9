"""While texts cannot be taken, small talk is given up before reports, and calls last of all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.node.stock_inbox import TEXTS_MAX, StockInbox, Weight
from support.network import NOW
from support.stock_town import text

CALLS = (Weight.CALL, Weight.PLACED_CALL)


def senders(inbox: StockInbox) -> list[int]:
    """Whose texts wait, in their order; the inbox is empty afterwards."""
    found = []
    while (one := inbox.first) is not None:
        found.append(one.text.sender)
        inbox.done(one)
    return found


def filled(*weights: Weight) -> StockInbox:
    """Texts of one sender each, the last over and over until no more fit."""
    inbox = StockInbox()
    for number in range(TEXTS_MAX):
        inbox.add(text("", number), NOW, weights[min(number, len(weights) - 1)])
    return inbox


def test_texts_are_taken_in_the_order_of_their_coming() -> None:
    inbox = StockInbox()
    for number, weight in enumerate(Weight):
        assert inbox.add(text("", number), NOW, weight)
    assert senders(inbox) == list(range(len(Weight)))


@pytest.mark.parametrize("weight", [Weight.TALK, Weight.REPORT])
def test_what_matters_less_than_a_call_goes_before_it(weight: Weight) -> None:
    inbox = filled(Weight.CALL, weight)
    assert not inbox.add(text("", 900), NOW, weight)
    assert senders(inbox) == [0, *range(2, TEXTS_MAX), 900]


def test_talk_that_comes_last_does_not_stay_for_a_report() -> None:
    inbox = filled(Weight.REPORT)
    assert not inbox.add(text("", 900), NOW, Weight.TALK)
    assert 900 not in senders(inbox)


def test_of_calls_alone_whoever_sent_many_gives_up_one_without_a_place() -> None:
    inbox = StockInbox()
    inbox.add(text("", 1), NOW, Weight.CALL)
    inbox.add(text("", 7), NOW, Weight.PLACED_CALL)
    for _ in range(200):
        inbox.add(text("", 7), NOW, Weight.CALL)
    found = inbox.first
    assert found is not None
    assert found.text.sender == 1
    inbox.done(found)
    found = inbox.first
    assert found is not None
    assert (found.text.sender, found.weight) == (7, Weight.PLACED_CALL)


def test_where_each_sender_has_one_call_the_first_ones_stay() -> None:
    inbox = filled(Weight.CALL)
    assert not inbox.add(text("", 900), NOW, Weight.CALL)
    assert senders(inbox) == list(range(TEXTS_MAX))


def test_a_call_is_known_as_long_as_it_waits() -> None:
    inbox = StockInbox()
    inbox.add(text("", 1), NOW, Weight.CALL)
    inbox.add(text("", 2), NOW, Weight.REPORT)
    assert [inbox.calls(number) for number in (1, 2, 3)] == [True, False, False]
    senders(inbox)
    assert not inbox.calls(1)


def test_the_time_of_coming_moves_with_the_clock() -> None:
    inbox = filled(Weight.TALK)
    inbox.shifted(60)
    assert inbox.first is not None
    assert inbox.first.at == NOW + 60


@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from([*Weight][1:])), max_size=300),
    st.integers(10, 20),
)
def test_no_call_is_given_up_while_anything_else_waits_and_no_senders_last_one_for_anothers(
    others: list[tuple[int, Weight]], caller: int
) -> None:
    inbox = StockInbox()
    inbox.add(text("", caller), NOW, Weight.CALL)
    for sender, weight in others:
        inbox.add(text("", sender), NOW, weight)
        assert len(inbox) <= TEXTS_MAX
    assert inbox.calls(caller)
    assert all(
        inbox.calls(sender) for sender in range(10) for one in CALLS if (sender, one) in others
    )
