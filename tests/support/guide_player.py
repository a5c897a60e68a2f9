"""Follows docs/operator-guide.md: the app under Pilot, real nodes, the virtual radios' air.

The night's clock goes on by 0.2 s for each key and by what a step waits, so that every age and
time on the screen is the same in each run.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import itertools
import random
import re
import shlex
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import pytest
from textual.pilot import Pilot

import meshdefense.clock
import meshdefense.node.history
import meshdefense.node.node
from meshdefense.cli.main import main
from meshdefense.cli.tui import start_hint
from meshdefense.demo.stories import story_named
from meshdefense.demo.troupe import PASSPHRASE
from meshdefense.paths import DataFolder
from meshdefense_tui.app import MeshDefenseApp
from meshdefense_tui.clock import Clock
from meshdefense_tui.palette import ColourDepth
from meshdefense_tui.session import SessionTimes
from meshdefense_tui.settings import SettingsFile
from meshdefense_tui.street_source import StreetSource, shipped_packs
from meshdefense_tui.widgets.message_entry import MessageEntry
from support.guide_pictures import portable
from support.guide_steps import Action, Step
from support.guided_night import GuidedNight

__all__ = ["SIZE", "Played", "StepError", "play"]

SIZE: Final = (120, 36)
FIRST_START: Final = ("meshdefense tui --data ~/first-start",)
DEMO: Final = ("meshdefense demo --story night",)
FOLDER: Final = 'D=$(ls -dt "${TMPDIR:-/tmp}"/meshdefense-demo-* | head -1)'
KEY_S: Final = 0.2
PATIENCE_S: Final = 60.0
_LETTERS: Final = {" ": "space", "/": "slash", "&": "ampersand", "?": "question_mark"}


class StepError(AssertionError):
    """A step of the guide is not so; the text names it and shows the screen."""


@dataclass
class Played:
    """What came of following it."""

    done: list[str] = field(default_factory=list)
    """Names of the steps that were as the guide says."""
    pictures: dict[str, str] = field(default_factory=dict)
    """SVG by name."""


class _Player:
    def __init__(self, folder: Path) -> None:
        self.night = GuidedNight(folder, story_named("night"), PASSPHRASE)
        self.folder = folder
        self.app: MeshDefenseApp
        self.pilot: Pilot[None]
        self._attached = False

    # -- the screen --------------------------------------------------------------------------

    def text(self) -> str:
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    def shows(self, words: str) -> bool:
        return words in " ".join(self.text().split())

    @contextlib.asynccontextmanager
    async def screen(self, data: Path, *, setup: bool) -> AsyncIterator[None]:
        """`meshdefense tui` at a data folder."""
        clock = Clock(self.night.now, lambda: self.night.monotonic, UTC)
        self.app = MeshDefenseApp(
            DataFolder(data).socket, clock=clock, setup=setup, calm=True, depth=ColourDepth.TRUE,
            times=SessionTimes(frame=0.005, first_retry=0.02, last_retry=0.05),
            settings=SettingsFile(data / "screens.toml"),
            start_hint=start_hint(DataFolder(data), "en"),
        )  # fmt: skip
        self.app.desk.streets = StreetSource(None, shipped=shipped_packs())
        self.app.exports = Path("exports")  # the same words on the screen wherever this runs
        async with self.app.run_test(size=SIZE) as self.pilot:
            await self.calm()
            yield

    async def attach(self) -> None:
        """Wait until the app has the daemon's rows."""
        self._attached = True
        self.night.stepped = self.stepped
        await self.calm()

    async def stepped(self) -> None:
        """After each step of the clock: the daemon says something, and the app's second passes."""
        if self._attached:
            await self.app.session.command("status", {})
            await self._until(self._caught_up)
        self.app._tick()
        for entry in self.app.operations.query(MessageEntry):
            entry.second()
        await self._until(lambda: not self.app.model.pending)  # what it orders, it orders now

    def _caught_up(self) -> bool:
        """Whether the app has all that the daemon told; a locked one tells nothing."""
        if not self._attached:
            return True
        app = self.app
        session, model = app.session, app.model
        if not session.connected or session._dirty.is_set():
            return False
        return model.locked or (model.ready and model.revision == self.night.revision("base"))

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():  # noqa: ASYNC110  # what is waited for is others' work
                await asyncio.sleep(0.002)

    async def calm(self) -> None:
        """Until nothing is under way, and two looks see the same."""
        before = None
        async with asyncio.timeout(PATIENCE_S):
            while True:
                await self.night.settle()
                await self._until(lambda: self._caught_up() and not self._busy())
                await self.pilot.pause()
                for screen in self.app._live_screens():
                    screen.tick()
                self.app.repaint_banners()
                self.app._repaint_answer()
                await self.pilot.pause()
                now = self.text()
                if now == before and self._caught_up() and not self._busy():
                    return
                before = now

    def _busy(self) -> bool:
        """Whether an order, or a question to the daemon, has no answer yet."""
        mode = self.app.operations.mode
        if getattr(mode, "_soon", None) is not None:  # the log of an alert is asked in a moment
            return True
        return bool(self.app.model.pending) or any(
            worker.group not in {"session", "notify"} and not worker.is_finished
            for worker in self.app.workers
        )

    # -- the steps ---------------------------------------------------------------------------

    async def do(self, step: Step, action: Action, played: Played) -> None:
        words = action.words
        if action.what in {"press", "type"}:
            keys = words if action.what == "press" else [_letter(one) for one in words[0]]
            for key in keys:
                await self.pilot.press(key)
                if action.what == "press":
                    await self.night.pass_(KEY_S)
                    await self.calm()
            if action.what == "type":
                await self.night.pass_(KEY_S * len(keys))
                await self.calm()
        elif action.what == "wait":
            found = re.fullmatch(r"(\d+) (s|min)", words[0])
            if found is None:
                raise StepError(f"{step.name}: no time is {words[0]!r}")
            await self.night.pass_(int(found.group(1)) * (60 if found.group(2) == "min" else 1))
            await self.calm()
        elif action.what == "shell":
            for line in words:
                await self.type_elsewhere(step, line)
            await self.calm()
        elif action.what == "picture":
            played.pictures[words[0]] = portable(self.app.export_screenshot(simplify=True))
        else:
            await self.look(step, words[0], wanted=action.what == "seen")

    async def look(self, step: Step, words: str, *, wanted: bool) -> None:
        if self.shows(words) is wanted:
            return
        which = "is not" if wanted else "is still"
        raise StepError(
            f"{step.name}\n{step.text}\n\n{words!r} {which} on the screen:\n{self.text()}"
        )

    async def type_elsewhere(self, step: Step, line: str) -> None:
        """A command in the other terminal; it must succeed."""
        if line == FOLDER:
            return
        command = shlex.split(line.replace("$D", str(self.folder)))
        if command[0] != "meshdefense":
            raise StepError(f"{step.name}: only meshdefense is typed, not {line!r}")
        out = io.StringIO()
        if command[1] == "stop":
            self._attached = False
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = await asyncio.to_thread(_ended, command[1:])
        if code:
            raise StepError(f"{step.name}: {line}\nended with {code}: {out.getvalue()}")


