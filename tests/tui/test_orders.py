"""Keys that ask the daemon for something."""

from __future__ import annotations

import pytest

from meshdefense_protocol.words import CHECKIN_STATES, EQUIPMENT, KINDS, REASONS, VERDICTS
from support.screen_rows import NOW, alert, member, message, patrol, place, radio, status
from support.screens import Desktop, Tables, on_desktop

QUIET: Tables = {"status": [status()], "radio": [radio()]}


def test_a_report_with_severity_and_count_takes_six_keys() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("r", "f", "4", "3", "enter", "enter")
        await desk.until(lambda: bool(desk.daemon.calls))
        assert desk.daemon.calls == [
            (
                "report",
                {
                    "kind": KINDS.code("fire"),
                    "severity": 3,
                    "scope": 0,
                    "count": 3,
                    "observed_ago_s": 0,
                    "lat": pytest.approx(40.0, abs=0.01),
                    "lon": pytest.approx(-75.0, abs=0.01),
                    "precision_m": 100,
                },
            )
        ]
        await desk.shows("report: signed and stored (81 bytes, 0.9 s of air)")

    on_desktop(claim)


def test_the_shortest_report_takes_four_keys() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("r", "p", "enter", "enter")
        await desk.until(lambda: bool(desk.daemon.calls))
        method, params = desk.daemon.calls[0]
        assert (method, params["kind"], params["severity"]) == (
            "report",
            KINDS.code("power-out"),
            1,
        )
        assert "count" not in params

    on_desktop(claim)


def test_the_answer_follows_the_reports_delivery_and_says_no_more_than_was_proven() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("r", "f", "enter", "enter")
        await desk.shows("report: signed and stored")
        assert "heard by" not in desk.text()
        own = alert(1, id="1.0.1", mine=True, delivery={"state": "queued", "position": 2})
        desk.daemon.set("alerts", own)
        await desk.shows("s of air)  queued 2nd")
        desk.daemon.set("alerts", own | {"delivery": {"state": "on_air", "attempts": 1}})
        await desk.shows("s of air)  on air")

    on_desktop(claim, rows=QUIET)


def test_without_a_position_a_report_has_no_place_and_says_so() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("r", "f", "enter")
        assert "no place" in desk.text()
        await desk.pilot.press("enter")
        await desk.until(lambda: bool(desk.daemon.calls))
        assert "lat" not in desk.daemon.calls[0][1]

    on_desktop(claim, rows=QUIET | {"alerts": [alert(1)]})


def test_a_map_moved_just_now_gives_the_place_and_one_moved_long_ago_does_not() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("m", "right", "r", "f")
        assert "map crosshair" in desk.text()
        await desk.pilot.press("escape", "escape")
        desk.time.advance(120)
        await desk.pilot.press("r", "delete", "f")
        assert "your own position" in desk.text()
        await desk.pilot.press("p")
        assert "map crosshair" in desk.text()

    on_desktop(claim)


def test_all_fields_of_the_form_reach_the_daemon() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("r", "e", "2", "1", "5", "a", "a", "u", "o", "s", "z", "d")
        await desk.pilot.press("e", "b", "d", "enter", "n", *"dk", "enter", "enter", "enter")
        await desk.until(lambda: bool(desk.daemon.calls))
        params = desk.daemon.calls[0][1]
        assert params["equipment"] == [
            EQUIPMENT.code("unmarked-vehicle"),
            EQUIPMENT.code("drone"),
        ]
        expected = {
            "kind": KINDS.code("enforcement"),
            "severity": 1,
            "count": 15,
            "activity": 2,
            "unit": 1,
            "observed_ago_s": 120,
            "scope": 1,
            "note": "dk",
            "drill": True,
            "precision_m": 200,
        }
        assert expected.items() <= params.items()

    on_desktop(claim)


