"""Vector tiles: geometries come back, and other bytes are refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.streets.importing import vector_tile
from meshdefense.streets.importing.vector_tile import (
    LINE,
    POLYGON,
    TileError,
    layers_of,
    rings_of,
)

ROADS = frozenset({"road"})
coordinates = st.tuples(st.integers(-80, 4200), st.integers(-80, 4200))
lines = st.lists(st.lists(coordinates, min_size=2, max_size=8), min_size=1, max_size=3)


def zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def geometry(parts: list[list[tuple[int, int]]], *, close: bool) -> list[int]:
    """Commands of the specification, 4.3.1."""
    x = y = 0
    numbers: list[int] = []
    for part in parts:
        for at, (to_x, to_y) in enumerate(part):
            if at < 2:
                numbers.append(1 | 1 << 3 if at == 0 else 2 | (len(part) - 1) << 3)
            numbers += [zigzag(to_x - x), zigzag(to_y - y)]
            x, y = to_x, to_y
        if close:
            numbers.append(7 | 1 << 3)
    return numbers


def tile(features: list[tuple[int, list[int], dict[str, Any]]], layer: str = "road") -> bytes:
    message = vector_tile._message()()
    made = message.layers.add(name=layer, extent=4096, version=2)
    for kind, numbers, attributes in features:
        tags = []
        for key, value in attributes.items():
            if key not in made.keys:
                made.keys.append(key)
            tags += [list(made.keys).index(key), len(made.values)]
            field = "bool_value" if isinstance(value, bool) else "string_value"
            made.values.add(**{field: value})
        made.features.add(type=kind, geometry=numbers, tags=tags)
    data: bytes = message.SerializeToString()
    return data


@given(st.lists(lines, max_size=5))
def test_lines_of_many_features_come_back_as_they_were(
    features: list[list[list[tuple[int, int]]]],
) -> None:
    data = tile([(LINE, geometry(parts, close=False), {"class": "street"}) for parts in features])
    (layer,) = layers_of(data, ROADS)
    found: list[list[list[tuple[int, int]]]] = [[] for _ in features]
    for start, stop, owner in zip(layer.starts, layer.stops, layer.owners, strict=True):
        found[owner].append([(x, y) for x, y in layer.points[start:stop].tolist()])
    assert found == features
    assert layer.attributes == [{"class": "street"}] * len(features)


def test_a_hole_belongs_to_the_ring_before_it() -> None:
    outer = [(0, 0), (100, 0), (100, 100), (0, 100)]
    hole = [(40, 40), (40, 60), (60, 60), (60, 40)]
    second = [(200, 0), (300, 0), (300, 100)]
    numbers = geometry([outer, hole, second], close=True)
    (layer,) = layers_of(tile([(POLYGON, numbers, {})]), ROADS)
    spans = list(zip(layer.starts, layer.stops, strict=True))
    assert rings_of(layer.points, spans) == [[0, 1], [2]]


def test_only_the_layers_that_are_wanted_are_decoded() -> None:
    assert list(layers_of(tile([], layer="contour"), ROADS)) == []


@given(st.binary(max_size=200))
def test_other_bytes_are_refused_or_empty(data: bytes) -> None:
    try:
        list(layers_of(data, ROADS))
    except TileError:
        pass


@given(st.lists(st.integers(0, 2**32 - 1), max_size=12))
def test_commands_that_make_no_sense_are_refused_or_decoded_whole(numbers: list[int]) -> None:
    try:
        (layer,) = layers_of(tile([(LINE, numbers, {})]), ROADS)
    except TileError:
        return
    assert sum(b - a for a, b in zip(layer.starts, layer.stops, strict=True)) == len(layer.points)


@pytest.mark.parametrize(
    ("numbers", "why"),
    [([9, 2], "cut short"), ([10, 2, 2], "begins nowhere"), ([9 + 8 * 500, 0, 0], "cut short")],
)
def test_a_broken_geometry_says_why(numbers: list[int], why: str) -> None:
    with pytest.raises(TileError, match=why):
        list(layers_of(tile([(LINE, numbers, {})]), ROADS))


def test_an_attribute_without_a_value_is_refused() -> None:
    message = vector_tile._message()()
    layer = message.layers.add(name="road")
    layer.features.add(type=LINE, tags=[0, 0])
    with pytest.raises(TileError, match="attribute"):
        list(layers_of(message.SerializeToString(), ROADS))
