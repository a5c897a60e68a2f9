"""The unsigned reports of people with stock radios: rows of a bounded queue. Pure.

Only what `parse_stock_report` understood is in them. They count for nothing until a member
adopts one; they end by themselves. A row is changed by a copy that takes its place once it is on
disk, so that nothing is shown or answered that a full disk did not take.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from meshdefense.api.stock_schema import StockReportRow
from meshdefense.node.stock_meaning import said_of
from meshdefense.node.stock_places import Located
from meshdefense.radio.stock import StockText
from meshdefense_protocol.packets.report import OBSERVED_AGO_S
from meshdefense_protocol.policy import Policies
from meshdefense_protocol.stock_report import Intent, StockReport
from meshdefense_protocol.words import ACTIVITIES, EQUIPMENT, KINDS, SCOPES, SEVERITIES

if TYPE_CHECKING:
    from meshdefense.api.parts_schema import PlaceRow

__all__ = [
    "EXPIRES_S",
    "NEW_MAX",
    "SOS_MAX",
    "Spot",
    "StockReports",
    "adoption",
    "seen_ago_s",
    "shift",
    "spot_of",
]

EXPIRES_S: Final = 2 * 3600.0
"""A report that nobody looked at is worth nothing after so long; done ones are shown as long."""
SOS_EXPIRES_S: Final = 12 * 3600.0
NEW_MAX: Final = 60
SOS_MAX: Final = 30
"""Rows that wait, calls for help that nobody has read; more are not taken."""
SOS_OF_ONE: Final = 3
"""Places from which one sender may call for help at a time; a further one takes the last's row."""
DONE_MAX: Final = 100
"""Rows that are done, and calls for help that were read."""
FOLD_S: Final = 600.0
"""The same from the same sender within so long is one report."""
_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DEGREES_M: Final = 20
_CORNER_M: Final = 50
"""How exact a place of theirs is taken to be: written degrees, and a corner on the map."""
_NEAR_DEGREES: Final = 1e-3
_NOTE: Final = "from a neighbour / de un vecino"
"""Of an adopted report, unless its member writes another: verifiers must know the source."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a text says that something is."""

    place: PlaceRow | None = field(default=None, repr=False)
    words: str = field(default="", repr=False)

    @property
    def told(self) -> bool:
        """Whether it says where."""
        return self.place is not None or bool(self.words)


def spot_of(report: StockReport, found: Located | None) -> Spot:
    """The place of a report; `found` is what the map has for its words."""
    if report.lat is not None and report.lon is not None:
        return Spot({"lat": report.lat, "lon": report.lon, "precision_m": _DEGREES_M})
    if found is not None:
        return Spot({"lat": found.lat, "lon": found.lon, "precision_m": _CORNER_M}, found.name)
    return Spot(None, report.place)


