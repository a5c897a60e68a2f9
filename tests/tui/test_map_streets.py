from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.streets.streets import Area, AreaKind, Point, PointKind, RoadClass, Streets
from meshdefense_tui.map.geometry import SCALES, View
from meshdefense_tui.map.ground import GROUND_ROLES, Sheet, draw_ground
from meshdefense_tui.map.layers import SHOWN_AT_FIRST, Layer
from meshdefense_tui.map.names import Name, abbreviated, area_names, point_names, street_names
from meshdefense_tui.map.raster import DotStyle
from meshdefense_tui.map.street_index import StreetIndex, least_class, shows_rails, to_cells
from support.small_town import square, town

TOWN = StreetIndex(town())
SHEET = Sheet(40, 12, DotStyle.BRAILLE, SHOWN_AT_FIRST & ~Layer.RINGS)
Row = tuple[float, float, float, float, int]


def streets(*rows: Row, areas: tuple[Area, ...] = ()) -> StreetIndex:
    ordered = sorted(rows, key=lambda row: row[4])
    return StreetIndex(
        Streets(
            np.array([row[:4] for row in ordered], np.float32).reshape(-1, 4),
            np.array([row[4] for row in ordered], np.uint8),
            np.full(len(ordered), -1, np.int32),
            (),
            areas,
            (),
            "somebody",
        )
    )


def roles_of(index: StreetIndex, view: View, size: tuple[int, int] = (40, 12)) -> set[str]:
    ground = draw_ground(view, Sheet(*size, DotStyle.BRAILLE), index)
    return {GROUND_ROLES[role] for role in np.unique(ground.roles)}


# Asking


@given(
    st.lists(st.tuples(*[st.floats(-3000, 3000, width=32)] * 4), min_size=1, max_size=30),
    st.floats(-3000, 3000),
    st.floats(-3000, 3000),
)
def test_every_line_that_crosses_the_view_is_found(
    ends: list[tuple[float, float, float, float]], east: float, north: float
) -> None:
    index = streets(*[(*line, int(RoadClass.MOTORWAY)) for line in ends])
    view = View(east, north, 10)
    found = set(index.lines(view, 40, 12).tolist())
    for number in range(len(ends)):
        x0, y0, x1, y1 = index.ends[:, number].tolist()
        for share in np.linspace(0, 1, 21):
            x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
            if abs(x - east) < 199 and abs(y - north) < 119:
                assert number in found


def test_lines_come_in_drawing_order() -> None:
    for scale in SCALES:
        found = TOWN.lines(View(0, 0, scale), 200, 60)
        assert (np.diff(found) > 0).all()


def test_the_farther_the_fewer_classes_are_drawn() -> None:
    least = [least_class(scale) for scale in SCALES]
    assert least == sorted(least)
    assert least[0] == RoadClass.PATH
    assert least[-1] == RoadClass.TRUNK


def test_minor_streets_and_rails_are_dropped_when_the_view_is_far() -> None:
    rows: list[Row] = [
        (-900, 0, 900, 0, RoadClass.RESIDENTIAL),
        (-900, 90, 900, 90, RoadClass.RAIL),
    ]
    index = streets(*rows, (-900, -90, 900, -90, RoadClass.MOTORWAY))
    assert roles_of(index, View(0, 0, 10)) >= {"street", "rail", "main"}
    far = roles_of(index, View(0, 0, 100))
    assert "main" in far
    assert not far & {"street", "rail"}
    assert not shows_rails(100)


def test_the_highest_class_decides_how_a_cell_looks() -> None:
    index = streets((-900, 0, 900, 0, RoadClass.SERVICE), (0, -900, 0, 900, RoadClass.TRUNK))
    ground = draw_ground(View(0, 0, 5), SHEET, index)
    assert GROUND_ROLES[ground.roles[6, 20]] == "main"
    assert GROUND_ROLES[ground.roles[6, 5]] == "street"


def test_metres_become_cells_as_the_view_says() -> None:
    view = View(120, -40, 7)
    cells = to_cells(np.array([[130], [-50], [0], [0]], np.float32), view, 81, 25)
    for x, y, column, row in ((130, -50, *cells[:2, 0]), (0, 0, *cells[2:, 0])):
        assert view.cell(x, y, 81, 25) == (int(np.floor(column)), int(np.floor(row)))


# Areas


def test_water_and_parks_lie_under_the_streets() -> None:
    lake = Area(AreaKind.WATER, "", (square(-90, -90, 90, 90),))
    index = streets((-900, 0, 900, 0, RoadClass.PRIMARY), areas=(lake,))
    ground = draw_ground(View(0, 0, 5), SHEET, index)
    assert GROUND_ROLES[ground.roles[6, 20]] == "main"
    assert GROUND_ROLES[ground.roles[4, 20]] == "water"
    assert GROUND_ROLES[ground.roles[4, 0]] != "water"


@pytest.mark.parametrize("turned", [False, True], ids=["one way round", "the other way round"])
def test_two_lakes_that_overlap_are_water_whichever_way_their_outlines_run(turned: bool) -> None:
    one, other = square(-90, -90, 30, 90), square(-30, -90, 90, 90)
    areas = (
        Area(AreaKind.WATER, "", (one,)),
        Area(AreaKind.WATER, "", (other[::-1] if turned else other,)),
    )
    ground = draw_ground(View(0, 0, 5), SHEET, streets(areas=areas))
    assert {GROUND_ROLES[role] for role in ground.roles[6, 4:36]} == {"water"}


