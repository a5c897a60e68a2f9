"""OSM PBF: nodes and ways as arrays, areas by the library osmium (pyosmium), which assembles them.

The file is read blob by blob, so that the share done is exact, a cancelled import ends at once,
and a file that was cut short is noticed before it is read.
Source: https://wiki.openstreetmap.org/wiki/PBF_Format
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from meshdefense.streets.importing.draft import Draft
from meshdefense.streets.importing.errors import ImportFailedError
from meshdefense.streets.importing.osm_streets import OsmStreets
from meshdefense.streets.importing.primitive_block import (
    Block,
    BlockError,
    CompressionError,
    inflated,
)
from meshdefense.streets.importing.tags import area_kind, point_kind

if TYPE_CHECKING:
    from osmium.osm import Area

__all__ = ["is_pbf", "read_pbf"]

LIMIT: Final = 1 << 30
"""Bytes. A country of this size has 150 million nodes, whose places take 2.4 GB of memory in
osmium's table, and those of its streets 0.4 GB in ours."""
_HEADER_MAX, _BLOB_MAX = 64 << 10, 32 << 20
"""Of a blob's header and of a blob: the format's own limits."""
_AREA_KEYS: Final = ("building", "natural", "landuse", "leisure", "waterway", "amenity")
_KEPT_MAX: Final = 32 << 20
"""Bytes: so much is not read and inflated twice."""
_CREDIT: Final = "(c) OpenStreetMap contributors, ODbL 1.0"


def is_pbf(head: bytes) -> bool:
    """Whether a file that begins with `head` is OSM PBF."""
    return head[4:15] == b"\x0a\x09OSMHeader"


def read_pbf(path: Path, draft: Draft) -> None:
    """Streets, areas, points and house numbers of an extract. Raises ImportFailedError."""
    try:
        import osmium
    except ImportError:
        raise ImportFailedError("library", path.name, "osmium") from None
    size = path.stat().st_size
    if size > LIMIT:
        raise ImportFailedError("large", path.name, f"{size / 2**30:.1f} GiB of 1 GiB")
    spans = list(_blobs(path))
    # everything has a name here: osmium's handlers point to each other and keep nothing alive
    pool = osmium.io.ThreadPool()
    index = osmium.index.create_map("flex_mem")
    places = osmium.NodeLocationsForWays(index)
    places.ignore_errors()  # an extract ends in the middle of areas
    areas = osmium.area.AreaManager()
    gather = _Areas(draft)
    grounds = osmium.filter.KeyFilter(*_AREA_KEYS)
    streets = OsmStreets(draft)
    with path.open("rb") as file:
        head = _blob(file, spans[0])

        def apply(plain: bytes, kinds: Any, *handlers: Any) -> None:
            buffer = osmium.io.FileBuffer(head + _stored(plain), "pbf")
            with osmium.io.Reader(buffer, kinds, thread_pool=pool) as part:
                osmium.apply(part, *handlers)

        try:
            draft.source_date = _date(osmium, head)
            first = areas.first_pass_handler()
            again = []  # the blobs that the second pass needs
            kept: dict[int, bytes] = {}
            room = _KEPT_MAX
            for number, span in enumerate(spans[1:]):
                plain = inflated(_content(_blob(file, span)))
                block = Block(plain)
                if block.has_ways:
                    streets.note(number, block)
                if block.has_relations:
                    apply(plain, osmium.osm.RELATION, first)
                if block.has_nodes or block.has_ways:
                    again.append((number, span, block.has_nodes))
                    if len(plain) <= room:
                        kept[number] = plain
                        room -= len(plain)
                draft.progress(0.3 * span[1] / size, draft.segments)
            # not before the first pass is over: this call closes it
            second = areas.second_pass_handler(grounds, gather)
            for number, span, has_nodes in again:
                plain = kept.pop(number, b"") or inflated(_content(_blob(file, span)))
                streets.tell(number, Block(plain) if has_nodes else None)
                apply(plain, osmium.osm.NODE | osmium.osm.WAY, places, second)
                draft.progress(0.3 + 0.7 * span[1] / size, draft.segments)
        except CompressionError as error:
            raise ImportFailedError("compressed", path.name, str(error)) from None
        except (RuntimeError, UnicodeDecodeError, BlockError) as error:
            raise ImportFailedError("damaged", path.name, str(error)[:80]) from error
    draft.attribution = _CREDIT


