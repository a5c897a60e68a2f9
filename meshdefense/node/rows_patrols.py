"""Rows of members in the field: the newest that is known of each, and when it fades. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from meshdefense.node.row_parts import RowParts
from meshdefense.node.sight import Sight, said_at
from meshdefense.storage.records import RowRecord
from meshdefense_protocol.packets import Beacon, CheckIn
from meshdefense_protocol.packets.beacon import battery_percent
from meshdefense_protocol.packets.checkin import DUE_UNIT_S
from meshdefense_protocol.roster import role_names

__all__ = ["faded", "patrol_row"]

PATROL_S: Final = 24 * 3600.0
"""A member who said nothing for a day is no patrol any more."""
POSITION_LIFETIME_S: Final = 2 * 3600.0
"""A trail is not kept longer, whichever kind of item carried the position."""


def patrol_row(
    author: int, sights: list[Sight], held: RowRecord | None, parts: RowParts
) -> dict[str, Any] | None:
    """The row after these items of one author, `held` is the one before.

    None for somebody who is not in the field.
    """
    data: dict[str, Any] = {} if held is None or held.gone else dict(held.data)
    if not data and not any(isinstance(s.item.body, (Beacon, CheckIn)) for s in sights):
        return None
    member = parts.roster.get(author)
    if not data:
        data = {
            "id": str(author), "member": author, "place": None, "place_at": None,
            "place_expires_at": None, "heading": None, "motion": 0, "battery": None, "state": 0,
            "state_at": 0.0, "checked_in_at": None, "due_at": None, "last_seen": 0.0,
        }  # fmt: skip
    data["name"] = parts.name(author)
    data["roles"] = [] if member is None else role_names(member.roles)
    data["mine"] = author == parts.me.number
    for sight in sorted(sights, key=lambda s: (s.received_at, s.item.id)):
        _take(data, sight, parts)
    return data


def _take(data: dict[str, Any], sight: Sight, parts: RowParts) -> None:
    body = sight.item.body
    data["last_seen"] = max(data["last_seen"], sight.received_at)
    if not isinstance(body, (Beacon, CheckIn)):
        return
    at = said_at(sight, parts.date)
    if body.place is not None and at >= (data["place_at"] or 0.0):
        data["place"], data["place_at"] = parts.place(body.place), at
        data["place_expires_at"] = at + POSITION_LIFETIME_S
    if at >= data["state_at"] and body.state:
        data["state"], data["state_at"] = body.state, at
    if isinstance(body, Beacon) and at >= (data.get("beacon_at") or 0.0):
        data["heading"] = None if body.heading is None else body.heading * 45
        data["motion"], data["battery"] = body.motion, battery_percent(body.battery)
        data["beacon_at"] = at
    if isinstance(body, CheckIn) and at >= (data["checked_in_at"] or 0.0):
        data["checked_in_at"], data["checkin"] = at, str(sight.item.id)
        data["due_at"] = at + body.due * DUE_UNIT_S if body.due else None


def faded(rows: Iterable[RowRecord], now: float) -> list[RowRecord]:
    """Patrol rows whose position, or everything in them, is older than it may be shown."""
    found = []
    for row in rows:
        if row.tbl == "patrols" and not row.gone and row.data["last_seen"] <= now - PATROL_S:
            found.append(RowRecord(row.tbl, row.id, gone=True))
            continue
        expires = row.data.get("place_expires_at")
        if row.tbl == "patrols" and expires is not None and expires <= now:
            data = {**row.data, "place": None, "place_at": None, "place_expires_at": None}
            found.append(RowRecord(row.tbl, row.id, data))
    return found
