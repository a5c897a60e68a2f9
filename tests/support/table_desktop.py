"""The organizers' table on a desktop, with a command behind it that answers as recorded."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual import events
from textual.screen import Screen

from meshdefense_tui.modes.radios import RadiosMode
from meshdefense_tui.modes.table import TablePage
from meshdefense_tui.screens.table_windows import NamesScreen, SecretScreen
from meshdefense_tui.table.child import Limits
from support.fake_radio_command import PASSPHRASE, calls, recorded, write_answers
from support.fake_radio_command import __file__ as FAKE
from support.screens import Desktop, on_desktop

__all__ = [
    "BASE", "NARROW", "QUICK", "ROOF", "WIDE", "Table", "approved", "at_table", "held_at_write",
    "names", "runs", "writing",
]  # fmt: skip

GOLDEN = Path(__file__).parents[1] / "tui" / "golden"
NARROW, WIDE = (80, 24), (160, 45)
BASE, ROOF = "tcp:127.0.0.1:45200", "tcp:127.0.0.1:45204"
QUICK = Limits(silence_s=5.0, lines_max=500, stop_s=0.5, leave_s=0.5)


@dataclass
class Table:
    """The page, and the folder of the commands behind it."""

    desk: Desktop
    folder: Path

    @property
    def mode(self) -> RadiosMode:
        mode = self.desk.app.operations.mode
        assert isinstance(mode, RadiosMode)
        return mode

    @property
    def page(self) -> TablePage:
        assert self.mode.table is not None
        return self.mode.table

    async def typed(self, text: str) -> None:
        for letter in text:
            await self.desk.pilot.press("space" if letter == " " else letter)

    async def press(self, *keys: str) -> None:
        await self.desk.pilot.press(*keys)
        await self.desk.pilot.pause()

    async def screen(self, kind: type[Screen[None]]) -> None:
        await self.desk.until(lambda: isinstance(self.desk.app.screen, kind))
        await self.desk.pilot.pause()

    async def idle(self) -> None:
        await self.desk.until(lambda: self.page.work.state.doing is None)
        await self.desk.pilot.pause()

    async def open(self) -> None:
        """Fleet open, radios read."""
        await self.press("t")
        await self.screen(SecretScreen)
        self.desk.app.screen.post_message(events.Paste(PASSPHRASE))  # letter by letter takes 2 s
        await self.desk.pilot.pause()
        await self.press("enter")
        await self.desk.shows("not yet" if self.desk.app.desk.look.language == "en" else "todav")
        await self.idle()
        await self.press("u")
        await self.idle()
        await self.desk.until(lambda: len(self.page.work.state.plugged) == 7)

    def commands(self) -> list[str]:
        return [one["command"] for one in calls(self.folder)]


def at_table(
    folder: Path,
    claim: Callable[[Table], Awaitable[None]],
    *,
    open_it: bool = True,
    **options: Any,
) -> None:
    if not (folder / "answers.json").exists():
        write_answers(folder)

    async def run(desk: Desktop) -> None:
        await desk.pilot.press("f8")
        await desk.until(lambda: desk.app.operations.mode.NAME == "radios")
        table = Table(desk, folder)
        table.mode.program = (sys.executable, "-S", str(FAKE), str(folder))
        table.mode.limits = QUICK
        if open_it:
            await table.open()
        await claim(table)

    on_desktop(run, **options)


async def names(table: Table) -> None:
    """Two radios are marked, and it is asked which ones they shall be."""
    table.page.plugged.stand_on(BASE)
    await table.press("space")
    table.page.plugged.stand_on(ROOF)
    await table.press("space", "A")
    await table.screen(NamesScreen)


async def writing(table: Table) -> None:
    """Both are begun, and one of them is being written."""
    await names(table)
    await table.press("A")
    await table.desk.until(lambda: len(table.page.work.state.steps) == 2)
    await table.desk.until(
        lambda: any(one.part == 5 for one in table.page.work.state.steps.values())
    )
    await table.desk.pilot.pause()


def held_at_write() -> dict[str, str]:
    """Hold the recorded writing where both radios are begun and one is being written."""
    return {str(_held_line() + 1): "go"}


def _held_line() -> int:
    numbers: dict[str, int] = {}
    for index, line in enumerate(recorded()["apply"]["lines"]):
        numbers[line["address"]] = line["n"]
        if len(numbers) == 2 and min(numbers.values()) > 3 and line.get("part") == 5:
            return index
    raise AssertionError("the recording has no such moment")


def approved(
    name: str, show: Callable[[Table], Awaitable[None]], folder: Path, **options: Any
) -> None:
    """What `show` leads to looks as it was approved."""
    write_answers(folder, apply={"hold": held_at_write()})

    async def claim(table: Table) -> None:
        await show(table)
        text, path = table.desk.text() + "\n", GOLDEN / f"{name}.txt"
        (folder / "go").touch()
        if os.environ.get("MESHDEFENSE_RENEW_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    at_table(folder, claim, **{"size": NARROW} | options)


def runs(pid: int) -> bool:
    """Whether a process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
