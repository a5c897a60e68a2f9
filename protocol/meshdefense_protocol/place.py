"""Places: cells on the network's own grid, snapped before signing.

A place is the centre of a cell, never finer than its precision. On the wire: x and y, metres
east and north of the area origin (or tens of metres where the charter says so), 18 bits each
as offset binary, and 4 bits of precision; 40 bits in all. A place outside the area (about
131 km each way at 1 m) uses the absolute form, an extension of 7 bytes.
Source: docs/protocol.md, "Place".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from meshdefense_protocol.errors import DecodeError, ValueRangeError

__all__ = [
    "ABSOLUTE_SIZE",
    "PRECISIONS_M",
    "AbsolutePlace",
    "Grid",
    "GridPlace",
    "Place",
    "check_precision",
    "precision_code",
]

PRECISIONS_M: Final = {
    1: 1, 2: 10, 3: 20, 4: 50, 5: 100, 6: 200, 7: 500, 8: 1000, 9: 2000, 10: 5000, 11: 10_000,
}  # fmt: skip
"""Cell size in metres by precision code. Code 0 is "no place", 15 "absolute", 12-14 are invalid."""
ABSOLUTE: Final = 15
ABSOLUTE_SIZE: Final = 7
_HALF: Final = 1 << 17
METRES_PER_DEGREE: Final = 111_319.490793
"""On the sphere of radius 6,378,137 m: 2 pi R / 360. A convention, the same at both ends."""


@dataclass(frozen=True, slots=True)
class GridPlace:
    """Centre of a cell in grid units from the area origin."""

    x: int
    y: int
    precision: int
    """Precision code, a key of PRECISIONS_M."""


@dataclass(frozen=True, slots=True)
class AbsolutePlace:
    """Centre of a cell in units of 1e-5 degrees (1.1 m of latitude)."""

    lat: int
    lon: int
    precision: int


Place = GridPlace | AbsolutePlace


def check_precision(place: Place | None, finest: int) -> None:
    """DecodeError when `place` is finer than its kind of packet may say."""
    if place is not None and place.precision < finest:
        raise DecodeError(f"precision code {place.precision} is finer than this kind allows")


def precision_code(metres: int) -> int:
    """The finest code whose cell is at least `metres`. ValueRangeError outside 1 to 10,000 m."""
    for code, size in PRECISIONS_M.items():
        if size >= metres >= 1:
            return code
    raise ValueRangeError(f"a precision of {metres} m is outside 1 to 10000 m")


def _snap(value: int, step: int) -> int:
    return value // step * step + step // 2


@dataclass(frozen=True, slots=True)
class Grid:
    """The network's area: an origin (degrees, WGS 84) and a unit in metres."""

    origin_lat: float
    origin_lon: float
    unit_m: int = 1

    def _steps(self, precision: int) -> int:
        return max(1, PRECISIONS_M[precision] // self.unit_m)

    def place(self, lat: float, lon: float, precision: int) -> Place:
        """Snap a position to the centre of its cell.

        Raises ValueRangeError for coordinates that are not on Earth.
        """
        if not (math.isfinite(lat) and -90 <= lat <= 90):
            raise ValueRangeError(f"latitude {lat} is outside -90 to 90")
        if not (math.isfinite(lon) and -180 <= lon <= 180):
            raise ValueRangeError(f"longitude {lon} is outside -180 to 180")
        if precision not in PRECISIONS_M:
            raise ValueRangeError(f"precision code {precision} is outside 1 to 11")
        east = (lon - self.origin_lon + 540) % 360 - 180  # the short way round the date line
        x = math.floor(east * METRES_PER_DEGREE * self._shrink() / self.unit_m)
        y = math.floor((lat - self.origin_lat) * METRES_PER_DEGREE / self.unit_m)
        step = self._steps(precision)
        x, y = _snap(x, step), _snap(y, step)
        if -_HALF <= x < _HALF and -_HALF <= y < _HALF:
            return GridPlace(x, y, precision)
        size = _absolute_step(precision)
        return AbsolutePlace(
            min(_snap(math.floor(lat * 1e5), size), 9_000_000),
            min(_snap(math.floor(lon * 1e5), size), 18_000_000),
            precision,
        )

    def degrees(self, place: Place) -> tuple[float, float]:
        """Latitude and longitude of a place, rounded to 1e-6 degrees (0.1 m)."""
        # in a cell of an odd number of units the centre lies half a unit beyond its number
        if isinstance(place, AbsolutePlace):
            half = _absolute_step(place.precision) % 2 / 2
            lat, lon = (place.lat + half) / 1e5, (place.lon + half) / 1e5
            return round(min(90.0, lat), 6), round(min(180.0, lon), 6)
        half = self._steps(place.precision) % 2 / 2
        north, east = (place.y + half) * self.unit_m, (place.x + half) * self.unit_m
        lat = self.origin_lat + north / METRES_PER_DEGREE
        lon = self.origin_lon + east / (METRES_PER_DEGREE * self._shrink())
        return round(max(-90.0, min(90.0, lat)), 6), round((lon + 540) % 360 - 180, 6)

    def _shrink(self) -> float:
        # a degree of longitude is shorter away from the equator; never zero, also at a pole
        return max(0.01, math.cos(math.radians(self.origin_lat)))


def _absolute_step(precision: int) -> int:
    return PRECISIONS_M[precision]  # 1e-5 degrees of latitude are 1.1 m: never finer than it says


def place_bits(place: Place | None) -> int:
    """The 40 bits of a place in a body."""
    if place is None:
        return 0
    if isinstance(place, AbsolutePlace):
        return ABSOLUTE
    return (place.x + _HALF) << 22 | (place.y + _HALF) << 4 | place.precision


def absolute_bytes(place: AbsolutePlace) -> bytes:
    """The 7 bytes of the absolute form: 26 bits latitude, 26 longitude, 4 precision."""
    bits = (place.lat + (1 << 25)) << 30 | (place.lon + (1 << 25)) << 4 | place.precision
    return bits.to_bytes(ABSOLUTE_SIZE, "big")


def read_place(bits: int, absolute: bytes | None) -> Place | None:
    """The place in 40 bits, with the extension where there is one. Raises DecodeError.

    Whether a grid place is a cell's centre depends on the charter's unit: `check_snapped`.
    """
    precision = bits & 15
    if precision != ABSOLUTE and absolute is not None:
        raise DecodeError("an absolute place that the body does not announce")
    if precision == 0 or precision == ABSOLUTE:
        if bits >> 4:
            raise DecodeError("coordinates where there must be none")
        if precision == 0:
            return None
        if absolute is None or len(absolute) != ABSOLUTE_SIZE:
            raise DecodeError("the absolute place is missing or has the wrong size")
        return _read_absolute(int.from_bytes(absolute, "big"))
    if precision not in PRECISIONS_M:
        raise DecodeError(f"precision code {precision} is invalid")
    return GridPlace((bits >> 22) - _HALF, (bits >> 4 & (1 << 18) - 1) - _HALF, precision)


def _read_absolute(bits: int) -> AbsolutePlace:
    precision = bits & 15
    if precision not in PRECISIONS_M:
        raise DecodeError(f"precision code {precision} is invalid")
    lat, lon = (bits >> 30) - (1 << 25), (bits >> 4 & (1 << 26) - 1) - (1 << 25)
    if abs(lat) > 9_000_000 or abs(lon) > 18_000_000:
        raise DecodeError("a place that is not on Earth")
    step = _absolute_step(precision)
    for value, limit in ((lat, 9_000_000), (lon, 18_000_000)):
        if value != min(_snap(value, step), limit):
            raise DecodeError("a place that is not the centre of its cell")
    return AbsolutePlace(lat, lon, precision)


def check_snapped(place: Place | None, unit_m: int) -> None:
    """DecodeError unless a grid place is the centre of its cell on this network's grid."""
    if isinstance(place, GridPlace):
        step = max(1, PRECISIONS_M[place.precision] // unit_m)
        if place.x != _snap(place.x, step) or place.y != _snap(place.y, step):
            raise DecodeError("a place that is not the centre of its cell")
