"""What waits until the first screen stands: it comes, it harms nothing, and nobody waits for it."""

from __future__ import annotations

import gc
import importlib
import sys
import threading
from pathlib import Path

import pytest

import meshdefense_tui
from meshdefense.api.parts_schema import PlaceRow
from meshdefense_tui.after_start import AfterStart
from meshdefense_tui.app import MeshDefenseApp
from meshdefense_tui.map.street_index import StreetIndex
from meshdefense_tui.street_source import StreetSource
from support.screens import Desktop, on_desktop
from support.small_town import TownSource


class SlowStreets(StreetSource):
    """A pack that takes as long to check as the test says."""

    def __init__(self) -> None:
        super().__init__(None)
        self.asked, self.go_on = threading.Event(), threading.Event()

    def index(self, origin: PlaceRow | None) -> StreetIndex | None:
        self.asked.set()
        self.go_on.wait()
        return super().index(origin)


def after_start_of(desk: Desktop, streets: StreetSource | None = None) -> list[str]:
    """Gives the streets to the app; returns what `settled` notes."""
    notes: list[str] = []
    desk.app.after_start.streets = streets
    desk.app.after_start.settled = lambda: notes.append("settled")
    return notes


def test_streets_come_when_the_first_rows_stand_and_places_get_their_names() -> None:
    async def claim(desk: Desktop) -> None:
        streets = TownSource()
        notes = after_start_of(desk, streets)
        assert desk.app.desk.streets is None
        await desk.daemon.start()
        await desk.shows("HIGH medical")
        await desk.until(lambda: notes == ["settled"])
        assert desk.app.desk.streets is streets
        await desk.pilot.pause()
        painted = desk.app.dashboard.map.frames_drawn
        assert painted > 1
        assert streets.credit in desk.text()

    on_desktop(claim, start_daemon=False, size=(160, 45))


def test_without_a_daemon_the_rest_is_loaded_all_the_same() -> None:
    async def claim(desk: Desktop) -> None:
        notes = after_start_of(desk)
        for _ in range(3):
            desk.app._tick()
        await desk.until(lambda: notes == ["settled"])

    on_desktop(claim, start_daemon=False)


def test_streets_wait_for_the_daemon_to_say_where_they_are() -> None:
    async def claim(desk: Desktop) -> None:
        streets = TownSource()
        notes = after_start_of(desk, streets)
        for _ in range(3):
            desk.app._tick()
        await desk.until(lambda: notes == ["settled"])
        assert desk.app.desk.streets is None
        assert not desk.app.after_start.due
        await desk.daemon.start()
        await desk.until(lambda: desk.app.desk.streets is streets)
        assert notes == ["settled"]
        assert not desk.app.after_start.due

    on_desktop(claim, start_daemon=False)


def test_it_happens_once_however_many_rows_come() -> None:
    async def claim(desk: Desktop) -> None:
        notes = after_start_of(desk)
        await desk.daemon.start()
        await desk.until(lambda: notes == ["settled"])
        for _ in range(5):
            desk.daemon.set("patrols", {**next(iter(desk.daemon.rows["patrols"].values()))})
            await desk.until(lambda: desk.app.model.revision == desk.daemon.revision)
        for _ in range(4):
            desk.app._tick()
        await desk.pilot.pause()
        assert notes == ["settled"]

    on_desktop(claim, start_daemon=False)


def test_every_mode_and_window_is_imported_in_the_end() -> None:
    async def claim(desk: Desktop) -> None:
        notes = after_start_of(desk)
        await desk.daemon.start()
        await desk.until(lambda: notes == ["settled"])
        folder = Path(meshdefense_tui.__file__).parent
        for package in ("modes", "screens", "map"):
            for file in (folder / package).glob("[a-z]*.py"):
                assert f"meshdefense_tui.{package}.{file.stem}" in sys.modules

    on_desktop(claim, start_daemon=False)


def test_a_module_that_cannot_be_imported_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def fails(name: str) -> None:
        tried.append(name)
        raise ImportError(name)

    async def claim(desk: Desktop) -> None:
        notes = after_start_of(desk)
        monkeypatch.delitem(sys.modules, "meshdefense_tui.screens.help")
        monkeypatch.setattr(importlib, "import_module", fails)
        await desk.daemon.start()
        await desk.until(lambda: notes == ["settled"])
        await desk.shows("HIGH medical")
        assert tried == ["meshdefense_tui.screens.help"]

    importlib.import_module("meshdefense_tui.screens.help")
    on_desktop(claim, start_daemon=False)


def test_keys_are_answered_while_a_pack_is_checked_and_the_end_does_not_wait_for_it() -> None:
    streets = SlowStreets()
    # should the end wait after all, this lets it go on, and the last claim fails
    watchdog = threading.Timer(20.0, streets.go_on.set)
    watchdog.start()

    async def claim(desk: Desktop) -> None:
        after_start_of(desk, streets)
        await desk.daemon.start()
        await desk.until(streets.asked.is_set)
        await desk.pilot.press("question_mark")
        await desk.until(lambda: desk.app.screen is not desk.app.operations)
        assert desk.app.desk.streets is None

    try:
        on_desktop(claim, start_daemon=False)
        assert not streets.go_on.is_set()
    finally:
        watchdog.cancel()
        streets.go_on.set()


def test_what_a_thread_raises_is_raised_where_it_is_awaited() -> None:
    class Broken(StreetSource):
        def index(self, origin: PlaceRow | None) -> StreetIndex | None:
            raise MemoryError("all of it")

    async def claim(desk: Desktop) -> None:
        work = AfterStart(desk.app.desk, lambda: None)
        work.streets = Broken(None)
        with pytest.raises(MemoryError, match="all of it"):
            await work.run()
        assert desk.app.desk.streets is None

    on_desktop(claim)


def test_the_collector_works_again_once_all_is_loaded() -> None:
    gc.disable()
    try:
        meshdefense_tui._collect_again()
        assert gc.isenabled()
    finally:
        gc.enable()
        gc.unfreeze()


def test_a_tick_while_the_screens_end_does_nothing() -> None:
    apps: list[MeshDefenseApp] = []

    async def claim(desk: Desktop) -> None:
        apps.append(desk.app)

    on_desktop(claim)
    ticks = apps[0]._ticks
    assert not apps[0].screen_stack
    apps[0]._tick()
    assert apps[0]._ticks == ticks
