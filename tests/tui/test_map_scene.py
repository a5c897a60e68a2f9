from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdefense_tui.lines import line_width, plain
from meshdefense_tui.map.geometry import View
from meshdefense_tui.map.ground import Sheet, draw_ground
from meshdefense_tui.map.layers import SHOWN_AT_FIRST, Layer
from meshdefense_tui.map.picture import Above, Picture, fitting_credit
from meshdefense_tui.map.raster import DotStyle
from meshdefense_tui.map.scene import Margin, Marker, Trail, frame
from meshdefense_tui.map.street_index import StreetIndex
from support.small_town import CREDIT, town

STYLES = list(DotStyle)
TOWN = StreetIndex(town())


def drawn(
    *markers: Marker,
    style: DotStyle = DotStyle.BRAILLE,
    view: View | None = None,
    size: tuple[int, int] = (40, 12),
    index: StreetIndex | None = None,
    layers: Layer = SHOWN_AT_FIRST,
    trails: tuple[Trail, ...] = (),
) -> str:
    view, sheet = view or View(), Sheet(*size, style, layers)
    ground = draw_ground(view, sheet, index)
    margin = Margin(credit=CREDIT)
    lines = frame(view, sheet, ground, markers, margin=margin, trails=trails)
    return "\n".join(plain(line) for line in lines)


@pytest.mark.parametrize("index", [None, TOWN], ids=["bare", "town"])
def test_the_ascii_map_is_ascii(index: StreetIndex | None) -> None:
    view = Picture().lines(
        View(0, 0, 10),
        Sheet(80, 24, DotStyle.ASCII),
        index,
        Above((Marker(0, 0, "#", "E", "critical"),), (), True, CREDIT),
    )
    text = "".join(plain(line) for line in view)
    assert text.replace("Río", "Rio").isascii()  # a name is as its people write it


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 90),
    st.integers(1, 30),
    st.sampled_from(STYLES),
    st.sampled_from((1, 5, 20, 100, 20_000)),
    st.lists(
        st.tuples(
            st.floats(-5000, 5000), st.floats(-5000, 5000), st.text("aé漢🚒x", max_size=8),
            st.sampled_from((0.0, 300.0, 1e6)), st.booleans(),
        ),
        max_size=12,
    ),
)  # fmt: skip
def test_every_frame_is_exactly_as_large_as_asked(
    width: int,
    height: int,
    style: DotStyle,
    scale: int,
    places: list[tuple[float, float, str, float, bool]],
) -> None:
    markers = tuple(Marker(e, n, "▲", label, "high", m, s) for e, n, label, m, s in places)
    above = Above(markers, (((-300.0, 0.0), (4000.0, 90.0)),), True, CREDIT)
    for index in (None, TOWN):
        lines = Picture().lines(
            View(3, -7, scale), Sheet(width, height, style, ~Layer(0)), index, above
        )
        assert [line_width(line) for line in lines] == [width] * height


def test_a_sign_stands_north_of_another_one_when_its_place_does() -> None:
    rows = drawn(Marker(0, 400, "A", "", "high"), Marker(0, -400, "B", "", "high")).splitlines()
    assert [i for i, row in enumerate(rows) if "A" in row] < [
        i for i, row in enumerate(rows) if "B" in row
    ]


def test_markers_in_one_cell_become_a_cluster_with_their_number() -> None:
    text = drawn(
        Marker(10, -10, "●", "F", "medium"),
        Marker(11, -11, "◆", "M", "high"),
        Marker(11, -11, "▲", "E", "critical"),
    )
    assert "3▲E" in text
    assert "●" not in text


def test_a_cluster_at_the_edge_is_not_cut() -> None:
    pair = (Marker(-998, 0, "▲", "E", "high"), Marker(-998, 0, "▲", "E", "high"))
    assert "2▲E" in drawn(*pair)


def test_a_label_that_is_too_long_ends_at_a_whole_street() -> None:
    text = drawn(Marker(0, 0, "x", "W Huron St / N Wells St", "key"))
    assert "xW Huron St" in text
    assert "/" not in text
    assert "xA St / B St" in drawn(Marker(0, 0, "x", "A St / B St", "key"))


def test_a_pin_is_no_member_of_a_cluster() -> None:
    pin = Marker(10, -10, "x", "pin", "key", counts=False)
    assert "xpin" in drawn(Marker(10, -10, "▲", "E", "high"), pin)


def test_a_coarse_place_is_an_area_with_its_sign_on_the_edge_and_nothing_in_the_middle() -> None:
    view = View(0, 0, 20)
    layers = SHOWN_AT_FIRST & ~Layer.RINGS
    rows = drawn(Marker(200, 0, "●", "F", "medium", cell_m=400), view=view, layers=layers)
    column, row = view.cell(200, 0, 40, 12)
    lines = rows.splitlines()
    assert lines[row - 5][column - 2 : column + 3].count("●") == 1
    assert all("●" not in lines[y] for y in range(row - 4, 12))


def test_an_area_larger_than_the_map_still_says_what_it_is() -> None:
    assert "▲E" in drawn(Marker(0, 0, "▲", "E", "high", cell_m=50_000)).splitlines()[0]


def test_an_area_beside_the_map_is_not_drawn_on_its_edge() -> None:
    assert "▲" not in drawn(Marker(0, 90_000, "▲", "E", "high", cell_m=5000))


def test_the_selected_alert_shows_above_a_graver_one() -> None:
    text = drawn(
        Marker(10, -10, "●", "F", "medium", selected=True),
        Marker(11, -11, "▲", "E", "critical"),
    )
    assert "●" in text
    assert "▲" not in text