class StockReports:
    """All of them, by id."""

    def __init__(self) -> None:
        self.rows: dict[str, StockReportRow] = {}

    def load(self, rows: Iterable[dict[str, Any]]) -> list[StockReportRow]:
        """Rows of an earlier life; returns those that say something else now."""
        changed = []
        for raw in sorted(rows, key=lambda one: one["received_at"]):
            row = cast("StockReportRow", raw)
            answer = row["answer"]
            if answer is not None and answer["state"] in ("handed", "at_radio"):
                answer["state"] = "uncertain"
                answer["reason"] = "the daemon ended before the radio told"
                changed.append(row)
            self.rows[row["id"]] = row
        return changed

    def open_sos(self, node: int) -> StockReportRow | None:
        """The last SOS of this sender that is on the list, one that nobody has read before all."""
        calls = [row for row in self._of(node) if row["intent"] == "sos"]
        return next((row for row in calls if row["read_at"] is None), next(iter(calls), None))

    def _of(self, node: int) -> Iterator[StockReportRow]:
        """What a sender has on the list, the newest first."""
        rows = reversed(list(self.rows.values()))
        return (row for row in rows if row["node"] == node and row["state"] == "new")

    # -- what a text means -----------------------------------------------------------------------

    def call_without_place(self, sender: int, now: float) -> StockReportRow | None:
        """The last call of a sender, where it is young and nobody knows where they are."""
        call = next((row for row in self._of(sender) if row["intent"] == "sos"), None)
        if call is None or "where" not in call["missing"] or not _is_young(call, now):
            return None
        return call

    def meant(self, report: StockReport, sender: int, now: float) -> StockReport:
        """What a text means after what its sender said before: a place alone is what that lacks."""
        what = report.kind, report.count, report.activity, len(report.equipment)
        if report.intent is not Intent.REPORT or not report.placed or what != (None, None, 0, 0):
            return report
        row = next((row for row in self._of(sender) if _is_young(row, now)), None)
        if row is None or "where" not in row["missing"]:
            return report
        return said_of(row, report)

    def known(
        self, report: StockReport, spot: Spot, sender: int, now: float
    ) -> StockReportRow | None:
        """The row that a report repeats or completes. An SOS after one that was read is a new one:
        it has to ring.
        """
        if report.intent is Intent.SOS:
            calls = [
                row for row in self._of(sender) if row["intent"] == "sos" and row["read_at"] is None
            ]
            same = next((row for row in calls if _may_be_at(row, spot)), None)
            return calls[0] if same is None and len(calls) >= SOS_OF_ONE else same
        for row in self._of(sender):
            if (
                row["intent"] == report.intent.value
                and _is_young(row, now)
                and _may_be_at(row, spot)
                and (_says_what(row, report) or _same_what(row, report))
            ):
                return row
        return None

    def has_news(self, row: StockReportRow | None, report: StockReport, spot: Spot) -> bool:
        """Whether a report tells what the row, that of `known`, does not have."""
        if row is None or _says_what(row, report):
            return True
        return spot.told and not _is_at(row, spot)

    # -- rows ------------------------------------------------------------------------------------

    def merged(
        self, row: StockReportRow, report: StockReport, spot: Spot, text: StockText, at: float
    ) -> StockReportRow:
        """A copy of a row with what a report of the same sender at time `at` adds to it."""
        draft = row.copy()
        draft["times"] += 1
        draft["last_at"] = max(at, row["last_at"])
        draft["expires_at"] = max(_expires_at(report, at), row["expires_at"])
        draft["language"] = row["language"] or report.language
        draft["personal"] = sorted({*row["personal"], *report.personal})
        draft["keyed"] = row["keyed"] and text.keyed  # the hint holds for all of it, or not at all
        sos = report.intent is Intent.SOS
        if _says_what(row, report) or (sos and not _may_be_at(row, spot)):
            draft["kind"], draft["need"], draft["count"] = report.kind, report.need, report.count
            draft["severity"] = row["severity"] if sos else report.severity
            draft["activity"], draft["equipment"] = report.activity, sorted(report.equipment)
        if spot.told and not _is_at(row, spot):
            draft["place"], draft["place_words"] = spot.place, spot.words
        lacks = set(report.missing) & set(row["missing"])
        draft["missing"] = [one for one in row["missing"] if one in lacks]
        return draft

    def fresh(
        self, report: StockReport, spot: Spot, text: StockText, at: float, entropy: int
    ) -> StockReportRow | None:
        """A new row; None where there is no room. `entropy` is 32 random bits for its id."""
        sos = report.intent is Intent.SOS
        waiting = sum(
            row["state"] == "new"
            and (row["intent"] == "sos") is sos
            and not (sos and row["read_at"] is not None)
            for row in self.rows.values()
        )
        if waiting >= (SOS_MAX if sos else NEW_MAX):
            return None
        return _row(self._id(entropy), report, spot, text, at)

    def _id(self, entropy: int) -> str:
        while True:
            found = "".join(_DIGITS[entropy >> 5 * at & 31] for at in range(4))
            if found not in self.rows:
                return found
            entropy += 1

    def old(self, now: float) -> list[str]:
        """Ids of rows whose time is over, and of those done or read that are too many."""
        over = [key for key, row in self.rows.items() if now >= row["expires_at"]]
        done = [
            key
            for key, row in self.rows.items()
            if row["state"] != "new" or (row["intent"] == "sos" and row["read_at"] is not None)
        ]
        return list(dict.fromkeys([*over, *done[: max(0, len(done) - DONE_MAX)]]))


