"""The nodes and ways of an OSM PBF file's block as arrays. Pure.

protobuf takes the messages apart; packed numbers are declared as bytes and decoded here, those
of a whole block together. Source: https://wiki.openstreetmap.org/wiki/PBF_Format
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from meshdefense.streets.importing.messages import message_class

__all__ = ["Block", "BlockError", "CompressionError", "Nodes", "Tags", "Ways", "inflated"]

Numbers = NDArray[np.int64]
_FIELDS: Final = {
    "Node": (
        ("id", 1, "SINT64"), ("keys", 2, "BYTES"), ("vals", 3, "BYTES"), ("lat", 8, "SINT64"),
        ("lon", 9, "SINT64"),
    ),
    "DenseNodes": (
        ("id", 1, "BYTES"), ("lat", 8, "BYTES"), ("lon", 9, "BYTES"), ("keys_vals", 10, "BYTES"),
    ),
    "Way": (("keys", 2, "BYTES"), ("vals", 3, "BYTES"), ("refs", 8, "BYTES")),
    "PrimitiveGroup": (
        ("nodes", 1, "Node*"), ("dense", 2, "DenseNodes"), ("ways", 3, "Way*"),
        ("relations", 4, "BYTES*"),
    ),
    "StringTable": (("s", 1, "BYTES*"),),
    "PrimitiveBlock": (
        ("stringtable", 1, "StringTable"), ("primitivegroup", 2, "PrimitiveGroup*"),
        ("granularity", 17, "INT32"), ("lat_offset", 19, "INT64"), ("lon_offset", 20, "INT64"),
    ),
    "Blob": (
        ("raw", 1, "BYTES"), ("zlib_data", 3, "BYTES"), ("lzma_data", 4, "BYTES"),
        ("bzip2_data", 5, "BYTES"), ("lz4_data", 6, "BYTES"), ("zstd_data", 7, "BYTES"),
    ),
}  # fmt: skip
_GRANULARITY: Final = 100
"""Nanodegrees of a unit where a block names none; also what places are kept in."""
_VARINT_MAX: Final = 10
_PLAIN_MAX: Final = 32 << 20
"""Bytes of a blob after inflating: the format's own limit."""


class BlockError(ValueError):
    """The bytes are no block."""


class CompressionError(ValueError):
    """A blob is compressed by something else than zlib; the text names it."""


@dataclass(frozen=True, slots=True)
class Tags:
    """Keys and values of many objects, as places in the block's strings."""

    count: int
    """How many objects there are, with tags or without."""
    owners: Numbers
    """The object of each tag, ascending."""
    keys: Numbers
    values: Numbers

    def table(self, strings: Sequence[bytes], keys: Sequence[bytes]) -> Numbers:
        """(count, len(keys)): the place of each object's value, -1 for none; the first counts."""
        places = np.full(len(strings), -1, np.int64)
        for used in np.flatnonzero(np.bincount(self.keys, minlength=1)).tolist():
            if strings[used] in keys:
                places[used] = keys.index(strings[used])
        columns = places[self.keys]
        at = np.flatnonzero(columns >= 0)[::-1]  # where a place is named twice, the last one stays
        found = np.full((self.count, len(keys)), -1, np.int64)
        found[self.owners[at], columns[at]] = self.values[at]
        return found


@dataclass(frozen=True, slots=True)
class Nodes:
    """The nodes of a block. Places are ten-millionths of a degree."""

    ids: Numbers
    places: Numbers
    """(n, 2): longitude and latitude of each node; they may lie outside of Earth."""
    tags: Tags


@dataclass(frozen=True, slots=True)
class Ways:
    """Some ways of a block."""

    tags: Tags
    lengths: Numbers
    """How many of `refs` each way has."""
    refs: Numbers
    """Ids of the nodes of all ways, one way after the other."""


def inflated(blob: bytes) -> bytes:
    """The block in a blob. Raises BlockError, CompressionError."""
    found = _parsed("Blob", blob)
    if found.HasField("raw"):
        return bytes(found.raw)
    for name in ("lzma", "bzip2", "lz4", "zstd"):
        if found.HasField(f"{name}_data"):
            raise CompressionError(name)
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(found.zlib_data, _PLAIN_MAX + 1)
    except zlib.error as error:
        raise BlockError(f"it does not inflate: {error}") from None
    if len(plain) > _PLAIN_MAX or not inflater.eof:
        raise BlockError("it does not inflate as it should")
    return plain


