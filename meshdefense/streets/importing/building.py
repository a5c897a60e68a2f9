"""From a draft to the database of a pack: chunks, crossings, names, the index for searching."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from meshdefense.streets import chunks
from meshdefense.streets.chunks import CHUNK_LAT, CrossingColumns, Outline, SegmentColumns
from meshdefense.streets.folding import fold
from meshdefense.streets.importing.draft import MILLION, Draft
from meshdefense.streets.importing.joints import crossings_of
from meshdefense.streets.pack_file import APPLICATION_ID, FORMAT, SCHEMA
from meshdefense.streets.streets import Bounds

__all__ = ["build"]

Numbers = NDArray[np.int64]
_RANGE: Final = 20
"""House numbers in one range."""
_SAME_POINT: Final = 1_000
"""Points of one kind and name in a square of 0.001 degrees are one: tiles repeat them."""


def build(
    draft: Draft,
    columns: SegmentColumns,
    areas: list[Outline],
    facts: dict[str, str],
    step: Callable[[float], None],
) -> sqlite3.Connection:
    """The database, in memory. `step` is told the share done; what it raises ends it."""
    database = sqlite3.connect(":memory:")
    try:
        database.execute("PRAGMA page_size = 4096")
        database.executescript(SCHEMA)
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        database.execute(f"PRAGMA user_version = {FORMAT}")
        columns, areas = _renamed(draft, columns, areas)
        bounds = _bounds(columns)
        wide = chunks.chunk_lon(bounds.middle[0])
        _write_segments(database, columns, wide)
        step(0.4)
        crossings = crossings_of(columns, draft.texts, planar=draft.planar)
        _write_crossings(database, crossings, wide)
        step(0.8)
        _write_areas(database, areas, wide)
        _write_names(database, draft, columns, areas)
        _write_numbers(database, draft)
        meta = facts | {
            "bounds": f"{bounds.south!r},{bounds.west!r},{bounds.north!r},{bounds.east!r}",
            "segments": str(len(columns.names)),
            "chunk_lon": str(wide),
        }
        database.executemany("INSERT INTO meta VALUES (?, ?)", sorted(meta.items()))
        database.execute("INSERT INTO words (words) VALUES ('optimize')")
        database.commit()
        step(1.0)
    except BaseException:
        database.close()
        raise
    return database


def _renamed(
    draft: Draft, columns: SegmentColumns, areas: list[Outline]
) -> tuple[SegmentColumns, list[Outline]]:
    """Without the names that nothing bears; the others are numbered anew, in the draft too."""
    shown = [area.name for area in areas] + [point[1] for point in draft.points]
    used = np.unique(np.concatenate([columns.names, np.array(shown, np.int32)]))
    used = used[used >= 0]
    table = np.full(len(draft.texts) + 1, -1, np.int32)  # the last one is what -1 finds
    table[used] = np.arange(len(used))
    draft.texts = [draft.texts[at] for at in used.tolist()]
    draft.points = [(kind, int(table[name]), lon, lat) for kind, name, lon, lat in draft.points]
    renamed = [Outline(area.kind, int(table[area.name]), area.rings) for area in areas]
    names = table[columns.names]
    return SegmentColumns(columns.ends, columns.classes, names, columns.flags), renamed


def _bounds(columns: SegmentColumns) -> Bounds:
    """Of the segments; across the date line where that is the shorter way round."""
    lons = np.sort(np.concatenate([columns.ends[:, 0], columns.ends[:, 2]]))
    lats = columns.ends[:, 1::2]
    gaps = np.diff(lons, append=lons[0] + 360 * MILLION)
    widest = int(gaps.argmax())
    # one millionth more on each side: also a single straight street has a rectangle
    west = float(lons[(widest + 1) % len(lons)] - 1) / MILLION
    east = float(lons[widest] + 1) / MILLION
    south, north = float(lats.min() - 1) / MILLION, float(lats.max() + 1) / MILLION
    return Bounds(max(south, -90.0), max(west, -180.0), min(north, 90.0), min(east, 180.0))


def _by_chunk(places: Numbers, wide: int) -> Iterator[tuple[int, int, Numbers]]:
    """Chunk by chunk: x, y, and which of `places` (longitude, latitude) lie in it."""
    x, y = places[:, 0] // wide, places[:, 1] // CHUNK_LAT
    order = np.lexsort((x, y))
    new = np.flatnonzero(
        (np.diff(x[order], prepend=-1) != 0) | (np.diff(y[order], prepend=-1) != 0)
    )
    if len(order) and (not len(new) or new[0] != 0):
        new = np.concatenate([[0], new])
    for part in np.split(order, new[1:]) if len(order) else ():
        yield int(x[part[0]]), int(y[part[0]]), part


def _middle(x: int, y: int, wide: int) -> tuple[int, int]:
    return x * wide + wide // 2, y * CHUNK_LAT + CHUNK_LAT // 2


def _write_segments(database: sqlite3.Connection, columns: SegmentColumns, wide: int) -> None:
    middles = (columns.ends[:, :2] + columns.ends[:, 2:]) // 2
    rows = []
    for x, y, part in _by_chunk(middles, wide):
        # the same class and name side by side deflates best, and keeps each street in order
        kept = part[np.lexsort((part, columns.names[part], columns.classes[part]))]
        one = SegmentColumns(
            columns.ends[kept], columns.classes[kept], columns.names[kept], columns.flags[kept]
        )
        data = chunks.encode_segments(one, _middle(x, y, wide))
        rows.append((chunks.chunk_id(x, y), len(kept), data))
    database.executemany("INSERT INTO chunk VALUES (?, ?, ?)", sorted(rows))


def _write_crossings(database: sqlite3.Connection, crossings: CrossingColumns, wide: int) -> None:
    rows = []
    for x, y, part in _by_chunk(crossings.places, wide):
        kept = part[np.lexsort((crossings.names[part, 1], crossings.names[part, 0]))]
        one = CrossingColumns(crossings.names[kept], crossings.places[kept])
        data = chunks.encode_crossings(one, _middle(x, y, wide))
        rows.append((chunks.chunk_id(x, y), len(kept), data))
    database.executemany("INSERT INTO crossing VALUES (?, ?, ?)", sorted(rows))


def _write_areas(database: sqlite3.Connection, areas: list[Outline], wide: int) -> None:
    groups: dict[tuple[int, int], list[Outline]] = defaultdict(list)
    for area, (lon, lat) in zip(areas, _centres(areas), strict=True):
        groups[lon // wide, lat // CHUNK_LAT].append(area)
    rows = []
    for (x, y), group in groups.items():
        outer = np.concatenate([ring for area in group for ring in area.rings])
        low, high = outer.min(axis=0).tolist(), outer.max(axis=0).tolist()
        number = chunks.chunk_id(x, y)
        rows.append((number, *low, *high, len(group), chunks.encode_areas(group)))
    database.executemany("INSERT INTO area VALUES (?, ?, ?, ?, ?, ?, ?)", sorted(rows))


def _write_names(
    database: sqlite3.Connection, draft: Draft, columns: SegmentColumns, areas: list[Outline]
) -> None:
    words: list[tuple[int, str]] = []
    rows: list[tuple[int, str, int | None, int | None, int | None]] = []
    streets = _street_places(columns)
    for at, text in enumerate(draft.texts):
        kind, lon, lat = streets.get(at, (None, None, None))
        rows.append((at, text, kind, lat, lon))
        if kind is not None:
            words.append((at * 3, fold(text)))
    database.executemany("INSERT INTO name VALUES (?, ?, ?, ?, ?)", rows)
    points: list[tuple[int, int, int, int, int]] = []
    seen: set[tuple[int, ...]] = set()
    for what, name, lon, lat in draft.points:
        key = (int(what), name, lon // _SAME_POINT, lat // _SAME_POINT)
        if key not in seen:
            seen.add(key)
            if name >= 0:
                words.append((len(points) * 3 + 1, fold(draft.texts[name])))
            points.append((len(points), int(what), name, lat, lon))
    database.executemany("INSERT INTO point VALUES (?, ?, ?, ?, ?)", points)
    pointed = {point[2] for point in points}  # found already
    named = [area for area in areas if area.name >= 0 and area.name not in pointed]
    grounds: list[tuple[int, int, int, int, int]] = []
    for area, (lon, lat) in zip(named, _centres(named), strict=True):
        where = (area.kind + 100, area.name, lon // CHUNK_LAT, lat // CHUNK_LAT)
        if where not in seen:
            seen.add(where)
            words.append((len(grounds) * 3 + 2, fold(draft.texts[area.name])))
            grounds.append((len(grounds), area.kind, area.name, lat, lon))
    database.executemany("INSERT INTO area_name VALUES (?, ?, ?, ?, ?)", grounds)
    database.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", words)


def _street_places(columns: SegmentColumns) -> dict[int, tuple[int, int, int]]:
    """For each named street its highest class, and the middle one of its segments."""
    named = np.flatnonzero(columns.names >= 0)
    order = named[np.argsort(columns.names[named], kind="stable")]
    found = {}
    new = np.flatnonzero(np.diff(columns.names[order], prepend=-1))
    for part in np.split(order, new[1:]) if len(order) else ():
        middle = columns.ends[part, :2]
        ranked = np.sort(middle, axis=0)  # np.median takes four times as long for a few numbers
        median = (ranked[(len(part) - 1) // 2] + ranked[len(part) // 2]) / 2
        best = part[int(np.abs(middle - median).sum(axis=1).argmin())]
        lon, lat = ((columns.ends[best, :2] + columns.ends[best, 2:]) // 2).tolist()
        found[int(columns.names[best])] = (int(columns.classes[part].max()), lon, lat)
    return found


def _write_numbers(database: sqlite3.Connection, draft: Draft) -> None:
    """Ranges, not single houses; only of streets that the pack has."""
    streets: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for street, number, lon, lat in draft.addresses:
        streets[street].append((number, lon, lat))
    known = {text: at for at, text in enumerate(draft.texts)}
    for street, houses in streets.items():
        if street not in known:
            continue
        blocks: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for house in houses:
            blocks[house[0] // _RANGE].append(house)
        for block in blocks.values():
            low, high = min(block), max(block)
            row = (known[street], low[0], high[0], low[2], low[1], high[2], high[1])
            database.execute("INSERT INTO numbers VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def _centres(areas: list[Outline]) -> list[tuple[int, int]]:
    """Longitude and latitude of the middle of each outer ring's box."""
    if not areas:
        return []
    rings = [area.rings[0] for area in areas]
    starts = np.cumsum([0, *map(len, rings[:-1])])
    points = np.concatenate(rings)
    low, high = np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)
    return [(lon, lat) for lon, lat in ((low + high) // 2).tolist()]
