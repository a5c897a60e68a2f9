"""CPU and wall time, bytes, memory and idling of the real app, in a pseudo-terminal.

CPU time is that of the app's own process and no other: neither the daemon's nor the terminal's.
That of a key goes on for 60 ms after its last byte, so what the app does by itself is in it.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from benchmarks.evening import PATROLS, Evening, changed
from benchmarks.screen_peers import READY
from benchmarks.terminal import QUIET_S, Screen, ours
from support.screen_rows import place

__all__ = ["EVENTS", "Figures", "in_terminal", "keys_and_commits", "peer", "replay", "spread",
           "starts", "version"]  # fmt: skip

Figures = dict[str, Any]

EVENTS: Final = 72_000
"""An hour at 20 events a second."""
_BATCH: Final = 40
"""Events that are sent at once: those of two seconds."""
_MOVES: Final = 36
"""So many of them move a patrol."""


async def in_terminal(daemon: Evening, size: tuple[int, int], count: int, idle_s: int) -> Figures:
    """Keys, commits, a panned map and idling, by the last byte that was written."""
    found: Figures = {}
    found["start ms"] = await starts(daemon, size, 2 if count < 10 else 5)
    async with Screen(ours(daemon.path), size) as screen:
        await screen.first(b"fire")
        await screen.quiet(2.0)
        found |= await keys_and_commits(screen, daemon, count)
        screen.write(b"m")
        await screen.quiet(1.0)
        found |= await typed(screen, "pan", b"\x1b[C", count)
        await screen.quiet(1.0)
        cpu, begun, seen = screen.cpu_ms(), time.monotonic(), screen.bytes_read
        await screen.idle(idle_s)
        took = time.monotonic() - begun
        found["idle percent"] = (screen.cpu_ms() - cpu) / took / 10
        found["idle bytes a second"] = (screen.bytes_read - seen) / took
        found["rss MiB"] = screen.rss_mib()
    return found


async def keys_and_commits(screen: Screen, daemon: Evening, count: int) -> Figures:
    """A key that does nothing, the cursor down and up again, and commits of one alert."""
    found = await typed(screen, "no key", b"\x1b[24~", count)
    found |= await typed(screen, "key", b"j", count) | await typed(screen, "key up", b"k", count)
    sample = _Sample(screen)
    for turn in range(count):
        # of low severity, so that neither bell nor banner is part of it
        daemon.set("alerts", changed(60_000 + turn, state="verified", severity=0))
        await sample.take()
    return found | sample.spreads("commit")


async def starts(daemon: Evening, size: tuple[int, int], count: int) -> Figures:
    """From the start of the process to the first alert on the screen."""
    found = []
    for _ in range(count + 1):
        async with Screen(ours(daemon.path), size) as screen:
            found.append(await screen.first(b"fire") * 1e3)
    return spread(found[1:])  # the first one may compile


async def peer(name: str, size: tuple[int, int], keys: Mapping[str, bytes], count: int) -> Figures:
    """The same of an app of `screen_peers`."""
    async with Screen(["-m", "benchmarks.screen_peers", name], size) as screen:
        await screen.first(READY.encode())
        await screen.quiet(1.0)
        found: Figures = {}
        for what, key in keys.items():
            found |= await typed(screen, what, key, count)
        found["rss MiB"] = screen.rss_mib()
    return found


async def typed(screen: Screen, what: str, key: bytes, count: int) -> Figures:
    """CPU time, wall time and bytes of a key that is typed `count` times."""
    sample = _Sample(screen)
    for _ in range(count):
        screen.write(key)
        await sample.take(answers=what != "no key")
    return sample.spreads(what)


class _Sample:
    """One figure after the other."""

    def __init__(self, screen: Screen) -> None:
        self._screen, self._before = screen, screen.cpu_ms()
        self._cpu: list[float] = []
        self._wall: list[float] = []
        self._bytes: list[float] = []

    async def take(self, *, answers: bool = True) -> None:
        """What has happened since the last one, with the wait until the frame is whole."""
        screen = self._screen
        if answers:
            wait, written = await screen.answered()
            self._wall.append(wait * 1e3)
            self._bytes.append(float(written))
        else:
            await screen.idle(QUIET_S)
        self._cpu.append(screen.cpu_ms() - self._before)
        self._before = screen.cpu_ms()

    def spreads(self, what: str) -> Figures:
        """By name."""
        parts = {"cpu ms": self._cpu, "wall ms": self._wall, "bytes": self._bytes}
        return {f"{what} {part}": spread(values) for part, values in parts.items() if values}


async def replay(daemon: Evening, events: int) -> Figures:
    """Memory while `events` come in. Nine of ten move a patrol, the others change an alert.

    Growth is that of the second half; an hour is two of them. New alerts come in the first half
    alone, one with each two hundred events: what they take is no growth.
    """
    patrols = list(daemon.rows["patrols"].values())
    marks: list[tuple[int, float]] = []
    async with Screen(ours(daemon.path), (200, 60)) as screen:
        await screen.first(b"fire")
        await screen.quiet(1.0)
        marks.append((0, screen.rss_mib()))
        begun = time.monotonic()
        for done in range(0, events, _BATCH):
            daemon.set("patrols", *_moved(patrols, done))
            known = [changed(1 + (done + number) % 990) for number in range(_BATCH - _MOVES)]
            if done % 200 == 0 and done * 2 < events:
                known[0] = changed(20_000 + done // 200)
            daemon.set("alerts", *known)
            await screen.until(lambda: daemon.pulls[-1] >= daemon.revision - 2)
            if (done + _BATCH) * 12 // events > done * 12 // events:  # every "five minutes"
                marks.append((done + _BATCH, screen.rss_mib()))
        took = time.monotonic() - begun
        await screen.quiet(2.0)
    half = next(rss for at, rss in marks if at * 2 >= events)
    end = marks[-1][1]
    return {
        "events": events, "seconds": took, "rss MiB": end, "second half MiB": end - half,
        "growth MiB an hour": max(end - half, 0.0) * 2 * EVENTS / events, "marks": marks,
    }  # fmt: skip


def _moved(patrols: list[dict[str, Any]], done: int) -> list[dict[str, Any]]:
    found = []
    for number in range(_MOVES):
        row = patrols[(done // _BATCH * _MOVES + number) % PATROLS]
        there = place((done + number * 7) % 2000, (done * 3 + number) % 1500)
        now = time.time()  # noqa: TID251 the screens show ages from now
        found.append({**row, "place": there, "place_at": now})
    return found


def version(count: int) -> Figures:
    """Milliseconds of `meshdefense --version`."""
    found = []
    for _ in range(count + 1):
        begun = time.perf_counter()
        command = [sys.executable, "-m", "meshdefense", "--version"]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=os.environ)
        found.append((time.perf_counter() - begun) * 1e3)
    return spread(found[1:])


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile, best and number."""
    ordered = sorted(values)
    return {
        "median": statistics.median(ordered),
        "p95": ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)],
        "best": ordered[0],
        "samples": len(ordered),
    }
