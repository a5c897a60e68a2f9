"""How fast does a map file become a street pack, how large is it, and how fast is it read?

CPU time, all threads, on the three samples: an OSM extract with everything mapped, vector tiles,
and bare segments. Beside it the same streets as GeoJSON: its bytes, and the time that Python's
json takes to parse it, which is what opening a map would cost without packs. Tiles are also
decoded as a viewer without packs would, 3 by 3 for a view; the streets of the extract are also
read by pyosmium's own loop over objects, which makes no pack.
"""

from __future__ import annotations

import contextlib
import json
import math
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from pmtiles.reader import MmapSource, all_tiles

from benchmarks import harness
from meshdefense.streets.importing.importer import import_file
from meshdefense.streets.importing.tags import flags_of, road_class
from meshdefense.streets.importing.vector_tile import layers_of
from meshdefense.streets.pack import Pack, open_pack
from meshdefense.streets.streets import Plane

SAMPLES: Final = Path(__file__).parents[1] / "tests" / "data" / "maps"
CREDIT: Final = "(c) OpenStreetMap contributors, ODbL 1.0"
RATE_BAR, SIZE_BAR = 100_000.0, 20.0
VIEW_M: Final = 1_500.0
"""Half the side of a view: 120 columns of 25 m."""
TOWNS: Final = {
    "helsinki": ("helsinki-centre.osm.pbf", "Kaivokatu / Mikonkatu", "kaivo"),
    "chicago": ("chicago-z13.pmtiles", "Madison & Western", "madison"),
    "salt-lake-city": ("salt-lake-city-streets.npz", "Main & State", "main"),
}
"""File, a corner to search, a name to search."""


def main() -> int:
    """Measure and print."""
    args = harness.arguments("streets", __doc__ or "")
    times = 2 if args.quick else 9
    figures: dict[str, Any] = {}
    with harness.folder() as folder:
        for town, (file, corner, name) in TOWNS.items():
            figures[town] = _town(SAMPLES / file, folder / f"{town}.streets", corner, name, times)
        figures["tiles"] = _tiles(times)
        extract = SAMPLES / TOWNS["helsinki"][0]
        figures["pyosmium"] = {"read_s": _cpu_s(lambda: _read_by_pyosmium(extract), times)}
    return harness.finish(_outcome(figures), args)


def _town(source: Path, target: Path, corner: str, name: str, times: int) -> dict[str, Any]:
    made = import_file(source, target, attribution=CREDIT)  # imports its libraries
    seconds = _cpu_s(lambda: import_file(source, target, attribution=CREDIT), times)
    with open_pack(target) as pack:
        lat, lon = pack.meta.bounds.middle
        view = Plane(lat, lon).around(VIEW_M)
        text = _geojson(pack)
        pack.search(corner)  # decodes the crossings once
        return {
            "segments": made.segments,
            "names": made.names,
            "areas": made.areas,
            "source_bytes": source.stat().st_size,
            "pack_bytes": made.bytes,
            "bytes_per_segment": made.bytes / made.segments,
            "import_s": seconds,
            "segments_per_s": made.segments / seconds["median"],
            "open_s": _cpu_s(lambda: open_pack(target).close(), times),
            "load_s": _cpu_s(lambda: pack.streets(lat, lon), times),
            "view_s": _cpu_s(lambda: pack.streets(lat, lon, view), times),
            "search_corner_s": _cpu_s(lambda: pack.search(corner), times),
            "search_name_s": _cpu_s(lambda: pack.search(name), times),
            "corner_s": _cpu_s(lambda: pack.corner(lat, lon), times),
            "geojson_bytes_per_segment": len(text) / made.segments,
            "geojson_parse_s": _cpu_s(lambda: json.loads(text), times),
        }


def _geojson(pack: Pack) -> str:
    """The streets of a pack, one line for each run of segments that go on from each other."""
    streets = pack.streets(*pack.meta.bounds.middle)
    lat, lon = pack.meta.bounds.middle
    shrink = math.cos(math.radians(lat))
    scale = np.array([111_319.490793 * shrink, 111_319.490793] * 2)
    degrees = streets.lines / scale + np.array([lon, lat, lon, lat])
    features: list[dict[str, Any]] = []
    last: tuple[float, ...] = ()
    for row, kind, name in zip(
        np.round(degrees, 6).tolist(), streets.classes.tolist(), streets.names.tolist(), strict=True
    ):
        facts = {"class": kind, "name": streets.texts[name] if name >= 0 else None}
        if features and tuple(row[:2]) == last and features[-1]["properties"] == facts:
            features[-1]["geometry"]["coordinates"].append(row[2:])
        else:
            shape = {"type": "LineString", "coordinates": [row[:2], row[2:]]}
            features.append({"type": "Feature", "properties": facts, "geometry": shape})
        last = tuple(row[2:])
    return json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))


