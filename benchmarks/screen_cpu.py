"""CPU time of the screens under Textual's Pilot, and of two peers in the same run.

What the Pilot itself needs is measured beside, by a key that does nothing and by a wait for
nothing. The floor is an app whose one widget fills the screen with blanks and is drawn again at
each key: less no app of Textual can need that draws the whole screen.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import DataTable

from benchmarks.evening import Evening, changed, rows
from meshdefense_tui.app import MeshDefenseApp
from meshdefense_tui.palette import ColourDepth

__all__ = ["Figures", "data_table", "floor", "keys_and_commits", "spread"]

Figures = dict[str, Any]
_POLL_S: Final = 0.005
_POLLS: Final = 7
"""How often a commit is waited for, usually: the session pulls once in 33 ms."""


async def keys_and_commits(daemon: Evening, size: tuple[int, int], count: int) -> Figures:
    """The real app, with `count` keys and as many commits in turn."""
    app = MeshDefenseApp(daemon.path, depth=ColourDepth.TRUE)
    async with app.run_test(size=size) as pilot:
        while not (app.model.ready and app.session.connected):
            await pilot.pause(0.01)
        await pilot.pause(1.0)
        _leave_alone()
        found: dict[str, list[float]] = {
            "idle": [], "key": [], "wait": [], "commit": [], "daemon": [],
        }  # fmt: skip
        for turn in range(count):
            before = time.process_time()
            await pilot.press("f12")  # no key of ours: what the Pilot itself costs
            found["idle"].append(_ms(before))
            before = time.process_time()
            await pilot.press("down")
            found["key"].append(_ms(before))
            before = time.process_time()
            for _ in range(_POLLS):
                await asyncio.sleep(_POLL_S)
            await pilot.pause()
            found["wait"].append(_ms(before))
            before, answering = time.process_time(), daemon.cpu_s
            daemon.set("alerts", changed(50_000 + turn, state="verified", severity=0))
            while app.model.revision < daemon.revision:  # noqa: ASYNC110 the app tells nobody
                await asyncio.sleep(_POLL_S)
            await pilot.pause()
            found["commit"].append(_ms(before))
            found["daemon"].append((daemon.cpu_s - answering) * 1e3)
    gc.unfreeze()
    return {f"{what} ms": spread(values) for what, values in found.items()}


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile, best and number."""
    ordered = sorted(values)
    return {
        "median": statistics.median(ordered),
        "p95": ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)],
        "best": ordered[0],
        "samples": len(ordered),
    }


def _leave_alone() -> None:
    """Let the collector pass over what is here: rows of daemons before this one, and libraries."""
    gc.collect()
    gc.freeze()


def _ms(before: float) -> float:
    return (time.process_time() - before) * 1e3


class _Blanks(Widget):
    """Fills the screen."""

    def render_line(self, y: int) -> Strip:
        """One row."""
        return Strip.blank(self.size.width, self.rich_style)


class _Floor(App[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("down", "again", show=False)]

    def compose(self) -> ComposeResult:
        yield _Blanks()

    def action_again(self) -> None:
        self.query_one(_Blanks).refresh()


async def floor(size: tuple[int, int], count: int) -> Figures:
    """Milliseconds of a key that draws an empty screen."""
    found = []
    app = _Floor()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        _leave_alone()
        for _ in range(count):
            before = time.process_time()
            await pilot.press("down")
            found.append(_ms(before))
    gc.unfreeze()
    return spread(found)


class _Table(App[None]):
    def compose(self) -> ComposeResult:
        yield DataTable()


async def data_table(count: int) -> Figures:
    """Textual's own table with the alerts of the list, three columns, and nothing around it."""
    found: dict[str, list[float]] = {"cursor": [], "update": []}
    app = _Table()
    async with app.run_test(size=(200, 60)) as pilot:
        table = app.query_one(DataTable)
        before = time.process_time()
        table.add_columns("kind", "state", "place")
        for row in rows()["alerts"]:
            table.add_row(str(row["kind"]), row["state"], "1.2 km NE", key=row["id"])
        await pilot.pause()
        found["fill"] = [_ms(before)]
        _leave_alone()
        first, column = "2.0.1", next(iter(table.columns))
        for turn in range(count):
            before = time.process_time()
            await pilot.press("down")
            found["cursor"].append(_ms(before))
            before = time.process_time()
            table.update_cell(first, column, str(turn))
            await pilot.pause()
            found["update"].append(_ms(before))
    gc.unfreeze()
    return {f"{what} ms": spread(values) for what, values in found.items()}
