"""Questions: soon, a few times, ever later, and never for ever."""

from __future__ import annotations

import itertools
import random

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from meshdefense_protocol.digest import Vector
from meshdefense_protocol.questions import (
    AGAIN_MAX_S,
    AGAIN_UNITS,
    ASK_UNITS,
    FULL_PERCENT,
    PAUSE_UNITS,
    TIMES,
    TRAIN,
    Questions,
)
from meshdefense_protocol.sealing import KeyClass
from support.network import NOW

ALL, FIELD = KeyClass.EVERYONE, KeyClass.FIELD
UNIT = 1.0
WHOLE = Vector(0, 0xFFFF, ())
SOON = (0.3 + ASK_UNITS) * UNIT


def questions(seed: int = 1) -> Questions:
    return Questions(random.Random(seed).random, UNIT)


def asked_until(asking: Questions, end: float) -> list[float]:
    """When questions go out until a moment, each at once when it is due."""
    found = []
    while (at := asking.at()) is not None and at <= end:
        due = asking.due(at)
        assert due is not None
        asking.asked(due[0], WHOLE, at)
        found.append(at)
    return found


class QuestionsMachine(RuleBasedStateMachine):
    """Any reasons in any order: at most one question for each class, and bounded in number."""

    @initialize(seed=st.integers(0, 1 << 32))
    def start(self, seed: int) -> None:
        self.now, self.questions = NOW, questions(seed)
        self.reasons = self.sent = 0
        self.percent = 0.0

    @rule(cause=st.integers(1, 4), key_class=st.sampled_from((ALL, FIELD)))
    def others_hold_more(self, cause: int, key_class: KeyClass) -> None:
        before = self.questions.at()
        self.questions.ask(cause, key_class, self.now)
        self.reasons += 1
        at = self.questions.at()
        pause = PAUSE_UNITS * UNIT * (self.percent / FULL_PERCENT) ** 2
        assert at is None or at <= max(before or 0, self.now + max(SOON, pause))

    @rule()
    def the_radio_is_back(self) -> None:
        self.questions.ask_in_case(self.now)
        self.reasons += 1

    @rule(key_class=st.sampled_from((ALL, FIELD)), more=st.booleans())
    def an_answer_came(self, key_class: KeyClass, more: bool) -> None:
        self.questions.progress(key_class, self.now + 3 if more else None)
        self.reasons += more

    @rule(key_class=st.sampled_from((ALL, FIELD)))
    def nothing_is_missing(self, key_class: KeyClass) -> None:
        self.questions.complete(key_class)

    @rule(seconds=st.sampled_from((1.0, 10.0, 100.0, 1000.0)))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.sent += len(asked_until(self.questions, self.now))

    @rule(percent=st.sampled_from((0.0, 10.0, 25.0, 110.0)))
    def the_channel_is(self, percent: float) -> None:
        before, self.percent = self.questions.at(), percent
        self.questions.channel_busy(percent)
        at = self.questions.at()
        assert at == before or (at is not None and before is not None and at < before)

    @rule(by=st.sampled_from((-3e8, 3e8)))
    def clock_set(self, by: float) -> None:
        at = self.questions.at()
        self.questions.shifted(by)
        self.now += by
        assert self.questions.at() == (None if at is None else at + by)

    @invariant()
    def every_reason_causes_a_few_questions_at_most(self) -> None:
        assert self.sent <= self.reasons * (TIMES + 1)

    @invariant()
    def what_is_due_is_due_by_its_timer(self) -> None:
        at = self.questions.at()
        assert (self.questions.due(self.now) is not None) == (at is not None and at <= self.now)


QuestionsMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestQuestionsMachine = QuestionsMachine.TestCase


@given(st.integers(0, 1 << 32))
def test_a_question_without_an_answer_is_repeated_ever_later_and_given_up(seed: int) -> None:
    asking = questions(seed)
    asking.ask(4, ALL, NOW)
    times = asked_until(asking, NOW + 86_400)
    assert NOW + 0.3 <= times[0] <= NOW + SOON
    gaps = [b - a for a, b in itertools.pairwise(times)]
    for number, gap in enumerate(gaps):
        least = AGAIN_UNITS * 2**number
        assert least - 1e-3 <= gap <= least + ASK_UNITS + 1e-3
    assert len(times) == TIMES + 1
    assert asking.at() is None