def test_an_island_is_no_water() -> None:
    lake = Area(AreaKind.WATER, "", (square(-90, -50, 90, 50), square(-20, -20, 20, 20)[::-1]))
    ground = draw_ground(View(0, 0, 5), SHEET, streets(areas=(lake,)))
    assert GROUND_ROLES[ground.roles[6, 20]] != "water"
    assert GROUND_ROLES[ground.roles[6, 6]] == "water"


def test_buildings_are_outlined_only_from_near() -> None:
    house = Area(AreaKind.BUILDING, "", (square(-20, -10, 20, 10),))
    assert "building" in roles_of(streets(areas=(house,)), View(0, 0, 2))
    assert "building" not in roles_of(streets(areas=(house,)), View(0, 0, 5))


def test_an_area_of_a_cell_or_two_is_not_drawn() -> None:
    pond = Area(AreaKind.WATER, "", (square(-5, -5, 5, 5),))
    assert "water" not in roles_of(streets(areas=(pond,)), View(0, 0, 10))


def test_nothing_at_all_can_be_drawn() -> None:
    ground = draw_ground(View(), SHEET, streets())
    assert not ground.has_streets


# Names


@pytest.mark.parametrize(
    ("text", "room", "short"),
    [
        ("Main Street", 20, "Main Street"),
        ("Main Street", 8, "Main St"),
        ("West Madison Street", 12, "W Madison St"),
        ("Avenida de la Paz", 14, "Av de la Paz"),
        ("Avenue", 3, ""),
        ("Kaivokatu", 5, ""),
        ("Calle Ancha", 8, "C Ancha"),
    ],
)
def test_a_name_is_shortened_by_its_usual_words_or_left_out(
    text: str, room: int, short: str
) -> None:
    assert abbreviated(text, room) == short


def wished(
    *rows: tuple[float, float, float, float, int, int], texts: tuple[str, ...]
) -> list[Name]:
    ordered = sorted(rows, key=lambda row: row[4])
    lines = np.array([row[:4] for row in ordered], np.float32).T.copy()
    classes = np.array([row[4] for row in ordered], np.uint8)
    names = np.array([row[5] for row in ordered], np.int32)
    return street_names(lines, names, classes, texts, 80, 24)


def test_a_street_is_named_once_on_its_longest_level_piece() -> None:
    found = wished(
        (0, 5, 10, 5, 3, 0), (10, 5, 40, 5, 3, 0), (40, 5, 40, 24, 3, 0), texts=("Main Street",)
    )
    assert [name.text for name in found] == ["Main Street"]
    assert found[0].places[0] == (25, 5)


def test_more_important_streets_are_named_first() -> None:
    found = wished((0, 5, 79, 5, 3, 0), (0, 9, 30, 9, 6, 1), texts=("Long Lane", "Short Highway"))
    assert [name.text for name in found] == ["Short Highway", "Long Lane"]
    assert [name.role for name in found] == ["main_name", "street_name"]


def test_a_street_that_runs_up_and_down_is_named_too() -> None:
    assert [n.text for n in wished((9, 0, 9, 24, 5, 0), texts=("Mill Road",))] == ["Mill Road"]


def test_a_name_longer_than_its_street_is_left_out() -> None:
    assert wished((9, 5, 14, 5, 5, 0), texts=("Kaivokatu",)) == []


@given(
    st.lists(
        st.tuples(
            *[st.floats(0, 79, width=32), st.floats(0, 23, width=32)] * 2,
            st.integers(0, 8), st.integers(-1, 3),
        ),
        max_size=40,
    )
)  # fmt: skip
def test_wished_places_lie_on_the_map(
    rows: list[tuple[float, float, float, float, int, int]],
) -> None:
    if not rows:
        return
    for name in wished(*rows, texts=("A", "Main Street", "Ñandú", "x" * 100)):
        for column, row in name.places:
            assert 0 <= column < 80
            assert 0 <= row < 24


def test_an_area_is_named_where_it_is_wide_enough_in_view() -> None:
    assert area_names([("Oak Park", (10, 5, 30, 9))], 80, 24)[0].places[0] == (20, 7)
    assert area_names([("Oak Park", (10, 5, 15, 9))], 80, 24) == []
    assert area_names([("Oak Park", (-30, 5, 4, 9))], 80, 24) == []


def test_the_nearer_the_more_points_are_shown() -> None:
    points = (
        Point(PointKind.HOSPITAL, "Mercy", 0, 0),
        Point(PointKind.OTHER, "Statue", 0, 0),
        Point(PointKind.NEIGHBOURHOOD, "Old Town", 0, 0),
        Point(PointKind.SCHOOL, "", 0, 0),
    )

    def shown(scale: int) -> set[str]:
        found = point_names(points, View(0, 0, scale), 80, 24, DotStyle.BRAILLE)
        return {name.text for name in found}

    assert shown(2) == {"Mercy", "Statue"}
    assert shown(10) == {"Mercy", "OLD TOWN"}
    assert shown(30) == {"OLD TOWN"}
    assert shown(1000) == set()
