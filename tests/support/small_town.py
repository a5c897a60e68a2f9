"""A made-up town around the origin of the screens' rows, for tests of the map.

Streets cross every 200 m. The named ones are few, so that a test can say where each stands.
"""

from __future__ import annotations

import numpy as np

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.streets.streets import Area, AreaKind, Point, PointKind, RoadClass, Streets
from meshdefense_tui.map.street_index import StreetIndex
from meshdefense_tui.street_source import StreetSource

__all__ = ["CREDIT", "TownSource", "square", "town"]

CREDIT = "© OpenStreetMap contributors"
_REACH_M = 2000
_STEP_M = 200
_LEVEL = {0: "Main Street", 400: "North Market Avenue", -600: "Río Lane"}
_UPRIGHT = {0: "Mill Road", 600: "Calle Ancha", -800: "Birch Drive"}
_CLASSES = {0: RoadClass.PRIMARY, 400: RoadClass.SECONDARY, 600: RoadClass.TERTIARY}

Rows = list[tuple[float, float, float, float, int, str]]


def square(west: float, south: float, east: float, north: float) -> np.ndarray:
    """A closed ring, counter-clockwise."""
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return np.array(corners, np.float32)


def town() -> Streets:
    """A street every 200 m, a railway, a lake, a park and a hospital."""
    rows: Rows = []
    for at in range(-_REACH_M, _REACH_M + 1, _STEP_M):
        road = int(_CLASSES.get(at, RoadClass.RESIDENTIAL))
        for start in range(-_REACH_M, _REACH_M, _STEP_M):
            end = start + _STEP_M
            rows.append((start, at, end, at, road, _LEVEL.get(at, "")))
            rows.append((at, start, at, end, road, _UPRIGHT.get(at, "")))
    rows.append((-_REACH_M, -1500, _REACH_M, 1100, RoadClass.RAIL, ""))
    rows.append((50, 60, 150, 140, RoadClass.PATH, ""))
    rows.sort(key=lambda row: row[4])
    texts = tuple(sorted({row[5] for row in rows} - {""}))
    return Streets(
        np.array([row[:4] for row in rows], np.float32),
        np.array([row[4] for row in rows], np.uint8),
        np.array([texts.index(row[5]) if row[5] else -1 for row in rows], np.int32),
        texts,
        (
            Area(AreaKind.WATER, "Mirror Lake", (square(-700, -550, -250, -250),)),
            Area(AreaKind.PARK, "Oak Park", (square(220, 20, 580, 380),)),
        ),
        (
            Point(PointKind.HOSPITAL, "Mercy Hospital", -300.0, 110.0),
            Point(PointKind.SCHOOL, "East School", 700.0, -90.0),
        ),
        CREDIT,
    )


class TownSource(StreetSource):
    """The town, without a file."""

    def __init__(self) -> None:
        super().__init__(None)
        self._town = StreetIndex(town())

    @property
    def title(self) -> str:
        return "Small Town"

    @property
    def credit(self) -> str:
        return CREDIT

    def index(self, origin: PlaceRow | None) -> StreetIndex | None:
        return self._town if origin is not None else None