class Block:
    """A block, taken apart only as far as it is asked. All of it raises BlockError."""

    def __init__(self, plain: bytes) -> None:
        self._block = _parsed("PrimitiveBlock", plain)
        self._groups = list(self._block.primitivegroup)
        self.strings: list[bytes] = list(self._block.stringtable.s)
        """What tags are made of."""
        self.has_relations = any(group.relations for group in self._groups)
        self.has_nodes = any(group.nodes or group.HasField("dense") for group in self._groups)
        self.has_ways = any(group.ways for group in self._groups)

    def nodes(self) -> Nodes:
        """All of them; the dense ones of each group come last."""
        ids, places, tags = [], [], []
        for group in self._groups:
            if group.nodes:
                nodes = list(group.nodes)
                ids.append(np.array([node.id for node in nodes], np.int64))
                places.append(np.array([(node.lon, node.lat) for node in nodes], np.int64))
                tags.append(self._tags(nodes))
            if group.HasField("dense"):
                dense = group.dense
                columns = (dense.id, dense.lon, dense.lat)
                rows = [np.cumsum(_signed(_packed([column])[1])) for column in columns]
                if len({len(row) for row in rows}) != 1:
                    raise BlockError("a node without a place")
                ids.append(rows[0])
                places.append(np.stack(rows[1:], axis=1))
                numbers = _packed([dense.keys_vals])[1]
                tags.append(self._checked(_dense_tags(numbers, len(rows[0]))))
        shifts = np.cumsum([0, *(part.count for part in tags)])
        return Nodes(
            _joined(ids),
            self._places(np.concatenate([np.zeros((0, 2), np.int64), *places])),
            Tags(
                int(shifts[-1]),
                _joined([part.owners + shift for part, shift in zip(tags, shifts, strict=False)]),
                _joined([part.keys for part in tags]),
                _joined([part.values for part in tags]),
            ),
        )

    def ways(self, keys: Sequence[bytes]) -> Ways:
        """Those that have one of `keys`."""
        ways = [way for group in self._groups for way in group.ways]
        tags = self._tags(ways)
        marked = tags.table(self.strings, keys).max(axis=1) >= 0
        numbers = np.cumsum(marked) - 1
        own = marked[tags.owners]
        lengths, steps = _packed([ways[at].refs for at in np.flatnonzero(marked).tolist()])
        return Ways(
            Tags(len(lengths), numbers[tags.owners[own]], tags.keys[own], tags.values[own]),
            lengths,
            _running(_signed(steps), lengths),
        )

    def _places(self, units: Numbers) -> Numbers:
        """Of nodes in ten-millionths; what is smaller is cut off, as osmium does."""
        block = self._block
        grain = block.granularity if block.HasField("granularity") else _GRANULARITY
        nanodegrees = units * grain + np.array([block.lon_offset, block.lat_offset], np.int64)
        places: Numbers = np.sign(nanodegrees) * (np.abs(nanodegrees) // _GRANULARITY)
        return places

    def _tags(self, objects: Sequence[Any]) -> Tags:
        counts, keys = _packed([one.keys for one in objects])
        others, values = _packed([one.vals for one in objects])
        if (counts != others).any():
            raise BlockError("a key without a value")
        owners = np.repeat(np.arange(len(objects)), counts)
        return self._checked(Tags(len(objects), owners, keys, values))

    def _checked(self, tags: Tags) -> Tags:
        for column in (tags.keys, tags.values):
            if len(column) and not 0 <= column.min() <= column.max() < len(self.strings):
                raise BlockError("a tag without a text")
        return tags


def _dense_tags(numbers: Numbers, count: int) -> Tags:
    """From key, value, key, value, 0 for each node in turn; nothing at all where none has tags."""
    if not len(numbers):
        return Tags(count, numbers, numbers, numbers)
    zeros = np.flatnonzero(numbers == 0)
    if len(zeros) != count or numbers[-1] or (np.diff(zeros, prepend=-1) % 2 == 0).any():
        return _slow_dense_tags(numbers.tolist(), count)
    pairs = np.delete(numbers, zeros).reshape(-1, 2)
    owners = np.repeat(np.arange(count), np.diff(zeros, prepend=-1) // 2)
    return Tags(count, owners, pairs[:, 0], pairs[:, 1])


def _slow_dense_tags(numbers: list[int], count: int) -> Tags:
    """The same one by one: an empty value may be a 0 as well. Raises BlockError."""
    rows: list[tuple[int, int, int]] = []
    at = owner = 0
    while at < len(numbers) and owner < count:
        if numbers[at] == 0:
            at, owner = at + 1, owner + 1
        elif at + 1 < len(numbers):
            rows.append((owner, numbers[at], numbers[at + 1]))
            at += 2
        else:
            raise BlockError("a key without a value")
    if at != len(numbers) or owner != count:
        raise BlockError("the tags do not fit the nodes")
    owners, keys, values = np.array(rows, np.int64).reshape(-1, 3).T
    return Tags(count, owners, keys, values)


def _packed(fields: Sequence[bytes]) -> tuple[Numbers, Numbers]:
    """Packed varints: how many each field has, and all of them in a row, modulo 2**64."""
    data = np.frombuffer(b"".join(fields), np.uint8)
    ends = np.cumsum([len(field) for field in fields], dtype=np.int64)
    last = np.flatnonzero(data < 0x80)
    counts = np.diff(np.searchsorted(last, ends), prepend=0)
    if (data[ends[ends > 0] - 1] >= 0x80).any():
        raise BlockError("a number is cut short")
    first = np.concatenate([np.zeros(min(1, len(last)), np.int64), last[:-1] + 1])
    width = last - first + 1
    if int(width.max(initial=0)) > _VARINT_MAX:
        raise BlockError("a number is too long")
    numbers = (data[first] & 0x7F).astype(np.int64)
    at = np.flatnonzero(width > 1)
    shift = 1
    while len(at):
        numbers[at] |= (data[first[at] + shift] & 0x7F).astype(np.int64) << 7 * shift
        shift += 1
        at = at[width[at] > shift]
    return counts, numbers


def _signed(zigzag: Numbers) -> Numbers:
    return (zigzag.view(np.uint64) >> np.uint64(1)).view(np.int64) ^ -(zigzag & 1)


def _running(steps: Numbers, lengths: Numbers) -> Numbers:
    """Sums along `steps` that begin anew with each way."""
    sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(steps)])
    running: Numbers = sums[1:] - np.repeat(sums[np.cumsum(lengths) - lengths], lengths)
    return running


def _joined(parts: Sequence[Numbers]) -> Numbers:
    return np.concatenate([np.zeros(0, np.int64), *parts])


def _parsed(name: str, data: bytes) -> Any:
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # no types

    try:
        return _message(name).FromString(data)
    except DecodeError:
        raise BlockError("a message that is no message") from None


@functools.cache
def _message(name: str) -> Any:
    return message_class("osm_pbf", _FIELDS, name)
