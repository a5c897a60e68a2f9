"""The nearest corner: on known crossings, on streets, and beside them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdefense.streets.chunks import SegmentColumns
from meshdefense.streets.importing.joints import crossings_of
from meshdefense.streets.importing.tags import BRIDGE
from meshdefense.streets.pack import Pack
from meshdefense.streets.words import corner_words

METRE = 1 / 111_319.490793


@pytest.mark.parametrize(
    ("lat", "lon", "streets"),
    [
        (60.1706, 24.9450, {"Kaivokatu", "Mikonkatu"}),
        (60.1685, 24.9459, {"Aleksanterinkatu", "Mikonkatu"}),
        (60.17193, 24.94434, {"Vilhonkatu", "Itäinen Teatterikuja"}),
    ],
)
def test_known_crossings_of_helsinki_are_named(
    lat: float, lon: float, streets: set[str], helsinki: Pack
) -> None:
    corner = helsinki.corner(lat, lon)
    assert corner is not None
    assert {corner.street, corner.other} == streets
    assert corner.distance_m < 60


@pytest.mark.parametrize(
    ("lat", "lon", "streets"),
    [
        (41.8812, -87.6865, {"W Madison St", "N Western Ave"}),
        (41.8961, -87.6673, {"W Chicago Ave", "N Ashland Ave"}),
        (41.8592, -87.6467, {"W 17th St", "S Halsted St"}),
    ],
)
def test_known_crossings_of_chicago_are_named(
    lat: float, lon: float, streets: set[str], chicago: Pack
) -> None:
    corner = chicago.corner(lat, lon)
    assert corner is not None
    assert {corner.street, corner.other} == streets
    assert corner.distance_m < 40
    assert corner_words(corner, "en", 20) == f"{corner.street} / {corner.other}"


def test_most_places_on_a_named_street_have_two_names(chicago: Pack) -> None:
    streets = chicago.streets(41.87, -87.69)
    seed = 20261121
    chance = np.random.default_rng(seed)
    known = np.flatnonzero((streets.names >= 0) & (streets.classes >= 3) & (streets.classes <= 6))
    two = 0
    for at in chance.choice(known, 200).tolist():
        x, y = streets.lines[at].reshape(2, 2).mean(axis=0).tolist()
        shrink = math.cos(math.radians(41.87))
        corner = chicago.corner(41.87 + y * METRE, -87.69 + x * METRE / shrink)
        assert corner is not None, f"seed {seed}, segment {at}"
        two += corner.other is not None
    assert two >= 170, f"seed {seed}"


@settings(deadline=None)
@given(st.floats(-45, 45), st.floats(-45, 45), st.integers(2, 5), st.integers(2, 5))
def test_in_a_grid_of_streets_the_nearest_crossing_is_named(
    grid: Pack, east: float, north: float, column: int, row: int
) -> None:
    lat, lon = row / 1000 + north * METRE, column / 1000 + east * METRE
    corner = grid.corner(lat, lon)
    assert corner is not None
    assert {corner.street, corner.other} == {f"{row}th Street", f"Calle {chr(64 + column)}"}
    assert corner.distance_m == pytest.approx(math.hypot(east, north), abs=0.3)
    if corner.distance_m > 5:
        bearing = math.degrees(math.atan2(east, north)) % 360
        assert (corner.bearing - bearing + 180) % 360 - 180 == pytest.approx(0, abs=3)
    near = min(abs(east), abs(north))
    if abs(near - 25) > 0.5:
        assert corner.on_street == (near < 25)


def test_on_a_street_the_crossing_is_one_of_that_street(grid: Pack) -> None:
    """Twelve metres from Calle C, 50 from its crossing: never the corner of two others."""
    corner = grid.corner(0.003 + 50 * METRE, 0.003 + 12 * METRE)
    assert corner is not None
    assert (corner.street, corner.other) == ("Calle C", "3th Street")
    assert corner_words(corner, "en", 10) == "Calle C near 3th Street"
    assert corner_words(corner, "es", 10) == "Calle C cerca de 3th Street"


def test_far_from_every_crossing_the_street_is_named_and_farther_nothing(grid: Pack) -> None:
    beyond = grid.corner(0.003, 0.007 + 20 * METRE, within_m=100)
    assert beyond is not None
    assert (beyond.street, beyond.other, beyond.on_street) == ("3th Street", None, True)
    assert corner_words(beyond, "en", 10) == "3th Street"
    assert grid.corner(0.003, 0.02) is None
    assert grid.corner(50, 50) is None


def columns(*rows: tuple[tuple[int, int, int, int], int, int]) -> SegmentColumns:
    """Ends in millionths of a degree, name, flags."""
    return SegmentColumns(
        np.array([row[0] for row in rows], np.int64),
        np.full(len(rows), 3, np.uint8),
        np.array([row[1] for row in rows], np.int32),
        np.array([row[2] for row in rows], np.uint8),
    )


TEXTS = ("Main St", "5th Ave", "N Main St")


def test_streets_cross_in_tiles_where_they_share_no_vertex_but_not_over_a_bridge() -> None:
    level = columns(((-500, 0, 500, 0), 0, 0), ((0, -500, 0, 500), 1, 0))
    (pair,) = crossings_of(level, TEXTS, planar=True).names.tolist()
    assert pair == [0, 1]
    assert len(crossings_of(level, TEXTS, planar=False).names) == 0
    above = columns(((-500, 0, 500, 0), 0, BRIDGE), ((0, -500, 0, 500), 1, 0))
    assert len(crossings_of(above, TEXTS, planar=True).names) == 0


def test_an_end_that_stops_a_little_short_still_meets() -> None:
    short = columns(((-500, 0, 500, 0), 0, 0), ((0, 40, 0, 500), 1, 0))
    assert len(crossings_of(short, TEXTS, planar=True).names) == 1
    far = columns(((-500, 0, 500, 0), 0, 0), ((0, 90, 0, 500), 1, 0))
    assert len(crossings_of(far, TEXTS, planar=True).names) == 0


def test_the_corners_of_two_carriageways_are_one_corner() -> None:
    wide = columns(
        ((-500, 0, 500, 0), 0, 0), ((-500, 150, 500, 150), 0, 0),
        ((0, -500, 0, 500), 1, 0), ((150, -500, 150, 500), 1, 0),
    )  # fmt: skip
    found = crossings_of(wide, TEXTS, planar=True)
    assert found.places.tolist() == [[75, 75]]


def test_a_street_does_not_cross_its_own_other_half() -> None:
    half = columns(((-500, 0, 0, 0), 0, 0), ((0, 0, 500, 0), 2, 0), ((0, 0, 0, 500), 1, 0))
    pairs = crossings_of(half, TEXTS, planar=False).names.tolist()
    assert sorted(pairs) == [[0, 1], [1, 2]]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.tuples(*[st.integers(-3000, 3000)] * 4), st.integers(0, 2), st.just(0)
        ),
        max_size=12,
    )
)  # fmt: skip
def test_intersections_are_those_that_geometry_has(
    rows: list[tuple[tuple[int, int, int, int], int, int]],
) -> None:
    """Every clear crossing of two segments of different streets has a corner near it."""
    rows = [row for row in rows if row[0][:2] != row[0][2:]]
    if not rows:
        return
    found = crossings_of(columns(*rows), TEXTS, planar=True)
    for one in rows:
        for other in rows:
            if {one[1], other[1]} not in ({0, 1}, {1, 2}):
                continue
            x0, y0, x1, y1 = one[0]
            u0, v0, u1, v1 = other[0]
            spin = (x1 - x0) * (v1 - v0) - (y1 - y0) * (u1 - u0)
            size = math.hypot(x1 - x0, y1 - y0) * math.hypot(u1 - u0, v1 - v0)
            if abs(spin) < 0.2 * size:
                continue
            share = ((u0 - x0) * (v1 - v0) - (v0 - y0) * (u1 - u0)) / spin
            back = ((u0 - x0) * (y1 - y0) - (v0 - y0) * (x1 - x0)) / spin
            if not (0 <= share <= 1 and 0 <= back <= 1):
                continue
            place = np.array([x0 + share * (x1 - x0), y0 + share * (y1 - y0)])
            own = (found.names == sorted((one[1], other[1]))).all(axis=1)
            away = np.hypot(*(found.places[own] - place).T)
            # merged with others up to 60 m (540 millionths) away
            assert len(away)
            assert away.min() <= 1100
