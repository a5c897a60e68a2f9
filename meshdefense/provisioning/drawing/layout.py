"""Blocks of text below each other, as large as their column lets them be. Lengths in mm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from meshdefense.provisioning.drawing.metrics import width_mm, wrapped
from meshdefense.provisioning.drawing.shapes import Shape, Text

__all__ = ["Block", "NoRoomError", "column"]

_LEADING: Final = 1.22
_HEADING: Final = 1.08
"""Size of a heading, in sizes of the text."""
_GAP: Final = 0.55
"""Between blocks, in lines."""
_STEP: Final = 0.1
_BULLET: Final = "•"


class NoRoomError(ValueError):
    """The texts do not fit even in the smallest letters."""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading and what stands below it, each item with its mark before it."""

    heading: str
    items: Sequence[str]
    marks: Sequence[str] = ()
    """Before the items, such as numbers; as many. Without any, several items get bullets."""
    bold: bool = False
    """The items too, and no bullets: what people copy letter by letter."""


def column(
    blocks: Sequence[Block],
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    largest: float,
    least: float,
) -> list[Shape]:
    """The blocks from (x, y) down, all in one size. Raises NoRoomError."""
    for tenths in range(round(largest / _STEP), round(least / _STEP) - 1, -1):
        size = tenths * _STEP
        shapes, end = _set(blocks, x, y, width, size)
        if end <= y + height:
            return shapes
    raise NoRoomError(f"{len(blocks)} blocks do not fit {width:.0f} x {height:.0f} mm")


def _set(
    blocks: Sequence[Block], x: float, y: float, width: float, size: float
) -> tuple[list[Shape], float]:
    shapes: list[Shape] = []
    for number, block in enumerate(blocks):
        y += _GAP * size * _LEADING if number else 0.0
        if block.heading:
            for line in wrapped(block.heading, width, size * _HEADING, bold=True):
                y += size * _HEADING * _LEADING
                shapes.append(Text(x, y, line, size * _HEADING, bold=True))
        bullet = _BULLET if len(block.items) > 1 and not block.bold else ""
        marks = block.marks or [bullet] * len(block.items)
        indent = max(width_mm(f"{mark} ", size, bold=True) for mark in marks) if any(marks) else 0
        for mark, item in zip(marks, block.items, strict=True):
            lines = wrapped(item, width - indent, size, bold=block.bold)
            for index, line in enumerate(lines):
                y += size * _LEADING
                if mark and not index:
                    shapes.append(Text(x, y, mark, size, bold=True))
                shapes.append(Text(x + indent, y, line, size, bold=block.bold))
    return shapes, y + 0.25 * size  # below the last baseline: letters such as g
