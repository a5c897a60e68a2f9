"""Rows of the local API as lines for people. Received text is cleaned before it is printed."""

from __future__ import annotations

import math
import re
import shutil
import sys
import textwrap
from collections.abc import Sequence
from typing import Any, Final

from meshdefense import language
from meshdefense.api.held import held_counts
from meshdefense.catalogue import N_, tr, trn
from meshdefense.cli.long_text import long_lines
from meshdefense.safe_text import clean
from meshdefense.sentences import translated
from meshdefense_protocol.words import CHECKIN_STATES, KINDS, LADDER, SEVERITIES, VERDICTS

__all__ = [
    "age",
    "alert_lines",
    "delivery",
    "fitted",
    "held_by",
    "message_lines",
    "ordinal",
    "patrol_line",
    "table",
    "where",
]

METRES_PER_DEGREE = 111_320.0
_INDENT: Final = 10
"""Where lines go on: behind the id."""
_NARROWEST: Final = 40
_UNIT: Final = re.compile(r"(\d) (?=(?:m|km|s|min|h|d)\b|%)")
"""Between a number and its unit, which stay on one line."""
_STATES: Final = (
    N_("raised"), N_("acknowledged"), N_("ended"), N_("in-force"), N_("over"), N_("open"),
    N_("void"), N_("ready"), N_("searching"), N_("connecting"), N_("silent"), N_("refused"),
    N_("none"),
)  # fmt: skip
"""States of calls, orders, roll calls and radios as the daemon names them, for `tr`."""


def age(seconds: float) -> str:
    """How long ago, short: "12 s", "5 min", "3 h"."""
    if seconds < 0:
        return tr("now")
    if seconds < 100:
        return f"{seconds:.0f} s"
    if seconds < 100 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h"


def where(place: dict[str, Any] | None, origin: dict[str, Any] | None) -> str:
    """A place by distance and bearing from the area's origin, with its precision."""
    if place is None:
        return tr("no place")
    if origin is None:
        return f"{place['lat']:.5f} {place['lon']:.5f} (±{place['precision_m']} m)"
    north = (place["lat"] - origin["lat"]) * METRES_PER_DEGREE
    shrink = math.cos(math.radians(origin["lat"]))
    east = (place["lon"] - origin["lon"]) * METRES_PER_DEGREE * shrink
    distance = math.hypot(north, east)
    point = tr("N NE E SE S SW W NW").split()[round(math.degrees(math.atan2(east, north)) / 45) % 8]
    far = f"{distance:.0f} m" if distance < 1000 else f"{distance / 1000:.1f} km"
    return tr(
        "{distance} {point} of origin (±{precision} m)",
        distance=far,
        point=point,
        precision=place["precision_m"],
    )


def delivery(words: dict[str, Any]) -> str:
    """Delivery words of the API for people; nothing stronger than what was proven."""
    state = words.get("state")
    why = f": {translated(clean(words['reason']))}" if words.get("reason") else ""
    match state:
        case "queued":
            return tr("queued {position}{why}", position=ordinal(words.get("position", 1)), why=why)
        case "at_radio":
            return tr("in the radio's queue")
        case "on_air":
            return tr("on air")
        case "heard":
            return tr("heard by another radio")
        case "held":
            return held_by(words["held"])
        case "unheard":
            return tr("sent, nobody heard it yet; will be tried again{why}", why=why)
        case "refused":
            return tr("refused by the radio{why}; will be tried again", why=why)
        case "expired":
            return tr("expired before it was heard")
        case "cancelled":
            return tr("cancelled before it was sent")
        case "local":
            return tr("stored here only{why}", why=why)
    return ""


def held_by(held: dict[str, Any]) -> str:
    """Who is known to hold an own item: "held by 6 of 7 verifiers and 2 of 3 bases"."""
    counts = [_held_by_group(name, known, there) for name, known, there in held_counts(held)]
    *first, last = counts
    return (
        tr("held by {first} and {last}", first=", ".join(first), last=last)
        if first
        else tr("held by {last}", last=last)
    )


