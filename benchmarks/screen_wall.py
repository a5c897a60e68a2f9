"""Wall time, bytes, memory and idling of the real app, in a pseudo-terminal of its own process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any, Final

from benchmarks.evening import PATROLS, Evening, changed
from benchmarks.screen_cpu import Figures, spread
from benchmarks.terminal import Screen
from support.screen_rows import place

__all__ = ["EVENTS", "in_terminal", "replay", "starts", "version"]

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
    async with Screen(daemon.path, size) as screen:
        await screen.first(b"fire")
        await screen.quiet(2.0)
        for what, key in (("key", b"j"), ("key up", b"k")):
            found[f"{what} wall ms"], found[f"{what} bytes"] = await _typed(screen, key, count)
        waits, sizes = [], []
        for turn in range(count):
            # of low severity, so that neither bell nor banner is part of it
            daemon.set("alerts", changed(60_000 + turn, state="verified", severity=0))
            wait, size_b = await screen.answered()
            waits.append(wait * 1e3)
            sizes.append(float(size_b))
        found["commit wall ms"], found["new alert bytes"] = spread(waits), spread(sizes)
        screen.write(b"m")
        await screen.quiet(1.0)
        found["pan wall ms"], found["pan bytes"] = await _typed(screen, b"\x1b[C", count)
        await screen.quiet(1.0)
        cpu, begun, seen = screen.cpu_s(), time.monotonic(), screen.bytes_read
        await screen.idle(idle_s)
        took = time.monotonic() - begun
        found["idle percent"] = (screen.cpu_s() - cpu) / took * 100
        found["idle bytes a second"] = (screen.bytes_read - seen) / took
        found["rss MiB"] = screen.rss_mib()
    return found


async def starts(daemon: Evening, size: tuple[int, int], count: int) -> Figures:
    """From the start of the process to the first alert on the screen."""
    found = []
    for _ in range(count + 1):
        async with Screen(daemon.path, size) as screen:
            found.append(await screen.first(b"fire") * 1e3)
    return spread(found[1:])  # the first one may compile


async def _typed(screen: Screen, key: bytes, count: int) -> tuple[Figures, Figures]:
    waits, sizes = [], []
    for _ in range(count):
        screen.write(key)
        wait, size = await screen.answered()
        waits.append(wait * 1e3)
        sizes.append(float(size))
    return spread(waits), spread(sizes)


async def replay(daemon: Evening, events: int) -> Figures:
    """Memory while `events` come in. Nine of ten move a patrol, the others change an alert.

    Growth is that of the second half; an hour is two of them. New alerts come in the first half
    alone, one with each two hundred events: what they take is no growth.
    """
    patrols = list(daemon.rows["patrols"].values())
    marks: list[tuple[int, float]] = []
    async with Screen(daemon.path, (200, 60)) as screen:
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
