from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_protocol.place import Grid
from meshdefense_tui.map.geometry import SCALES, View, degrees, east_north, fit, nice_step

LATITUDES = st.floats(-80, 80)
LONGITUDES = st.floats(-180, 180)
METRES = st.floats(-50_000, 50_000)


@given(LATITUDES, LONGITUDES, METRES, METRES)
def test_degrees_and_metres_are_each_others_reverse(
    lat: float, lon: float, east: float, north: float
) -> None:
    there = degrees(lat, lon, east, north)
    if abs(there[0]) < 90:
        back = east_north(lat, lon, *there)
        assert back[0] == pytest.approx(east, abs=0.01)
        assert back[1] == pytest.approx(north, abs=0.01)


@given(LATITUDES, LONGITUDES, st.integers(-30_000, 30_000), st.integers(-30_000, 30_000))
def test_the_map_measures_like_the_networks_grid(lat: float, lon: float, x: int, y: int) -> None:
    grid = Grid(lat, lon)
    there_lat, there_lon = degrees(lat, lon, x + 0.5, y + 0.5)
    place = grid.place(there_lat, there_lon, 1)
    east, north = east_north(lat, lon, *grid.degrees(place))
    assert east == pytest.approx(x + 0.5, abs=2)
    assert north == pytest.approx(y + 0.5, abs=2)


def test_the_way_across_the_date_line_is_short() -> None:
    east, _ = east_north(0, 179.99, 0, -179.99)
    assert east == pytest.approx(0.02 * 111_319.49, rel=1e-6)


@given(
    st.lists(st.tuples(METRES, METRES), min_size=1, max_size=20),
    st.integers(20, 200),
    st.integers(8, 60),
)
def test_fit_shows_every_point(points: list[tuple[float, float]], width: int, height: int) -> None:
    view = fit(points, width, height)
    for east, north in points:
        column, row = view.cell(east, north, width, height)
        assert 0 <= column < width
        assert 0 <= row < height


def test_fit_without_points_is_two_kilometres_round_the_origin() -> None:
    view = fit([], 60, 20)
    assert (view.east, view.north) == (0, 0)
    assert 1000 <= view.scale * 60 <= 4000


@given(st.integers(-10, 10), st.sampled_from(SCALES))
def test_zoom_stays_within_the_scales(steps: int, scale: int) -> None:
    assert View(scale=scale).zoomed(steps).scale in SCALES


@given(METRES, METRES, st.sampled_from(SCALES))
def test_the_point_of_a_cell_lies_in_that_cell(east: float, north: float, scale: int) -> None:
    view = View(east, north, scale)
    for column, row in ((0, 0), (39, 10), (79, 20)):
        there = view.point(column + 0.5, row + 0.5, 80, 21)
        assert view.cell(*there, 80, 21) == (column, row)


def test_panning_right_shows_what_lies_in_the_east() -> None:
    view = View(0, 0, 10).panned(4, 2)
    assert (view.east, view.north) == (40, -40)


@given(st.floats(1, 1e7))
def test_a_nice_step_is_round_and_not_longer(length: float) -> None:
    step = nice_step(length)
    assert length / 2.5001 <= step <= length * 1.0001
    assert round(step / 10 ** math.floor(math.log10(step))) in {1, 2, 5}
