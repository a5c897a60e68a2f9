"""The story of the demo: who says and does what, when. Everything is real: each line is a
request to a running daemon, or a change of the virtual radios' world.

Cues are in seconds from the start. Traffic is what one LONG_FAST channel carries beside its
relays: about one packet in five seconds.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from meshdefense.api.client import ApiError, DaemonGoneError
from meshdefense.demo.audience import Seat
from meshdefense.demo.cast import CAST, metres, player, position

__all__ = ["Story", "Told", "VirtualWorld"]

MOVE_S: Final = 1.0
SETTLE_S: Final = 16.0
"""Reports stop so long before the end, so that the last one can still be repeated."""
LINK_LOST_S: Final = 6.0


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

    reports: dict[str, float] = field(default_factory=dict)
    """Alert id to the moment of its request, in `time.monotonic` seconds."""
    authors: dict[str, str] = field(default_factory=dict)
    items: int = 0
    frame_bytes: dict[str, list[int]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


class Story:
    """Plays until `seconds` have passed, or for ever."""

    def __init__(self, seats: dict[str, Seat], world: VirtualWorld, seconds: float | None) -> None:
        self._seats, self._world, self._seconds = seats, world, seconds
        self.told = Told()
        self._began = 0.0
        self._first_report = ""

    @property
    def now(self) -> float:
        """Seconds since the story began."""
        return time.monotonic() - self._began

    async def play(self) -> None:
        """From the first cue to the last."""
        self._began = time.monotonic()
        cues = self._cues()
        if self._seconds is not None:
            cues = [(at, cue) for at, cue in cues if at <= self._seconds - SETTLE_S]
        async with asyncio.TaskGroup() as tasks:
            mover = tasks.create_task(self._move())
            for at, cue in cues:
                await self._until(at)
                await self._perform(cue)
            if self._seconds is None:
                await self._go_on(cues[-1][0])
            else:
                await self._until(self._seconds)
            mover.cancel()

    async def _until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - self.now))

    async def _perform(self, cue: Callable[[], Awaitable[None]]) -> None:
        try:
            await cue()
        except (ApiError, DaemonGoneError, ConnectionError) as error:
            self.told.refused.append(f"{self.now:.0f} s: {error}")

    def _cues(self) -> list[tuple[float, Callable[[], Awaitable[None]]]]:
        say = self._say
        return [
            (1, say("ash", "report", kind="checkpoint", severity="high", count=3,
                    activity="stopping", note="two lanes closed")),
            (6, say("base", "message", text="birch: please look at the checkpoint")),
            (14, self._verdict),
            (21, say("fir", "report", kind="road-blocked", severity="medium", count=1,
                     note="tree across both lanes")),
            (25, self._lose_link),
            (26, say("base", "report", kind="medical", severity="high",
                     note="first aid tent opens at base")),
            (36, say("cedar", "report", kind="fire", severity="medium", activity="spreading")),
            (44, say("birch", "checkin", state="ok", due_in_s=1800)),
        ]  # fmt: skip

    async def _go_on(self, last: float) -> None:
        """After the story: a quiet evening, for as long as somebody watches."""
        quiet = ("ash", "birch", "cedar", "fir")
        turn = 0
        while True:
            turn += 1
            await self._until(last + 25 * turn)
            who = quiet[turn % len(quiet)]
            if turn % 4 == 0:
                await self._perform(self._say(who, "report", kind="all-quiet", severity="low"))
            else:
                await self._perform(self._say(who, "beacon", motion="walking", battery=70))

    def _say(self, handle: str, method: str, **params: Any) -> Callable[[], Awaitable[None]]:
        async def cue() -> None:
            given = dict(params)
            if method in ("report", "beacon", "checkin"):
                given["lat"], given["lon"] = position(player(handle), self.now)
            asked = time.monotonic()
            result = await self._seats[handle].submit(method, given)
            self.told.items += 1
            self.told.frame_bytes.setdefault(method, []).append(result["bytes"])
            if method == "report":
                self.told.reports[result["id"]] = asked
                self.told.authors[result["id"]] = handle
                self._first_report = self._first_report or result["id"]

        return cue

    async def _verdict(self) -> None:
        """birch went to look at ash's report."""
        await self._say("birch", "verdict", alert=self._first_report, result="confirmed", count=4)()

    async def _lose_link(self) -> None:
        """The base's radio is unplugged, and plugged in again a little later."""
        await self._world.do("power", node=0, on=False)

        async def return_later() -> None:
            await asyncio.sleep(LINK_LOST_S)
            await self._world.do("power", node=0, on=True)

        self._returning = asyncio.get_running_loop().create_task(return_later())

    async def _move(self) -> None:
        """The radios go where their people go."""
        last: dict[str, tuple[float, float]] = {}
        while True:
            for index, one in enumerate(CAST):
                place = metres(one, self.now)
                if one.way and last.get(one.handle) != place:
                    last[one.handle] = place
                    await self._world.do("place", node=index, x=place[0], y=place[1])
            await asyncio.sleep(MOVE_S)
