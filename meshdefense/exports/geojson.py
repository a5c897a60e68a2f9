"""Alerts as GeoJSON (RFC 7946): a place is the polygon of its cell, never a point in its middle."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from meshdefense.exports.cells import Cell
from meshdefense.exports.incidents import Incident, stamp
from meshdefense_protocol.words import ACTIVITIES, EQUIPMENT, KINDS, SEVERITIES, UNITS

__all__ = ["POINT_M", "geojson_rows"]

POINT_M: Final = 10
"""A cell of so many metres is as fine as a satellite receiver: that is a point."""


def geojson_rows(found: Sequence[Incident], language: str) -> list[str]:
    """The lines of the file: its head, one feature each, its end."""
    features = [json.dumps(_feature(one, language), ensure_ascii=False) for one in found]
    commas = [f"{line}," for line in features[:-1]] + features[-1:]
    return ['{"type": "FeatureCollection", "features": [', *commas, "]}"]


def _feature(one: Incident, language: str) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": one.id,
        "geometry": None if one.cell is None else _geometry(one.cell),
        "properties": {
            "kind": KINDS.get(one.kind).key,
            "title": KINDS.get(one.kind).text(language),
            "severity": SEVERITIES.get(one.severity).key,
            "state": one.state,
            "drill": one.drill,
            "reported": stamp(one.reported_at),
            "observed": _moment(one.observed_at),
            "verified": _moment(one.verified_at),
            "broadcast": _moment(one.broadcast_at),
            "ended": _moment(one.ended_at),
            "expires": stamp(one.expires_at),
            "time_uncertain": one.time_uncertain,
            "count": one.count or None,
            "activity": ACTIVITIES.get(one.activity).key,
            "unit": UNITS.get(one.unit).key,
            "equipment": [EQUIPMENT.get(code).key for code in one.equipment],
            "cell_m": None if one.cell is None else one.cell.size_m,
            "reporter": one.reporter,
            "confirmed_by": list(one.confirmed_by),
            "note": one.note or None,
        },
    }


def _moment(at: float | None) -> str | None:
    return None if at is None else stamp(at)


def _geometry(cell: Cell) -> dict[str, Any]:
    lat, lon = cell.centre
    if cell.size_m <= POINT_M:
        return {"type": "Point", "coordinates": [lon, lat]}
    rings = [[_ring(*half)] for half in cell.halves()]
    if len(rings) == 1:
        return {"type": "Polygon", "coordinates": rings[0]}
    return {"type": "MultiPolygon", "coordinates": rings}  # cut at the date line, section 3.1.9


def _ring(south: float, west: float, north: float, east: float) -> list[list[float]]:
    """Counterclockwise and closed, longitude first."""
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]
