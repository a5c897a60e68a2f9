"""Degrees outside, metres inside: a flat plane around one point. Good for a city."""

from __future__ import annotations

import math
from typing import Any

from meshtastic.protobuf import mesh_pb2

__all__ = ["ORIGIN", "position_at", "to_metres"]

ORIGIN = (41.85, -87.65)  # latitude and longitude in degrees; where x and y are 0
METRES_PER_DEGREE = 111_195.0
_EAST_SCALE = math.cos(math.radians(ORIGIN[0]))


def to_metres(lat: float, lon: float) -> tuple[float, float]:
    """Return metres east and north of the origin."""
    x = (lon - ORIGIN[1]) * METRES_PER_DEGREE * _EAST_SCALE
    return x, (lat - ORIGIN[0]) * METRES_PER_DEGREE


def position_at(x: float, y: float) -> Any:
    """Return the `mesh.Position` that a receiver gives at x, y metres."""
    return mesh_pb2.Position(
        latitude_i=round((ORIGIN[0] + y / METRES_PER_DEGREE) * 1e7),
        longitude_i=round((ORIGIN[1] + x / METRES_PER_DEGREE / _EAST_SCALE) * 1e7),
        location_source=mesh_pb2.Position.LocSource.LOC_INTERNAL,
        precision_bits=32,
    )
