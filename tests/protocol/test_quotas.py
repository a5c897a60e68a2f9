"""Quotas of authors: what fits, who gets more, and that all receivers decide alike."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdefense_protocol.limits import FRAME_MAX
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.quotas import AUTHORS_MAX, Quotas, airtime_ms
from meshdefense_protocol.roster import Role

NOW = 1_762_592_000.7
DAY_S = 86_400.0
TEN_YEARS_S = 315_576_000.0
SHORT, NOTED = 98, 165
"""Bytes of a report without a note, and of the longest that senders make."""
TEN_MINUTES_MS, A_DAY_MS = 12_000, 360_000
ANN, BOB = 7, 8

Said = tuple[Priority, int, float]
"""Class, frame bytes, claimed time."""
SPOKEN = st.sampled_from([Priority.SOS, Priority.ALERT, Priority.CHECK_IN, Priority.NOTICE])
SIZES = st.integers(90, FRAME_MAX)


def send(quotas: Quotas, said: Said, role: Role = Role.REPORTER, author: int = ANN) -> bool:
    """The author's own side: say it where it fits."""
    priority, size, at = said
    if quotas.look(author, role, priority, size, at) is not None:
        return False
    quotas.note(author, priority, size, at)
    return True


def receive(quotas: Quotas, said: Said, role: Role = Role.REPORTER, author: int = ANN) -> bool:
    """The other side: take it where it fits."""
    priority, size, at = said
    if not quotas.admits(author, role, priority, size, at):
        return False
    quotas.note(author, priority, size, at)
    return True


def heaviest_ms(said: list[Said], window_s: float) -> int:
    """The most airtime that any window of claimed times holds, counted one by one."""
    return max(
        sum(airtime_ms(size) for _, size, at in said if end - window_s < at <= end)
        for _, _, end in said
    )


# -- the figures of the design ---------------------------------------------------------------


def test_six_of_the_longest_frames_fit_ten_minutes() -> None:
    for size in (160, NOTED, FRAME_MAX):  # 160 B six times in 87 s: a member of burst-20
        quotas = Quotas()
        assert all(send(quotas, (Priority.ALERT, size, NOW + 17.4 * n)) for n in range(6))


def test_sixty_messages_in_ten_minutes_do_not_fit() -> None:
    quotas = Quotas()
    sent = sum(send(quotas, (Priority.NOTICE, SHORT, NOW + 10 * n)) for n in range(60))
    assert sent == 10
    others = Quotas()
    assert sum(receive(others, (Priority.NOTICE, SHORT, NOW + 10 * n)) for n in range(60)) == 13


def test_a_message_of_100_bytes_every_five_minutes_fits_for_days() -> None:
    quotas = Quotas()
    assert all(send(quotas, (Priority.ALERT, 100, NOW + 300 * n)) for n in range(3 * 288))


def test_a_day_holds_216_noted_reports_or_317_short_ones() -> None:
    for size, expected in ((NOTED, 216), (SHORT, 317)):
        quotas = Quotas()
        times = [NOW + 130 * n for n in range(600)]
        assert sum(send(quotas, (Priority.ALERT, size, at)) for at in times) == expected


@pytest.mark.parametrize(
    ("roles", "factor"),
    [
        (Role.REPORTER, 1),
        (Role.PATROL | Role.RESPONDER | Role.RELAY, 1),
        (Role.VERIFIER | Role.PATROL, 2),
        (Role.DISPATCH, 4),
        (Role.ORGANIZER | Role.VERIFIER | Role.DISPATCH, 4),
    ],
)
def test_who_speaks_for_many_may_say_more(roles: Role, factor: int) -> None:
    quotas = Quotas()
    sent = 0
    while send(quotas, (Priority.ALERT, FRAME_MAX, NOW), roles):
        sent += 1
    assert sent == factor * TEN_MINUTES_MS // airtime_ms(FRAME_MAX)


def test_a_position_a_minute_fits_for_days_and_two_a_minute_do_not() -> None:
    quotas, faster = Quotas(), Quotas()
    assert all(send(quotas, (Priority.POSITION, 97, NOW + 60 * n)) for n in range(3 * 1440))
    sent = sum(send(faster, (Priority.POSITION, 97, NOW + 30 * n)) for n in range(240))
    assert sent == pytest.approx(131, abs=2)


def test_positions_and_messages_do_not_use_up_each_other() -> None:
    quotas = Quotas()
    while send(quotas, (Priority.POSITION, 97, NOW)):
        pass
    assert send(quotas, (Priority.ALERT, SHORT, NOW))
    while send(quotas, (Priority.ALERT, SHORT, NOW)):
        pass
    assert send(quotas, (Priority.POSITION, 97, NOW + 660))


def test_an_sos_goes_once_an_hour_whatever_was_said_before() -> None:
    quotas = Quotas()
    while send(quotas, (Priority.ALERT, SHORT, NOW)):
        pass
    assert send(quotas, (Priority.SOS, FRAME_MAX, NOW))
    wait = quotas.look(ANN, Role.REPORTER, Priority.SOS, FRAME_MAX, NOW)
    assert wait is not None
    assert 600 < wait <= 660
    while send(quotas, (Priority.ALERT, SHORT, NOW + 3600)):
        pass
    assert not send(quotas, (Priority.SOS, FRAME_MAX, NOW + 3599))
    assert send(quotas, (Priority.SOS, FRAME_MAX, NOW + 3600))


