"""Places: snapped to cells before signing, the same cell when they are snapped again."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from meshdefense_protocol.errors import DecodeError, ValueRangeError
from meshdefense_protocol.place import (
    METRES_PER_DEGREE,
    PRECISIONS_M,
    AbsolutePlace,
    Grid,
    GridPlace,
    Place,
    absolute_bytes,
    check_precision,
    check_snapped,
    place_bits,
    precision_code,
    read_place,
)
from support.bodies import GRID, places

grids = st.builds(
    Grid,
    st.integers(-8_000_000, 8_000_000).map(lambda e5: e5 / 1e5),
    st.integers(-18_000_000, 18_000_000).map(lambda e5: e5 / 1e5),
    st.sampled_from((1, 10)),
)
codes = st.integers(1, 11)


def wire(place: Place) -> Place | None:
    extension = absolute_bytes(place) if isinstance(place, AbsolutePlace) else None
    return read_place(place_bits(place), extension)


@given(grids, st.floats(-1.1, 1.1), st.floats(-1.1, 1.1), codes)
@example(Grid(34.05, -118.25, 1), 0.00223, 0.00632, 1)
@example(Grid(34.05, -118.25, 10), 0.00223, 0.00632, 2)
def test_snapping_twice_gives_the_same_cell(
    grid: Grid, north: float, east: float, code: int
) -> None:
    lon = (grid.origin_lon + east + 540) % 360 - 180
    place = grid.place(grid.origin_lat + north, lon, code)
    assume(isinstance(place, GridPlace))
    assert grid.place(*grid.degrees(place), code) == place


@given(st.floats(-90, 90), st.floats(-180, 180), codes)
@example(60.16985, 24.93837, 1)
@example(90.0, 180.0, 11)
@example(-90.0, -180.0, 1)
def test_snapping_an_absolute_place_twice_gives_the_same_cell(
    lat: float, lon: float, code: int
) -> None:
    grid = Grid(0.0 if abs(lat) > 40 else 80.0, 0.0, 1)
    place = grid.place(lat, lon, code)
    assert isinstance(place, AbsolutePlace)
    assert grid.place(*grid.degrees(place), code) == place


@given(grids, st.floats(-1.0, 1.0), st.floats(-1.0, 1.0), codes)
def test_a_place_tells_no_more_than_its_cell(
    grid: Grid, north: float, east: float, code: int
) -> None:
    """What is shown lies within half a cell of what was given."""
    given_lat = grid.origin_lat + north
    given_lon = (grid.origin_lon + east + 540) % 360 - 180
    place = grid.place(given_lat, given_lon, code)
    assume(isinstance(place, GridPlace))
    lat, lon = grid.degrees(place)
    half = max(PRECISIONS_M[code], grid.unit_m) / 2 + 0.2
    shrink = math.cos(math.radians(grid.origin_lat))
    turn = (lon - given_lon + 540) % 360 - 180
    assert abs(lat - given_lat) * METRES_PER_DEGREE <= half + grid.unit_m / 2
    assert abs(turn) * METRES_PER_DEGREE * shrink <= half + grid.unit_m / 2


@given(places(finest=1))
def test_a_place_reads_back_from_its_bits(place: Place) -> None:
    assert 0 <= place_bits(place) < 1 << 40
    assert wire(place) == place
    check_snapped(place, GRID.unit_m)


@given(st.integers(0, (1 << 40) - 1), st.none() | st.binary(min_size=6, max_size=8))
def test_any_bits_are_a_place_or_an_error(bits: int, extension: bytes | None) -> None:
    try:
        place = read_place(bits, extension)
    except DecodeError:
        return
    assert place_bits(place) == bits
    assert isinstance(place, AbsolutePlace) == (extension is not None)
    if isinstance(place, AbsolutePlace):
        assert absolute_bytes(place) == extension


@given(st.integers(0, (1 << 56) - 1))
def test_any_absolute_form_is_a_centre_on_earth_or_an_error(bits: int) -> None:
    try:
        place = read_place(15, bits.to_bytes(7, "big"))
    except DecodeError:
        return
    assert isinstance(place, AbsolutePlace)
    assert abs(place.lat) <= 9_000_000
    assert abs(place.lon) <= 18_000_000


def test_no_place_is_forty_zero_bits() -> None:
    assert place_bits(None) == 0
    assert read_place(0, None) is None


@pytest.mark.parametrize(
    ("bits", "extension"),
    [(16, None), (12, None), (13, None), (14, None), (15, None), (15 + 16, bytes(7)),
     (15, bytes(6)), (0, bytes(7)), (2, bytes(7))],
)  # fmt: skip
def test_impossible_bits_are_refused(bits: int, extension: bytes | None) -> None:
    with pytest.raises(DecodeError):
        read_place(bits, extension)


def test_the_edge_of_the_area_is_said_absolutely() -> None:
    edge = ((1 << 17) - 1) / METRES_PER_DEGREE
    grid = Grid(0.0, 0.0, 1)
    assert isinstance(grid.place(edge - 1e-4, 0, 2), GridPlace)
    assert isinstance(grid.place(edge + 1e-4, 0, 2), AbsolutePlace)
    assert isinstance(Grid(0.0, 0.0, 10).place(edge + 1e-4, 0, 2), GridPlace)


def test_the_area_reaches_over_the_date_line() -> None:
    grid = Grid(-17.7, 179.99, 1)
    place = grid.place(-17.7, -179.99, 2)
    assert isinstance(place, GridPlace)
    assert 2000 < place.x < 2200
    assert grid.degrees(place)[1] == pytest.approx(-179.99, abs=1e-4)


@pytest.mark.parametrize(
    ("lat", "lon"), [(91.0, 0.0), (-90.1, 0.0), (0.0, 181.0), (math.nan, 0.0), (0.0, math.inf)]
)
def test_coordinates_that_are_not_on_earth_are_refused(lat: float, lon: float) -> None:
    with pytest.raises(ValueRangeError):
        GRID.place(lat, lon, 2)


def test_precision_codes_are_the_finest_that_is_coarse_enough() -> None:
    assert [precision_code(m) for m in (1, 2, 10, 11, 100, 999, 10_000)] == [1, 2, 2, 3, 5, 8, 11]
    for metres in (0, -1, 10_001):
        with pytest.raises(ValueRangeError):
            precision_code(metres)
    with pytest.raises(ValueRangeError):
        GRID.place(0, 0, 12)


def test_a_precision_that_a_kind_forbids_is_refused() -> None:
    check_precision(GridPlace(5, 5, 2), 2)
    check_precision(None, 2)
    with pytest.raises(DecodeError):
        check_precision(GridPlace(5, 5, 1), 2)
