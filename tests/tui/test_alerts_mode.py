"""F2, alerts in detail: every key, what is asked of the daemon, and what goes wrong."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from meshdefense_protocol.words import CLOSE_REASONS, ESCALATION_REASONS, REASONS, RESPONSES
from meshdefense_tui.modes.alerts import AlertsMode
from meshdefense_tui.screens.addition import AdditionForm
from meshdefense_tui.screens.assign import AssignScreen
from meshdefense_tui.screens.compare import CompareScreen
from meshdefense_tui.screens.message_form import MessageForm
from support.alert_work import (
    FIRE,
    NO_ESCALATION,
    close,
    fire_log,
    ordered,
    orders,
    said,
    tells_timeline,
    worked,
    working_evening,
)
from support.screen_rows import NOW, alert, patrol, radio, status
from support.screens import Desktop, Tables, on_desktop

GOLDEN = Path(__file__).parent / "golden"
WIDE = (160, 45)
EVENING: dict[str, Any] = {"rows": working_evening()}
TWIN, VERIFIED, OWN = "3.0.12", "3.0.9", "1.0.31"


def mode(desk: Desktop) -> AlertsMode:
    found = desk.app.operations.mode
    assert isinstance(found, AlertsMode)
    return found


async def opened(desk: Desktop, *keys: str) -> None:
    await desk.pilot.press("f2")
    await desk.until(lambda: desk.app.operations.mode.NAME == "alerts")
    await desk.pilot.press(*keys)
    await desk.pilot.pause()


async def on_alert(desk: Desktop, key: str) -> None:
    """Open F2 and go to one alert by its keys."""
    await opened(desk)
    for _ in mode(desk).rows.keys:
        if desk.app.desk.selected == key:
            return
        await desk.pilot.press("right_square_bracket")
        await desk.pilot.pause()
    assert desk.app.desk.selected == key


# looks


@pytest.mark.parametrize(
    ("name", "size", "keys", "options"),
    [
        ("alerts_80x24", (80, 24), "", {}),
        ("alerts_80x24_end", (80, 24), "end", {}),
        ("alerts_80x24_es", (80, 24), "", {"language": "es"}),
        ("alerts_80x24_ascii", (80, 24), "", {"ascii_only": True}),
        ("alerts_160x45", WIDE, "", {}),
        ("alerts_160x45_es", WIDE, "", {"language": "es"}),
        ("alerts_250x70", (250, 70), "", {}),
        ("alerts_assign_80x24", (80, 24), "greater_than_sign", {}),
        ("alerts_assign_80x24_es", (80, 24), "greater_than_sign", {"language": "es"}),
        ("alerts_respond_80x24", (80, 24), "R", {}),
        ("alerts_close_80x24_es", (80, 24), "equals_sign", {"language": "es"}),
        ("alerts_same_80x24", (80, 24), "d", {}),
        ("alerts_same_80x24_es", (80, 24), "d", {"language": "es"}),
        ("alerts_add_80x24", (80, 24), "plus", {}),
    ],
)
def test_alerts_in_detail_look_as_they_were_approved(
    name: str, size: tuple[int, int], keys: str, options: dict[str, Any]
) -> None:
    async def claim(desk: Desktop) -> None:
        asked = tells_timeline(desk.daemon, fire_log())
        await opened(desk)
        await desk.until(lambda: bool(asked) and not mode(desk).log_of_alert.remark(FIRE))
        await desk.pilot.press(*keys.split())
        await desk.pilot.pause()
        await desk.pilot.pause()
        text, path = desk.text() + "\n", GOLDEN / f"{name}.txt"
        if os.environ.get("MESHDEFENSE_RENEW_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    on_desktop(claim, size=size, **EVENING | options)


def test_below_100_columns_the_detail_stands_alone_and_gets_the_keys() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        assert not mode(desk).rows.display
        assert mode(desk).detail.has_focus
        await desk.pilot.resize_terminal(120, 30)
        await desk.until(lambda: mode(desk).rows.has_focus)
        await desk.pilot.resize_terminal(80, 24)
        await desk.until(lambda: mode(desk).detail.has_focus)
        await desk.pilot.press("end")
        await desk.shows("b broadcast")

    on_desktop(claim, **EVENING)


@pytest.mark.parametrize("size", [(80, 24), WIDE])
def test_brackets_go_to_the_next_alert_and_back(size: tuple[int, int]) -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        assert desk.app.desk.selected == FIRE
        await desk.pilot.press("right_square_bracket")
        await desk.until(lambda: desk.app.desk.selected == TWIN)
        await desk.shows("by leo" if size == WIDE else "leo, 3.0.12")
        await desk.pilot.press("left_square_bracket", "left_square_bracket")
        await desk.until(lambda: desk.app.desk.selected == FIRE)

    on_desktop(claim, size=size, **EVENING)


def test_enter_leads_from_the_list_into_the_detail_and_escape_back() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "enter")
        assert mode(desk).detail.has_focus
        await desk.pilot.press("escape")
        assert mode(desk).rows.has_focus
        await desk.pilot.press("escape")
        await desk.until(lambda: desk.app.operations.mode.NAME == "dashboard")

    on_desktop(claim, size=WIDE, **EVENING)


def test_the_alert_that_was_selected_goes_along_from_mode_to_mode() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("j", "j")
        await desk.until(lambda: desk.app.desk.selected == desk.app.dashboard.alerts.key)
        before = desk.app.desk.selected
        await opened(desk)
        assert desk.app.desk.selected == mode(desk).rows.key == before
        await desk.pilot.press("left_square_bracket")
        await desk.until(lambda: desk.app.desk.selected != before)
        chosen = desk.app.desk.selected
        await desk.pilot.press("f1")
        await desk.until(lambda: desk.app.dashboard.alerts.key == chosen)
        assert desk.app.desk.selected == chosen

    on_desktop(claim, **EVENING)


def test_the_window_of_an_alert_leads_to_the_same_one_here() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("j", "enter")
        await desk.shows("F2 more")
        selected = desk.app.desk.selected
        await desk.pilot.press("f2")
        await desk.until(lambda: desk.app.operations.mode.NAME == "alerts")
        assert desk.app.screen is desk.app.operations
        assert desk.app.desk.selected == mode(desk).rows.key == selected

    on_desktop(claim, **EVENING)


@pytest.mark.parametrize("name", ["alerts", "verify"])
def test_every_command_of_the_palette_is_there_and_runs(name: str) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.app.action_mode(name)
        shown = desk.app.operations.mode
        assert shown.NAME == name
        told = [command.action for command in shown.commands()]
        for action in [*told, *(action for _, _, action in shown.HINTS)]:
            if "." not in action:  # what is not the mode's own is tested with its screen
                assert hasattr(shown, f"action_{action.partition('(')[0]}")
            desk.app.desk.selected = FIRE
            await shown.run_action(action)
            await desk.pilot.pause()
            while desk.app.screen is not desk.app.operations:
                desk.app.pop_screen()
        assert {call[0] for call in orders(desk.daemon)} <= {"verdict"}

    on_desktop(claim, size=WIDE, **EVENING)


# the log of the daemon


def test_the_log_is_asked_once_for_each_revision_of_the_alert_that_is_shown() -> None:
    async def claim(desk: Desktop) -> None:
        asked = tells_timeline(desk.daemon, fire_log())
        await opened(desk)
        await desk.until(lambda: asked == [{"about": FIRE, "limit": 200}])
        await desk.until(lambda: not mode(desk).log_of_alert.remark(FIRE))
        desk.daemon.set("patrols", patrol(3, "leo"))
        await desk.pilot.pause(0.3)
        assert len(asked) == 1
        desk.daemon.set("alerts", working_evening()["alerts"][0] | {"note": "now on fire"})
        await desk.until(lambda: len(asked) == 2)

    on_desktop(claim, **EVENING)


def test_running_through_the_list_does_not_ask_for_every_alert() -> None:
    async def claim(desk: Desktop) -> None:
        asked = tells_timeline(desk.daemon, [])
        await opened(desk)
        await desk.pilot.press(*["right_square_bracket"] * 60)
        last = f"2.0.{60}"
        await desk.until(lambda: bool(asked) and asked[-1]["about"] == last)
        assert len(asked) < 20

    rows = [alert(n, reported_at=NOW - n) for n in range(100)]
    on_desktop(claim, rows={"status": [status()], "radio": [radio()], "alerts": rows})


def test_a_refused_question_says_what_may_be_lacking_and_the_trail_stays() -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.refusals["timeline"] = {"code": "unavailable", "message": "the disk is full"}
        await opened(desk)
        await desk.shows("the trail may lack words that were replaced: the disk is full")
        assert "ana reported it" in desk.text()
        del desk.daemon.refusals["timeline"]
        tells_timeline(desk.daemon, fire_log())
        desk.daemon.set("patrols", patrol(3, "leo"))
        await desk.shows("signed, over 1 relay")

    on_desktop(claim, size=WIDE, **EVENING)


def test_hostile_texts_of_the_log_are_cleaned() -> None:
    evil = "\x1b[2Jnote\u202e\x07"
    log = [said("8.0.1", "verdict", FIRE, author_name=evil, text=evil, words={"result": 2})]

    async def claim(desk: Desktop) -> None:
        tells_timeline(desk.daemon, log)
        await opened(desk)
        await desk.shows("nothing there")
        assert not set("\x1b\u202e\x07") & set(desk.text())

    on_desktop(claim, size=WIDE, **EVENING)


# orders


def test_sending_somebody_takes_two_keys_for_the_nearest_free_one() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "greater_than_sign", "enter")
        assert await ordered(desk) == ("dispatch", {"alert": FIRE, "member": 8, "back_min": 15})
        await desk.shows("dispatch: signed and stored")

    on_desktop(claim, **EVENING)


@pytest.mark.parametrize(
    ("keys", "minutes"),
    [("plus", 20), ("minus", 10), ("9 0", 90), ("4 0 backspace", 4), ("2 5 6", 25), ("0", 15)],
)
def test_the_time_to_report_back_is_typed_or_stepped(keys: str, minutes: int) -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "greater_than_sign", "j", *keys.split(), "enter")
        expected = {"alert": FIRE, "member": 7, "back_min": minutes}
        assert await ordered(desk) == ("dispatch", expected)

    on_desktop(claim, **EVENING)


def test_who_cannot_be_sent_is_not_and_the_reason_is_said() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "greater_than_sign", "end", "enter")
        await desk.shows("ana: reported it: somebody else has to look")
        assert orders(desk.daemon) == []
        assert isinstance(desk.app.screen, AssignScreen)

    on_desktop(claim, **EVENING)


def test_somebody_who_goes_is_called_off_and_nobody_else_is() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "greater_than_sign", "o")
        await desk.shows("samuel was not sent there")
        await desk.pilot.press("j", "j", "j", "o")
        assert await ordered(desk) == ("dispatch", {"alert": FIRE, "member": 4, "off": True})

    on_desktop(claim, **EVENING)


def test_people_who_move_meanwhile_do_not_change_places_under_the_finger() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "greater_than_sign")
        screen = desk.app.screen
        assert isinstance(screen, AssignScreen)
        before = list(screen.people.keys)
        desk.daemon.set("patrols", patrol(8, "samuel", place=None))
        await desk.until(lambda: "no position" in desk.text() or "place not known" in desk.text())
        assert screen.people.keys == before
        desk.daemon.remove("members", "8")
        await desk.until(lambda: "8" not in screen.people.keys)

    on_desktop(claim, **EVENING)


@pytest.mark.parametrize(
    ("keys", "params"),
    [
        ("1", {"state": RESPONSES.code("acknowledged")}),
        ("2", {"state": RESPONSES.code("on-the-way"), "eta_min": 10}),
        ("plus 2", {"state": RESPONSES.code("on-the-way"), "eta_min": 15}),
        ("minus minus minus 2", {"state": RESPONSES.code("on-the-way")}),
        ("3", {"state": RESPONSES.code("on-scene")}),
        ("4", {"state": RESPONSES.code("done")}),
        ("5", {"state": RESPONSES.code("cancelled")}),
    ],
)
def test_a_response_is_one_key_and_the_time_goes_with_on_the_way_only(
    keys: str, params: dict[str, Any]
) -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "R", *keys.split())
        assert await ordered(desk) == ("respond", {"alert": FIRE} | params)

    on_desktop(claim, **EVENING)


def test_closing_names_who_has_said_so_and_how_many_it_takes() -> None:
    async def claim(desk: Desktop) -> None:
        await on_alert(desk, VERIFIED)
        await desk.pilot.press("equals_sign")
        await desk.shows("1 of 2 say so already: kit")
        await desk.pilot.press("1")
        expected = {"alert": VERIFIED, "reason": CLOSE_REASONS.code("all-clear")}
        assert await ordered(desk) == ("close", expected)

    on_desktop(claim, **EVENING)


def test_the_first_to_close_is_told_how_many_it_takes() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "equals_sign")
        await desk.shows("it takes 2 people; you are the first")
        await desk.pilot.press("escape")
        assert orders(desk.daemon) == []

    on_desktop(claim, **EVENING)


def test_escalating_names_to_whom_it_goes() -> None:
    async def claim(desk: Desktop) -> None:
        await on_alert(desk, TWIN)
        await desk.pilot.press("exclamation_mark")
        await desk.shows("everybody in the field: why?")
        await desk.pilot.press("2")
        expected = {"alert": TWIN, "reason": ESCALATION_REASONS.code("worse")}
        assert await ordered(desk) == ("escalate", expected)

    on_desktop(claim, **EVENING)


def test_a_verified_alert_is_broadcast_after_one_question() -> None:
    async def claim(desk: Desktop) -> None:
        await on_alert(desk, VERIFIED)
        await desk.pilot.press("b")
        await desk.shows("note and equipment")
        await desk.pilot.press("enter")
        assert orders(desk.daemon) == []
        await desk.pilot.press("y")
        assert await ordered(desk) == ("broadcast", {"alert": VERIFIED})

    on_desktop(claim, **EVENING)


@pytest.mark.parametrize(
    ("alert_id", "key", "words"),
    [
        (FIRE, "b", "confirmations 1, it takes 2"),
        (OWN, "b", "your own report: somebody else broadcasts it"),
        (OWN, "v", "your own report: somebody else has to verify it"),
        (FIRE, "x", "only its author can retract it"),
        ("2.0.5", "equals_sign", "it is over"),
        ("2.0.5", "greater_than_sign", "it is over"),
        ("2.0.5", "d", "no open alert of its kind"),
    ],
)
def test_what_may_not_be_done_says_why_and_orders_nothing(
    alert_id: str, key: str, words: str
) -> None:
    async def claim(desk: Desktop) -> None:
        await on_alert(desk, alert_id)
        await desk.pilot.press(key)
        await desk.shows(words)
        assert orders(desk.daemon) == []
        assert desk.app.screen is desk.app.operations

    on_desktop(claim, **EVENING)


@pytest.mark.parametrize("key", ["greater_than_sign", "R", "b", "exclamation_mark", "plus", "d"])
def test_without_an_alert_a_key_asks_to_select_one(key: str) -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, key)
        await desk.shows("select an alert first")
        assert desk.app.screen is desk.app.operations

    on_desktop(claim, rows={"status": [status()], "radio": [radio()]})


def test_v_x_and_a_work_on_the_selected_alert() -> None:
    async def claim(desk: Desktop) -> None:
        await on_alert(desk, TWIN)
        await desk.pilot.press("a")
        await desk.until(lambda: ("acknowledge", {"item": TWIN}) in orders(desk.daemon))
        await desk.pilot.press("v", "n")
        await desk.until(lambda: len(orders(desk.daemon)) == 2)
        assert orders(desk.daemon)[1][1]["alert"] == TWIN

    on_desktop(claim, **EVENING)


def test_a_message_about_it_begins_with_its_name() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "m")
        assert isinstance(desk.app.screen, MessageForm)
        await desk.pilot.press(*"who", "enter")
        method, params = await ordered(desk)
        assert method == "message"
        assert params["text"] == "2.0.1 fire \u00d73, 1.2 km NE: who"

    on_desktop(claim, **EVENING)


def test_a_message_that_was_begun_keeps_its_text() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("w", *"hi", "escape")
        await opened(desk, "m")
        assert desk.app.desk.message_draft.text == "hi"

    on_desktop(claim, **EVENING)


# adding to it, and likely duplicates


def test_adding_reports_the_same_kind_with_the_alert_that_it_adds_to() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "plus")
        await desk.shows("ADDS TO fire \u00d73, 2.0.1")
        await desk.pilot.press("3", "5", "enter", "enter")
        method, params = await ordered(desk)
        assert method == "report"
        expected = {"about": FIRE, "kind": 7, "severity": 2, "count": 5}
        assert expected.items() <= params.items()
        await desk.until(lambda: desk.app.screen is desk.app.operations)
        assert desk.app.desk.draft.empty

    on_desktop(claim, **EVENING)


def test_an_addition_and_a_new_report_keep_their_drafts_apart() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("r", "p", "4", "escape")
        kept = desk.app.desk.draft
        assert not kept.empty
        await opened(desk, "plus", "3", "7", "escape")
        await desk.until(lambda: desk.app.desk.draft is kept)
        await desk.pilot.press("plus")
        assert isinstance(desk.app.screen, AdditionForm)
        assert desk.app.desk.draft.digits == "7"
        await desk.pilot.press("enter", "enter")
        await desk.until(lambda: bool(orders(desk.daemon)))
        await desk.until(lambda: desk.app.desk.draft is kept)

    on_desktop(claim, **EVENING)


def test_a_refused_addition_keeps_what_was_typed() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        desk.daemon.refusal = {"code": "unavailable", "message": "the disk is full"}
        await desk.pilot.press("plus", "3", "7", "enter", "enter")
        await desk.shows("report REFUSED: the disk is full")
        assert desk.app.desk.draft.digits == "7"

    on_desktop(claim, **EVENING)


def test_duplicates_stand_side_by_side_and_nothing_is_merged_by_looking() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "d")
        assert isinstance(desk.app.screen, CompareScreen)
        await desk.shows("100 m and 1:00 apart")
        await desk.pilot.press("right_square_bracket", "escape")
        assert orders(desk.daemon) == []
        await desk.pilot.press("d", "enter")
        await desk.until(lambda: desk.app.desk.selected == TWIN)

    on_desktop(claim, **EVENING)


@pytest.mark.parametrize(("key", "which"), [("t", FIRE), ("o", TWIN)])
def test_a_duplicate_of_somebody_else_is_closed_as_one(key: str, which: str) -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, "d", key)
        expected = {"alert": which, "reason": CLOSE_REASONS.code("duplicate")}
        assert await ordered(desk) == ("close", expected)

    on_desktop(claim, **EVENING)


def test_an_own_duplicate_is_retracted_as_one() -> None:
    mine = worked(7, id="1.0.50", mine=True, author=1, reported_at=NOW - 200, severity=3)
    rows = EVENING["rows"] | {"alerts": [worked(1, severity=2), mine]}

    async def claim(desk: Desktop) -> None:
        await on_alert(desk, "1.0.50")
        await desk.pilot.press("d", "t")
        expected = {"alert": "1.0.50", "reason": REASONS.code("duplicate")}
        assert await ordered(desk) == ("retract", expected)

    on_desktop(claim, rows=rows)


def test_who_may_not_close_sees_why_and_the_keys_do_nothing() -> None:
    rows = EVENING["rows"] | {"status": [status(roles=["patrol"])]}

    async def claim(desk: Desktop) -> None:
        await opened(desk, "d")
        await desk.shows("(t this one is the duplicate: takes a verifier or dispatch)")
        await desk.pilot.press("t", "o")
        assert orders(desk.daemon) == []

    on_desktop(claim, rows=rows)


# bad weather


@pytest.mark.parametrize("key", ["greater_than_sign", "R", "equals_sign", "exclamation_mark", "d"])
def test_an_alert_that_goes_away_takes_no_order_with_it(key: str) -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, key)
        assert desk.app.screen is not desk.app.operations
        desk.daemon.remove("alerts", FIRE)
        await desk.until(lambda: FIRE not in desk.app.model.alerts)
        await desk.pilot.pause()
        await desk.pilot.press("1", "t", "enter", "y")
        await desk.pilot.pause()
        assert all(params.get("alert") != FIRE for _, params in orders(desk.daemon))

    on_desktop(claim, **EVENING)


def test_a_daemon_that_falls_silent_in_mid_order_is_said_to_be_uncertain() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        desk.daemon.mute = True
        await desk.pilot.press("R", "1")
        await desk.shows("asking the daemon ...")
        await desk.daemon.stop()
        await desk.shows("response NOT CERTAIN: the daemon went before it answered")

    on_desktop(claim, **EVENING)


def test_a_refusal_is_shown_in_the_daemons_words() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        desk.daemon.refusal = {"code": "forbidden", "message": "kit is no verifier"}
        await desk.pilot.press("greater_than_sign", "enter")
        await desk.shows("dispatch REFUSED: kit is no verifier")

    on_desktop(claim, **EVENING)


@pytest.mark.parametrize("keys", ["", "plus 7", "greater_than_sign", "R", "d", "m"])
def test_a_lock_forgets_everything_that_the_mode_has_shown(keys: str) -> None:
    async def claim(desk: Desktop) -> None:
        tells_timeline(desk.daemon, fire_log())
        await opened(desk, *keys.split())
        await desk.pilot.pause(0.3)
        found = desk.app.operations._made["alerts"]
        assert isinstance(found, AlertsMode)
        desk.daemon.lock()
        await desk.until(lambda: desk.app.model.locked)
        await desk.pilot.pause()
        assert "ana" not in desk.text()
        assert "smoke" not in desk.text()
        assert (found.rows.keys, found.log_of_alert.rows, found._additions) == ([], (), {})
        assert desk.app.desk.draft.empty
        assert desk.app.desk.selected is None

    on_desktop(claim, **EVENING)


def test_an_answer_of_the_log_that_comes_after_the_lock_is_thrown_away() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        log = mode(desk).log_of_alert

        async def late(method: str, params: dict[str, Any]) -> Any:
            desk.daemon.lock()
            await desk.until(lambda: desk.app.model.locked)
            return await type(desk.app.session).command(desk.app.session, method, params)

        log._ask = late
        assert await log.fetch(FIRE) is False
        assert log.rows == ()

    on_desktop(claim, **EVENING)


def test_ten_thousand_alerts_are_listed_and_stepped_through() -> None:
    rows = [alert(n, reported_at=NOW - n) for n in range(10_000)]

    async def claim(desk: Desktop) -> None:
        await opened(desk, "end")
        await desk.until(lambda: desk.app.desk.selected == "2.0.9999")
        await desk.shows("ALERT 10000 OF 10000")
        await desk.pilot.press("left_square_bracket")
        await desk.until(lambda: desk.app.desk.selected == "2.0.9998")

    found: Tables = {"status": [status()], "radio": [radio()], "alerts": rows}
    on_desktop(claim, size=WIDE, rows=found)


@pytest.mark.parametrize("keys", ["", "greater_than_sign", "R", "equals_sign", "d", "plus"])
def test_no_size_is_too_small(keys: str) -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, *keys.split())
        for size in ((1, 1), (20, 5), (40, 10), (250, 70), (80, 24)):
            await desk.pilot.resize_terminal(*size)
            await desk.pilot.pause()
        assert desk.app.is_running
        assert desk.text()

    on_desktop(claim, **EVENING)


def test_hostile_texts_in_every_field_reach_no_screen() -> None:
    evil = "\x1b]0;x\x07\u202eevil" * 3
    row = worked(
        1, note=evil, author_name=evil, count_label=evil,
        closes=[close(4, evil)], escalation=NO_ESCALATION | {"level": 1, "since": NOW,
                                                             "by_name": evil, "reason": 9},
    )  # fmt: skip

    async def claim(desk: Desktop) -> None:
        await opened(desk)
        await desk.shows("evil")
        assert not set("\x1b\x07\u202e") & set(desk.text())

    on_desktop(claim, size=WIDE, rows={"status": [status()], "radio": [radio()], "alerts": [row]})


def test_space_without_an_alarm_moves_no_cursor_and_says_that_nothing_sounds() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        before = desk.app.desk.selected
        await desk.pilot.press("space")
        await desk.shows("no alarm sounds")
        assert desk.app.desk.selected == before == mode(desk).rows.key
        await desk.pilot.press("pagedown")
        await desk.pilot.pause()
        assert desk.app.desk.selected != before

    on_desktop(claim, size=WIDE, **EVENING)
