"""What drawings are made of. Lengths in mm; y grows downwards from the upper left corner.

Inks are shares of black: everything is readable on a printer without colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from meshdefense.provisioning.drawing.metrics import width_mm

__all__ = ["BLACK", "WHITE", "Box", "Drawing", "Line", "Modules", "Shape", "Text", "moved"]

BLACK: Final = 1.0
WHITE: Final = 0.0
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text."""

    x: float
    y: float
    """Of the baseline."""
    said: str
    size: float
    bold: bool = False
    anchor: Anchor = "start"
    """Which end of it is at x."""
    ink: float = BLACK

    @property
    def width(self) -> float:
        """How wide it is."""
        return width_mm(self.said, self.size, bold=self.bold)

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor] * self.width


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, filled, outlined, or both; hatched ones tell grey areas apart in print."""

    x: float
    y: float
    width: float
    height: float
    ink: float | None = None
    """Of the filling; None for none."""
    line: float = 0.0
    """Width of the outline; 0 for none."""
    hatch: float = 0.0
    """Distance of slanting lines over it; 0 for none."""


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float = 0.2
    ink: float = BLACK
    dash: float = 0.0
    """Length of dashes and gaps; 0 for none."""


@dataclass(frozen=True, slots=True)
class Modules:
    """A QR code: its dark modules. The quiet zone around it is whoever places it's to keep."""

    x: float
    y: float
    side: float
    rows: tuple[tuple[bool, ...], ...]


Shape = Text | Box | Line | Modules


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes on a rectangle of paper."""

    width: float
    height: float
    title: str
    """For programs and readers aloud; never printed."""
    shapes: Sequence[Shape] = field(default_factory=tuple)


def moved(shape: Shape, right: float, down: float) -> Shape:
    """The same shape elsewhere."""
    if isinstance(shape, Line):
        return replace(
            shape,
            x1=shape.x1 + right,
            y1=shape.y1 + down,
            x2=shape.x2 + right,
            y2=shape.y2 + down,
        )
    return replace(shape, x=shape.x + right, y=shape.y + down)
