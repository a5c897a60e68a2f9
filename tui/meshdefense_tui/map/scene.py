"""One frame of the map as lines: grid and rings below, places with their signs above. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
from rich.cells import cell_len, set_cell_size

from meshdefense_tui.lines import Line
from meshdefense_tui.map.geometry import View, nice_step
from meshdefense_tui.map.raster import DotStyle, Raster

__all__ = ["Marker", "frame", "ring_step"]

_RINGS: Final = 4
_LABEL_CELLS: Final = 10
_AREA_CELLS: Final = 3.0  # a signed cell wider than this is drawn as an area, not as a point

Canvas = npt.NDArray[np.int64]


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
    own_cell: bool = True
    """False for what may share its cell with others and then shows their number."""


@dataclass(frozen=True, slots=True)
class _Layer:
    """Code points and roles by cell."""

    codes: Canvas
    roles: Canvas


_ROLES: Final = ("plain", "grid", "ring", "area", "quiet", "strong", "cross")


def ring_step(view: View, width: int, height: int) -> float:
    """Metres between two range rings, so that about two of them fit the shorter side."""
    return nice_step(min(width, 2 * height) * view.scale / 4)


@lru_cache(maxsize=8)
def _ground(view: View, width: int, height: int, style: DotStyle) -> _Layer:
    """Grid and rings: they change only with view and size."""
    column = width / 2 - view.east / view.scale
    row = height / 2 + view.north / (2 * view.scale)
    step = ring_step(view, width, height) / view.scale
    grid, rings = Raster(width, height, style), Raster(width, height, style)
    grid.grid(column, row, step)
    for index in range(1, _RINGS + 1):
        rings.circle(column, row, step * index)
    grid_codes, ring_codes = grid.codes(), rings.codes()
    on_ring = ring_codes != ord(" ")
    roles = np.where(on_ring, _ROLES.index("ring"), _ROLES.index("grid"))
    return _Layer(np.where(on_ring, ring_codes, grid_codes), roles)


def frame(
    view: View,
    width: int,
    height: int,
    style: DotStyle,
    markers: Sequence[Marker],
    *,
    ring_labels: Sequence[str],
    crosshair: bool,
) -> list[Line]:
    """The map in `height` lines of `width` cells.

    `ring_labels` name the rings from the innermost outwards.
    """
    ground = _ground(view, width, height, style)
    codes, roles = ground.codes.copy(), ground.roles.copy()
    _draw_areas(codes, roles, view, width, height, style, markers)
    board = _Board(codes, roles, width, height)
    step = ring_step(view, width, height)
    ox, oy = view.cell(0, 0, width, height)
    board.put(ox, oy, "+", "strong")
    if crosshair:
        board.put(width // 2, height // 2, "+", "cross")
    board.markers(view, markers)
    for index, label in enumerate(ring_labels[:_RINGS], start=1):
        column, row = view.cell(0, step * index, width, height)
        board.label(column - len(label) // 2, row, label, "quiet")
    return board.lines()


def _draw_areas(
    codes: Canvas,
    roles: Canvas,
    view: View,
    width: int,
    height: int,
    style: DotStyle,
    markers: Sequence[Marker],
) -> None:
    wide = [m for m in markers if m.cell_m / view.scale >= _AREA_CELLS]
    if not wide:
        return
    raster = Raster(width, height, style)
    for marker in wide:
        column = width / 2 + (marker.east - view.east) / view.scale
        row = height / 2 - (marker.north - view.north) / (2 * view.scale)
        half = marker.cell_m / view.scale / 2
        raster.box(column - half, row - half / 2, column + half, row + half / 2)
    found = raster.codes()
    codes[found != ord(" ")] = found[found != ord(" ")]
    roles[found != ord(" ")] = _ROLES.index("area")


class _Board:
    """Signs and labels above the raster; a sign always shows, a label only where it is free."""

    def __init__(self, codes: Canvas, roles: Canvas, width: int, height: int) -> None:
        self._codes, self._roles = codes, roles
        self._width, self._height = width, height
        self._taken = np.zeros((height, width), dtype=np.bool_)
        self._texts: dict[tuple[int, int], tuple[str, str]] = {}

    def put(self, column: int, row: int, sign: str, role: str) -> bool:
        """A sign of one cell; False when it lies outside."""
        if not (0 <= column < self._width and 0 <= row < self._height):
            return False
        self._taken[row, column] = True
        self._texts[row, column] = (sign, role)
        return True

    def label(self, column: int, row: int, text: str, role: str) -> None:
        """A text, where nothing else stands."""
        size = cell_len(text)
        if not (0 <= row < self._height and column >= 0 and column + size <= self._width):
            return
        if self._taken[row, column : column + size].any():
            return
        self._taken[row, column : column + size] = True
        self._texts[row, column] = (text, role)

    def markers(self, view: View, markers: Sequence[Marker]) -> None:
        """All signs first, then labels from the topmost marker down."""
        placed: dict[tuple[int, int], list[Marker]] = {}
        for marker in markers:
            cell = view.cell(marker.east, marker.north, self._width, self._height)
            if self.put(*cell, marker.sign, "selected" if marker.selected else marker.role):
                placed.setdefault(cell, []).append(marker)
        for (column, row), here in reversed(placed.items()):
            top = here[-1]
            if chosen := next((m for m in here if m.selected), None):
                self.put(column, row, chosen.sign, "selected")
                top = chosen
            crowd = sum(not m.own_cell for m in here)
            label = set_cell_size(top.label, min(cell_len(top.label), _LABEL_CELLS)).rstrip()
            text = f"{crowd}x {label}" if crowd > 1 else label
            if text:
                self.label(column + 1, row, text, top.role)

    def lines(self) -> list[Line]:
        """Rows as runs of one role."""
        return [self._line(row) for row in range(self._height)]

    def _line(self, row: int) -> Line:
        spans: list[tuple[str, str]] = []
        starts = {c: t for (r, c), t in self._texts.items() if r == row}
        column = 0
        for start in [*sorted(starts), self._width]:
            spans += self._runs(row, column, start)
            column = max(column, start)
            if start in starts:
                text, role = starts[start]
                spans.append((text, role))
                column = start + cell_len(text)
        return tuple(spans)

    def _runs(self, row: int, start: int, end: int) -> list[tuple[str, str]]:
        if start >= end:
            return []
        text = self._codes[row, start:end].astype("<u4").tobytes().decode("utf-32-le")
        roles = self._roles[row, start:end]
        cuts = [0, *(np.flatnonzero(np.diff(roles)) + 1).tolist(), end - start]
        return [(text[a:b], _ROLES[int(roles[a])]) for a, b in pairwise(cuts)]
