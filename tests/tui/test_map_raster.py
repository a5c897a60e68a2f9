from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.streets.streets import AreaKind
from meshdefense_tui.map.area_fill import fill_pattern, filled
from meshdefense_tui.map.clip import Lines, clipped
from meshdefense_tui.map.raster import DotStyle, Raster

COORDINATES = st.floats(-1000, 1000, width=32)
SEGMENTS = st.lists(
    st.tuples(COORDINATES, COORDINATES, COORDINATES, COORDINATES), min_size=1, max_size=20
)


def lines_of(*segments: tuple[float, float, float, float]) -> Lines:
    return np.array(segments, np.float32).reshape(-1, 4).T.copy()


def text_of(
    *segments: tuple[float, float, float, float],
    style: DotStyle,
    size: tuple[int, int] = (9, 5),
    wide: bool = False,
) -> str:
    raster, lines = Raster(*size, style), lines_of(*segments)
    tops = np.zeros((size[1], size[0]), np.uint8)
    count = lines.shape[1]
    raster.lines(lines, np.ones(count, np.uint8), tops, np.full(count, wide))
    return "\n".join("".join(map(chr, row)) for row in raster.codes().tolist())


@pytest.mark.parametrize(
    ("column", "row", "character"),
    [(0, 0, "⠁"), (0.5, 0, "⠈"), (0, 0.75, "⡀"), (0.5, 0.75, "⢀"), (0, 0.25, "⠂")],
)
def test_a_braille_dot_stands_at_its_place_in_the_cell(
    column: float, row: float, character: str
) -> None:
    raster = Raster(1, 1, DotStyle.BRAILLE)
    raster.plot(np.array([column]), np.array([row]))
    assert chr(raster.codes()[0, 0]) == character


def test_half_blocks_and_ascii_draw_the_same_point() -> None:
    for style, expected in ((DotStyle.BLOCKS, "▄"), (DotStyle.ASCII, ".")):
        raster = Raster(1, 1, style)
        raster.plot(np.array([0.5]), np.array([0.6]))
        assert chr(raster.codes()[0, 0]) == expected


def test_points_outside_are_ignored() -> None:
    raster = Raster(4, 2, DotStyle.BRAILLE)
    raster.plot(np.array([-0.1, 4.0, 1, 1]), np.array([1, 1, -0.1, 2.0]))
    assert (raster.codes() == ord(" ")).all()


def test_a_circle_is_round_to_the_eye() -> None:
    raster = Raster(60, 30, DotStyle.BLOCKS)
    raster.circle(30, 15, 20)
    rows, columns = np.nonzero(raster.codes() != ord(" "))
    assert columns.max() - columns.min() == pytest.approx(40, abs=1)
    assert rows.max() - rows.min() == pytest.approx(20, abs=1)


@pytest.mark.parametrize("style", list(DotStyle))
def test_a_box_is_an_outline_and_is_cut_at_the_edge(style: DotStyle) -> None:
    raster = Raster(9, 6, style)
    raster.boxes(np.array([[2.0, -50.0], [1.0, -50.0], [6.0, 1.0], [4.0, 1.0]]))
    drawn = raster.codes() != ord(" ")
    expected = np.zeros((6, 9), bool)
    expected[1:5, 2:7] = True
    expected[2:4, 3:6] = False
    expected[0:2, 1] = True
    expected[1, 0:2] = True
    assert np.array_equal(drawn, expected)


def test_a_box_around_the_whole_map_shows_nothing_of_itself() -> None:
    raster = Raster(9, 6, DotStyle.ASCII)
    raster.boxes(np.array([[-1e9], [-1e9], [1e9], [1e9]]))
    assert (raster.codes() == ord(" ")).all()


@pytest.mark.parametrize(
    ("segment", "sign"),
    [
        ((0, 2.5, 9, 2.5), "-"),
        ((4.5, 0, 4.5, 5), "|"),
        ((2, 5, 7, 0), "/"),
        ((2, 0, 7, 5), "\\"),
        ((7, 0, 2, 5), "/"),
    ],
)
def test_in_ascii_a_line_is_drawn_by_its_direction(
    segment: tuple[float, float, float, float], sign: str
) -> None:
    assert set(text_of(segment, style=DotStyle.ASCII)) == {sign, " ", "\n"}


def test_in_ascii_a_crossing_is_a_plus() -> None:
    rows = text_of((0, 2.5, 9, 2.5), (4.5, 0, 4.5, 5), style=DotStyle.ASCII).splitlines()
    assert rows[2] == "----+----"
    assert {row[4] for row in rows} == {"|", "+"}


def test_a_wide_line_has_a_second_row_of_dots_in_the_same_cells() -> None:
    thin = text_of((0, 2.5, 9, 2.5), style=DotStyle.BRAILLE)
    wide = text_of((0, 2.5, 9, 2.5), style=DotStyle.BRAILLE, wide=True)
    for a, b in zip(thin.splitlines(), wide.splitlines(), strict=True):
        assert [sign == " " for sign in a] == [sign == " " for sign in b]
    assert wide.count("⠶") == 9 or wide.count("⣤") == 9 or wide.count("⠛") == 9