def _date(osmium: Any, head: bytes) -> str:
    buffer = osmium.io.FileBuffer(head, "pbf")
    with osmium.io.Reader(buffer) as reader:
        stamp: str = reader.header().get("osmosis_replication_timestamp")
        return stamp[:10]


def _blobs(path: Path) -> Iterator[tuple[int, int]]:
    """Begin and end of each blob with its header. Raises ImportFailedError for a cut file."""
    size = path.stat().st_size
    at = 0
    with path.open("rb") as file:
        while at < size:
            file.seek(at)
            (length,) = struct.unpack(">I", file.read(4).ljust(4, b"\xff"))
            header = file.read(length) if length <= _HEADER_MAX else b""
            blob = _blob_size(header)
            end = at + 4 + length + (blob or 0)
            if blob is None or blob > _BLOB_MAX or end > size:
                raise ImportFailedError("damaged", path.name, f"at byte {at:,} of {size:,}")
            yield at, end
            at = end


def _blob_size(header: bytes) -> int | None:
    """The field `datasize` (3, varint) of a BlobHeader; None where it has none."""
    at = 0
    while at < len(header):
        field, at = _varint(header, at)
        value, at = _varint(header, at)
        if field == 0x18:
            return value
        at += value if field & 7 == 2 else 0
    return None


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 35:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            break
    return value, at


def _blob(file: Any, span: tuple[int, int]) -> bytes:
    file.seek(span[0])
    data: bytes = file.read(span[1] - span[0])
    return data


def _content(blob: bytes) -> bytes:
    """What stands behind a blob's header."""
    (length,) = struct.unpack_from(">I", blob)
    return blob[4 + length :]


def _stored(plain: bytes) -> bytes:
    """A blob that is not compressed, with its header: osmium need not inflate it once more."""
    body = b"\x0a" + _number(len(plain)) + plain
    header = b"\x0a\x07OSMData\x18" + _number(len(body))
    return struct.pack(">I", len(header)) + header + body


def _number(value: int) -> bytes:
    """A varint."""
    parts = bytearray()
    while value >= 0x80:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


class _Areas:
    """What osmium calls for each area that it has assembled."""

    def __init__(self, draft: Draft) -> None:
        import osmium

        self._draft = draft
        # whole geometries made in C++: a loop over nodes takes ten times as long
        self._wkb = osmium.geom.WKBFactory()
        self._gone = osmium.InvalidLocationError

    def area(self, area: Area) -> None:
        """Closed ways and multipolygons."""
        tags = area.tags
        kind, what = area_kind(tags), point_kind(tags)
        numbered = "addr:housenumber" in tags
        if kind is None and what is None and not numbered:
            return
        try:
            polygons = list(_polygons(bytes.fromhex(self._wkb.create_multipolygon(area))))
        except (self._gone, RuntimeError):
            return
        name = self._draft.name(tags.get("name")) if kind is not None or what is not None else -1
        if kind is not None:
            for rings in polygons:
                self._draft.area(kind, name, rings)
        if what is None and not numbered:
            return
        outer = polygons[0][0]
        lon, lat = ((outer.min(axis=0) + outer.max(axis=0)) / 2).tolist()
        if what is not None:
            self._draft.point(what, name, lon, lat)
        if numbered:
            self._draft.address(tags.get("addr:street"), tags.get("addr:housenumber"), lon, lat)


def _polygons(wkb: bytes) -> Iterator[list[NDArray[np.float64]]]:
    """The rings of each polygon of a multipolygon in well-known binary, little-endian."""
    (count,) = struct.unpack_from("<I", wkb, 5)
    at = 9
    for _ in range(count):
        (number,) = struct.unpack_from("<I", wkb, at + 5)
        at += 9
        rings = []
        for _ in range(number):
            (points,) = struct.unpack_from("<I", wkb, at)
            rings.append(np.frombuffer(wkb, "<f8", 2 * points, at + 4).reshape(-1, 2))
            at += 4 + 16 * points
        yield rings
