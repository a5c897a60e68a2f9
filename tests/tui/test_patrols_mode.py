"""The mode "patrols and muster": every key, and what must not happen."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from meshdefense_tui.modes.patrols import PatrolsMode
from meshdefense_tui.screens.muster import MusterAnswer, MusterScreen
from meshdefense_tui.screens.patrol_detail import PatrolDetailScreen
from meshdefense_tui.screens.patrol_message import PatrolMessage
from meshdefense_tui.screens.standdown import StandDownScreen
from support.muster_rows import (
    Rows,
    entry,
    late,
    late_evening,
    muster_evening,
    order,
    reader,
    roll_call,
)
from support.screen_rows import NOW, alert, member, patrol, place, radio, sos, status
from support.screens import Desktop, on_desktop

GOLDEN = Path(__file__).parent / "golden"
NARROW, WIDE = (80, 24), (160, 45)
CASES: dict[str, tuple[tuple[int, int], str, Callable[[], Rows], dict[str, Any]]] = {
    "patrols_80x24": (NARROW, "", late_evening, {}),
    "patrols_80x24_es": (NARROW, "", late_evening, {"language": "es"}),
    "patrols_80x24_ascii": (NARROW, "", muster_evening, {"ascii_only": True}),
    "patrols_muster_80x24": (NARROW, "", muster_evening, {}),
    "patrols_60x20_es": ((60, 20), "", muster_evening, {"language": "es"}),
    "patrols_160x45": (WIDE, "", muster_evening, {}),
    "patrols_160x45_es": (WIDE, "", muster_evening, {"language": "es"}),
    "patrols_detail_80x24": (NARROW, "enter", late_evening, {}),
    "patrols_detail_80x24_es": (NARROW, "j enter", late_evening, {"language": "es"}),
    "patrols_call_80x24": (NARROW, "m right plus", late_evening, {}),
    "patrols_call_80x24_es": (NARROW, "m d", late_evening, {"language": "es"}),
    "patrols_down_80x24": (NARROW, "S down z", late_evening, {}),
    "patrols_down_sure_80x24": (NARROW, "S down enter", late_evening, {}),
    "patrols_down_sure_80x24_es": (NARROW, "S down d enter", late_evening, {"language": "es"}),
    "patrols_ask_80x24_es": (NARROW, "p", late_evening, {"language": "es"}),
}


async def opened(desk: Desktop) -> PatrolsMode:
    await desk.pilot.press("f5")
    await desk.until(lambda: desk.app.operations.mode.NAME == "patrols")
    mode = desk.app.operations.mode
    assert isinstance(mode, PatrolsMode)
    await desk.until(lambda: bool(mode.panel.size.width))
    await desk.pilot.pause()
    await desk.pilot.pause()
    return mode


def on_patrols(
    test: Callable[[Desktop, PatrolsMode], Awaitable[None]],
    rows: Rows | None = None,
    **options: Any,
) -> None:
    async def claim(desk: Desktop) -> None:
        await test(desk, await opened(desk))

    on_desktop(claim, rows=late_evening() if rows is None else rows, **options)


@pytest.mark.parametrize("name", CASES)
def test_the_mode_looks_as_it_was_approved(name: str) -> None:
    size, keys, rows, options = CASES[name]

    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press(*keys.split())
        await desk.pilot.pause()
        await desk.pilot.pause()
        text, path = desk.text() + "\n", GOLDEN / f"{name}.txt"
        if os.environ.get("MESHDEFENSE_RENEW_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    on_patrols(claim, rows(), size=size, **options)


# The table


def test_the_most_overdue_patrol_stands_on_top_and_time_changes_the_order() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        assert mode.rows.keys[:3] == ["6", "4", "7"]
        assert "LATE 1/3" in desk.text()
        desk.time.advance(130)
        mode.tick()
        assert mode.rows.keys[3] == "8", "eva is late by now"
        await desk.shows("LATE 2/3 +3 min")

    on_patrols(claim)


@pytest.mark.parametrize("answered", [False, True])
def test_a_patrol_that_climbs_a_rung_is_named_unless_somebody_looks_after_it(
    answered: bool,
) -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        mode.tick()
        desk.time.advance(125)
        mode.tick()
        await desk.shows("LATE 2/3 +3 min")
        desk.app.operations.tick()
        await desk.pilot.pause()
        assert ("LATE 2/3: sam" in desk.text()) is not answered

    readers = [reader("ana", 10)] if answered else []
    on_patrols(claim, late_evening() | {"patrols": [late(7, "sam", 60, *readers)]})


def test_ones_own_check_in_is_reminded_two_minutes_before() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        bells: list[int] = []
        desk.app.bell = lambda: bells.append(1)  # type: ignore[method-assign]
        desk.time.advance(590)
        mode.tick()
        mode.tick()
        await desk.shows("YOUR CHECK-IN IS DUE IN 1:50: c checks in")
        assert len(bells) == 1

    on_patrols(claim)


def test_the_cursor_stays_on_its_patrol_and_goes_on_when_that_vanishes() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press("j")
        assert mode.rows.key == "4"
        desk.daemon.set("patrols", late(4, "kit", -900))
        await desk.until(lambda: mode.rows.keys[1] != "4")
        assert mode.rows.key == "4"
        desk.daemon.remove("patrols", "4")
        await desk.until(lambda: "4" not in mode.rows.keys)
        assert mode.rows.key in mode.rows.keys
        await desk.pilot.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, PatrolDetailScreen))

    on_patrols(claim)


def test_the_map_goes_with_the_patrol_under_the_cursor_from_160_columns_on() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        assert mode.map.display
        assert "following birch" in desk.text()
        await desk.pilot.press("j")
        await desk.shows("following kit")

    on_patrols(claim, size=WIDE)


def test_below_160_columns_there_is_no_map() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        assert not mode.map.display

    on_patrols(claim, size=(159, 45))


def test_ten_thousand_patrols_with_hostile_names_scroll() -> None:
    hostile = "\x1b[31mevil\u202e\nx" * 5
    rows = [patrol(n, f"{hostile}{n}", due_at=NOW - n % 900) for n in range(10, 10_010)]

    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        assert len(mode.rows.keys) == 10_000
        await desk.pilot.press("end", "k", "pageup", "home", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, PatrolDetailScreen))
        for width in (40, 160):
            await desk.pilot.resize_terminal(width, 24)
            await desk.pilot.pause()
            text = desk.text()
            assert "\x1b" not in text
            assert "\u202e" not in text
            assert all(cell_len(line) <= width for line in text.splitlines())

    on_patrols(claim, {"status": [status()], "radio": [radio()], "patrols": rows})


def test_the_smallest_screen_and_back_breaks_nothing() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        for size in ((1, 1), (20, 6), (250, 70), NARROW):
            await desk.pilot.resize_terminal(*size)
            await desk.pilot.pause()
        await desk.shows("LATE 3/3")
        await desk.shows("STAND DOWN")

    on_patrols(claim, muster_evening())


# Acknowledging


def test_a_acknowledges_the_late_check_in_under_the_cursor_and_names_who_did() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press("j", "a")
        await desk.until(lambda: ("acknowledge", {"item": "4.0.5"}) in desk.daemon.calls)
        desk.daemon.set("patrols", late(4, "kit", 250, reader("BASE-1", 0, 1)))
        await desk.shows("acknowledged by BASE-1 0:00 ago")

    on_patrols(claim)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("end k a", "nothing to acknowledge here"),
        ("end k k a", "nothing to acknowledge here"),
    ],
)
def test_what_is_not_late_is_not_acknowledged(keys: str, said: str) -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press(*keys.split())
        await desk.shows(said)
        assert not desk.daemon.calls

    on_patrols(claim)


def test_ones_own_late_check_in_is_answered_by_checking_in() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press("a")
        await desk.shows("that is your own check-in: c checks in")
        assert not desk.daemon.calls

    rows = late_evening() | {"patrols": [late(1, "BASE-1", 250, mine=True)]}
    on_patrols(claim, rows)


def test_an_older_daemon_without_check_in_ids_gets_no_order() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press("a")
        await desk.shows("so there is nothing to acknowledge")
        assert not desk.daemon.calls

    on_patrols(claim, late_evening() | {"patrols": [patrol(4, "kit", due_at=NOW - 250)]})


def test_an_sos_goes_before_everything_else_that_a_acknowledges() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        desk.daemon.set("sos", sos(1))
        await desk.shows("SOS kit")
        desk.time.advance(2)
        await desk.pilot.press("a", "a")  # the first key after an alarm may only silence it
        await desk.until(lambda: ("acknowledge", {"item": "4.0.1"}) in desk.daemon.calls)

    on_patrols(claim, muster_evening())


def test_a_stand_down_is_acknowledged_before_a_late_patrol() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press("a")
        await desk.until(lambda: ("acknowledge", {"item": "5.0.9"}) in desk.daemon.calls)

    on_patrols(claim, muster_evening())


def test_a_stand_down_that_has_just_come_is_not_acknowledged_by_a_key_meant_for_another() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        desk.daemon.set("orders", order(received_at=NOW))
        await desk.shows("STAND DOWN")
        await desk.pilot.press("a")
        await desk.shows("read it, then a")
        assert not desk.daemon.calls

    on_patrols(claim)


def test_the_window_of_a_patrol_acknowledges_that_patrol() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press("j", "enter")
        await desk.shows("whoever is near and the base act")
        await desk.pilot.press("a")
        await desk.until(lambda: ("acknowledge", {"item": "4.0.5"}) in desk.daemon.calls)
        assert "a ack   Esc" in desk.text()
        row = next(one for one in late_evening()["patrols"] if one["id"] == "4")
        desk.daemon.set("patrols", row | {"readers": [reader("BASE-1", 1)]})
        await desk.shows_no("a ack   Esc")
        desk.daemon.remove("patrols", "4")
        await desk.shows("This patrol is gone.")
        await desk.pilot.press("a", "escape")
        await desk.until(lambda: desk.app.screen is desk.app.operations)

    on_patrols(claim)


# Writing


def test_p_asks_by_a_message_to_that_patrol_alone() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press("j", "p")
        await desk.shows("MESSAGE TO kit")
        await desk.pilot.press("enter")
        question = "Where are you, are you ok? Please check in."
        order_sent = ("message", {"text": question, "recipient": 4})
        await desk.until(lambda: order_sent in desk.daemon.calls)
        await desk.until(lambda: desk.app.screen is desk.app.operations)

    on_patrols(claim)


def test_w_writes_to_the_patrol_and_a_text_that_was_not_sent_stays() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press("j", "w", *"hi", "escape", "w")
        await desk.until(lambda: isinstance(desk.app.screen, PatrolMessage))
        await desk.pilot.press("enter")
        sent = ("message", {"text": "hi", "recipient": 4})
        await desk.until(lambda: sent in desk.daemon.calls)

    on_patrols(claim)


def test_k_writes_to_whoever_is_nearest_and_says_when_nobody_is() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press("end", "K")
        await desk.shows("nobody with a fresh position is near it")
        mode.rows.stand_on("8")
        await desk.pilot.press("K")
        await desk.shows("MESSAGE TO leo")

    on_patrols(claim)


def test_a_refused_message_stays_with_the_daemons_words() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        desk.daemon.refusal = {"code": "forbidden", "message": "your roles only listen"}
        await desk.pilot.press("j", "w", *"hi", "enter")
        await desk.shows("your roles only listen")
        assert isinstance(desk.app.screen, PatrolMessage)

    on_patrols(claim)


def test_an_empty_and_an_overlong_message_are_not_sent() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press("j", "w", "enter", *("x" * 71), "enter")
        await desk.pilot.pause()
        assert isinstance(desk.app.screen, PatrolMessage)
        assert not desk.daemon.calls

    on_patrols(claim)


def test_nobody_writes_to_herself_or_to_nobody() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        mode.rows.stand_on("1")
        await desk.pilot.press("w")
        await desk.shows("that is you")
        for row in list(mode.rows.keys):
            desk.daemon.remove("patrols", row)
        await desk.until(lambda: not mode.rows.keys)
        for key in "pwKa":
            await desk.pilot.press(key)
            await desk.shows("select a patrol first")
        assert not desk.daemon.calls

    on_patrols(claim)


# One's own check-in


def test_e_checks_in_again_with_the_same_state_due_ten_minutes_later() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press("e")
        await desk.until(lambda: bool(desk.daemon.calls))
        assert desk.daemon.calls == [("checkin", {"state": 1, "due_in_s": 1300.0})]

    on_patrols(claim)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"due_at": None}, "you have no check-in due"),
        ({"state": 7}, "you have no check-in due"),
        ({"due_at": NOW + 18_600}, "no check-in can be due later than in 5h15"),
        ({"state": 0}, "How"),
    ],
)
def test_e_extends_only_what_there_is(changes: dict[str, Any], said: str) -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press("e")
        if "state" in changes and not changes["state"]:
            await desk.until(lambda: desk.app.screen is not desk.app.operations)
        else:
            await desk.shows(said)
        assert not desk.daemon.calls

    rows = late_evening() | {"patrols": [patrol(1, "BASE-1", mine=True, **changes)]}
    on_patrols(claim, rows)


# Roll calls


def test_m_asks_a_role_as_a_drill_with_the_slots_that_were_shown() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press("m", "right", "right", "d", "plus")
        await desk.shows("one answer each 10 s; the last of 2 after 0:12; closes in 5 min")
        await desk.pilot.press("enter")
        await desk.until(lambda: bool(desk.daemon.calls))
        assert desk.daemon.calls == [
            ("rollcall", {"slot_s": 10, "window_min": 5, "whom": ["patrol"], "drill": True})
        ]

    on_patrols(claim)


def test_a_roll_call_of_all_is_real_unless_somebody_says_drill() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press("m")
        await desk.shows("REAL")
        await desk.pilot.press("enter")
        await desk.until(lambda: bool(desk.daemon.calls))
        assert desk.daemon.calls == [("rollcall", {"slot_s": 6, "window_min": 5})]

    on_patrols(claim)


def test_where_nobody_else_is_no_roll_call_starts() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press("m", "enter")
        await desk.shows("nobody but you has that role")
        assert not desk.daemon.calls
        await desk.pilot.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.operations)

    on_patrols(claim, late_evening() | {"members": [member(1, "BASE-1", mine=True)]})


def test_a_role_that_goes_while_it_is_chosen_falls_back() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press("m", "left")
        await desk.shows("verifier")
        desk.daemon.remove("members", "2")
        await desk.shows_no("verifier")
        assert isinstance(desk.app.screen, MusterScreen)

    on_patrols(claim)


def test_y_answers_the_open_roll_call_with_one_digit() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.shows("YOU HAVE NOT ANSWERED")
        await desk.pilot.press("y")
        await desk.until(lambda: isinstance(desk.app.screen, MusterAnswer))
        await desk.pilot.press("2")
        await desk.until(lambda: bool(desk.daemon.calls))
        assert desk.daemon.calls == [("rollanswer", {"rollcall": "5.0.7", "state": 2})]
        people = [entry(1, "BASE-1", "need-help"), entry(2, "ana", "ok")]
        desk.daemon.set("rollcalls", roll_call(asked=people, heard=2))
        await desk.shows("you answered: need help")
        await desk.shows("2 of 2 answered")

    on_patrols(claim, late_evening() | {"rollcalls": [roll_call()]})


def test_y_says_when_there_is_nothing_to_answer() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press("y")
        await desk.shows("no roll call waits for you")

    on_patrols(claim)


def test_the_turns_of_a_roll_call_pass_with_time() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.shows("turn to come 2: eva 0:00, tom 0:04")
        desk.time.advance(20)
        mode.tick()
        await desk.shows("NOT HEARD FROM 5: you, kit, sam, eva, tom")
        assert "turn to come" not in desk.text()

    on_patrols(claim, late_evening() | {"rollcalls": [roll_call()]}, size=(120, 40))


def test_the_panel_takes_the_keys_with_tab_and_gives_them_back() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press("tab")
        assert mode.panel.has_focus
        await desk.shows("> MUSTER")
        await desk.pilot.press("end")
        await desk.shows("turn to come 2: eva")
        await desk.pilot.press("escape")
        assert mode.rows.has_focus
        await desk.pilot.press("escape")
        await desk.until(lambda: desk.app.operations.mode.NAME == "dashboard")

    on_patrols(claim, muster_evening(), ascii_only=True)


# Stand-downs


def test_a_stand_down_is_asked_twice_and_by_two_different_keys() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press("S", "enter", "enter")
        await desk.pilot.pause()
        assert not desk.daemon.calls, "the same key twice is no order"
        await desk.pilot.press("enter", "s")
        await desk.pilot.pause()
        assert not desk.daemon.calls
        await desk.pilot.press("enter")
        await desk.shows("It is REAL, no drill.")
        await desk.pilot.press("S")
        await desk.until(lambda: bool(desk.daemon.calls))
        assert desk.daemon.calls == [("stand_down", {"reason": 0, "until_s": 7200})]

    on_patrols(claim)


def test_a_stand_down_round_a_patrol_says_and_sends_the_same_area() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press("j", "S", "down", "z", "right", "plus", "d", "enter")
        await desk.shows("leave now. Area: where kit was: 400 m SE,")
        await desk.shows("cell of 2 km. Why: over. For 4 h.")
        await desk.pilot.press("S")
        await desk.until(lambda: bool(desk.daemon.calls))
        ((method, params),) = desk.daemon.calls
        where = place(300, -200)
        assert method == "stand_down"
        assert params == {
            "reason": 1,
            "until_s": 4 * 3600,
            "lat": where["lat"],
            "lon": where["lon"],
            "precision_m": 2000,
            "drill": True,
        }

    on_patrols(claim)


def test_escape_leaves_without_an_order_at_both_questions() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press("S", "enter", "escape")
        await desk.until(lambda: isinstance(desk.app.screen, StandDownScreen))
        await desk.pilot.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.operations)
        assert not desk.daemon.calls

    on_patrols(claim)


def test_the_area_can_be_that_of_the_selected_alert_or_of_the_crosshair() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        desk.app.desk.selected = "2.0.1"
        desk.app.desk.crosshair = (600.0, 0.0)
        await desk.pilot.press("S")
        await desk.shows("the alert: 1.3 km NE")
        await desk.shows("the map's crosshair: 600 m E")

    on_patrols(claim, late_evening() | {"alerts": [alert(1)]})


@pytest.mark.parametrize("keys", ["m enter", "S enter S"])
def test_a_refusal_is_shown_in_the_daemons_words(keys: str) -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        desk.daemon.refusal = {"code": "forbidden", "message": "dispatch or organizers may"}
        await desk.pilot.press(*keys.split())
        await desk.shows("REFUSED: dispatch or organizers may")

    on_patrols(claim)


# Trouble


def test_a_daemon_that_falls_silent_in_mid_order_leaves_asking_and_then_not_certain() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        desk.daemon.mute = True
        await desk.pilot.press("j", "a")
        await desk.shows("asking the daemon")
        await desk.daemon.stop()
        await desk.shows_no("asking the daemon")
        await desk.shows("NOT CERTAIN")

    on_patrols(claim)


def test_locked_meanwhile_everything_is_forgotten_and_no_window_stays() -> None:
    async def claim(desk: Desktop, mode: PatrolsMode) -> None:
        await desk.pilot.press("j", "w", *"secret", "ctrl+l")
        await desk.until(lambda: desk.app.model.locked)
        await desk.pilot.pause()
        for word in ("kit", "birch", "secret", "STAND DOWN", "ROLL CALL"):
            assert word not in desk.text()
        assert not mode.rows.keys
        assert mode.seen.of("4") == ()
        assert mode.map.following is None
        assert not any(isinstance(screen, PatrolMessage) for screen in desk.app.screen_stack)

    on_patrols(claim, muster_evening())


def test_before_the_first_rows_the_panel_claims_nothing() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("f5")
        await desk.until(lambda: desk.app.operations.mode.NAME == "patrols")
        await desk.pilot.pause()
        assert "No roll call" not in desk.text()

    on_desktop(claim, start_daemon=False)
