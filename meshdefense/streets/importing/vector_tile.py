"""One Mapbox vector tile (MVT 2.1): its layers, features and geometries as arrays. Pure.

The messages are described here and parsed by protobuf, which the program has anyway; the
geometries of a whole layer are decoded together. Source: github.com/mapbox/vector-tile-spec, 2.1.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from meshdefense.streets.importing.messages import message_class

__all__ = ["LINE", "POINT", "POLYGON", "Layer", "TileError", "layers_of", "rings_of"]

POINT, LINE, POLYGON = 1, 2, 3
_MOVE, _DRAW, _CLOSE = 1, 2, 7
_FIELDS: Final = {
    "Value": (
        ("string_value", 1, "STRING"), ("float_value", 2, "FLOAT"), ("double_value", 3, "DOUBLE"),
        ("int_value", 4, "INT64"), ("uint_value", 5, "UINT64"), ("sint_value", 6, "SINT64"),
        ("bool_value", 7, "BOOL"),
    ),
    "Feature": (
        ("id", 1, "UINT64"), ("tags", 2, "UINT32**"), ("type", 3, "UINT32"),
        ("geometry", 4, "UINT32**"),
    ),
    "Layer": (
        ("name", 1, "STRING"), ("features", 2, "Feature*"), ("keys", 3, "STRING*"),
        ("values", 4, "Value*"), ("extent", 5, "UINT32"), ("version", 15, "UINT32"),
    ),
    "Tile": (("layers", 3, "Layer*"),),
}  # fmt: skip
_EXTENT: Final = 4096


Classify = Callable[[str, int, dict[str, Any]], int | None]
"""From layer, kind of geometry and attributes to a class; None for what nobody wants."""


class TileError(ValueError):
    """The bytes are no vector tile."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer. Coordinates are whole units of the tile, `extent` of them to a side."""

    name: str
    extent: int
    kinds: list[int]
    """POINT, LINE or POLYGON for each feature."""
    classes: list[int]
    """What `classify` said."""
    attributes: list[dict[str, Any]]
    points: NDArray[np.int64]
    """(n, 2) of all features in a row."""
    starts: list[int]
    """Where each part (a line, a ring, or some points) begins in `points`."""
    stops: list[int]
    owners: list[int]
    """The feature of each part."""


def _anything(layer: str, kind: int, attributes: dict[str, Any]) -> int | None:
    return 0


def layers_of(
    data: bytes, wanted: frozenset[str], classify: Classify = _anything
) -> Iterator[Layer]:
    """The layers of a tile that are named in `wanted`. Raises TileError.

    Features that `classify` has no class for are left out before their geometry is decoded,
    which is most of the work.
    """
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # no types

    try:
        tile = _message()()
        tile.ParseFromString(data)
    except DecodeError as error:
        raise TileError(str(error)) from None
    for layer in tile.layers:
        if layer.name in wanted:
            yield _layer(layer, classify)


def rings_of(points: NDArray[np.int64], parts: list[tuple[int, int]]) -> list[list[int]]:
    """Parts of a polygon feature grouped into polygons: an outer ring, then its holes.

    Outer rings have a positive area with y downwards (specification, 4.3.3.3).
    """
    polygons: list[list[int]] = []
    for at, (start, stop) in enumerate(parts):
        x, y = points[start:stop].T
        if not len(x):
            continue
        area = int(x[:-1] @ y[1:] - x[1:] @ y[:-1] + x[-1] * y[0] - x[0] * y[-1])
        if area > 0 or (area < 0 and not polygons):
            polygons.append([at])
        elif area < 0:
            polygons[-1].append(at)
    return polygons


def _layer(layer: Any, classify: Classify) -> Layer:
    keys = list(layer.keys)
    values = [_value(value) for value in layer.values]
    kinds: list[int] = []
    classes: list[int] = []
    attributes: list[dict[str, Any]] = []
    numbers: list[int] = []
    starts: list[int] = []
    stops: list[int] = []
    owners: list[int] = []
    firsts: list[int] = []
    count = 0
    known: dict[tuple[int, ...], tuple[dict[str, Any], int | None]] = {}
    for feature in layer.features:
        kind = feature.type
        mark = (kind, *feature.tags)  # many features of a tile say the same
        if mark not in known:
            told = _told(mark[1:], keys, values)
            known[mark] = (told, classify(layer.name, kind, told))
        told, found = known[mark]
        if found is None:
            continue
        attributes.append(told)
        classes.append(found)
        owner, geometry = len(kinds), list(feature.geometry)
        kinds.append(kind)
        firsts.append(count)
        at, size = 0, len(geometry)
        while at < size:
            command, repeat = geometry[at] & 7, geometry[at] >> 3
            at += 1
            if command == _CLOSE:
                continue
            end = at + 2 * repeat
            if command not in (_MOVE, _DRAW) or end > size:
                raise TileError("a geometry is cut short")
            if command == _MOVE:
                starts.append(count)
                stops.append(count)
                owners.append(owner)
            elif not stops or owners[-1] != owner:
                raise TileError("a line begins nowhere")
            numbers += geometry[at:end]
            count += repeat
            stops[-1] = count
            at = end
    points = _absolute(np.array(numbers, np.uint32), np.array(firsts, np.int64), count)
    extent = layer.extent or _EXTENT
    return Layer(layer.name, extent, kinds, classes, attributes, points, starts, stops, owners)


def _told(tags: Sequence[int], keys: list[str], values: list[Any]) -> dict[str, Any]:
    """The attributes of a feature. Raises TileError."""
    try:
        return {keys[key]: values[value] for key, value in zip(tags[::2], tags[1::2], strict=True)}
    except (IndexError, ValueError):
        raise TileError("an attribute without a key or value") from None


def _absolute(
    zigzag: NDArray[np.uint32], firsts: NDArray[np.int64], count: int
) -> NDArray[np.int64]:
    """Steps to places; each feature starts at the tile's corner again."""
    steps = (zigzag >> 1).astype(np.int64) ^ -(zigzag & 1).astype(np.int64)
    sums = np.cumsum(steps.reshape(-1, 2), axis=0)
    padded = np.concatenate([np.zeros((1, 2), np.int64), sums])
    lengths = np.diff(firsts, append=count)
    places: NDArray[np.int64] = sums - np.repeat(padded[firsts], lengths, axis=0)
    return places


def _value(value: Any) -> Any:
    for field, found in value.ListFields():
        if field.name.endswith("_value"):
            return found
    return None


@functools.cache
def _message() -> Any:
    """The class of a tile's message."""
    return message_class("vector_tile", _FIELDS, "Tile")
