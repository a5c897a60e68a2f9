"""The timer of digests: silent only where others spoke, never silent alone, and in bounds."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from meshdefense_protocol.trickle import (
    CROWD,
    DEFERRED_MAX_S,
    GROWTH,
    GROWTH_ALONE,
    INTERVAL_MAX_S,
    Trickle,
)
from support.network import NOW

SHORTEST = 30.0
chances = st.floats(0, 1, exclude_max=True)


def run(trickle: Trickle, until: float, neighbours: int = 0) -> list[float]:
    """When it speaks until a moment, asked exactly when it wants to be."""
    spoken = []
    while (at := trickle.timer_at()) <= until:
        if trickle.due(at, neighbours):
            spoken.append(at)
    return spoken


class TrickleMachine(RuleBasedStateMachine):
    """Time, news and equal digests in any order; the model counts what was heard."""

    @initialize(seed=st.integers(0, 1 << 32), neighbours=st.integers(0, 9))
    def start(self, seed: int, neighbours: int) -> None:
        self.now, self.neighbours = NOW, neighbours
        self.trickle = Trickle(SHORTEST, NOW, random.Random(seed).random)
        self.heard = 0
        self.may_speak = True
        self.news_at = NOW

    @rule(seconds=st.sampled_from((0.5, 7.0, 40.0, 300.0, 2000.0)), eager=st.booleans())
    def wait(self, seconds: float, eager: bool) -> None:
        end = self.now + seconds
        for _ in range(1000):
            at = self.trickle.timer_at()
            if at > end:
                break
            assert at >= self.now
            self.now = at
            needed = max(1, CROWD + 1 - self.neighbours)
            moment = self.may_speak
            assert self.trickle.due(at, self.neighbours, eager=eager) == (
                moment and (eager or self.heard < needed)
            )
            if moment:
                self.may_speak = False
            else:
                self.may_speak, self.heard = True, 0
        else:
            pytest.fail("the timer makes no progress")
        self.now = end

    @rule()
    def news(self) -> None:
        before = self.trickle.timer_at()
        self.trickle.news(self.now)
        at = self.trickle.timer_at()
        if at != before:
            assert self.now + SHORTEST / 2 <= at <= self.now + SHORTEST
            self.may_speak, self.heard = True, 0

    @rule()
    def same(self) -> None:
        self.trickle.same()
        self.heard += 1

    @rule()
    def spoke(self) -> None:
        self.trickle.spoke()
        self.may_speak = False

    @rule(by=st.sampled_from((-3e8, -5.0, 5.0, 3e8)))
    def clock_set(self, by: float) -> None:
        self.trickle.shifted(by)
        self.now += by

    @invariant()
    def the_next_moment_is_within_the_longest_interval(self) -> None:
        assert 0 <= self.trickle.timer_at() - self.now <= INTERVAL_MAX_S


TrickleMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestTrickleMachine = TrickleMachine.TestCase


def lengths(neighbours: int) -> list[float]:
    """Of the first ten intervals after news."""
    growth = GROWTH if neighbours >= CROWD else GROWTH_ALONE
    return [min(SHORTEST * growth**n, INTERVAL_MAX_S) for n in range(10)]


@given(st.lists(chances, min_size=11, max_size=11), st.integers(0, 9))
def test_it_speaks_in_the_second_half_of_intervals_that_grow_to_the_longest(
    draws: list[float], neighbours: int
) -> None:
    trickle = Trickle(SHORTEST, NOW, iter(draws).__next__)
    began = NOW
    for length in lengths(neighbours):
        at = trickle.timer_at()
        assert began + length / 2 <= at <= began + length
        assert trickle.due(at, neighbours)
        began += length
        assert trickle.timer_at() == began
        assert not trickle.due(began, neighbours)


def test_intervals_grow_faster_in_a_crowd_and_end_at_the_longest() -> None:
    assert SHORTEST < lengths(0)[1] < lengths(CROWD)[1]
    assert lengths(0)[-1] == lengths(CROWD)[-1] == INTERVAL_MAX_S


@given(st.integers(0, 1 << 32))
def test_alone_it_always_speaks_once_in_an_interval(seed: int) -> None:
    trickle = Trickle(SHORTEST, NOW, random.Random(seed).random)
    end = NOW + sum(lengths(0)) + 50 * INTERVAL_MAX_S
    spoken = run(trickle, end)
    assert all(b - a <= 1.5 * INTERVAL_MAX_S for a, b in itertools.pairwise(spoken))
    assert len(spoken) == len(lengths(0)) + 50


@given(st.integers(0, 1 << 32), st.floats(0.5, SHORTEST / 2 - 0.1))
def test_steady_news_defers_for_two_minutes_at_most(seed: int, every: float) -> None:
    trickle = Trickle(SHORTEST, NOW, random.Random(seed).random)
    now = NOW
    spoken: list[float] = []
    while not spoken:
        now += every
        spoken = run(trickle, now)
        trickle.news(now)
        assert now - NOW <= DEFERRED_MAX_S + SHORTEST + every


@pytest.mark.parametrize(
    ("neighbours", "needed"), [(0, 5), (1, 4), (2, 3), (3, 2), (4, 1), (40, 1)]
)
def test_the_fewer_neighbours_the_more_equal_digests_silence_it(
    neighbours: int, needed: int
) -> None:
    for heard, speaks in ((needed - 1, True), (needed, False)):
        trickle = Trickle(SHORTEST, NOW, lambda: 0.5)
        for _ in range(heard):
            trickle.same()
        assert trickle.due(trickle.timer_at(), neighbours) is speaks


def test_most_moments_lie_near_the_end_of_the_interval() -> None:
    """Few draw an early one, so that in a crowd the others hear it before they speak."""
    dice = random.Random(7).random
    moments = [Trickle(1.0, 0.0, dice).timer_at() for _ in range(2000)]
    early = sum(at < 0.75 for at in moments) / len(moments)
    assert 0.10 < early < 0.26
