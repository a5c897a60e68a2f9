"""Map samples, and small ones made here."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from meshdefense.streets.importing.errors import ImportFailedError
from meshdefense.streets.importing.importer import Imported, import_file
from meshdefense.streets.pack import open_pack

MAPS = Path(__file__).parents[1] / "data" / "maps"
HELSINKI = MAPS / "helsinki-centre.osm.pbf"
CHICAGO = MAPS / "chicago-z13.pmtiles"
SALT_LAKE = MAPS / "salt-lake-city-streets.npz"
CREDIT = "(c) OpenStreetMap contributors, ODbL 1.0"


def way(name: str, *places: tuple[float, float], **tags: str) -> dict[str, Any]:
    """A street as a GeoJSON feature; places are longitude and latitude."""
    properties = {"highway": "residential", "name": name, **tags}
    shape = {"type": "LineString", "coordinates": [list(place) for place in places]}
    return {"type": "Feature", "properties": properties, "geometry": shape}


def geojson(path: Path, features: Sequence[dict[str, Any]], **more: Any) -> Path:
    document = {"type": "FeatureCollection", "features": list(features), **more}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def small_grid(count: int = 6) -> list[dict[str, Any]]:
    """Numbered streets from west to east, lettered ones from south to north, 111 m apart."""
    last = (count + 1) / 1000
    features = []
    for at in range(1, count + 1):
        features.append(way(f"{at}th Street", (0.0, at / 1000), (last, at / 1000)))
        letter = chr(ord("A") + at - 1)
        features.append(way(f"Calle {letter}", (at / 1000, 0.0), (at / 1000, last)))
    return features


def small_pack(folder: Path, features: Sequence[dict[str, Any]] | None = None) -> Imported:
    source = geojson(folder / "grid.geojson", small_grid() if features is None else features)
    return import_file(source, folder / "grid.streets", attribution=CREDIT)


def problem_of(source: Path, folder: Path, **options: Any) -> str:
    """Import into an empty folder: "" for a whole map, else what was wrong, and nothing is left."""
    try:
        made = import_file(source, folder / "x.streets", **options)
    except ImportFailedError as error:
        left = [*folder.iterdir()]
        return f"{error.problem}, but it left {left}" if left else error.problem
    open_pack(made.path).close()
    return ""


def mbtiles(path: Path, tiles: Sequence[tuple[int, int, int, bytes]], **metadata: str) -> Path:
    """Tiles as zoom, x, y from north, bytes."""
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
    database.execute(
        "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, "
        "tile_data BLOB)"
    )
    database.executemany("INSERT INTO metadata VALUES (?, ?)", list(metadata.items()))
    rows = [(zoom, x, (1 << zoom) - 1 - y, data) for zoom, x, y, data in tiles]
    database.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
    database.commit()
    database.close()
    return path
