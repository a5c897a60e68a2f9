"""What a map is drawn from: street segments, areas and points in metres around an origin. Pure.

East and north are those of the network's grid (meshdefense_protocol.place): a sphere of radius
6,378,137 m, degrees of longitude shrunk by the cosine of the origin's latitude.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from meshdefense_protocol.place import METRES_PER_DEGREE

__all__ = [
    "Area", "AreaKind", "Bounds", "Plane", "Point", "PointKind", "RoadClass", "Streets",
]  # fmt: skip


class RoadClass(IntEnum):
    """Importance of a street, which is the order of drawing: higher over lower."""

    RAIL = 0
    PATH = 1
    SERVICE = 2
    RESIDENTIAL = 3
    TERTIARY = 4
    SECONDARY = 5
    PRIMARY = 6
    TRUNK = 7
    MOTORWAY = 8


class AreaKind(IntEnum):
    """What an area is filled as."""

    WATER = 0
    PARK = 1
    BUILDING = 2
    PUBLIC = 3
    """A hospital, school or station: ground where many people are."""


class PointKind(IntEnum):
    """What a named point is."""

    HOSPITAL = 0
    SCHOOL = 1
    STATION = 2
    PHARMACY = 3
    FIRE_STATION = 4
    COMMUNITY = 5
    NEIGHBOURHOOD = 6
    OTHER = 7


@dataclass(frozen=True, slots=True)
class Bounds:
    """A rectangle in degrees (WGS 84). East is below west where it crosses the date line."""

    south: float
    west: float
    north: float
    east: float

    def __post_init__(self) -> None:
        # also false for NaN, so that no comparison further on has to think of it
        if not (-90 <= self.south < self.north <= 90):
            raise ValueError(f"south {self.south} and north {self.north} are no bounds")
        if not (-180 <= self.west <= 180 and -180 <= self.east <= 180 and self.west != self.east):
            raise ValueError(f"west {self.west} and east {self.east} are no bounds")

    @property
    def middle(self) -> tuple[float, float]:
        """Latitude and longitude of the middle."""
        lon = self.west + (self.east - self.west) % 360 / 2
        return (self.south + self.north) / 2, (lon + 180) % 360 - 180

    def meets(self, other: Bounds) -> bool:
        """Whether the two share a point."""
        if self.north < other.south or other.north < self.south:
            return False
        return (other.west - self.west) % 360 <= (self.east - self.west) % 360 or (
            self.west - other.west
        ) % 360 <= (other.east - other.west) % 360

    def has(self, lat: float, lon: float) -> bool:
        """Whether the point lies inside or on the edge."""
        inside = (lon - self.west) % 360 <= (self.east - self.west) % 360
        return self.south <= lat <= self.north and inside


@dataclass(frozen=True, slots=True)
class Plane:
    """The local plane around an origin in degrees, for whole arrays."""

    lat: float
    lon: float

    @property
    def _shrink(self) -> float:
        return max(0.01, math.cos(math.radians(self.lat)))

    def east_north(
        self, lats: NDArray[np.float64], lons: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Metres east and north of the origin; the short way round the date line."""
        turned = (lons - self.lon + 540) % 360 - 180
        return turned * (METRES_PER_DEGREE * self._shrink), (lats - self.lat) * METRES_PER_DEGREE

    def around(self, metres: float) -> Bounds:
        """The rectangle that holds the circle of that radius around the origin."""
        up = metres / METRES_PER_DEGREE
        along = min(up / self._shrink, 179.0)
        return Bounds(
            max(self.lat - up, -90.0),
            (self.lon - along + 180) % 360 - 180,
            min(self.lat + up, 90.0),
            (self.lon + along + 180) % 360 - 180,
        )


@dataclass(frozen=True, slots=True)
class Area:
    """A filled shape; `name` is empty where it has none."""

    kind: AreaKind
    name: str
    rings: tuple[NDArray[np.float32], ...]
    """Each (m, 2) east and north in metres, closed: the last point is the first. Holes run
    against the outer ring, so that filling by the non-zero or the even-odd rule leaves them out."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place of interest; `name` is empty where it has none."""

    kind: PointKind
    name: str
    east: float
    north: float


NO_NAME: Final = -1
"""In `Streets.names`: this segment has no name."""


@dataclass(frozen=True, slots=True)
class Streets:
    """Everything that a view of the map may need, in metres around the origin asked for."""

    lines: NDArray[np.float32]
    """(n, 4): east, north of one end, east, north of the other."""
    classes: NDArray[np.uint8]
    """(n,) RoadClass, ascending: later ones are drawn over earlier ones."""
    names: NDArray[np.int32]
    """(n,) index into `texts`, -1 for none."""
    texts: tuple[str, ...]
    areas: tuple[Area, ...]
    points: tuple[Point, ...]
    attribution: str
    """Whom to credit; must be shown wherever this is drawn."""
