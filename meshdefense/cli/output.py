"""Rows of the local API as lines for people. Received text is cleaned before it is printed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from meshdefense.api.held import held_counts
from meshdefense.cli.long_text import long_lines
from meshdefense.safe_text import clean
from meshdefense_protocol.words import CHECKIN_STATES, KINDS, SEVERITIES, VERDICTS

__all__ = [
    "age",
    "alert_lines",
    "delivery",
    "held_by",
    "message_lines",
    "ordinal",
    "patrol_line",
    "table",
    "where",
]

_POINTS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
METRES_PER_DEGREE = 111_320.0
_GROUPS: Final = {
    "verifiers": ("verifier", "verifiers"),
    "bases": ("base", "bases"),
    "all": ("member", "members"),
}


def age(seconds: float) -> str:
    """How long ago, short: "12 s", "5 min", "3 h"."""
    if seconds < 0:
        return "now"
    if seconds < 100:
        return f"{seconds:.0f} s"
    if seconds < 100 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h"


def where(place: dict[str, Any] | None, origin: dict[str, Any] | None) -> str:
    """A place by distance and bearing from the area's origin, with its precision."""
    if place is None:
        return "no place"
    if origin is None:
        return f"{place['lat']:.5f} {place['lon']:.5f} (±{place['precision_m']} m)"
    north = (place["lat"] - origin["lat"]) * METRES_PER_DEGREE
    shrink = math.cos(math.radians(origin["lat"]))
    east = (place["lon"] - origin["lon"]) * METRES_PER_DEGREE * shrink
    distance = math.hypot(north, east)
    point = _POINTS[round(math.degrees(math.atan2(east, north)) / 45) % 8]
    far = f"{distance:.0f} m" if distance < 1000 else f"{distance / 1000:.1f} km"
    return f"{far} {point} of origin (±{place['precision_m']} m)"


def delivery(words: dict[str, Any]) -> str:
    """Delivery words of the API for people; nothing stronger than what was proven."""
    state = words.get("state")
    why = f": {clean(words['reason'])}" if words.get("reason") else ""
    match state:
        case "queued":
            return f"queued {ordinal(words.get('position', 1))}{why}"
        case "at_radio":
            return "in the radio's queue"
        case "on_air":
            return "on air"
        case "heard":
            return "heard by another radio"
        case "held":
            return held_by(words["held"])
        case "unheard":
            return f"sent, nobody heard it yet; will be tried again{why}"
        case "refused":
            return f"refused by the radio{why}; will be tried again"
        case "expired":
            return "expired before it was heard"
        case "cancelled":
            return "cancelled before it was sent"
        case "local":
            return f"stored here only{why}"
    return ""


def held_by(held: dict[str, Any]) -> str:
    """Who is known to hold an own item: "held by 6 of 7 verifiers and 2 of 3 bases"."""
    counts = [
        f"{known} of {there} {_GROUPS[name][there != 1]}"
        for name, known, there in held_counts(held)
    ]
    *first, last = counts
    return f"held by {', '.join(first)} and {last}" if first else f"held by {last}"


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 11th."""
    if 10 <= number % 100 <= 20:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def alert_lines(row: dict[str, Any], origin: dict[str, Any] | None, now: float) -> list[str]:
    """An alert as one line, and a second one where there is more to say."""
    count = f" x{row['count_label']}" if row["count_label"] else ""
    drill = "DRILL " if row["drill"] else ""
    first = (
        f"{row['id']:<9} {drill}{row['state']:<12} {SEVERITIES.get(row['severity']).en:<8} "
        f"{KINDS.get(row['kind']).en}{count}, {where(row['place'], origin)}, "
        f"{age(now - row['received_at'])} ago by {clean(row['author_name'])}"
    )
    lines = [first]
    if row["note"]:
        lines.append(f"          note: {clean(row['note'])}")
    for verdict in row["verdicts"]:
        note = f": {clean(verdict['note'])}" if verdict["note"] else ""
        who, result = clean(verdict["name"]), VERDICTS.get(verdict["result"]).en
        lines.append(f"          {result} ({who}){note}")
    if row["time_uncertain"]:
        lines.append("          its author's clock is wrong: time uncertain")
    if row["newer"]:
        lines.append("          holds something newer than this version understands")
    if row["mine"]:
        lines.append(f"          {delivery(row['delivery'])}")
    return lines


def patrol_line(row: dict[str, Any], origin: dict[str, Any] | None, now: float) -> str:
    """A patrol as one line."""
    due = row["due_at"]
    if due is None:
        check = "no check-in due"
    elif due < now:
        check = f"OVERDUE by {age(now - due)}"
    else:
        check = f"due in {age(due - now)}"
    at = row["place_at"]
    place = where(row["place"], origin) + (f", {age(now - at)} ago" if at is not None else "")
    state = CHECKIN_STATES.get(row["state"]).en
    return f"{clean(row['name']):<16} {state:<14} {check:<20} {place}"


def message_lines(row: dict[str, Any], now: float) -> list[str]:
    """A message as one line, a long report with its text; with its delivery when one's own."""
    to = f" to {clean(row['recipient_name'])}" if row["recipient_name"] else ""
    urgent = "URGENT " if row["urgent"] else ""
    drill = "DRILL " if row["drill"] else ""
    head = f"{row['id']:<9} {age(now - row['received_at'])} ago "
    if "long" in row:
        first, *text = long_lines(row)
        lines = [f"{head}{drill}{first}", *text]
    else:
        said = f"{drill}{urgent}{clean(row['text'])}"
        lines = [f"{head}{clean(row['author_name'])}{to}: {said}"]
    if row["mine"]:
        lines.append(f"          {delivery(row['delivery'])}")
    if row["readers"]:
        names = ", ".join(clean(reader["name"]) for reader in row["readers"])
        lines.append(f"          read by {names}")
    return lines


def table(rows: Sequence[tuple[str, str]]) -> str:
    """Two columns: what, and what about it."""
    width = max((len(name) for name, _ in rows), default=0)
    return "\n".join(f"{name:<{width}}  {text}" for name, text in rows)
