"""What a text of a stock radio means beside what its sender said before. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from meshdefense.api.stock_schema import StockReportRow
from meshdefense.node.stock_inbox import Weight
from meshdefense_protocol.stock_calls import calls_in
from meshdefense_protocol.stock_report import Intent, StockReport, parse_stock_report
from meshdefense_protocol.stock_tokens import plain_text

__all__ = ["ROWS", "is_taken", "may_tell_where", "said_of", "stands_alone", "understood",
           "weight_of", "whole"]  # fmt: skip

ROWS: Final = frozenset({Intent.REPORT, Intent.NEED, Intent.SOS})
"""What becomes a row; OK, ? and what is not understood are only answered."""


def understood(text: str, usual_language: str = "") -> StockReport:
    """What a text says; a car alone is not what its sender calls for help for."""
    report = parse_stock_report(text, usual_language)
    if report.intent is Intent.SOS and report.vague and report.count is None:
        return replace(report, kind=None)
    return report


def is_taken(report: StockReport, *, direct: bool) -> bool:
    """Whether it becomes a row; on the channel people talk with each other."""
    return report.intent in ROWS and (direct or report.marked)


def may_tell_where(report: StockReport, words: str) -> bool:
    """Whether a text may be where its sender, who called for help before, is."""
    if report.intent is Intent.SOS or not (report.placed or report.unsure_place):
        return False
    # who takes the call back is answered that it stays open
    return report.intent is not Intent.UNKNOWN or not calls_in(plain_text(words)).denied


def weight_of(report: StockReport, *, direct: bool, asked: bool) -> Weight:
    """What would be lost with a text; `asked`: a call of its sender lacks the place."""
    taken = is_taken(report, direct=direct)
    if report.intent is Intent.SOS and taken:
        return Weight.PLACED_CALL if report.placed else Weight.CALL
    if asked and (report.placed or report.unsure_place):
        return Weight.PLACED_CALL
    if taken:
        return Weight.REPORT
    return Weight.TALK if direct else Weight.NOTHING


def said_of(row: StockReportRow, report: StockReport) -> StockReport:
    """The place of a report, as a report of what a row is about."""
    return replace(
        report,
        intent=Intent(row["intent"]),
        language=report.language or row["language"],
        kind=row["kind"],
        severity=row["severity"],
        activity=row["activity"],
        equipment=frozenset(row["equipment"]),
        count=row["count"],
        need=row["need"],
    )


def stands_alone(report: StockReport) -> bool:
    """Whether a text reports something besides where its sender is: "in my car at" does not."""
    if report.intent is Intent.NEED:
        return bool(report.need)
    if report.intent is not Intent.REPORT:
        return False
    told = report.kind is not None and (not report.vague or report.count is not None)
    return report.marked or told


def whole(report: StockReport, row: StockReportRow) -> StockReport:
    """A report with what its row knows besides: the answer says all that was understood."""
    known = replace(report, kind=row["kind"], count=row["count"], need=row["need"])
    if report.placed or "where" in row["missing"]:
        return known
    place = row["place"]
    if row["place_words"] or place is None:
        return replace(known, place=row["place_words"])
    return replace(known, lat=place["lat"], lon=place["lon"])
