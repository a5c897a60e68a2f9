"""What an importer has gathered so far, in millionths of a degree, until it becomes a pack."""

from __future__ import annotations

import functools
import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from meshdefense.safe_text import clean
from meshdefense.streets.chunks import SPILL, Outline, SegmentColumns
from meshdefense.streets.importing.errors import ImportFailedError
from meshdefense.streets.streets import AreaKind, Bounds, PointKind

__all__ = ["MILLION", "Draft", "Progress", "micro", "within"]

MILLION: Final = 1_000_000
_EARTH: Final = np.array([180, 90], np.int64) * MILLION
_NAME_MAX: Final = 80
"""Characters; the longest street names of the world have about 60."""
_LETTERS: Final = string.ascii_letters + " "
_DIGITS_MAX: Final = 5
_SEGMENTS_MAX: Final = 20_000_000
"""Ten times a large city region; its arrays take 1 GB."""

Progress = Callable[[float, int], None]
"""Share done, 0 to 1, and segments so far. What it raises ends the import."""
Numbers = NDArray[np.int64]


@dataclass(slots=True)
class Draft:
    """Streets, areas, points and house numbers of one source."""

    source: str
    """Name of the file, for errors."""
    progress: Progress
    planar: bool = False
    """Whether streets meet without a common vertex, as in tiles."""
    texts: list[str] = field(default_factory=list)
    points: list[tuple[PointKind, int, int, int]] = field(default_factory=list)
    """Kind, name, longitude, latitude."""
    addresses: list[tuple[str, int, int, int]] = field(default_factory=list)
    """Street, number, longitude, latitude."""
    attribution: str = ""
    title: str = ""
    source_date: str = ""
    segments: int = 0
    _names: dict[str, int] = field(default_factory=dict)
    _lines: list[bytes] = field(default_factory=list)
    _line_facts: list[tuple[int, int, int, int]] = field(default_factory=list)
    _rings: list[NDArray[np.float64]] = field(default_factory=list)
    _areas: list[tuple[int, int, int]] = field(default_factory=list)
    """Kind, name, how many of the rings."""
    _bulk: list[SegmentColumns] = field(default_factory=list)

    def name(self, text: object) -> int:
        """The number of a name; -1 for none. It is cleaned: a file is as foreign as a packet."""
        if not isinstance(text, str) or not text:
            return -1
        found = self._names.get(text)
        if found is None:
            plain = clean(text, _NAME_MAX)
            if not plain:
                return -1
            found = self._names.get(plain)
            if found is None:
                found = self._names[plain] = len(self.texts)
                self.texts.append(plain)
            self._names[text] = found
        return found

    def line(self, degrees: bytes, kind: int, name: int, flags: int) -> None:
        """A street as float64 pairs of longitude and latitude, little-endian."""
        count = len(degrees) >> 4
        if count > 1:
            self._lines.append(degrees)
            self._line_facts.append((count, kind, name, flags))
            self._count(count - 1)

    def bulk(self, columns: SegmentColumns) -> None:
        """Many segments at once."""
        self._bulk.append(columns)
        self._count(len(columns.names))

    def area(self, kind: AreaKind, name: int, rings: Iterable[NDArray[np.float64]]) -> None:
        """An area; rings are (m, 2) longitude and latitude in degrees, closed or not."""
        kept = [ring for ring in rings if len(ring) >= 3]
        if kept:
            self._rings += kept
            self._areas.append((int(kind), name, len(kept)))

    def point(self, kind: PointKind, name: int, lon: float, lat: float) -> None:
        """A place of interest, in degrees. Raises ImportFailedError."""
        self._check(lon, lat)
        self.points.append((kind, name, round(lon * MILLION), round(lat * MILLION)))

    def address(self, street: object, number: object, lon: float, lat: float) -> None:
        """A house number, of which only the ends of each range are kept."""
        self._check(lon, lat)
        if isinstance(street, str) and isinstance(number, str):
            plain, house = _plain(street), _house(number)
            if plain and house is not None:
                self.addresses.append((plain, house, round(lon * MILLION), round(lat * MILLION)))

    def expect(self, segments: int) -> None:
        """Refuse before the memory is taken. Raises ImportFailedError for more than allowed."""
        if segments > _SEGMENTS_MAX:
            raise ImportFailedError("large", self.source, f"> {_SEGMENTS_MAX:,} segments")

    def outlines(self) -> list[Outline]:
        """All areas with their rings open, in the order in which they came."""
        if not self._rings:
            return []
        lengths = np.array([len(ring) for ring in self._rings])
        # a tile's margin reaches over the date line and the poles
        points = np.clip(micro(np.concatenate(self._rings)), -_EARTH, _EARTH)
        last = np.cumsum(lengths) - 1
        first = last - lengths + 1
        closed = (points[first] == points[last]).all(axis=1)
        kept = np.ones(len(points), bool)
        kept[last[closed]] = False
        rings = iter(np.split(points[kept], np.cumsum(lengths - closed)[:-1]))
        found = []
        for kind, name, count in self._areas:
            own = tuple(ring for ring in (next(rings) for _ in range(count)) if len(ring) >= 3)
            if own:
                found.append(Outline(kind, name, own))
        return found

    def columns(self) -> SegmentColumns:
        """All segments: none without a length, none longer than a chunk. Raises ImportFailedError.

        May be called once; it lets go of what was gathered.
        """
        parts = [*self._bulk, self._of_lines()]
        self._bulk, self._lines, self._line_facts = [], [], []
        ends = np.concatenate([part.ends for part in parts])
        classes = np.concatenate([part.classes for part in parts])
        names = np.concatenate([part.names for part in parts])
        flags = np.concatenate([part.flags for part in parts])
        limit = np.concatenate([_EARTH, _EARTH])
        if len(ends) and bool((np.abs(ends) > limit).any()):
            lon, lat = ends[(np.abs(ends) > limit).any(axis=1)][0, :2] / MILLION
            raise ImportFailedError("degrees", self.source, f"{lat:g}, {lon:g}")
        length = np.abs(ends[:, 2:] - ends[:, :2]).max(axis=1, initial=0)
        pieces = -(-length // (2 * SPILL))
        if int(pieces.sum()) > _SEGMENTS_MAX:
            raise ImportFailedError("large", self.source, f"> {_SEGMENTS_MAX:,} segments")
        at = np.repeat(np.arange(len(ends)), pieces)
        step = np.arange(len(at)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        begin, run, of = ends[at, :2], ends[at, 2:] - ends[at, :2], pieces[at]
        cut = np.hstack([
            begin + run * step[:, None] // of[:, None],
            begin + run * (step + 1)[:, None] // of[:, None],
        ])  # fmt: skip
        return SegmentColumns(cut, classes[at], names[at], flags[at])

    def _of_lines(self) -> SegmentColumns:
        facts = np.array(self._line_facts, np.int64).reshape(-1, 4)
        vertices = micro(np.frombuffer(b"".join(self._lines), "<f8").reshape(-1, 2))
        last = np.cumsum(facts[:, 0]) - 1
        inner = np.ones(len(vertices), bool)
        inner[last] = False
        starts = np.flatnonzero(inner)
        ends = np.hstack([vertices[starts], vertices[starts + 1]]) if len(starts) else (
            np.zeros((0, 4), np.int64)
        )  # fmt: skip
        of = np.repeat(facts[:, 1:], facts[:, 0] - 1, axis=0)
        return SegmentColumns(
            ends, of[:, 0].astype(np.uint8), of[:, 1].astype(np.int32), of[:, 2].astype(np.uint8)
        )

    def _check(self, lon: float, lat: float) -> None:
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise ImportFailedError("degrees", self.source, f"{lat:g}, {lon:g}")

    def _count(self, more: int) -> None:
        self.segments += more
        self.expect(self.segments)


@functools.lru_cache(4096)
def _plain(street: str) -> str:
    return clean(street, _NAME_MAX)


@functools.lru_cache(4096)
def _house(number: str) -> int | None:
    """The first number of "12 b" or "12-14"; None where it begins with none."""
    digits = number.split("-")[0].strip().rstrip(_LETTERS)
    if digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS_MAX:
        return int(digits)
    return None


def micro(degrees: NDArray[np.float64]) -> Numbers:
    """Whole millionths of a degree; what is no number becomes a place that is not on Earth."""
    # an overflow or NaN would become an arbitrary number on the way to whole ones
    bounded = np.clip(np.nan_to_num(degrees, nan=1e9, posinf=1e9, neginf=-1e9), -1e9, 1e9)
    return np.rint(bounded * MILLION).astype(np.int64)


def within(columns: SegmentColumns, bounds: Bounds) -> SegmentColumns:
    """The segments whose middle lies in `bounds`."""
    middle = (columns.ends[:, :2] + columns.ends[:, 2:]) / (2 * MILLION)
    east = (middle[:, 0] - bounds.west) % 360 <= (bounds.east - bounds.west) % 360
    kept = east & (middle[:, 1] >= bounds.south) & (middle[:, 1] <= bounds.north)
    return SegmentColumns(
        columns.ends[kept], columns.classes[kept], columns.names[kept], columns.flags[kept]
    )
