"""Says lines, pins and answers to stock radios: one at a time, as policy, firmware and air let it.

Every state is on disk before the radio is asked, so that nothing is said twice after a crash.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from meshdefense.api.stock_schema import StockLineRow, StockPin, StockReportRow
from meshdefense.node.asked import UnavailableError
from meshdefense.node.stock_host import LINES, REPORTS, StockHost, keep, policies_of
from meshdefense.node.stock_news import Telling, alert_telling, order_telling
from meshdefense.node.stock_places import StockPlaces
from meshdefense.node.stock_queue import TRIES_MAX, StockQueue, moved_on, port_of
from meshdefense.radio.base import FrameFate, LinkState, RadioStatus
from meshdefense.radio.stock import LEAST_APART_S, StockPacket, StockPort, Waypoint
from meshdefense_protocol.engine import Engine
from meshdefense_protocol.governor import Leave
from meshdefense_protocol.packets import Broadcast
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.stock_lines import place_in_numbers
from meshdefense_protocol.transport import Fate

__all__ = ["ANSWERS_MAX", "Answer", "SendStock", "StockVoice"]

SLOTS: Final = 4
SLOT_S: Final = 3.0
"""A node waits 0 to SLOTS - 1 slots: whoever is later hears the first and keeps quiet."""
RETRY_S: Final = 15.0
ANSWERS_MAX: Final = 16
"""Answers that wait in memory; further ones are not given."""
ANSWER_LATE_S: Final = 300.0
OVERHEAD: Final = 8
"""Bytes of the radio's own encoding around a payload (mesh.proto, Data)."""
PIN_BYTES: Final = 60
_TOLD_STATES: Final = frozenset({"verified", "disputed", "closed", "retracted"})

SendStock = Callable[[StockPacket], Awaitable[None]]
"""Gives a packet to the radio; never raises, its fate comes back."""
Say = Callable[["Answer", str, str], Awaitable[None]]
"""Notes at the report what became of its answer: state and reason."""


@dataclass(slots=True)
class Answer:
    """A line to one sender."""

    text: str
    to: int
    since: float
    row: str
    """Id of the report that it answers; empty where there is none."""
    grave: bool = False