def _ended(words: list[str]) -> object:
    try:
        return main(words)
    except SystemExit as ending:
        return ending.code


def _letter(character: str) -> str:
    return _LETTERS.get(character, character)


def play(steps: list[Step], folder: Path) -> tuple[Played, StepError | None]:
    """Follow the steps from the first on, up to the first that is not so.

    `folder` is short and relative, so that paths on the screen are the same everywhere.
    """
    played = Played()
    with pytest.MonkeyPatch.context() as patch:
        try:
            asyncio.run(_play(steps, _Player(folder), played, patch.setattr))
        except StepError as error:
            return played, error
    return played, None


async def _play(
    steps: list[Step], player: _Player, played: Played, patch: Callable[..., None]
) -> None:
    night = player.night
    patch(meshdefense.clock, "now", night.now)
    patch(meshdefense.node.history, "now", night.now)
    seeds = itertools.count()  # each node has dice of its own: it may not matter who throws first
    patch(
        meshdefense.node.node,
        "random",
        SimpleNamespace(SystemRandom=lambda: random.Random(next(seeds))),
    )
    async with contextlib.AsyncExitStack() as stack:
        screens = await stack.enter_async_context(contextlib.AsyncExitStack())
        for step in steps:
            for action in step.actions:
                if action == Action("shell", FIRST_START):
                    await screens.enter_async_context(
                        player.screen(player.folder / "first-start", setup=True)
                    )
                elif action == Action("shell", DEMO):
                    await screens.aclose()
                    await stack.enter_async_context(night.running())
                    screens = await stack.enter_async_context(contextlib.AsyncExitStack())
                    await screens.enter_async_context(
                        player.screen(night.data("base"), setup=False)
                    )
                    await player.attach()
                else:
                    try:
                        await player.do(step, action, played)
                    except TimeoutError:
                        raise StepError(
                            f"{step.name}: not calm in {PATIENCE_S:g} s:\n{player.text()}"
                        ) from None
            played.done.append(step.name)
