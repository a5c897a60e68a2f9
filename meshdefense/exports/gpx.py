"""Alerts as GPX 1.1: a waypoint where the place is exact, else the outline of its cell as a track.

GPX knows no areas, and a waypoint in the middle of a cell would be a false point.
Source: https://www.topografix.com/GPX/1/1/gpx.xsd
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

from meshdefense.exports.geojson import POINT_M
from meshdefense.exports.incidents import Incident, stamp
from meshdefense.exports.xml_text import add, document
from meshdefense_protocol.words import KINDS, LADDER, SEVERITIES

__all__ = ["GPX_NAMESPACE", "gpx_document", "gpx_rows"]

GPX_NAMESPACE: Final = "http://www.topografix.com/GPX/1/1"


def gpx_document(found: Sequence[Incident], language: str, now: float) -> str:
    """The file; what has no place is not in it."""
    root = ET.Element("gpx", {"xmlns": GPX_NAMESPACE, "version": "1.1", "creator": "MeshDefense"})
    add(add(root, "metadata"), "time", stamp(now))
    placed = [(one, one.cell) for one in found if one.cell is not None]
    for one, cell in placed:  # the schema has all waypoints before all tracks
        if cell.size_m <= POINT_M:
            lat, lon = cell.centre
            point = add(root, "wpt", lat=f"{lat:.6f}", lon=f"{lon:.6f}")
            add(point, "time", stamp(one.reported_at))
            _describe(point, one, language)
    for one, cell in placed:
        if cell.size_m > POINT_M:
            track = add(root, "trk")
            _describe(track, one, language)
            for south, west, north, east in cell.halves():
                segment = add(track, "trkseg")
                corners = ((south, west), (south, east), (north, east), (north, west))
                for lat, lon in (*corners, corners[0]):
                    add(segment, "trkpt", lat=f"{lat:.6f}", lon=f"{lon:.6f}")
    return document(root)


def gpx_rows(found: Sequence[Incident], language: str) -> list[str]:
    """What each place in the file says, for a preview."""
    return [
        f"{_title(one, language)}: {one.id}, {one.cell.size_m} m"
        for one in found
        if one.cell is not None
    ]


def _describe(element: ET.Element, one: Incident, language: str) -> None:
    add(element, "name", _title(one, language))
    add(element, "cmt", one.id)
    words = [
        SEVERITIES.get(one.severity).text(language),
        LADDER.get(LADDER.code(one.state)).text(language),
        stamp(one.reported_at),
        one.reporter,
        *([one.note] if one.note else []),
    ]
    add(element, "desc", ", ".join(words))
    add(element, "type", KINDS.get(one.kind).key)


def _title(one: Incident, language: str) -> str:
    drill = {"es": "SIMULACRO "}.get(language, "DRILL ") if one.drill else ""
    return drill + KINDS.get(one.kind).text(language)
