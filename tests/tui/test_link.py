"""The daemon goes, falls silent, comes back, or counts anew."""

from __future__ import annotations

import asyncio

import pytest

from support.screen_rows import alert, radio, status
from support.screens import Desktop, Tables, on_desktop

QUIET: Tables = {"status": [status()], "radio": [radio()], "alerts": [alert(1)]}


def test_a_daemon_that_goes_raises_the_banner_and_its_return_takes_it_away() -> None:
    async def claim(desk: Desktop) -> None:
        assert "DAEMON SILENT" not in desk.text()
        await desk.daemon.stop()
        await desk.shows("DAEMON SILENT 0:00")
        assert "what you see is from 11:06:40" in desk.text()
        assert "HIGH fire" in desk.text()
        desk.time.advance(7)
        await desk.shows("DAEMON SILENT 0:07")
        await desk.daemon.start()
        await desk.shows_no("DAEMON SILENT")

    on_desktop(claim, rows=QUIET)


def test_a_daemon_that_stays_connected_but_silent_raises_the_banner_after_five_seconds() -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.mute = True
        await asyncio.sleep(0.1)  # a beat may be under way
        desk.time.advance(4.9)
        await desk.pilot.pause(1.2)
        assert "DAEMON SILENT" not in desk.text()
        desk.time.advance(0.2)
        await desk.shows("DAEMON SILENT 0:05")
        desk.daemon.mute = False
        await desk.shows_no("DAEMON SILENT")

    on_desktop(claim, rows=QUIET)


def test_what_is_no_longer_certain_is_dimmed() -> None:
    async def claim(desk: Desktop) -> None:
        def colours() -> set[str]:
            strips = desk.app.screen._compositor.render_strips()
            alerts = [segment for strip in strips[2:6] for segment in strip]
            return {
                str(segment.style.color.name)
                for segment in alerts
                if segment.style is not None and segment.style.color is not None
            }

        assert "#e69f00" in colours()
        await desk.daemon.stop()
        await desk.shows("DAEMON SILENT")
        await desk.pilot.pause()
        assert "#e69f00" not in colours()

    on_desktop(claim, rows=QUIET)


def test_after_a_break_only_what_is_newer_is_asked_for() -> None:
    async def claim(desk: Desktop) -> None:
        seen = desk.app.model.revision
        await desk.daemon.stop()
        desk.daemon.set("alerts", alert(2, severity=3))
        await desk.daemon.start()
        await desk.shows("CRITICAL fire")
        assert desk.daemon.pulls == [0, seen]
        assert "HIGH fire" in desk.text()

    on_desktop(claim, rows=QUIET)


def test_another_epoch_throws_everything_away_even_when_nothing_is_there_any_more() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.daemon.stop()
        desk.daemon.new_life("epoch-2")
        await desk.daemon.start()
        await desk.shows("No alerts.")
        assert desk.app.model.epoch == "epoch-2"
        assert desk.daemon.pulls[-1] == 0
        desk.daemon.set("alerts", alert(1))
        await desk.shows("HIGH fire")

    on_desktop(claim, rows=QUIET)


def test_a_hung_daemon_is_left_for_one_that_answers() -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.mute = True
        await asyncio.sleep(0.1)
        desk.time.advance(20)
        await desk.shows("DAEMON SILENT")
        await desk.daemon.stop()
        desk.daemon.mute = False
        await desk.daemon.start()
        desk.daemon.set("alerts", alert(2, severity=3))
        await desk.shows("CRITICAL fire")

    on_desktop(claim, rows=QUIET)


@pytest.mark.parametrize("size", [(80, 24), (120, 30)])
def test_a_daemon_of_another_version_is_called_that_until_it_is_one_of_ours(
    size: tuple[int, int],
) -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.refusals["hello"] = {"code": "version", "message": "speaks version 0"}
        await desk.daemon.start()
        await desk.shows("DAEMON OF ANOTHER VERSION")
        await desk.shows("The daemon that runs here")
        assert "start one like this" not in desk.text()
        assert "DAEMON SILENT" not in desk.text()
        del desk.daemon.refusals["hello"]
        await desk.shows_no("ANOTHER VERSION")
        await desk.shows("HIGH fire")
        await desk.daemon.stop()
        await desk.shows("DAEMON SILENT")

    on_desktop(claim, rows=QUIET, size=size, start_daemon=False, start_hint="start one like this")


def test_a_table_of_a_newer_daemon_is_passed_over() -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.set("nonsense", {"id": "1"})
        desk.daemon.set("alerts", alert(2, severity=3))
        await desk.shows("CRITICAL fire")

    on_desktop(claim, rows=QUIET)
