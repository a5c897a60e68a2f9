"""Starts the troupe, tells the story, and sums up what became of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from meshdefense.demo.audience import Seat, percentile, take_seats
from meshdefense.demo.crossing import captions, crossing_summary, milestones
from meshdefense.demo.plot import Plot
from meshdefense.demo.stories import DEFAULT, story_named
from meshdefense.demo.story import Story, VirtualWorld

__all__ = ["DemoError", "Stage", "open_stage", "summary", "tell"]

READY_S: Final = 20.0
"""Radios that are not ready by then: the story begins without them and the summary says so."""
END_S: Final = 8.0
CAPTION_S: Final = 0.25


class DemoError(Exception):
    """The demo could not start; the text says why."""


@dataclass(frozen=True, slots=True)
class Stage:
    """The running processes, from outside."""

    plot: Plot
    sockets: dict[str, str]
    control: int
    base_folder: Path
    started_s: float
    """Seconds from the start of the first process to the last known socket path."""


@contextlib.asynccontextmanager
async def open_stage(preset: str = "", story: str = DEFAULT) -> AsyncIterator[Stage]:
    """Start everything in a fresh folder; nothing of it is left afterwards.

    Without a preset the story's own is used.
    """
    plot = story_named(story)
    folder = Path(tempfile.mkdtemp(prefix="meshdefense-demo-"))
    begun = time.monotonic()
    log = (folder / "troupe.log").open("w")
    process = subprocess.Popen(  # noqa: ASYNC220  # returns at once; its pipe is our leash on it
        [
            sys.executable,
            "-m",
            "meshdefense.demo.troupe",
            str(folder),
            plot.name,
            preset or plot.preset,
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    log.close()
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = await asyncio.to_thread(process.stdout.readline)
        if not line:
            raise DemoError(f"the demo's processes did not start. {_tail(folder)}")
        told = json.loads(line)
        home = folder / plot.cast[0].handle
        yield Stage(plot, told["sockets"], told["control"], home, time.monotonic() - begun)
    finally:
        process.stdin.close()
        try:
            await asyncio.to_thread(process.wait, END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        shutil.rmtree(folder, ignore_errors=True)


async def tell(
    stage: Stage,
    seconds: float | None,
    *,
    language: str = "en",
    say: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Watch all nodes, play, and return the summary. Without `seconds` until cancelled.

    `say` is given a line for each step of a crossing, as soon as the nodes' own words prove it.
    """
    seats = await take_seats(stage.sockets)
    world = VirtualWorld(stage.control)
    story = Story(stage.plot, seats, world, seconds, language)
    try:
        async with asyncio.TaskGroup() as tasks:
            watchers = [tasks.create_task(seat.watch()) for seat in seats.values()]
            await _until_ready(seats)
            for seat in seats.values():
                seat.items_before = seat.items
            if say is not None:
                watchers.append(tasks.create_task(_caption(seats, story, language, say)))
            await story.play()
            for seat in seats.values():
                await seat.refresh()
            for watcher in watchers:
                watcher.cancel()
    finally:
        await world.close()
        for seat in seats.values():
            await seat.client.close()
    return summary(seats, story)


async def _caption(
    seats: dict[str, Seat], story: Story, language: str, say: Callable[[str], None]
) -> None:
    """Say each line once."""
    said = 0
    while True:
        reached = milestones(story.plot, seats, story.told.reports, story.told.began)
        lines = captions(story.plot, reached, language)
        for line in lines[said:]:
            say(line)
        said = len(lines)
        await asyncio.sleep(CAPTION_S)


async def _until_ready(seats: dict[str, Seat]) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(READY_S):
            for seat in seats.values():
                await seat.ready.wait()


def _tail(folder: Path) -> str:
    """The last words of the processes' log."""
    with contextlib.suppress(OSError):
        return (folder / "troupe.log").read_text()[-400:]
    return ""


def summary(seats: dict[str, Seat], story: Story) -> dict[str, Any]:
    """What was sent, who has it, how long it took.

    `complete`: each report is everywhere; in a story about a crossing, the first one crossed.
    """
    told, plot = story.told, story.plot
    reports, waits = [], []
    for alert, asked in told.reports.items():
        holders = [handle for handle, seat in seats.items() if alert in seat.shown]
        times = [seats[handle].shown[alert] - asked for handle in holders]
        others = [t for h, t in zip(holders, times, strict=True) if h != told.authors[alert]]
        waits += others
        reports.append(
            {
                "id": alert,
                "by": told.authors[alert],
                "reached": len(holders),
                "of": len(seats),
                "missing": [handle for handle in seats if handle not in holders],
                "to_last_s": round(max(others), 2) if len(holders) == len(seats) else None,
            }
        )
    rejected: dict[str, int] = {}
    for seat in seats.values():
        for reason, count in seat.row("status", "status").get("rejected", {}).items():
            rejected[reason] = rejected.get(reason, 0) + count
    now = time.time()  # noqa: TID251  # only to say who is overdue, on the clock of the daemons
    overdue = [
        row["name"]
        for row in seats[plot.cast[0].handle].tables.get("patrols", {}).values()
        if row.get("due_at") and row["due_at"] < now
    ]
    p50, p95 = percentile(waits, 50), percentile(waits, 95)
    result: dict[str, Any] = {
        "story": plot.name,
        "nodes": len(plot.cast),
        "items_sent": told.items,
        "items_received": {
            handle: seat.items - seat.items_before - seat.sent for handle, seat in seats.items()
        },
        "frame_bytes": {kind: sorted(set(sizes)) for kind, sizes in told.frame_bytes.items()},
        "submit_to_shown_s": {
            "p50": None if p50 is None else round(p50, 2),
            "p95": None if p95 is None else round(p95, 2),
        },
        "frames_rejected": rejected,
        "reports": reports,
        "overdue": overdue,
        "refused": told.refused,
        "complete": bool(reports) and all(r["reached"] == r["of"] for r in reports),
    }
    if plot.crossing is not None:
        reached = milestones(plot, seats, told.reports, told.began)
        result["crossing"] = crossing_summary(plot, reached)
        result["complete"] = result["crossing"]["crossed"]
    return result