def _held_by_group(name: str, known: int, there: int) -> str:
    match name:
        case "verifiers":
            return trn(
                "{known} of {count} verifier", "{known} of {count} verifiers", there, known=known
            )
        case "bases":
            return trn("{known} of {count} base", "{known} of {count} bases", there, known=known)
    return trn("{known} of {count} member", "{known} of {count} members", there, known=known)


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 11th; in Spanish 1.ª."""
    if language.current() == "es":
        return f"{number}.ª"
    if 10 <= number % 100 <= 20:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def alert_lines(row: dict[str, Any], origin: dict[str, Any] | None, now: float) -> list[str]:
    """An alert as one line, and a second one where there is more to say."""
    count = f" x{row['count_label']}" if row["count_label"] else ""
    drill = tr("DRILL ") if row["drill"] else ""
    first = tr(
        "{id:<9} {drill}{state:<12} {severity:<8} {kind}{count}, {place}, {age} ago by {author}",
        id=row["id"],
        drill=drill,
        state=LADDER.find(row["state"]).text(language.current()),
        severity=SEVERITIES.get(row["severity"]).text(language.current()),
        kind=KINDS.get(row["kind"]).text(language.current()),
        count=count,
        place=where(row["place"], origin),
        age=age(now - row["received_at"]),
        author=clean(row["author_name"]),
    )
    lines = [first]
    if row["note"]:
        lines.append("          " + tr("note: {note}", note=clean(row["note"])))
    for verdict in row["verdicts"]:
        note = f": {clean(verdict['note'])}" if verdict["note"] else ""
        who, result = (
            clean(verdict["name"]),
            VERDICTS.get(verdict["result"]).text(language.current()),
        )
        lines.append(f"          {result} ({who}){note}")
    if row["time_uncertain"]:
        lines.append("          " + tr("its author's clock is wrong: time uncertain"))
    if row["newer"]:
        lines.append("          " + tr("holds something newer than this version understands"))
    if row["mine"]:
        lines.append(f"          {delivery(row['delivery'])}")
    return lines


def patrol_line(row: dict[str, Any], origin: dict[str, Any] | None, now: float) -> str:
    """A patrol as one line."""
    due = row["due_at"]
    if due is None:
        check = tr("no check-in due")
    elif due < now:
        check = tr("OVERDUE by {age}", age=age(now - due))
    else:
        check = tr("due in {age}", age=age(due - now))
    at = row["place_at"]
    place = where(row["place"], origin) + (
        ", " + tr("{age} ago", age=age(now - at)) if at is not None else ""
    )
    state = CHECKIN_STATES.get(row["state"]).text(language.current())
    return f"{clean(row['name']):<16} {state:<14} {check:<20} {place}"


def message_lines(row: dict[str, Any], now: float) -> list[str]:
    """A message as one line, a long report with its text; with its delivery when one's own."""
    to = tr(" to {name}", name=clean(row["recipient_name"])) if row["recipient_name"] else ""
    urgent = tr("URGENT ") if row["urgent"] else ""
    drill = tr("DRILL ") if row["drill"] else ""
    ago = tr("{age} ago", age=age(now - row["received_at"]))
    head = f"{row['id']:<9} {ago} "
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
        lines.append("          " + tr("read by {names}", names=names))
    return lines


def fitted(lines: Sequence[str]) -> str:
    """The lines as they are printed: on a terminal long ones go on below, broken at spaces.

    Programs and files get each fact on the line where it belongs.
    """
    if not sys.stdout.isatty():
        return "\n".join(lines)
    width = max(shutil.get_terminal_size().columns, _NARROWEST)
    broken: list[str] = []
    for line in lines:
        whole = _UNIT.sub("\\1\N{NO-BREAK SPACE}", line)
        broken += textwrap.wrap(
            whole, width, subsequent_indent=" " * _INDENT,
            break_long_words=False, break_on_hyphens=False,
        ) or [""]  # fmt: skip
    return "\n".join(broken).replace("\N{NO-BREAK SPACE}", " ")


def table(rows: Sequence[tuple[str, str]]) -> str:
    """Two columns: what, and what about it."""
    width = max((len(name) for name, _ in rows), default=0)
    return "\n".join(f"{name:<{width}}  {text}" for name, text in rows)
