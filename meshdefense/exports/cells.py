"""Cells of the network's grid, in degrees: what a place really says, and coarser ones.

A place of the local API is the centre of a signed cell. A coarser cell here is one of the same
grid that holds the signed cell whole, so that it never points beside it. Source: docs/protocol.md,
"Place".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from meshdefense_protocol.place import METRES_PER_DEGREE, PRECISIONS_M

__all__ = ["REDACTED_M", "Cell", "cell_of"]

REDACTED_M: Final = 250
"""Finest cell of a redacted export, in metres."""
_COARSER: Final = tuple(sorted({REDACTED_M, 2 * REDACTED_M, *PRECISIONS_M.values()}))
_HALF_AREA: Final = 1 << 17
"""Grid units from the origin in which places are on the grid; beyond it they are absolute."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A square on the ground, by its edges in degrees (WGS 84)."""

    south: float
    west: float
    north: float
    east: float
    """May lie beyond 180, where the cell crosses the date line."""
    size_m: int

    @property
    def centre(self) -> tuple[float, float]:
        """Latitude and longitude."""
        lon = (self.west + self.east) / 2
        return round((self.south + self.north) / 2, 6), round((lon + 540) % 360 - 180, 6)

    @property
    def radius_m(self) -> float:
        """From the centre to a corner."""
        return self.size_m / math.sqrt(2)

    def halves(self) -> list[tuple[float, float, float, float]]:
        """South, west, north, east with longitudes from -180 to 180: two across the date line."""
        south, west, north, east = (
            round(edge, 6) for edge in (self.south, self.west, self.north, self.east)
        )
        if east <= 180:
            return [(south, west, north, east)]
        beyond = (south, -180.0, north, round(east - 360, 6))
        return [beyond] if west >= 180 else [(south, west, north, 180.0), beyond]


def cell_of(
    place: Mapping[str, Any] | None, origin: Mapping[str, Any], finest_m: int = 1
) -> Cell | None:
    """The cell of a `PlaceRow`, or one of at least `finest_m` around it; None for no place.

    `origin` is the area's, as the status row has it.
    """
    if place is None:
        return None
    unit = float(origin["precision_m"])
    size = max(int(place["precision_m"]), int(unit))
    step = _step(size, finest_m)
    shrink = max(0.01, math.cos(math.radians(origin["lat"])))
    per_lon = METRES_PER_DEGREE * shrink
    east = (place["lon"] - origin["lon"] + 540) % 360 - 180
    x, y = east * per_lon, (place["lat"] - origin["lat"]) * METRES_PER_DEGREE
    if max(abs(x), abs(y)) < _HALF_AREA * unit:
        x0, y0 = _lower(x, size, step), _lower(y, size, step)
        south = origin["lat"] + y0 / METRES_PER_DEGREE
        west = origin["lon"] + x0 / per_lon
        north, width = south + step / METRES_PER_DEGREE, step / per_lon
    else:  # outside the area cells are of 1e-5 degrees, and none lies beyond the pole or 180
        lat, lon = (
            min(place[name] * 1e5, end - size / 2)
            for name, end in (("lat", 9_000_000), ("lon", 18_000_000))
        )
        south = _lower(lat, size, step) / 1e5
        west, width = _lower(lon, size, step) / 1e5, step / 1e5
        north = south + step / 1e5
    west = (west + 540) % 360 - 180
    return Cell(max(-90.0, south), west, min(90.0, north), west + width, step)


def _step(size: int, finest_m: int) -> int:
    """The smallest size from `finest_m` on of which `size` is a whole part."""
    if size >= finest_m:
        return size
    return next(one for one in _COARSER if one >= finest_m and one % size == 0)


def _lower(value: float, size: int, step: int) -> int:
    """Edge of the cell of `step` that holds the cell of `size` around `value`."""
    return math.floor(value / size) * size // step * step
