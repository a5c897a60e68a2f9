"""Makes a pack of a map file. Either there is a whole pack afterwards, or what was there before."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from meshdefense.safe_text import clean
from meshdefense.streets.chunks import Outline, SegmentColumns
from meshdefense.streets.importing.archives import read_mbtiles, read_pmtiles
from meshdefense.streets.importing.building import build
from meshdefense.streets.importing.draft import MILLION, Draft, Progress, within
from meshdefense.streets.importing.errors import ImportFailedError
from meshdefense.streets.importing.pbf import is_pbf, read_pbf
from meshdefense.streets.importing.plain import read_geojson, read_npz
from meshdefense.streets.pack_file import APPLICATION_ID, remove_leftovers, write_pack
from meshdefense.streets.streets import Bounds

__all__ = ["Imported", "import_file"]

_READING: Final = 0.7
"""Share of the work; measured on the samples, see benchmarks/streets.py."""
_TEXT_MAX: Final = 200
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file."""

    path: Path
    segments: int
    names: int
    areas: int
    points: int
    bytes: int


class _StoppedError(BaseException):
    """Whoever is told the progress raised something. No error of a reader: none catches it."""

    def __init__(self, reason: BaseException) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _silent(share: float, segments: int) -> None:
    """Nobody waits."""


def import_file(
    source: Path,
    target: Path,
    *,
    title: str = "",
    attribution: str = "",
    bounds: Bounds | None = None,
    progress: Progress = _silent,
) -> Imported:
    """Read `source` and write the pack `target`, replacing one that is there.

    `progress` is called with the share done (0 to 1) and the segments so far; an exception from
    it cancels. Nothing lies on the disk before the pack is complete. Raises ImportFailedError for
    the source and PackError for the target.
    """
    remove_leftovers(target.parent)

    def tell(share: float, segments: int) -> None:
        try:
            progress(share, segments)
        except BaseException as reason:  # noqa: BLE001  # it is raised again, as it was
            raise _StoppedError(reason) from None

    try:
        made = _made(source, target, title, attribution, bounds, tell)
    except _StoppedError as stopped:
        raise stopped.reason from None
    progress(1.0, made.segments)
    return made


def _made(
    source: Path, target: Path, title: str, attribution: str, bounds: Bounds | None, tell: Progress
) -> Imported:
    draft = Draft(source.name, lambda share, segments: tell(share * _READING, segments))
    kind = _read(source, draft, bounds)
    credit = clean(attribution or draft.attribution, _TEXT_MAX)
    if not credit:
        raise ImportFailedError("attribution", source.name)
    columns, areas = draft.columns(), draft.outlines()
    if not len(columns.names):
        raise ImportFailedError("empty", source.name)
    if bounds is not None:
        columns, areas = _cut(draft, columns, areas, bounds)
    count = len(columns.names)
    facts = {
        "title": clean(title or draft.title, _TEXT_MAX) or source.name.partition(".")[0],
        "attribution": credit,
        "source": clean(f"{source.name} ({kind})", _TEXT_MAX),
        "source_date": draft.source_date if _DATE.fullmatch(draft.source_date) else "",
    }
    try:
        database = build(
            draft, columns, areas, facts, lambda share: tell(_READING + share * 0.29, count)
        )
    except sqlite3.OperationalError as error:
        if "fts5" not in str(error):
            raise
        raise ImportFailedError("search", source.name) from error
    try:
        write_pack(target, database)
    finally:
        database.close()
    size = target.stat().st_size
    return Imported(target, count, len(draft.texts), len(areas), len(draft.points), size)


def _cut(
    draft: Draft, columns: SegmentColumns, areas: list[Outline], bounds: Bounds
) -> tuple[SegmentColumns, list[Outline]]:
    """What lies in `bounds`, of the points too. Raises ImportFailedError where no street does."""
    found = within(columns, bounds)
    if not len(found.names):
        ends = columns.ends
        west, south = np.minimum(ends[:, :2].min(axis=0), ends[:, 2:].min(axis=0)) / MILLION
        east, north = np.maximum(ends[:, :2].max(axis=0), ends[:, 2:].max(axis=0)) / MILLION
        covered = f"{south:.4f},{west:.4f},{north:.4f},{east:.4f}"
        raise ImportFailedError("outside", draft.source, covered)
    draft.points = [p for p in draft.points if bounds.has(p[3] / MILLION, p[2] / MILLION)]
    return found, [area for area in areas if _meets(area, bounds)]


def _read(source: Path, draft: Draft, bounds: Bounds | None) -> str:
    """Read into the draft; returns the kind of file, which its first bytes tell."""
    try:
        if not source.is_file():
            if source.exists():
                raise ImportFailedError("foreign", source.name)
            raise ImportFailedError("missing", source.name)
        with source.open("rb") as file:
            head = file.read(256)
        if is_pbf(head):
            read_pbf(source, draft)
            return "OSM PBF"
        if head.startswith(b"PMTiles"):
            read_pmtiles(source, draft, bounds)
            return "PMTiles"
        if head.startswith(b"SQLite format 3\0"):
            if head[68:72] == APPLICATION_ID.to_bytes(4):  # it is a pack already
                raise ImportFailedError("foreign", source.name)
            read_mbtiles(source, draft, bounds)
            return "MBTiles"
        if head.startswith(b"PK\x03\x04"):
            read_npz(source, draft)
            return "NumPy"
        text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
        if text.startswith(b"{"):
            read_geojson(source, draft)
            return "GeoJSON"
        if text.startswith((b"<?xml", b"<osm")):
            raise ImportFailedError("xml", source.name)
    except OSError as error:
        raise ImportFailedError(
            "unreadable", source.name, (error.strerror or "").lower()
        ) from error
    except MemoryError:
        raise ImportFailedError("large", source.name, "memory") from None
    raise ImportFailedError("foreign", source.name)


def _meets(area: Outline, bounds: Bounds) -> bool:
    low, high = area.rings[0].min(axis=0) / MILLION, area.rings[0].max(axis=0) / MILLION
    try:
        return bounds.meets(Bounds(low[1], low[0], high[1], high[0]))
    except ValueError:  # without width or height, or not on Earth
        return False