class StockVoice:
    """Queue, pace and fates of what is said."""

    def __init__(
        self,
        host: StockHost,
        send: SendStock,
        places: StockPlaces,
        *,
        entropy: Callable[[], float],
        answered: Say,
    ) -> None:
        """`answered` notes what became of an answer; `entropy` gives numbers from 0 up to 1."""
        self._host, self._send, self._places = host, send, places
        self._entropy, self._answered = entropy, answered
        self.lines = StockQueue()
        self.link = RadioStatus(LinkState.NONE)
        self.waits_for = ""
        """Why what is next does not go; empty when it may."""
        self.held_until = 0.0
        self._answers: deque[Answer] = deque()
        self._flying: dict[int, tuple[str, str]] = {}
        """By token: which part (line, pin, answer) of which row."""
        self._token = 0
        self._last: dict[StockPort, float] = {}

    def clock_stepped(self, by: float) -> None:
        """The clock was set by `by` seconds: what waits goes with it."""
        self.held_until += by
        self._last = {port: at + by for port, at in self._last.items()}
        for line in self.lines.waiting():
            line["due_at"] += by
            line["ends_at"] += by

    def pause(self, longest: float) -> float:
        """Seconds until something may be due, at most `longest`."""
        now = self._host.now()
        due = [row["due_at"] for row in self.lines.waiting()]
        if self._answers or self.lines.next_pin() is not None:
            due += [at + LEAST_APART_S[port] for port, at in self._last.items()]
        due.append(self.held_until)
        return min((at - now for at in due if at > now), default=longest)

    # -- what is to be told --------------------------------------------------------------------

    async def look(self, alerts: Mapping[str, Any], orders: Mapping[str, Any]) -> None:
        """Queue what these rows, by id, have to tell that was not told. Raises UnavailableError."""
        charter, policies = self._host.membership.charter, policies_of(self._host)
        for about, row in {**alerts, **orders}.items():
            try:
                if about in alerts:
                    broadcast = await self._host.in_thread(self._broadcast, row)
                    telling = alert_telling(row, broadcast, charter, policies)
                else:
                    telling = order_telling(row, charter, policies)
            except (KeyError, TypeError, ValueError):
                continue  # a row of another version: nothing is told of what is not understood
            if self.lines.wants(about, telling):
                await self._tell(about, telling)

    def _broadcast(self, row: Mapping[str, Any]) -> Broadcast | None:
        if row["state"] not in _TOLD_STATES:
            return None
        for told in reversed(row["broadcasts"]):
            item = self._host.found(ItemId.parse(told["id"]))
            if item is not None and isinstance(item.body, Broadcast):
                return item.body
        return None

    async def _tell(self, about: str, telling: Telling | None) -> None:
        if telling is None:
            withdrawn = self.lines.withdraw(about, "it is not verified any more")
            await keep(self._host, LINES, withdrawn)
            return
        changed = self.lines.tell(
            telling,
            await self._words(telling),
            network_id=self._host.membership.charter.network_id,
            language=policies_of(self._host).stock_language,
            now=self._host.now(),
            delay=int(self._entropy() * SLOTS) * SLOT_S,
        )
        await keep(self._host, LINES, changed)

    async def _words(self, telling: Telling) -> tuple[str, str]:
        cell = telling.cell
        if cell is None:
            return "", ""
        words = await self._places.words(cell.lat, cell.lon, cell.precision_m)
        if words is not None:
            return words
        at = (cell.lat, cell.lon, cell.precision_m)
        return place_in_numbers(*at, "en"), place_in_numbers(*at, "es")

    async def drop_late(self) -> None:
        """Give up what could not be said in time, or may not be said any more."""
        changed = self.lines.drop_late(self._host.now())
        if not policies_of(self._host).stock_hear:
            for row in list(self.lines.waiting()):
                changed += self.lines.withdraw(row["about"], "the policy lets nothing out")
        await keep(self._host, LINES, changed)

    async def hear(self, line: str) -> None:
        """Somebody else said a line on the neighbours' channel."""
        await keep(self._host, LINES, self.lines.hear(line, self._host.now()))

    def answer(self, answer: Answer) -> bool:
        """Queue an answer, a grave one first; False where too many wait."""
        if len(self._answers) >= ANSWERS_MAX:
            return False
        if answer.grave:
            self._answers.appendleft(answer)
        else:
            self._answers.append(answer)
        return True

    # -- speaking --------------------------------------------------------------------------------

    async def speak(self) -> None:
        """Give the radio what is due and allowed, the gravest first."""
        found = self.link.health.stock
        if self.link.state is not LinkState.READY or found is None or found.index is None:
            return
        while self._host.now() >= self.held_until:
            now = self._host.now()
            while self._answers and now - self._answers[0].since > ANSWER_LATE_S:
                await self._answered(self._answers.popleft(), "dropped", "it was too late")
            if not await self._speak_one(now):
                return

    def _free(self, port: StockPort) -> bool:
        last = self._last.get(port)
        return last is None or not 0 <= self._host.now() - last < LEAST_APART_S[port]

    async def _speak_one(self, now: float) -> bool:
        """Say one thing; False when nothing is due, or airtime has to wait."""
        answer = self._answers[0] if self._answers and self._free(StockPort.TEXT) else None
        line = self.lines.next_line(now, self._free)
        if answer is not None and (answer.grave or line is None):
            if not await self._leave(len(answer.text.encode())):
                return False
            await self._answered(answer, "handed", "")
            self._answers.remove(answer)
            await self._give(StockPort.TEXT, ("answer", answer.row), text=answer.text, to=answer.to)
            return True
        if line is not None:
            if not await self._leave(len(line["text"].encode()), line):
                return False
            await self._say_line(line)
            return True
        pinned = self.lines.next_pin() if self._free(StockPort.WAYPOINT) else None
        if pinned is None or pinned["pin"] is None or not await self._leave(PIN_BYTES):
            return False
        await self._say_pin(pinned, pinned["pin"])
        return True

    async def _leave(self, size: int, line: StockLineRow | None = None) -> bool:
        """Ask the governor, who books it; what has to wait says why."""

        def look(engine: Engine, now: float) -> Leave:
            return engine.stock_leave(size + OVERHEAD, now)

        leave = await self._host.ask(look)
        self.waits_for = leave.reason
        if leave.allowed:
            return True
        now = self._host.now()
        self.held_until = min(max(leave.at, now + 0.5), now + RETRY_S)
        if line is not None and line["reason"] != leave.reason:
            line["reason"] = leave.reason
            await keep(self._host, LINES, [line])
        return False

    async def _say_line(self, row: StockLineRow) -> None:
        before = row["reason"], row["told_at"]
        row["state"], row["reason"], row["told_at"] = "handed", "", self._host.now()
        row["attempts"] += 1
        try:
            await keep(self._host, LINES, [row])
        except UnavailableError:
            row["state"], row["attempts"] = "queued", row["attempts"] - 1
            row["reason"], row["told_at"] = before
            raise
        await self._give(port_of(row), ("line", row["id"]), text=row["text"])

    async def _say_pin(self, row: StockLineRow, pin: StockPin) -> None:
        pin["state"], pin["reason"] = "handed", ""
        try:
            await keep(self._host, LINES, [row])
        except UnavailableError:
            pin["state"] = "queued"
            raise
        waypoint = Waypoint(
            pin["id"], pin["lat"], pin["lon"], pin["expires_at"], pin["name"], pin["description"]
        )
        await self._give(StockPort.WAYPOINT, ("pin", row["id"]), waypoint=waypoint)

    async def _give(
        self,
        port: StockPort,
        part: tuple[str, str],
        *,
        text: str = "",
        waypoint: Waypoint | None = None,
        to: int | None = None,
    ) -> None:
        self._token -= 1
        self._flying[self._token] = part
        self._last[port] = self._host.now()
        await self._send(StockPacket(self._token, port, text, waypoint, to))

    # -- what became of it -----------------------------------------------------------------------

    async def fate(self, given: FrameFate, reports: Mapping[str, StockReportRow]) -> None:
        """News of something that was given to the radio."""
        what, row_id = self._flying.get(given.token, ("", ""))
        if given.fate not in (Fate.ACCEPTED, Fate.ON_AIR):
            self._flying.pop(given.token, None)
        report, line = reports.get(row_id), self.lines.rows.get(row_id)
        if what == "answer" and report is not None and report["answer"] is not None:
            report["answer"]["state"] = _answer_state(given.fate)
            report["answer"]["reason"] = given.detail
            await keep(self._host, REPORTS, [report])
        elif line is not None and what in ("line", "pin"):
            await self._moved(line, line if what == "line" else line["pin"], given)

    async def _moved(
        self, line: StockLineRow, part: StockLineRow | StockPin | None, given: FrameFate
    ) -> None:
        if part is None or not moved_on(part, given.fate, given.detail):
            return
        if part["state"] == "queued":
            self.held_until = self._host.now() + RETRY_S
            if given.fate is Fate.REFUSED and line["attempts"] >= TRIES_MAX:
                part["state"] = "refused"
        await keep(self._host, LINES, [line])


def _answer_state(fate: Fate) -> str:
    words = {Fate.ACCEPTED: "at_radio", Fate.ON_AIR: "on_air", Fate.LOST: "uncertain"}
    return words.get(fate) or str(fate.value)
