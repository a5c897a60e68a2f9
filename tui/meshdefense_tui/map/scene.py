"""One frame of the map as lines: ground, trails, areas that were signed, signs and names. Pure.

What counts most is written first and keeps its place: markers, then their labels, the scale
and the credit, then names of streets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

import numpy as np
import numpy.typing as npt
from rich.cells import cell_len, set_cell_size

from meshdefense_tui.lines import Line
from meshdefense_tui.map.board import Board, Drawn
from meshdefense_tui.map.geometry import View, nice_step
from meshdefense_tui.map.ground import Ground
from meshdefense_tui.map.layers import Layer
from meshdefense_tui.map.parts import RINGS, DotStyle, Margin, Marker, Sheet, Trail, ring_step
from meshdefense_tui.map.raster import Raster
from meshdefense_tui.map.trail_dots import trail_raster

__all__ = ["AREA_CELLS", "Margin", "Marker", "Trail", "draw_frame", "frame", "scale_step"]

AREA_CELLS: Final = 3.0
"""A signed cell at least this many columns wide is drawn as an area, not as a point."""
_LABEL_CELLS: Final = 12
_CROWD_MAX: Final = 99
_PART: Final = " / "
"""Between the streets of a corner."""

Boxes = npt.NDArray[np.float64]


def frame(
    view: View,
    sheet: Sheet,
    ground: Ground,
    markers: Sequence[Marker],
    *,
    margin: Margin,
    trails: Sequence[Trail] = (),
    crosshair: bool = False,
) -> list[Line]:
    """The map in `sheet.height` lines of `sheet.width` cells."""
    dots = trail_raster(view, sheet, trails)
    return draw_frame(
        view, sheet, ground, markers, margin=margin, trails=dots, crosshair=crosshair
    ).lines


def draw_frame(
    view: View,
    sheet: Sheet,
    ground: Ground,
    markers: Sequence[Marker],
    *,
    margin: Margin,
    trails: Raster | None = None,
    crosshair: bool = False,
    last: Drawn | None = None,
) -> Drawn:
    """The same, after the frame `last`, from which it takes the lines that did not change."""
    board = Board(ground, last)
    width, height = sheet.width, sheet.height
    if trails is not None and Layer.TRAILS in sheet.layers:
        board.lay(trails, "trail", dot=":")
    _draw_areas(board, view, sheet, markers)
    origin = view.cell(0, 0, width, height)
    board.sign(*origin, "+", "strong")
    if crosshair:
        board.sign(width // 2, height // 2, "+", "cross")
    _draw_markers(board, view, markers)
    if ground.has_streets and margin.credit:
        board.label(width - cell_len(margin.credit), height - 1, margin.credit, "credit")
    if margin.scale:
        board.label(0, height - 1, _scale_bar(view, width, margin.scale, sheet.style), "strong")
    if Layer.RINGS in sheet.layers:
        step = ring_step(view, width, height)
        for number, text in enumerate(margin.ring_labels[:RINGS], start=1):
            column, row = view.cell(0, step * number, width, height)
            board.label(column - len(text) // 2, row, text, "quiet")
    board.names(ground.names)
    return board.drawn()


def scale_step(view: View, width: int) -> float:
    """Metres of the scale bar: about a sixth of the map."""
    return nice_step(max(width // 6, 4) * view.scale)


def _scale_bar(view: View, width: int, text: str, style: DotStyle) -> str:
    """A bar that is as long as it says, with its words in it where they fit, else behind it."""
    cells = max(round(scale_step(view, width) / view.scale), 2)
    left, line, right = "|-|" if style is DotStyle.ASCII else "├─┤"
    if cells >= cell_len(text) + 4:
        return f"{left}{text.center(cells - 2, line)}{right}"
    return f"{left}{line * (cells - 2)}{right}{text}"


def _draw_areas(board: Board, view: View, sheet: Sheet, markers: Sequence[Marker]) -> None:
    wide = [m for m in markers if m.cell_m >= AREA_CELLS * view.scale]
    if not wide:
        return
    raster = Raster(sheet.width, sheet.height, sheet.style)
    raster.boxes(_boxes(view, sheet.width, sheet.height, wide))
    board.lay(raster, "area")


def _boxes(view: View, width: int, height: int, markers: Sequence[Marker]) -> Boxes:
    """Left, top, right and bottom of the cells that were signed, each by marker."""
    count = len(markers)
    east = np.fromiter([marker.east for marker in markers], np.float64, count)
    north = np.fromiter([marker.north for marker in markers], np.float64, count)
    half = np.fromiter([marker.cell_m for marker in markers], np.float64, count)
    half /= 2 * view.scale
    columns = width / 2 + (east - view.east) / view.scale
    rows = height / 2 - (north - view.north) / (2 * view.scale)
    return np.stack([columns - half, rows - half / 2, columns + half, rows + half / 2])


def _cells(view: View, width: int, height: int, markers: Sequence[Marker]) -> list[int]:
    """Where each sign stands: at the place, or for an area on its upper edge, as its title.

    In the middle of an area it would look like an exact place. A cell is its row times the width
    plus its column; -1 is outside the map.
    """
    if not markers:
        return []
    left, top, right, bottom = _boxes(view, width, height, markers)
    column, row = np.floor((left + right) / 2), np.floor((top + bottom) / 2)
    area = (right - left >= AREA_CELLS) & (right >= 0) & (bottom >= 0)
    area &= (left < width) & (top < height)
    seen = (np.maximum(left, 0) + np.minimum(right, width - 1)) / 2
    column = np.where(area, np.floor(seen), column)
    row = np.where(area, np.maximum(np.floor(top), 0), row)
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    cells = np.full(len(markers), -1)
    cells[inside] = (row * width + column)[inside]
    return cast("list[int]", cells.tolist())


def _draw_markers(board: Board, view: View, markers: Sequence[Marker]) -> None:
    """All signs first, then labels from the topmost marker down."""
    width, height = board.width, board.height
    alone: dict[int, Marker] = {}
    crowds: dict[int, list[Marker]] = {}
    for marker, cell in zip(markers, _cells(view, width, height, markers), strict=True):
        if cell < 0:
            continue
        first = alone.setdefault(cell, marker)
        if first is not marker:
            crowds.setdefault(cell, [first]).append(marker)
    tops: list[tuple[int, int, str, Marker]] = []
    for cell, top in alone.items():
        row, column = divmod(cell, width)
        text = top.sign
        if cell in crowds:
            here = crowds[cell]
            top = max(reversed(here), key=lambda marker: (marker.above, marker.selected))
            crowd = min(sum(marker.counts for marker in here), _CROWD_MAX)
            text = f"{crowd}{top.sign}" if crowd > 1 else top.sign
            column = min(max(column - len(text) + 1, 0), width - len(text))
            if column < 0:
                continue  # a map narrower than the number
        tops.append((column, row, text, top))
    tops.sort(key=lambda one: one[3].above)  # the number of a crowd must not hide one of these
    board.signs(
        (row * width + column, text, "selected" if top.selected else top.role)
        for column, row, text, top in tops
    )
    for column, row, sign, top in reversed(tops):
        column += len(sign)
        text = _short_label(top.label)
        if not board.label(column, row, text, top.role) and " " in text:
            board.label(column, row, text.partition(" ")[0], top.role)


def _short_label(text: str) -> str:
    """A corner that does not fit loses its second street, not half of it."""
    if _PART in text and cell_len(text) > _LABEL_CELLS:
        text = text.partition(_PART)[0]
    if text.isascii():
        return text[:_LABEL_CELLS].rstrip()
    return set_cell_size(text, min(cell_len(text), _LABEL_CELLS)).rstrip()
