"""Rows about people with stock radios for the tests of the screens."""

from __future__ import annotations

from typing import Any

from meshdefense_protocol.words import KINDS
from support.screen_rows import NOW, place

__all__ = ["stock_report", "stock_status"]


def stock_report(row_id: str = "K7Q2", **changes: Any) -> dict[str, Any]:
    """Three vans at a corner that the map knows."""
    row = {
        "id": row_id,
        "intent": "report",
        "state": "new",
        "language": "en",
        "kind": KINDS.code("enforcement"),
        "severity": 1,
        "count": 3,
        "activity": 2,
        "equipment": [1],
        "need": "",
        "place": place(400, 300, 50),
        "place_words": "5th / Main",
        "missing": [],
        "personal": ["phone"],
        "hint": "4f2a",
        "node": 0x1234_4F2A,
        "keyed": True,
        "direct": True,
        "times": 2,
        "received_at": NOW - 120,
        "last_at": NOW - 60,
        "expires_at": NOW + 7000,
        "ok_at": None,
        "read_at": None,
        "done_by": "",
        "adopted_as": "",
        "answer": {"text": "Received by a machine", "state": "heard", "reason": ""},
    }
    return row | changes


def stock_status(**changes: Any) -> dict[str, Any]:
    """A node that speaks and listens."""
    row = {
        "channel": "Neighbours",
        "index": 1,
        "problem": "",
        "hears": 3,
        "reports": 1,
        "queued": 0,
        "waits_for": "",
        "said": 2,
        "dropped": 0,
        "dropped_why": "",
        "held_back": 0,
    }
    return row | changes