def shift(row: StockReportRow, by: float, since: float, until: float) -> bool:
    """The clock was set: times between two others move along. Whether the row has any."""
    if since <= row["last_at"] <= until:
        row["expires_at"] += by
    moved = False
    for name in ("received_at", "last_at", "ok_at", "read_at"):
        at = row[name]
        if at is not None and since <= at <= until:
            row[name] = at + by
            moved = True
    return moved


def _expires_at(report: StockReport, at: float) -> float:
    return at + (SOS_EXPIRES_S if report.intent is Intent.SOS else EXPIRES_S)


def _row(
    row_id: str, report: StockReport, spot: Spot, text: StockText, at: float
) -> StockReportRow:
    return {
        "id": row_id,
        "rev": 0,
        "intent": report.intent.value,
        "state": "new",
        "language": report.language,
        "kind": report.kind,
        "severity": 3 if report.intent is Intent.SOS else report.severity,
        "count": report.count,
        "activity": report.activity,
        "equipment": sorted(report.equipment),
        "need": report.need,
        "place": spot.place,
        "place_words": spot.words,
        "missing": list(report.missing),
        "personal": sorted(report.personal),
        "hint": f"{text.sender & 0xFFFF:04x}",
        "node": text.sender,
        "keyed": text.keyed,
        "direct": text.direct,
        "times": 1,
        "received_at": at,
        "last_at": at,
        "expires_at": _expires_at(report, at),
        "ok_at": None,
        "read_at": None,
        "done_by": "",
        "adopted_as": "",
        "answer": None,
    }


def _is_young(row: StockReportRow, now: float) -> bool:
    """Whether what comes now may belong to it."""
    return 0 <= now - row["last_at"] < FOLD_S


def _says_what(row: StockReportRow, report: StockReport) -> bool:
    """Whether a report of the same intent says what the row lacks."""
    if row["intent"] != report.intent.value:
        return False
    if report.intent is Intent.SOS:  # it need not say what
        return row["kind"] is None and report.kind is not None
    return "what" in row["missing"] and "what" not in report.missing


def _same_what(row: StockReportRow, report: StockReport) -> bool:
    said = (report.kind, report.count, report.need)
    return (row["kind"], row["count"], row["need"]) == said


def _may_be_at(row: StockReportRow, spot: Spot) -> bool:
    """Whether both are at one place, as far as both say where."""
    nowhere = row["place"] is None and not row["place_words"]
    return nowhere or not spot.told or _is_at(row, spot)


def _is_at(row: StockReportRow, spot: Spot) -> bool:
    """Whether both say the same place."""
    place = row["place"]
    if place is not None and spot.place is not None:
        away = abs(place["lat"] - spot.place["lat"]) + abs(place["lon"] - spot.place["lon"])
        return away < _NEAR_DEGREES
    return bool(spot.words) and row["place_words"].casefold() == spot.words.casefold()


def seen_ago_s(row: StockReportRow, now: float) -> float:
    """How long ago its sender told it, as far as a signed report can say that."""
    return min(max(now - row["received_at"], 0.0), OBSERVED_AGO_S[-1])


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
    if (place := row["place"]) is not None:
        found |= {"lat": place["lat"], "lon": place["lon"], "precision_m": place["precision_m"]}
    return found
