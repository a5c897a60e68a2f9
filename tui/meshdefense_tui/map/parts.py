"""What the map is asked to draw, and on what: markers, trails, margin, sheet and dots. Pure.

Without NumPy, which is loaded when a map is first drawn: a screen too small for one starts
without it.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from meshdefense_tui.map.geometry import View, nice_step
from meshdefense_tui.map.layers import SHOWN_AT_FIRST, Layer

__all__ = ["RINGS", "DotStyle", "Margin", "Marker", "Sheet", "Trail", "ring_step"]

RINGS: Final = 4
"""Range rings that are drawn round the origin."""
Trail: TypeAlias = "tuple[tuple[float, float], ...] | array[float]"
"""Positions of one patrol in the order in which it had them: metres east and north.

In pairs, or one number after another, which takes a seventh of the memory.
"""


class DotStyle(Enum):
    """Which characters draw the lines; the value is dots across and down in one cell."""

    BRAILLE = (2, 4)
    BLOCKS = (1, 2)
    ASCII = (1, 1)

    def next(self) -> DotStyle:
        """The one after this, round and round."""
        styles = list(DotStyle)
        return styles[(styles.index(self) + 1) % len(styles)]


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
    counts: bool = True
    """False for what is no member of a crowd: a pin, a place that was searched for."""
    above: bool = False
    """Stands above the selected one, and has its label first: a call for help."""


@dataclass(frozen=True, slots=True)
class Margin:
    """What stands on the map's own edge."""

    ring_labels: tuple[str, ...] = ()
    """Names of the rings, from the innermost outwards."""
    scale: str = ""
    """Words of the length that `scale_step` has."""
    credit: str = ""
    """Who is to be credited for the streets; shown while there are any."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is drawn on: size in cells, characters, and which layers."""

    width: int
    height: int
    style: DotStyle
    layers: Layer = SHOWN_AT_FIRST


def ring_step(view: View, width: int, height: int) -> float:
    """Metres between two range rings, so that about two of them fit the shorter side."""
    return nice_step(min(width, 2 * height) * view.scale / 4)
