"""The airtime governor: what goes, what waits for how long, and why."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdefense.air.presets import PRESETS
from meshdefense_protocol.airtime import LONG_FAST, Modem
from meshdefense_protocol.governor import BUSY_RETRY_S, SLOT_S, UTILISATION_FRESH_S, Governor
from meshdefense_protocol.limits import FRAME_MAX
from meshdefense_protocol.priority import Priority

NOW = 1_762_592_000.7
HOUR_S = 3600.0
TEN_YEARS_S = 315_576_000.0
ORDINARY = [priority for priority in Priority if priority is not Priority.SOS]
MODEMS = [preset.modem for preset in PRESETS.values()]

SIZES = st.integers(73, FRAME_MAX)
CLASSES = st.sampled_from(Priority)
DUTY_CYCLES = st.sampled_from([1.0, 0.1, 0.025])


def fill(governor: Governor, priority: Priority, now: float, size: int = 100) -> float:
    """Say as much as the class may; returns the seconds that were booked."""
    booked = 0.0
    while governor.look(priority, size, now).allowed:
        governor.charge(priority, size, now)
        booked += governor.price_s(size)
    return booked


@pytest.mark.parametrize(
    ("priority", "per_cent"),
    [
        (Priority.SOS, 12),
        (Priority.CONFIRMED, 8),
        (Priority.ALERT, 8),
        (Priority.CHECK_IN, 3),
        (Priority.REPAIR, 5),
        (Priority.NOTICE, 3),
        (Priority.POSITION, 3),
        (Priority.DIGEST, 2),
        (Priority.LONG, 4),
    ],
)
def test_a_class_gets_its_share_of_the_hour_and_no_more(priority: Priority, per_cent: int) -> None:
    governor = Governor()
    price = governor.price_s(100)
    booked = fill(governor, priority, NOW)
    assert per_cent * 36 - price <= booked <= per_cent * 36
    assert governor.use(NOW).used_s[priority] == pytest.approx(booked)
    assert governor.use(NOW).allowed_s[priority] == pytest.approx(per_cent * 36)


def test_all_classes_but_sos_share_one_ceiling() -> None:
    governor = Governor()
    booked = sum(fill(governor, priority, NOW) for priority in reversed(ORDINARY))
    assert governor.use(NOW).ceiling_s == pytest.approx(288)
    assert 288 - governor.price_s(100) <= booked <= 288
    assert fill(governor, Priority.SOS, NOW) >= 144 - governor.price_s(100)


def test_a_lower_duty_cycle_lowers_the_ceiling_and_keeps_a_third_for_sos() -> None:
    governor = Governor(duty_cycle=0.1)
    assert governor.use(NOW).ceiling_s == pytest.approx(240)
    booked = sum(fill(governor, priority, NOW) for priority in Priority if priority)
    assert booked <= 240
    assert governor.look(Priority.ALERT, 100, NOW).reason == "the region's duty cycle is used up"
    booked += fill(governor, Priority.SOS, NOW)
    assert 360 - 2 * governor.price_s(100) <= booked <= 360


def test_a_lower_duty_cycle_leaves_alerts_more_than_positions_can_take() -> None:
    governor = Governor(duty_cycle=0.025)
    fill(governor, Priority.POSITION, NOW)
    assert fill(governor, Priority.ALERT, NOW) > 30


def test_the_reason_says_which_class_is_used_up() -> None:
    governor = Governor()
    fill(governor, Priority.DIGEST, NOW)
    leave = governor.look(Priority.DIGEST, 100, NOW)
    assert leave.reason == "airtime of digests is used up"
    assert governor.use(NOW).held_back == {Priority.DIGEST: leave.reason}
    assert governor.look(Priority.POSITION, 100, NOW).allowed


@pytest.mark.parametrize(
    ("per_cent", "waiting"),
    [
        (24.9, ""),
        (25.0, "NOTICE POSITION DIGEST LONG STOCK"),
        (40.0, "REPAIR NOTICE POSITION DIGEST LONG STOCK"),
        (50.0, "CHECK_IN REPAIR NOTICE POSITION DIGEST LONG STOCK"),
        (100.0, "CHECK_IN REPAIR NOTICE POSITION DIGEST LONG STOCK"),
    ],
)
def test_a_busy_channel_makes_routine_wait_and_alerts_never(per_cent: float, waiting: str) -> None:
    governor = Governor()
    governor.channel(NOW, utilisation=per_cent)
    use = governor.use(NOW)
    assert " ".join(priority.name for priority in use.held_back) == waiting
    assert use.utilisation == per_cent
    for priority, reason in use.held_back.items():
        assert reason == f"the channel is busy ({per_cent:.0f} %)"
        assert governor.look(priority, 100, NOW).at == NOW + BUSY_RETRY_S


def test_an_old_utilisation_is_unknown_and_holds_nothing_back() -> None:
    governor = Governor()
    governor.channel(NOW, utilisation=90.0)
    before = NOW + UTILISATION_FRESH_S - 0.1
    assert not governor.look(Priority.DIGEST, 100, before).allowed
    after = NOW + UTILISATION_FRESH_S
    assert governor.look(Priority.DIGEST, 100, after).allowed
    assert governor.use(after).utilisation is None


def test_what_the_radio_does_not_say_stays_as_it_was() -> None:
    governor = Governor()
    governor.channel(NOW, modem=PRESETS["LONG_SLOW"].modem, duty_cycle=0.1, utilisation=30.0)
    governor.channel(NOW + 1)
    assert governor.price_s(100) == PRESETS["LONG_SLOW"].modem.frame_s(100)
    assert governor.use(NOW + 1).ceiling_s == pytest.approx(240)
    assert governor.use(NOW + 1).utilisation == 30.0


@pytest.mark.parametrize("share", [0.0, -0.1, 1.1, 10.0, math.nan])
def test_a_duty_cycle_that_is_no_share_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="duty cycle"):
        Governor(duty_cycle=share)
    with pytest.raises(ValueError, match="duty cycle"):
        Governor().channel(NOW, duty_cycle=share)


def test_repeats_by_the_radio_can_be_booked() -> None:
    governor = Governor()
    governor.charge(Priority.ALERT, 160, NOW)
    governor.charge(Priority.ALERT, 160, NOW, times=2)
    assert governor.use(NOW).used_s[Priority.ALERT] == pytest.approx(3 * LONG_FAST.frame_s(160))


STEPS = st.lists(
    st.tuples(st.floats(0, 400), CLASSES, SIZES, st.integers(1, 40)), min_size=1, max_size=60
)


@settings(max_examples=60, deadline=None)
@given(STEPS, DUTY_CYCLES)
def test_no_hour_holds_more_than_is_allowed(
    steps: list[tuple[float, Priority, int, int]], duty_cycle: float
) -> None:
    governor = Governor(duty_cycle=duty_cycle)
    full = min(0.12, duty_cycle) * HOUR_S
    sent: list[tuple[float, Priority, float]] = []
    now = NOW
    for wait, priority, size, times in steps:
        now += wait
        for _ in range(times):
            if not governor.look(priority, size, now).allowed:
                break
            governor.charge(priority, size, now)
            sent.append((now, priority, governor.price_s(size)))
    allowed = governor.use(now).allowed_s
    for end, _, _ in sent:
        hour = [(p, price) for at, p, price in sent if end - HOUR_S < at <= end]
        assert sum(price for _, price in hour) <= full + 1e-6
        assert sum(price for p, price in hour if p is not Priority.SOS) <= full * 2 / 3 + 1e-6
        for priority in Priority:
            used = sum(price for p, price in hour if p is priority)
            assert used <= allowed[priority] + 1e-6


@settings(max_examples=60, deadline=None)
@given(STEPS, DUTY_CYCLES, st.sampled_from(MODEMS), CLASSES, SIZES, st.floats(0, 100))
def test_a_no_names_a_time_at_which_it_is_a_yes_and_not_much_earlier(
    steps: list[tuple[float, Priority, int, int]],
    duty_cycle: float,
    modem: Modem,
    priority: Priority,
    size: int,
    utilisation: float,
) -> None:
    governor = Governor(modem, duty_cycle)
    now = NOW
    for wait, said, said_size, times in steps:
        now += wait
        governor.charge(said, said_size, now, times)
    governor.channel(now, utilisation=utilisation)
    leave = governor.look(priority, size, now)
    assert leave.allowed == (not leave.reason) == (leave.at == now)
    governor.channel(now, utilisation=0.0)
    leave = governor.look(priority, size, now)
    assert now <= leave.at <= now + HOUR_S + SLOT_S
    if not leave.allowed:
        assert not governor.look(priority, size, math.nextafter(leave.at, 0)).allowed
    assert governor.look(priority, size, leave.at).allowed


@settings(max_examples=60, deadline=None)
@given(STEPS, DUTY_CYCLES)
def test_other_classes_never_keep_sos_waiting_within_its_reserve(
    steps: list[tuple[float, Priority, int, int]], duty_cycle: float
) -> None:
    governor = Governor(duty_cycle=duty_cycle)
    governor.channel(NOW, utilisation=100.0)
    reserve = min(0.12, duty_cycle) * HOUR_S / 3
    now = NOW
    for wait, priority, size, times in steps:
        now += wait
        if priority is not Priority.SOS:  # also beyond what is allowed: the radio's own repeats
            governor.charge(priority, size, now, times)
    assert fill(governor, Priority.SOS, now, FRAME_MAX) >= reserve - governor.price_s(FRAME_MAX)


def test_an_sos_waits_only_for_what_exceeds_its_reserve() -> None:
    governor = Governor(duty_cycle=0.1)
    governor.charge(Priority.SOS, 100, NOW)
    governor.charge(Priority.ALERT, 100, NOW + 120, times=1000)  # the whole hour and more
    now, price = NOW + 120, governor.price_s(100)
    leave = governor.look(Priority.SOS, 100, now)
    assert (leave.allowed, leave.at, leave.reason) == (True, now, "")
    assert 119 - price < fill(governor, Priority.SOS, now) < 120
    leave = governor.look(Priority.SOS, 100, now)
    assert leave.reason == "the region's duty cycle is used up"
    assert leave.at == pytest.approx(NOW + HOUR_S + SLOT_S, abs=1)  # its own first one is over


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([-TEN_YEARS_S, -7200.0, -61.0, -1.0, 1.0, TEN_YEARS_S]),
    st.booleans(),
    CLASSES,
)
def test_a_clock_that_jumps_blocks_nothing_for_longer_than_an_hour(
    jump: float, told: bool, priority: Priority
) -> None:
    governor = Governor()
    for said in Priority:
        fill(governor, said, NOW)
    governor.channel(NOW, utilisation=100.0)
    if told:
        governor.shifted(jump)
    after = NOW + jump
    leave = governor.look(priority, 100, after)
    assert after <= leave.at <= after + HOUR_S + SLOT_S
    assert governor.look(priority, 100, after + HOUR_S + SLOT_S).allowed


@pytest.mark.parametrize("jump", [-TEN_YEARS_S, -HOUR_S, -1.5, 1.5, HOUR_S, TEN_YEARS_S])
def test_a_clock_step_that_is_told_frees_nothing(jump: float) -> None:
    governor = Governor()
    fill(governor, Priority.DIGEST, NOW)
    governor.channel(NOW, utilisation=60.0)
    governor.shifted(jump)
    after = NOW + jump
    use = governor.use(after)
    assert use.used_s[Priority.DIGEST] > 70
    assert use.utilisation == 60.0
    waits = governor.look(Priority.DIGEST, 100, after).at - after
    assert HOUR_S <= waits <= HOUR_S + SLOT_S + 2


def test_a_clock_that_steps_back_and_forth_frees_nothing() -> None:
    governor = Governor()
    fill(governor, Priority.DIGEST, NOW)
    for swing in range(500):
        assert not governor.look(Priority.DIGEST, 100, NOW - 50 * (swing % 2)).allowed


def test_a_jump_back_that_nobody_told_frees_nothing() -> None:
    governor = Governor()
    fill(governor, Priority.DIGEST, NOW)
    assert not governor.look(Priority.DIGEST, 100, NOW - TEN_YEARS_S + 1800).allowed


@given(st.sampled_from(MODEMS), st.sampled_from([0.0001, 0.001, 0.01, 1.0]), CLASSES)
def test_a_frame_dearer_than_its_allowance_goes_once_an_hour(
    modem: Modem, duty_cycle: float, priority: Priority
) -> None:
    governor = Governor(modem, duty_cycle)
    assert governor.look(priority, FRAME_MAX, NOW).allowed
    fill(governor, priority, NOW, FRAME_MAX)
    leave = governor.look(priority, FRAME_MAX, NOW)
    assert not leave.allowed
    assert governor.look(priority, FRAME_MAX, leave.at).allowed
