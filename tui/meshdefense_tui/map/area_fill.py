"""Water and parks as a light fill behind the streets. Pure.

A cell is filled when its middle lies inside, by the non-zero winding rule: the signed crossings
of each row of cells are summed from the left, for all areas of a kind at once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from meshdefense.streets.streets import AreaKind
from meshdefense_tui.map.clip import Lines
from meshdefense_tui.map.raster import BLANK, Codes, DotStyle

__all__ = ["FILLED", "fill_pattern", "filled"]

FILLED: Final = (AreaKind.PARK, AreaKind.WATER)
"""What is filled, in drawing order; a pond in a park is water."""
_PATTERNS: Final = {
    (AreaKind.WATER, DotStyle.BRAILLE): "⠒ ⠤ ",
    (AreaKind.WATER, DotStyle.BLOCKS): "░",
    (AreaKind.WATER, DotStyle.ASCII): "~ ",
    (AreaKind.PARK, DotStyle.BRAILLE): "⠂ ⠠ ",
    (AreaKind.PARK, DotStyle.BLOCKS): "· ",
    (AreaKind.PARK, DotStyle.ASCII): ", ",
}


def filled(edges: Lines, width: int, height: int) -> npt.NDArray[np.bool_]:
    """The cells of a map of `width` by `height` whose middles lie inside these outlines.

    `edges` are in cells and directed; those outside the map count as well. Of an outline with
    holes each hole runs against it.
    """
    top, bottom = np.minimum(edges[1], edges[3]), np.maximum(edges[1], edges[3])
    # the middles of rows that each edge crosses: first <= row < last
    first = np.clip(np.ceil(top - 0.5), 0, height).astype(np.int32)
    last = np.clip(np.ceil(bottom - 0.5), 0, height).astype(np.int32)
    counts = last - first
    crossing = np.flatnonzero(counts > 0)
    winding = np.zeros((height, width + 1), np.int32)
    if not len(crossing):
        return np.zeros((height, width), np.bool_)
    x0, y0, x1, y1 = edges[:, crossing].astype(np.float64)
    counts = counts[crossing]
    of = np.repeat(np.arange(len(crossing)), counts)
    row = np.arange(len(of)) - (np.cumsum(counts) - counts)[of] + first[crossing][of]
    across = (x1 - x0) / (y1 - y0)
    column = x0[of] + (row + 0.5 - y0[of]) * across[of]
    cell = np.clip(np.ceil(column - 0.5), 0, width).astype(np.int32)
    np.add.at(winding, (row, cell), np.where(y1 > y0, 1, -1)[of])
    return np.asarray(np.cumsum(winding, axis=1)[:, :width] != 0)


@lru_cache(maxsize=16)
def fill_pattern(kind: AreaKind, style: DotStyle, width: int, height: int) -> Codes:
    """The characters that a whole map filled with `kind` would have; blanks lighten it."""
    pattern = _PATTERNS.get((kind, style))
    if pattern is None:
        return np.full((height, width), BLANK)
    signs = np.array([ord(sign) for sign in pattern], np.uint32)
    # every second row is shifted, else the gaps stand below each other as stripes
    shift = np.arange(height)[:, None] * (len(signs) // 2)
    return np.asarray(signs[(np.arange(width)[None, :] + shift) % len(signs)])