def test_a_refused_report_keeps_its_draft_and_shows_the_daemons_reason() -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.refusal = {
            "code": "unavailable",
            "message": "the disk is full",
            "hint": "free 1 MB",
        }
        await desk.pilot.press("r", "f", "4", "7", "enter", "enter")
        await desk.shows("report REFUSED: the disk is full; free 1 MB")
        await desk.pilot.press("escape", "r")
        assert "draft continued" in desk.text()
        desk.daemon.refusal = None
        await desk.pilot.press("enter")
        await desk.shows("report: signed and stored")
        assert [params["count"] for _, params in desk.daemon.calls] == [7, 7]
        assert desk.app.desk.draft.empty

    on_desktop(claim)


def test_a_note_with_a_phone_number_is_warned_of_and_a_long_one_not_sent() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("r", "f", "n", *"5551234", "enter")
        assert "looks like a phone number: leave it out" in desk.text()
        desk.app.desk.draft.note = "ñ" * 31
        await desk.pilot.press("enter", "enter")
        await desk.shows("2 bytes too long")
        assert desk.daemon.calls == []

    on_desktop(claim)


@pytest.mark.parametrize(
    ("key", "result"),
    [("c", "confirmed"), ("n", "nothing-there")],
)
def test_a_verdict_on_the_selected_alert_takes_two_keys(key: str, result: str) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("j", "v", key)
        await desk.until(lambda: bool(desk.daemon.calls))
        expected = {"alert": "2.0.2", "result": VERDICTS.code(result)}
        assert desk.daemon.calls == [("verdict", expected)]
        await desk.shows("verdict: signed and stored")

    on_desktop(claim)


def test_the_verdict_names_what_it_is_about_and_escape_sends_nothing() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("v")
        assert "VERDICT on enforcement activity \u00d73, 1.2 km NE" in desk.text()
        await desk.pilot.press("escape")
        await desk.pilot.pause()
        assert desk.daemon.calls == []

    on_desktop(claim)


def test_an_own_alert_can_be_retracted_but_not_judged_and_a_foreign_one_the_reverse() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("v")
        assert "your own report: somebody else has to verify it" in desk.text()
        await desk.pilot.press("x", "1")
        await desk.until(lambda: bool(desk.daemon.calls))
        expected = {"alert": "1.0.1", "reason": REASONS.code("mistake")}
        assert desk.daemon.calls == [("retract", expected)]
        await desk.pilot.press("j", "x")
        assert "only its author can retract it" in desk.text()

    rows = [alert(1, id="1.0.1", mine=True, severity=3), alert(2)]
    on_desktop(claim, rows=QUIET | {"alerts": rows})


def test_acknowledging_is_for_the_message_when_messages_have_the_focus() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("a")
        desk.app.dashboard.messages.focus()
        await desk.pilot.press("a")
        await desk.until(lambda: len(desk.daemon.calls) == 2)
        assert desk.daemon.calls == [
            ("acknowledge", {"item": "2.0.1"}),
            ("acknowledge", {"item": "3.0.5"}),
        ]

    on_desktop(claim, rows=QUIET | {"alerts": [alert(1)], "messages": [message(5)]})


def test_nobody_acknowledges_a_message_of_their_own_on_the_air() -> None:
    async def claim(desk: Desktop) -> None:
        desk.app.dashboard.messages.focus()
        await desk.pilot.press("a")
        await desk.shows("your own message: others acknowledge it")
        await desk.pilot.press("enter", "a")
        assert desk.daemon.calls == []

    rows = [message(5, id="1.0.5", author=1, mine=True)]
    on_desktop(claim, rows=QUIET | {"messages": rows})


def test_a_check_in_says_state_and_when_the_next_is_due() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("c", "plus", "1")
        await desk.pilot.press("c", "7")
        await desk.until(lambda: len(desk.daemon.calls) == 2)
        assert desk.daemon.calls == [
            ("checkin", {"state": CHECKIN_STATES.code("ok"), "due_in_s": 45 * 60}),
            ("checkin", {"state": CHECKIN_STATES.code("off")}),
        ]

    on_desktop(claim, rows=QUIET)


