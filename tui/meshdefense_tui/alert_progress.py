"""The work on an alert as its row tells it, and how its people are named. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from meshdefense.api.response_schema import AlertProgress, PersonRow
from meshdefense.api.row_schema import AlertRow
from meshdefense_protocol.words import RESPONSES
from meshdefense_tui.look import Look

__all__ = ["GOING", "WORKING", "names", "person", "progress", "whom"]

WORKING: Final = frozenset({"open", "accepted", "overdue"})
"""States of a dispatch whose member still owes an answer."""
GOING: Final = frozenset({RESPONSES.code("on-the-way"), RESPONSES.code("on-scene")})
"""Responses of somebody who is busy with it."""
_NOTHING: Final[dict[str, Any]] = {
    "confirmed": 0,
    "needed": 0,
    "closes": [],
    "closes_needed": 0,
    "reopened_at": None,
    "reporters": [],
    "about": None,
    "additions": [],
    "dispatches": [],
    "responses": [],
    "broadcasts": [],
    "escalation": {"level": 0, "since": None, "by_name": None, "reason": None, "next_at": None},
    "here": True,
    "counts": True,
    "author_out": False,
    "changes_at": None,
}


def progress(row: AlertRow) -> AlertProgress:
    """The work on it. A row that an earlier version made tells nothing of it: then nothing."""
    return cast("AlertProgress", {**_NOTHING, **row})


def person(row: PersonRow | Mapping[str, Any], look: Look) -> str:
    """A name; who was revoked since is called so."""
    return look.say("work_out", name=row["name"]) if row.get("out") else str(row["name"])


def names(rows: Iterable[PersonRow | Mapping[str, Any]], look: Look) -> str:
    """Names, each once, in order."""
    return ", ".join(dict.fromkeys(person(row, look) for row in rows))


def whom(level: int, look: Look) -> str:
    """Who is to look at a level of escalation."""
    return look.say("whom_field" if level <= 1 else "whom_coordinators")
