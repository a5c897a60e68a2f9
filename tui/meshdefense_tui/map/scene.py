"""One frame of the map as lines: ground, trails, areas that were signed, signs and names. Pure.

What counts most is written first and keeps its place: markers, then their labels, the scale
and the credit, then names of streets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from rich.cells import cell_len, set_cell_size

from meshdefense_tui.lines import Line
from meshdefense_tui.map.board import Board
from meshdefense_tui.map.geometry import View, nice_step
from meshdefense_tui.map.ground import RINGS, Ground, Sheet, ring_step
from meshdefense_tui.map.layers import Layer
from meshdefense_tui.map.raster import DotStyle, Raster

__all__ = ["AREA_CELLS", "Margin", "Marker", "Trail", "frame", "scale_step"]

AREA_CELLS: Final = 3.0
"""A signed cell at least this many columns wide is drawn as an area, not as a point."""
_LABEL_CELLS: Final = 12
_CROWD_MAX: Final = 99
_TRAIL_DOTS: Final = 1.0
"""Dots of a trail in each column of its length."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A place on the map. Later ones in a sequence stand above earlier ones."""

    east: float
    north: float
    sign: str
    """One cell."""
    label: str
    role: str
    cell_m: float = 0.0
    """Size of the cell that was signed; drawn as an area where it is wide enough to see."""
    selected: bool = False
    counts: bool = True
    """False for what is no member of a crowd: a pin, a place that was searched for."""


@dataclass(frozen=True, slots=True)
class Margin:
    """What stands on the map's own edge."""

    ring_labels: tuple[str, ...] = ()
    """Names of the rings, from the innermost outwards."""
    scale: str = ""
    """Words of the length that `scale_step` has."""
    credit: str = ""
    """Who is to be credited for the streets; shown while there are any."""


Boxes = npt.NDArray[np.float64]
Cell = tuple[int, int]
Trail = tuple[tuple[float, float], ...]
"""Positions of one patrol in the order in which it had them: metres east and north."""


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
    board = Board(ground)
    width, height = sheet.width, sheet.height
    if trails and Layer.TRAILS in sheet.layers:
        _draw_trails(board, view, sheet, trails)
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
    return board.rows()


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


def _draw_trails(board: Board, view: View, sheet: Sheet, trails: Sequence[Trail]) -> None:
    raster = Raster(sheet.width, sheet.height, sheet.style)
    for trail in trails:
        points = np.array(trail, np.float64).reshape(-1, 2)
        columns = sheet.width / 2 + (points[:, 0] - view.east) / view.scale
        rows = sheet.height / 2 - (points[:, 1] - view.north) / (2 * view.scale)
        raster.plot(*_dotted(columns, rows))
    board.lay(raster, "trail", dot=":")


def _dotted(
    columns: npt.NDArray[np.float64], rows: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Points at even steps along a way; at most some thousands however far it goes."""
    steps = np.hypot(np.diff(columns), 2 * np.diff(rows))
    way = np.concatenate([[0.0], np.cumsum(steps)])
    at = np.linspace(0, way[-1], int(min(way[-1] * _TRAIL_DOTS, 4000)) + 2)
    return np.interp(at, way, columns), np.interp(at, way, rows)


def _draw_areas(board: Board, view: View, sheet: Sheet, markers: Sequence[Marker]) -> None:
    wide = [m for m in markers if m.cell_m >= AREA_CELLS * view.scale]
    if not wide:
        return
    raster = Raster(sheet.width, sheet.height, sheet.style)
    raster.boxes(_boxes(view, sheet.width, sheet.height, wide))
    board.lay(raster, "area")


def _boxes(view: View, width: int, height: int, markers: Sequence[Marker]) -> Boxes:
    """Left, top, right and bottom of the cells that were signed, each by marker."""
    east, north, size = np.array([(m.east, m.north, m.cell_m) for m in markers], np.float64).T
    columns = width / 2 + (east - view.east) / view.scale
    rows = height / 2 - (north - view.north) / (2 * view.scale)
    half = size / view.scale / 2
    return np.stack([columns - half, rows - half / 2, columns + half, rows + half / 2])


def _cells(view: View, width: int, height: int, markers: Sequence[Marker]) -> list[Cell]:
    """Where each sign stands: at the place, or for an area on its upper edge, as its title.

    In the middle of an area it would look like an exact place.
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
    far = 1e6  # beyond every screen, within every integer
    columns, rows = np.clip(column, -far, far), np.clip(row, -far, far)
    return list(zip(columns.astype(int).tolist(), rows.astype(int).tolist(), strict=True))


def _draw_markers(board: Board, view: View, markers: Sequence[Marker]) -> None:
    """All signs first, then labels from the topmost marker down."""
    width, height = board.width, board.height
    placed: dict[Cell, list[Marker]] = {}
    for marker, cell in zip(markers, _cells(view, width, height, markers), strict=True):
        if 0 <= cell[0] < width and 0 <= cell[1] < height:
            placed.setdefault(cell, []).append(marker)
    wishes: list[tuple[int, int, Marker]] = []
    for (column, row), here in placed.items():
        top, crowd = here[-1], 1
        if len(here) > 1:
            top = next((marker for marker in here if marker.selected), top)
            crowd = min(sum(marker.counts for marker in here), _CROWD_MAX)
        text = f"{crowd}{top.sign}" if crowd > 1 else top.sign
        start = min(max(column - len(text) + 1, 0), width - len(text))
        if board.sign(start, row, text, "selected" if top.selected else top.role):
            wishes.append((start + len(text), row, top))
    for column, row, top in reversed(wishes):
        text = _short_label(top.label)
        if not board.label(column, row, text, top.role) and " " in text:
            board.label(column, row, text.partition(" ")[0], top.role)


def _short_label(text: str) -> str:
    if text.isascii():
        return text[:_LABEL_CELLS].rstrip()
    return set_cell_size(text, min(cell_len(text), _LABEL_CELLS)).rstrip()
