"""Cells: a coarser one holds the signed one whole, wherever on Earth the network is."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from meshdefense.exports.cells import REDACTED_M, cell_of
from meshdefense_protocol.place import METRES_PER_DEGREE, PRECISIONS_M, Grid
from support.export_rows import ORIGIN, place

EDGE = 2e-6
"""Degrees; places are rounded to a millionth."""


@st.composite
def signed(draw: st.DrawFn) -> tuple[dict[str, float], dict[str, float], float, float]:
    """Origin, place as the daemon says it, and where somebody really stood."""
    unit = draw(st.sampled_from([1, 10]))
    origin_lat = round(draw(st.floats(-85, 85)), 5)
    origin_lon = round(draw(st.floats(-180, 180)), 5)
    grid = Grid(origin_lat, origin_lon, unit)
    near = draw(st.booleans())
    spread = 0.5 if near else 60.0
    lat = min(89.0, max(-89.0, origin_lat + draw(st.floats(-spread, spread))))
    lon = (origin_lon + draw(st.floats(-spread, spread)) + 540) % 360 - 180
    code = draw(st.sampled_from(sorted(PRECISIONS_M)))
    found_lat, found_lon = grid.degrees(grid.place(lat, lon, code))
    origin = {"lat": origin_lat, "lon": origin_lon, "precision_m": unit}
    said = {"lat": found_lat, "lon": found_lon, "precision_m": PRECISIONS_M[code]}
    return origin, said, lat, lon


def holds(cell: object, lat: float, lon: float) -> bool:
    return any(
        south - EDGE <= lat <= north + EDGE and west - EDGE <= lon <= east + EDGE
        for south, west, north, east in cell.halves()  # type: ignore[attr-defined]
    )


@given(signed(), st.sampled_from([1, REDACTED_M]))
def test_a_cell_holds_the_place_that_was_snapped_to_it(
    given_: tuple[dict[str, float], dict[str, float], float, float], finest: int
) -> None:
    origin, said, lat, lon = given_
    cell = cell_of(said, origin, finest)
    assert cell is not None
    assert holds(cell, lat, lon)
    assert holds(cell, said["lat"], said["lon"])
    assert cell.size_m >= max(finest, said["precision_m"])
    assert -180 <= cell.west < 180
    assert cell.south < cell.north
    assert cell.west < cell.east


@given(signed())
def test_a_redacted_cell_is_the_same_for_all_places_in_it(
    given_: tuple[dict[str, float], dict[str, float], float, float],
) -> None:
    origin, said, _, _ = given_
    cell = cell_of(said, origin, REDACTED_M)
    assert cell is not None
    lat, lon = cell.centre
    again = cell_of({"lat": lat, "lon": lon, "precision_m": cell.size_m}, origin, REDACTED_M)
    assert again is not None
    for one, other in zip(cell.halves(), again.halves(), strict=True):
        assert all(math.isclose(a, b, abs_tol=EDGE) for a, b in zip(one, other, strict=True))


def test_each_precision_has_its_coarser_cell() -> None:
    sizes = {
        size: cell_of(place(precision_m=size), ORIGIN, REDACTED_M) for size in PRECISIONS_M.values()
    }
    assert {size: cell.size_m for size, cell in sizes.items() if cell} == {
        1: 250, 10: 250, 20: 500, 50: 250, 100: 500, 200: 1000, 500: 500, 1000: 1000,
        2000: 2000, 5000: 5000, 10_000: 10_000,
    }  # fmt: skip


def test_a_cell_is_as_large_on_the_ground_as_it_says() -> None:
    cell = cell_of(place(), ORIGIN, REDACTED_M)
    assert cell is not None
    assert math.isclose((cell.north - cell.south) * METRES_PER_DEGREE, 250, rel_tol=1e-6)
    wide = (cell.east - cell.west) * METRES_PER_DEGREE * math.cos(math.radians(34.05))
    assert math.isclose(wide, 250, rel_tol=1e-6)


def test_no_place_has_no_cell() -> None:
    assert cell_of(None, ORIGIN) is None
