"""Where patrols were, as dotted lines: those of many patrols in one go. Pure.

200 patrols that have been out for two hours have some 50,000 positions, and a loop over single
trails took longer than the rest of a frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from meshdefense_tui.map.geometry import View
from meshdefense_tui.map.parts import Sheet, Trail
from meshdefense_tui.map.raster import Raster

__all__ = ["trail_raster"]

_DOTS: Final = 1.0
"""Dots in each column of a trail's length."""
_DOTS_MAX: Final = 4000
"""Of one trail, however far it goes."""
_AT_ONCE: Final = 16
"""Trails: with all of them at once the arrays of their dots took ten megabytes."""
_APART: Final = 1.0
"""Columns between the end of a trail and the beginning of the next one, on the way of all."""
Numbers = npt.NDArray[np.float64]


def trail_raster(view: View, sheet: Sheet, trails: Sequence[Trail]) -> Raster:
    """The dots of these trails, each of two positions or more."""
    raster = Raster(sheet.width, sheet.height, sheet.style)
    for first in range(0, len(trails), _AT_ONCE):
        some = trails[first : first + _AT_ONCE]
        points = [np.array(trail, np.float64).reshape(-1, 2) for trail in some]
        east, north = np.concatenate(points).T
        columns = sheet.width / 2 + (east - view.east) / view.scale
        rows = sheet.height / 2 - (north - view.north) / (2 * view.scale)
        raster.plot(*_dotted(columns, rows, np.array([len(one) for one in points])))
    return raster


def _dotted(
    columns: Numbers, rows: Numbers, sizes: npt.NDArray[np.intp]
) -> tuple[Numbers, Numbers]:
    """Points at even steps along each of the ways, which lie one after another."""
    ends = np.cumsum(sizes)
    steps = np.hypot(np.diff(columns), 2 * np.diff(rows))
    steps[ends[:-1] - 1] = _APART
    way = np.concatenate([[0.0], np.cumsum(steps)])
    start, end = way[ends - sizes], way[ends - 1]
    counts = np.minimum((end - start) * _DOTS, _DOTS_MAX).astype(np.intp) + 2
    of = np.repeat(np.arange(len(sizes)), counts)
    number = np.arange(len(of)) - (np.cumsum(counts) - counts)[of]
    at = start[of] + number * ((end - start) / (counts - 1))[of]
    return np.interp(at, way, columns), np.interp(at, way, rows)