def test_an_sos_that_fitted_does_not_put_off_the_next_exempt_one() -> None:
    quotas = Quotas()
    assert send(quotas, (Priority.SOS, SHORT, NOW))
    assert send(quotas, (Priority.SOS, SHORT, NOW + 1800))
    while send(quotas, (Priority.ALERT, SHORT, NOW + 3600)):
        pass
    assert send(quotas, (Priority.SOS, SHORT, NOW + 3600))
    assert not send(quotas, (Priority.SOS, SHORT, NOW + 3600))


# -- waits -----------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(SPOKEN, SIZES, st.floats(-DAY_S, 0)), max_size=60),
    st.integers(0, 400),
    SPOKEN,
    SIZES,
)
def test_the_wait_that_is_named_is_enough_and_not_too_long(
    said: list[tuple[Priority, int, float]], more: int, priority: Priority, size: int
) -> None:
    quotas = Quotas()
    for kind, length, before in said:
        quotas.note(ANN, kind, length, NOW + before)
    for number in range(more):
        quotas.note(ANN, Priority.ALERT, SHORT, NOW - number * 200)
    wait = quotas.look(ANN, Role.REPORTER, priority, size, NOW)
    assert (wait is None) or 0 < wait <= DAY_S + 3600
    assert quotas.look(ANN, Role.REPORTER, priority, size, NOW + (wait or 0.0)) is None
    if wait is not None and priority is not Priority.SOS:  # its hour ends within a slot
        assert quotas.look(ANN, Role.REPORTER, priority, size, NOW + wait - 0.01) is not None


# -- every receiver decides alike ------------------------------------------------------------

BURSTS = st.lists(
    st.tuples(st.floats(0, 5000), SPOKEN, SIZES, st.integers(1, 12)), min_size=1, max_size=50
)


