"""Radios of the network, wherever they are: one is lost, and who holds one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from meshdefense_tui.lines import line_width, plain
from meshdefense_tui.look import ASCII, UNICODE, Look
from meshdefense_tui.screens.table_radio import HandScreen, LoseScreen
from meshdefense_tui.screens.table_windows import TextScreen
from meshdefense_tui.table.losses import Exposure, exposure_of
from meshdefense_tui.views.table_losses import exposure_lines
from support.fake_radio_command import calls, recorded, write_answers
from support.screens import StillTime
from support.table_desktop import WIDE, Table, approved, at_table, held_at_write, writing

DRILL = recorded()["drill"]["lines"][0]


def words_of(folder: Path, command: str) -> list[str]:
    found: list[str] = [one for one in calls(folder) if one["command"] == command][-1]["words"]
    return found


async def on_row(table: Table, name: str) -> None:
    if not table.page.fleet.has_focus:
        await table.press("tab")
    table.page.fleet.stand_on(name)


async def asked(table: Table) -> None:
    await on_row(table, "Base 1")
    await table.press("X")
    await table.screen(LoseScreen)


async def handing(table: Table) -> None:
    await on_row(table, "Patrol 2")
    await table.press("h")
    await table.screen(HandScreen)


async def network(table: Table) -> None:
    await on_row(table, "Patrol 2")
    await table.desk.pilot.pause()


CASES: dict[str, tuple[Callable[[Table], Awaitable[None]], dict[str, Any]]] = {
    "radios_table_network_80x24": (network, {}),
    "radios_table_network_80x24_es": (network, {"language": "es"}),
    "radios_table_lose_80x24": (asked, {}),
    "radios_table_lose_80x24_es": (asked, {"language": "es"}),
    "radios_table_lose_160x45_es": (asked, {"size": WIDE, "language": "es"}),
    "radios_table_hand_80x24": (handing, {}),
    "radios_table_hand_80x24_es": (handing, {"language": "es"}),
}


@pytest.mark.parametrize("name", CASES)
def test_its_windows_look_as_they_were_approved(name: str, tmp_path: Path) -> None:
    show, options = CASES[name]
    approved(name, show, tmp_path, **options)


# A radio is lost


def test_a_lost_radio_is_noted_once_its_name_is_typed_and_the_others_are_listed(
    tmp_path: Path,
) -> None:
    async def claim(table: Table) -> None:
        await asked(table)
        assert words_of(tmp_path, "drill")[-3:] == ["--drill", "--", "Base 1"]
        for typed in ("", "Base 2"):
            table.desk.app.screen.text.value = typed  # type: ignore[attr-defined]
            await table.press("enter")
            await table.desk.shows("That is not its name: nothing was changed.")
        assert "lose" not in table.commands()
        await table.press("pagedown")
        await table.desk.shows("new keys are drawn for: Neighbours, South")
        table.desk.app.screen.text.value = " Base 1 "  # type: ignore[attr-defined]
        await table.press("enter")
        await table.screen(TextScreen)
        await table.desk.shows("still to be written again: 2 of 3")
        await table.idle()
        assert words_of(tmp_path, "lose")[-3:] == ["--yes", "--", "Base 1"]
        assert table.commands()[-4:] == ["drill", "lose", "lost", "fleet show"]
        await table.press("escape")
        await table.desk.shows("Base 1 is noted as lost. New keys: Neighbours, South.")

    at_table(tmp_path, claim)


def test_what_is_refused_is_said_in_the_window_and_what_may_have_been_done_too(
    tmp_path: Path,
) -> None:
    no = {"lines": [], "code": 4, "stderr": "meshdefense: it was never written here\n"}
    write_answers(tmp_path, lose={"lines": [], "then": "die"})

    async def claim(table: Table) -> None:
        await asked(table)
        table.desk.app.screen.text.value = "Base 1"  # type: ignore[attr-defined]
        await table.press("enter")
        await table.desk.shows("L shows it. If not, X again.")
        write_answers(tmp_path, lose=no)
        await table.press("enter")
        await table.desk.shows("it was never written here")
        await table.desk.shows_no("If not, X again.")
        await table.press("escape")
        write_answers(tmp_path, drill=no)
        await table.press("X")
        await table.desk.until(lambda: table.commands()[-1] == "drill")
        await table.idle()
        await table.desk.shows("it was never written here")

    at_table(tmp_path, claim)


def test_only_a_row_of_the_network_is_lost(tmp_path: Path) -> None:
    async def claim(table: Table) -> None:
        for key in ("X", "h"):
            table.page.plugged.stand_on("tcp:127.0.0.1:45204")  # new: no radio of the network
            await table.press(key)
            await table.desk.shows("Choose a radio of the network first: Tab leads to that list.")
        assert not {"drill", "fleet hand"} & set(table.commands())

    at_table(tmp_path, claim)


def test_a_lock_ends_no_command_that_changes_the_fleet(tmp_path: Path) -> None:
    write_answers(tmp_path, lose={"hold": {"0": "go"}})

    async def claim(table: Table) -> None:
        await asked(table)
        table.desk.app.screen.text.value = "Base 1"  # type: ignore[attr-defined]
        await table.press("enter")
        await table.desk.until(lambda: table.commands()[-1] == "lose")
        child = table.page.work.child
        await table.press("ctrl+l")
        assert table.page.work.child is child
        (tmp_path / "go").touch()
        await table.idle()
        assert table.page.work.state.exposure is None

    at_table(tmp_path, claim)


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
@pytest.mark.parametrize("language", ["en", "es"])
def test_everything_that_the_rehearsal_says_is_shown_and_fits(language: str, glyphs: Any) -> None:
    look = Look(language, glyphs, StillTime().clock())
    more = {"commands_others": True, "unfinished": True, "renewed": ["Old"], "member": "heron"}

    def said(lost: Exposure, width: int) -> str:
        lines = exposure_lines(lost, look, data=" --data /x", width=width)
        assert all(line_width(line) <= width for line in lines)
        return " ".join(" ".join(plain(line) for line in lines).split())

    for width in (40, 76, 150):
        text = said(exposure_of(DRILL | more), width)
        for fact in ("68684", "heron", "Old", "Roof 1", "House 1", "Patrol 1", "--data /x"):
            assert fact.replace("68684", "6868") in text
        for key in ("radio_t_lose_commands", "radio_t_lose_unfinished", "radio_t_lose_cannot"):
            assert look.say(key) in text
        never = said(exposure_of(DRILL | {"proven_at": None, "member": None}), width)
        assert look.say("radio_t_lose_unproven") in never
        assert look.say("radio_t_lose_no_commands") in never
        assert look.say("radio_held_by_nobody") in never


# Who holds it


def test_who_holds_a_radio_is_noted_and_that_nobody_does(tmp_path: Path) -> None:
    async def claim(table: Table) -> None:
        await handing(table)
        await table.desk.shows("held by heron")
        assert table.desk.app.screen.text.value == "heron"  # type: ignore[attr-defined]
        table.desk.app.screen.text.value = "17"  # type: ignore[attr-defined]
        await table.press("enter")
        await table.desk.shows("Patrol 2 is held by 17 now.")
        assert words_of(tmp_path, "fleet hand")[-3:] == ["--member=17", "--", "Patrol 2"]
        await table.desk.until(lambda: table.commands()[-1] == "fleet show")
        await table.idle()
        await table.press("h")
        table.desk.app.screen.text.value = ""  # type: ignore[attr-defined]
        await table.press("enter")
        await table.desk.shows("Nobody holds Patrol 2 now.")
        assert words_of(tmp_path, "fleet hand")[-3:] == ["--nobody", "--", "Patrol 2"]

    at_table(tmp_path, claim)


def test_a_holder_who_is_refused_stays_typed(tmp_path: Path) -> None:
    said = "meshdefense: Ana Lopez is no member's number or handle\n"
    write_answers(tmp_path, fleet_hand={"lines": [], "code": 2, "stderr": said})

    async def claim(table: Table) -> None:
        await handing(table)
        table.desk.app.screen.text.value = "Ana Lopez"  # type: ignore[attr-defined]
        await table.press("enter")
        await table.desk.shows("Ana Lopez is no member's number or handle")
        assert table.desk.app.screen.text.value == "Ana Lopez"  # type: ignore[attr-defined]

    at_table(tmp_path, claim)


def test_a_radio_on_the_table_is_handed_over_from_there(tmp_path: Path) -> None:
    async def claim(table: Table) -> None:
        table.page.plugged.stand_on("tcp:127.0.0.1:45203")
        await table.press("h")
        await table.screen(HandScreen)
        await table.desk.shows("Who holds Verifier 1?")

    at_table(tmp_path, claim)


def test_while_radios_are_written_the_window_says_so_and_enter_tries_again(tmp_path: Path) -> None:
    write_answers(tmp_path, apply={"hold": held_at_write()})

    async def claim(table: Table) -> None:
        await writing(table)
        await handing(table)
        table.desk.app.screen.text.value = "7"  # type: ignore[attr-defined]
        await table.press("enter")
        await table.desk.shows("Wait: WRITING, radios: 2")
        assert "noting it" not in table.desk.text()
        assert "fleet hand" not in table.commands()
        (tmp_path / "go").touch()
        await table.idle()
        await table.press("enter")
        await table.desk.until(lambda: "fleet hand" in table.commands())

    at_table(tmp_path, claim)
