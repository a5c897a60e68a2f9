"""The log: windows, filter, marks, and what it opens."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from meshdefense_tui.log_window import HELD, LogWindow
from meshdefense_tui.modes.log import LogMode
from meshdefense_tui.screens.after_action import AfterActionScreen
from meshdefense_tui.screens.alert_detail import AlertDetailScreen
from meshdefense_tui.screens.message_detail import MessageDetailScreen
from support.log_rows import answers, evening_log, event, page_of, progress
from support.screen_rows import NOW, alert, message, radio, status
from support.screens import Desktop, Tables, on_desktop

GOLDEN = Path(__file__).parent / "golden"
ROWS: Tables = {
    "status": [status()],
    "radio": [radio()],
    "alerts": [alert(1), alert(2, id="2.0.2", kind=1)],
    "messages": [message(4, id="2.0.4")],
}
TIMED: Tables = ROWS | {"alerts": [alert(1, **progress(), reported_at=NOW - 1300)]}
GOLDENS: dict[str, tuple[tuple[int, int], str, dict[str, Any]]] = {
    "log_80x24": ((80, 24), "", {}),
    "log_80x24_ascii": ((80, 24), "", {"ascii_only": True}),
    "log_160x45": ((160, 45), "down", {}),
    "log_160x45_es": ((160, 45), "down", {"language": "es"}),
    "log_replay_80x24": ((80, 24), "down down left_square_bracket", {}),
    "log_replay_80x24_es": ((80, 24), "down down left_square_bracket", {"language": "es"}),
    "log_times_80x24": ((80, 24), "down T", {"rows": TIMED}),
    "log_export_80x24_es": ((80, 24), "E", {"language": "es"}),
    "log_library_80x24": ((80, 24), "B", {}),
}


async def opened(desk: Desktop, rows: list[dict[str, Any]] | None = None, **more: Any) -> LogMode:
    """The log, with its first window here."""
    answers(desk.daemon, rows, **more)
    await desk.pilot.press("f9")
    await desk.until(lambda: isinstance(desk.app.operations.mode, LogMode))
    mode = desk.app.operations.mode
    assert isinstance(mode, LogMode)
    await desk.until(lambda: mode.window.answered)
    await desk.pilot.pause()
    return mode


def asked(desk: Desktop, method: str = "timeline") -> list[dict[str, Any]]:
    return [params for name, params in desk.daemon.calls if name == method]


@pytest.mark.parametrize("name", GOLDENS)
def test_the_log_looks_as_it_was_approved(name: str) -> None:
    size, keys, options = GOLDENS[name]

    async def claim(desk: Desktop) -> None:
        await opened(desk)
        for key in keys.split():
            await desk.pilot.press(key)
        await desk.pilot.pause()
        await desk.until(lambda: "asking" not in desk.text() and "pregunt" not in desk.text())
        text = desk.text().replace(str(desk.app.exports), "FOLDER") + "\n"
        path = GOLDEN / f"{name}.txt"
        if os.environ.get("MESHDEFENSE_RENEW_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    on_desktop(claim, size=size, **options)


def test_only_a_window_is_asked_for_and_more_when_the_cursor_nears_the_end() -> None:
    rows = [event(n, "notice", received_at=NOW - 10_000 + n) for n in range(1000, 0, -1)]

    async def claim(desk: Desktop) -> None:
        mode = await opened(desk, rows)
        assert len(mode.window.rows) == 200
        assert [one.get("before") for one in asked(desk)] == [None]
        await desk.pilot.press(*["down"] * 5)
        await desk.pilot.pause()
        assert len(asked(desk)) == 1, "nothing is asked for ahead of its time"
        await desk.pilot.press("end")
        await desk.until(lambda: len(mode.window.rows) == 400)
        assert asked(desk)[1]["before"] == 801
        for _ in range(3):
            await desk.pilot.press("end")
            await desk.pilot.pause()
        await desk.until(lambda: len(mode.window.rows) == 1000 and mode.window.before is None)
        assert list(mode.window.rows)[:2] == ["1000", "999"]
        assert "kept since" in desk.text()

    on_desktop(claim, rows=ROWS)


def test_ten_thousand_rows_are_walked_through_and_then_it_is_said_that_there_are_more() -> None:
    rows = [event(n, "notice", received_at=NOW - 20_000 + n) for n in range(10_500, 0, -1)]
    window = LogWindow()
    window.take(page_of(rows, window.params((), None, older=False)), older=False)
    while window.before is not None and not window.full:
        window.take(page_of(rows, window.params((), None, older=True)), older=True)
    assert len(window.rows) == HELD
    assert window.before == 501

    async def claim(desk: Desktop) -> None:
        mode = await opened(desk, rows)
        mode.window.rows, mode.window.before = window.rows, window.before
        mode._show_rows()
        await desk.pilot.press("end")
        await desk.pilot.pause()
        assert "older ones are not shown here" in desk.text()
        assert f"{HELD}/{HELD}" in desk.text()
        assert len(asked(desk)) == 1

    on_desktop(claim, rows=ROWS)


def test_new_events_come_on_top_and_the_cursor_stays_where_it_is() -> None:
    rows = evening_log()

    async def claim(desk: Desktop) -> None:
        mode = await opened(desk, rows)
        await desk.pilot.press("down", "down")
        before = mode.list.key
        rows.insert(0, event(20, "notice", text="brand new", received_at=NOW))
        desk.time.advance(2)
        desk.daemon.set("alerts", alert(1, note="changed"))
        await desk.until(lambda: "20" in mode.window.rows)
        assert mode.list.key == before
        assert mode.list.fresh == {"20"}
        await desk.shows("1 new, press .")
        await desk.pilot.press("full_stop")
        await desk.shows("brand new")
        assert mode.list.key == "20"

    on_desktop(claim, rows=ROWS)


def test_so_many_new_ones_that_they_do_not_join_begin_the_list_again() -> None:
    rows = [event(n, "notice") for n in range(50, 0, -1)]
    window = LogWindow()
    window.take(page_of(rows, {"limit": 20}), older=False)
    rows = [event(n, "notice") for n in range(150, 0, -1)]
    window.take(page_of(rows, {"limit": 20}), older=False)
    assert list(window.rows) == [str(n) for n in range(150, 130, -1)]
    assert window.before == 131, "so that the hole is filled when one goes down"


def test_what_the_daemon_keeps_no_more_goes_but_decisions_stay() -> None:
    window = LogWindow()
    old = [event(3, received_at=NOW), event(2, received_at=NOW - 90)]
    old.append(event(1, "decision", received_at=NOW - 95))
    window.take({"rows": old, "before": None, "kept_since": NOW - 100}, older=False)
    assert len(window.rows) == 3
    newer = [event(4, received_at=NOW), old[0]]
    window.take({"rows": newer, "before": 3, "kept_since": NOW - 30}, older=False)
    assert list(window.rows) == ["4", "3", "1"]


def test_a_filter_asks_the_daemon_by_kind_and_time_and_looks_for_words_itself() -> None:
    async def claim(desk: Desktop) -> None:
        mode = await opened(desk)
        await desk.pilot.press("slash", *"verdict", "space", "6", "h", "enter")
        await desk.until(lambda: len(mode.list.keys) == 1)
        last = asked(desk)[-1]
        assert (last["kinds"], last["since"]) == (["verdict"], NOW - 21_600)
        assert " verdict " in desk.text()
        assert " last 6 h " in desk.text()
        count = len(asked(desk))
        await desk.pilot.press("slash", "space", *"kit", "enter")
        await desk.until(lambda: mode.wish.words == ("kit",))
        assert len(mode.list.keys) == 1
        await desk.pilot.press("slash", "space", *"nobody", "enter")
        await desk.shows("Nothing here in this time.")
        assert len(asked(desk)) == count
        await desk.pilot.press("escape")
        await desk.until(lambda: len(mode.list.keys) == 8)
        await desk.pilot.press("escape")
        await desk.until(lambda: desk.app.operations.mode.NAME == "dashboard")

    on_desktop(claim, rows=ROWS)


def test_letters_in_the_filter_are_letters_and_escape_leaves_it() -> None:
    async def claim(desk: Desktop) -> None:
        mode = await opened(desk)
        await desk.pilot.press("slash", *"rvaxcwEBTq[]")
        assert mode.text.value == "rvaxcwEBTq[]"
        assert desk.app.screen is desk.app.operations
        await desk.pilot.press("escape")
        assert not mode.text.display
        assert mode.list.has_focus
        assert mode.wish.text == ""
        assert desk.app.operations.mode is mode

    on_desktop(claim, rows=ROWS)


def test_enter_opens_the_alert_or_the_message_that_an_event_belongs_to() -> None:
    async def claim(desk: Desktop) -> None:
        mode = await opened(desk)
        await desk.pilot.press("down")
        await desk.pilot.pause()
        assert desk.app.desk.selected == "2.0.1", "r v a x work on it"
        await desk.pilot.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, AlertDetailScreen))
        await desk.pilot.press("escape")
        await desk.pilot.press("down", "down", "down", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, MessageDetailScreen))
        await desk.pilot.press("escape")
        mode.list.stand_on("1")
        await desk.pilot.press("enter")
        await desk.shows("No alert or message belongs to this.")
        assert desk.app.desk.selected is None

    on_desktop(claim, rows=ROWS)


def test_a_message_stands_beside_its_event_where_there_is_room() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk, [event(9, "notice", id="3.0.1", text="water")])
        await desk.shows("came in 11:00:05")
        assert "No alert or message belongs to this." not in desk.text()

    on_desktop(claim, rows=ROWS | {"messages": [message(1)]}, size=(160, 45))


def test_an_alert_that_is_gone_is_said_to_be() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        desk.daemon.remove("alerts", "2.0.1")
        await desk.until(lambda: "2.0.1" not in desk.app.model.alerts)
        await desk.pilot.press("down", "enter")
        await desk.shows("That is not kept any more.")

    on_desktop(claim, rows=ROWS)


def test_space_marks_and_goes_on_and_a_second_time_takes_it_away() -> None:
    async def claim(desk: Desktop) -> None:
        mode = await opened(desk)
        await desk.pilot.press("space", "space")
        await desk.until(lambda: mode.marked == {"19", "18"})
        assert mode.list.key == "17"
        await desk.shows("2 marked")
        await desk.pilot.press("up", "space")
        await desk.until(lambda: mode.marked == {"19"})

    on_desktop(claim, rows=ROWS)


def test_a_acknowledges_what_the_event_is_about() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        await desk.pilot.press("down", "a")
        await desk.until(lambda: asked(desk, "acknowledge") == [{"item": "2.0.1"}])

    on_desktop(claim, rows=ROWS)


def test_times_of_the_alert_and_of_all_are_shown() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        await desk.pilot.press("down", "T")
        await desk.until(lambda: isinstance(desk.app.screen, AfterActionScreen))
        await desk.shows("this alert: fire 2.0.1")
        assert asked(desk)[-1]["kinds"] == ["dispatch", "verdict", "respond"]
        await desk.pilot.press("down", "up", "escape")
        await desk.until(lambda: desk.app.screen is desk.app.operations)

    on_desktop(claim, rows=TIMED)


def test_rows_of_an_older_daemon_without_what_times_need_are_no_crash() -> None:
    async def claim(desk: Desktop) -> None:
        await opened(desk)
        await desk.pilot.press("T")
        await desk.shows("this daemon is of another version")

    on_desktop(claim, rows=ROWS)


def test_a_refusal_is_shown_in_the_words_of_the_daemon() -> None:
    async def claim(desk: Desktop) -> None:
        error = {"code": "unavailable", "message": "the disk is gone"}
        desk.daemon.refusals["timeline"] = error
        await desk.pilot.press("f9")
        await desk.shows("the log: the disk is gone")
        assert "asking the daemon" in desk.text(), "nothing was answered yet"
        await desk.pilot.press("T")
        await desk.shows("the disk is gone")

    on_desktop(claim, rows=ROWS)


def test_a_lock_forgets_everything_and_answers_that_come_later_are_dropped() -> None:
    async def claim(desk: Desktop) -> None:
        mode = await opened(desk)
        await desk.pilot.press("space", "slash", *"gate", "enter")
        life = mode.source.life
        desk.daemon.lock()
        await desk.until(lambda: desk.app.model.locked and not mode.window.rows)
        assert (mode.marked, mode.wish.text, mode.text.value) == (set(), "", "")
        assert mode.source.life > life
        await mode.source.fetch(life, older=False)
        assert not mode.window.rows
        desk.daemon.unlock()
        await desk.until(lambda: not desk.app.model.locked and len(mode.list.keys) == 8)

    on_desktop(claim, rows=ROWS)


def test_a_daemon_that_falls_silent_leaves_what_was_here() -> None:
    async def claim(desk: Desktop) -> None:
        mode = await opened(desk)
        desk.daemon.mute = True
        await desk.pilot.pause(0.2)  # what it said before is heard first
        desk.time.advance(30)
        await desk.shows("DAEMON SILENT")
        await desk.pilot.press("slash", *"verdict", "enter")
        await desk.shows("the log:")
        await desk.pilot.press("down", "enter", "E", "escape")
        assert mode.is_attached

    on_desktop(claim, rows=ROWS)


def test_hostile_texts_and_any_size_are_drawn() -> None:
    bad = "\x1b[31m\u202eevil\u0000\n\t" + "x" * 500
    rows = [
        event(n, kind, author_name=bad, text=bad, member_name=bad, member=1)
        for n, kind in enumerate(["report", "notice", "decision", "unheard-of", "sos"], 1)
    ]

    async def claim(desk: Desktop) -> None:
        await opened(desk, rows[::-1])
        for size in ((1, 1), (10, 4), (40, 10), (250, 70), (80, 24)):
            await desk.pilot.resize_terminal(*size)
            await desk.pilot.press("down", "up")
            await desk.pilot.pause()
            assert "\x1b" not in desk.text()
            assert "\u202e" not in desk.text()
        assert "evil" in desk.text()

    on_desktop(claim, rows=ROWS)


def test_rows_that_this_version_does_not_understand_are_left_out_and_a_new_kind_is_named() -> None:
    window = LogWindow()
    broken = [{}, None, 7, event(9) | {"cursor": "9"}, event(8) | {"received_at": None}]
    broken += [event(7) | {"words": []}, event(6) | {"text": 5}]
    window.take({"rows": [*broken, event(5, "unheard-of")]}, older=False)
    assert [(key, row["kind"]) for key, row in window.rows.items()] == [("5", "newer")]


def test_every_key_of_the_mode_is_in_the_palette_and_in_the_key_row() -> None:
    assert len(LogMode.HINTS) <= 8
    assert {command.key for command in LogMode.COMMANDS} == {"/", "space", "T", "E"}

    async def claim(desk: Desktop) -> None:
        await opened(desk)
        await desk.pilot.press("colon", *"export a file", "enter")
        await desk.shows("EXPORT")

    on_desktop(claim, rows=ROWS)
