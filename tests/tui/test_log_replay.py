"""A replay: every screen as it was, nothing can be sent, and a call for help ends it."""

from __future__ import annotations

from typing import Any

import pytest

from meshdefense_tui.modes.log import LogMode
from meshdefense_tui.replay import LiveDesk, PastModel
from meshdefense_tui.widgets.row_list import RowList
from support.log_rows import answers
from support.screen_rows import (
    NOW,
    alert,
    member,
    mesh,
    message,
    neighbour,
    patrol,
    place,
    radio,
    sos,
    status,
)  # fmt: skip
from support.screens import Desktop, Tables, on_desktop

ROWS: Tables = {
    "status": [status()],
    "radio": [radio()],
    "alerts": [alert(1, state="verified"), alert(2, id="2.0.2", reported_at=NOW - 5)],
    "patrols": [patrol(3, "leo")],
    "messages": [message(4, id="2.0.4", text="of now")],
    "members": [member(4, "kit")],
}


def past(params: dict[str, Any]) -> dict[str, Any]:
    """What the daemon knew: one alert that was not verified yet, another patrol and message."""
    at = params["at"]
    tables = {
        "alerts": [alert(1, reported_at=at - 65, rev=0)],
        "patrols": [patrol(5, "rio", place=place(0, 500), place_at=at - 30, rev=0)],
        "messages": [message(3, id="2.0.3", text="of then", rev=0)],
        "members": [],
        "sos": [sos(1, rev=0)],
    }
    return {"at": at, "kept_since": NOW - 3600, "tables": tables}


async def replaying(desk: Desktop, keys: str = "f9 left_square_bracket", **more: Any) -> None:
    answers(desk.daemon, **({"as_of": past} | more))
    for key in keys.split():
        await desk.pilot.press(key)
    await desk.shows("REPLAY")


def asked(desk: Desktop) -> list[float]:
    return [params["at"] for name, params in desk.daemon.calls if name == "as_of"]


def sent(desk: Desktop) -> list[str]:
    """Orders, without what only reads."""
    reads = {"timeline", "as_of", "changes", "library_list"}
    return [name for name, _ in desk.daemon.calls if name not in reads]


def test_every_mode_shows_the_rows_and_the_time_of_then_under_a_banner() -> None:
    async def claim(desk: Desktop) -> None:
        await replaying(desk)
        assert asked(desk) == [NOW - 300]
        for mode in ("f1", "f2", "f4", "f5", "f6", "f7"):
            await desk.pilot.press(mode)
            await desk.pilot.pause()
            assert desk.text().splitlines()[1].startswith(" REPLAY 11:01:40"), mode
        await desk.pilot.press("f1")
        await desk.shows("unconfirmed")
        text = desk.text()
        assert "to verify 1" in text
        assert "11:01" in text.splitlines()[0]
        assert "rio" in text
        assert "of then" in text
        for now in ("verified", "patrols 2", "of now"):
            assert now not in text
        assert list(desk.app.desk.model.patrols) == ["5"]
        assert "1:05" in text, "ages are those of then"

    on_desktop(claim, rows=ROWS)


def test_what_describes_this_run_has_its_ages_of_now() -> None:
    rows = ROWS | {"neighbours": [neighbour(4, "kit", heard_at=NOW - 400)]}

    async def claim(desk: Desktop) -> None:
        await replaying(desk)
        await desk.shows("heard 0:21 ago")
        await desk.pilot.press("f7")
        await desk.shows("compared 6 min ago")
        await desk.pilot.press("f8")
        await desk.shows("for 1h00")
        assert "0:21 ago" in desk.text()
        assert "6 min ago" in desk.text()

    on_desktop(claim, rows=rows | {"mesh": [mesh()]}, size=(160, 45))


def test_own_rows_say_nothing_of_what_is_not_kept() -> None:
    def own(params: dict[str, Any]) -> dict[str, Any]:
        mine = {"mine": True, "author": 1, "delivery": {"state": "received"}, "rev": 0}
        tables = {
            "alerts": [alert(1, reported_at=params["at"] - 65, **mine)],
            "messages": [message(3, text="of then", sent_at=params["at"] - 9, **mine)],
        }
        return past(params) | {"tables": tables}

    async def claim(desk: Desktop) -> None:
        await replaying(desk, as_of=own)
        await desk.pilot.press("f1")
        await desk.shows("of then")
        assert "you:" not in desk.text()
        await desk.pilot.press("f6", "enter")
        await desk.shows("you: how far it had come is not kept")

    on_desktop(claim, rows=ROWS)


