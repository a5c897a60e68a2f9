"""A street pack that is open: what to draw, where a name is, which corner a place is at.

Reads the file and nothing else. One thread at a time; opening checks every byte once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from meshdefense.streets.chunks import (
    CHUNK_LAT,
    REACH,
    SPILL,
    ChunkError,
    CrossingColumns,
    SegmentColumns,
    chunk_id,
    chunk_place,
    decode_areas,
    decode_crossings,
    decode_segments,
)
from meshdefense.streets.corners import nearest_corner
from meshdefense.streets.finding import Finder, Found
from meshdefense.streets.pack_file import FORMAT, PackError, PackProblem, checked
from meshdefense.streets.streets import (
    Area,
    AreaKind,
    Bounds,
    Plane,
    Point,
    PointKind,
    RoadClass,
    Streets,
)
from meshdefense.streets.words import Corner

__all__ = ["Found", "Meta", "Pack", "PackError", "open_pack"]

_MILLION: Final = 1_000_000
_ROUND_THE_WORLD: Final = 360 * _MILLION


@dataclass(frozen=True, slots=True)
class Meta:
    """What a pack says about itself."""

    title: str
    attribution: str
    source: str
    """Name and kind of the file it was made from."""
    source_date: str
    """Of the data, YYYY-MM-DD; empty where the source does not say."""
    bounds: Bounds
    segments: int
    sha256: str


def open_pack(path: Path) -> Pack:
    """Open a pack. Raises PackError: no such file, foreign, damaged, or of a newer version."""
    path = Path(path)
    digest = checked(path)
    try:
        # immutable: no journal, no lock, no file beside it; packs are replaced, never changed
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        database = sqlite3.connect(uri, uri=True, check_same_thread=False)
        try:
            return Pack(database, path.name, digest)
        except BaseException:
            database.close()
            raise
    except (sqlite3.Error, KeyError, ValueError, TypeError) as error:
        raise PackError(PackProblem.DAMAGED, path.name) from error


class Pack:
    """An open pack; close it, or use it in a `with`. Methods raise PackError for damage."""

    def __init__(self, database: sqlite3.Connection, name: str, digest: str) -> None:
        self._database, self._name = database, name
        if database.execute("PRAGMA user_version").fetchone()[0] > FORMAT:
            raise PackError(PackProblem.NEWER, name)
        told = dict(database.execute("SELECT key, value FROM meta"))
        south, west, north, east = map(float, told["bounds"].split(","))
        self.meta: Final = Meta(
            told["title"],
            told["attribution"],
            told["source"],
            told["source_date"],
            Bounds(south, west, north, east),
            int(told["segments"]),
            digest,
        )
        self._lon_step = int(told["chunk_lon"])
        if not self.meta.attribution or not 1 <= self._lon_step <= 2 * REACH:
            raise ValueError("no attribution, or no size of chunks")
        self._texts: tuple[str, ...] | None = None
        self._crossings: CrossingColumns | None = None
        self._finder: Finder | None = None

    def close(self) -> None:
        """Give the file back. Safe twice."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def streets(self, lat: float, lon: float, bounds: Bounds | None = None) -> Streets:
        """What to draw, in metres east and north of `lat`, `lon`.

        With `bounds` what lies in chunks (about 1 km) that meet them, otherwise all.
        """
        plane = Plane(lat, lon)
        columns = self._segments(bounds)
        order = np.argsort(columns.classes, kind="stable")
        ends = columns.ends[order].astype(np.float64) / _MILLION
        lines = np.empty((len(ends), 4), np.float32)
        for at in (0, 2):
            lines[:, at], lines[:, at + 1] = plane.east_north(ends[:, at + 1], ends[:, at])
        return Streets(
            lines,
            columns.classes[order],
            columns.names[order],
            self._names(),
            self._areas(plane, bounds),
            self._points(plane, bounds),
            self.meta.attribution,
        )

    def search(
        self, text: str, limit: int = 20, near: tuple[float, float] | None = None
    ) -> list[Found]:
        """Streets, crossings ("5th & Main", "5ta y Main"), places and house numbers, best first.

        Accents and case do not count. `near` (latitude, longitude) prefers what is close.
        """
        try:
            if self._finder is None:
                self._finder = Finder(self._database, self._names(), self._all_crossings())
            return self._finder.search(text, limit, near)
        except (sqlite3.Error, TypeError, IndexError) as error:
            raise PackError(PackProblem.DAMAGED, self._name) from error

    def corner(self, lat: float, lon: float, within_m: float = 150) -> Corner | None:
        """The nearest corner, or the nearest street where no crossing is within `within_m` metres.

        None where there is neither. `corner_words` makes a sentence of it.
        """
        plane = Plane(lat, lon)
        segments = self._segments(plane.around(within_m))
        return nearest_corner(plane, segments, self._all_crossings(), self._names(), within_m)

    def _segments(self, bounds: Bounds | None) -> SegmentColumns:
        try:
            columns = decode_segments(self._chunks("chunk", bounds))
        except ChunkError as error:
            raise PackError(PackProblem.DAMAGED, self._name) from error
        if len(columns.names) and (
            int(columns.classes.max()) > max(RoadClass)
            or int(columns.names.max()) >= len(self._names())
            or int(columns.names.min()) < -1
        ):
            raise PackError(PackProblem.DAMAGED, self._name)
        return columns

    def _all_crossings(self) -> CrossingColumns:
        if self._crossings is None:
            try:
                found = decode_crossings(self._chunks("crossing", None))
            except ChunkError as error:
                raise PackError(PackProblem.DAMAGED, self._name) from error
            top = len(self._names())
            if found.names.size and not 0 <= found.names.min() <= found.names.max() < top:
                raise PackError(PackProblem.DAMAGED, self._name)
            self._crossings = found
        return self._crossings

    def _chunks(
        self, table: str, bounds: Bounds | None
    ) -> list[tuple[int, bytes, tuple[int, int]]]:
        wide, half = self._lon_step, (self._lon_step // 2, CHUNK_LAT // 2)
        query = f"SELECT id, n, data FROM {table}"
        if bounds is None:
            rows = self._rows(query)
        else:
            low = (_micro(bounds.south) - SPILL) // CHUNK_LAT
            high = (_micro(bounds.north) + SPILL) // CHUNK_LAT
            between = f"{query} WHERE id BETWEEN ? AND ?"
            rows = []
            for west, east in _spans(bounds):
                first, last = (west - SPILL) // wide, (east + SPILL) // wide
                for y in range(low, high + 1):
                    rows += self._rows(between, (chunk_id(first, y), chunk_id(last, y)))
        found = []
        for number, n, data in rows:
            x, y = chunk_place(number)
            found.append((n, data, (x * wide + half[0], y * CHUNK_LAT + half[1])))
        return found

    def _areas(self, plane: Plane, bounds: Bounds | None) -> tuple[Area, ...]:
        query, texts = "SELECT n, data FROM area", self._names()
        if bounds is None:
            rows = self._rows(query)
        else:
            rows = [
                row
                for west, east in _spans(bounds)
                for row in self._rows(
                    f"{query} WHERE south <= ? AND north >= ? AND west <= ? AND east >= ?",
                    (_micro(bounds.north), _micro(bounds.south), east, west),
                )
            ]
        try:
            outlines = decode_areas(rows)
            rings = iter(_closed(plane, [ring for one in outlines for ring in one.rings]))
            return tuple(
                Area(
                    AreaKind(one.kind),
                    texts[one.name] if one.name >= 0 else "",
                    tuple(next(rings) for _ in one.rings),
                )
                for one in outlines
            )
        except (ValueError, IndexError) as error:
            raise PackError(PackProblem.DAMAGED, self._name) from error

    def _points(self, plane: Plane, bounds: Bounds | None) -> tuple[Point, ...]:
        texts = self._names()
        rows = self._rows("SELECT kind, name, lat, lon FROM point")
        try:
            table = np.array(rows, np.int64).reshape(-1, 4)
            degrees = table[:, 2:] / _MILLION
            east, north = plane.east_north(degrees[:, 0], degrees[:, 1])
            return tuple(
                Point(PointKind(kind), texts[name] if name >= 0 else "", x, y)
                for (kind, name, _, _), (lat, lon), x, y in zip(
                    table.tolist(), degrees.tolist(), east.tolist(), north.tolist(), strict=True
                )
                if bounds is None or bounds.has(lat, lon)
            )
        except (ValueError, IndexError, TypeError, OverflowError) as error:
            raise PackError(PackProblem.DAMAGED, self._name) from error

    def _names(self) -> tuple[str, ...]:
        if self._texts is None:
            rows = self._rows("SELECT id, name FROM name ORDER BY id")
            if any(at != row[0] for at, row in enumerate(rows)):
                raise PackError(PackProblem.DAMAGED, self._name)
            self._texts = tuple(row[1] for row in rows)
        return self._texts

    def _rows(self, query: str, values: Sequence[int] = ()) -> list[Any]:
        try:
            return self._database.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise PackError(PackProblem.DAMAGED, self._name) from error


def _closed(plane: Plane, rings: list[NDArray[np.int64]]) -> list[NDArray[np.float32]]:
    """Rings in metres, each with its first point again at its end; all in one go."""
    if not rings:
        return []
    degrees = np.concatenate([part for ring in rings for part in (ring, ring[:1])]) / _MILLION
    pairs = plane.east_north(degrees[:, 1], degrees[:, 0])
    stops = np.cumsum([len(ring) + len(ring[:1]) for ring in rings])
    return np.split(np.stack(pairs, axis=1).astype(np.float32), stops[:-1])


def _micro(degrees: float) -> int:
    return round(degrees * _MILLION)


def _spans(bounds: Bounds) -> list[tuple[int, int]]:
    """West and east in millionths of a degree; two spans across the date line."""
    west, east = _micro(bounds.west), _micro(bounds.east)
    if west <= east:
        return [(west, east)]
    half = _ROUND_THE_WORLD // 2
    return [(west, half), (-half, east)]
