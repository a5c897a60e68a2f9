"""Which names of streets, areas and points a view would like to show, and where. Pure.

A street is named on the longest level piece of it that is in view. Names are wishes: the frame
writes them where nothing more important stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
from rich.cells import cell_len

from meshdefense.streets.streets import Point, PointKind, RoadClass
from meshdefense_tui.map.clip import Lines
from meshdefense_tui.map.geometry import View
from meshdefense_tui.map.raster import DotStyle

__all__ = ["Name", "abbreviated", "area_names", "point_names", "street_names"]

_PLACES_EACH: Final = 3
"""Places that are tried for one name."""
_CELLS_A_NAME: Final = 200
"""Cells of the map to one name that is tried: more than that is no map but a list."""
_ALMOST_AS_GOOD: Final = 0.3
"""How much worse, as a share, than the best piece of its street a place for the name may be."""
_UPRIGHT_ROOM: Final = 16
"""Cells for the name of a street that runs up and down: it crosses its street."""
_SHORT: Final = {
    "street": "St", "avenue": "Av", "boulevard": "Blvd", "road": "Rd", "drive": "Dr",
    "lane": "Ln", "court": "Ct", "place": "Pl", "square": "Sq", "parkway": "Pkwy",
    "highway": "Hwy", "expressway": "Expy", "terrace": "Ter", "north": "N", "south": "S",
    "east": "E", "west": "W", "saint": "St", "calle": "C", "avenida": "Av", "carrera": "Cra",
    "plaza": "Pza", "paseo": "Po", "carretera": "Ctra", "camino": "Cno", "bulevar": "Blvr",
    "norte": "N", "sur": "S", "este": "E", "oeste": "O", "santa": "Sta", "santo": "Sto",
}  # fmt: skip
_POINTS_TO: Final = {
    PointKind.HOSPITAL: 20, PointKind.FIRE_STATION: 15, PointKind.STATION: 15,
    PointKind.COMMUNITY: 7, PointKind.PHARMACY: 5, PointKind.SCHOOL: 7, PointKind.OTHER: 3,
    PointKind.NEIGHBOURHOOD: 50,
}  # fmt: skip
"""Metres per column up to which a kind of point is shown."""
_NEIGHBOURHOOD_FROM: Final = 7
"""Below this a neighbourhood is larger than the map, and its middle says nothing."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name and where it may stand: the first of `places` where there is room."""

    text: str
    role: str
    places: tuple[tuple[int, int], ...]
    """Column of the middle of the text, and row."""
    margin: int = 1
    """Rows above and below that hold no other name of a street."""
    sign: str = ""
    """Of a point: one cell at the place itself, with the text to its right."""


@lru_cache(maxsize=4096)
def abbreviated(text: str, room: int) -> str:
    """`text` where it fits into `room` cells, else with its usual words cut short.

    West Madison Street, W Madison St. Empty where that does not fit, too.
    """
    if cell_len(text) <= room:
        return text
    words = [_SHORT.get(word.casefold(), word) for word in text.split()]
    short = " ".join(words)
    return short if len(words) > 1 and cell_len(short) <= room else ""


