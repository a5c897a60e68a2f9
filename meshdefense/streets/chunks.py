"""The bytes of a pack's chunks: segments, crossings and areas as columns, deflated. Pure.

Positions are whole millionths of a degree (0.11 m of latitude). A chunk is about 1 km square;
inside it a position is 16 bits from the chunk's middle. Columns are split into planes of bytes
(all low bytes, then all high ones) and numbers into differences, which deflate to a third.
All arithmetic is modulo the column's width. Layout byte by byte: docs/maps.md.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CHUNK_LAT", "REACH", "SPILL", "ChunkError", "CrossingColumns", "Outline", "SegmentColumns",
    "chunk_id", "chunk_lon", "chunk_place", "decode_areas", "decode_crossings",
    "decode_segments", "encode_areas", "encode_crossings", "encode_segments",
]  # fmt: skip

Integers = NDArray[np.int64]
T = TypeVar("T", np.uint16, np.uint32)

CHUNK_LAT: Final = 10_000
"""Height of a chunk: 0.01 degrees, 1.1 km."""
_CHUNK_LON_MAX: Final = 40_000
_ROW_HALF: Final = 1 << 16
"""Chunks to each side of the zero meridian, and more than there can be."""
REACH: Final = (1 << 15) - 1
"""How far from its chunk's middle a position may lie."""
SPILL: Final = 5_000
"""How far a segment may reach out of its chunk: importers cut those longer than twice that."""
_SEGMENT_BYTES: Final = 14
_CROSSING_BYTES: Final = 12
_COUNT_MAX: Final = 1 << 22
"""Entries of one chunk; more is no town but damage, and would fill the memory."""
_AREA_BYTES_MAX: Final = 1 << 26


class ChunkError(ValueError):
    """The bytes are no chunk."""


@dataclass(frozen=True, slots=True)
class SegmentColumns:
    """Segments in millionths of a degree, one row each."""

    ends: Integers
    """(n, 4): longitude and latitude of one end, then of the other."""
    classes: NDArray[np.uint8]
    names: NDArray[np.int32]
    """-1 for none."""
    flags: NDArray[np.uint8]
    """1: one-way, from the first end to the second. 2: bridge. 4: tunnel."""


@dataclass(frozen=True, slots=True)
class CrossingColumns:
    """Where two streets of different names meet."""

    names: NDArray[np.int32]
    """(n, 2), the smaller one first."""
    places: Integers
    """(n, 2): longitude and latitude in millionths of a degree."""


@dataclass(frozen=True, slots=True)
class Outline:
    """An area: its kind, its name's number (-1 for none) and its rings in millionths."""

    kind: int
    name: int
    rings: tuple[Integers, ...]
    """Each (m, 2) longitude, latitude; the last point is not the first again."""


def chunk_lon(lat: float) -> int:
    """Width of the chunks of a pack whose middle is at `lat`: as wide as high, up to 75 degrees."""
    return min(round(CHUNK_LAT / max(0.01, float(np.cos(np.radians(lat))))), _CHUNK_LON_MAX)


def chunk_id(x: int, y: int) -> int:
    """The number of a chunk: those of one row from west to east follow each other."""
    return (y + _ROW_HALF) * 2 * _ROW_HALF + x + _ROW_HALF


def chunk_place(number: int) -> tuple[int, int]:
    """x and y of a chunk's number."""
    y, x = divmod(number, 2 * _ROW_HALF)
    return x - _ROW_HALF, y - _ROW_HALF


def encode_segments(columns: SegmentColumns, middle: tuple[int, int]) -> bytes:
    """One chunk. ValueError when an end lies farther than REACH from the middle."""
    offsets = columns.ends - np.array([*middle, *middle], np.int64)
    if len(offsets) and int(np.abs(offsets).max()) > REACH:
        raise ValueError("a segment reaches out of its chunk")
    begin, end = offsets[:, :2], offsets[:, 2:]
    before = np.vstack([np.zeros((1, 2), np.int64), end[:-1]])
    steps = np.hstack([begin - before, end - begin]).astype(np.uint16)
    names = np.diff(columns.names.astype(np.int64), prepend=-1).astype(np.uint32)
    planes = [_planes(steps.T), _planes(names[None, :]), columns.classes, columns.flags]
    return _deflated(planes)


