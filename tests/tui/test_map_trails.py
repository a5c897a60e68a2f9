from __future__ import annotations

from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from meshdefense.api.row_schema import PatrolRow
from meshdefense_tui.trails import TRAIL_LIFE_S, Trails
from support.screen_rows import NOW, patrol, place


def row(at: float, east: float = 0, **changes: Any) -> PatrolRow:
    changes = {"place": place(east, 0), "place_at": at} | changes
    return cast("PatrolRow", patrol(3, "leo", **changes))


def test_a_trail_is_what_came_in_in_the_order_of_its_times() -> None:
    trails = Trails()
    for minute, east in ((0, 0), (1, 50), (2, 90)):
        trails.note([row(NOW + 60 * minute, east)], NOW + 60 * minute)
    times = [at for at, _, _ in trails.of("3")]
    assert times == [NOW, NOW + 60, NOW + 120]
    assert set(trails.all()) == {"3"}


def test_the_same_position_twice_is_one() -> None:
    trails = Trails()
    trails.note([row(NOW)], NOW)
    before = trails.revision
    trails.note([row(NOW)], NOW + 5)
    trails.note([row(NOW + 60)], NOW + 60)
    assert len(trails.of("3")) == 1
    assert trails.revision == before
    assert trails.all() == {}


def test_an_older_position_that_comes_late_is_left_out() -> None:
    trails = Trails()
    trails.note([row(NOW)], NOW)
    trails.note([row(NOW - 60, 70)], NOW)
    assert [at for at, _, _ in trails.of("3")] == [NOW]


def test_what_is_older_than_two_hours_is_gone() -> None:
    trails = Trails()
    trails.note([row(NOW)], NOW)
    trails.note([row(NOW + 90, 50)], NOW + 90)
    trails.note([], NOW + TRAIL_LIFE_S + 30)
    assert len(trails.of("3")) == 1
    trails.note([], NOW + TRAIL_LIFE_S + 91)
    assert trails.of("3") == ()


def test_a_lock_forgets_every_trail() -> None:
    trails = Trails()
    trails.note([row(NOW)], NOW)
    trails.forget()
    assert trails.of("3") == ()


def test_coarse_positions_make_no_trail() -> None:
    trails = Trails()
    trails.note([row(NOW, place=place(0, 0, 500))], NOW)
    trails.note([row(NOW, place=None)], NOW)
    assert trails.of("3") == ()


@given(st.lists(st.tuples(st.floats(0, 3 * TRAIL_LIFE_S), st.integers(-99, 99)), max_size=400))
def test_a_trail_is_bounded_in_time_and_number(steps: list[tuple[float, int]]) -> None:
    trails, now = Trails(), 0.0
    for at, east in steps:
        now = max(now, at)
        trails.note([row(at, east)], now)
        held = trails.of("3")
        assert len(held) <= 240
        assert all(now - TRAIL_LIFE_S <= when <= now for when, _, _ in held)
        assert [when for when, _, _ in held] == sorted(when for when, _, _ in held)
