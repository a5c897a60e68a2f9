"""F4, the verification queue: verdicts by one key, countdowns, people, and what goes wrong."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from meshdefense_protocol.words import VERDICTS
from meshdefense_tui.modes.verify import VerifyMode
from meshdefense_tui.screens.alert_detail import AlertDetailScreen
from support.alert_work import FIRE, NO_ESCALATION, ordered, orders, sent, worked, working_evening
from support.screen_rows import NOW, alert, place, radio, status, verdict
from support.screens import Desktop, Tables, on_desktop

GOLDEN = Path(__file__).parent / "golden"
WIDE = (160, 45)
EVENING: dict[str, Any] = {"rows": working_evening()}
TWIN, OWN, HAZARD = "3.0.12", "1.0.31", "2.0.6"
BARE: Tables = {"status": [status()], "radio": [radio()]}


def mode(desk: Desktop) -> VerifyMode:
    found = desk.app.operations.mode
    assert isinstance(found, VerifyMode)
    return found


async def opened(desk: Desktop, *keys: str) -> None:
    await desk.pilot.press("f4")
    await desk.until(lambda: desk.app.operations.mode.NAME == "verify")
    await desk.pilot.press(*keys)
    await desk.pilot.pause()


@pytest.mark.parametrize(
    ("name", "size", "keys", "options"),
    [
        ("verify_80x24", (80, 24), "", {}),
        ("verify_80x24_es", (80, 24), "", {"language": "es"}),
        ("verify_80x24_ascii", (80, 24), "", {"ascii_only": True}),
        ("verify_80x24_own", (80, 24), "end", {}),
        ("verify_100x30", (100, 30), "", {}),
        ("verify_160x45", WIDE, "", {}),
        ("verify_160x45_es", WIDE, "", {"language": "es"}),
        ("verify_250x70", (250, 70), "", {}),
    ],
)
def test_the_queue_looks_as_it_was_approved(
    name: str, size: tuple[int, int], keys: str, options: dict[str, Any]
) -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, *keys.split())
        await desk.pilot.pause()
        text, path = desk.text() + "\n", GOLDEN / f"{name}.txt"
        if os.environ.get("MESHDEFENSE_RENEW_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    on_desktop(claim, size=size, **EVENING | options)


def test_what_waits_stands_gravest_and_oldest_first_and_nothing_else() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        assert mode(desk).rows.keys == [FIRE, HAZARD, TWIN, OWN]

    on_desktop(claim, **EVENING)


@pytest.mark.parametrize(
    ("key", "result"),
    [("v", "confirmed"), ("n", "nothing-there"), ("e", "something-else"), ("u", "uncertain")],
)
def test_a_verdict_is_one_key(key: str, result: str) -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, key)
        expected = {"alert": FIRE, "result": VERDICTS.code(result)}
        assert await ordered(desk) == ("verdict", expected)
        await desk.shows("verdict: signed and stored")

    on_desktop(claim, **EVENING)


@pytest.mark.parametrize("key", ["v", "n", "e", "u"])
def test_nobody_judges_the_own_report_and_the_reason_stands_there(key: str) -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "end")
        await desk.shows("v n e u: your own report: somebody else has to verify it")
        await desk.pilot.press(key)
        await desk.pilot.pause()
        assert orders(desk.daemon) == []

    on_desktop(claim, **EVENING)


@pytest.mark.parametrize("key", ["v", "n", "e", "u"])
def test_who_is_no_verifier_judges_nothing(key: str) -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, key)
        await desk.shows("only a verifier gives a verdict")
        assert orders(desk.daemon) == []

    on_desktop(claim, rows=EVENING["rows"] | {"status": [status(roles=["dispatch"])]})


def test_r_still_reports() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "r")
        await desk.shows("NEW REPORT")

    on_desktop(claim, **EVENING)


def test_after_the_list_moved_by_itself_the_first_verdict_is_held_back() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        desk.daemon.set("alerts", worked(1, state="closed"))
        await desk.until(lambda: mode(desk).rows.key == HAZARD)
        await desk.pilot.press("v")
        await desk.shows("the list moved")
        assert orders(desk.daemon) == []
        await desk.pilot.press("v")
        assert (await ordered(desk))[1]["alert"] == HAZARD

    on_desktop(claim, **EVENING)


def test_who_moved_the_cursor_after_that_is_not_held_back() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        desk.daemon.set("alerts", worked(1, state="closed"))
        await desk.until(lambda: mode(desk).rows.key == HAZARD)
        await desk.pilot.press("j", "v")
        assert (await ordered(desk))[1]["alert"] == TWIN

    on_desktop(claim, **EVENING)


def test_new_alerts_do_not_move_the_cursor() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "j")
        before = desk.app.desk.selected
        desk.daemon.set("alerts", worked(70, severity=3, reported_at=NOW))
        await desk.shows("1 new")
        assert desk.app.desk.selected == mode(desk).rows.key == before

    on_desktop(claim, **EVENING)


def test_the_countdown_runs_and_ends_in_the_word_unanswered() -> None:
    row = worked(1, severity=2, escalation=NO_ESCALATION | {"next_at": NOW + 100})

    async def claim(desk: Desktop) -> None:
        await opened(desk)
        await desk.shows("to field in 1:40")
        desk.time.advance(50)
        await desk.shows("to field in 0:50")
        later = NO_ESCALATION | {"level": 1, "since": NOW + 100, "next_at": NOW + 400}
        desk.daemon.set("alerts", row | {"escalation": later})
        await desk.shows("UNANSWERED, to coordinators in")
        desk.daemon.set("alerts", row | {"escalation": later | {"level": 2, "next_at": None}})
        await desk.shows("UNANSWERED: coordinators")

    on_desktop(claim, rows=BARE | {"alerts": [row]})


def test_each_row_says_who_goes_who_is_late_and_what_one_said_oneself() -> None:
    late = sent(6, "birch", "overdue", due_at=NOW - 40)
    rows = [
        worked(1, dispatches=[sent(4, "kit"), late]),
        worked(2, severity=1, verdicts=[verdict("BASE-1", "uncertain", member=1)]),
    ]

    async def claim(desk: Desktop) -> None:
        await opened(desk)
        await desk.shows("birch OVERDUE 0:40  kit asked, due 11 min")
        assert "you: uncertain  nobody goes yet" in desk.text()

    on_desktop(claim, size=WIDE, rows=BARE | {"alerts": rows})


def test_assign_respond_and_compare_work_from_the_list() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "greater_than_sign", "enter")
        expected = ("dispatch", {"alert": FIRE, "member": 8, "back_min": 15})
        assert await ordered(desk) == expected
        await desk.pilot.press("d")
        await desk.shows("THE SAME?")
        await desk.pilot.press("enter")
        await desk.until(lambda: desk.app.desk.selected == TWIN)
        await desk.pilot.press("R", "1")
        await desk.until(lambda: len(orders(desk.daemon)) == 2)
        assert orders(desk.daemon)[1][1]["alert"] == TWIN

    on_desktop(claim, **EVENING)


def test_enter_leads_into_the_detail_and_escape_back_to_the_list() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "enter")
        assert mode(desk).detail.has_focus
        await desk.pilot.press("end")
        await desk.shows("m message")
        await desk.pilot.press("escape")
        assert mode(desk).rows.has_focus

    on_desktop(claim, **EVENING)


def test_the_map_shows_the_alert_and_goes_along_with_the_cursor() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        await desk.until(lambda: mode(desk).map.view is not None)
        first = mode(desk).map.view
        assert first is not None
        await desk.pilot.press("j")
        await desk.until(lambda: mode(desk).map.view != first)
        width, height = mode(desk).map.size
        view = mode(desk).map.view
        assert view is not None
        column, row = view.cell(-300, 500, width, height - 1)
        assert 0 <= column < width
        assert 0 <= row < height - 1

    on_desktop(claim, size=WIDE, **EVENING)


def test_an_alert_without_a_place_leaves_the_map_as_it_fits() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        await desk.shows("no place")
        assert mode(desk).map.view is None

    rows = [worked(1, place=None), worked(2, severity=0, place=place(5, 5))]
    on_desktop(claim, size=WIDE, rows=EVENING["rows"] | {"alerts": rows})


def test_the_own_verdict_is_asked_of_the_daemon_until_it_answers() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        desk.daemon.mute = True
        await desk.pilot.press("v")
        await desk.shows("asking the daemon ...")
        await desk.daemon.stop()
        await desk.shows("verdict NOT CERTAIN: the daemon went before it answered")

    on_desktop(claim, **EVENING)


def test_a_lock_forgets_the_queue() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        found = mode(desk)
        desk.daemon.lock()
        await desk.until(lambda: desk.app.model.locked)
        await desk.pilot.pause()
        assert found.rows.keys == []
        assert found.map.view is None
        assert desk.app.desk.selected is None
        assert "kit" not in desk.text()

    on_desktop(claim, size=WIDE, **EVENING)


def test_an_empty_queue_says_so() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "v")
        await desk.shows("Nothing waits for a verdict.")
        await desk.shows("select an alert first")

    on_desktop(claim, rows=BARE | {"alerts": [worked(1, state="verified")]})


def test_the_dashboard_marks_the_alert_that_its_keys_mean_after_an_empty_queue() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        assert desk.app.desk.selected is None
        await desk.pilot.press("f1")
        await desk.until(lambda: desk.app.desk.selected == "2.0.1")
        assert desk.app.dashboard.alerts.key == "2.0.1"

    on_desktop(claim, rows=BARE | {"alerts": [worked(1, state="verified")]})


def test_ten_thousand_waiting_alerts_are_listed() -> None:
    rows = [alert(n, reported_at=NOW - n) for n in range(10_000)]

    async def claim(desk: Desktop) -> None:
        await opened(desk, "end")
        await desk.until(lambda: desk.app.desk.selected == "2.0.0")
        await desk.pilot.press("k", "n")
        assert (await ordered(desk))[1]["alert"] == "2.0.1"

    on_desktop(claim, size=WIDE, rows=BARE | {"alerts": rows})


def test_no_size_is_too_small() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        for size in ((1, 1), (20, 5), (60, 20), (100, 24), (250, 70), (80, 24)):
            await desk.pilot.resize_terminal(*size)
            await desk.pilot.pause()
        await desk.pilot.press("v")
        assert (await ordered(desk))[0] == "verdict"

    on_desktop(claim, **EVENING)


# Where there is no room for the detail


def test_enter_opens_a_window_where_the_detail_has_no_room_and_the_keys_come_back() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "enter")
        await desk.until(lambda: isinstance(desk.app.screen, AlertDetailScreen))
        await desk.pilot.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.operations)
        assert mode(desk).rows.has_focus
        await desk.pilot.press("down")
        await desk.until(lambda: desk.app.desk.selected == HAZARD)

    on_desktop(claim, size=(60, 20), **EVENING)


def test_a_terminal_that_shrinks_takes_the_keys_from_the_detail_to_the_list() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "enter")
        await desk.until(lambda: mode(desk).detail.has_focus)
        await desk.pilot.resize_terminal(60, 20)
        await desk.until(lambda: mode(desk).rows.has_focus)

    on_desktop(claim, **EVENING)
