from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdefense_tui.lines import line_width, plain
from meshdefense_tui.map.geometry import View
from meshdefense_tui.map.raster import DotStyle, Raster
from meshdefense_tui.map.scene import Marker, frame

STYLES = list(DotStyle)


def drawn(*markers: Marker, style: DotStyle = DotStyle.BRAILLE, view: View | None = None) -> str:
    lines = frame(view or View(), 40, 12, style, markers, ring_labels=(), crosshair=False)
    return "\n".join(plain(line) for line in lines)


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


def test_the_ascii_map_is_ascii() -> None:
    assert drawn(Marker(0, 0, "#", "E", "critical"), style=DotStyle.ASCII).isascii()


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 90),
    st.integers(1, 30),
    st.sampled_from(STYLES),
    st.lists(
        st.tuples(st.floats(-5000, 5000), st.floats(-5000, 5000), st.text("aé漢🚒x", max_size=8)),
        max_size=12,
    ),
)
def test_every_frame_is_exactly_as_large_as_asked(
    width: int, height: int, style: DotStyle, places: list[tuple[float, float, str]]
) -> None:
    markers = [Marker(e, n, "▲", label, "high", 300.0) for e, n, label in places]
    lines = frame(View(), width, height, style, markers, ring_labels=("1 km",), crosshair=True)
    assert [line_width(line) for line in lines] == [width] * height


def test_a_sign_stands_north_of_another_one_when_its_place_does() -> None:
    rows = drawn(Marker(0, 400, "A", "", "high"), Marker(0, -400, "B", "", "high")).splitlines()
    assert [i for i, row in enumerate(rows) if "A" in row] < [
        i for i, row in enumerate(rows) if "B" in row
    ]


def test_alerts_in_one_cell_show_their_number() -> None:
    text = drawn(
        Marker(10, -10, "●", "F", "medium", own_cell=False),
        Marker(11, -11, "▲", "E", "critical", own_cell=False),
    )
    assert "▲2x E" in text


def test_a_coarse_place_is_an_area_and_not_only_a_point() -> None:
    fine = drawn(Marker(0, 0, "●", "F", "medium", cell_m=50))
    coarse = drawn(Marker(0, 0, "●", "F", "medium", cell_m=1000))
    assert sum(c > "⠀" for c in coarse) > sum(c > "⠀" for c in fine)


def test_the_selected_alert_shows_above_a_graver_one() -> None:
    text = drawn(
        Marker(10, -10, "●", "F", "medium", own_cell=False, selected=True),
        Marker(11, -11, "▲", "E", "critical", own_cell=False),
    )
    assert "●" in text
    assert "▲" not in text
