"""Vector tiles to streets: cut at the tile's edge, named by their labels, in degrees."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from meshdefense.streets.chunks import SegmentColumns
from meshdefense.streets.importing import tags
from meshdefense.streets.importing.draft import Draft, micro
from meshdefense.streets.importing.errors import ImportFailedError
from meshdefense.streets.importing.joints import pairs_by_cell
from meshdefense.streets.importing.vector_tile import (
    LINE,
    POINT,
    POLYGON,
    Layer,
    TileError,
    layers_of,
    rings_of,
)
from meshdefense.streets.streets import AreaKind, Bounds, PointKind, RoadClass

__all__ = ["TILES_MAX", "Tile", "read_tiles", "span"]

TILES_MAX: Final = 20_000
"""At zoom 14 about 200 by 200 km; more is an hour on a small machine."""
_TILE_BYTES_MAX: Final = 32 << 20
_LAYERS: Final = frozenset({
    "road", "transportation", "roads", "streets", "road_label", "transportation_name",
    "street_labels", "water", "ocean", "water_polygons", "building", "buildings", "landuse",
    "landcover", "park", "land", "sites", "poi", "pois", "poi_label", "place", "places",
    "place_label", "place_labels", "rail_station_label", "transit_stop_label",
})  # fmt: skip
_LABEL_REACH: Final = 1 / 500
"""How far a label's line may lie from its street, in sides of a tile: 8 units of 4,096."""
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tile:
    """Where a tile lies: y counts from north."""

    zoom: int
    x: int
    y: int

    def degrees(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Longitude and latitude of (n, 2) points in sides of the tile (web Mercator)."""
        scale = 2.0**self.zoom
        lon = (self.x + points[:, 0]) / scale * 360 - 180
        north = np.pi * (1 - 2 * (self.y + points[:, 1]) / scale)
        return np.stack([lon, np.degrees(np.arctan(np.sinh(north)))], axis=1)


def span(bounds: Bounds, zoom: int) -> tuple[int, int, int, int]:
    """First and last x, first and last y of the tiles that meet `bounds`.

    The first x is greater than the last one where the bounds cross the date line.
    """
    side = 1 << zoom
    lats = np.radians(np.clip([bounds.north, bounds.south], -85.051, 85.051))
    ys = (1 - np.arcsinh(np.tan(lats)) / np.pi) / 2 * side
    xs = [(lon + 180) / 360 * side for lon in (bounds.west, bounds.east)]
    top = side - 1
    return min(int(xs[0]), top), min(int(xs[1]), top), int(ys[0]), min(int(ys[1]), top)


def read_tiles(found: Iterable[tuple[Tile, bytes]], count: int, draft: Draft) -> None:
    """Add `count` tiles to the draft. Raises ImportFailedError."""
    draft.planar = True
    for at, (tile, data) in enumerate(found):
        draft.progress(at / max(count, 1), draft.segments)
        try:
            for layer in _grouped(list(layers_of(_plain(data), _LAYERS, _class_of))):
                layer(tile, draft)
        except (TileError, OSError, EOFError, zlib.error) as error:
            where = f"{tile.zoom}/{tile.x}/{tile.y}: {error}"
            raise ImportFailedError("damaged", draft.source, where[:80]) from error


def _class_of(layer: str, kind: int, attributes: dict[str, Any]) -> int | None:
    """Class of a street, area or point; 0 for labels; None for what is not drawn."""
    if layer in tags.LABEL_LAYERS:
        return 0 if kind == LINE and attributes.get("class") != "ferry" else None
    if kind == LINE:
        return tags.tile_road(attributes) if layer in tags.ROAD_LAYERS else None
    if kind == POLYGON:
        return tags.tile_area(layer, attributes)
    return tags.tile_point(layer, attributes) if kind == POINT else None


def _plain(data: bytes) -> bytes:
    """The tile inflated, where it is deflated; never more than a tile can be."""
    if data[:2] != b"\x1f\x8b":
        return data
    inflater = zlib.decompressobj(wbits=31)
    plain = inflater.decompress(data, _TILE_BYTES_MAX)
    if not inflater.eof:
        raise TileError("it does not end")
    return plain


def _grouped(layers: list[Layer]) -> list[Callable[[Tile, Draft], None]]:
    labels = [layer for layer in layers if layer.name in tags.LABEL_LAYERS]

    def work(layer: Layer) -> Callable[[Tile, Draft], None]:
        if layer.name in tags.ROAD_LAYERS:
            return lambda tile, draft: _roads(layer, labels, tile, draft)
        return lambda tile, draft: _others(layer, tile, draft)

    return [work(layer) for layer in layers if layer.name not in tags.LABEL_LAYERS]


def _roads(layer: Layer, labels: list[Layer], tile: Tile, draft: Draft) -> None:
    facts = [
        (road, draft.name(told.get("name") or told.get("ref")), tags.tile_flags(told))
        for road, told in zip(layer.classes, layer.attributes, strict=True)
    ]
    ends, owners = _segments(layer)
    ends, kept = _cut(ends)
    roads, names, flags = np.array(facts, np.int64).reshape(-1, 3)[owners[kept]].T
    if labels:
        bare = (names < 0) & (roads > RoadClass.RAIL)
        names[bare] = _names_of(ends[bare], labels, draft)
    begin, end = micro(tile.degrees(ends[:, :2])), micro(tile.degrees(ends[:, 2:]))
    draft.bulk(
        SegmentColumns(
            np.hstack([begin, end]),
            roads.astype(np.uint8),
            names.astype(np.int32),
            flags.astype(np.uint8),
        )
    )


def _segments(layer: Layer) -> tuple[NDArray[np.float64], Numbers]:
    """The segments of the layer's lines in sides of the tile, and the feature of each."""
    starts, stops = np.array(layer.starts, np.int64), np.array(layer.stops, np.int64)
    owners = np.array(layer.owners, np.int64)
    count = np.maximum(stops - starts - 1, 0)
    at = np.repeat(starts, count)
    at += np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
    places = layer.points / layer.extent
    return np.hstack([places[at], places[at + 1]]), np.repeat(owners, count)


def _cut(ends: NDArray[np.float64]) -> tuple[NDArray[np.float64], Numbers]:
    """What of the segments lies inside the tile (Liang-Barsky), and their indexes.

    Neighbours repeat what lies in the margin; cut at the edge the parts join exactly.
    """
    run = ends[:, 2:] - ends[:, :2]
    low, high = np.zeros(len(ends)), np.ones(len(ends))
    with np.errstate(divide="ignore", invalid="ignore"):
        for axis in (0, 1):
            enter = np.where(run[:, axis] >= 0, 0.0, 1.0) - ends[:, axis]
            leave = np.where(run[:, axis] >= 0, 1.0, 0.0) - ends[:, axis]
            still = run[:, axis] == 0
            outside = still & ((ends[:, axis] < 0) | (ends[:, axis] >= 1))
            low = np.where(still, low, np.maximum(low, enter / run[:, axis]))
            high = np.where(still, high, np.minimum(high, leave / run[:, axis]))
            high[outside] = -1.0
    kept = np.flatnonzero(low < high)
    begin = ends[kept, :2] + run[kept] * low[kept, None]
    end = ends[kept, :2] + run[kept] * high[kept, None]
    return np.hstack([begin, end]), kept


def _names_of(ends: NDArray[np.float64], labels: list[Layer], draft: Draft) -> Numbers:
    """The name of the label whose line runs along each segment; -1 for none."""
    lines, names = [np.zeros((0, 4))], [np.zeros(0, np.int64)]
    for layer in labels:
        found, owners = _segments(layer)
        own = [draft.name(told.get("name") or told.get("ref")) for told in layer.attributes]
        lines.append(found)
        names.append(np.array(own, np.int64)[owners])
    line, name = np.concatenate(lines), np.concatenate(names)
    line, name = line[name >= 0], name[name >= 0]
    unit = 1 << 20  # whole numbers, so that cells are exact
    middle = (ends[:, :2] + ends[:, 2:]) / 2
    low = np.minimum(line[:, :2], line[:, 2:]) - _LABEL_REACH
    high = np.maximum(line[:, :2], line[:, 2:]) + _LABEL_REACH
    x, y = np.floor(middle * unit).astype(np.int64).T
    corners = (np.floor(low * unit).astype(np.int64), np.floor(high * unit).astype(np.int64))
    one, two = pairs_by_cell((x, y), corners, unit >> 6)
    run, way = line[two, 2:] - line[two, :2], ends[one, 2:] - ends[one, :2]
    size, length = np.hypot(*run.T), np.hypot(*way.T)
    offset = middle[one] - line[two, :2]
    square = np.maximum(size, 1e-12) ** 2
    share = np.clip((offset * run).sum(axis=1) / square, 0, 1)
    away = np.hypot(*(offset - run * share[:, None]).T)
    along = np.abs((run * way).sum(axis=1)) >= 0.85 * size * length
    close = np.flatnonzero((away <= _LABEL_REACH) & along)
    close = close[np.argsort(-away[close], kind="stable")]
    best = np.full(len(ends), -1, np.int64)
    best[one[close]] = name[two[close]]  # the last write is the nearest label
    return best


def _others(layer: Layer, tile: Tile, draft: Draft) -> None:
    """Areas and points. What lies only in the margin belongs to the neighbour."""
    places = layer.points / layer.extent
    degrees = tile.degrees(places)
    parts: dict[int, list[tuple[int, int]]] = {}
    for start, stop, owner in zip(layer.starts, layer.stops, layer.owners, strict=True):
        parts.setdefault(owner, []).append((start, stop))
    for owner, spans in parts.items():
        text = layer.attributes[owner].get("name")
        if layer.kinds[owner] == POLYGON:
            ground = AreaKind(layer.classes[owner])
            for rings in rings_of(layer.points, spans):
                outer = places[slice(*spans[rings[0]])]
                if _inside(outer.min(axis=0), outer.max(axis=0)):
                    draft.area(
                        ground, draft.name(text), [degrees[slice(*spans[at])] for at in rings]
                    )
        elif _inside(places[spans[0][0]], places[spans[0][0]]):
            lon, lat = degrees[spans[0][0]].tolist()
            draft.point(PointKind(layer.classes[owner]), draft.name(text), lon, lat)


def _inside(low: NDArray[np.float64], high: NDArray[np.float64]) -> bool:
    return bool((high >= 0).all() and (low < 1).all())
