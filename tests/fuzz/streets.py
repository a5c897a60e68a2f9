"""Targets for packs of streets, which come as files: the chunks in them."""

from __future__ import annotations

import zlib
from typing import Final

import numpy as np

from fuzz.target import Check, Target, demand, refusing
from meshdefense.streets.chunks import (
    ChunkError,
    CrossingColumns,
    Outline,
    SegmentColumns,
    decode_areas,
    decode_crossings,
    decode_segments,
    encode_areas,
    encode_crossings,
    encode_segments,
)

__all__ = ["TARGETS"]

MIDDLE: Final = (-11_825_000, 34_050_000)


def chunk_seeds() -> list[bytes]:
    """How many entries there are said to be, then the bytes of a chunk before they are deflated."""
    ends = np.array([[0, 0, 90, 10], [90, 10, 95, -200]], np.int64) + np.array(MIDDLE * 2)
    bytes_ = np.array([1, 2], np.uint8)
    segments = SegmentColumns(ends, bytes_, np.array([-1, 7], np.int32), bytes_)
    crossings = CrossingColumns(np.array([[1, 2], [1, 9]], np.int32), ends[:, :2])
    rings = (np.array([[0, 0], [9, 0], [9, 9]], np.int64), np.array([[1, 1], [2, 1]], np.int64))
    areas = [Outline(1, -1, rings), Outline(2, 5, rings[:1])]
    made = (
        encode_segments(segments, MIDDLE), encode_crossings(crossings, MIDDLE), encode_areas(areas)
    )  # fmt: skip
    raws = [*map(zlib.decompress, made), *made]
    return [b"", *(b"\2" + raw for raw in raws)]


def make_chunks() -> Check:
    """What is read of a chunk is written as the same, whatever its bytes were deflated to."""

    def check(raw: bytes) -> None:
        count = (raw or b"\0")[0]
        for data in (raw[1:], zlib.compress(raw[1:], 1)):
            _segments(count, data)
            _crossings(count, data)
            _areas(count, data)

    return check


def _segments(count: int, data: bytes) -> None:
    found = refusing(decode_segments, [(count, data, MIDDLE)], ChunkError)
    if found is None:
        return
    demand(len(found.ends) == count, "another number of segments")
    try:
        again = encode_segments(found, MIDDLE)
    except ValueError:  # it reaches out of its chunk
        return
    same = decode_segments([(count, again, MIDDLE)])
    demand(np.array_equal(same.ends, found.ends), "segments become others")
    demand(np.array_equal(same.names, found.names), "their names become others")


def _crossings(count: int, data: bytes) -> None:
    found = refusing(decode_crossings, [(count, data, MIDDLE)], ChunkError)
    if found is None:
        return
    try:
        again = encode_crossings(found, MIDDLE)
    except ValueError:  # one lies out of its chunk
        return
    same = decode_crossings([(count, again, MIDDLE)])
    demand(np.array_equal(same.places, found.places), "crossings become others")
    demand(np.array_equal(same.names, found.names), "their names become others")


def _areas(count: int, data: bytes) -> None:
    found = refusing(decode_areas, [(count, data)], ChunkError)
    if found is None:
        return
    same = decode_areas([(count, encode_areas(found))])
    for one, other in zip(found, same, strict=True):
        demand((one.kind, one.name) == (other.kind, other.name), "an area becomes another")
        for ring, again in zip(one.rings, other.rings, strict=True):
            demand(np.array_equal(ring, again), "a ring becomes another")


TARGETS: Final = (Target("chunks", make_chunks, chunk_seeds, 600),)
