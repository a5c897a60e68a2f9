"""Turns texts of stock radios into rows of unsigned reports, and answers their senders.

What was not understood is forgotten at once; of the rest only codes and a place are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from meshdefense.api.stock_schema import StockAnswer, StockReportRow
from meshdefense.node.asked import NotFoundError
from meshdefense.node.stock_host import REPORTS, StockHost, bury, keep, policies_of
from meshdefense.node.stock_places import StockPlaces
from meshdefense.node.stock_reports import StockReports, locate
from meshdefense.node.stock_voice import Answer
from meshdefense.radio.stock import StockText
from meshdefense_protocol.stock_answers import stock_answer, stock_read_answer
from meshdefense_protocol.stock_gate import StockGate
from meshdefense_protocol.stock_report import Intent, StockReport, parse_stock_report

__all__ = ["NoSuchReportError", "StockEar"]

_ROWS: Final = frozenset({Intent.REPORT, Intent.NEED, Intent.SOS})
"""What becomes a row; OK, ? and what is not understood are only answered."""
_USUAL: Final = {1: "en", 2: "es"}
"""Language of a text that does not tell one, by the policy."""


class NoSuchReportError(NotFoundError):
    """No report of that name waits."""

    hint = "meshdefense stock list lists them"


class StockEar:
    """The queue of unsigned reports, and what a person does with it."""

    def __init__(
        self,
        host: StockHost,
        places: StockPlaces,
        *,
        entropy: Callable[[], float],
        say: Callable[[Answer], bool],
    ) -> None:
        """`say` queues an answer, if there is room; `entropy` gives numbers from 0 up to 1."""
        self._host, self._places, self._entropy, self._say = host, places, entropy, say
        self.reports, self._gate = StockReports(), StockGate()

    @property
    def held_back(self) -> int:
        """Texts that were not looked at, since the start."""
        return self._gate.held_back

    async def hear(self, text: StockText) -> None:
        """Take a text in. Raises UnavailableError."""
        now, policies = self._host.now(), policies_of(self._host)
        if policies.stock_reports < (1 if text.direct else 2):
            return
        report = parse_stock_report(text.text, _USUAL.get(policies.stock_language, ""))
        if not text.direct and not (report.marked and report.intent in _ROWS):
            return  # people talk with each other there
        if not self._gate.admit(text.sender, now, sos=report.intent is Intent.SOS):
            return
        pending = self.reports.open_sos(text.sender)
        if report.intent in _ROWS:
            await self._take(report, text, now)
            return
        if report.intent is Intent.OK and pending is not None:
            pending["ok_at"] = now
            await keep(self._host, REPORTS, [pending])
        line = stock_answer(report, "", sos_open=pending is not None)
        self._say(Answer(line, text.sender, now, ""))

    async def _take(self, report: StockReport, text: StockText, now: float) -> None:
        row = self.reports.take(report, text, now, int(self._entropy() * (1 << 32)))
        if row is None:
            self._gate.held_back += 1
            return
        if row["place"] is None and row["place_words"]:
            found = await self._places.corner(row["place_words"])
            if found is not None:
                locate(row, found.name, found.lat, found.lon)
        sos = report.intent is Intent.SOS
        line = stock_answer(report, row["id"])
        await self._answer(row, Answer(line, text.sender, now, row["id"], grave=sos))

    async def _answer(self, row: StockReportRow, answer: Answer) -> None:
        row["answer"] = StockAnswer(text=answer.text, state="queued", reason="")
        await keep(self._host, REPORTS, [row])
        if not self._say(answer):
            await self.answered(answer, "dropped", "too many answers wait")

    async def answered(self, answer: Answer, state: str, reason: str) -> None:
        """Note at the report what became of its answer."""
        row = self.reports.rows.get(answer.row)
        if row is not None and row["answer"] is not None:
            row["answer"]["state"], row["answer"]["reason"] = state, reason
            await keep(self._host, REPORTS, [row])

    async def forget_old(self) -> None:
        """Take rows away whose time is over."""
        await bury(self._host, REPORTS, self.reports.forget_old(self._host.now()))

    # -- what a person does ------------------------------------------------------------------

    def waiting(self, row_id: str) -> StockReportRow:
        """A report that waits. Raises NoSuchReportError."""
        row = self.reports.rows.get(row_id.strip().upper())
        if row is None or row["state"] != "new":
            raise NoSuchReportError(f"no stock report {row_id!r} waits")
        return row

    async def done(self, row: StockReportRow, state: str, by: str, adopted_as: str = "") -> None:
        """A member adopted or dismissed it. Raises UnavailableError."""
        await self.read(row)
        row["state"], row["done_by"], row["adopted_as"] = state, by, adopted_as
        await keep(self._host, REPORTS, [row])

    async def read(self, row: StockReportRow) -> None:
        """A person has read it; the sender of an SOS is told so, once. Raises UnavailableError."""
        if row["read_at"] is not None:
            return
        now = self._host.now()
        row["read_at"] = now
        if row["intent"] == "sos" and policies_of(self._host).stock_reports:
            line = stock_read_answer(row["id"], row["language"], sos=True)
            await self._answer(row, Answer(line, row["node"], now, row["id"], grave=True))
        else:
            await keep(self._host, REPORTS, [row])
