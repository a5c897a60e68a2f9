"""Going from one mode to another: nothing is lost on the way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense_tui.commands import COMMANDS, MODES, Command, mode_of_letter
from meshdefense_tui.phrases import LANGUAGES, phrase
from meshdefense_tui.screens.modal import ChoiceScreen
from meshdefense_tui.screens.palette import PaletteScreen, matching
from support.screens import Desktop, on_desktop


def test_each_mode_has_a_key_and_a_letter_of_its_own() -> None:
    assert [one.number for one in MODES] == list(range(1, 10))
    assert len({one.letter for one in MODES}) == len(MODES)
    for one in MODES:
        assert mode_of_letter(one.letter.upper()) is one


def test_every_mode_opens_by_its_key_and_by_its_letter() -> None:
    async def claim(desk: Desktop) -> None:
        for entry in MODES:
            if entry.name == "report" or not desk.app.operations.has_mode(entry.name):
                continue
            for keys in ((f"f{entry.number}",), ("g", entry.letter)):
                await desk.pilot.press("f1", *keys)
                wanted = entry.name
                await desk.until(lambda: desk.app.operations.mode.NAME == wanted)  # noqa: B023

    on_desktop(claim)


def test_the_report_form_opens_over_any_mode_and_leaves_it_in_place() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("f7", "f3")
        await desk.until(lambda: desk.app.screen is not desk.app.operations)
        await desk.pilot.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.operations)
        assert desk.app.operations.mode.NAME == "mesh"

    on_desktop(claim)


def test_the_cursor_is_where_it_was_when_one_comes_back() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("down", "down")
        before = desk.app.dashboard.alerts.key
        assert before is not None
        await desk.pilot.press("f7")
        await desk.until(lambda: desk.app.operations.mode.NAME == "mesh")
        await desk.pilot.press("escape")
        await desk.until(lambda: desk.app.operations.mode.NAME == "dashboard")
        assert desk.app.dashboard.alerts.key == before
        assert desk.app.dashboard.alerts.has_focus

    on_desktop(claim)


def test_what_came_while_another_mode_was_shown_is_there_on_coming_back() -> None:
    from support.screen_rows import alert

    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("f7")
        await desk.until(lambda: desk.app.operations.mode.NAME == "mesh")
        desk.daemon.set("alerts", alert(77))
        await desk.until(lambda: "2.0.77" in desk.app.model.alerts)
        assert "2.0.77" not in desk.app.dashboard.alerts.keys
        await desk.pilot.press("f1")
        await desk.until(lambda: "2.0.77" in desk.app.dashboard.alerts.keys)

    on_desktop(claim)


@pytest.mark.parametrize("key", ["escape", "q"])
def test_back_leads_to_the_dashboard_and_does_not_leave(key: str) -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("f7")
        await desk.until(lambda: desk.app.operations.mode.NAME == "mesh")
        await desk.pilot.press(key)
        await desk.until(lambda: desk.app.operations.mode.NAME == "dashboard")
        assert desk.app.is_running

    on_desktop(claim)


def test_locked_no_mode_opens_and_none_holds_what_was() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("f7", "f1", "ctrl+l")
        await desk.until(lambda: desk.app.model.locked)
        await desk.pilot.press("f7")
        await desk.pilot.pause()
        assert desk.app.operations.mode.NAME == "dashboard"
        assert not desk.app.dashboard.alerts.keys

    on_desktop(claim)


def test_the_palette_finds_in_both_languages_without_accents_and_does_it() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("colon")
        await desk.until(lambda: isinstance(desk.app.screen, PaletteScreen))
        await desk.pilot.press(*"malla")
        await desk.shows("health of the mesh")
        await desk.pilot.press("enter")
        await desk.until(lambda: desk.app.operations.mode.NAME == "mesh")

    on_desktop(claim)


def test_the_palette_says_what_to_do_when_nothing_fits_and_nothing_of_sending() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("colon", *"xyz")
        await desk.shows("Nothing has that name.")
        assert "another word, or Esc closes" in desk.text()
        assert "sends" not in desk.text()

    on_desktop(claim)


def test_every_command_is_found_by_its_own_words_in_every_language() -> None:
    for command in COMMANDS:
        for language in LANGUAGES:
            assert command in matching(COMMANDS, phrase(command.words, language))


@given(st.text(max_size=40))
def test_the_palette_takes_any_text(typed: str) -> None:
    assert all(isinstance(one, Command) for one in matching(COMMANDS, typed))


def test_go_shows_only_modes_that_there_are() -> None:
    async def claim(desk: Desktop) -> None:
        await desk.pilot.press("g")
        await desk.until(lambda: isinstance(desk.app.screen, ChoiceScreen))
        text = desk.text()
        for entry in MODES:
            there = entry.name == "report" or desk.app.operations.has_mode(entry.name)
            assert (phrase(entry.words) in text) is there

    on_desktop(claim)
