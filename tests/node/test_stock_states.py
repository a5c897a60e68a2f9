"""States of a line and its pin: what follows what, and what two nodes know each other's by."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from meshdefense.node.stock_news import Telling
from meshdefense.node.stock_queue import StockQueue
from meshdefense.node.stock_states import head_of, moved_on
from meshdefense.radio.stock import NO_RADIO
from meshdefense_protocol.stock_lines import Said, StockNews, stock_line
from meshdefense_protocol.transport import Fate

NEWS = StockNews(Said.VERIFIED, "ABCDEF", 2, 2, "3")


def line() -> Any:
    """A line that waits."""
    (row,) = StockQueue().tell(
        Telling("2.0.5", NEWS, None, 7200.0), ("", ""), network_id=bytes(16), language=1, now=0.0,
        delay=0.0,
    )  # fmt: skip
    return row


def test_the_head_of_a_line_ends_before_its_place() -> None:
    line = "HIGH ALERT, verified: fire (3), around 5th / Main. #ABCDEF"
    assert head_of(line) == "HIGH ALERT, verified: fire (3)"
    assert head_of("") == ""


def test_what_never_reached_a_radio_waits_again_and_what_may_have_been_said_does_not() -> None:
    row = line()
    row["state"] = "handed"
    assert moved_on(row, Fate.LOST, NO_RADIO)
    assert row["state"] == "queued"
    row["state"] = "at_radio"
    assert moved_on(row, Fate.LOST, "the radio is gone")
    assert row["state"] == "uncertain"


def test_heard_is_the_last_word() -> None:
    row = line()
    for fate in (Fate.ACCEPTED, Fate.ON_AIR, Fate.HEARD):
        moved_on(row, fate, "")
    assert row["state"] == "heard"
    assert not moved_on(row, Fate.ON_AIR, "")


def test_a_line_is_the_same_however_old_its_news_is() -> None:
    for languages in (("en",), ("es",), ("en", "es")):
        heads = {
            head_of(stock_line(replace(NEWS, age_s=age_s, places=("here", "aquí")), languages))
            for age_s in (0.0, 1500.0, 9000.0)
        }
        assert len(heads) == 1


def test_what_was_on_air_is_not_said_again_whatever_the_radio_says_afterwards() -> None:
    for fate, detail in ((Fate.REFUSED, "duty cycle"), (Fate.LOST, NO_RADIO), (Fate.LOST, "gone")):
        row = line()
        moved_on(row, Fate.ON_AIR, "")
        assert not moved_on(row, fate, detail)
        assert row["state"] == "on_air"
