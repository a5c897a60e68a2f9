"""Dots to characters: a NumPy raster of the map's lines in braille, half blocks or ASCII.

One call handles all rows at once; Python loops over cells would take tens of milliseconds.
Terminals without braille (the Linux console, some fonts) get blocks or ASCII instead.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["DotStyle", "Raster"]

Dots = npt.NDArray[np.bool_]
Points = npt.NDArray[np.float64]

_BRAILLE_BITS: Final = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""Unicode block U+2800, Braille Patterns: the bit of each dot, four rows by two columns."""
_HALVES: Final = np.array([ord(" "), ord("▀"), ord("▄"), ord("█")])


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

    def plot(self, columns: Points, rows: Points) -> None:
        """Set the dots at these coordinates; those outside are ignored."""
        across, down = self.style.value
        x = np.floor(columns * across).astype(np.int64)
        y = np.floor(rows * down).astype(np.int64)
        inside = (x >= 0) & (y >= 0) & (x < self._dots.shape[1]) & (y < self._dots.shape[0])
        self._dots[y[inside], x[inside]] = True

    def circle(self, column: float, row: float, radius: float) -> None:
        """A circle as the eye sees it: `radius` in columns, half as many rows."""
        reach = np.hypot(max(column, self.width - column), 2 * max(row, self.height - row))
        if radius > reach:
            return  # wholly outside
        across = self.style.value[0]
        count = int(min(max(16.0, radius * across * 8), 20_000))
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

    def box(self, left: float, top: float, right: float, bottom: float) -> None:
        """The outline of a rectangle."""
        across, down = self.style.value
        x = np.clip(np.arange(left, right, 1 / across), -1, self.width + 1)
        y = np.clip(np.arange(top, bottom, 1 / down), -1, self.height + 1)
        for row in (top, bottom):
            self.plot(x, np.full(len(x), row))
        for column in (left, right):
            self.plot(np.full(len(y), column), y)

    def codes(self) -> npt.NDArray[np.int64]:
        """Code points, `height` by `width`; a space where no dot is set."""
        across, down = self.style.value
        cells = self._dots.reshape(self.height, down, self.width, across)
        if self.style is DotStyle.BRAILLE:
            bits = np.einsum("hrwc,rc->hw", cells.astype(np.int64), _BRAILLE_BITS)
            return np.where(bits > 0, 0x2800 + bits, ord(" "))
        if self.style is DotStyle.BLOCKS:
            upper, lower = cells[:, 0, :, 0], cells[:, 1, :, 0]
            return np.asarray(_HALVES[upper.astype(np.int64) + 2 * lower.astype(np.int64)])
        return np.where(cells[:, 0, :, 0], ord("."), ord(" ")).astype(np.int64)
