"""Says lines, pins and answers to stock radios: one at a time, as policy, firmware and air let it.

Every state is on disk before the radio is asked, so that nothing is said twice after a crash.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from meshdefense.api.stock_schema import StockLineRow, StockPin
from meshdefense.node.asked import UnavailableError
from meshdefense.node.stock_host import LINES, StockHost, Unkept, bury, policies_of
from meshdefense.node.stock_news import (
    POLICY,
    Telling,
    alert_telling,
    order_telling,
    why_nothing,
)
from meshdefense.node.stock_places import StockPlaces
from meshdefense.node.stock_queue import StockQueue
from meshdefense.node.stock_replies import Answer, Replies
from meshdefense.node.stock_states import NOT_SAID, TRIES_MAX, moved_on, port_of
from meshdefense.radio.base import FrameFate, LinkState, RadioStatus
from meshdefense.radio.stock import LEAST_APART_S, NO_KEY, StockPacket, StockPort, Waypoint
from meshdefense_protocol.engine import Engine
from meshdefense_protocol.governor import Leave
from meshdefense_protocol.packets import Broadcast
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.stock_lines import place_in_numbers
from meshdefense_protocol.transport import Fate

__all__ = ["SendStock", "StockVoice"]

SLOTS: Final = 4
SLOT_S: Final = 3.0
"""A node waits 0 to SLOTS - 1 slots: whoever is later hears the first and keeps quiet."""
RETRY_S: Final = 15.0
OVERHEAD: Final = 8
"""Bytes of the radio's own encoding around a payload (mesh.proto, Data)."""

SendStock = Callable[[StockPacket], Awaitable[None]]
"""Gives a packet to the radio; never raises, its fate comes back."""
Say = Callable[[Answer, str, str], Awaitable[None]]
"""Notes at the report what became of its answer: state and reason."""


