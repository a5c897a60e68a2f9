"""Where streets of different names meet. Pure, on whole arrays.

OSM streets that meet share a node. Streets of tiles are cut, merged and simplified, so they are
intersected, with a tolerance for ends that stop short; bridges and tunnels cross nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from meshdefense.streets.chunks import CrossingColumns, SegmentColumns
from meshdefense.streets.folding import fold, undirected
from meshdefense.streets.importing.tags import BRIDGE, TUNNEL
from meshdefense.streets.streets import RoadClass
from meshdefense_protocol.place import METRES_PER_DEGREE

__all__ = ["crossings_of", "pairs_by_cell"]

Numbers = NDArray[np.int64]
_TOLERANCE_M: Final = 6.0
_ONE_CORNER_M: Final = 60.0
"""Crossings of the same two streets this near are one: carriageways, islands."""
_CELL: Final = 1_000
"""Cells of the search for intersections, in millionths of a degree: 111 m of latitude."""
_SHARING_MAX: Final = 6
"""Names at one vertex; more is a square full of paths, and each pair is a crossing."""
_PAIRS_MAX: Final = 4_000_000
"""Candidates tested at a time, so that a dense town needs no more memory."""


def crossings_of(columns: SegmentColumns, texts: Sequence[str], *, planar: bool) -> CrossingColumns:
    """Crossings of named streets, each pair of names once at a place."""
    named = (columns.names >= 0) & (columns.classes > RoadClass.RAIL)
    ends, names = columns.ends[named], columns.names[named].astype(np.int64)
    found = [_shared(ends, names)]
    if planar and len(ends):
        level = columns.flags[named] & (BRIDGE | TUNNEL) == 0
        found.append(_intersections(ends[level], names[level]))
    pairs = np.concatenate([pair for pair, _ in found])
    places = np.concatenate([place for _, place in found])
    return _merged(pairs, places, texts)


def pairs_by_cell(
    left: tuple[Numbers, Numbers], right: tuple[Numbers, Numbers], size: int
) -> tuple[Numbers, Numbers]:
    """Every pair of a point of `left` and a rectangle of `right` whose cells it lies in.

    `left` is x and y; `right` the lower and upper corners, (n, 2) each. Returns both indexes.
    """
    of, cells = _covered(right[0] // size, right[1] // size)
    order = np.argsort(cells, kind="stable")
    cells, of = cells[order], of[order]
    wanted = _cell(left[0] // size, left[1] // size)
    start = np.searchsorted(cells, wanted, "left")
    count = np.searchsorted(cells, wanted, "right") - start
    one = np.repeat(np.arange(len(wanted)), count)
    step = np.arange(len(one)) - np.repeat(np.cumsum(count) - count, count)
    return one, of[np.repeat(start, count) + step]


def _shared(ends: Numbers, names: Numbers) -> tuple[Numbers, Numbers]:
    vertices = np.concatenate([ends[:, :2], ends[:, 2:]])
    owners = np.concatenate([names, names])
    keys = _cell(vertices[:, 0], vertices[:, 1])
    order = np.lexsort((owners, keys))
    keys, owners, vertices = keys[order], owners[order], vertices[order]
    first = np.ones(len(keys), bool)
    first[1:] = (keys[1:] != keys[:-1]) | (owners[1:] != owners[:-1])
    keys, owners, vertices = keys[first], owners[first], vertices[first]
    pairs, places = [np.zeros((0, 2), np.int64)], [np.zeros((0, 2), np.int64)]
    for apart in range(1, min(_SHARING_MAX, len(keys))):
        at = np.flatnonzero(keys[apart:] == keys[:-apart])
        pairs.append(np.stack([owners[at], owners[at + apart]], axis=1))
        places.append(vertices[at])
    return np.concatenate(pairs), np.concatenate(places)


def _intersections(ends: Numbers, names: Numbers) -> tuple[Numbers, Numbers]:
    lower = np.minimum(ends[:, :2], ends[:, 2:])
    upper = np.maximum(ends[:, :2], ends[:, 2:])
    reach = 100  # more than the tolerance, 11 m of latitude
    of, cells = _covered((lower - reach) // _CELL, (upper + reach) // _CELL)
    order = np.argsort(cells, kind="stable")
    cells, of = cells[order], of[order]
    pairs, places = [np.zeros((0, 2), np.int64)], [np.zeros((0, 2), np.int64)]
    waiting: list[Numbers] = []
    for apart in range(1, len(cells)):
        at = np.flatnonzero(cells[apart:] == cells[:-apart])
        if not len(at):
            break  # no cell holds that many
        both = np.stack([of[at], of[at + apart]], axis=1)
        waiting.append(both[names[both[:, 0]] != names[both[:, 1]]])
        if sum(map(len, waiting)) > _PAIRS_MAX:
            _meet(ends, names, waiting, pairs, places)
            waiting = []
    _meet(ends, names, waiting, pairs, places)
    return np.concatenate(pairs), np.concatenate(places)


def _meet(
    ends: Numbers,
    names: Numbers,
    waiting: list[Numbers],
    pairs: list[Numbers],
    places: list[Numbers],
) -> None:
    """Intersect candidates; what meets goes to `pairs` and `places`."""
    both = np.concatenate([np.zeros((0, 2), np.int64), *waiting])
    one, two = ends[both[:, 0]].astype(np.float64), ends[both[:, 1]].astype(np.float64)
    scale = METRES_PER_DEGREE / 1e6
    across = scale * np.cos(np.radians(one[:, 1] / 1e6))
    turn = np.stack([across, np.full(len(one), scale)], axis=1)
    begin = (two[:, :2] - one[:, :2]) * turn
    run, other = (one[:, 2:] - one[:, :2]) * turn, (two[:, 2:] - two[:, :2]) * turn
    size, size_other = np.hypot(*run.T), np.hypot(*other.T)
    spin = run[:, 0] * other[:, 1] - run[:, 1] * other[:, 0]
    # nearly parallel ones meet anywhere; a street that goes on under another name shares a vertex
    sharp = np.abs(spin) > 0.1 * size * size_other
    spin = np.where(sharp, spin, 1.0)
    along = (begin[:, 0] * other[:, 1] - begin[:, 1] * other[:, 0]) / spin
    along_other = (begin[:, 0] * run[:, 1] - begin[:, 1] * run[:, 0]) / spin
    for share, length in ((along, size), (along_other, size_other)):
        slack = _TOLERANCE_M / np.maximum(length, 1e-9)
        sharp &= (share >= -slack) & (share <= 1 + slack)
    met = np.flatnonzero(sharp)
    pairs.append(names[both[met]])
    steps = (one[met, 2:] - one[met, :2]) * along[met, None]
    places.append(np.rint(one[met, :2] + steps).astype(np.int64))


def _merged(pairs: Numbers, places: Numbers, texts: Sequence[str]) -> CrossingColumns:
    """Each pair once at a corner, in the middle of where it was found; no street with itself."""
    pairs = np.sort(pairs, axis=1)
    streets = _streets(np.unique(pairs), texts)
    kept = streets[pairs[:, 0]] != streets[pairs[:, 1]]
    pairs, places = pairs[kept], places[kept]
    order = np.lexsort((places[:, 1], places[:, 0], pairs[:, 1], pairs[:, 0]))
    pairs, places = pairs[order], places[order]
    once = np.ones(len(pairs), bool)  # two segments may share several cells of the search
    once[1:] = (pairs[1:] != pairs[:-1]).any(axis=1) | (places[1:] != places[:-1]).any(axis=1)
    pairs, places = pairs[once], places[once]
    found, found_places = [np.zeros((0, 2), np.int64)], [np.zeros((0, 2), np.int64)]
    while len(pairs):  # a round for each corner that the same two streets have
        new = np.ones(len(pairs), bool)
        new[1:] = (pairs[1:] != pairs[:-1]).any(axis=1)
        first, group = np.flatnonzero(new), np.cumsum(new) - 1
        offset = places - places[first][group]
        east = offset[:, 0] * np.cos(np.radians(places[:, 1] / 1e6))
        metres = np.hypot(east, offset[:, 1]) * (METRES_PER_DEGREE / 1e6)
        near = metres <= _ONE_CORNER_M
        count = np.bincount(group[near])
        means = [np.bincount(group[near], offset[near, axis]) / count for axis in (0, 1)]
        found.append(pairs[first])
        found_places.append(places[first] + np.rint(np.stack(means, axis=1)).astype(np.int64))
        pairs, places = pairs[~near], places[~near]
    return CrossingColumns(np.concatenate(found).astype(np.int32), np.concatenate(found_places))


def _streets(names: Numbers, texts: Sequence[str]) -> Numbers:
    """For each name a number; names that differ only in a direction share it."""
    numbers: dict[str, int] = {}
    table = np.full(len(texts) + 1, -1, np.int64)
    for name in names.tolist():
        table[name] = numbers.setdefault(undirected(fold(texts[name])), name)
    return table


def _covered(lower: Numbers, upper: Numbers) -> tuple[Numbers, Numbers]:
    """The cells that rectangles of cells cover: index of the rectangle, number of the cell."""
    wide, high = (upper - lower + 1).T
    count = wide * high
    of = np.repeat(np.arange(len(lower)), count)
    step = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    x, y = lower[of, 0] + step % wide[of], lower[of, 1] + step // wide[of]
    return of, _cell(x, y)


def _cell(x: Numbers, y: Numbers) -> Numbers:
    return (x + (1 << 30)) << 32 | (y + (1 << 30))
