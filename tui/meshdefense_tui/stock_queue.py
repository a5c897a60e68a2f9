"""Which unsigned reports of stock radios wait, and their keys beside those of alerts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from meshdefense.api.stock_schema import StockReportRow

__all__ = ["is_unread_call", "report_of", "stock_keys"]

_MARK = "stock "
"""Before the id of such a report, so that no key of a list is taken for an alert's."""


def stock_keys(rows: Iterable[StockReportRow]) -> tuple[list[str], list[str]]:
    """Keys of calls for help, then of the others: gravest first, then the one that waits longest.

    An unsigned call stands above what is signed; other unsigned reports below it.
    """
    waiting = sorted(
        (row for row in rows if row["state"] == "new"),
        key=lambda row: (-row["severity"], row["received_at"], row["id"]),
    )
    calls = [_MARK + row["id"] for row in waiting if row["intent"] == "sos"]
    return calls, [_MARK + row["id"] for row in waiting if row["intent"] != "sos"]


def report_of(key: str | None, rows: Mapping[str, StockReportRow]) -> StockReportRow | None:
    """The report that waits under a key; None for any other key."""
    if key is None or not key.startswith(_MARK):
        return None
    row = rows.get(key.removeprefix(_MARK))
    return row if row is not None and row["state"] == "new" else None


def is_unread_call(row: Mapping[str, Any]) -> bool:
    """Whether it is a call for help that nobody has read."""
    return row["intent"] == "sos" and row["state"] == "new" and row["read_at"] is None
