"""Files that hold vector tiles: PMTiles 3 (by the library pmtiles) and MBTiles 1.3 (SQLite)."""

from __future__ import annotations

import html
import json
import re
import sqlite3
import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from meshdefense.streets.importing.draft import Draft
from meshdefense.streets.importing.errors import ImportFailedError
from meshdefense.streets.importing.tiles import TILES_MAX, Tile, read_tiles, span
from meshdefense.streets.streets import Bounds

__all__ = ["read_mbtiles", "read_pmtiles"]

_ZOOM_BEST: Final = 14
"""Every street and name is there from this zoom on; higher ones only cut it smaller."""
_DIRECTORY_MAX: Final = 16 << 20
"""Bytes, deflated or not."""
_NUMBER_MAX: Final = 1 << 63
_TILE_MAX: Final = 8 << 20
"""Bytes as they are stored."""
_DATES: Final = ("planetiler:osm:osmosisreplicationtime", "pgf:devkit:version_date")
Read = Callable[[int, int], bytes]


def read_pmtiles(path: Path, draft: Draft, bounds: Bounds | None) -> None:
    """The tiles of one zoom inside `bounds`. Raises ImportFailedError."""
    try:
        from pmtiles.tile import (
            Compression,
            MagicNumberNotFound,
            SpecVersionUnsupported,
            TileType,
            deserialize_header,
            tileid_to_zxy,
        )
    except ImportError:
        raise ImportFailedError("library", path.name, "pmtiles") from None
    size = path.stat().st_size
    with path.open("rb") as file:

        def read(offset: int, length: int) -> bytes:
            if length > _DIRECTORY_MAX or offset + length > size:
                raise ImportFailedError("damaged", path.name, f"{offset + length:,} of {size:,}")
            file.seek(offset)
            return file.read(length)

        try:
            header: Any = deserialize_header(read(0, 127))
            if header["tile_type"] != TileType.MVT:
                raise ImportFailedError("raster", path.name)
            for key in ("internal_compression", "tile_compression"):
                if header[key] not in (Compression.GZIP, Compression.NONE):
                    raise ImportFailedError("compressed", path.name, header[key].name.lower())
            if header["internal_compression"] == Compression.NONE:
                raise ImportFailedError("compressed", path.name, "directories: none")
            about = read(header["metadata_offset"], header["metadata_length"])
            _about(draft, json.loads(_inflated(about)) if about else {})
            zoom = min(header["max_zoom"], max(_ZOOM_BEST, header["min_zoom"]))
            numbers = _numbers(draft.source, bounds or _box(header), zoom)
            tiles: dict[Tile, tuple[int, int]] = {}
            for number, offset, length in _entries(read, header, numbers):
                tile = Tile(*tileid_to_zxy(number))
                tiles[tile] = (header["tile_data_offset"] + offset, length)
            if any(length > _TILE_MAX for _, length in tiles.values()):
                raise ImportFailedError("damaged", path.name, "a tile of more than 8 MiB")
            found = ((tile, read(*place)) for tile, place in tiles.items())
            read_tiles(found, len(tiles), draft)
        except (MagicNumberNotFound, SpecVersionUnsupported) as error:
            raise ImportFailedError("foreign", path.name) from error
        except (
            ValueError,
            KeyError,
            IndexError,
            EOFError,
            OSError,
            OverflowError,
            zlib.error,
        ) as e:
            raise ImportFailedError("damaged", path.name, str(e)[:80]) from e


def _entries(
    read: Read, header: Mapping[str, Any], numbers: Sequence[int]
) -> Iterator[tuple[int, int, int]]:
    """Number, offset and length of those of `numbers` that are there.

    Leaves that hold none of them are not read: a city is cut out of the planet at once.
    """
    from pmtiles.tile import deserialize_directory

    directories = [(header["root_offset"], header["root_length"], 0)]
    while directories:
        offset, length, depth = directories.pop()
        packed = read(offset, length)
        _inflated(packed)  # the library would inflate without end
        entries = deserialize_directory(packed)
        afters = [*(entry.tile_id for entry in entries[1:]), _NUMBER_MAX]
        for entry, after in zip(entries, afters, strict=True):
            stop = entry.tile_id + entry.run_length if entry.run_length else after
            wanted = numbers[bisect_left(numbers, entry.tile_id) : bisect_left(numbers, stop)]
            if not wanted:
                continue
            if entry.run_length:
                for number in wanted:
                    yield number, entry.offset, entry.length
            elif depth >= 3:  # the format's own limit, and no endless loop
                raise ValueError("directories are nested too deep")
            else:
                at = header["leaf_directory_offset"] + entry.offset
                directories.append((at, entry.length, depth + 1))