def test_a_marker_wins_over_the_name_of_a_street() -> None:
    view, size = View(0, 0, 10), (60, 20)
    bare = drawn(view=view, size=size, index=TOWN)
    row = next(i for i, line in enumerate(bare.splitlines()) if "Main Street" in line)
    column = bare.splitlines()[row].index("Main Street") + 3
    there = view.point(column + 0.5, row + 0.5, *size)
    marked = drawn(Marker(*there, "▲", "E", "high"), view=view, size=size, index=TOWN)
    assert marked.splitlines()[row][column : column + 2] == "▲E"
    whole = [line for line in marked.splitlines() if "Main Street" in line]
    assert all("▲" not in line.partition("Main Street")[1] for line in whole)


def test_a_layer_that_is_off_is_not_drawn() -> None:
    view, size = View(0, 0, 10), (100, 40)

    def text(off: Layer) -> str:
        return drawn(view=view, size=size, index=TOWN, layers=SHOWN_AT_FIRST & ~off)

    full = text(Layer(0))
    assert "Main Street" in full
    assert "Main Street" not in text(Layer.NAMES)
    assert "Mercy Hospital" in full
    assert "Mercy Hospital" not in text(Layer.POINTS)
    assert "Mirror Lake" in full
    assert "Mirror Lake" not in text(Layer.AREAS)
    streets = {chr(code) for code in range(0x2801, 0x2900)}
    assert sum(c in streets for c in text(Layer.STREETS)) < sum(c in streets for c in full) / 2


def test_a_trail_is_drawn_between_two_positions_and_hidden_with_its_layer() -> None:
    trails = (((-500.0, 0.0), (500.0, 0.0)),)
    layers = SHOWN_AT_FIRST & ~Layer.RINGS
    view = View(0, 300, 50)
    with_trail = drawn(trails=trails, view=view, style=DotStyle.ASCII, layers=layers)
    without = drawn(view=view, style=DotStyle.ASCII, layers=layers, trails=())
    hidden = layers & ~Layer.TRAILS
    assert with_trail.count(":") >= 15
    assert ":" not in without
    assert without == drawn(view=view, style=DotStyle.ASCII, layers=hidden, trails=trails)


def test_without_streets_there_is_a_grid_and_with_them_only_when_it_is_asked_for() -> None:
    off = SHOWN_AT_FIRST & ~Layer.RINGS
    assert "⠌" in drawn(layers=off)
    far = View(50_000, 0, 10)
    assert drawn(index=TOWN, view=far, layers=off) == drawn(view=far, layers=off)
    near = View(0, 0, 10)
    dots = drawn(index=TOWN, view=near, layers=off)
    assert drawn(index=TOWN, view=near, layers=off | Layer.GRID) != dots


def test_whoever_made_the_streets_is_credited_while_they_are_in_view() -> None:
    size = (80, 20)
    assert CREDIT in drawn(index=TOWN, view=View(0, 0, 10), size=size).splitlines()[-1]
    assert CREDIT not in drawn(index=TOWN, view=View(90_000, 0, 10), size=size)


@pytest.mark.parametrize(
    ("width", "plain_signs", "words"),
    [
        (90, False, "© OpenStreetMap contributors, ODbL 1.0"),
        (60, False, "© OpenStreetMap contributors"),
        (44, False, "© OpenStreetMap"),
        (20, False, "©: L"),
        (90, True, "(c) OpenStreetMap contributors, ODbL 1.0"),
        (20, True, "(c): L"),
    ],
)
def test_a_credit_is_shortened_before_it_is_cut(width: int, plain_signs: bool, words: str) -> None:
    credit = "(c) OpenStreetMap contributors, ODbL 1.0"
    assert fitting_credit(credit, width, plain_signs) == words
    assert fitting_credit("", width, plain_signs) == ""


def test_nothing_is_drawn_anew_while_nothing_changed_and_the_ground_not_for_a_marker() -> None:
    picture, sheet = Picture(), Sheet(60, 20, DotStyle.BRAILLE)
    one = Above((Marker(0, 0, "▲", "E", "high"),))
    first = picture.lines(View(), sheet, TOWN, one)
    assert picture.lines(View(), sheet, TOWN, one) is first
    assert (picture.grounds_drawn, picture.frames_drawn) == (1, 1)
    picture.lines(View(), sheet, TOWN, Above((Marker(9, 9, "▲", "E", "high"),)))
    assert (picture.grounds_drawn, picture.frames_drawn) == (1, 2)
    picture.lines(View(1), sheet, TOWN, one)
    assert (picture.grounds_drawn, picture.frames_drawn) == (2, 3)


def test_blanks_take_the_role_to_their_left_but_never_a_coloured_ground() -> None:
    view = View(0, 0, 10)
    sheet = Sheet(40, 10, DotStyle.BRAILLE, Layer(0))
    ground = draw_ground(view, sheet, TOWN)
    chosen = Marker(50, 50, "▲", "E", "high", selected=True)
    for line in frame(view, sheet, ground, (chosen,), margin=Margin()):
        for text, role in line:
            assert role != "selected" or text == "▲"


def test_a_frame_does_not_change_the_ground_that_it_is_drawn_on() -> None:
    view, sheet = View(0, 0, 10), Sheet(40, 10, DotStyle.BRAILLE)
    ground = draw_ground(view, sheet, TOWN)
    before = ground.codes.copy(), ground.roles.copy()
    frame(view, sheet, ground, (Marker(0, 0, "▲", "E", "high", 300),), margin=Margin(("1 km",)))
    assert np.array_equal(before[0], ground.codes)
    assert np.array_equal(before[1], ground.roles)
