"""The unsigned reports of people with stock radios: rows of a bounded queue. Pure.

Only what `parse_stock_report` understood is in them. They count for nothing until a member
adopts one; they end by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, cast

from meshdefense.api.stock_schema import StockReportRow
from meshdefense.radio.stock import StockText
from meshdefense_protocol.policy import Policies
from meshdefense_protocol.stock_report import Intent, StockReport
from meshdefense_protocol.words import ACTIVITIES, EQUIPMENT, KINDS, SCOPES, SEVERITIES

__all__ = ["EXPIRES_S", "NEW_MAX", "SOS_MAX", "StockReports", "adoption", "locate"]

EXPIRES_S: Final = 2 * 3600.0
"""A report that nobody looked at is worth nothing after so long; done ones are shown as long."""
SOS_EXPIRES_S: Final = 12 * 3600.0
NEW_MAX: Final = 60
SOS_MAX: Final = 30
"""Rows that wait; more are not taken."""
DONE_MAX: Final = 100
FOLD_S: Final = 600.0
"""The same from the same sender within so long is one report."""
_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DEGREES_M: Final = 20
_CORNER_M: Final = 50
"""How exact a place of theirs is taken to be: written degrees, and a corner on the map."""
_NOTE: Final = "from a neighbour / de un vecino"
"""Of an adopted report, unless its member writes another: verifiers must know the source."""


class StockReports:
    """All of them, by id."""

    def __init__(self) -> None:
        self.rows: dict[str, StockReportRow] = {}

    def load(self, rows: Iterable[dict[str, Any]]) -> None:
        """Rows of an earlier life, the oldest first."""
        for raw in sorted(rows, key=lambda one: one["received_at"]):
            row = cast("StockReportRow", raw)
            answer = row["answer"]
            if answer is not None and answer["state"] in ("handed", "at_radio", "queued"):
                answer["state"] = "uncertain"
                answer["reason"] = "the daemon ended before the radio told"
            self.rows[row["id"]] = row

    def open_sos(self, node: int) -> StockReportRow | None:
        """The SOS of this sender that waits for a person."""
        return next(
            (
                row
                for row in self.rows.values()
                if row["node"] == node and row["intent"] == "sos" and row["state"] == "new"
            ),
            None,
        )

    def take(
        self, report: StockReport, text: StockText, now: float, entropy: int
    ) -> StockReportRow | None:
        """The row of a report, a new one or one that it repeats; None where there is no room.

        `entropy` is 32 random bits for a new id.
        """
        if (known := self._same(report, text.sender, now)) is not None:
            known["times"] += 1
            known["last_at"] = now
            if report.placed and known["place"] is None and not known["place_words"]:
                known["place_words"], known["missing"] = report.place, list(report.missing)
            return known
        sos = report.intent is Intent.SOS
        waiting = sum(
            row["state"] == "new" and (row["intent"] == "sos") is sos for row in self.rows.values()
        )
        if waiting >= (SOS_MAX if sos else NEW_MAX):
            return None
        row = _row(self._id(entropy), report, text, now)
        self.rows[row["id"]] = row
        return row

    def _same(self, report: StockReport, sender: int, now: float) -> StockReportRow | None:
        if report.intent is Intent.SOS:
            return self.open_sos(sender)
        for row in self.rows.values():
            if (
                row["node"] == sender
                and row["state"] == "new"
                and row["intent"] == report.intent.value
                and (row["kind"], row["count"], row["need"])
                == (report.kind, report.count, report.need)
                and 0 <= now - row["last_at"] < FOLD_S
                and _same_place(row, report)
            ):
                return row
        return None

    def _id(self, entropy: int) -> str:
        while True:
            found = "".join(_DIGITS[entropy >> 5 * at & 31] for at in range(4))
            if found not in self.rows:
                return found
            entropy += 1

    def forget_old(self, now: float) -> list[str]:
        """Rows whose time is over; returns their ids."""
        gone = [key for key, row in self.rows.items() if now >= row["expires_at"]]
        done = [key for key, row in self.rows.items() if row["state"] != "new"]
        gone += done[: max(0, len(done) - DONE_MAX)]
        for key in gone:
            self.rows.pop(key, None)
        return list(dict.fromkeys(gone))


def _row(row_id: str, report: StockReport, text: StockText, now: float) -> StockReportRow:
    place = None
    if report.lat is not None and report.lon is not None:
        place = {"lat": report.lat, "lon": report.lon, "precision_m": _DEGREES_M}
    sos = report.intent is Intent.SOS
    return cast(
        "StockReportRow",
        {
            "id": row_id,
            "rev": 0,
            "intent": report.intent.value,
            "state": "new",
            "language": report.language,
            "kind": report.kind,
            "severity": 3 if sos else report.severity,
            "count": report.count,
            "activity": report.activity,
            "equipment": sorted(report.equipment),
            "need": report.need,
            "place": place,
            "place_words": report.place,
            "missing": list(report.missing),
            "personal": sorted(report.personal),
            "hint": f"{text.sender & 0xFFFF:04x}",
            "node": text.sender,
            "keyed": text.keyed,
            "direct": text.direct,
            "times": 1,
            "received_at": now,
            "last_at": now,
            "expires_at": now + (SOS_EXPIRES_S if sos else EXPIRES_S),
            "ok_at": None,
            "read_at": None,
            "done_by": "",
            "adopted_as": "",
            "answer": None,
        },
    )


def _same_place(row: StockReportRow, report: StockReport) -> bool:
    if not report.placed or (row["place"] is None and not row["place_words"]):
        return True
    if report.lat is not None and row["place"] is not None:
        near = abs(report.lat - row["place"]["lat"]) + abs((report.lon or 0) - row["place"]["lon"])
        return near < 1e-3
    return row["place_words"].casefold() == report.place.casefold()


def locate(row: StockReportRow, name: str, lat: float, lon: float) -> None:
    """The words name a corner of the map: the row says where that is."""
    row["place"] = {"lat": lat, "lon": lon, "precision_m": _CORNER_M}
    row["place_words"] = name


def adoption(row: StockReportRow, policies: Policies) -> dict[str, Any]:
    """Parameters of the signed report that a member makes of it, as far as it was understood."""
    found: dict[str, Any] = {
        "severity": SEVERITIES.get(row["severity"]).key,
        "activity": ACTIVITIES.get(row["activity"]).key,
        "equipment": [EQUIPMENT.get(code).key for code in row["equipment"]],
        "scope": SCOPES.get(policies.unverified_scope).key,
        "note": _NOTE,
    }
    if row["kind"] is not None:
        found["kind"] = KINDS.get(row["kind"]).key
    if row["count"] is not None:
        found["count"] = row["count"]
    if row["place"] is not None:
        found |= {name: row["place"][name] for name in ("lat", "lon", "precision_m")}
    return found
