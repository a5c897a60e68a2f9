"""When a node says what it holds: Trickle's moments, and the reasons that do not wait for them."""

from __future__ import annotations

import itertools
import random

from meshdefense_protocol.questions import ASK_UNITS
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.statements import (
    IN_TOUCH_S,
    LOOK_S,
    RECEIPT_S,
    SHORTEST_S,
    SHORTEST_UNITS,
    Statements,
)
from support.network import NOW

UNIT = 1.0
HERE = ((KeyClass.EVERYONE, 7),)
LOOK_AT_MOST = 0.3 + ASK_UNITS * UNIT


def statements(unit_s: float = UNIT) -> Statements:
    return Statements(random.Random(4).random, unit_s, NOW)


def moment(saying: Statements, *, neighbours: int = 4) -> float | None:
    """Trickle's next moment, if it makes the node speak."""
    at = saying.timer_at()
    saying.pass_time(neighbours, HERE, at)
    return saying.at()


def test_trickles_moment_makes_it_speak_within_the_first_interval() -> None:
    at = moment(statements())
    assert at is not None
    assert NOW + SHORTEST_UNITS / 2 <= at <= NOW + max(SHORTEST_S, SHORTEST_UNITS)


def test_the_first_interval_is_longer_where_frames_take_longer() -> None:
    saying = statements()
    saying.unit_changed(10.0)
    saying.pass_time(4, HERE, saying.timer_at())
    saying.said(HERE, NOW + 15)
    saying.pass_time(4, HERE, saying.timer_at())
    saying.news(NOW + 40)
    assert NOW + 40 + SHORTEST_UNITS * 10 / 2 <= saying.timer_at()


def test_who_heard_an_equal_digest_in_a_crowd_need_not_speak() -> None:
    saying = statements()
    saying.heard_same(HERE, False, NOW + 1)
    assert moment(saying) is None


def test_who_owes_receipts_speaks_once_for_what_is_new_and_then_as_others() -> None:
    saying = statements()
    saying.owes_receipts = True
    saying.heard_same(HERE, False, NOW + 1)
    at = moment(saying)
    assert at is not None
    saying.said(HERE, at)
    saying.news(at + 1)
    saying.heard_same(HERE, False, at + 1)
    assert moment(saying) is None


def test_a_receipt_that_others_passed_on_need_not_be_said() -> None:
    saying = statements()
    saying.owes_receipts = True
    saying.heard_same(HERE, True, NOW + 1)
    assert moment(saying) is None


def test_receipts_are_not_said_more_often_than_every_few_minutes() -> None:
    saying, now, spoken = statements(), NOW, []
    saying.owes_receipts = True
    for number in range(200):
        state = ((KeyClass.EVERYONE, number + 1),)
        saying.news(now)
        saying.heard_same(state, False, now)
        now += 10
        saying.pass_time(9, state, now)
        if saying.at() is not None:
            spoken.append(now)
            saying.said(state, now)
    assert len(spoken) >= 2
    assert all(b - a >= RECEIPT_S for a, b in itertools.pairwise(spoken))


def test_who_moved_and_is_out_of_touch_looks_around_soon_and_not_again_at_once() -> None:
    saying = statements()
    saying.moved(NOW)
    at = saying.at()
    assert at is not None
    assert NOW + 0.3 <= at <= NOW + LOOK_AT_MOST
    saying.said(HERE, at)
    saying.moved(NOW + LOOK_S - 1)
    assert saying.at() is None
    saying.moved(NOW + LOOK_S)
    assert saying.at() is not None


def test_a_look_around_is_over_when_somebody_is_there() -> None:
    saying = statements()
    saying.moved(NOW)
    saying.heard_same(HERE, False, NOW + 0.1)
    assert saying.at() is None
    saying.moved(NOW + IN_TOUCH_S)
    assert saying.at() is None
    saying.moved(NOW + IN_TOUCH_S + 1)
    assert saying.at() is not None


def test_what_has_to_be_said_is_said_whatever_others_say() -> None:
    saying = statements()
    saying.speak(NOW + 3)
    saying.heard_same(HERE, True, NOW + 1)
    saying.moved(NOW + 2)
    assert saying.at() == NOW + 3
    saying.said(HERE, NOW + 3)
    assert saying.at() is None


def test_a_clock_that_is_set_moves_what_waits() -> None:
    saying = statements()
    saying.speak(NOW + 3)
    before = saying.timer_at()
    saying.shifted(-3e8)
    assert saying.at() == NOW + 3 - 3e8
    assert saying.timer_at() == before - 3e8
