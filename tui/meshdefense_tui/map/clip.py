"""Lines cut at the edge of the map: Liang and Barsky's method for all of them at once. Pure."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["Lines", "clipped"]

Lines = npt.NDArray[np.float32]
"""Shape (4, n): column and row of one end, column and row of the other; cells or metres.

Each coordinate lies together in memory, which is what NumPy is fast with.
"""

_PARALLEL: Final = 1e-6
"""A line that leaves an edge by less than this runs along it; smaller divisors overflow."""


def clipped(lines: Lines, width: float, height: float) -> tuple[Lines, npt.NDArray[np.intp]]:
    """The parts of `lines` within 0..`width` by 0..`height`, and which line each one is of.

    Lines that lie outside are left out; the order stays. Only lines that cross the edge are
    computed: most of a map's lines lie wholly inside.
    Source: Liang, Barsky: A New Concept and Method for Line Clipping, ACM TOG 3 (1984).
    """
    x0, y0, x1, y1 = lines
    inside = (np.minimum(x0, x1) >= 0) & (np.maximum(x0, x1) <= width)
    inside &= (np.minimum(y0, y1) >= 0) & (np.maximum(y0, y1) <= height)
    crossing = np.flatnonzero(~inside)
    if not len(crossing):
        return lines, np.arange(lines.shape[1])
    start, turn = lines[:2, crossing], lines[2:, crossing] - lines[:2, crossing]
    enter, leave = np.zeros(len(crossing), np.float32), np.ones(len(crossing), np.float32)
    beside = np.zeros(len(crossing), np.bool_)
    for axis, size in enumerate((width, height)):
        for towards, room in ((-turn[axis], start[axis]), (turn[axis], size - start[axis])):
            along = np.abs(towards) < _PARALLEL
            beside |= along & (room < 0)
            share = room / np.where(along, 1, towards)
            enter = np.where(~along & (towards < 0), np.maximum(enter, share), enter)
            leave = np.where(~along & (towards > 0), np.minimum(leave, share), leave)
    inside[crossing] = ~beside & (enter <= leave)
    cut = lines.copy()
    cut[:2, crossing] = start + enter * turn
    cut[2:, crossing] = start + leave * turn
    # what was cut at the edge may lie beyond it by the rounding of 32 bits
    np.clip(cut[0::2], 0, width, out=cut[0::2])
    np.clip(cut[1::2], 0, height, out=cut[1::2])
    kept = np.flatnonzero(inside)
    return cut[:, kept], kept
