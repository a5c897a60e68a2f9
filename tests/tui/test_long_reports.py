"""Long reports on the screen: growing, whole, hostile, and opened."""

from __future__ import annotations

from support.screen_rows import LONG_LINES, NOW, long_evening, long_message, status
from support.screens import Desktop, on_desktop


def test_a_long_report_that_is_open_grows_under_the_eyes_and_is_acknowledged() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("tab", "tab", "enter")
        await desk.shows("long report 7/11 parts, about enforcement activity \u00d73")
        about = desk.app.model.notices["3.0.11"]["long"]["about"]
        desk.daemon.set("messages", long_message(11, 9, about=about, sent_at=NOW - 40))
        await desk.shows("long report 9/11 parts")
        assert LONG_LINES[-1] not in desk.text()
        desk.daemon.set("messages", long_message(11, 11, about=about, sent_at=NOW - 40))
        await desk.shows(LONG_LINES[-1])
        assert "parts" not in desk.text()
        await desk.pilot.press("a")
        await desk.until(lambda: desk.daemon.calls == [("acknowledge", {"item": "3.0.11"})])
        desk.daemon.remove("messages", "3.0.11")
        await desk.shows("This message is gone.")

    on_desktop(claim, rows=long_evening())


def test_a_text_longer_than_the_screen_is_scrolled_to_its_end() -> None:
    lines = [f"line {number}" for number in range(60)]
    row = long_message(11, 11)
    row["long"]["lines"] = lines

    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("tab", "tab", "enter")
        await desk.shows("line 5")
        assert "line 59" not in desk.text()
        await desk.pilot.press("space", "space", "space", "space", "space")
        await desk.shows("line 59")
        await desk.pilot.press("escape")
        await desk.shows("MESSAGES 1")

    on_desktop(claim, rows=long_evening() | {"messages": [row]})


def test_hostile_lines_do_no_harm() -> None:
    row = long_message(11, 11, author_name="le\x1b[31mo")
    row["long"]["lines"] = ["\x1b[2Jcleared", *[""] * 1400, "\u202edrawkcab\u202c [bold]x[/bold]"]

    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("tab", "tab", "enter")
        await desk.shows("drawkcab [bold]x[/bold]")
        assert "[2Jcleared" in desk.text()
        assert not set("\x1b\u202e\u202c") & set(desk.text())

    on_desktop(claim, rows=long_evening() | {"messages": [row]})


def test_a_short_message_opens_whole_as_well() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("tab", "tab", "j", "enter")
        await desk.shows("Bridge on 5th is closed, go round by the north side of the park please")
        await desk.pilot.press("q")
        await desk.shows("MESSAGES")

    on_desktop(claim)


def test_people_are_told_once_that_older_state_was_put_back() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.shows("Older state was put back: own numbers go on in a new series")
        desk.app.answer.tell("something else", "plain")
        desk.daemon.set("status", status(restored=True, items=41))
        await desk.until(lambda: desk.app.model.status["items"] == 41)  # type: ignore[index]  # shown
        await desk.pilot.pause()
        assert "put back" not in desk.text()

    on_desktop(claim, rows=long_evening() | {"status": [status(restored=True)]})