@settings(max_examples=20)
@given(st.integers(0, 1 << 32))
def test_one_neighbours_set_makes_a_node_ask_ever_more_rarely(seed: int) -> None:
    asking, now, begun = questions(seed), NOW, []
    for _ in range(2_000):
        if asking.at() is None:
            asking.ask(4, ALL, now)
            if asking.at() is not None:
                begun.append(now)
        asked_until(asking, now)
        now += 10.0
    hours = [sum(h * 3600 <= at - NOW < (h + 1) * 3600 for at in begun) for h in range(5)]
    assert hours[1:] == [h for h in hours[1:] if 3 <= h <= 5]
    assert max(b - a for a, b in itertools.pairwise(begun)) <= AGAIN_MAX_S + 10


def test_a_neighbour_whose_set_never_fits_for_a_month_makes_no_number_overflow() -> None:
    asking, now = questions(), NOW
    for _ in range(3_000):
        asking.ask(2, ALL, now)
        assert asked_until(asking, now + AGAIN_MAX_S)
        now += AGAIN_MAX_S


def test_another_neighbour_is_a_reason_of_its_own() -> None:
    asking = questions()
    asking.ask(4, ALL, NOW)
    asking.complete(ALL)
    asking.ask(4, ALL, NOW + 1)
    assert asking.at() is None
    asking.ask(5, ALL, NOW + 1)
    assert asking.at() is not None
    assert asking.serves == 5


def test_an_answer_makes_the_same_neighbour_a_reason_again() -> None:
    asking = questions()
    asking.ask(4, ALL, NOW)
    asking.progress(ALL, None)
    assert asking.at() is None
    asking.ask(4, ALL, NOW + 1)
    assert asking.at() is not None
    asking.progress(ALL, NOW + 50)
    assert asking.at() == NOW + 50


def test_the_radio_that_is_back_asks_twice() -> None:
    asking = questions()
    asking.ask_in_case(NOW)
    assert len(asked_until(asking, NOW + 86_400)) == 2


def test_pages_follow_each_other_and_begin_again() -> None:
    asking = questions()
    asking.ask(4, ALL, NOW)
    firsts = []
    for last in (9, 40, 0xFFFF, 9):
        at = asking.at()
        assert at is not None
        due = asking.due(at)
        assert due is not None
        firsts.append(due[1])
        asking.asked(ALL, Vector(due[1], last, ()), at)
    assert firsts == [0, 10, 41, 0]


def test_classes_are_asked_for_apart() -> None:
    asking = questions()
    asking.ask(4, ALL, NOW)
    asking.ask(4, FIELD, NOW)
    asking.complete(ALL)
    due = asking.due(NOW + 60)
    assert due is not None
    assert due[0] is FIELD


def test_the_busier_the_channel_the_longer_the_pause_between_questions() -> None:
    waits = []
    for percent in (0.0, 25.0, 50.0):
        asking = questions()
        asking.channel_busy(percent)
        asking.asked(ALL, WHOLE, NOW)
        asking.complete(ALL)
        asking.ask(4, ALL, NOW + 1)
        at = asking.at()
        assert at is not None
        waits.append((at - NOW) / asking.unit_s)
    assert waits[0] < 10
    assert waits[1:] == [PAUSE_UNITS, 4 * PAUSE_UNITS]


def test_a_pause_is_cut_as_soon_as_the_channel_is_calmer_and_not_prolonged() -> None:
    """Seed 2548 of the simulator: one full minute kept a node from asking for 24 minutes."""
    asking = questions()
    asking.channel_busy(112.0)
    asking.asked(ALL, WHOLE, NOW)
    asking.complete(ALL)
    asking.ask(4, ALL, NOW + 1)
    found = [asking.at()]
    for percent in (25.0, 50.0, 25.0, 5.0, 100.0):
        asking.channel_busy(percent)
        found.append(asking.at())
    first, *pauses, soon, last = found
    assert first == NOW + PAUSE_UNITS * (112 / 25) ** 2
    assert pauses == [NOW + PAUSE_UNITS] * 3
    assert soon == last
    assert soon is not None
    assert NOW + 1.3 <= soon <= NOW + 1 + SOON


def test_a_calmer_channel_brings_no_question_that_is_not_needed_any_more() -> None:
    asking = questions()
    for answered in (True, False):
        asking.channel_busy(100.0)
        asking.asked(ALL, WHOLE, NOW)
        asking.complete(ALL)
        asking.ask(4 + answered, ALL, NOW + 1)
        if answered:
            asking.progress(ALL, None)
        else:
            asking.complete(ALL)
        asking.channel_busy(0.0)
        assert asking.at() is None


def test_after_a_train_of_answers_a_busy_channel_does_not_delay_the_next_question() -> None:
    asking = questions()
    asking.channel_busy(50.0)
    asking.asked(ALL, WHOLE, NOW)
    for item in range(TRAIN):
        asking.progress(ALL, NOW + 10 + item)
    assert asking.at() == NOW + 10 + TRAIN - 1
