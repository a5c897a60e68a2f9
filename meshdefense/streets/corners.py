"""The nearest corner of a place, from segments and crossings. Pure.

Where the place lies on a street, the crossing is one of that street: behind a block another
crossing may be nearer, but nobody standing there would name it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from meshdefense.streets.chunks import CrossingColumns, SegmentColumns
from meshdefense.streets.streets import Plane, RoadClass
from meshdefense.streets.words import Corner
from meshdefense_protocol.place import METRES_PER_DEGREE

__all__ = ["nearest_corner"]

_ON_M: Final = 25.0
"""Half the width of a wide street with its pavements."""
_MILLION: Final = 1_000_000


def nearest_corner(
    plane: Plane,
    segments: SegmentColumns,
    crossings: CrossingColumns,
    texts: Sequence[str],
    within_m: float,
) -> Corner | None:
    """The corner that describes the plane's origin, or None within `within_m` metres."""
    street, foot, away = _nearest_street(plane, segments)
    on = away <= min(_ON_M, within_m)
    places = crossings.places.astype(np.float64) / _MILLION
    x, y = plane.east_north(places[:, 1], places[:, 0])
    far = np.hypot(x, y)
    if on:
        own = (crossings.names == street).any(axis=1)
        corner = _crossing(np.where(own, far, np.inf), crossings, within_m)
    else:
        corner = _crossing(far, crossings, within_m)
    if corner is not None:
        first, second = crossings.names[corner].tolist()
        if second == street:
            first, second = second, first
        at = (float(x[corner]), float(y[corner]))
        lon, lat = places[corner].tolist()
        return _corner(texts[first], texts[second], at, on and first == street, (lat, lon))
    if away > within_m:
        return None
    lat = plane.lat + foot[1] / METRES_PER_DEGREE
    shrink = METRES_PER_DEGREE * max(0.01, math.cos(math.radians(plane.lat)))
    lon = (plane.lon + foot[0] / shrink + 180) % 360 - 180
    return _corner(texts[street], None, foot, on, (lat, lon))


def _nearest_street(
    plane: Plane, segments: SegmentColumns
) -> tuple[int, tuple[float, float], float]:
    """Name, nearest point in metres and distance of the nearest named street; rails are none."""
    named = (segments.names >= 0) & (segments.classes > RoadClass.RAIL)
    if not named.any():
        return -1, (0.0, 0.0), math.inf
    ends = segments.ends[named].astype(np.float64) / _MILLION
    begin = np.stack(plane.east_north(ends[:, 1], ends[:, 0]), axis=1)
    run = np.stack(plane.east_north(ends[:, 3], ends[:, 2]), axis=1) - begin
    length: NDArray[np.float64] = np.maximum((run**2).sum(axis=1), 1e-9)
    share = np.clip(-(begin * run).sum(axis=1) / length, 0, 1)
    feet = begin + run * share[:, None]
    far = np.hypot(feet[:, 0], feet[:, 1])
    best = int(far.argmin())
    x, y = feet[best].tolist()
    return int(segments.names[named][best]), (x, y), float(far[best])


def _crossing(far: NDArray[np.float64], crossings: CrossingColumns, within_m: float) -> int | None:
    if not len(crossings.names):
        return None
    best = int(far.argmin())
    return best if far[best] <= within_m else None


def _corner(
    street: str,
    other: str | None,
    at: tuple[float, float],
    on: bool,
    degrees: tuple[float, float],
) -> Corner:
    bearing = math.degrees(math.atan2(-at[0], -at[1])) % 360
    return Corner(street, other, math.hypot(*at), bearing, on, *degrees)
