"""Big mode, the ticker, jump mode and the first run: keys, widths, goldens, hostile rows."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdefense.api.row_schema import AlertRow
from meshdefense.api.schema import ChangesResult
from meshdefense.promises import NON_PROMISES, PROMISES
from meshdefense_protocol.words import LADDER, SEVERITIES
from meshdefense_tui.clock import Clock
from meshdefense_tui.jump import LETTERS, JumpScreen
from meshdefense_tui.lines import line_width, plain
from meshdefense_tui.look import ASCII, UNICODE, Look
from meshdefense_tui.model import Model
from meshdefense_tui.phrases import LANGUAGES
from meshdefense_tui.screens.setup import SetupScreen
from meshdefense_tui.settings import FILE_NAME, SettingsFile
from meshdefense_tui.views.big import BIG_ROWS, big_alert_lines, count_lines, large, ticker_line
from meshdefense_tui.views.setup_steps import STEPS, step_lines
from support.screen_rows import NOW, alert, busy_evening, patrol, radio, sos, status
from support.screens import Desktop, Tables, on_desktop

GOLDEN = Path(__file__).parent / "golden"
QUIET: Tables = {"status": [status()], "radio": [radio()], "alerts": [alert(1), alert(2)]}
NARROW, WIDE = (80, 24), (160, 45)
GRAVE = alert(9, severity=3)
CASES: dict[str, tuple[tuple[int, int], str, dict[str, Any]]] = {
    "alarms_big_80x24": (NARROW, "G", {}),
    "alarms_big_80x24_es": (NARROW, "G", {"language": "es"}),
    "alarms_big_80x24_ascii": (NARROW, "G", {"ascii_only": True}),
    "alarms_big_160x45": (WIDE, "G", {}),
    "alarms_big_160x45_es": (WIDE, "G", {"language": "es"}),
    "alarms_big_40x16": ((40, 16), "G", {}),
    "alarms_ticker_50x6": ((50, 6), "", {}),
    "alarms_jump_80x24": (NARROW, "apostrophe", {}),
    "alarms_setup_language_80x24": (NARROW, "", {"setup": True}),
    "alarms_setup_signs_80x24": (NARROW, "enter", {"setup": True}),
    "alarms_setup_bell_80x24_es": (NARROW, "2 enter n", {"setup": True}),
    "alarms_setup_network_80x24": (
        NARROW, "enter enter enter j", {"setup": True, "rows": {"status": []}},
    ),
    "alarms_setup_promises_80x24_ascii": (
        NARROW, "enter enter enter enter", {"setup": True, "ascii_only": True},
    ),
    "alarms_setup_promises_160x45_es": (WIDE, "2 enter enter enter", {"setup": True}),
}  # fmt: skip


def approved(desk: Desktop, name: str) -> None:
    text, path = desk.text() + "\n", GOLDEN / f"{name}.txt"
    if os.environ.get("MESHDEFENSE_RENEW_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_the_screen_looks_as_it_was_approved(name: str) -> None:
    size, keys, options = CASES[name]

    async def claim(desk: Desktop) -> None:
        for key in keys.split():
            await desk.pilot.press(key)
            await desk.pilot.pause()
        await desk.pilot.pause(0.1)
        approved(desk, name)

    on_desktop(claim, size=size, **options)


def test_an_alarm_looks_as_it_was_approved() -> None:
    async def claim(desk: Desktop) -> None:
        desk.daemon.set("alerts", GRAVE)
        await desk.shows("a acknowledges")
        await desk.pilot.press("j")
        await desk.shows("silenced")
        approved(desk, "alarms_banner_80x24")

    on_desktop(claim)


def test_no_golden_is_left_over() -> None:
    stored = {path.stem for path in GOLDEN.glob("alarms_*.txt")}
    assert stored == {*CASES, "alarms_banner_80x24"}


# Views


def model_of(tables: Tables) -> Model:
    made = Model()
    rows = {name: [{**row, "rev": 1} for row in given] for name, given in tables.items()}
    made.apply(cast("ChangesResult", {"epoch": "e", "revision": 1, "tables": rows}))
    return made


LOOKS = st.builds(
    Look,
    st.sampled_from(LANGUAGES),
    st.sampled_from([UNICODE, ASCII]),
    st.just(Clock(lambda: NOW)),
)
WIDTHS = st.integers(40, 250)


@settings(deadline=None)
@given(LOOKS, WIDTHS, st.integers(0, 99), st.integers(-7200, 7200))
def test_the_counts_fit_and_no_number_is_lost(
    look: Look, width: int, critical: int, left: int
) -> None:
    alerts = [alert(n, severity=3) for n in range(critical)]
    rows = {"alerts": alerts, "patrols": [patrol(3, "leo", due_at=NOW + left)]}
    lines = count_lines(model_of(rows), look, now=NOW, width=width)
    assert len(lines) == 4
    assert all(line_width(line) <= width for line in lines)
    drawn = [plain(line) for line in lines[:3]]
    rows_of_number = large(str(critical), look.glyphs is ASCII)
    assert all(row in line for row, line in zip(rows_of_number, drawn, strict=True))
    assert "leo" in plain(lines[3])


@settings(deadline=None)
@given(LOOKS, WIDTHS, st.integers(0, 3), st.booleans(), st.booleans())
def test_counts_of_an_exercise_alone_say_that_it_is_one(
    look: Look, width: int, severity: int, drill: bool, called: bool
) -> None:
    rows: Tables = {
        "alerts": [alert(1, severity=severity, drill=drill)],
        "sos": [sos(1, drill=drill)] if called else [],
    }
    model, word = model_of(rows), look.say("drill")
    for text in (
        plain(count_lines(model, look, now=NOW, width=width)[3]),
        plain(ticker_line(model, look, now=NOW, width=width)),
    ):
        assert (word in text) is drill


@settings(deadline=None)
@given(
    LOOKS,
    WIDTHS,
    st.integers(0, 3),
    st.sampled_from([word.key for word in LADDER]),
    st.booleans(),
    st.booleans(),
    st.text(max_size=30),
)
def test_a_large_row_fits_and_says_severity_state_and_drill(
    look: Look, width: int, severity: int, state: str, drill: bool, asking: bool, name: str
) -> None:
    row = alert(1, severity=severity, state=state, drill=drill, author_name=name)
    lines = big_alert_lines(
        cast("AlertRow", row), look, origin=None, now=NOW, width=width, asking=asking
    )
    assert len(lines) == BIG_ROWS
    assert all(line_width(line) <= width for line in lines)
    text = "\n".join(map(plain, lines))
    assert SEVERITIES.get(severity).text(look.language).upper() in text
    assert LADDER.find(state).text(look.language) in text
    assert (look.say("drill") in text) is drill


@settings(deadline=None)
@given(LOOKS, st.integers(1, 250), st.integers(0, 3), st.booleans())
def test_the_ticker_is_one_line_of_any_width(
    look: Look, width: int, severity: int, called: bool
) -> None:
    rows: Tables = {"alerts": [alert(1, severity=severity)], "sos": [sos(1)] if called else []}
    line = ticker_line(model_of(rows), look, now=NOW, width=width)
    assert line_width(line) == width
    if width >= 40:
        assert f"{look.severity_mark(severity)}1" in plain(line)
        assert ("SOS 1" in plain(line)) is called


@settings(deadline=None)
@given(LOOKS, WIDTHS, st.sampled_from(STEPS), st.sampled_from(["", "create", "join", "demo", "n"]))
def test_every_step_of_the_first_run_fits(look: Look, width: int, step: str, way: str) -> None:
    lines = step_lines(step, look, status=None, way=way, width=width)
    if step != "signs" or width >= 72:
        assert all(line_width(line) <= width for line in lines)
    text = " ".join(" ".join(map(plain, lines)).split())
    if step == "promises":
        assert all(one.said(look.language) in text for one in (*PROMISES, *NON_PROMISES))
    if step == "network" and way == "create":
        assert "meshdefense network create" in text


def test_digits_are_three_rows_of_three_cells_in_both_signs() -> None:
    for ascii_only in (False, True):
        seen = {large(char, ascii_only) for char in "0123456789"}
        assert len(seen) == 10
        assert all(len(row) == 3 for rows in seen for row in rows)
        assert all(row.isascii() for rows in seen for row in rows) is ascii_only


# Big mode and ticker


def test_one_key_leads_to_big_mode_and_back() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("G")
        await desk.until(lambda: desk.app.operations.mode.NAME == "big")
        await desk.pilot.press("j", "a")
        await desk.until(lambda: desk.daemon.calls == [("acknowledge", {"item": "2.0.2"})])
        await desk.pilot.press("G")
        await desk.until(lambda: desk.app.operations.mode.NAME == "dashboard")
        await desk.pilot.press("G", "escape")
        await desk.until(lambda: desk.app.operations.mode.NAME == "dashboard")

    on_desktop(claim, rows=QUIET)


def test_big_from_the_start_shows_new_alerts_and_opens_them() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.until(lambda: desk.app.operations.mode.NAME == "big")
        desk.daemon.set("alerts", alert(7, severity=2))
        await desk.shows("1 new")
        await desk.pilot.press("full_stop", "enter")
        await desk.until(lambda: desk.app.screen is not desk.app.operations)

    on_desktop(claim, rows=QUIET, big=True)


def test_a_row_that_vanishes_under_the_cursor_and_a_lock_leave_nothing_behind() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("G", "j")
        await desk.until(lambda: desk.app.desk.selected == "2.0.2")
        desk.daemon.remove("alerts", "2.0.2")
        await desk.until(lambda: desk.app.desk.selected == "2.0.1")
        desk.daemon.lock()
        await desk.shows("LOCKED")
        assert "HIGH" not in desk.text()
        desk.daemon.unlock()
        await desk.shows("HIGH")

    on_desktop(claim, rows=QUIET)


def test_ten_thousand_alerts_are_one_list_in_big_mode() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("G", "end")
        await desk.shows("10000/10000")

    on_desktop(claim, rows=QUIET | {"alerts": [alert(n, severity=1) for n in range(10_000)]})


def test_any_size_and_back_never_fails() -> None:
    async def claim(desk: Desktop) -> None:
        for size in ((1, 1), (80, 24), (59, 24), (60, 19), (3, 40), (200, 1), (20, 10)):
            await desk.pilot.resize_terminal(*size)
            await desk.pilot.pause()
            small = size[0] < 60 or size[1] < 20
            assert desk.app.has_class("-ticker") is small
            await desk.pilot.press("G", "G", "question_mark", "escape")
        await desk.pilot.resize_terminal(80, 24)
        await desk.shows("ALERTS 2")
        await desk.pilot.press("j")
        assert desk.app.desk.selected == "2.0.2"

    on_desktop(claim, rows=QUIET)


def test_hostile_texts_do_not_break_a_row() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("G")
        await desk.pilot.pause()
        for row in desk.text().splitlines():
            assert "\x1b" not in row
        await desk.pilot.resize_terminal(50, 10)
        await desk.pilot.pause(0.1)
        assert "\x1b" not in desk.text()

    bad = "\x1b]0;x\x07\u202e" + "w" * 500
    rows = QUIET | {
        "alerts": [alert(1, author_name=bad, count_label=bad, note=bad)],
        "patrols": [patrol(3, bad, due_at=NOW - 9)],
    }
    on_desktop(claim, rows=rows)


# Jump mode


@pytest.mark.parametrize("key", ["apostrophe", "semicolon"])
def test_a_letter_leads_to_each_panel(key: str) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press(key)
        await desk.shows("[a]")
        screen = desk.app.screen
        assert isinstance(screen, JumpScreen)
        targets = screen.targets
        assert len(targets) >= 3
        await desk.pilot.press("escape")
        for letter, target in targets.items():
            await desk.pilot.press(key, letter)
            await desk.until(lambda: desk.app.focused is target)  # noqa: B023
        assert desk.app.screen is desk.app.operations

    on_desktop(claim)


def test_any_other_key_stays_where_one_is() -> None:
    async def claim(desk: Desktop) -> None:
        before = desk.app.focused
        await desk.pilot.press("apostrophe", "z")
        await desk.until(lambda: desk.app.screen is desk.app.operations)
        assert desk.app.focused is before
        await desk.pilot.press("apostrophe")
        await desk.pilot.resize_terminal(100, 30)
        await desk.until(lambda: desk.app.screen is desk.app.operations)

    on_desktop(claim)
    assert len(set(LETTERS)) == len(LETTERS)


# First run


def first_run(folder: Path) -> dict[str, Any]:
    file = SettingsFile(folder / FILE_NAME)
    file.read()
    return {"setup": True, "settings": file}


def test_the_first_run_sets_language_and_signs_and_writes_them_down(tmp_path: Path) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.shows("FIRST RUN")
        assert "PRIMER USO" in desk.text()
        await desk.pilot.press("2", "3")
        await desk.shows("¿Las oyó?")
        assert desk.app.has_class("-ascii")
        await desk.pilot.press("t", "y", "enter", "backspace", "enter", "enter")
        await desk.shows("LO QUE NO SE PROMETE")
        await desk.pilot.press("j", "space", "enter")
        await desk.shows("guardado en screens.toml")

    on_desktop(claim, **first_run(tmp_path))
    text = (tmp_path / FILE_NAME).read_text()
    assert sorted(text.split("\n")) == ["", 'dots = "ascii"', 'glyphs = "ascii"', 'language = "es"']


@pytest.mark.parametrize("steps", range(len(STEPS)))
def test_esc_leaves_at_every_step_and_it_does_not_come_again(tmp_path: Path, steps: int) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press(*["enter"] * steps, "escape")
        await desk.until(lambda: not isinstance(desk.app.screen, SetupScreen))
        await desk.shows("HIGH fire")

    on_desktop(claim, rows=QUIET, **first_run(tmp_path))
    again = SettingsFile(tmp_path / FILE_NAME)
    again.read()
    assert not again.missing
    assert again.problems == []


def test_an_alarm_comes_first_and_the_first_run_later(tmp_path: Path) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.until(lambda: not isinstance(desk.app.screen, SetupScreen))
        await desk.shows("SOS kit")
        assert "meshdefense tui --setup" in desk.text()

    on_desktop(claim, rows=QUIET | {"sos": [sos(1)]}, size=(100, 30), **first_run(tmp_path))
    assert not (tmp_path / FILE_NAME).exists()


def test_an_alarm_in_the_middle_of_the_first_run_ends_it(tmp_path: Path) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("2", "enter")
        desk.daemon.set("alerts", GRAVE)
        await desk.until(lambda: not isinstance(desk.app.screen, SetupScreen))
        await desk.pilot.press("a")
        await desk.shows("en silencio")

    on_desktop(claim, rows=QUIET, **first_run(tmp_path))


def test_a_call_for_help_works_from_the_first_run(tmp_path: Path) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("ctrl+g")
        await desk.shows("SOS goes out in 5 s")

    on_desktop(claim, rows=QUIET, **first_run(tmp_path))


def test_a_running_network_is_named_instead_of_made(tmp_path: Path) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("enter", "enter", "enter")
        await desk.shows("you are BASE-1 in Riverside")
        assert "network create" not in desk.text()

    on_desktop(claim, rows=busy_evening() | {"sos": []}, **first_run(tmp_path))
