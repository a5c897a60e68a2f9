"""How late a check-in is, who is nearest, and what this screen has seen: the pure parts."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.row_schema import PatrolRow
from meshdefense_protocol.words import CHECKIN_STATES
from meshdefense_tui.nearest import Neighbourhood
from meshdefense_tui.overdue import OverdueWatch, Rung, answered_by, rung_of
from meshdefense_tui.patrol_log import PatrolLog
from support.muster_rows import late, reader
from support.screen_rows import NOW, ORIGIN, patrol, place

HERE = cast("PlaceRow", ORIGIN)


def row(number: int = 3, name: str = "leo", **changes: Any) -> PatrolRow:
    return cast("PatrolRow", patrol(number, name, **changes) | {"rev": 1})


@pytest.mark.parametrize(
    ("late_s", "rung"),
    [
        (-121, Rung.NONE),
        (-120, Rung.REMINDER),
        (0, Rung.REMINDER),
        (1, Rung.LATE),
        (179, Rung.LATE),
        (180, Rung.ALARM),
        (599, Rung.ALARM),
        (600, Rung.ESCALATED),
        (90_000, Rung.ESCALATED),
    ],
)
def test_the_rungs_follow_the_minutes(late_s: float, rung: Rung) -> None:
    assert rung_of(row(due_at=NOW - late_s), NOW) is rung


def test_nobody_without_a_due_time_or_off_shift_is_late() -> None:
    assert rung_of(row(due_at=None), NOW) is Rung.NONE
    off = CHECKIN_STATES.code("off")
    assert rung_of(row(due_at=NOW - 5000, state=off), NOW) is Rung.NONE


@given(st.floats(-10_000, 10_000), st.floats(0, 10_000))
def test_a_rung_never_goes_down_while_nothing_is_heard(late_s: float, more_s: float) -> None:
    given_row = row(due_at=NOW - late_s)
    assert rung_of(given_row, NOW + more_s) >= rung_of(given_row, NOW)


def test_who_read_the_check_in_before_it_was_late_does_not_look_after_it() -> None:
    found = cast("PatrolRow", late(4, "kit", 250, reader("ana", 900), reader("leo", 60, 3)))
    assert answered_by(found) == [("leo", NOW - 60)]
    assert answered_by(row(due_at=None)) == []
    assert answered_by(row(due_at=NOW - 900)) == [], "an older daemon tells of no readers"


def test_the_watch_tells_each_rung_once_and_nothing_at_its_first_look() -> None:
    watch, patrols = OverdueWatch(), [row(due_at=NOW)]
    assert watch.news([row(4, "kit", due_at=NOW - 700)], NOW) == []
    told = []
    for second in range(0, 1000, 5):
        told += [rung for _, rung in watch.news(patrols, NOW - 200 + second)]
    assert told == [Rung.REMINDER, Rung.LATE, Rung.ALARM, Rung.ESCALATED]


def test_a_new_due_time_begins_the_ladder_anew() -> None:
    watch = OverdueWatch()
    watch.news([], NOW)
    assert [r for _, r in watch.news([row(due_at=NOW - 10)], NOW)] == [Rung.LATE]
    assert watch.news([row(due_at=NOW + 900)], NOW) == []
    assert [r for _, r in watch.news([row(due_at=NOW + 900)], NOW + 950)] == [Rung.LATE]


def test_after_a_lock_the_watch_begins_anew_without_ringing() -> None:
    watch = OverdueWatch()
    watch.news([], NOW)
    watch.forget()
    assert watch.news([row(due_at=NOW - 10)], NOW) == []


def test_the_nearest_is_another_patrol_with_a_fresh_position() -> None:
    me = row(place=place(0, 0), place_at=NOW - 10)
    near = row(4, "kit", place=place(300, 400), place_at=NOW - 10)
    far = row(5, "rio", place=place(900, 0), place_at=NOW - 10)
    spots = Neighbourhood([me, near, far], HERE, NOW)
    found = spots.nearest(me)
    assert found is not None
    assert (found.row["name"], round(found.distance_m), found.distance) == ("kit", 500, "500 m")


@pytest.mark.parametrize(
    "changes",
    [
        {"place_at": NOW - 901},
        {"place": None, "place_at": None},
        {"state": CHECKIN_STATES.code("off")},
    ],
)
def test_who_is_old_unplaced_or_off_shift_is_nobodys_nearest(changes: dict[str, Any]) -> None:
    me = row(place=place(0, 0), place_at=NOW - 10)
    other = row(4, "kit", **({"place": place(50, 0), "place_at": NOW - 10} | changes))
    assert Neighbourhood([me, other], HERE, NOW).nearest(me) is None
    assert Neighbourhood([me, other], None, NOW).nearest(me) is None


def test_a_distance_within_one_cell_is_not_said_as_a_number_of_metres() -> None:
    me = row(place=place(0, 0, 500), place_at=NOW - 10)
    other = row(4, "kit", place=place(30, 0, 10), place_at=NOW - 10)
    found = Neighbourhood([me, other], HERE, NOW).nearest(me)
    assert found is not None
    assert found.distance == "<500 m"


def test_the_log_keeps_what_changed_for_two_hours_and_then_forgets_it() -> None:
    log, moving = PatrolLog(), CHECKIN_STATES.code("moving")
    first = row(checked_in_at=NOW - 600)
    log.note([first], NOW)
    log.note([first], NOW + 5)
    assert len(log.of("3")) == 1
    log.note([row(checked_in_at=NOW - 600, state=moving, last_seen=NOW - 60)], NOW + 10)
    log.note([row(checked_in_at=NOW - 5, state=moving)], NOW + 15)
    assert [(one.state, one.checked_in) for one in log.of("3")] == [
        (1, True), (moving, False), (moving, True),
    ]  # fmt: skip
    log.note([], NOW + 7100)
    assert [one.at for one in log.of("3")] == [NOW - 60, NOW - 5]
    log.forget()
    assert log.of("3") == ()


@given(st.lists(st.tuples(st.floats(0, 7000), st.integers(0, 7)), max_size=200))
def test_the_log_stays_small_and_in_order(said: list[tuple[float, int]]) -> None:
    log = PatrolLog()
    for at, state in said:
        log.note([row(checked_in_at=NOW + at, state=state, last_seen=NOW + at)], NOW + 7000)
    times = [one.at for one in log.of("3")]
    assert len(times) <= 60
    assert times == sorted(times)
