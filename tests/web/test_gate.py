"""Who is let in: the token once, the PIN before anything, and less and less often."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from meshdefense_tui.web import gate
from meshdefense_tui.web.gate import LONGEST_WAIT_S, PIN_MAX, PIN_MIN, Gate

PIN, TOKEN = "246810", "the-token"


def fresh() -> Gate:
    return Gate(PIN, token=TOKEN, salt=b"salt")


def test_the_token_works_once() -> None:
    door = fresh()
    assert not door.enter("guess", "a")
    assert not door.knows("a")
    assert door.enter(TOKEN, "b")
    assert door.knows("b")
    assert not door.is_open("b")
    assert not door.enter(TOKEN, "c")
    assert not door.knows("c")


@pytest.mark.parametrize("token", ["", "the-toke", "the-tokené", "\ud800"])
def test_a_wrong_token_is_no_error(token: str) -> None:
    assert not fresh().enter(token, "a")


def test_the_pin_opens_under_a_new_name() -> None:
    door = fresh()
    door.enter(TOKEN, "a")
    assert door.begin(0.0)
    assert door.fits(PIN)
    door.settle("a", "b")
    assert door.is_open("b")
    assert not door.knows("a")
    assert door.wait_s(0.0) == 0.0


@pytest.mark.parametrize("pin", ["", "24681", "2468100", "\ud800" * 6, "2" * (PIN_MAX + 1)])
def test_another_pin_does_not_fit(pin: str) -> None:
    assert not fresh().fits(pin)


@pytest.mark.parametrize("length", [0, PIN_MIN - 1, PIN_MAX + 1])
def test_a_pin_that_is_too_short_or_too_long_is_none(length: int) -> None:
    with pytest.raises(ValueError, match="characters"):
        Gate("2" * length, token=TOKEN, salt=b"salt")


def test_nothing_in_the_gate_holds_the_pin() -> None:
    door = fresh()
    assert PIN not in repr(vars(door))


class Doors(RuleBasedStateMachine):
    """Against a model: nobody is in without token and PIN, whatever the order."""

    def __init__(self) -> None:
        super().__init__()
        self.door = fresh()
        self.now, self.serial, self.failed = 0.0, 0, 0
        self.next_at = 0.0
        self.waiting: set[str] = set()
        self.inside: set[str] = set()
        self.used = False

    @rule(right=st.booleans())
    def enter(self, right: bool) -> None:
        self.serial += 1
        session = f"s{self.serial}"
        came = self.door.enter(TOKEN if right else "guess", session)
        assert came == (right and not self.used)
        self.used |= right
        if came:
            self.waiting.add(session)

    @rule(seconds=st.floats(0, 100))
    def pass_time(self, seconds: float) -> None:
        self.now += seconds

    @rule(right=st.booleans())
    def give_pin(self, right: bool) -> None:
        looked = self.door.begin(self.now)
        assert looked == (self.now >= self.next_at)
        if not looked:
            return
        self.failed += 1
        self.next_at = self.now + min(LONGEST_WAIT_S, 2.0 ** min(self.failed - 1, 10))
        if right and self.waiting:
            session = self.waiting.pop()
            self.serial += 1
            self.door.settle(session, f"s{self.serial}")
            self.inside.add(f"s{self.serial}")
            self.failed, self.next_at = 0, 0.0

    @invariant()
    def only_those_are_in(self) -> None:
        for number in range(self.serial + 2):
            session = f"s{number}"
            assert self.door.is_open(session) == (session in self.inside)
            assert self.door.knows(session) == (session in self.inside | self.waiting)


Doors.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestDoors = Doors.TestCase


def test_a_try_costs_time() -> None:
    assert gate._SCRYPT["n"] >= 2**14