class StockVoice:
    """Queue, pace and fates of what is said."""

    def __init__(
        self,
        host: StockHost,
        send: SendStock,
        places: StockPlaces,
        replies: Replies,
        *,
        entropy: Callable[[], float],
        answered: Say,
    ) -> None:
        """`answered` notes what became of an answer; `entropy` gives numbers from 0 up to 1."""
        self._host, self._send, self._places = host, send, places
        self._entropy, self._answered, self._replies = entropy, answered, replies
        self.lines = StockQueue()
        self.unkept = Unkept(host, LINES, self.lines.rows)
        self.link = RadioStatus(LinkState.NONE)
        self.waits_for = ""
        """Why what is next does not go; empty when it may."""
        self._barred = ""
        """Why nothing at all can be said."""
        self.held_until = 0.0
        self._flying: dict[int, tuple[str, str] | Answer] = {}
        """By token: which part (line, pin) of which row, or an answer."""
        self._token = 0
        self._last: dict[StockPort, float] = {}
        self._held: dict[StockPort, float] = {}
        """Until when nothing goes on a port on which the radio took something not."""

    def clock_stepped(self, by: float, since: float, until: float) -> None:
        """The clock was set: what was timed between `since` and `until` moves by `by` seconds."""
        self.held_until += by
        self._last = {port: at + by for port, at in self._last.items()}
        self._held = {port: at + by for port, at in self._held.items()}
        self._replies.shifted(by)
        self.unkept.note(self.lines.clock_stepped(by, since, until))

    def pause(self, longest: float) -> float:
        """Seconds until something may be due, at most `longest`."""
        now = self._host.now()
        due = [row["due_at"] for row in self.lines.waiting()]
        if self._replies or self.lines.next_pin() is not None:
            due += [at + LEAST_APART_S[port] for port, at in self._last.items()]
        due += self._held.values()
        due.append(self.held_until)
        return min((at - now for at in due if at > now), default=longest)

    # -- what is to be told --------------------------------------------------------------------

    async def look(self, alerts: Mapping[str, Any], orders: Mapping[str, Any]) -> None:
        """Queue what these rows, by id, have to tell that was not told. Raises UnavailableError."""
        charter, policies = self._host.membership.charter, policies_of(self._host)
        now = self._host.now()
        for about, row in {**alerts, **orders}.items():
            try:
                if about in alerts:
                    broadcast = await self._host.in_thread(self._broadcast, row)
                    telling = alert_telling(row, broadcast, charter, policies, now)
                else:
                    telling = order_telling(row, charter, policies, now)
            except (KeyError, TypeError, ValueError):
                continue  # a row of another version: nothing is told of what is not understood
            if not self.lines.wants(about, telling):
                continue
            if telling is not None:
                await self._tell(telling)
            else:
                why = why_nothing(row, policies)
                await self.unkept.keep(self.lines.withdraw(about, why))

    def _broadcast(self, row: Mapping[str, Any]) -> Broadcast | None:
        if row["state"] == "expired":  # nothing is told of it
            return None
        for told in reversed(row["broadcasts"]):
            item = self._host.found(ItemId.parse(told["id"]))
            if item is not None and isinstance(item.body, Broadcast):
                return item.body
        return None

    async def _tell(self, telling: Telling) -> None:
        changed = self.lines.tell(
            telling,
            await self._words(telling),
            network_id=self._host.membership.charter.network_id,
            language=policies_of(self._host).stock_language,
            now=self._host.now(),
            delay=int(self._entropy() * SLOTS) * SLOT_S,
        )
        await self.unkept.keep(changed)

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
        now = self._host.now()
        changed = self.lines.drop_late(now)
        if not policies_of(self._host).stock_hear:
            changed += self.lines.withdraw_all(POLICY)
        await self.unkept.keep(changed)
        while (answer := self._replies.late(now)) is not None:
            await self._answered(answer, "dropped", answer.reason)

    async def forget_old(self) -> None:
        """Take rows away whose time is over. Raises UnavailableError."""
        gone = self.lines.old(self._host.now())
        await bury(self._host, LINES, gone)
        self.lines.forget(gone)

    async def hear(self, line: str) -> None:
        """Somebody else said a line on the neighbours' channel."""
        await self.unkept.keep(self.lines.hear(line, self._host.now()))

    # -- speaking --------------------------------------------------------------------------------

    async def speak(self) -> None:
        """Give the radio what is due and allowed, the gravest first."""
        if why := self.no_way():
            await self._bar(why)
            return
        if self._barred:
            self.waits_for = self._barred = ""
        while self._host.now() >= self.held_until:
            if not await self._speak_one(self._host.now()):
                return

    def no_way(self) -> str:
        """Why nothing at all can be said; empty when it can."""
        found = self.link.health.stock
        if self.link.state is LinkState.NONE:
            return "this node has no radio"
        if self.link.state is not LinkState.READY:
            return self.link.detail or "no radio found"
        if found is None or found.index is None:
            return (found.problem if found is not None else "") or "no radio found"
        return ""

    async def _bar(self, why: str) -> None:
        """Everything that waits does so for this."""
        self.waits_for = self._barred = why
        waiting = [line for line in self.lines.waiting() if line["reason"] != why]
        for line in waiting:
            line["reason"] = why
        await self.unkept.keep(waiting)

    def _free(self, port: StockPort) -> bool:
        now, last = self._host.now(), self._last.get(port)
        if now < self._held.get(port, 0.0):
            return False
        return last is None or not 0 <= now - last < LEAST_APART_S[port]

    async def _speak_one(self, now: float) -> bool:
        """Say one thing; False when nothing is due, or airtime has to wait."""
        if (answer := self._next_answer(now, grave=True)) is not None:
            return await self._say_answer(answer)
        if (line := self.lines.next_line(now, self._free)) is not None:
            if not await self._leave(len(line["text"].encode()), line):
                return False
            await self._say_line(line)
            return True
        pinned = self.lines.next_pin() if self._free(StockPort.WAYPOINT) else None
        if pinned is not None and (pin := pinned["pin"]) is not None:
            waypoint = Waypoint(
                pin["id"], pin["lat"], pin["lon"], pin["expires_at"], pin["name"],
                pin["description"],
            )  # fmt: skip
            if not await self._leave(waypoint.size):
                return False
            await self._say_pin(pinned, pin, waypoint)
            return True
        answer = self._next_answer(now, grave=False)
        return answer is not None and await self._say_answer(answer)

    def _next_answer(self, now: float, *, grave: bool) -> Answer | None:
        return self._replies.next(now, grave=grave) if self._free(StockPort.TEXT) else None

    async def _say_answer(self, answer: Answer) -> bool:
        """Say it, or put it off for the sake of the lines; False when airtime has to wait."""
        size = len(answer.text.encode()) + OVERHEAD

        def look(engine: Engine, now: float) -> Leave | None:
            before = engine.airtime(now)
            if not self._replies.affords(answer, before, now):
                return None
            leave = engine.stock_leave(size, now)
            price_s = engine.airtime(now).used_s[Priority.STOCK] - before.used_s[Priority.STOCK]
            self._replies.booked(answer, price_s, now)
            return leave

        leave = await self._host.ask(look)
        if leave is None:
            return True
        if not await self._granted(leave):
            return False
        await self._answered(answer, "handed", "")
        self._replies.gone(answer)
        answer.attempts += 1
        await self._give(StockPort.TEXT, answer, text=answer.text, to=answer.to)
        return True

    async def _leave(self, size: int, line: StockLineRow | None = None) -> bool:
        """Ask the governor, who books it; what has to wait says why."""

        def look(engine: Engine, now: float) -> Leave:
            return engine.stock_leave(size + OVERHEAD, now)

        return await self._granted(await self._host.ask(look), line)

    async def _granted(self, leave: Leave, line: StockLineRow | None = None) -> bool:
        self.waits_for = leave.reason
        if leave.allowed:
            return True
        now = self._host.now()
        self.held_until = min(max(leave.at, now + 0.5), now + RETRY_S)
        if line is not None and line["reason"] != leave.reason:
            line["reason"] = leave.reason
            await self.unkept.keep([line])
        return False

    async def _say_line(self, row: StockLineRow) -> None:
        before = row["reason"], row["told_at"]
        row["state"], row["reason"], row["told_at"] = "handed", "", self._host.now()
        row["attempts"] += 1
        try:
            await self.unkept.keep([row])
        except UnavailableError:
            row["state"], row["attempts"] = "queued", row["attempts"] - 1
            row["reason"], row["told_at"] = before
            raise
        await self._give(port_of(row), ("line", row["id"]), text=row["text"])

    async def _say_pin(self, row: StockLineRow, pin: StockPin, waypoint: Waypoint) -> None:
        pin["state"], pin["reason"], pin["attempts"] = "handed", "", pin["attempts"] + 1
        try:
            await self.unkept.keep([row])
        except UnavailableError:
            pin["state"], pin["attempts"] = "queued", pin["attempts"] - 1
            raise
        await self._give(StockPort.WAYPOINT, ("pin", row["id"]), waypoint=waypoint)

    async def _give(
        self,
        port: StockPort,
        part: tuple[str, str] | Answer,
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

    async def fate(self, given: FrameFate) -> None:
        """News of something that was given to the radio. Raises UnavailableError."""
        part = self._flying.get(given.token)
        if given.fate not in (Fate.ACCEPTED, Fate.ON_AIR):
            self._flying.pop(given.token, None)
        if isinstance(part, Answer):
            await self._answer_fate(part, given)
        elif part is not None and (line := self.lines.rows.get(part[1])) is not None:
            what = line if part[0] == "line" else line["pin"]
            if what is not None and moved_on(what, given.fate, given.detail):
                port = port_of(line) if part[0] == "line" else StockPort.WAYPOINT
                self._hold(what, given, port)
                came = self.lines.came_back(line) if what["state"] in NOT_SAID else []
                await self.unkept.keep([line, *came])

    def _hold(self, part: StockLineRow | StockPin, given: FrameFate, port: StockPort) -> None:
        """What the radio did not take waits with its port, as long as it has tries left."""
        if part["state"] != "queued":
            return
        self._held[port] = self._host.now() + RETRY_S
        if given.fate is Fate.REFUSED and part["attempts"] >= TRIES_MAX:
            part["state"] = "refused"

    async def _answer_fate(self, answer: Answer, given: FrameFate) -> None:
        speaks = policies_of(self._host).stock_hear > 0
        state = self._replies.state_after(answer, given, speaks=speaks)
        if state in NOT_SAID and given.detail != NO_KEY:  # only to that one the way is shut
            self._held[StockPort.TEXT] = self._host.now() + RETRY_S
        await self._answered(answer, state, given.detail)
