"""Many labels or cards on sheets of paper, with marks to cut along. Lengths in mm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum
from typing import Final

from meshdefense.provisioning.drawing.shapes import Drawing, Line, Shape, moved

__all__ = ["Paper", "sheets"]

_MARGIN: Final = 7.0
"""What printers cannot print on, with some room for the marks."""
_MARK: Final = 4.0
_APART: Final = 1.0
"""From the corner of a drawing to its mark."""


class Paper(Enum):
    """A size of paper: width and height."""

    A4 = (210.0, 297.0)
    LETTER = (215.9, 279.4)


def sheets(drawings: Sequence[Drawing], paper: Paper, title: str) -> list[Drawing]:
    """Pages, each as full as can be; all drawings have the size of the first.

    Raises ValueError for drawings larger than the paper.
    """
    if not drawings:
        return []
    width, height = paper.value
    one = drawings[0]
    across = int((width - 2 * _MARGIN) / one.width)
    down = int((height - 2 * _MARGIN) / one.height)
    if not across or not down:
        raise ValueError("larger than the paper")
    left, top = (width - across * one.width) / 2, (height - down * one.height) / 2
    pages = []
    for start in range(0, len(drawings), across * down):
        part = drawings[start : start + across * down]
        shapes: list[Shape] = []
        for place, drawing in enumerate(part):
            x = left + place % across * one.width
            y = top + place // across * one.height
            shapes += [moved(shape, x, y) for shape in drawing.shapes]
        rows = math.ceil(len(part) / across)
        xs = [left + number * one.width for number in range(min(across, len(part)) + 1)]
        ys = [top + number * one.height for number in range(rows + 1)]
        shapes += _marks(xs, ys)
        pages.append(Drawing(width, height, title, tuple(shapes)))
    return pages


def _marks(xs: Sequence[float], ys: Sequence[float]) -> list[Shape]:
    """Short lines outside the block that show where each cut runs."""
    first, last = ys[0] - _APART, ys[-1] + _APART
    found: list[Shape] = []
    for x in xs:
        found += [Line(x, first - _MARK, x, first), Line(x, last, x, last + _MARK)]
    first, last = xs[0] - _APART, xs[-1] + _APART
    for y in ys:
        found += [Line(first - _MARK, y, first, y), Line(last, y, last + _MARK, y)]
    return found