def decode_segments(chunks: Sequence[tuple[int, bytes, tuple[int, int]]]) -> SegmentColumns:
    """Chunks as (count, bytes, middle), one after the other. Raises ChunkError.

    Together, not each by itself: a town has hundreds, and NumPy's cost is by the call.
    """
    counts = np.array([count for count, _, _ in chunks], np.int64)
    planes = _joined([_inflated(data, n, _SEGMENT_BYTES) for n, data, _ in chunks], _SEGMENT_BYTES)
    low, high = planes[0:8:2].astype(np.uint16), planes[1:8:2].astype(np.uint16)
    jump_x, jump_y, run_x, run_y = low | high << 8
    middles = np.array([middle for _, _, middle in chunks], np.int64).reshape(-1, 2)
    ends = np.empty((planes.shape[1], 4), np.int64)
    for axis, (jump, run) in enumerate(((jump_x, run_x), (jump_y, run_y))):
        last = _running(jump + run, counts)
        middle = np.repeat(middles[:, axis], counts)
        ends[:, axis + 2] = last.view(np.int16) + middle
        ends[:, axis] = (last - run).view(np.int16) + middle
    names = _running(_words(planes[8:12]), counts) - np.uint32(1)
    return SegmentColumns(ends, planes[12], names.view(np.int32), planes[13])


def encode_crossings(columns: CrossingColumns, middle: tuple[int, int]) -> bytes:
    """One chunk. ValueError when a place lies farther than REACH from the middle."""
    offsets = columns.places - np.array(middle, np.int64)
    if len(offsets) and int(np.abs(offsets).max()) > REACH:
        raise ValueError("a crossing lies out of its chunk")
    first = np.diff(columns.names[:, 0].astype(np.int64), prepend=0).astype(np.uint32)
    second = columns.names[:, 1].astype(np.uint32)
    return _deflated([_planes(np.stack([first, second])), _planes(offsets.astype(np.uint16).T)])


def decode_crossings(chunks: Sequence[tuple[int, bytes, tuple[int, int]]]) -> CrossingColumns:
    """Chunks as (count, bytes, middle), one after the other. Raises ChunkError."""
    counts = np.array([count for count, _, _ in chunks], np.int64)
    found = [_inflated(data, n, _CROSSING_BYTES) for n, data, _ in chunks]
    planes = _joined(found, _CROSSING_BYTES)
    first, second = _running(_words(planes[0:4]), counts), _words(planes[4:8])
    low, high = planes[8:12:2].astype(np.uint16), planes[9:12:2].astype(np.uint16)
    offsets = (low | high << 8).view(np.int16).T
    middles = np.array([middle for _, _, middle in chunks], np.int64).reshape(-1, 2)
    places = offsets.astype(np.int64) + np.repeat(middles, counts, axis=0)
    return CrossingColumns(np.stack([first, second], axis=1).view(np.int32), places)


def encode_areas(areas: Sequence[Outline]) -> bytes:
    """One chunk of areas. The rings are deflated with all their points in a row."""
    kinds = np.array([area.kind for area in areas], np.uint8)
    names = np.array([area.name for area in areas], np.int64).astype(np.uint32)
    rings = [ring for area in areas for ring in area.rings]
    numbers = np.array([len(area.rings) for area in areas], np.uint32)
    lengths = np.array([len(ring) for ring in rings], np.uint32)
    points = np.concatenate([np.zeros((0, 2), np.int64), *rings])
    steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), np.int64)).astype(np.uint32)
    columns = (names, numbers, lengths)
    return _deflated([kinds, *(_planes(c[None, :]) for c in columns), _planes(steps.T)])


