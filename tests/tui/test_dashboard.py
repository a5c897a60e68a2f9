from __future__ import annotations

import asyncio

import pytest
from rich.cells import cell_len
from textual.geometry import Region

from meshdefense.api.client import NodeClient
from meshdefense_protocol.words import KINDS
from meshdefense_tui.lines import Line
from meshdefense_tui.widgets.row_list import RowList
from support.screen_rows import NOW, alert, message, patrol, place, radio, status, verdict
from support.screens import Desktop, Tables, desktop, on_desktop

QUIET: Tables = {"status": [status()], "radio": [radio()]}
HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07[bold red]X[/] \u202egnp.exe\u2066 \r\n\t"
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\ufe0f\U0001f1ea\U0001f1f8 مرحبا שלום e"
    + "\u0301" * 40
    + " 警報警報警報 \u3164\ufeff"
)


def test_an_alert_that_arrives_is_shown_with_kind_state_place_and_author() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.shows("No alerts.")
        desk.daemon.set("alerts", alert(7, severity=3, count_label="12"))
        await desk.shows("▲ CRITICAL fire")
        text = desk.text()
        assert "12 1:05" in text
        assert "? unconfirmed  1.3 km NE  by ana" in text
        assert "NEW critical: fire \u00d712, 1.3 km NE" in text
        assert "▲ critical 1" in text

    on_desktop(claim, rows=QUIET)


def test_the_cursor_stays_on_its_alert_when_a_graver_one_arrives() -> None:
    async def claim(desk: Desktop) -> None:
        before = desk.app.desk.selected
        assert before == "2.0.1"
        desk.daemon.set("alerts", alert(9, severity=3))
        await desk.shows("1 new, press .")
        assert desk.app.desk.selected == before
        await desk.pilot.press("full_stop", "full_stop")  # the first key only silences
        assert desk.app.desk.selected == "2.0.9"
        assert "new, press ." not in desk.text()

    on_desktop(claim, rows=QUIET | {"alerts": [alert(1)]})


def test_open_alerts_stand_before_ended_ones_and_grave_before_light() -> None:
    async def claim(desk: Desktop) -> None:
        keys = desk.app.dashboard.alerts.keys
        assert keys == ["2.0.4", "2.0.1", "2.0.2", "2.0.3"]
        await desk.pilot.press("e")
        assert desk.app.dashboard.alerts.keys == ["2.0.4", "2.0.1", "2.0.2"]

    rows = [
        alert(1, severity=2, reported_at=NOW - 50),
        alert(2, severity=2, reported_at=NOW - 90),
        alert(3, severity=3, state="expired"),
        alert(4, severity=3, reported_at=NOW - 900),
    ]
    on_desktop(claim, rows=QUIET | {"alerts": rows})


def test_an_alert_that_is_gone_leaves_the_list() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.shows("HIGH fire")
        desk.daemon.remove("alerts", "2.0.1")
        await desk.shows("No alerts.")
        assert desk.app.desk.selected is None

    on_desktop(claim, rows=QUIET | {"alerts": [alert(1)]})


def test_verdicts_are_counted_in_words() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.shows("≠ disputed  1.3 km NE  2 yes  1 no  1 unsure")

    verdicts = [verdict("a", "confirmed"), verdict("b", "confirmed")]
    verdicts += [verdict("c", "nothing-there"), verdict("d", "uncertain")]
    rows = [alert(1, state="disputed", verdicts=verdicts)]
    on_desktop(claim, rows=QUIET | {"alerts": rows}, size=(160, 45))


def test_the_delivery_of_an_own_alert_is_told_as_it_proceeds() -> None:
    async def claim(desk: Desktop) -> None:
        own = alert(1, mine=True, delivery={"state": "queued", "position": 3})
        desk.daemon.set("alerts", own)
        await desk.shows("you: queued 3rd")
        desk.daemon.set("alerts", own | {"delivery": {"state": "heard", "attempts": 1}})
        await desk.shows("you: heard by another radio")

    on_desktop(claim, rows=QUIET)


def test_an_overdue_patrol_comes_first_and_says_overdue() -> None:
    async def claim(desk: Desktop) -> None:
        rows = [
            patrol(3, "leo", due_at=NOW + 60),
            patrol(4, "kit", due_at=NOW - 70),
            patrol(5, "rio", due_at=NOW - 500, state=7),
        ]
        desk.daemon.set("patrols", *rows)
        await desk.shows("OVERDUE +1:10")
        assert desk.app.dashboard.patrols.keys[0] == "4"
        assert "OVERDUE 1 " in desk.text()
        assert "due in 1:00" in desk.text()

    on_desktop(claim, rows=QUIET)


