"""Dots to characters: a NumPy raster of the map's lines in braille, half blocks or ASCII.

One call handles all lines at once; Python loops over dots would take tens of milliseconds.
Terminals without braille (the Linux console, some fonts) get blocks or ASCII instead. In ASCII
a cell is one dot, so a line is drawn by the sign of its direction: - | / \\, and + where two meet.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

import numpy as np
import numpy.typing as npt

from meshdefense_tui.map.clip import Lines

__all__ = ["BLANK", "Codes", "DotStyle", "Raster"]

Dots = npt.NDArray[np.bool_]
Points = npt.NDArray[np.float64]
Coordinates = npt.NDArray[np.float32]
Codes = npt.NDArray[np.uint32]
"""Code points by row and column."""

BLANK: Final = np.uint32(ord(" "))
_BRAILLE_BITS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Unicode block U+2800, Braille Patterns: the bit of each dot, four rows by two columns."""
_BRAILLE: Final = np.array([ord(" "), *range(0x2801, 0x2900)], np.uint32)
_HALVES: Final = np.array([ord(c) for c in " ▀▄█"], np.uint32)
_STROKES: Final = np.array([ord(c) for c in " -|+//|+\\\\|+++++"], np.uint32)
"""By the directions that meet in a cell: 1 along, 2 down, 4 rising, 8 falling."""
_FLAT: Final = 0.45
"""Rows per column below which a line counts as level; its reverse counts as upright."""


class DotStyle(Enum):
    """Which characters draw the lines; the value is dots across and down in one cell."""

    BRAILLE = (2, 4)
    BLOCKS = (1, 2)
    ASCII = (1, 1)

    def next(self) -> DotStyle:
        """The one after this, round and round."""
        styles = list(DotStyle)
        return styles[(styles.index(self) + 1) % len(styles)]