def street_names(
    lines: Lines,
    names: npt.NDArray[np.int32],
    classes: npt.NDArray[np.uint8],
    texts: tuple[str, ...],
    width: int,
    height: int,
) -> list[Name]:
    """Names for these lines (in cells, within the map), the most important street first."""
    named = np.flatnonzero(names >= 0)
    if not len(named):
        return []
    ends, which = lines[:, named], names[named]
    across, down = np.abs(ends[2] - ends[0]), np.abs(ends[3] - ends[1])
    level = np.bincount(which, np.where(across >= down, across, 0), len(texts))
    length = np.bincount(which, across + 2 * down, len(texts))
    ranks = np.zeros(len(texts), np.int16)
    ranks[which] = classes[named]  # ascending, so the highest of a street is the last written
    limit = max(width * height // _CELLS_A_NAME, 4)
    streets = np.flatnonzero(length)
    streets = streets[np.lexsort((-length[streets], -ranks[streets]))][: limit + limit // 2]
    rooms = np.maximum(level, np.minimum(_UPRIGHT_ROOM, length))[streets]
    rooms = np.minimum(rooms, width - 2).astype(int).tolist()
    roles = np.where(ranks[streets] >= int(RoadClass.SECONDARY), "main_name", "street_name")
    pieces = _best_pieces(ends, which, 2 * down - across, streets, len(texts), height)
    wishes = []
    for street, room, role, places in zip(
        streets.tolist(), rooms, roles.tolist(), pieces, strict=True
    ):
        if text := abbreviated(texts[street], room):
            wishes.append(Name(text, role, tuple(places)))
            if len(wishes) >= limit:
                break
    return wishes


def _best_pieces(
    ends: Lines,
    which: npt.NDArray[np.int32],
    badness: npt.NDArray[np.float32],
    streets: npt.NDArray[np.intp],
    known: int,
    height: int,
) -> list[list[tuple[int, int]]]:
    """Of each of `streets` the cells in the middle of its few best lines, the best first."""
    position = np.full(known, -1, np.int32)
    position[streets] = np.arange(len(streets))
    at = position[which]
    best = np.full(known, np.inf, np.float32)
    np.minimum.at(best, which, badness)
    # far from the best is not sorted: on a small scale most of ten thousand lines
    worst = best + _ALMOST_AS_GOOD * np.abs(best)
    wanted = np.flatnonzero((at >= 0) & (badness <= worst[which]))
    order = wanted[np.lexsort((badness[wanted], at[wanted]))]
    bounds = np.searchsorted(at[order], np.arange(len(streets) + 1)).tolist()
    columns = ((ends[0] + ends[2])[order] / 2).astype(int).tolist()
    middles = ((ends[1] + ends[3])[order] / 2).astype(int)
    rows = np.minimum(middles, height - 1).tolist()
    return [
        list(zip(columns[a:b], rows[a:b], strict=True))
        for a, b in ((a, min(b, a + _PLACES_EACH)) for a, b in pairwise(bounds))
    ]


def area_names(
    areas: Iterable[tuple[str, tuple[float, float, float, float]]], width: int, height: int
) -> list[Name]:
    """Names of areas that are wide enough for them.

    With each comes its box in cells: left, top, right, bottom.
    """
    wishes = []
    for text, (left, top, right, bottom) in areas:
        left, right = max(left, 0), min(right, width)
        top, bottom = max(top, 0), min(bottom, height)
        if text and right - left >= cell_len(text) + 2 and bottom > top:
            middle = (int((left + right) / 2), int((top + bottom) / 2))
            others = ((middle[0], middle[1] - 1), (middle[0], middle[1] + 1))
            wishes.append(Name(text, "area_name", (middle, *others), margin=0))
    return wishes


def point_names(
    points: Iterable[Point], view: View, width: int, height: int, style: DotStyle
) -> list[Name]:
    """Signs and names of those of these points that this zoom shows."""
    wishes = []
    plain = style is not DotStyle.BRAILLE
    for point in points:
        if not point.name or view.scale > _POINTS_TO[point.kind]:
            continue
        column, row = view.cell(point.east, point.north, width, height)
        if not (0 <= column < width and 0 <= row < height):
            continue
        if point.kind is PointKind.NEIGHBOURHOOD:
            if view.scale >= _NEIGHBOURHOOD_FROM:
                wishes.append(Name(point.name.upper(), "area_name", ((column, row),)))
            continue
        sign = "+" if point.kind is PointKind.HOSPITAL else "o" if plain else "◦"
        wishes.append(Name(point.name, "point", ((column, row),), margin=0, sign=sign))
    return sorted(wishes, key=lambda wish: (not wish.sign, len(wish.text)))