def test_a_patrol_becomes_overdue_by_time_alone() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.shows("due in 1:00")
        desk.time.advance(90)
        desk.daemon.set("radio", radio())  # any sign of life; the clock did the rest
        await desk.until(lambda: not desk.app.desk.stale)
        desk.app.operations.tick()
        await desk.pilot.pause()
        assert "OVERDUE +0:30" in desk.text()

    on_desktop(claim, rows=QUIET | {"patrols": [patrol(3, "leo", due_at=NOW + 60)]})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "radio ready  channel 14 % busy"),
        (
            {"state": "searching", "detail": "/dev/ttyUSB0 is not there", "since": NOW - 30},
            "radio NOT FOUND, searching  /dev/ttyUSB0 is not there  for 0:30",
        ),
        ({"state": "none"}, "radio none: nothing leaves this computer"),
        ({"state": "refused", "detail": "no region is set"}, "radio REFUSED  no region is set"),
    ],
)
def test_the_radio_row_says_state_and_reason(changes: dict[str, object], words: str) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.shows(words)

    on_desktop(claim, rows={"status": [status()], "radio": [radio(**changes)]})


def test_trouble_of_the_store_is_a_banner() -> None:
    async def claim(desk: Desktop) -> None:
        assert "STORE TROUBLE" not in desk.text()
        desk.daemon.set("status", status(store="the disk is full"))
        await desk.shows("STORE TROUBLE: the disk is full")

    on_desktop(claim, rows=QUIET)


@pytest.mark.parametrize("size", [(80, 24), (160, 45), (60, 20), (30, 10)])
def test_hostile_text_breaks_no_screen_of_any_size(size: tuple[int, int]) -> None:
    async def claim(desk: Desktop) -> None:
        for keys in ("", "m", "r", "e", "escape v", "escape w", "escape c", "escape enter"):
            await desk.pilot.press(*keys.split())
            await desk.pilot.pause()
            strips = desk.app.screen._compositor.render_strips()
            assert len(strips) == size[1]
            for strip in strips:
                assert cell_len(strip.text) == size[0], keys
                assert not any(c in strip.text for c in "\x1b\r\n\x07\u202e\u2066\u200d\ufeff")

    rows: Tables = {
        "status": [status(name=HOSTILE, network=HOSTILE)],
        "radio": [radio(state="ready", detail=HOSTILE)],
        "alerts": [alert(1, author_name=HOSTILE, note=HOSTILE, count_label="20-29")],
        "patrols": [patrol(3, HOSTILE)],
        "messages": [message(1, text=HOSTILE, author_name=HOSTILE)],
    }
    on_desktop(claim, rows=rows, size=size)


def test_markup_from_the_air_is_shown_as_it_is() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.shows("[bold red]X[/]")

    on_desktop(claim, rows=QUIET | {"messages": [message(1, text="[bold red]X[/] [link=x]y")]})


def test_at_80_columns_m_swaps_lists_and_map_while_alerts_stay() -> None:
    async def claim(desk: Desktop) -> None:
        assert "PATROLS" in desk.text()
        assert "MAP" not in desk.text()
        await desk.pilot.press("m")
        await desk.pilot.pause()
        text = desk.text()
        assert "MAP" in text
        assert "ALERTS" in text
        assert "▲E" in text
        assert "PATROLS" not in text
        await desk.pilot.press("m")
        await desk.pilot.pause()
        assert "PATROLS" in desk.text()

    on_desktop(claim)


def test_at_160_columns_everything_is_in_view() -> None:
    async def claim(desk: Desktop) -> None:
        for panel in ("ALERTS 5", "MAP", "PATROLS 4", "MESSAGES 3", "radio ready"):
            assert panel in desk.text()

    on_desktop(claim, size=(160, 45))


def test_the_map_is_drawn_anew_only_when_it_is_different() -> None:
    async def claim(desk: Desktop) -> None:
        the_map = desk.app.dashboard.map
        drawn = the_map.frames_drawn
        for _ in range(5):
            desk.app.operations.tick()
        desk.daemon.set("messages", message(8, text="nothing on the map"))
        await desk.shows("nothing on the map")
        assert the_map.frames_drawn == drawn
        desk.daemon.set("patrols", patrol(3, place=place(1000, 1000)))
        await desk.until(lambda: the_map.frames_drawn == drawn + 1)

    on_desktop(claim, size=(160, 45))


def test_map_keys_move_zoom_and_fit() -> None:
    async def claim(desk: Desktop) -> None:
        the_map = desk.app.dashboard.map
        await desk.pilot.press("m", "plus")
        first = the_map.view
        assert first is not None
        await desk.pilot.press("right")
        moved = the_map.view
        assert moved is not None
        assert moved.east > first.east
        await desk.pilot.press("o", "minus")
        assert the_map.view is not None
        assert (the_map.view.east, the_map.view.scale > first.scale) == (0, True)
        await desk.pilot.press("f")
        assert the_map.view is None
        await desk.pilot.press("b")
        assert desk.app.dashboard.map.dots.name == "BLOCKS"

    on_desktop(claim)


def test_a_tick_repaints_only_the_rows_whose_age_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    async def claim(desk: Desktop) -> None:
        alerts = desk.app.dashboard.alerts
        regions: list[Region] = []
        refresh = alerts.refresh

        def counted(*given: Region, **options: bool) -> RowList:
            regions.extend(given)
            return refresh(*given, **options)

        monkeypatch.setattr(alerts, "refresh", counted)
        desk.app.operations.tick()
        assert regions == []
        desk.time.advance(5)
        desk.app.operations.tick()
        assert [region.y for region in regions] == [1]

    rows = [alert(1, reported_at=NOW - 10)]
    rows += [alert(n, reported_at=NOW - 600 - 60 * n) for n in range(2, 9)]
    on_desktop(claim, rows=QUIET | {"alerts": rows})


