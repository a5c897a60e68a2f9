"""Bounds and plane: the same metres as the screens, also at the date line."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.streets.streets import Bounds, Plane
from meshdefense_protocol.place import Grid, GridPlace
from meshdefense_tui.map.geometry import east_north

lats, lons = st.floats(-89, 89), st.floats(-180, 180)


@given(lats, lons, lats, lons)
def test_the_plane_is_that_of_the_screens(
    lat: float, lon: float, to_lat: float, to_lon: float
) -> None:
    east, north = Plane(lat, lon).east_north(np.array([to_lat]), np.array([to_lon]))
    wanted = east_north(lat, lon, to_lat, to_lon)
    assert (float(east[0]), float(north[0])) == pytest.approx(wanted, rel=1e-12)


@given(lats, lons, st.integers(-5000, 5000), st.integers(-5000, 5000))
def test_the_plane_is_that_of_the_networks_grid(lat: float, lon: float, x: int, y: int) -> None:
    place = Grid(lat, lon).degrees(GridPlace(x, y, 1))
    if abs(place[0]) == 90:
        return
    east, north = Plane(lat, lon).east_north(np.array([place[0]]), np.array([place[1]]))
    # a cell's number is its lower edge, its place the middle; degrees are rounded to 0.1 m
    assert float(north[0]) == pytest.approx(y + 0.5, abs=0.2)
    assert float(east[0]) == pytest.approx(x + 0.5, abs=0.2)


@given(lats, lons, st.floats(1, 50_000))
def test_what_is_around_a_place_has_it_and_the_ends_of_the_circle(
    lat: float, lon: float, metres: float
) -> None:
    plane = Plane(lat, lon)
    around = plane.around(metres)
    assert around.has(lat, lon)
    inner = metres * 0.99 / 111_319.490793
    assert around.has(min(lat + inner, 90), lon)
    east = (lon + inner / max(0.01, math.cos(math.radians(lat))) + 180) % 360 - 180
    assert around.has(lat, east)


@pytest.mark.parametrize(
    ("south", "west", "north", "east"),
    [(1, 0, 1, 1), (2, 0, 1, 1), (0, 5, 1, 5), (-91, 0, 1, 1), (0, 0, math.nan, 1), (0, 181, 1, 2)],
)
def test_what_is_no_rectangle_is_refused(
    south: float, west: float, north: float, east: float
) -> None:
    with pytest.raises(ValueError, match="no bounds"):
        Bounds(south, west, north, east)


def test_bounds_across_the_date_line_have_both_sides() -> None:
    fiji = Bounds(-20, 177, -16, -178)
    assert fiji.has(-18, 179.9)
    assert fiji.has(-18, -179.9)
    assert not fiji.has(-18, 0)
    assert fiji.middle == (-18, 179.5)
    assert fiji.meets(Bounds(-19, -179, -17, -170))
    assert not fiji.meets(Bounds(-19, 0, -17, 10))


@given(lats, lons, st.floats(0.1, 5), st.floats(0.1, 5), lats, lons)
def test_rectangles_meet_both_ways_and_with_themselves(
    south: float, west: float, high: float, wide: float, lat: float, lon: float
) -> None:
    one = Bounds(south, west, min(south + high, 90), (west + wide + 180) % 360 - 180)
    other = Bounds(lat, lon, min(lat + wide, 90), (lon + high + 180) % 360 - 180)
    assert one.meets(other) == other.meets(one)
    assert one.meets(one)
    if one.has(lat, lon):
        assert one.meets(other)
