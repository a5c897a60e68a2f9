"""Dots to characters: a NumPy raster of the map's lines in braille, half blocks or ASCII.

One call handles all lines at once; Python loops over dots would take tens of milliseconds.
Terminals without braille (the Linux console, some fonts) get blocks or ASCII instead. In ASCII
a cell is one dot, so a line is drawn by the sign of its direction: - | / \\, and + where two meet.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from meshdefense_tui.map.clip import Lines
from meshdefense_tui.map.parts import RINGS, DotStyle

__all__ = ["BLANK", "Codes", "DotStyle", "Raster"]

Dots = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.intp]
Points = npt.NDArray[np.float64]
Coordinates = npt.NDArray[np.float32]
Codes = npt.NDArray[np.uint32]
"""Code points by row and column."""

BLANK: Final = np.uint32(ord(" "))
_BRAILLE_BITS: Final = (0, 3, 1, 4, 2, 5, 6, 7)
"""Unicode block U+2800, Braille Patterns: the bit of each dot, row by row of a cell."""
_BRAILLE: Final = np.array([ord(" "), *range(0x2801, 0x2900)], np.uint32)
_HALVES: Final = np.array([ord(c) for c in " ▀▄█"], np.uint32)
_STROKES: Final = np.array([ord(c) for c in " -|+//|+\\\\|+++++"], np.uint32)
"""By the directions that meet in a cell: 1 along, 2 down, 4 rising, 8 falling."""
_FLAT: Final = 0.45
"""Rows per column below which a line counts as level; its reverse counts as upright."""


class Raster:
    """A canvas of `width` by `height` cells; coordinates are cells, fractions allowed."""

    def __init__(self, width: int, height: int, style: DotStyle) -> None:
        self.width, self.height, self.style = width, height, style
        across, down = style.value
        self._columns, self._rows = width * across, height * down
        # the dots of a cell lie together, in the order of the bits that its character has
        self._dots: Dots = np.zeros(self._columns * self._rows, np.bool_)
        order = _BRAILLE_BITS if style is DotStyle.BRAILLE else range(across * down)
        self._bits: Whole = np.array(order, np.intp)
        self._strokes = np.zeros(height * width, np.uint8) if style is DotStyle.ASCII else None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of cells."""
        return self.height, self.width

    def plot(self, columns: Points, rows: Points) -> None:
        """Set the dots at these coordinates; those outside are ignored."""
        across, down = self.style.value
        x = np.floor(columns * across).astype(np.intp)
        y = np.floor(rows * down).astype(np.intp)
        inside = (x >= 0) & (y >= 0) & (x < self._columns) & (y < self._rows)
        cells, places = self._cells(x[inside], y[inside])
        self._set(cells, places)

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
        counts = np.ceil(np.maximum(np.abs(turn_x), np.abs(turn_y))).astype(np.intp) + 1
        # on a small scale most lines begin and end in the same dot
        counts[_same(x0, x0 + turn_x) & _same(y0, y0 + turn_y)] = 1
        share = np.float32(1) / np.maximum(counts - 1, 1).astype(np.float32)
        of = np.repeat(np.arange(len(counts)), counts)
        before = np.cumsum(counts) - counts
        ends = np.stack([x0, y0, turn_x, turn_y], axis=1).take(of, axis=0, mode="clip")
        # in 64 bits: in 32 a long line would skip a dot here and there
        along = (np.arange(len(of)) - before.take(of, mode="clip")) * share.take(of, mode="clip")
        x = (ends[:, 0] + along * ends[:, 2]).astype(np.intp)
        y = (ends[:, 1] + along * ends[:, 3]).astype(np.intp)
        np.minimum(x, self._columns - 1, out=x)
        np.minimum(y, self._rows - 1, out=y)
        cells, places = self._cells(x, y)
        self._set(cells, places)
        tops.reshape(-1)[cells] = values.take(of, mode="clip")
        if self._strokes is not None:
            kinds = _directions(turn_x, turn_y)[of]
            for bit in (1, 2, 4, 8):
                self._strokes[cells[kinds == bit]] |= bit
        elif self.style is DotStyle.BRAILLE and wide is not None and wide.any():
            level = np.abs(turn_x) >= np.abs(turn_y)
            chosen = np.flatnonzero(wide.take(of, mode="clip"))
            # a second dot within the same cell, below or beside: it must not colour a neighbour
            beside = np.where(level.take(of.take(chosen)), 2, 1)
            self._set(cells.take(chosen), places.take(chosen) ^ beside)

    def boxes(self, edges: Points) -> None:
        """Outlines of rectangles: rows of left, top, right and bottom; what is outside is cut."""
        across, down = self.style.value
        scaled = np.floor(edges * np.array([[across], [down], [across], [down]]))
        low, high = np.full((4, 1), -1), np.array([[self._columns], [self._rows]] * 2)
        left, top, right, bottom = np.clip(scaled, low, high).astype(np.intp)
        for row in (top, bottom):
            here = np.flatnonzero((row >= 0) & (row < self._rows))
            x, of = _runs(np.maximum(left[here], 0), np.minimum(right[here] + 1, self._columns))
            self._stroke(x, row[here[of]], 1)
        for column in (left, right):
            here = np.flatnonzero((column >= 0) & (column < self._columns))
            y, of = _runs(np.maximum(top[here], 0), np.minimum(bottom[here] + 1, self._rows))
            self._stroke(column[here[of]], y, 2)

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
        right, up = _circle(count)
        self.plot(column + radius * right, row - radius / 2 * up)

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
        if self.style is DotStyle.BRAILLE:
            bits = np.packbits(self._dots, bitorder="little")
            return _BRAILLE.take(bits).reshape(self.shape)
        if self.style is DotStyle.BLOCKS:
            halves = self._dots.view(np.uint8)
            return _HALVES.take(halves[0::2] + np.uint8(2) * halves[1::2]).reshape(self.shape)
        assert self._strokes is not None  # ASCII
        dots = np.where(self._dots, np.uint32(ord(dot)), BLANK)
        signs = np.where(self._strokes > 0, _STROKES[self._strokes], dots)
        return signs.reshape(self.shape)

    def _cells(self, x: Whole, y: Whole) -> tuple[Whole, Whole]:
        """The cell of each dot, and its place within that cell, row by row."""
        across, down = self.style.value
        # both are powers of two, and shifting is many times faster than dividing
        right, low = across.bit_length() - 1, down.bit_length() - 1
        cells = (y >> low) * self.width + (x >> right)
        return cells, ((y & (down - 1)) << right) + (x & (across - 1))

    def _set(self, cells: Whole, places: Whole) -> None:
        self._dots[cells * len(self._bits) + self._bits.take(places)] = True

    def _stroke(self, x: Whole, y: Whole, direction: int) -> None:
        cells, places = self._cells(x, y)
        self._set(cells, places)
        if self._strokes is not None:
            self._strokes[cells] |= np.uint8(direction)


