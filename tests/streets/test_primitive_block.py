"""Blocks of OSM PBF as arrays: what osmium reads, of any bytes nothing but a clear error."""

from __future__ import annotations

import contextlib
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.streets.importing.errors import ImportFailedError
from meshdefense.streets.importing.importer import import_file
from meshdefense.streets.importing.primitive_block import (
    Block,
    BlockError,
    CompressionError,
    Tags,
    inflated,
)

osmium = pytest.importorskip("osmium")

TEXTS = st.sampled_from(["highway", "name", "Street 1", "Café", "", "yes", "amenity"])
TAGS = st.dictionaries(TEXTS.filter(bool), TEXTS, max_size=3)
PLACES = st.tuples(st.integers(-1800000000, 1800000000), st.integers(-900000000, 900000000))
NODES = st.lists(st.tuples(PLACES, TAGS), max_size=40)


def varint(value: int) -> bytes:
    parts = []
    while value >= 0x80:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def zigzag(value: int) -> int:
    return value << 1 ^ value >> 63


def field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def packed(values: list[int]) -> bytes:
    return b"".join(map(varint, values))


def deltas(values: list[int]) -> bytes:
    return packed([zigzag(b - a) for a, b in zip([0, *values], values, strict=False)])


def block(texts: list[str], *groups: bytes) -> bytes:
    table = b"".join(field(1, text.encode()) for text in texts)
    return field(1, table) + b"".join(field(2, group) for group in groups)


def dense(ids: list[int], places: list[tuple[int, int]], numbers: list[int]) -> bytes:
    lons, lats = [lon for lon, _ in places], [lat for _, lat in places]
    columns = field(1, deltas(ids)) + field(8, deltas(lats)) + field(9, deltas(lons))
    return field(2, columns + (field(10, packed(numbers)) if numbers else b""))


def way(tags: list[tuple[int, int]], refs: list[int]) -> bytes:
    keys, values = packed([key for key, _ in tags]), packed([value for _, value in tags])
    return field(3, field(2, keys) + field(3, values) + field(8, deltas(refs)))


def told(tags: Tags, strings: list[bytes]) -> list[list[tuple[bytes, bytes]]]:
    rows: list[list[tuple[bytes, bytes]]] = [[] for _ in range(tags.count)]
    for owner, key, value in zip(tags.owners, tags.keys, tags.values, strict=True):
        rows[owner].append((strings[key], strings[value]))
    return rows


@given(NODES, st.lists(st.lists(st.integers(-(2**62), 2**62 - 1), max_size=9), max_size=9))
def test_nodes_and_ways_come_back_as_they_were_written(
    nodes: list[tuple[tuple[int, int], dict[str, str]]], ways: list[list[int]]
) -> None:
    texts = [
        "",
        "highway",
        *sorted({t for _, tags in nodes for pair in tags.items() for t in pair}),
    ]
    numbers: list[int] = []
    for _, tags in nodes:
        for key, value in tags.items():
            numbers += [texts.index(key), texts.index(value)]
        numbers.append(0)
    ids = [7 * at - 50 for at in range(len(nodes))]
    made = Block(
        block(
            texts,
            dense(ids, [place for place, _ in nodes], numbers),
            b"".join(way([(1, 0)], refs) + way([], [1, 2]) for refs in ways),
        )
    )
    found = made.nodes()
    assert found.ids.tolist() == ids
    assert found.places.tolist() == [list(place) for place, _ in nodes]
    assert told(found.tags, made.strings) == [
        [(key.encode(), value.encode()) for key, value in tags.items()] for _, tags in nodes
    ]
    kept = made.ways([b"highway"])
    assert (
        np.split(kept.refs, np.cumsum(kept.lengths)[:-1] if ways else [])[: len(ways)] is not None
    )
    assert kept.lengths.tolist() == [len(refs) for refs in ways]
    assert kept.refs.tolist() == [ref for refs in ways for ref in refs]
    assert kept.tags.owners.tolist() == list(range(len(ways)))


