"""Alerts as an export tells them: flat, cleaned, and redacted unless somebody decided otherwise.

Redacted, a name becomes one role, a place a cell of 250 m or more, an id a kind with a time; the
note stays out. Everything that an export writes of an alert comes from here, so that nothing can
go around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from meshdefense.exports.cells import REDACTED_M, Cell, cell_of
from meshdefense.exports.words import role_word
from meshdefense.safe_text import clean
from meshdefense_protocol.words import KINDS, VERDICTS

__all__ = ["ENDED", "Incident", "View", "incidents", "stamp", "within"]

ENDED: Final = ("closed", "retracted")
"""States that somebody put an alert into; `expired` comes by itself."""
_CONFIRMED: Final = VERDICTS.code("confirmed")


@dataclass(frozen=True, slots=True)
class View:
    """How much an export may tell, and what it needs to tell it."""

    members: Sequence[Mapping[str, Any]]
    """Rows of `members`."""
    status: Mapping[str, Any]
    """The row of `status`."""
    redacted: bool = True
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Incident:
    """An alert; times in seconds since the epoch."""

    id: str
    kind: int
    severity: int
    state: str
    drill: bool
    scope: int
    reported_at: float
    observed_at: float | None
    verified_at: float | None
    """When as many verifiers as it takes had confirmed it."""
    judged_at: float | None
    """When the last verdict came."""
    broadcast_at: float | None
    ended_at: float | None
    """When it was closed or retracted."""
    expires_at: float
    time_uncertain: bool
    count: str
    activity: int
    unit: int
    equipment: tuple[int, ...]
    cell: Cell | None
    reporter: str
    """A handle, or a role."""
    confirmed_by: tuple[str, ...]
    note: str
    item: str
    """The alert's own id, to find what belongs to it; no export writes it but as `id`."""


def within(
    rows: Iterable[Mapping[str, Any]],
    since: float | None,
    until: float | None,
    kind: int | None = None,
) -> list[Mapping[str, Any]]:
    """Alerts reported from `since` on and before `until`, of one kind; the oldest first."""
    found = [
        row
        for row in rows
        if not row.get("gone")
        and (since is None or row["reported_at"] >= since)
        and (until is None or row["reported_at"] < until)
        and (kind is None or row["kind"] == kind)
    ]
    return sorted(found, key=lambda row: (row["reported_at"], row["id"]))


def incidents(rows: Iterable[Mapping[str, Any]], view: View) -> list[Incident]:
    """Rows of `alerts` as an export may tell them, in their order."""
    roles = {one["number"]: list(one["roles"]) for one in view.members if not one.get("gone")}
    taken: dict[str, int] = {}
    found = []
    for row in rows:
        name = clean(row["id"])
        if view.redacted:
            name = f"{KINDS.get(row['kind']).key}-{stamp(row['reported_at'], compact=True)}"
            taken[name] = taken.get(name, 0) + 1
            name += f"-{taken[name]}" if taken[name] > 1 else ""
        found.append(_incident(row, name, roles, view))
    return found


def _incident(
    row: Mapping[str, Any], name: str, roles: Mapping[int, list[str]], view: View
) -> Incident:
    def who(number: int, handle: str) -> str:
        return role_word(roles.get(number, []), view.language) if view.redacted else clean(handle)

    confirming = [one for one in row["verdicts"] if one["result"] == _CONFIRMED]
    confirming.sort(key=lambda one: (one["at"], one["member"]))
    return Incident(
        id=name,
        kind=row["kind"],
        severity=row["severity"],
        state=row["state"],
        drill=row["drill"],
        scope=row["scope"],
        reported_at=row["reported_at"],
        observed_at=row["observed_at"],
        verified_at=_nth([one["at"] for one in confirming], row["needed"]),
        judged_at=max((one["at"] for one in row["verdicts"]), default=None),
        broadcast_at=min((one["at"] for one in row["broadcasts"]), default=None),
        ended_at=_ended_at(row),
        expires_at=row["expires_at"],
        time_uncertain=row["time_uncertain"],
        count=clean(row["count_label"]),
        activity=row["activity"],
        unit=row["unit"],
        equipment=tuple(row["equipment"]),
        cell=cell_of(row["place"], view.status["origin"], REDACTED_M if view.redacted else 1),
        reporter=who(row["author"], row["author_name"]),
        confirmed_by=tuple(who(one["member"], one["name"]) for one in confirming),
        note="" if view.redacted else clean(row["note"]),
        item=row["id"],
    )


def _nth(times: Sequence[float], needed: int) -> float | None:
    ordered = sorted(times)
    return ordered[max(1, needed) - 1] if len(ordered) >= max(1, needed) else None


def _ended_at(row: Mapping[str, Any]) -> float | None:
    if row["state"] == "retracted":
        at = row["retracted_at"]
        return None if at is None else float(at)
    if row["state"] == "closed":
        return _nth([one["at"] for one in row["closes"]], row["closes_needed"])
    return None


def stamp(at: float, *, compact: bool = False) -> str:
    """A time in UTC by ISO 8601, to the second."""
    shape = "%Y%m%dT%H%M%SZ" if compact else "%Y-%m-%dT%H:%M:%SZ"
    return datetime.fromtimestamp(at, UTC).strftime(shape)
