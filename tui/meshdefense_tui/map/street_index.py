"""Streets made ready for questions: which lines and areas lie in a view. Pure.

There is no tree: a comparison of all bounding boxes takes a few hundredths of a millisecond for
50,000 lines, and an R*Tree that hands rows to Python takes a thousand times longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from meshdefense.streets.streets import AreaKind, RoadClass, Streets
from meshdefense_tui.map.clip import Lines
from meshdefense_tui.map.geometry import View

__all__ = ["Edges", "StreetIndex", "least_class", "shows_rails", "to_cells"]

_LIMITS: Final = (
    (3, RoadClass.PATH),
    (8, RoadClass.SERVICE),
    (20, RoadClass.RESIDENTIAL),
    (50, RoadClass.TERTIARY),
    (150, RoadClass.SECONDARY),
    (500, RoadClass.PRIMARY),
)
"""Metres per column up to which a class is drawn: beyond, its lines would be a solid grey."""
_RAILS_TO: Final = 40
_SMALLEST_CELLS: Final = 2.0
"""Areas that are smaller than this, in columns, are not drawn."""

Indices = npt.NDArray[np.intp]


def least_class(scale: int) -> RoadClass:
    """The lowest class that is drawn at `scale` metres per column."""
    return next((each for limit, each in _LIMITS if scale <= limit), RoadClass.TRUNK)


def shows_rails(scale: int) -> bool:
    """Whether railways are drawn at `scale` metres per column."""
    return scale <= _RAILS_TO


def to_cells(lines: Lines, view: View, width: int, height: int) -> Lines:
    """East and north in metres to columns and rows of a map of that size."""
    across, down = np.float32(1 / view.scale), np.float32(-1 / (2 * view.scale))
    cells = np.empty(lines.shape, np.float32)
    cells[0::2] = (lines[0::2] - np.float32(view.east)) * across + np.float32(width / 2)
    cells[1::2] = (lines[1::2] - np.float32(view.north)) * down + np.float32(height / 2)
    return cells


@dataclass(frozen=True, slots=True)
class Edges:
    """The outlines of all areas of one kind, end to end."""

    lines: Lines
    """Metres east and north; outer rings run the same way round, holes the other way."""
    area: npt.NDArray[np.int32]
    """Which area each line belongs to, as an index into `Streets.areas`."""


class StreetIndex:
    """One town's streets. Built once for an origin, asked at every frame that moved."""

    def __init__(self, streets: Streets) -> None:
        self.streets = streets
        self.ends: Lines = np.ascontiguousarray(streets.lines.T, np.float32)
        """Of all lines, in metres east and north."""
        self._west, self._east = _low_high(self.ends[0], self.ends[2])
        self._south, self._north = _low_high(self.ends[1], self.ends[3])
        self._starts = np.searchsorted(streets.classes, np.arange(len(RoadClass) + 1))
        boxes = np.array([_box(area.rings) for area in streets.areas], np.float32)
        self._boxes = boxes.reshape(-1, 4)
        self._kinds = np.array([area.kind for area in streets.areas], np.uint8)
        self.edges = {kind: self._outlines(kind) for kind in AreaKind}
        spots = [(point.east, point.north) for point in streets.points]
        self._spots = np.array(spots, np.float32).reshape(-1, 2)

    def lines(self, view: View, width: int, height: int) -> Indices:
        """The lines of the classes of this zoom that may cross the view, in drawing order."""
        west, south, east, north = _rectangle(view, width, height)
        found = []
        spans = [(self._starts[least_class(view.scale)], len(self._west))]
        if shows_rails(view.scale):
            spans.insert(0, (self._starts[RoadClass.RAIL], self._starts[RoadClass.PATH]))
        for first, last in spans:
            part = slice(first, last)
            mask = self._east[part] >= west
            mask &= self._west[part] <= east
            mask &= self._north[part] >= south
            mask &= self._south[part] <= north
            found.append(np.flatnonzero(mask) + first)
        return np.concatenate(found)

    def areas(self, view: View, width: int, height: int) -> Indices:
        """The areas that may meet the view and are large enough to be seen."""
        if not len(self._boxes):
            return np.empty(0, np.intp)
        west, south, east, north = _rectangle(view, width, height)
        left, low, right, high = self._boxes.T
        mask = (right >= west) & (left <= east) & (high >= south) & (low <= north)
        mask &= np.maximum(right - left, high - low) >= _SMALLEST_CELLS * view.scale
        return np.flatnonzero(mask)

    def points(self, view: View, width: int, height: int) -> Indices:
        """The points within the view."""
        west, south, east, north = _rectangle(view, width, height)
        x, y = self._spots.T
        return np.flatnonzero((x >= west) & (x < east) & (y > south) & (y <= north))

    def outlines(self, kind: AreaKind, among: Indices) -> Lines:
        """The outlines, in metres, of the areas of a kind that are among these."""
        edges = self.edges[kind]
        wanted = np.zeros(len(self._boxes) + 1, np.bool_)
        wanted[among] = True
        return edges.lines[:, wanted[edges.area]]

    def box(self, area: int) -> tuple[float, float, float, float]:
        """West, south, east and north of an area, in metres."""
        west, south, east, north = self._boxes[area].tolist()
        return west, south, east, north

    def _outlines(self, kind: AreaKind) -> Edges:
        lines: list[Lines] = []
        owners: list[npt.NDArray[np.int32]] = []
        for index in np.flatnonzero(self._kinds == kind).tolist():
            rings = [ring for ring in self.streets.areas[index].rings if len(ring) > 2]
            backwards = bool(rings) and _signed_area(rings[0]) < 0
            for ring in rings:
                points = ring[::-1] if backwards else ring
                lines.append(np.vstack([points[:-1].T, points[1:].T]).astype(np.float32))
                owners.append(np.full(len(points) - 1, index, np.int32))
        if not lines:
            return Edges(np.empty((4, 0), np.float32), np.empty(0, np.int32))
        return Edges(np.concatenate(lines, axis=1), np.concatenate(owners))


def _low_high(
    one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    return np.minimum(one, other), np.maximum(one, other)


def _rectangle(view: View, width: int, height: int) -> tuple[float, float, float, float]:
    across, down = view.scale * width / 2, view.scale * height
    return view.east - across, view.north - down, view.east + across, view.north + down


def _box(rings: tuple[npt.NDArray[np.float32], ...]) -> tuple[float, float, float, float]:
    points = np.concatenate(rings) if rings else np.full((1, 2), np.nan, np.float32)
    west, south = points.min(0)
    east, north = points.max(0)
    return float(west), float(south), float(east), float(north)


def _signed_area(ring: npt.NDArray[np.float32]) -> float:
    x, y = ring[:, 0].astype(np.float64), ring[:, 1].astype(np.float64)
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) / 2)
