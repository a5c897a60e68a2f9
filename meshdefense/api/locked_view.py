"""What a locked daemon still shows: counts, and whether disk and radio work. No words of people.

The rows keep their fields, so that a screen needs no second way to read them; what could tell
who or where somebody is, is empty.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from meshdefense.api.status_schema import LockedCounts
from meshdefense.api.trust_schema import TrustStatus
from meshdefense.node.node import Node
from meshdefense_protocol.words import CHECKIN_STATES

__all__ = ["count_alerts", "late_patrols", "locked_counts", "locked_rows"]

_UNCONFIRMED: Final = ("unconfirmed", "corroborated", "disputed")
_OFF_SHIFT: Final = CHECKIN_STATES.code("off")
_SHOWN_STATUS: Final = frozenset(
    {"id", "rev", "started_at", "items", "outbox", "rejected", "store", "restored"}
)
"""What of the status row stays; any other field, also one that comes later, is emptied, and
what tells of membership is left out."""
_BLANK_RADIO: Final[dict[str, Any]] = {"name": None, "node_number": None, "address": ""}


async def locked_counts(node: Node) -> LockedCounts:
    """What there is to look at. Raises StorageError."""
    store = node.store
    alerts = await node.in_thread(store.row_fields, "alerts", "state", "mine", "readers")
    calls = await node.in_thread(store.row_fields, "sos", "state")
    counts = count_alerts((row[1:] for row in alerts), node.membership.number)
    counts["sos"] = sum(state != "ended" for _, state in calls)
    stock = await node.in_thread(store.row_fields, "stock_reports", "intent", "state", "read_at")
    counts["sos"] += sum(one[1:] == ("sos", "new", None) for one in stock)
    counts["late"] = await late_patrols(node)
    return counts


async def late_patrols(node: Node) -> int:
    """How many check-ins are late by now. Raises StorageError."""
    patrols = await node.in_thread(node.store.row_fields, "patrols", "due_at", "state")
    now = node.now()
    return sum(
        due_at is not None and now > due_at and state != _OFF_SHIFT for _, due_at, state in patrols
    )


def count_alerts(alerts: Iterable[tuple[Any, ...]], me: int) -> LockedCounts:
    """Count alerts given as state, whether they are one's own, and their readers as JSON."""
    counts: LockedCounts = {"unread": 0, "unconfirmed": 0, "verified": 0, "sos": 0}
    for state, mine, readers in alerts:
        open_ = state in _UNCONFIRMED
        counts["unconfirmed"] += open_
        counts["verified"] += state == "verified"
        read = mine or any(one["member"] == me for one in json.loads(readers or "[]"))
        counts["unread"] += (open_ or state == "verified") and not read
    return counts


async def locked_rows(node: Node, revision: int, wait_s: float) -> dict[str, dict[str, Any]]:
    """The rows of `status` and `radio` as a locked daemon tells them."""
    status = {
        **{
            name: value if name in _SHOWN_STATUS else _emptied(value)
            for name, value in node.status(revision).items()
            if name not in TrustStatus.__annotations__
        },
        "locked": True,
        "unlock_wait_s": round(wait_s, 1),
        "counts": await locked_counts(node),
    }
    return {"status": status, "radio": {**node.radio.row(revision), **_BLANK_RADIO}}


def _emptied(value: Any) -> Any:
    """A value of the same shape that says nothing."""
    if isinstance(value, dict):
        return {name: _emptied(inner) for name, inner in value.items()}
    return None if value is None else type(value)()
