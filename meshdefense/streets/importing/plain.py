"""GeoJSON (RFC 7946) and NumPy archives of segments, with what is installed anyway."""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from meshdefense.streets.chunks import SegmentColumns
from meshdefense.streets.importing.draft import Draft
from meshdefense.streets.importing.errors import ImportFailedError
from meshdefense.streets.importing.tags import area_kind, flags_of, point_kind, road_class

__all__ = ["read_geojson", "read_npz"]

GEOJSON_LIMIT: Final = 200 << 20
"""Bytes. It is read at once and takes about ten times as much memory."""
_NPZ_LIMIT: Final = 1 << 30
"""Bytes after inflating."""
_STEP: Final = 2_000
"""Features between two words about the progress."""


def read_geojson(path: Path, draft: Draft) -> None:
    """Features whose properties are OSM tags, beside or under "tags". Raises ImportFailedError."""
    size = path.stat().st_size
    if size > GEOJSON_LIMIT:
        raise ImportFailedError("large", path.name, f"{size >> 20} MiB of {GEOJSON_LIMIT >> 20}")
    draft.progress(0.0, 0)
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ImportFailedError("damaged", path.name, str(error)[:80]) from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise ImportFailedError("foreign", path.name)
    draft.planar = True  # whether its streets share vertices, nobody knows
    draft.attribution = _text(document.get("attribution"))
    draft.title = _text(document.get("name"))
    for at, feature in enumerate(features):
        if at % _STEP == 0:
            draft.progress(0.5 + 0.5 * at / len(features), draft.segments)
        try:
            _feature(feature, draft)
        except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
            why = f"feature {at + 1}: {error}"
            raise ImportFailedError("damaged", path.name, why[:80]) from error


def _feature(feature: Any, draft: Draft) -> None:
    shape = feature["geometry"]
    if shape is None:
        return
    tags = _tags(feature.get("properties") or {})
    for kind, parts in _shapes(shape):
        if kind == "line":
            road = road_class(tags)
            if road is not None:
                name = draft.name(tags.get("name") or tags.get("ref"))
                draft.line(_pairs(parts).tobytes(), road, name, flags_of(tags))
        elif kind == "polygon":
            ground, what = area_kind(tags), point_kind(tags)
            if ground is None and what is None:
                continue
            rings, name = [_pairs(ring) for ring in parts], draft.name(tags.get("name"))
            if ground is not None:
                draft.area(ground, name, rings)
            if what is not None:
                draft.point(what, name, *rings[0].mean(axis=0).tolist())
        else:
            lon, lat = _pairs([parts])[0].tolist()
            what = point_kind(tags)
            if what is not None:
                draft.point(what, draft.name(tags.get("name")), lon, lat)
            draft.address(tags.get("addr:street"), tags.get("addr:housenumber"), lon, lat)


def _tags(properties: Mapping[str, Any]) -> dict[str, Any]:
    inner = properties.get("tags")
    found = {**properties, **inner} if isinstance(inner, dict) else dict(properties)
    # graphs joined from several ways have lists: the first value stands for all
    return {
        key: value[0] if isinstance(value, list) and value else value
        for key, value in found.items()
        if not isinstance(value, dict)
    }


def _shapes(shape: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    kind = shape["type"]
    if kind == "GeometryCollection":
        for part in shape["geometries"]:
            if part["type"] != "GeometryCollection":  # RFC 7946, 3.1.8: not nested
                yield from _shapes(part)
        return
    for name, word in (("LineString", "line"), ("Polygon", "polygon"), ("Point", "point")):
        if kind == name:
            yield word, shape["coordinates"]
        elif kind == f"Multi{name}":
            for part in shape["coordinates"]:
                yield word, part


def _pairs(positions: Any) -> NDArray[np.float64]:
    """Longitude and latitude; a height is left out."""
    pairs = np.array([position[:2] for position in positions], "<f8")
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise ValueError("a position is no pair of numbers")
    return pairs


def read_npz(path: Path, draft: Draft) -> None:
    """Arrays `segments` (degrees times 10^7), `highway` and `highway_names`; docs/maps.md.

    Raises ImportFailedError. No array is unpickled: a file of objects could run anything.
    """
    draft.progress(0.0, 0)
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > _NPZ_LIMIT:
                raise ImportFailedError("large", path.name, "> 1 GiB")
        with np.load(path, allow_pickle=False) as arrays:
            ends, kinds = arrays["segments"], arrays["highway"]
            names = [str(name) for name in arrays["highway_names"]]
    except KeyError as error:
        raise ImportFailedError("foreign", path.name) from error
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error, struct.error) as error:
        raise ImportFailedError("damaged", path.name, str(error)[:80]) from error
    if ends.ndim != 2 or ends.shape[1] != 4 or kinds.shape != ends.shape[:1]:
        raise ImportFailedError("damaged", path.name, "the arrays do not fit each other")
    if ends.dtype.kind != "i" or kinds.dtype.kind not in "iu":
        raise ImportFailedError("damaged", path.name, "the arrays are no whole numbers")
    if len(kinds) and not 0 <= int(kinds.min()) <= int(kinds.max()) < len(names):
        raise ImportFailedError("damaged", path.name, "a class without a name")
    classes = [road_class({"highway": name}) for name in names]
    found = np.array([255 if one is None else one for one in classes], np.uint8)[kinds]
    kept = found != 255
    count = int(kept.sum())
    draft.bulk(
        SegmentColumns(
            np.rint(ends[kept].astype(np.float64) / 10).astype(np.int64),
            found[kept],
            np.full(count, -1, np.int32),
            np.zeros(count, np.uint8),
        )
    )
    draft.progress(1.0, draft.segments)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
