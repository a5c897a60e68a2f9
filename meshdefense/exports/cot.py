"""Alerts as Cursor on Target events (version 2.0), one a line, as TAK programs take them.

The point is the middle of the place's cell, and its circular error reaches the cell's corners: so
a coarse place stays one. No affiliation is claimed: a verified alert is "unknown, on the ground",
any other a spot on the map. Source: docs/exports.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree as ET

from meshdefense.exports.incidents import Incident, stamp
from meshdefense.exports.xml_text import add, xml_text
from meshdefense_protocol.words import KINDS, LADDER, SEVERITIES

__all__ = ["cot_rows"]

_UNKNOWN_GROUND: Final = "a-u-G"
_SPOT: Final = "b-m-p-s-m"
_HOW: Final = "h-e"
"""Estimated by a human."""
_NOT_KNOWN: Final = "9999999.0"
"""Height and its error, as the event schema has them where they are not known."""


def cot_rows(found: Sequence[Incident], language: str, now: float, *, callsigns: bool) -> list[str]:
    """One event each, without line ends inside; what has no place is not in it.

    `callsigns` names reporters by their handles.
    """
    return [_event(one, language, now, callsigns) for one in found if one.cell is not None]


def _event(one: Incident, language: str, now: float, callsigns: bool) -> str:
    assert one.cell is not None  # the caller has left those out
    verified = one.verified_at is not None and one.state in ("verified", "expired")
    end = one.expires_at if one.ended_at is None else one.ended_at
    root = ET.Element(
        "event",
        {
            "version": "2.0",
            "uid": xml_text(f"meshdefense.{one.id}"),
            "type": _UNKNOWN_GROUND if verified else _SPOT,
            "how": _HOW,
            "time": stamp(now),
            "start": stamp(one.reported_at),
            "stale": stamp(max(end, one.reported_at)),
        },
    )
    if one.drill:
        root.set("opex", "e")
    lat, lon = one.cell.centre
    error = f"{math.ceil(one.cell.radius_m * 10) / 10:.1f}"
    add(root, "point", lat=f"{lat:.6f}", lon=f"{lon:.6f}", hae=_NOT_KNOWN, ce=error, le=_NOT_KNOWN)
    detail = add(root, "detail")
    if callsigns:
        add(detail, "contact", callsign=one.reporter)
    words = [
        *([{"es": "SIMULACRO"}.get(language, "DRILL")] if one.drill else []),
        KINDS.get(one.kind).text(language),
        SEVERITIES.get(one.severity).text(language),
        LADDER.get(LADDER.code(one.state)).text(language),
        *([one.count] if one.count else []),
        *([one.note] if one.note else []),
    ]
    add(detail, "remarks", "; ".join(words))
    return ET.tostring(root, encoding="unicode")
