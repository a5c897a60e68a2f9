"""A radio's own position, from the dict that the library makes of a Position protobuf.

Field names are the JSON names of mesh.proto, `Position`. Units there: degrees times 1e7, seconds
since the epoch, dilution of precision times 100.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["Fix", "read_fix"]

_RECEIVED: Final = frozenset({"LOC_INTERNAL", "LOC_EXTERNAL"})
"""From a receiver; a place that a person once typed in says nothing of now."""
_BITS: Final = 32
_METRES_PER_UNIT: Final = 111_319.490793e-7
_ERROR_M: Final = 5.0
"""Of a plain receiver under an open sky, where the dilution of precision is 1."""
_FINEST_M: Final = 10
_COARSEST_M: Final = 10_000


@dataclass(frozen=True, slots=True)
class Fix:
    """Where the radio's own receiver says that it is. Its repr does not tell it."""

    lat: float = field(repr=False)
    lon: float = field(repr=False)
    """Degrees (WGS 84)."""
    precision_m: int
    """Size of the cell that the place lies in, 10 to 10,000."""
    at: float
    """Seconds since the epoch, by the receiver."""


def read_fix(position: Mapping[str, Any]) -> Fix | None:
    """The fix; None where there is none, or where nobody can tell how old it is."""
    lat, lon = position.get("latitudeI"), position.get("longitudeI")
    at = _count(position, "timestamp") or _count(position, "time")
    if not isinstance(lat, int) or not isinstance(lon, int) or not (lat or lon) or at == 0:
        return None
    if position.get("locationSource") not in _RECEIVED:
        return None
    if abs(lat) > 900_000_000 or abs(lon) > 1_800_000_000:
        return None
    return Fix(lat / 1e7, lon / 1e7, _precision_m(position), float(at))


def _precision_m(position: Mapping[str, Any]) -> int:
    dilution = _count(position, "PDOP") or _count(position, "HDOP") or 100
    bits = _count(position, "precisionBits") or _BITS  # a channel may be told to cut places
    cell = 2 ** (_BITS - bits) * _METRES_PER_UNIT if bits < _BITS else 0.0
    metres = math.ceil(max(_ERROR_M * dilution / 100, cell))
    return min(max(metres, _FINEST_M), _COARSEST_M)


def _count(position: Mapping[str, Any], name: str) -> int:
    """A field that is a whole number above 0; else 0, which the library leaves out as well."""
    value = position.get(name)
    return value if isinstance(value, int) and value > 0 else 0
