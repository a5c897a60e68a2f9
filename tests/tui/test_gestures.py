"""Panic and the call for help as state machines: what they take, and what they never do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_tui.gestures import (
    PANIC_KEY,
    PRESSES,
    REHEARSE_KEY,
    REPEAT_S,
    WITHIN_S,
    PanicGesture,
    SosCountdown,
)

STEPS = st.lists(
    st.tuples(
        st.sampled_from([PANIC_KEY, PANIC_KEY, REHEARSE_KEY, "a", "enter"]),
        st.sampled_from([0.0, 0.03, 0.09, 0.11, 0.5, 1.2, 2.9, 4.0]),
    ),
    max_size=40,
)


def pressed(*steps: tuple[str, float]) -> PanicGesture:
    gesture, now = PanicGesture(), 100.0
    for key, pause in steps:
        now += pause
        gesture.key(key, now)
    return gesture


@pytest.mark.parametrize("pause", [REPEAT_S * 1.01, 0.3, 1.0, WITHIN_S / 2])
def test_three_presses_within_three_seconds_are_a_panic(pause: float) -> None:
    gesture = pressed(*[(PANIC_KEY, pause)] * PRESSES)
    assert gesture.done
    assert not gesture.rehearsal
    assert gesture.took_s == pytest.approx(2 * pause)


def test_three_presses_in_more_than_three_seconds_are_none() -> None:
    assert pressed(*[(PANIC_KEY, 1.6)] * PRESSES).count == 1


@pytest.mark.parametrize("first_repeat", [0.25, 0.5, 0.66])
@pytest.mark.parametrize("repeat", [0.025, 0.033, 0.092])
def test_a_key_that_is_held_down_is_never_a_panic(first_repeat: float, repeat: float) -> None:
    held = [(PANIC_KEY, 0.0), (PANIC_KEY, first_repeat), *[(PANIC_KEY, repeat)] * 500]
    gesture, now = PanicGesture(), 100.0
    for key, pause in held:
        now += pause
        gesture.key(key, now)
        assert gesture.count < PRESSES


def test_any_other_key_begins_anew_and_does_what_it_always_does() -> None:
    gesture = pressed((PANIC_KEY, 0.0), (PANIC_KEY, 0.3))
    assert gesture.count == 2
    assert not gesture.key("a", 100.6)
    assert not gesture.active


def test_r_after_the_first_press_makes_the_rest_an_exercise() -> None:
    gesture = pressed((PANIC_KEY, 0.0), (REHEARSE_KEY, 0.5))
    assert gesture.rehearsal
    assert gesture.count == 0
    for now in (101.0, 101.4, 101.8):
        gesture.key(PANIC_KEY, now)
    assert gesture.done
    assert gesture.rehearsal
    assert gesture.took_s == pytest.approx(0.8)


def test_an_exercise_that_was_left_does_not_swallow_a_panic() -> None:
    gesture = pressed((PANIC_KEY, 0.0), (REHEARSE_KEY, 0.5), *[(PANIC_KEY, 11.0)])
    gesture.key(PANIC_KEY, 112.0)
    gesture.key(PANIC_KEY, 112.5)
    assert gesture.done
    assert not gesture.rehearsal


@given(STEPS)
def test_a_panic_always_takes_three_presses_that_a_finger_can_make(
    steps: list[tuple[str, float]],
) -> None:
    gesture, now, presses = PanicGesture(), 100.0, list[float]()
    last = -1.0
    for key, pause in steps:
        now += pause
        was_rehearsal = gesture.rehearsal
        gesture.key(key, now)
        if key != PANIC_KEY:
            presses.clear()
        else:
            if now - last >= REPEAT_S:
                presses.append(now)
            last = now
        if gesture.done:
            assert len(presses) >= PRESSES
            assert was_rehearsal or now - presses[-PRESSES] <= WITHIN_S
            gesture.reset()
            presses.clear()


@given(STEPS)
def test_the_gesture_takes_no_key_but_its_own(steps: list[tuple[str, float]]) -> None:
    gesture, now = PanicGesture(), 100.0
    for key, pause in steps:
        now += pause
        gesture.expire(now)
        began = gesture.active
        taken = gesture.key(key, now)
        assert taken == (key == PANIC_KEY) or (key == REHEARSE_KEY and began)
        if gesture.done:
            gesture.reset()


def test_a_countdown_is_five_whole_seconds() -> None:
    countdown = SosCountdown.begin(100.0)
    assert [countdown.left(100.0 + after) for after in (0.0, 0.1, 1.0, 4.9, 5.0, 9.0)] == [
        5, 5, 4, 1, 0, 0,
    ]  # fmt: skip
    assert not countdown.over(104.99)
    assert countdown.over(105.0)