def _tiles(times: int) -> dict[str, Any]:
    """Nine tiles around the middle, decoded as for a view."""
    import gzip

    layers = frozenset({"road", "road_label", "water", "landuse"})
    with (SAMPLES / TOWNS["chicago"][0]).open("rb") as file:
        found = all_tiles(MmapSource(file))  # type: ignore[no-untyped-call]  # the library's own lack
        tiles = [(x, y, gzip.decompress(data)) for (_, x, y), data in found]
    xs, ys = sorted({x for x, _, _ in tiles}), sorted({y for _, y, _ in tiles})
    middle = (xs[len(xs) // 2], ys[len(ys) // 2])
    near = [data for x, y, data in tiles if abs(x - middle[0]) < 2 and abs(y - middle[1]) < 2]

    def decode() -> None:
        for data in near:
            list(layers_of(data, layers))

    return {"count": len(near), "decode_s": _cpu_s(decode, times)}


def _read_by_pyosmium(source: Path) -> int:
    """How many streets there are, each read with its tags and the places of its nodes."""
    import osmium

    lines = osmium.geom.WKBFactory()
    wanted = osmium.filter.KeyFilter("highway", "railway")
    count = 0
    for way in osmium.FileProcessor(source).with_locations().with_filter(wanted):
        if isinstance(way, osmium.osm.Way) and road_class(way.tags) is not None:
            way.tags.get("name"), flags_of(way.tags)
            with contextlib.suppress(osmium.InvalidLocationError, RuntimeError):
                bytes.fromhex(lines.create_linestring(way))
            count += 1
    return count


def _cpu_s(work: Callable[[], object], times: int) -> dict[str, float]:
    samples = []
    for _ in range(times):
        start = time.process_time()
        work()
        samples.append(time.process_time() - start)
    return harness.summary_of(samples)


def _outcome(figures: dict[str, Any]) -> harness.Outcome:
    rows: list[Sequence[str]] = []
    bars = []
    for town in TOWNS:
        found = figures[town]

        def ms(key: str, found: dict[str, Any] = found) -> str:
            return f"{found[key]['median'] * 1e3:.2f}"

        rows.append([
            town, f"{found['segments']:,}", f"{found['segments_per_s']:,.0f}",
            f"{found['bytes_per_segment']:.1f}", ms("open_s"), ms("load_s"), ms("view_s"),
            ms("search_corner_s"), ms("search_name_s"), ms("corner_s"),
            f"{found['geojson_bytes_per_segment']:.1f}", ms("geojson_parse_s"),
        ])  # fmt: skip
        rate, size = found["segments_per_s"], found["bytes_per_segment"]
        bars += [
            harness.Bar(f"{town}: imported", rate, RATE_BAR, "segments/s", at_least=True),
            harness.Bar(f"{town}: pack", size, SIZE_BAR, "B a segment"),
        ]
    tiles = figures["tiles"]
    return harness.Outcome(
        "streets",
        "Street packs: import and use (CPU time in ms unless it says otherwise)",
        ["town", "segments", "imported/s", "B/segment", "open", "load all", "view 3 km",
         "find corner", "find name", "name corner", "GeoJSON B", "GeoJSON parse"],
        rows,
        bars,
        figures,
        [
            f"{tiles['count']} tiles of Chicago decoded for a view: "
            f"{tiles['decode_s']['median'] * 1e3:.0f} ms.",
            "The streets of Helsinki read by pyosmium's loop over objects, without areas, points, "
            f"crossings and pack: {figures['pyosmium']['read_s']['median'] * 1e3:.0f} ms; the "
            f"whole import: {figures['helsinki']['import_s']['median'] * 1e3:.0f} ms.",
            "B/segment is the whole pack: segments, names, crossings, areas, index for searching.",
        ],
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
