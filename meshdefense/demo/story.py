"""Plays a story with running daemons, in real time. Everything is real: each cue is a request
to a daemon, or a change of the virtual radios' world.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any, Final

from meshdefense.api.client import ApiError, DaemonGoneError
from meshdefense.demo.audience import Seat
from meshdefense.demo.cast import metres
from meshdefense.demo.plot import UNPLUG, Cue, Plot

__all__ = ["Story", "Told", "VirtualWorld"]

MOVE_S: Final = 1.0
AFTER_S: Final = 25.0
"""Between two lines of the quiet time after the story."""


class VirtualWorld:
    """The control port of the virtual radios: one JSON line out, one back."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._lock = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def do(self, verb: str, **arguments: Any) -> dict[str, Any]:
        """One verb. Raises ConnectionError when the radios are gone."""
        async with self._lock:
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self._port)
            reader, writer = self._streams
            writer.write(json.dumps({"do": verb, **arguments}).encode() + b"\n")
            await writer.drain()
            line = await reader.readline()
            if not line:
                raise ConnectionError("the virtual radios are gone")
            answer: dict[str, Any] = json.loads(line)
            if not answer.get("ok"):
                raise ConnectionError(f"the virtual radios refuse {verb}: {answer.get('error')}")
            return answer

    async def close(self) -> None:
        """End the connection."""
        if self._streams is not None:
            self._streams[1].close()


@dataclass(slots=True)
class Told:
    """What was said: for the summary at the end."""

    began: float = 0.0
    """When the story began; this and the next in `time.monotonic` seconds."""
    reports: dict[str, float] = field(default_factory=dict)
    """Alert id to the moment of its request."""
    authors: dict[str, str] = field(default_factory=dict)
    items: int = 0
    frame_bytes: dict[str, list[int]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    @property
    def first_report(self) -> str:
        """Its id; empty before there is one."""
        return next(iter(self.reports), "")


class Story:
    """Plays until `seconds` have passed, or for ever."""

    def __init__(
        self,
        plot: Plot,
        seats: dict[str, Seat],
        world: VirtualWorld,
        seconds: float | None,
        language: str = "en",
    ) -> None:
        self.plot = plot
        self.told = Told()
        self._seats, self._world, self._seconds = seats, world, seconds
        self._language = language

    @property
    def now(self) -> float:
        """Seconds since the story began."""
        return time.monotonic() - self.told.began

    async def play(self) -> None:
        """From the first cue to the last."""
        self.told.began = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            others = [tasks.create_task(self._move())]
            for cue in self.plot.cues_within(self._seconds):
                await self._until(cue.at)
                if cue.if_known:
                    others.append(tasks.create_task(self._once_known(cue)))
                elif cue.if_known is None or not self._knows(cue.who):
                    await self._attempt(self._perform(cue))
            if self._seconds is None:
                await self._go_on(self.plot.cues[-1].at)
            else:
                await self._until(self._seconds)
            for task in others:
                task.cancel()

    async def _until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - self.now))

    def _knows(self, handle: str) -> bool:
        """Whether a member's screen shows the first report."""
        return self.told.first_report in self._seats[handle].shown

    async def _once_known(self, cue: Cue) -> None:
        await self._seats[cue.who].shows(self.told.first_report)
        await self._attempt(self._perform(cue))

    async def _attempt(self, work: Awaitable[None]) -> None:
        try:
            await work
        except (ApiError, DaemonGoneError, ConnectionError) as error:
            self.told.refused.append(f"{self.now:.0f} s: {error}")

    async def _go_on(self, last: float) -> None:
        """After the story: a quiet evening, for as long as somebody watches."""
        turn = 0
        while True:
            await self._until(last + AFTER_S * (turn + 1))
            said = self.plot.afterwards[turn % len(self.plot.afterwards)]
            await self._attempt(self._perform(said))
            turn += 1

    async def _perform(self, cue: Cue) -> None:
        if cue.method == UNPLUG:
            await self._unplug(cue)
            return
        given = self.plot.params(cue, self.now, self._language, self.told.first_report)
        asked = time.monotonic()
        result = await self._seats[cue.who].submit(cue.method, given)
        self.told.items += 1
        self.told.frame_bytes.setdefault(cue.method, []).append(result["bytes"])
        if cue.method == "report":
            self.told.reports[result["id"]] = asked
            self.told.authors[result["id"]] = cue.who

    async def _unplug(self, cue: Cue) -> None:
        """A radio is switched off, and on again a little later."""
        node = self.plot.number(cue.who) - 1
        await self._world.do("power", node=node, on=False)

        async def return_later() -> None:
            await asyncio.sleep(cue.params["for_s"])
            await self._world.do("power", node=node, on=True)

        self._returning = asyncio.get_running_loop().create_task(return_later())

    async def _move(self) -> None:
        """The radios go where their people go."""
        last: dict[str, tuple[float, float]] = {}
        while True:
            for index, one in enumerate(self.plot.cast):
                place = metres(one, self.now)
                if one.way and last.get(one.handle) != place:
                    last[one.handle] = place
                    await self._world.do("place", node=index, x=place[0], y=place[1])
            await asyncio.sleep(MOVE_S)