def test_escape_goes_back_to_now_from_any_mode() -> None:
    async def claim(desk: Desktop) -> None:
        for mode in ("f1", "f7", "f9"):
            await replaying(desk)
            await desk.pilot.press(mode, "escape")
            await desk.shows_no("REPLAY ")
            assert desk.app.replay.at is None
            assert desk.app.desk.model is desk.app.model
        await desk.pilot.press("f1")
        await desk.shows("of now")
        assert "✓ verified" in desk.text()

    on_desktop(claim, rows=ROWS)


def test_brackets_go_by_five_minutes_in_every_mode_and_end_at_now() -> None:
    async def claim(desk: Desktop) -> None:
        await replaying(desk, "f1 left_square_bracket")
        await desk.pilot.press("left_square_bracket")
        await desk.shows("REPLAY 10:56:40")
        await desk.pilot.press("right_square_bracket")
        await desk.shows("REPLAY 11:01:40")
        await desk.pilot.press("right_square_bracket")
        await desk.shows("back to now")
        assert desk.app.replay.at is None
        await desk.pilot.press("right_square_bracket")
        await desk.pilot.pause()
        assert desk.app.replay.at is None
        assert asked(desk) == [NOW - 300, NOW - 600, NOW - 300]

    on_desktop(claim, rows=ROWS)


def test_from_the_log_it_begins_at_the_event_and_the_cursor_goes_along() -> None:
    async def claim(desk: Desktop) -> None:
        await replaying(desk, "f9 down down left_square_bracket")
        assert asked(desk) == [NOW - 898]
        mode = desk.app.operations.mode
        assert isinstance(mode, LogMode)
        await desk.pilot.press("left_square_bracket", "left_square_bracket")
        await desk.shows("REPLAY 10:41:42")
        await desk.until(lambda: mode.list.key == "15")

    on_desktop(claim, rows=ROWS)


def test_many_presses_ask_only_for_where_one_has_arrived() -> None:
    async def claim(desk: Desktop) -> None:
        await replaying(desk)
        before = len(asked(desk))
        for _ in range(8):
            desk.app.replay.scrub(-1)
        await desk.shows("REPLAY 10:21:40")
        assert len(asked(desk)) - before <= 2

    on_desktop(claim, rows=ROWS)


def test_nothing_can_be_sent_and_it_is_said_why() -> None:
    async def claim(desk: Desktop) -> None:
        await replaying(desk)
        await desk.pilot.press("f1")
        for keys in (
            "a",
            "v c",
            "r f enter enter enter",
            "c 1",
            "w h i enter",
        ):
            await desk.pilot.press(*keys.split())
            await desk.pilot.pause()
            while desk.app.screen is not desk.app.operations:
                await desk.pilot.press("escape")
                await desk.pilot.pause()
            assert desk.app.replay.at is not None, keys
            await desk.shows("this is a REPLAY of the past")
        assert sent(desk) == []
        assert desk.app.model.pending == {}

    on_desktop(claim, rows=ROWS)


def test_what_comes_in_meanwhile_is_there_when_one_comes_back() -> None:
    async def claim(desk: Desktop) -> None:
        await replaying(desk, "f1 left_square_bracket")
        desk.daemon.set("messages", message(9, id="2.0.9", text="brand new"))
        await desk.until(lambda: "2.0.9" in desk.app.model.notices)
        assert "brand new" not in desk.text()
        await desk.pilot.press("escape")
        await desk.shows("brand new")

    on_desktop(claim, rows=ROWS)


def test_a_call_for_help_ends_a_replay_and_is_seen() -> None:
    async def claim(desk: Desktop) -> None:
        await replaying(desk)
        desk.daemon.set("sos", sos(2))
        await desk.until(lambda: desk.app.replay.at is None)
        await desk.shows("SOS")
        await desk.shows("the replay has ended: somebody calls for help")
        # the first key only silences the alarm
        await desk.pilot.press("left_square_bracket", "left_square_bracket")
        await desk.shows("no replay while somebody calls for help")
        assert len(asked(desk)) == 1

    on_desktop(claim, rows=ROWS)


def test_a_call_of_the_past_alarms_nobody() -> None:
    async def claim(desk: Desktop) -> None:
        await replaying(desk)
        model = desk.app.desk.model
        assert isinstance(model, PastModel)
        assert model.calls_for_help
        assert model.unanswered_sos == []
        assert desk.app.live.model is desk.app.model
        assert "calls for help" not in desk.text()

    on_desktop(claim, rows=ROWS)