@lru_cache(maxsize=2 * RINGS)
def _circle(count: int) -> tuple[Points, Points]:
    """So many points of a circle of radius 1, right and up; the same while a map is panned."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.sin(angle), np.cos(angle)


def _same(one: Coordinates, other: Coordinates) -> npt.NDArray[np.bool_]:
    """Where two coordinates, both of the canvas, lie in the same dot."""
    return np.equal(one.astype(np.int32), other.astype(np.int32))


def _runs(first: Whole, end: Whole) -> tuple[Whole, Whole]:
    """The whole numbers from each `first` to before its `end`, and which run each is of."""
    counts = np.maximum(end - first, 0)
    of = np.repeat(np.arange(len(counts)), counts)
    return np.arange(len(of)) + (first - np.cumsum(counts) + counts)[of], of


def _directions(turn_x: Coordinates, turn_y: Coordinates) -> npt.NDArray[np.uint8]:
    """1 along, 2 down, 4 rising to the right, 8 falling to the right."""
    across, down = np.abs(turn_x), np.abs(turn_y)
    slanted = np.where((turn_x > 0) != (turn_y > 0), 4, 8)
    steep = np.where(across <= _FLAT * down, 2, slanted)
    return np.asarray(np.where(down <= _FLAT * across, 1, steep), np.uint8)