def _numbers(name: str, bounds: Bounds, zoom: int) -> list[int]:
    """The numbers of the tiles that meet the bounds, in order. Raises ImportFailedError."""
    from pmtiles.tile import zxy_to_tileid

    left, top, columns, rows = _range(name, bounds, zoom)
    side = 1 << zoom
    return sorted(
        zxy_to_tileid(zoom, (left + x) % side, top + y) for x in range(columns) for y in range(rows)
    )


def _inflated(data: bytes) -> bytes:
    """Directories and metadata are gzip. ValueError where they are more than any map needs."""
    inflater = zlib.decompressobj(wbits=31)
    plain = inflater.decompress(data, _DIRECTORY_MAX)
    if not inflater.eof:
        raise ValueError("a directory does not end")
    return plain


def read_mbtiles(path: Path, draft: Draft, bounds: Bounds | None) -> None:
    """The tiles of one zoom inside `bounds`. Raises ImportFailedError."""
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        database = sqlite3.connect(uri, uri=True)
        try:
            rows = database.execute("SELECT name, value FROM metadata").fetchall()
            metadata = {str(name): value for name, value in rows}
            if metadata.get("format", "pbf") != "pbf":
                raise ImportFailedError("raster", path.name)
            _about(draft, metadata)
            zooms = database.execute("SELECT DISTINCT zoom_level FROM tiles").fetchall()
            found = sorted(zoom for (zoom,) in zooms if isinstance(zoom, int) and 0 <= zoom <= 24)
            if not found:
                raise ImportFailedError("empty", path.name)
            zoom = next((z for z in found if z >= _ZOOM_BEST), found[-1])
            wanted = _wanted(draft.source, bounds, zoom)
            places = [
                (x, y)
                for x, y in database.execute(
                    "SELECT tile_column, tile_row FROM tiles WHERE zoom_level = ?", (zoom,)
                )
                if wanted(x, (1 << zoom) - 1 - y)  # rows count from south here
            ]
            if len(places) > TILES_MAX:
                raise ImportFailedError("large", path.name, f"{len(places):,} > {TILES_MAX:,}")
            read_tiles(_rows(database, zoom, places), len(places), draft)
        finally:
            database.close()
    except (sqlite3.Error, TypeError) as error:
        no_table = "no such table" in str(error)
        problem = "foreign" if no_table else "damaged"
        raise ImportFailedError(problem, path.name, str(error)[:80]) from error


def _rows(
    database: sqlite3.Connection, zoom: int, places: list[tuple[int, int]]
) -> Iterator[tuple[Tile, bytes]]:
    for x, y in places:
        (data,) = database.execute(
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
            (zoom, x, y),
        ).fetchone()
        yield Tile(zoom, x, (1 << zoom) - 1 - y), data


def _wanted(name: str, bounds: Bounds | None, zoom: int) -> Callable[[int, int], bool]:
    """Whether a tile meets the bounds. Raises ImportFailedError for more tiles than can be."""
    if bounds is None:
        return lambda x, y: True
    left, top, columns, rows = _range(name, bounds, zoom)
    return lambda x, y: (x - left) % (1 << zoom) < columns and top <= y < top + rows


def _range(name: str, bounds: Bounds, zoom: int) -> tuple[int, int, int, int]:
    """First x and y of the tiles that meet the bounds, and how many columns and rows."""
    left, right, top, bottom = span(bounds, zoom)
    columns, rows = (right - left) % (1 << zoom) + 1, bottom - top + 1
    if columns * rows > TILES_MAX:
        raise ImportFailedError("large", name, f"{columns * rows:,} > {TILES_MAX:,}")
    return left, top, columns, rows


def _box(header: Mapping[str, Any]) -> Bounds:
    """What the header says that the archive covers; the whole world where it says nothing."""
    try:
        return Bounds(
            header["min_lat_e7"] / 1e7,
            header["min_lon_e7"] / 1e7,
            header["max_lat_e7"] / 1e7,
            header["max_lon_e7"] / 1e7,
        )
    except ValueError:
        return Bounds(-90, -180, 90, 180)


def _about(draft: Draft, metadata: Mapping[str, Any]) -> None:
    """Title, date, and whom to credit: the metadata has it as HTML with links."""
    credit = metadata.get("attribution")
    if isinstance(credit, str):
        plain = html.unescape(re.sub(r"<[^<>]*>", "", credit))
        draft.attribution = plain.replace("\N{COPYRIGHT SIGN}", "(c)")
    name = metadata.get("name")
    draft.title = name if isinstance(name, str) else ""
    for key in _DATES:
        if isinstance(metadata.get(key), str):
            draft.source_date = metadata[key][:10]
