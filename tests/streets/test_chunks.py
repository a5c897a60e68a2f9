"""Chunks keep what they are given, and refuse what they are not."""

from __future__ import annotations

import contextlib
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.streets import chunks
from meshdefense.streets.chunks import ChunkError, CrossingColumns, Outline, SegmentColumns

offsets = st.integers(-chunks.REACH, chunks.REACH)
names = st.integers(-1, 2**31 - 1)
middles = st.tuples(st.integers(-180_000_000, 180_000_000), st.integers(-90_000_000, 90_000_000))
segments = st.lists(
    st.tuples(
        st.tuples(offsets, offsets, offsets, offsets), st.integers(0, 8), names, st.integers(0, 7)
    ),
    max_size=40,
)
crossings = st.lists(
    st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1), offsets, offsets), max_size=40
)
places = st.tuples(st.integers(-180_000_000, 180_000_000), st.integers(-90_000_000, 90_000_000))
rings = st.lists(places, min_size=1, max_size=12)
areas = st.lists(
    st.tuples(st.integers(0, 3), names, st.lists(rings, min_size=1, max_size=3)), max_size=10
)


def columns_of(
    rows: list[tuple[tuple[int, int, int, int], int, int, int]], middle: tuple[int, int]
) -> SegmentColumns:
    ends = np.array([row[0] for row in rows], np.int64).reshape(-1, 4)
    return SegmentColumns(
        ends + np.array([*middle, *middle]),
        np.array([row[1] for row in rows], np.uint8),
        np.array([row[2] for row in rows], np.int32),
        np.array([row[3] for row in rows], np.uint8),
    )


@given(st.lists(st.tuples(segments, middles), max_size=4))
def test_segments_of_several_chunks_come_back_as_they_were(
    parts: list[tuple[list[tuple[tuple[int, int, int, int], int, int, int]], tuple[int, int]]],
) -> None:
    given_columns = [columns_of(rows, middle) for rows, middle in parts]
    packed = [
        (len(rows), chunks.encode_segments(columns, middle), middle)
        for (rows, middle), columns in zip(parts, given_columns, strict=True)
    ]
    found = chunks.decode_segments(packed)
    for name in ("ends", "classes", "names", "flags"):
        wanted = [getattr(columns, name) for columns in given_columns]
        assert getattr(found, name).tolist() == [row for part in wanted for row in part.tolist()]


@given(st.lists(st.tuples(crossings, middles), max_size=4))
def test_crossings_of_several_chunks_come_back_as_they_were(
    parts: list[tuple[list[tuple[int, int, int, int]], tuple[int, int]]],
) -> None:
    packed, wanted_names, wanted_places = [], [], []
    for rows, middle in parts:
        table = np.array(rows, np.int64).reshape(-1, 4)
        one = CrossingColumns(table[:, :2].astype(np.int32), table[:, 2:] + np.array(middle))
        packed.append((len(rows), chunks.encode_crossings(one, middle), middle))
        wanted_names += one.names.tolist()
        wanted_places += one.places.tolist()
    found = chunks.decode_crossings(packed)
    assert found.names.tolist() == wanted_names
    assert found.places.tolist() == wanted_places


@given(st.lists(areas, max_size=3))
def test_areas_of_several_chunks_come_back_as_they_were(
    parts: list[list[tuple[int, int, list[list[tuple[int, int]]]]]],
) -> None:
    given_areas = [
        [
            Outline(kind, name, tuple(np.array(ring, np.int64) for ring in shape))
            for kind, name, shape in rows
        ]
        for rows in parts
    ]
    found = chunks.decode_areas([(len(rows), chunks.encode_areas(rows)) for rows in given_areas])
    assert [(a.kind, a.name, [r.tolist() for r in a.rings]) for a in found] == [
        (a.kind, a.name, [r.tolist() for r in a.rings]) for rows in given_areas for a in rows
    ]


def test_a_ring_cannot_take_points_of_the_next_chunk() -> None:
    def one(points: int, length: int) -> tuple[int, bytes]:
        columns = [bytes([0]), bytes(4), bytes([1, 0, 0, 0]), bytes([length, 0, 0, 0])]
        return 1, zlib.compress(b"".join([*columns, bytes(8 * points)]))

    assert len(chunks.decode_areas([one(4, 4), one(4, 4)])) == 2
    for pair in ((one(3, 4), one(5, 4)), (one(4, 4), one(4, 3)), (one(4, 5), one(4, 3))):
        with pytest.raises(ChunkError, match="do not fit"):
            chunks.decode_areas(pair)


@given(st.integers(-2, 60), st.binary(max_size=900), st.booleans())
def test_any_other_bytes_are_no_chunk_or_a_whole_one(
    count: int, data: bytes, deflated: bool
) -> None:
    packed = zlib.compress(data) if deflated else data
    one = [(count, packed, (0, 0))]
    with contextlib.suppress(ChunkError):
        assert len(chunks.decode_segments(one).names) == count
    with contextlib.suppress(ChunkError):
        assert len(chunks.decode_crossings(one).names) == count
    with contextlib.suppress(ChunkError):
        assert len(chunks.decode_areas([(count, packed)])) == count


def test_a_chunk_that_inflates_to_more_than_it_says_is_refused_early() -> None:
    bomb = zlib.compress(bytes(50_000_000))
    with pytest.raises(ChunkError, match="longer"):
        chunks.decode_segments([(10, bomb, (0, 0))])
    with pytest.raises(ChunkError, match="entries"):
        chunks.decode_segments([(1 << 30, bomb, (0, 0))])


@pytest.mark.parametrize("beyond", [chunks.REACH + 1, -chunks.REACH - 1])
def test_what_reaches_out_of_a_chunk_is_refused(beyond: int) -> None:
    one = columns_of([((0, 0, beyond, 0), 3, -1, 0)], (0, 0))
    with pytest.raises(ValueError, match="reaches out"):
        chunks.encode_segments(one, (0, 0))
    crossing = CrossingColumns(np.array([[1, 2]], np.int32), np.array([[beyond, 0]], np.int64))
    with pytest.raises(ValueError, match="out of its chunk"):
        chunks.encode_crossings(crossing, (0, 0))


@given(st.integers(-36_000, 36_000), st.integers(-9_000, 9_000))
def test_the_number_of_a_chunk_names_its_place_and_keeps_rows_together(x: int, y: int) -> None:
    number = chunks.chunk_id(x, y)
    assert chunks.chunk_place(number) == (x, y)
    assert chunks.chunk_id(x + 1, y) == number + 1


@pytest.mark.parametrize("lat", [0, 41.9, -60, 75, 89.9, -90])
def test_a_chunk_is_as_wide_as_high_and_never_wider_than_a_place_can_be(lat: float) -> None:
    wide = chunks.chunk_lon(lat)
    assert wide // 2 + chunks.SPILL <= chunks.REACH
    if abs(lat) <= 75:
        square = wide * np.cos(np.radians(lat))
        assert square == pytest.approx(chunks.CHUNK_LAT, rel=0.04)