def test_a_message_goes_to_all_to_a_role_or_to_one() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("w", *"hola", "enter")
        await desk.until(lambda: len(desk.daemon.calls) == 1)
        await desk.pilot.pause()
        await desk.pilot.press("w", "up", "ctrl+t", *"run", "enter")
        await desk.until(lambda: len(desk.daemon.calls) == 2)
        assert desk.daemon.calls == [
            ("message", {"text": "hola", "scope": 0}),
            ("message", {"text": "run", "recipient": 4, "urgent": True}),
        ]

    rows = QUIET | {"members": [member(1, "BASE-1", mine=True), member(4, "kit")]}
    on_desktop(claim, rows=rows)


def test_a_refused_message_keeps_its_text() -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.refusal = {"code": "forbidden", "message": "needs the role dispatcher"}
        await desk.pilot.press("w", *"hola", "enter")
        await desk.shows("message REFUSED: needs the role dispatcher")
        await desk.pilot.press("escape", "w")
        assert "hola" in desk.text()

    on_desktop(claim, rows=QUIET)


def test_an_order_without_a_selected_alert_says_what_is_missing() -> None:
    async def claim(desk: Desktop) -> None:
        for key in ("v", "a", "x"):
            await desk.pilot.press(key)
            assert "select an alert first" in desk.text()
        assert desk.daemon.calls == []

    on_desktop(claim, rows=QUIET)


def test_orders_without_a_daemon_say_that_nothing_was_sent() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.daemon.stop()
        await desk.shows("DAEMON SILENT")
        await desk.pilot.press("a")
        await desk.shows("acknowledgement NOT SENT: no daemon answers")
        await desk.pilot.press("r", "f", "enter", "enter")
        await desk.shows("report NOT SENT: no daemon answers")
        assert not desk.app.desk.draft.empty

    on_desktop(claim)


def test_a_daemon_that_dies_over_an_order_leaves_it_uncertain() -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.mute = True
        await desk.pilot.press("a")
        await desk.shows("asking the daemon ...")
        await desk.daemon.stop()
        await desk.shows("acknowledgement NOT CERTAIN: the daemon went before it answered")

    on_desktop(claim)


def test_the_detail_shows_verdicts_readers_and_note_and_follows_the_alert() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("enter")
        await desk.shows('"smoke from the roof"')
        assert "a cell of 100 m" in desk.text()
        assert "kit (" in desk.text()
        row = alert(1, note="", state="verified")
        desk.daemon.set("alerts", row)
        await desk.shows("✓ VERIFIED")
        await desk.pilot.press("v", "c")
        await desk.until(lambda: bool(desk.daemon.calls))

    reader = {"member": 4, "name": "kit", "at": NOW}
    row = alert(1, note="smoke from the roof", readers=[reader], place=place(10, 900))
    on_desktop(claim, rows=QUIET | {"alerts": [row], "patrols": [patrol()]})


def test_every_key_of_the_screens_is_in_the_help() -> None:
    from textual.binding import Binding

    from meshdefense_tui.modes.dashboard import DashboardMode
    from meshdefense_tui.screens.help import HELP
    from meshdefense_tui.screens.operations import OperationsScreen
    from meshdefense_tui.widgets.map_view import MapView

    told = {word for _, keys in HELP for key, _ in keys for word in key.split()}
    names = {
        "colon": ":",
        "full_stop": ".",
        "question_mark": "?",
        "escape": "Esc",
        "plus": "+",
        "slash": "/",
        "minus": "-",
        "left_square_bracket": "[",
        "right_square_bracket": "]",
        "up": "↑",
        "down": "↓",
        "left": "←",
        "right": "→",
    }
    for binding in [*OperationsScreen.BINDINGS, *DashboardMode.BINDINGS, *MapView.BINDINGS]:
        assert isinstance(binding, Binding)
        first = binding.key.split(",")[0]
        if not first.startswith("shift+") and "app.mode" not in binding.action:
            assert names.get(first, first) in told, first