@settings(max_examples=40, deadline=None)
@given(BURSTS, st.sampled_from([Role.REPORTER, Role.VERIFIER, Role.DISPATCH]), st.data())
def test_what_an_honest_author_says_is_taken_in_any_order(
    bursts: list[tuple[float, Priority, int, int]], role: Role, data: st.DataObject
) -> None:
    own, at = Quotas(), NOW
    said: list[Said] = []
    for wait, priority, size, times in bursts:
        at += wait
        fresh = [(priority, size, at + 4.0 * number) for number in range(times)]
        said += [one for one in fresh if send(own, one, role)]
        at += 4.0 * times
    claims = [(priority, size, float(at // 4 * 4)) for priority, size, at in said]
    day = [one for one in claims if one[2] > at - DAY_S]
    others = Quotas()
    for one in data.draw(st.permutations(day)):
        assert receive(others, one, role)


@settings(max_examples=40, deadline=None)
@given(st.permutations([NOW + 60.0 * n for n in range(90)]))
def test_positions_of_each_minute_are_taken_in_any_order(times: list[float]) -> None:
    quotas = Quotas()
    assert all(receive(quotas, (Priority.POSITION, 97, at // 4 * 4)) for at in times)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 3000.0]), st.floats(-DAY_S, 3600), SPOKEN, SIZES),
        min_size=1,
        max_size=40,
    ),
    st.sampled_from([1, 10, 200]),
)
def test_a_flood_is_held_to_a_quarter_above_whatever_times_it_claims(
    aims: list[tuple[float, float, Priority, int]], times: int
) -> None:
    quotas = Quotas()
    taken: list[Said] = []
    for spread, aim, priority, size in aims:
        for number in range(times):
            said = (priority, size, min(NOW + 3600, NOW + aim + spread * number / times))
            if receive(quotas, said):
                taken.append(said)
    sos = [said for said in taken if said[0] is Priority.SOS]
    exempt = airtime_ms(FRAME_MAX) if sos else 0
    assert heaviest_ms(taken, 600.0) <= TEN_MINUTES_MS * 1.25 + exempt
    assert heaviest_ms(taken, DAY_S) <= A_DAY_MS * 1.25 + 25 * exempt


def test_a_flood_all_over_the_day_is_held_to_the_day() -> None:
    quotas = Quotas()
    claims = [NOW - DAY_S + 3600 + n * 7919 % 82_800 for n in range(100_000)]
    taken = sum(receive(quotas, (Priority.ALERT, SHORT, at)) for at in claims)
    assert taken == A_DAY_MS * 5 // 4 // airtime_ms(SHORT)


def test_other_authors_do_not_suffer_from_a_flood() -> None:
    quotas = Quotas()
    for number in range(2000):
        receive(quotas, (Priority.ALERT, SHORT, NOW + number % 600))
    assert not receive(quotas, (Priority.ALERT, SHORT, NOW))
    assert all(receive(quotas, (Priority.ALERT, NOTED, NOW), author=BOB) for _ in range(6))


# -- clocks and bounds -----------------------------------------------------------------------


@pytest.mark.parametrize("jump", [-TEN_YEARS_S, TEN_YEARS_S])
def test_a_jump_of_years_that_nobody_told_frees_the_author_and_blocks_nobody(jump: float) -> None:
    quotas = Quotas()
    while send(quotas, (Priority.ALERT, SHORT, NOW)):
        pass
    assert send(quotas, (Priority.ALERT, SHORT, NOW + jump))
    while send(quotas, (Priority.ALERT, SHORT, NOW + jump)):
        pass
    assert send(quotas, (Priority.ALERT, SHORT, NOW + jump + 660))


@pytest.mark.parametrize("jump", [-TEN_YEARS_S, -7200.0, 7200.0, TEN_YEARS_S])
def test_a_jump_that_is_told_takes_what_was_noted_with_it(jump: float) -> None:
    quotas = Quotas()
    assert send(quotas, (Priority.SOS, SHORT, NOW))
    while send(quotas, (Priority.ALERT, SHORT, NOW)):
        pass
    quotas.shifted(jump)
    assert not send(quotas, (Priority.ALERT, SHORT, NOW + jump))
    assert not send(quotas, (Priority.SOS, SHORT, NOW + jump))
    assert send(quotas, (Priority.ALERT, SHORT, NOW + jump + 720))


@pytest.mark.parametrize("step", [-1800.0, 1800.0])
def test_a_small_step_of_the_clock_leaves_the_claims_where_they_are(step: float) -> None:
    quotas = Quotas()
    while send(quotas, (Priority.ALERT, SHORT, NOW)):
        pass
    quotas.shifted(step)
    assert not send(quotas, (Priority.ALERT, SHORT, NOW))
    assert send(quotas, (Priority.ALERT, SHORT, NOW + step))


def test_beyond_the_bound_the_author_that_was_silent_longest_is_forgotten() -> None:
    quotas = Quotas()
    for author in [*range(AUTHORS_MAX), 0, AUTHORS_MAX]:
        for _ in range(6 if author else 3):
            quotas.note(author, Priority.ALERT, FRAME_MAX, NOW)
    free = [
        author
        for author in range(AUTHORS_MAX + 1)
        if quotas.look(author, Role.REPORTER, Priority.ALERT, FRAME_MAX, NOW) is None
    ]
    assert free == [1]


def test_the_silent_are_forgotten_and_the_others_are_not() -> None:
    quotas = Quotas()
    for author, at in ((ANN, NOW - 2 * DAY_S), (BOB, NOW)):
        while send(quotas, (Priority.ALERT, SHORT, at), author=author):
            pass
    quotas.forget(NOW - 26 * 3600)
    assert send(quotas, (Priority.ALERT, SHORT, NOW - 2 * DAY_S), author=ANN)
    assert not send(quotas, (Priority.ALERT, SHORT, NOW), author=BOB)


def test_a_longer_frame_costs_no_less() -> None:
    costs = [airtime_ms(size) for size in range(73, FRAME_MAX + 1)]
    assert all(short <= long for short, long in pairwise(costs))
    assert (airtime_ms(SHORT), airtime_ms(NOTED)) == (1133, 1665)


# -- what organizers decide --------------------------------------------------------------------


def test_decisions_have_an_account_of_their_own() -> None:
    quotas, role = Quotas(), Role.ORGANIZER
    while quotas.look(ANN, role, Priority.ALERT, NOTED, NOW, decides=True) is None:
        quotas.note(ANN, Priority.ALERT, NOTED, NOW, decides=True)
    assert quotas.look(ANN, role, Priority.ALERT, SHORT, NOW) is None
    other = Quotas()
    while other.look(ANN, role, Priority.ALERT, NOTED, NOW) is None:
        other.note(ANN, Priority.ALERT, NOTED, NOW)
    assert other.look(ANN, role, Priority.ALERT, SHORT, NOW, decides=True) is None


def test_an_evening_of_thirty_certificates_fits_and_a_hundred_do_not() -> None:
    certificate, endorsement = 146, 156
    for count, fits in ((30, True), (100, False)):
        quotas = Quotas()
        taken = 0
        for _ in range(count):
            if quotas.look(ANN, Role.ORGANIZER, Priority.ALERT, certificate, NOW, decides=True):
                break
            quotas.note(ANN, Priority.ALERT, certificate, NOW, decides=True)
            taken += 1
        assert (taken == count) is fits
        if fits:
            assert quotas.look(ANN, Role.ORGANIZER, Priority.ALERT, endorsement, NOW,
                               decides=True) is None  # fmt: skip


def test_a_flood_of_decisions_is_held_to_a_quarter_above_by_receivers() -> None:
    quotas, taken = Quotas(), 0
    while quotas.admits(ANN, Role.ORGANIZER, Priority.ALERT, NOTED, NOW, decides=True):
        quotas.note(ANN, Priority.ALERT, NOTED, NOW, decides=True)
        taken += airtime_ms(NOTED)
    assert 120_000 < taken <= 150_000
