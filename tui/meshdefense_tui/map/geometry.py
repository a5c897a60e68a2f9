"""Where a place falls on the map: local metres, the view, zoom and fit. Pure.

The projection is that of the network's grid (meshdefense_protocol.place): metres east and north
of the origin on a sphere. A terminal cell is twice as high as wide, so a row is two columns.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from meshdefense_protocol.place import METRES_PER_DEGREE

__all__ = ["SCALES", "View", "degrees", "east_north", "fit", "nice_step"]

SCALES: Final = (
    1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 1000,
    2000, 5000, 10_000, 20_000,
)  # fmt: skip
"""Metres per column, from one street corner to a whole region."""
_EMPTY_SPAN_M: Final = 2000.0


def _shrink(origin_lat: float) -> float:
    return max(0.01, math.cos(math.radians(origin_lat)))


def east_north(origin_lat: float, origin_lon: float, lat: float, lon: float) -> tuple[float, float]:
    """Metres east and north of the origin; the short way round the date line."""
    turned = (lon - origin_lon + 540) % 360 - 180
    east = turned * METRES_PER_DEGREE * _shrink(origin_lat)
    return east, (lat - origin_lat) * METRES_PER_DEGREE


def degrees(origin_lat: float, origin_lon: float, east: float, north: float) -> tuple[float, float]:
    """Latitude and longitude of a point in local metres; the reverse of `east_north`."""
    lat = max(-90.0, min(90.0, origin_lat + north / METRES_PER_DEGREE))
    lon = origin_lon + east / (METRES_PER_DEGREE * _shrink(origin_lat))
    return lat, (lon + 540) % 360 - 180


def nice_step(length: float) -> float:
    """The largest of 1, 2, 5, 10, ... that is at most `length` metres; never below 1."""
    power = 10.0 ** math.floor(math.log10(max(length, 1.0)))
    return max(power * factor for factor in (1, 2, 5) if factor == 1 or power * factor <= length)


@dataclass(frozen=True, slots=True)
class View:
    """Which part of the area the map shows."""

    east: float = 0.0
    """Metres from the origin to the middle of the map."""
    north: float = 0.0
    scale: int = 50
    """Metres per column, one of SCALES."""

    def cell(self, east: float, north: float, width: int, height: int) -> tuple[int, int]:
        """Column and row of a point; may lie outside the map."""
        column = width / 2 + (east - self.east) / self.scale
        row = height / 2 - (north - self.north) / (2 * self.scale)
        return math.floor(column), math.floor(row)

    def point(self, column: float, row: float, width: int, height: int) -> tuple[float, float]:
        """Local metres at a column and row."""
        east = self.east + (column - width / 2) * self.scale
        return east, self.north - (row - height / 2) * 2 * self.scale

    def panned(self, columns: float, rows: float) -> View:
        """Moved so that the map shows what lies `columns` right and `rows` down."""
        return replace(
            self, east=self.east + columns * self.scale, north=self.north - rows * 2 * self.scale
        )

    def zoomed(self, steps: int) -> View:
        """Nearer by `steps`, farther when negative; stops at the ends of SCALES."""
        index = SCALES.index(self.scale) - steps
        return replace(self, scale=SCALES[min(max(index, 0), len(SCALES) - 1)])


def fit(points: Iterable[tuple[float, float]], width: int, height: int) -> View:
    """The nearest view of `width` by `height` cells that holds all points and a margin.

    Without points it shows 2 km round the origin. A single point is shown in the same span.
    """
    found = list(points) or [(0.0, 0.0)]
    easts, norths = [p[0] for p in found], [p[1] for p in found]
    west, east, south, north = min(easts), max(easts), min(norths), max(norths)
    middle = ((west + east) / 2, (south + north) / 2)
    across = max(east - west, _EMPTY_SPAN_M / 2)
    along = max(north - south, _EMPTY_SPAN_M / 2)
    needed = max(across / max(width - 10, 4), along / 2 / max(height - 4, 2))
    scale = next((s for s in SCALES if s >= needed), SCALES[-1])
    return View(*middle, scale)
