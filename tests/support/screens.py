"""Runs the app against a fake daemon under a clock that stands still, and reads its screen."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from meshdefense_tui.app import MeshDefenseApp
from meshdefense_tui.clock import Clock
from meshdefense_tui.palette import ColourDepth
from meshdefense_tui.session import SessionTimes
from support.fake_daemon import FakeDaemon
from support.screen_rows import NOW, busy_evening

Tables = dict[str, list[dict[str, Any]]]


class StillTime:
    """Moves only when a test moves it."""

    def __init__(self) -> None:
        self.now, self.monotonic = NOW, 1000.0

    def advance(self, seconds: float) -> None:
        self.now += seconds
        self.monotonic += seconds

    def clock(self) -> Clock:
        return Clock(lambda: self.now, lambda: self.monotonic, UTC)


@dataclass
class Desktop:
    """What a test has in its hands."""

    app: MeshDefenseApp
    pilot: Pilot[None]
    daemon: FakeDaemon
    time: StillTime

    def text(self) -> str:
        """The screen on top, row by row, without the spaces at the ends."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for what the app does in its own time; fails after five seconds."""
        for _ in range(500):
            if condition():
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"still not so after five seconds; on the screen:\n{self.text()}")

    async def shows(self, text: str) -> None:
        await self.until(lambda: text in self.text())

    async def shows_no(self, text: str) -> None:
        await self.until(lambda: text not in self.text())


@asynccontextmanager
async def desktop(
    *,
    size: tuple[int, int] = (80, 24),
    rows: Tables | None = None,
    start_daemon: bool = True,
    **options: Any,
) -> AsyncIterator[Desktop]:
    """The app at `size`, attached to a daemon that holds `rows` (default: a busy evening)."""
    time = StillTime()
    with tempfile.TemporaryDirectory(prefix="mdtui-") as folder:
        path = Path(folder) / "daemon.sock"  # pytest's own folders are too long for a socket
        daemon = FakeDaemon(path)
        for table, given in (busy_evening() if rows is None else rows).items():
            daemon.set(table, *given)
        if start_daemon:
            await daemon.start()
        times = SessionTimes(frame=0.005, first_retry=0.02, last_retry=0.05)
        options = {"depth": ColourDepth.TRUE} | options
        app = MeshDefenseApp(path, clock=time.clock(), times=times, **options)
        try:
            async with app.run_test(size=size) as pilot:
                desk = Desktop(app, pilot, daemon, time)
                if start_daemon:
                    await desk.until(
                        lambda: (app.model.ready or app.model.locked) and app.session.connected
                    )
                    await pilot.pause()
                yield desk
        finally:
            await daemon.stop()


def on_desktop(test: Callable[[Desktop], Any], **options: Any) -> None:
    """Run an asynchronous test on a desktop."""

    async def run() -> None:
        async with desktop(**options) as desk:
            await test(desk)

    asyncio.run(run())