def test_alarms_look_at_now_whatever_is_shown() -> None:
    async def claim(desk: Desktop) -> None:
        await replaying(desk)
        live = desk.app.live
        assert isinstance(live, LiveDesk)
        assert (live.now, desk.app.desk.now) == (NOW, NOW - 300)
        assert live.palette is desk.app.desk.palette
        desk.app.desk.stale = True
        assert live.stale
        live.stale = False
        assert not desk.app.desk.stale
        live.selected = "2.0.2"
        assert live.alert is not None
        assert desk.app.desk.alert is None, "it was not there then"

    on_desktop(claim, rows=ROWS)


def test_a_lock_forgets_the_past_as_well() -> None:
    async def claim(desk: Desktop) -> None:
        await replaying(desk)
        desk.daemon.lock()
        await desk.until(lambda: desk.app.model.locked)
        await desk.until(lambda: desk.app.desk.model is desk.app.model)
        assert "rio" not in desk.text()
        assert "REPLAY" not in desk.text()
        desk.app.replay.to(NOW - 300)
        assert desk.app.replay.at is None

    on_desktop(claim, rows=ROWS)


def test_panic_in_a_replay_forgets_now_and_then() -> None:
    async def claim(desk: Desktop) -> None:
        await replaying(desk)
        past_model = desk.app.desk.model
        desk.app.desk.model.lock()  # as panic does
        assert desk.app.model.locked
        assert not desk.app.model.alerts
        assert not past_model.alerts

    on_desktop(claim, rows=ROWS)


def test_an_answer_that_comes_after_the_end_is_dropped() -> None:
    async def claim(desk: Desktop) -> None:
        await replaying(desk)
        replay = desk.app.replay
        life = replay._life
        await desk.pilot.press("escape")
        replay._wanted = NOW - 600
        await replay._load(life)
        assert replay.at is None

    on_desktop(claim, rows=ROWS)


def test_a_refusal_is_told_and_nothing_changes() -> None:
    async def claim(desk: Desktop) -> None:
        answers(desk.daemon)
        desk.daemon.refusals["as_of"] = {"code": "bad_value", "message": "no such time"}
        await desk.pilot.press("f1", "left_square_bracket")
        await desk.shows("no replay: no such time")
        assert desk.app.desk.model is desk.app.model
        del desk.daemon.refusals["as_of"]
        await desk.pilot.press("left_square_bracket")
        await desk.shows("REPLAY 11:01:40")

    on_desktop(claim, rows=ROWS)


def test_before_what_is_kept_there_is_nothing_to_show() -> None:
    async def claim(desk: Desktop) -> None:
        await replaying(desk)
        desk.app.replay.to(NOW - 9000)
        await desk.shows("nothing is kept from before 10:06:40")
        await desk.shows("REPLAY 10:06:40")

    on_desktop(claim, rows=ROWS)


def test_rows_that_no_screen_could_draw_are_left_out() -> None:
    def odd(params: dict[str, Any]) -> dict[str, Any]:
        tables = {"alerts": [{"id": "x"}, alert(1, rev=0)], "patrols": [7], "unheard": [{"id": 1}]}
        return {"at": params["at"], "kept_since": None, "tables": tables}

    async def claim(desk: Desktop) -> None:
        await replaying(desk, as_of=odd)
        assert list(desk.app.desk.model.alerts) == ["2.0.1"]
        assert not desk.app.desk.model.patrols

    on_desktop(claim, rows=ROWS)


@pytest.mark.parametrize("mode", ["f1", "f2", "G"])
def test_after_a_replay_the_selection_is_the_one_before_it(mode: str) -> None:
    """Of the second alert nothing was known then."""

    async def claim(desk: Desktop) -> None:
        await desk.shows("HIGH fire")
        await desk.pilot.press(mode)
        await desk.pilot.pause()
        shown = desk.app.operations.mode
        rows = next(w for w in shown.query(RowList) if "2.0.2" in w.keys)
        rows.focus()
        rows.stand_on("2.0.2")
        await desk.until(lambda: desk.app.desk.selected == "2.0.2")
        answers(desk.daemon, as_of=past)
        desk.app.desk.scrub(-1)
        await desk.shows("REPLAY")
        await desk.until(lambda: desk.app.desk.selected == "2.0.1")
        await desk.pilot.press("escape")
        await desk.shows_no("REPLAY")
        await desk.until(lambda: desk.app.desk.selected == "2.0.2")
        assert rows.key == "2.0.2"

    on_desktop(claim, rows=ROWS, size=(160, 45))