@pytest.mark.parametrize("style", list(DotStyle))
def test_the_last_line_through_a_cell_decides_its_value(style: DotStyle) -> None:
    raster, tops = Raster(9, 5, style), np.zeros((5, 9), np.uint8)
    lines = lines_of((0, 2.5, 9, 2.5), (4.5, 0, 4.5, 5))
    raster.lines(lines, np.array([3, 7], np.uint8), tops)
    assert tops[2].tolist() == [3, 3, 3, 3, 7, 3, 3, 3, 3]


@given(SEGMENTS, st.integers(1, 200), st.integers(1, 60))
def test_what_is_clipped_lies_within_and_on_its_line(
    segments: list[tuple[float, float, float, float]], width: int, height: int
) -> None:
    lines = lines_of(*segments)
    cut, of = clipped(lines, width, height)
    assert cut.shape[1] == len(of)
    slack = 0.01
    assert (cut[0::2] >= -slack).all()
    assert (cut[0::2] <= width + slack).all()
    assert (cut[1::2] >= -slack).all()
    assert (cut[1::2] <= height + slack).all()
    whole = lines[:, of].astype(np.float64)
    turn = whole[2:] - whole[:2]
    for end in (0, 2):
        along = cut[end : end + 2].astype(np.float64) - whole[:2]
        aside = np.abs(along[0] * turn[1] - along[1] * turn[0])
        assert (aside <= slack * (np.hypot(*turn) + 1) * 2).all()


@given(SEGMENTS, st.integers(1, 60), st.integers(1, 30))
def test_a_line_with_a_point_well_inside_is_never_clipped_away(
    segments: list[tuple[float, float, float, float]], width: int, height: int
) -> None:
    kept = set(clipped(lines_of(*segments), width, height)[1].tolist())
    for number, (x0, y0, x1, y1) in enumerate(segments):
        for share in np.linspace(0, 1, 41):
            x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
            if 0.05 < x < width - 0.05 and 0.05 < y < height - 0.05:
                assert number in kept


@given(SEGMENTS, st.sampled_from(list(DotStyle)))
def test_every_clipped_line_can_be_drawn(
    segments: list[tuple[float, float, float, float]], style: DotStyle
) -> None:
    cut, _ = clipped(lines_of(*segments), 30, 10)
    raster, tops = Raster(30, 10, style), np.zeros((10, 30), np.uint8)
    raster.lines(cut, np.ones(cut.shape[1], np.uint8), tops)
    assert np.array_equal(tops > 0, raster.codes() != ord(" "))


def ring(*corners: tuple[float, float]) -> list[tuple[float, float, float, float]]:
    return [(*a, *b) for a, b in zip(corners, (*corners[1:], corners[0]), strict=True)]


def test_a_rectangle_is_filled_and_its_hole_is_not() -> None:
    outer = ring((1, 1), (9, 1), (9, 9), (1, 9))
    hole = ring((3, 3), (3, 6), (6, 6), (6, 3))
    inside = filled(lines_of(*outer, *hole), 10, 10)
    expected = np.zeros((10, 10), bool)
    expected[1:9, 1:9] = True
    expected[3:6, 3:6] = False
    assert np.array_equal(inside, expected)


def test_two_areas_that_overlap_are_filled_as_one() -> None:
    inside = filled(
        lines_of(*ring((0, 0), (6, 0), (6, 4), (0, 4)), *ring((3, 0), (9, 0), (9, 4), (3, 4))),
        10, 4,
    )  # fmt: skip
    assert inside[:, :9].all()
    assert not inside[:, 9].any()


def test_an_area_around_the_whole_map_fills_it() -> None:
    assert filled(lines_of(*ring((-50, -50), (90, -50), (90, 90), (-50, 90))), 7, 5).all()


@given(st.floats(-20, 20), st.floats(-20, 20), st.floats(1, 30), st.integers(3, 9))
def test_a_cell_is_filled_when_its_middle_lies_in_the_polygon(
    x: float, y: float, radius: float, corners: int
) -> None:
    angles = np.arange(corners) * 2 * np.pi / corners
    points = [(x + radius * np.cos(a), y + radius * np.sin(a)) for a in angles]
    inside = filled(lines_of(*ring(*points)), 20, 10)
    for row in range(10):
        for column in range(20):
            px, py = column + 0.5, row + 0.5
            sides = [
                (bx - ax) * (py - ay) - (by - ay) * (px - ax) for ax, ay, bx, by in ring(*points)
            ]
            if min(map(abs, sides)) > 0.05:
                assert inside[row, column] == (min(sides) > 0)


@pytest.mark.parametrize("style", list(DotStyle))
@pytest.mark.parametrize("kind", [AreaKind.WATER, AreaKind.PARK])
def test_a_fill_can_be_told_from_none_without_colour(style: DotStyle, kind: AreaKind) -> None:
    signs = {chr(code) for code in fill_pattern(kind, style, 12, 4).reshape(-1).tolist()}
    assert signs - {" "}
    other = AreaKind.PARK if kind is AreaKind.WATER else AreaKind.WATER
    assert signs - {" "} != set(map(chr, fill_pattern(other, style, 12, 4).reshape(-1))) - {" "}