def test_a_thousand_alerts_are_shown_by_drawing_only_those_in_view(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def claim(desk: Desktop) -> None:
        alerts = desk.app.dashboard.alerts
        assert len(alerts.keys) == 1000
        drawn: list[str] = []
        lines = alerts.painter.lines

        def counted(key: str, width: int) -> list[Line]:
            drawn.append(key)
            return lines(key, width)

        monkeypatch.setattr(alerts.painter, "lines", counted)
        desk.daemon.set("alerts", alert(5000, severity=3, reported_at=NOW))
        await desk.until(lambda: len(alerts.keys) == 1001)
        await desk.pilot.pause()
        assert len(set(drawn)) < 20
        await desk.pilot.press("end", "end")  # the first key only silences
        assert alerts.key == alerts.keys[-1]
        await desk.pilot.press("pageup", "k", "j", "home")
        assert alerts.key == alerts.keys[0]

    rows = [alert(n, reported_at=NOW - n) for n in range(1000)]
    on_desktop(claim, rows=QUIET | {"alerts": rows})


def test_the_mouse_selects_opens_and_presses_keys_of_the_key_row() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.click("#alerts", offset=(5, 3))
        assert desk.app.desk.selected == "2.0.2"
        await desk.pilot.click("#alerts", offset=(5, 3), times=2)
        await desk.shows("verdicts")
        await desk.pilot.press("escape")
        await desk.pilot.click("#keys", offset=(2, 0))
        await desk.shows("NEW REPORT")

    on_desktop(claim)


def test_leaving_takes_two_presses() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("q")
        assert "press q again to leave" in desk.text()
        assert desk.app.is_running
        desk.time.advance(4)
        await desk.pilot.press("q")
        assert desk.app.is_running
        await desk.pilot.press("q")
        await desk.pilot.pause()
        assert not desk.app.is_running

    on_desktop(claim)


def test_everything_is_spanish_in_spanish() -> None:
    async def claim(desk: Desktop) -> None:
        text = desk.text()
        for words in ("ALERTAS 5", "PATRULLAS", "MENSAJES", "ATRASADA 1", "radio listo"):
            assert words in text
        for words in ("ALERTS", "PATROLS", "unconfirmed", "ready", "queued"):
            assert words not in text

    on_desktop(claim, language="es")


def test_ascii_screens_hold_only_ascii() -> None:
    async def claim(desk: Desktop) -> None:
        for keys in ((), ("m",), ("r",), ("escape", "enter"), ("escape", "question_mark")):
            await desk.pilot.press(*keys)
            await desk.pilot.pause()
            assert desk.text().isascii(), desk.text()

    on_desktop(claim, ascii_only=True, size=(160, 45))


def test_a_drill_is_named_in_the_status_row_and_on_the_alert() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.shows("DRILL  ◆ HIGH fire")
        assert "DRILL" in desk.text().splitlines()[0]

    on_desktop(claim, rows=QUIET | {"alerts": [alert(1, drill=True)]})


def test_a_drill_beside_a_real_alert_does_not_make_the_whole_screen_a_drill() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.shows("DRILL  ◆ HIGH fire")
        status = desk.text().splitlines()[0]
        assert not status.startswith("DRILL")
        assert "DRILL 1  to verify 1" in status

    on_desktop(claim, rows=QUIET | {"alerts": [alert(1, drill=True), alert(2)]})


def test_codes_of_a_newer_version_are_shown_as_newer() -> None:
    assert 31 not in KINDS

    async def claim(desk: Desktop) -> None:
        await desk.shows("newer kind (31)")
        await desk.shows("from a newer version")

    rows = [alert(1, kind=31, newer=True)]
    on_desktop(claim, rows=QUIET | {"alerts": rows}, size=(160, 45))


def test_without_a_daemon_the_screen_opens_says_how_to_start_one_and_attaches_later() -> None:
    async def run() -> None:
        hint = "no daemon is running for ~/md/ana/net1; start it: "
        hint += "meshdefense run --data ~/md/ana/net1 --radio ..."
        async with desktop(start_daemon=False, start_hint=hint, rows=QUIET) as desk:
            await desk.shows("DAEMON SILENT")
            alerts = [row.split("│")[0].strip() for row in desk.text().splitlines()]
            assert hint in " ".join(alerts)
            await desk.daemon.start()
            await desk.shows("BASE-1")
            await desk.shows_no("DAEMON SILENT")

    asyncio.run(run())


def test_two_screens_attach_to_one_daemon() -> None:
    async def claim(desk: Desktop) -> None:
        other = await NodeClient.connect(desk.daemon.path, client="test")
        desk.daemon.set("alerts", alert(70, severity=3))
        await desk.shows("CRITICAL fire")
        await other.close()

    on_desktop(claim, rows=QUIET)
