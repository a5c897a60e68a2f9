"""The rows that have a place, as signs for the map. Pure.

A place older than its kind's life is dim and says its age: what stands on a map looks as if it
were so now.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.response_schema import SosRow
from meshdefense.api.row_schema import AlertRow, PatrolRow
from meshdefense_protocol.words import KINDS
from meshdefense_tui.clock import age
from meshdefense_tui.look import Look
from meshdefense_tui.map.geometry import east_north
from meshdefense_tui.map.parts import Marker
from meshdefense_tui.model import ENDED_STATES, is_overdue
from meshdefense_tui.views.alert_row import SEVERITY_ROLES

__all__ = [
    "ALERT_AGE_S",
    "POSITION_LIFE_S",
    "alert_markers",
    "local",
    "patrol_markers",
    "sos_markers",
]

POSITION_LIFE_S: Final = 900.0
"""A position older than this is dim: a walker is a kilometre away by then."""
ALERT_AGE_S: Final = 1800.0
"""An alert older than this says its age. How long it lives is in the alert."""


def local(origin: PlaceRow, place: PlaceRow) -> tuple[float, float]:
    """Metres east and north of the origin."""
    return east_north(origin["lat"], origin["lon"], place["lat"], place["lon"])


def alert_markers(
    rows: Iterable[AlertRow],
    origin: PlaceRow,
    look: Look,
    *,
    now: float,
    selected: str | None,
    ages: bool,
) -> list[Marker]:
    """Open alerts and the selected one: grave above light, the selected one on top."""
    shown = [
        (row, place)
        for row in rows
        if (place := row["place"]) is not None
        and (row["state"] not in ENDED_STATES or row["id"] == selected)
    ]
    shown.sort(key=lambda a: (a[0]["id"] == selected, a[0]["severity"], a[0]["reported_at"]))
    found = []
    for row, place in shown:
        severity = min(max(row["severity"], 0), 3)
        over = row["state"] in ENDED_STATES or now >= row["expires_at"]
        label = KINDS.get(row["kind"]).letter
        old = now - row["reported_at"]
        if ages and (over or old >= ALERT_AGE_S):
            label = f"{label} {age(old)}"
        found.append(
            Marker(
                *local(origin, place),
                look.severity_mark(severity),
                label,
                "quiet" if over else SEVERITY_ROLES[severity],
                place["precision_m"],
                selected=row["id"] == selected,
            )
        )
    return found


def patrol_markers(
    rows: Iterable[PatrolRow], origin: PlaceRow, look: Look, *, now: float, ages: bool
) -> list[Marker]:
    """Patrols with a position; `rows` begin with what matters most, which comes out on top."""
    found = []
    for row in rows:
        place = row["place"]
        if place is None:
            continue
        heading, glyphs = row["heading"], look.glyphs
        sign = glyphs.patrol if heading is None else glyphs.arrows[round(heading / 45) % 8]
        old = now - (row["place_at"] if row["place_at"] is not None else row["last_seen"])
        label = look.say("to_you") if row["mine"] else row["name"].split(" ")[0]
        role = "own" if row["mine"] else "patrol"
        if old > POSITION_LIFE_S:
            role = "quiet"
        if is_overdue(row, now):
            label, role = f"{label} !", "bad"
        elif ages and old > POSITION_LIFE_S:
            label = f"{label} {age(old)}"
        found.append(Marker(*local(origin, place), sign, label, role, place["precision_m"]))
    found.reverse()
    return found


def sos_markers(
    rows: Iterable[SosRow], origin: PlaceRow, look: Look, *, now: float
) -> list[Marker]:
    """Open calls for help with a place, always with their age.

    `rows` begin with the newest; what comes out on top is real before an exercise, then what
    nobody has answered, then the newest.
    """
    shown = [
        (row, place)
        for row in rows
        if (place := row["place"]) is not None and row["state"] != "ended"
    ]
    shown.reverse()
    shown.sort(key=lambda one: (not one[0]["drill"], one[0]["state"] == "raised"))
    return [
        Marker(
            *local(origin, place),
            look.glyphs.sos,
            f"SOS {age(now - row['raised_at'])}",
            "drill" if row["drill"] else "alarm" if row["state"] == "raised" else "bad",
            place["precision_m"],
            above=True,
        )
        for row, place in shown
    ]