class Raster:
    """A canvas of `width` by `height` cells; coordinates are cells, fractions allowed."""

    def __init__(self, width: int, height: int, style: DotStyle) -> None:
        self.width, self.height, self.style = width, height, style
        across, down = style.value
        self._dots: Dots = np.zeros((height * down, width * across), dtype=np.bool_)
        self._strokes = np.zeros(height * width, np.uint8) if style is DotStyle.ASCII else None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of cells."""
        return self.height, self.width

    def plot(self, columns: Points, rows: Points) -> None:
        """Set the dots at these coordinates; those outside are ignored."""
        across, down = self.style.value
        x = np.floor(columns * across).astype(np.int64)
        y = np.floor(rows * down).astype(np.int64)
        inside = (x >= 0) & (y >= 0) & (x < self._dots.shape[1]) & (y < self._dots.shape[0])
        self._dots[y[inside], x[inside]] = True

    def lines(
        self,
        lines: Lines,
        values: npt.NDArray[np.uint8],
        tops: npt.NDArray[np.uint8],
        wide: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        """Draw lines that lie within the canvas, see `clipped`.

        In `tops`, of height x width, each cell gets the value of the last line through it. Those
        that are `wide` are two dots thick where a cell has dots to spare.
        """
        if not lines.shape[1]:
            return
        across, down = self.style.value
        x0, y0 = lines[0] * np.float32(across), lines[1] * np.float32(down)
        turn_x, turn_y = lines[2] * np.float32(across) - x0, lines[3] * np.float32(down) - y0
        columns, rows = self._dots.shape[1], self._dots.shape[0]
        reach = np.maximum(np.abs(turn_x), np.abs(turn_y))
        counts = np.ceil(reach).astype(np.int32) + 1
        share = np.float32(1) / np.maximum(counts - 1, 1).astype(np.float32)
        of = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        before = np.cumsum(counts, dtype=np.int32) - counts
        along = (np.arange(len(of), dtype=np.int32) - before[of]) * share[of]
        x = np.minimum((x0[of] + along * turn_x[of]).astype(np.int32), columns - 1)
        y = np.minimum((y0[of] + along * turn_y[of]).astype(np.int32), rows - 1)
        flat = self._dots.reshape(-1)
        flat[y * columns + x] = True
        cells = (y // down) * self.width + x // across
        tops.reshape(-1)[cells] = values[of]
        if self._strokes is not None:
            kinds = _directions(turn_x, turn_y)[of]
            for bit in (1, 2, 4, 8):
                self._strokes[cells[kinds == bit]] |= bit
        elif self.style is DotStyle.BRAILLE and wide is not None and wide.any():
            level = np.abs(turn_x) >= np.abs(turn_y)
            chosen = np.flatnonzero(wide[of])
            beside = level[of[chosen]]
            # a second dot within the same cell: it must not colour a neighbour
            x2 = np.where(beside, x[chosen], x[chosen] ^ 1)
            y2 = np.where(beside, y[chosen] ^ 1, y[chosen])
            flat[y2 * columns + x2] = True

    def boxes(self, edges: Points) -> None:
        """Outlines of rectangles: rows of left, top, right and bottom; what is outside is cut."""
        across, down = self.style.value
        rows, columns = self._dots.shape
        scaled = np.floor(edges * np.array([[across], [down], [across], [down]]))
        low, high = np.array([[-1], [-1], [-1], [-1]]), np.array([[columns], [rows]] * 2)
        strokes = self._strokes.reshape(self.shape) if self._strokes is not None else None
        for left, top, right, bottom in np.clip(scaled, low, high).astype(int).T.tolist():
            level, upright = slice(max(left, 0), right + 1), slice(max(top, 0), bottom + 1)
            for row in (top, bottom):
                if 0 <= row < rows:
                    self._dots[row, level] = True
                    if strokes is not None:
                        strokes[row, level] |= 1
            for column in (left, right):
                if 0 <= column < columns:
                    self._dots[upright, column] = True
                    if strokes is not None:
                        strokes[upright, column] |= 2

    def circle(self, column: float, row: float, radius: float, *, sparse: bool = False) -> None:
        """A circle as the eye sees it: `radius` in columns, half as many rows.

        A `sparse` one has a dot for every second column of its length: it looks like no street.
        """
        reach = np.hypot(max(column, self.width - column), 2 * max(row, self.height - row))
        if radius > reach:
            return  # wholly outside
        across = self.style.value[0]
        closeness = np.pi if sparse else across * 8
        count = int(min(max(16.0, radius * closeness), 20_000))
        angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
        self.plot(column + radius * np.sin(angle), row - radius / 2 * np.cos(angle))

    def grid(self, column: float, row: float, step: float) -> None:
        """Dotted lines every `step` columns and `step` / 2 rows, through (column, row)."""
        columns = np.arange(column % step, self.width, step)
        rows = np.arange(row % (step / 2), self.height, step / 2)
        down = np.arange(0.5, self.height, 2.0)
        along = np.arange(0.5, self.width, 4.0)
        self.plot(np.repeat(columns, len(down)), np.tile(down, len(columns)))
        self.plot(np.tile(along, len(rows)), np.repeat(rows, len(along)))

    def codes(self, dot: str = ".") -> Codes:
        """Code points, `height` by `width`; a space where no dot is set.

        In ASCII a dot that is no part of a line is drawn as `dot`.
        """
        across, down = self.style.value
        cells = self._dots.reshape(self.height, down, self.width, across)
        if self.style is DotStyle.BRAILLE:
            bits = np.zeros((self.height, self.width), np.uint8)
            for row, weights in enumerate(_BRAILLE_BITS):
                for column, weight in enumerate(weights):
                    bits |= cells[:, row, :, column].view(np.uint8) * np.uint8(weight)
            return _BRAILLE[bits]
        if self.style is DotStyle.BLOCKS:
            upper, lower = cells[:, 0, :, 0].view(np.uint8), cells[:, 1, :, 0].view(np.uint8)
            return _HALVES[upper + np.uint8(2) * lower]
        assert self._strokes is not None  # ASCII
        strokes = self._strokes.reshape(self.height, self.width)
        dots = np.where(cells[:, 0, :, 0], np.uint32(ord(dot)), BLANK)
        return np.where(strokes > 0, _STROKES[strokes], dots)


def _directions(turn_x: Coordinates, turn_y: Coordinates) -> npt.NDArray[np.uint8]:
    """1 along, 2 down, 4 rising to the right, 8 falling to the right."""
    across, down = np.abs(turn_x), np.abs(turn_y)
    slanted = np.where((turn_x > 0) != (turn_y > 0), 4, 8)
    steep = np.where(across <= _FLAT * down, 2, slanted)
    return np.asarray(np.where(down <= _FLAT * across, 1, steep), np.uint8)
