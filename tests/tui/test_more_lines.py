"""What is longer than its place says so, and how much of it is not in view."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_tui.clock import Clock
from meshdefense_tui.lines import Line, line_width, plain
from meshdefense_tui.look import ASCII, UNICODE, Glyphs, Look
from meshdefense_tui.views.more import with_more
from support.screen_rows import NOW
from support.screens import Desktop, on_desktop


def look(language: str = "en", glyphs: Glyphs = UNICODE) -> Look:
    return Look(language, glyphs, Clock(lambda: NOW))


@given(
    st.lists(st.integers(0, 250), max_size=60),
    st.integers(40, 250),
    st.integers(1, 50),
    st.sampled_from(["en", "es"]),
    st.sampled_from([UNICODE, ASCII]),
)
def test_lines_in_view_and_those_that_are_told_are_all_there_are(
    sizes: list[int], width: int, height: int, language: str, glyphs: Glyphs
) -> None:
    lines: list[Line] = [(("x" * min(size, width), "plain"),) for size in sizes]
    shown = with_more(lines, look(language, glyphs), width=width, height=height)
    assert len(shown) == min(len(lines), height)
    assert all(line_width(line) <= width for line in shown)
    if len(lines) <= height or height < 2:
        assert shown == lines[:height]
        return
    told = re.search(r"(\d+) ", plain(shown[-1]).lstrip("x…~"))
    assert told is not None
    assert int(told[1]) + height - 1 == len(lines)
    assert shown[:-1] == lines[: height - 1]


@pytest.mark.parametrize(("language", "words"), [("en", "lines more"), ("es", "líneas más")])
def test_the_help_says_that_there_is_more_until_its_end(language: str, words: str) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("question_mark")
        await desk.shows(words)
        for _ in range(8):
            await desk.pilot.press("pagedown")
        await desk.shows_no(words)
        marks = ("= closed", "~ expired") if language == "en" else ("= cerrado", "~ caducado")
        assert all(mark in desk.text() for mark in marks), "no sign is cut off"

    on_desktop(claim, language=language)


def test_the_first_run_says_that_the_promises_go_on() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("enter", "enter", "enter", "enter")
        await desk.shows("5/5")
        assert re.search(r"↓ \d+ lines more", desk.text())
        for _ in range(8):
            await desk.pilot.press("space")
        await desk.shows_no("lines more")

    on_desktop(claim, setup=True)


def test_what_was_chosen_in_the_first_run_has_a_mark_and_its_command_is_one_command() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("enter", "enter", "n")
        await desk.shows("▌ n no")
        await desk.pilot.press("enter", "c")
        await desk.shows("▌ c create a network")
        rows = [row.strip() for row in desk.text().splitlines()]
        first = next(at for at, row in enumerate(rows) if row.startswith("meshdefense network"))
        assert rows[first].endswith("\\")
        assert rows[first + 1].startswith(("40.7608", "--origin"))

    on_desktop(claim, setup=True, rows={"status": [], "radio": []}, start_daemon=False)
