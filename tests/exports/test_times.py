"""After-action times against times that were counted by hand, and against a plain reference."""

from __future__ import annotations

import statistics
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.exports.incidents import View, incidents
from meshdefense.exports.making import made
from meshdefense.exports.times import Steps, percentile, steps_of, summary
from meshdefense.exports.wish import Wish
from meshdefense.exports.words import minutes
from support.export_rows import ITEM, NOW, STATUS, alert, event, members, rows, verdict

CLOSES = [{"at": NOW + 1200.0}, {"at": NOW + 1500.0}]
WHOLE = alert(
    state="closed",
    verdicts=[verdict(3, 240), verdict(4, 300)],
    needed=2,
    broadcasts=[{"at": NOW + 330.0}],
    closes=CLOSES,
)
EVENTS = (
    event("dispatch", 40),
    event("dispatch", 10, minutes=0),
    event("verdict", 240),
    event("verdict", 300),
    event("respond", 350, words={"state": 2}),
    event("respond", 400),
    event("respond", 900, words={"state": 4}),
    event("respond", 20, item="9.9.9"),
)


def steps(*some: dict[str, Any], events: tuple[dict[str, Any], ...] = EVENTS) -> list[Steps]:
    return steps_of(incidents(some, View(members(), STATUS)), events)


def test_each_step_is_timed_from_the_report() -> None:
    (one,) = steps(WHOLE)
    assert one.after_s == {
        "dispatched": 40, "verdict": 240, "verified": 300, "broadcast": 330, "on_scene": 400,
        "closed": 1500,
    }  # fmt: skip
    assert not one.uncertain


def test_a_report_of_which_nothing_came_has_no_steps() -> None:
    (one,) = steps(alert("2.0.2"))
    assert one.after_s == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"row": {"time_uncertain": True}},
        {"events": (event("verdict", -30),)},
        {"events": (event("verdict", 30, time_uncertain=True),)},
    ],
)
def test_where_a_clock_was_wrong_an_alert_is_counted_but_not_timed(wrong: dict[str, Any]) -> None:
    found = steps(alert(**wrong.get("row", {})), events=wrong.get("events", ()))
    whole = summary(found)
    assert (whole.count, whole.left_out, whole.taken) == (0, 1, {})
    text = made(Wish("times"), rows(alert(**wrong.get("row", {})), events=wrong.get("events", ())),
                NOW).content.decode()  # fmt: skip
    assert "a clock was wrong: 1" in text


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60))
def test_percentiles_are_values_that_were_measured(values: list[float]) -> None:
    median, p90 = percentile(values, 50), percentile(values, 90)
    assert median in values
    assert median == statistics.median_low(values)
    assert sum(value <= p90 for value in values) >= 0.9 * len(values)
    assert sum(value < p90 for value in values) < 0.9 * len(values)


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_the_yardstick_counts_who_was_there_in_five_and_in_seven_minutes() -> None:
    some = [alert(f"2.0.{n}", reported_at=NOW) for n in range(4)]
    after = (299.0, 300.0, 420.0, 421.0)
    events = tuple(event("respond", at, item=f"2.0.{n}") for n, at in enumerate(after))
    whole = summary(steps(*some, events=events))
    assert whole.on_scene_within == (2, 3)
    text = made(Wish("times"), rows(*some, events=events), NOW).content.decode()
    assert "within 5 minutes: 2 of 4; within 7 minutes: 3 of 4" in text
    assert "| first responder on scene | 4 | 5:00 | 7:01 |" in text


def test_exercises_stand_apart() -> None:
    drill = alert("2.0.9", drill=True)
    some = rows(WHOLE, drill, events=(*EVENTS, event("verdict", 60, item="2.0.9")))
    english = made(Wish("times"), some, NOW).content.decode()
    real, drills = english.split("## DRILLS")
    assert "| first verdict | 1 | 4:00 | 4:00 |" in real
    assert "| first verdict | 1 | 1:00 | 1:00 |" in drills
    spanish = made(Wish("times", language="es"), some, NOW).content.decode()
    assert "## SIMULACROS" in spanish
    assert "| verificado | 1 | 5:00 | 5:00 |" in spanish
    assert "5 a 7 minutos" in spanish


def test_it_says_when_items_of_that_time_are_gone() -> None:
    asked_for_more = made(Wish("times", since=NOW - 99_999), rows(WHOLE), NOW).content.decode()
    assert "before 2026-11-18T09:06:40Z UTC are not complete" in asked_for_more
    within = made(Wish("times", since=NOW - 60), rows(WHOLE), NOW).content.decode()
    assert "not complete" not in within
    assert ITEM not in within


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (59.6, "1:00"), (400, "6:40"), (3600, "1:00:00"), (-4, "0:00")],
)
def test_durations_are_minutes_and_seconds(seconds: float, text: str) -> None:
    assert minutes(seconds) == text
