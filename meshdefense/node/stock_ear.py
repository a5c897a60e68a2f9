"""Turns texts of stock radios into rows of unsigned reports, and answers their senders.

What was not understood is forgotten at once; of the rest only codes and a place are kept. One
thing at a time changes rows, and a change is in memory only once it is on disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import Any, Final, TypeVar

from meshdefense.api.stock_schema import StockAnswer, StockReportRow
from meshdefense.node.asked import NotFoundError
from meshdefense.node.stock_host import (
    REPORTS,
    StockHost,
    Unkept,
    bury,
    keep,
    policies_of,
    records,
)
from meshdefense.node.stock_inbox import Weight
from meshdefense.node.stock_meaning import (
    ROWS,
    is_taken,
    may_tell_where,
    said_of,
    stands_alone,
    understood,
    weight_of,
    whole,
)
from meshdefense.node.stock_places import StockPlaces
from meshdefense.node.stock_replies import ANSWER_LATE_S, Answer, Replies
from meshdefense.node.stock_reports import Spot, StockReports, shift, spot_of
from meshdefense.radio.stock import StockText
from meshdefense.storage.records import RowRecord
from meshdefense_protocol.items import Item
from meshdefense_protocol.stock_answers import (
    own_words,
    stock_aloud_answer,
    stock_answer,
    stock_read_answer,
)
from meshdefense_protocol.stock_gate import SENDERS_MAX, StockGate
from meshdefense_protocol.stock_report import Intent, StockReport

__all__ = ["NoSuchReportError", "StockEar"]

_USUAL: Final = {1: "en", 2: "es"}
"""Language of a text that does not tell one, by the policy."""
_MANY: Final = "too many answers wait"
_NO_WAY: Final = "this node does not speak to stock radios"
PUZZLED_S: Final = 3600.0
"""So long a sender is not told again that a text was not understood."""
T = TypeVar("T")
Rows = Callable[[Item], list[RowRecord]]
"""Rows that go with an item into its transaction."""


class NoSuchReportError(NotFoundError):
    """No report of that name waits."""

    hint = "meshdefense stock list lists them"


class StockEar:
    """The queue of unsigned reports, and what a person does with it."""

    def __init__(
        self,
        host: StockHost,
        places: StockPlaces,
        replies: Replies,
        *,
        entropy: Callable[[], float],
        wake: Callable[[], None],
        answers: bool = True,
    ) -> None:
        """`wake` tells that something waits; `entropy` gives numbers from 0 up to 1.

        Without `answers` nobody is answered: there is no way to them.
        """
        self._host, self._places, self._entropy = host, places, entropy
        self._replies, self._wake, self._answers = replies, wake, answers
        self.reports, self._gate = StockReports(), StockGate()
        self.unkept = Unkept(host, REPORTS, self.reports.rows)
        self.held_back = 0
        """Texts that were not looked at, since the start: too many came."""
        self._puzzled: dict[int, float] = {}
        """When a sender was told that a text was not understood."""
        self._latest: dict[str, Answer] = {}
        """The last answer to each report: what became of earlier ones does not count any more."""
        self._turn = asyncio.Lock()
        self._draft: StockReportRow | None = None
        """On its way to the disk."""

    async def load(self, rows: Iterable[dict[str, Any]]) -> None:
        """Rows of an earlier life: what was not answered yet is answered, if it is not too late."""
        now, changed = self._host.now(), self.reports.load(rows)
        for row in self.reports.rows.values():
            said = row["answer"]
            if said is None or said["state"] != "queued":
                continue
            since = max(row["last_at"], row["read_at"] or 0.0)
            answer = Answer(said["text"], row["node"], since, row["id"], row["intent"] == "sos")
            if answer.grave and not row["direct"] and row["read_at"] is None:
                answer.aloud = stock_aloud_answer(row["id"], row["language"])
            late = now - since >= ANSWER_LATE_S
            if self._answers and not late and self._replies.has_room(answer):
                self._say(answer)
            else:
                why = answer.reason if late else _MANY if self._answers else _NO_WAY
                said["state"], said["reason"] = "dropped", why
                changed.append(row)
        await self.unkept.keep(changed)

    async def keep_late(self) -> None:
        """What the disk did not take before, or the clock moved. Raises UnavailableError.

        In its turn: a row that is being adopted is not written as it was.
        """
        async with self._turn:
            await self.unkept.keep()

    def clock_stepped(self, by: float, since: float, until: float) -> None:
        """The clock was set: what was timed between `since` and `until` moves by `by` seconds."""
        self._gate.shifted(by)
        self._puzzled = {sender: at + by for sender, at in self._puzzled.items()}
        self.unkept.note(row for row in self.reports.rows.values() if shift(row, by, since, until))
        if self._draft is not None:
            shift(self._draft, by, since, until)
            self.unkept.note([self._draft])

    # -- what comes in ---------------------------------------------------------------------------

    def weight(self, text: StockText, *, called: bool) -> Weight:
        """What would be lost with a text; `called`: a call of its sender is not taken yet."""
        if not self._listens(text):
            return Weight.NOTHING
        report = understood(text.text)
        asked = called or self._asked_where(report, text, self._host.now()) is not None
        return weight_of(report, direct=text.direct, asked=asked)

    def _listens(self, text: StockText) -> bool:
        """Whether a text is looked at: the policy takes it, and it is not our own words."""
        least = 1 if text.direct else 2
        return policies_of(self._host).stock_reports >= least and not own_words(text.text)

    async def hear(self, text: StockText, at: float) -> None:
        """Take in a text that came at a time. Raises UnavailableError: nothing of it was taken."""
        if self._listens(text):
            async with self._turn:
                await self._hear(text, at)

    async def _hear(self, text: StockText, at: float) -> None:
        now, usual = self._host.now(), policies_of(self._host).stock_language
        report = understood(text.text, _USUAL.get(usual, ""))
        call = self._asked_where(report, text, at)
        takes = is_taken(report, direct=text.direct)
        spot = await self._spot(report) if takes or call is not None else Spot()
        if report.unsure_place and spot.place is not None:  # the map knows it: nobody's name
            report = replace(report, place=spot.words, unsure_place="")
        if call is not None and spot.told:
            # whatever else they say: they were asked where they are
            await self._heard(said_of(call, report), spot, text, at)
            report = self.reports.meant(report, text.sender, at)
            if not takes or not stands_alone(report):
                return
        elif not text.direct and not takes:
            return  # people talk with each other there
        told = self._puzzled.get(text.sender)
        if report.intent is Intent.UNKNOWN and told is not None and 0 <= now - told < PUZZLED_S:
            return
        await self._heard(self.reports.meant(report, text.sender, at), spot, text, at)

    def _asked_where(
        self, report: StockReport, text: StockText, at: float
    ) -> StockReportRow | None:
        """The call of this sender that lacks the place which a text may tell."""
        if not may_tell_where(report, text.text):
            return None
        return self.reports.call_without_place(text.sender, at)

    async def _heard(self, report: StockReport, spot: Spot, text: StockText, at: float) -> None:
        """Take one thing that a text says, or answer it, as far as the bounds allow."""
        now, sos, takes = self._host.now(), report.intent is Intent.SOS, report.intent in ROWS
        known = self.reports.known(report, spot, text.sender, at) if takes else None
        news = takes and self.reports.has_news(known, report, spot)
        if not self._gate.admits(text.sender, now, sos=sos, news=news):
            self.held_back += 1
            return
        answers = not sos or self._gate.answers(text.sender, now, news=news)
        if takes:
            answers = await self._take(known, report, spot, text, at, answers=answers)
        else:
            await self._reply(report, text, now)
        self._gate.note(text.sender, now, sos=sos, answered=answers)

    async def _spot(self, report: StockReport) -> Spot:
        words = report.place or report.unsure_place if report.lat is None else ""
        return spot_of(report, await self._places.corner(words) if words else None)

    async def _reply(self, report: StockReport, text: StockText, now: float) -> None:
        call = self.reports.open_sos(text.sender)
        if report.intent is Intent.OK and call is not None:
            draft = call.copy()
            draft["ok_at"] = now
            await self._put(draft, None)
        if report.intent is Intent.UNKNOWN:
            self._puzzled.pop(text.sender, None)
            self._puzzled[text.sender] = now
            if len(self._puzzled) > SENDERS_MAX:
                del self._puzzled[next(iter(self._puzzled))]
        unread = call is not None and call["read_at"] is None
        answer = Answer(stock_answer(report, "", sos_open=unread), text.sender, now, "")
        if self._replies.has_room(answer):
            self._say(answer)

    async def _take(
        self,
        known: StockReportRow | None,
        report: StockReport,
        spot: Spot,
        text: StockText,
        at: float,
        *,
        answers: bool,
    ) -> bool:
        """Make a row of it, or add it to one; whether it is answered. Raises UnavailableError."""
        if known is None:
            entropy = int(self._entropy() * (1 << 32))
            draft = self.reports.fresh(report, spot, text, at, entropy)
        else:
            draft = self.reports.merged(known, report, spot, text, at)
        if draft is None:
            self.held_back += 1
            return False
        line = stock_answer(whole(report, draft), draft["id"])
        grave = report.intent is Intent.SOS
        answer = Answer(line, text.sender, self._host.now(), draft["id"], grave)
        if grave and not text.direct:
            answer.aloud = stock_aloud_answer(draft["id"], draft["language"])
        await self._put(draft, answer if answers else None)
        return answers

    # -- rows and answers ------------------------------------------------------------------------

    async def _put(self, draft: StockReportRow, answer: Answer | None) -> None:
        """Keep a row with the answer that goes with it. Raises UnavailableError: nothing was."""
        await self._kept(draft, answer, lambda: keep(self._host, REPORTS, [draft]))

    async def _kept(
        self, draft: StockReportRow, answer: Answer | None, write: Callable[[], Awaitable[T]]
    ) -> T:
        """Once `write` has the row on disk it takes its place, and the answer waits."""
        said = answer is not None and self._replies.has_room(answer)
        if answer is not None:
            state, reason = ("queued", "") if said else ("dropped", _MANY)
            draft["answer"] = StockAnswer(text=answer.text, state=state, reason=reason)
        self._draft = draft
        try:
            result = await write()
        finally:
            self._draft = None
        self.reports.rows[draft["id"]] = draft
        if answer is not None and said:
            self._say(answer)
        return result

    def _say(self, answer: Answer) -> None:
        if answer.row:
            self._latest[answer.row] = answer
        self._replies.add(answer)
        self._wake()

    async def answered(self, answer: Answer, state: str, reason: str) -> None:
        """Note at the report what became of its answer. Raises UnavailableError."""
        async with self._turn:
            row = self.reports.rows.get(answer.row)
            if row is not None and self._latest.get(answer.row) is answer:
                row["answer"] = StockAnswer(text=answer.text, state=state, reason=reason)
                await self.unkept.keep([row])

    async def forget_old(self) -> None:
        """Take rows away whose time is over. Raises UnavailableError."""
        async with self._turn:
            gone = self.reports.old(self._host.now())
            await bury(self._host, REPORTS, gone)
            for key in gone:
                self.reports.rows.pop(key, None)
                self._latest.pop(key, None)

    # -- what a person does ------------------------------------------------------------------

    def waiting(self, row_id: str) -> StockReportRow:
        """A report that waits. Raises NoSuchReportError."""
        row = self.reports.rows.get(row_id.strip().upper())
        if row is None or row["state"] != "new":
            raise NoSuchReportError(f"no stock report {row_id!r} waits")
        return row

    async def adopt(self, row_id: str, by: str, sign: Callable[[Rows], Awaitable[T]]) -> T:
        """A member signs a report of their own for it: `sign` stores it together with its rows.

        Raises what `sign` raises, NoSuchReportError; nothing was done then.
        """
        async with self._turn:
            draft, answer = self._seen(self.waiting(row_id))

            def rows(item: Item) -> list[RowRecord]:
                draft["state"], draft["done_by"], draft["adopted_as"] = "adopted", by, str(item.id)
                return records(REPORTS, [draft])

            return await self._kept(draft, answer, lambda: sign(rows))

    async def dismiss(self, row_id: str, by: str) -> None:
        """A member takes it off the list. Raises NoSuchReportError, UnavailableError."""
        async with self._turn:
            draft, answer = self._seen(self.waiting(row_id))
            draft["state"], draft["done_by"] = "dismissed", by
            await self._put(draft, answer)

    async def read(self, row_id: str) -> None:
        """A person has read it; the sender of an SOS is told so, once.

        Raises NoSuchReportError, UnavailableError.
        """
        async with self._turn:
            row = self.waiting(row_id)
            if row["read_at"] is None:
                await self._put(*self._seen(row))

    def _seen(self, row: StockReportRow) -> tuple[StockReportRow, Answer | None]:
        """A copy of a row that a person has read, and what its sender is told of that."""
        draft, now = row.copy(), self._host.now()
        if row["read_at"] is not None:
            return draft, None
        draft["read_at"] = now
        may = self._answers and policies_of(self._host).stock_reports
        if row["intent"] != "sos" or not may:
            return draft, None
        line = stock_read_answer(row["id"], row["language"], sos=True)
        return draft, Answer(line, row["node"], now, row["id"], grave=True)