def decode_areas(chunks: Sequence[tuple[int, bytes]]) -> list[Outline]:
    """Chunks of areas as (count, bytes), one after the other. Raises ChunkError."""
    parts = [_area_columns(count, data) for count, data in chunks]
    kinds = np.concatenate([np.zeros(0, np.uint8), *(part[0] for part in parts)])
    numbers = np.concatenate([np.zeros(0, np.int64), *(part[2] for part in parts)])
    names = _words(_joined([part[1] for part in parts], 4)).view(np.int32)
    lengths = _words(_joined([part[3] for part in parts], 4)).astype(np.int64)
    planes = _joined([part[4] for part in parts], 8)
    totals = np.array([part[4].shape[1] for part in parts], np.int64)
    # each chunk's rings hold its own points: no ring may begin in one and end in the next
    owned = np.cumsum([part[3].shape[1] for part in parts], dtype=np.int64)
    ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    if len(parts) and (ends[owned] != np.cumsum(totals)).any():
        raise ChunkError("the points do not fit the rings")
    steps = (_words(planes[0:4]), _words(planes[4:8]))
    points = np.stack([_running(step, totals).view(np.int32) for step in steps], axis=1)
    rings = np.split(points.astype(np.int64), ends[1:-1]) if len(lengths) else []
    stops = np.cumsum(numbers).tolist()
    starts = [0, *stops][: len(stops)]
    return [
        Outline(kind, name, tuple(rings[start:stop]))
        for kind, name, start, stop in zip(
            kinds.tolist(), names.tolist(), starts, stops, strict=True
        )
    ]


def _area_columns(
    count: int, data: bytes
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], Integers, NDArray[np.uint8], NDArray[np.uint8]]:
    """Kinds, planes of the names, numbers of rings, planes of their lengths and of the points."""
    flat = np.frombuffer(_bounded(data, _AREA_BYTES_MAX), np.uint8)
    if not 0 <= count <= _COUNT_MAX or len(flat) < 9 * count:
        raise ChunkError("the areas are cut short")
    at = 9 * count
    numbers = _words(flat[5 * count : at].reshape(4, count)).astype(np.int64)
    rings = int(numbers.sum())
    left = len(flat) - at - 4 * rings
    if left < 0 or left % 8:
        raise ChunkError("the rings are cut short")
    return (
        flat[:count],
        flat[count : 5 * count].reshape(4, count),
        numbers,
        flat[at : at + 4 * rings].reshape(4, rings),
        flat[at + 4 * rings :].reshape(8, left // 8),
    )


def _planes(rows: NDArray[np.unsignedinteger]) -> NDArray[np.uint8]:
    """Each row's bytes, all the lowest ones first."""
    width = rows.dtype.itemsize
    little = np.ascontiguousarray(rows.astype(rows.dtype.newbyteorder("<")))
    shaped = little.view(np.uint8).reshape(len(rows), -1, width)
    return np.ascontiguousarray(shaped.transpose(0, 2, 1)).ravel()


def _words(planes: NDArray[np.uint8]) -> NDArray[np.uint32]:
    a, b, c, d = planes.astype(np.uint32)
    joined: NDArray[np.uint32] = a | b << np.uint32(8) | c << np.uint32(16) | d << np.uint32(24)
    return joined


def _running(values: NDArray[T], counts: Integers) -> NDArray[T]:
    """Sums along `values` that begin anew with each chunk, modulo the width."""
    zero = np.zeros(1, values.dtype)
    sums = np.concatenate([zero, np.cumsum(values, dtype=values.dtype)])
    running: NDArray[T] = sums[1:] - np.repeat(sums[np.cumsum(counts) - counts], counts)
    return running


def _joined(parts: list[NDArray[np.uint8]], width: int) -> NDArray[np.uint8]:
    return np.concatenate([np.zeros((width, 0), np.uint8), *parts], axis=1)


def _deflated(planes: Sequence[NDArray[np.uint8]]) -> bytes:
    return zlib.compress(b"".join(plane.tobytes() for plane in planes), 6)


def _inflated(data: bytes, count: int, width: int) -> NDArray[np.uint8]:
    if not 0 <= count <= _COUNT_MAX:
        raise ChunkError(f"{count} entries in a chunk")
    plain = _bounded(data, count * width)
    if len(plain) != count * width:
        raise ChunkError("the chunk is cut short")
    return np.frombuffer(plain, np.uint8).reshape(width, count)


def _bounded(data: bytes, limit: int) -> bytes:
    """What `data` inflates to; never more than `limit` bytes in memory."""
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(data, limit + 1)
    except (zlib.error, TypeError) as error:  # SQLite lets a text stand where bytes should be
        raise ChunkError(f"it does not inflate: {error}") from None
    if len(plain) > limit or not inflater.eof or inflater.unused_data:
        raise ChunkError("it is longer than it says")
    return plain