@pytest.mark.parametrize("form", ["true", "false"])
def test_the_library_reads_the_same_nodes(form: str, tmp_path: Path) -> None:
    path = tmp_path / "nodes.osm.pbf"
    rng = np.random.default_rng(20261121)
    places = rng.uniform((-180, -90), (180, 90), (500, 2)).round(7).tolist()
    kind = osmium.io.File(str(path), f"pbf,pbf_dense_nodes={form}")
    with osmium.SimpleWriter(kind) as writer:
        for at, place in enumerate(places):
            tags = {"name": f"Node {at}"} if at % 3 == 0 else {}
            writer.add_node(osmium.osm.mutable.Node(id=at * at, location=place, tags=tags))
    content = path.read_bytes()
    begin = 4 + int.from_bytes(content[:4])  # behind the header of the first blob
    begin += inside(content[4:begin])
    begin += 4 + int.from_bytes(content[begin : begin + 4])
    made = Block(inflated(content[begin:]))
    read = [(n.id, n.location.x, n.location.y, dict(n.tags)) for n in osmium.FileProcessor(path)]
    nodes = made.nodes()
    names = [{k.decode(): v.decode() for k, v in row} for row in told(nodes.tags, made.strings)]
    rows = zip(nodes.ids.tolist(), *nodes.places.T.tolist(), names, strict=True)
    assert [*rows] == read


def inside(header: bytes) -> int:
    """The size of the blob that a header of less than 2**14 bytes tells."""
    low, high = header[header.index(b"\x18") + 1 :][:2].ljust(2, b"\0")
    return low if low < 0x80 else low & 0x7F | high << 7


def test_an_empty_value_may_be_the_number_that_ends_a_nodes_tags() -> None:
    made = Block(block(["", "a", "b"], dense([1, 2], [(0, 0), (1, 1)], [1, 0, 2, 1, 0, 0])))
    tags = told(made.nodes().tags, made.strings)
    assert tags == [[(b"a", b""), (b"b", b"a")], []]


def test_of_a_key_that_comes_twice_the_first_value_counts() -> None:
    made = Block(block(["", "highway", "path", "road"], way([(1, 2), (1, 3)], [1, 2])))
    rows = made.ways([b"highway"]).tags.table(made.strings, [b"name", b"highway"])
    assert rows.tolist() == [[-1, 2]]


@pytest.mark.parametrize(
    "bad",
    [
        block(["", "a"], dense([1], [(0, 0)], [1])),  # a key without a value
        block(["", "a"], dense([1], [(0, 0)], [1, 1, 0, 0])),  # tags of a second node
        block(["", "a"], dense([1], [(0, 0)], [1, 2, 0])),  # a text that is not there
        block(["", "a"], dense([1, 2], [(0, 0)], [])),  # a node without a place
        block(["", "highway"], way([(1, 0), (1, 7)], [1])),
        block(["", "highway"], field(3, field(2, b"\x01"))),
        block(["", "highway"], field(3, field(2, b"\x01") + field(3, b"\x00") + field(8, b"\x80"))),
        block(["", "highway"], field(3, field(2, b"\x81" * 11 + b"\x01") + field(3, b"\x00"))),
    ],
)
def test_numbers_that_do_not_fit_are_an_error(bad: bytes) -> None:
    with pytest.raises(BlockError):
        taken_apart(bad)


def taken_apart(plain: bytes) -> None:
    made = Block(plain)
    made.nodes()
    made.ways([b"highway"]).tags.table(made.strings, [b"highway"])


WHOLE = block(
    ["", "highway", "name", "road"],
    dense([5, 9, 1000], [(0, 0), (179, -89), (10**9, 10**8)], [2, 3, 0, 0, 1, 3, 2, 2, 0]),
    way([(1, 3), (2, 3)], [5, 9, 1000]) + way([], [9, 5]),
    field(4, b"\x08\x01"),
)


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255), st.booleans())
def test_damage_is_an_error_or_other_numbers_and_nothing_else(
    at: int, byte: int, cut: bool
) -> None:
    plain = WHOLE[:at] if cut else WHOLE[:at] + bytes([byte]) + WHOLE[at + 1 :]
    with contextlib.suppress(BlockError):
        taken_apart(plain)


@given(st.binary(max_size=64))
def test_of_any_bytes_a_blob_is_inflated_or_refused(data: bytes) -> None:
    with contextlib.suppress(BlockError, CompressionError):
        assert len(inflated(data)) <= 1 << 25


def test_a_blob_that_inflates_to_more_than_the_format_allows_is_refused() -> None:
    with pytest.raises(BlockError):
        inflated(field(3, zlib.compress(bytes((32 << 20) + 1))))
    assert inflated(field(3, zlib.compress(b"block"))) == inflated(field(1, b"block")) == b"block"


def test_another_compression_is_named(tmp_path: Path) -> None:
    path = tmp_path / "lz4.osm.pbf"
    with osmium.SimpleWriter(osmium.io.File(str(path), "pbf,pbf_compression=lz4")) as writer:
        writer.add_node(osmium.osm.mutable.Node(id=1, location=(10, 50)))
    with pytest.raises(ImportFailedError, match="lz4") as failed:
        import_file(path, tmp_path / "x.streets")
    assert failed.value.problem == "compressed"
