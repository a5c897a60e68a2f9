"""The organizers' table, by its keys; its commands answer as the real ones were recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual import events

from meshdefense_tui.screens.lock import LockScreen
from meshdefense_tui.screens.table_stop import StopScreen
from meshdefense_tui.screens.table_windows import (
    AddressScreen,
    NamesScreen,
    SecretScreen,
    TextScreen,
)
from meshdefense_tui.table import work
from meshdefense_tui.table.child import Limits
from meshdefense_tui.table.state import Access
from support.fake_radio_command import PASSPHRASE, calls, recorded, write_answers
from support.screen_rows import busy_evening, radio
from support.screens import Tables
from support.table_desktop import (
    BASE,
    ROOF,
    WIDE,
    Table,
    approved,
    at_table,
    held_at_write,
    names,
    runs,
    writing,
)  # fmt: skip

# Looks


async def plugged(table: Table) -> None:
    table.page.plugged.stand_on(ROOF)


async def secret(table: Table) -> None:
    await table.press("t")
    await table.screen(SecretScreen)
    await table.typed("12345")


async def plan(table: Table) -> None:
    table.page.plugged.stand_on(BASE)
    await table.press("p")
    await table.screen(TextScreen)


async def lost(table: Table) -> None:
    await table.press("L")
    await table.screen(TextScreen)


CASES: dict[str, tuple[Callable[[Table], Awaitable[None]], dict[str, Any]]] = {
    "radios_table_80x24": (plugged, {}),
    "radios_table_80x24_es": (plugged, {"language": "es"}),
    "radios_table_80x24_ascii": (plugged, {"ascii_only": True}),
    "radios_table_160x45": (plugged, {"size": WIDE}),
    "radios_table_160x45_es": (plugged, {"size": WIDE, "language": "es"}),
    "radios_table_secret_80x24": (secret, {"open_it": False}),
    "radios_table_secret_80x24_es": (secret, {"open_it": False, "language": "es"}),
    "radios_table_names_80x24": (names, {}),
    "radios_table_names_80x24_es": (names, {"language": "es"}),
    "radios_table_plan_80x24": (plan, {}),
    "radios_table_plan_80x24_es": (plan, {"language": "es"}),
    "radios_table_writing_80x24": (writing, {}),
    "radios_table_writing_160x45_es": (writing, {"size": WIDE, "language": "es"}),
    "radios_table_lost_80x24": (lost, {}),
    "radios_table_lost_80x24_es": (lost, {"language": "es"}),
}


@pytest.mark.parametrize("name", CASES)
def test_the_table_looks_as_it_was_approved(name: str, tmp_path: Path) -> None:
    show, options = CASES[name]
    approved(name, show, tmp_path, **options)


# Opening


def test_without_a_fleet_the_command_that_makes_one_is_said_and_radios_can_be_read(
    tmp_path: Path,
) -> None:
    write_answers(tmp_path, fleet_show={"lines": [], "code": 5, "missing": True,
                                        "stderr": "meshdefense: there is no fleet\n"})  # fmt: skip

    async def claim(table: Table) -> None:
        await table.press("t")
        await table.desk.shows("meshdefense radio fleet new")
        await table.press("u")
        await table.desk.until(lambda: len(table.page.work.state.plugged) == 7)
        assert "--plain" in calls(tmp_path)[-1]["words"]
        table.page.plugged.stand_on(ROOF)
        await table.press("A")
        await table.desk.shows("First make a fleet")
        assert table.commands() == ["fleet show", "list"]

    at_table(tmp_path, claim, open_it=False)


def test_a_wrong_passphrase_is_asked_for_again_and_the_right_one_opens(tmp_path: Path) -> None:
    async def claim(table: Table) -> None:
        await table.press("t")
        await table.screen(SecretScreen)
        await table.press("enter")  # nothing was typed: nothing is tried
        await table.typed("wrong")
        await table.desk.shows("*****_")
        await table.press("enter")
        await table.desk.shows("Wrong passphrase.")
        assert isinstance(table.desk.app.screen, SecretScreen)
        await table.typed("x")
        await table.press("backspace")
        table.desk.app.screen.post_message(events.Paste(PASSPHRASE + "\nmore"))
        await table.desk.pilot.pause()
        await table.press("enter")
        await table.desk.shows("RADIOS OF THE NETWORK 6")
        await table.idle()
        assert "Wrong" not in table.desk.text()
        assert table.page.work.state.access is Access.OPEN
        given = [one["passphrase"] for one in calls(tmp_path)]
        assert given == [False, False, True]  # the first one only asks whether there is a fleet

    at_table(tmp_path, claim, open_it=False)


def test_escape_leaves_the_fleet_closed_and_an_order_asks_again(tmp_path: Path) -> None:
    async def claim(table: Table) -> None:
        await table.press("t")
        await table.screen(SecretScreen)
        await table.typed("half")
        await table.press("escape")
        await table.desk.shows("The fleet is closed")
        await table.press("u")
        await table.screen(SecretScreen)
        assert "****" not in table.desk.text()
        await table.typed(PASSPHRASE)
        await table.press("enter")
        await table.desk.until(lambda: len(table.page.work.state.plugged) == 7)  # as was asked
        await table.idle()
        assert table.commands() == ["fleet show", "fleet show", "list"]

    at_table(tmp_path, claim, open_it=False)


def test_the_passphrase_is_forgotten_on_leaving_page_or_mode_and_after_ten_minutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def claim(table: Table) -> None:
        held = table.page.work.secret
        assert held.held
        await table.press("t")
        assert not held.held
        await table.press("t")
        await table.screen(SecretScreen)
        await table.press("escape")
        for leave in ("f1", "escape"):
            await table.press("u")
            await table.screen(SecretScreen)
            await table.typed(PASSPHRASE)
            await table.press("enter")
            await table.desk.until(lambda: held.held)
            await table.idle()
            await table.press(leave)
            await table.desk.until(lambda: not held.held)
            await table.press("f8")
            await table.desk.until(lambda: table.desk.app.operations.mode.NAME == "radios")
        await table.press("t")
        await table.screen(SecretScreen)
        monkeypatch.setattr(work, "HELD_S", 0.05)
        await table.typed(PASSPHRASE)
        await table.press("enter")
        await table.desk.until(lambda: bool(table.page.work.state.fleet))
        await table.desk.until(lambda: not held.held)
        await table.desk.shows("The fleet is closed")

    at_table(tmp_path, claim)


def test_a_closed_table_has_no_timer_and_starts_nothing(tmp_path: Path) -> None:
    async def claim(table: Table) -> None:
        assert table.mode.table is None
        await table.press("t")
        await table.screen(SecretScreen)
        await table.press("escape", "t")
        assert table.page.work._timer is None
        assert not table.page.work.secret.held
        before = len(calls(tmp_path))
        table.desk.time.advance(3600)
        table.desk.app.operations.tick()
        await table.desk.pilot.pause(0.2)
        assert len(calls(tmp_path)) == before
        assert not list(table.mode._timers)

    at_table(tmp_path, claim, open_it=False)


# Orders


@pytest.mark.parametrize(
    ("key", "command", "shown"),
    [("u", "list", "Radios read: 7"), ("P", "prove", "Right: "), ("d", "drift", "As proven: ")],
)
def test_each_key_runs_its_command_and_says_what_came_of_it(
    key: str, command: str, shown: str, tmp_path: Path
) -> None:
    async def claim(table: Table) -> None:
        table.page.plugged.stand_on("tcp:127.0.0.1:45202")
        await table.press(key)
        await table.desk.shows(shown)
        words = [one for one in calls(tmp_path) if one["command"] == command][-1]["words"]
        if key != "u":
            assert words[-2:] == ["--", "tcp:127.0.0.1:45202"]
        assert "en" in words
        await table.idle()
        if command == "drift":  # it noted something in the fleet
            await table.desk.until(lambda: table.commands()[-2:] == ["drift", "fleet show"])

    at_table(tmp_path, claim)


def test_a_plan_is_read_first_and_written_from_there(tmp_path: Path) -> None:
    async def claim(table: Table) -> None:
        await plan(table)
        text = table.desk.text()
        assert "channels[0].settings.psk" in text
        assert "32 bytes" in text
        await table.press("down", "pageup", "A")
        await table.desk.shows("written, restarted, read back and right")
        words = [one for one in calls(tmp_path) if one["command"] == "apply"][-1]["words"]
        assert words[-2:] == ["--", f"{BASE}=Base 1"]
        assert "--yes" in words

    at_table(tmp_path, claim)


def test_a_plan_with_something_in_the_way_cannot_be_written(tmp_path: Path) -> None:
    answer = recorded()["plan"]
    answer["lines"][0][0] |= {
        "blocked": True,
        "problems": [{"severity": "stop", "words": "its firmware is too old"}],
    }
    write_answers(tmp_path, plan=answer | {"code": 4})

    async def claim(table: Table) -> None:
        await plan(table)
        assert "IN THE WAY: its firmware is too old" in table.desk.text()
        await table.press("A")
        assert isinstance(table.desk.app.screen, TextScreen)
        await table.press("escape")
        assert "apply" not in table.commands()

    at_table(tmp_path, claim)


def test_several_radios_are_named_and_written_at_once(tmp_path: Path) -> None:
    async def claim(table: Table) -> None:
        await names(table)
        shown = table.desk.text()
        assert "Base 1" in shown
        assert "Roof 1" in shown
        await table.press("down", "right", "left", "up", "A")
        await table.desk.shows("Right and proven: 2 of 2")
        words = [one for one in calls(tmp_path) if one["command"] == "apply"][-1]["words"]
        assert words[-3:] == ["--", f"{BASE}=Base 1", f"{ROOF}=Roof 1"]
        assert words[words.index("--by") + 1] == "1"
        assert not table.page.work.state.marked
        await table.desk.until(lambda: table.commands()[-1] == "fleet show")

    at_table(tmp_path, claim)


def test_a_radio_without_a_name_is_not_written_and_two_cannot_have_one(tmp_path: Path) -> None:
    async def claim(table: Table) -> None:
        table.page.plugged.stand_on("tcp:127.0.0.1:45290")
        await table.press("space")
        table.page.plugged.stand_on(ROOF)
        await table.press("space", "A")
        await table.screen(NamesScreen)
        await table.desk.shows("no name is left")
        await table.press("A")
        await table.desk.shows("Each radio needs a name first.")
        await table.press("down", "right", "right", "right", "escape")
        assert "apply" not in table.commands()

    at_table(tmp_path, claim)


def test_the_cursor_in_the_network_chooses_the_name(tmp_path: Path) -> None:
    shown = recorded()["fleet show"]
    shown["lines"][0]["radios"] += [
        shown["lines"][0]["radios"][4] | {"name": f"Roof {number}"} for number in range(2, 40)
    ]
    write_answers(tmp_path, fleet_show=shown)

    async def claim(table: Table) -> None:
        table.page.plugged.stand_on(ROOF)
        await table.press("tab")
        table.page.fleet.stand_on("Roof 17")
        await table.press("A")
        await table.screen(NamesScreen)
        await table.desk.shows("Roof 17")

    at_table(tmp_path, claim)


def test_an_address_is_typed_checked_read_and_taken_away_again(tmp_path: Path) -> None:
    row = recorded()["list"]["lines"][0][4] | {"address": "tcp:10.0.0.9"}

    async def claim(table: Table) -> None:
        await table.press("plus")
        await table.screen(AddressScreen)
        for typed, words in (
            ("", "Begin with tcp:"),
            ("a=b", "no = in it"),
            ("127.0.0.1:45204", "already"),
        ):
            table.desk.app.screen.text.value = f"tcp:{typed}"  # type: ignore[attr-defined]
            await table.press("enter")
            await table.desk.shows(words)
        write_answers(tmp_path, list={"lines": [[row]]})
        table.desk.app.screen.text.value = "tcp:10.0.0.9:4403"  # type: ignore[attr-defined]
        await table.press("enter")
        await table.idle()
        await table.desk.until(lambda: "tcp:10.0.0.9:4403" in table.page.work.state.plugged)
        assert calls(tmp_path)[-1]["words"][-2:] == ["--", "tcp:10.0.0.9:4403"]
        assert len(table.page.work.state.plugged) == 8
        table.page.plugged.stand_on("tcp:10.0.0.9:4403")
        await table.press("minus")
        await table.desk.shows_no("10.0.0.9")

    at_table(tmp_path, claim)


def test_details_of_both_lists_open_and_lost_radios_are_ticked_off(tmp_path: Path) -> None:
    async def claim(table: Table) -> None:
        table.page.plugged.stand_on("tcp:127.0.0.1:45202")
        await table.press("enter")
        await table.desk.shows("channels[0].settings.psk")
        await table.press("escape", "tab", "enter")
        await table.desk.shows("It holds keys that are out of force")
        await table.press("q")
        await lost(table)
        text = table.desk.text()
        assert "still to be written again: 2 of 3" in text
        assert "[x] done" in text
        assert "[ ] TO DO" in text
        assert "heron" in text

    at_table(tmp_path, claim)


def test_without_a_radio_under_the_cursor_orders_say_so(tmp_path: Path) -> None:
    write_answers(tmp_path, list={"lines": [[]]})

    async def claim(table: Table) -> None:
        await table.press("t")
        await table.screen(SecretScreen)
        await table.typed(PASSPHRASE)
        await table.press("enter")
        await table.desk.shows("RADIOS OF THE NETWORK 6")
        await table.idle()
        for key in ("p", "A", "P", "d"):
            await table.press(key)
            await table.desk.shows("Choose a radio on the table first.")
        await table.press("u")
        await table.desk.shows("No radio is plugged in.")
        await table.press("s")
        await table.desk.shows("Nothing is being done.")
        await table.press("minus", "space")

    at_table(tmp_path, claim, open_it=False, rows=busy_evening() | {"radio": []})


def test_palette_and_mouse_reach_the_orders(tmp_path: Path) -> None:
    async def claim(table: Table) -> None:
        known = {command.action for command in table.mode.commands()}
        for _, _, action in table.mode.hints():
            assert action in known or action == "app.help"
        await table.press("t")
        await table.mode.run_action("order('lost')")
        await table.screen(SecretScreen)
        await table.press("escape")
        for command in table.mode.commands():
            await table.mode.run_action(command.action)
            await table.desk.pilot.pause()
            while table.desk.app.screen is not table.desk.app.operations:
                await table.press("escape")

    at_table(tmp_path, claim)


# The daemon's own radio


def in_use(address: str) -> Tables:
    return busy_evening() | {"radio": [radio(address=address)]}


def test_the_daemons_own_radio_is_named_and_left_alone(tmp_path: Path) -> None:
    async def claim(table: Table) -> None:
        own = "tcp:127.0.0.1:45202"
        await table.desk.shows("IN USE")
        await table.desk.shows("meshdefense stop")
        listed = [one for one in calls(tmp_path) if one["command"] == "list"][-1]["words"]
        assert listed[listed.index("--leave") + 1] == own
        for key in ("p", "A", "P", "d"):
            table.page.plugged.stand_on(own)
            await table.press(key)
            await table.desk.shows("This node's daemon works with it.")
            assert table.desk.app.screen is table.desk.app.operations
        await table.press("space")
        assert not table.page.work.state.marked
        assert {"plan", "apply", "prove", "drift"}.isdisjoint(table.commands())

    at_table(tmp_path, claim, rows=in_use("tcp:127.0.0.1:45202"))


# While it runs


def test_a_second_order_waits_and_progress_is_drawn(tmp_path: Path) -> None:
    write_answers(tmp_path, apply={"hold": held_at_write()})

    async def claim(table: Table) -> None:
        await writing(table)
        table.desk.time.advance(7)
        table.desk.app.operations.tick()
        await table.desk.shows("WRITING, radios: 2, for 0:07")
        await table.desk.shows("5/13 (5/26)")
        for key in ("u", "P", "A", "p", "L"):
            await table.press(key)
            assert table.desk.app.screen is table.desk.app.operations
        (tmp_path / "go").touch()
        await table.desk.shows("Right and proven: 2 of 2")
        assert table.commands().count("apply") == 1

    at_table(tmp_path, claim)


def test_stopping_asks_first_and_says_how_radios_are_left(tmp_path: Path) -> None:
    write_answers(tmp_path, apply={"hold": held_at_write()})

    async def claim(table: Table) -> None:
        await writing(table)
        await table.press("s")
        await table.screen(StopScreen)
        text = " ".join(table.desk.text().replace("│", " ").split())
        assert "Begun: Base 1, Roof 1." in text or "Begun: Roof 1, Base 1." in text
        await table.press("enter")
        assert table.page.work.state.writing
        await table.press("s", "s")
        await table.desk.shows("Stopped. Right and proven: 0 of 2")
        await table.desk.shows("it is marked UNFINISHED")
        state = table.page.work.state
        assert [state.standing(one) for one in (BASE, ROOF)] == ["unfinished"] * 2

    at_table(tmp_path, claim)


def test_reading_is_stopped_without_a_question(tmp_path: Path) -> None:
    async def claim(table: Table) -> None:
        write_answers(tmp_path, list={"lines": [], "then": "hang"})
        await table.press("u")
        await table.desk.until(lambda: table.commands()[-1] == "list")
        await table.press("s")
        await table.desk.shows("Stopped.")
        assert len(table.page.work.state.plugged) == 7  # what was read stays

    at_table(tmp_path, claim)


@pytest.mark.parametrize(
    ("then", "words"),
    [
        ("die", "The command broke off (signal 11)"),
        ("flood", "The command said too much and was ended"),
        ("raise", "RuntimeError: the radio library"),
    ],
)
def test_a_child_that_fails_leaves_the_screen_and_a_sentence(
    then: str, words: str, tmp_path: Path
) -> None:
    apply = recorded()["apply"]
    begun = apply | {"lines": apply["lines"][:12], "then": then}

    async def claim(table: Table) -> None:
        write_answers(tmp_path, list={"lines": ["x"], "then": then}, apply=begun)
        await table.press("u")
        await table.desk.shows(words)
        await names(table)
        await table.press("A")
        await table.desk.until(
            lambda: table.page.work.state.said[0].endswith("Right and proven: 0 of 2")
        )
        await table.desk.shows(words[:20])
        await table.desk.shows("it is marked UNFINISHED")
        await table.press("t")
        await table.desk.shows("THIS NODE")

    at_table(tmp_path, claim)


def test_an_answer_that_is_none_and_a_silent_failure_are_said(tmp_path: Path) -> None:
    async def claim(table: Table) -> None:
        write_answers(tmp_path, list={"lines": [{"not": "a list"}], "code": 0})
        await table.press("u")
        await table.desk.shows("could not be understood")
        write_answers(tmp_path, list={"lines": [], "code": 3})
        await table.press("u")
        await table.desk.shows("failed (code 3) and said nothing")
        table.mode.table.work.program = ("/no/such/program",)  # type: ignore[union-attr]
        await table.press("u")
        await table.desk.shows("could not be started")

    at_table(tmp_path, claim)


def test_ten_thousand_events_of_one_radio_are_drawn_as_they_come(tmp_path: Path) -> None:
    first, *_, last = [one for one in recorded()["apply"]["lines"] if one["address"] == BASE]
    lines = [first, *([first | {"step": "write", "n": 5, "part": 1, "parts": 9}] * 10_000), last]
    write_answers(tmp_path, apply={"lines": lines})

    async def claim(table: Table) -> None:
        table.page.work._limits = Limits()
        table.page.plugged.stand_on(BASE)
        await table.press("A", "A")
        await table.desk.shows("Right and proven: 1 of 1")

    at_table(tmp_path, claim)


# Lock and end


def test_a_lock_in_the_middle_forgets_everything_but_the_writing_which_goes_on(
    tmp_path: Path,
) -> None:
    write_answers(tmp_path, apply={"hold": held_at_write()})

    async def claim(table: Table) -> None:
        await writing(table)
        page, state = table.page, table.page.work.state
        await table.press("ctrl+l")
        await table.screen(LockScreen)
        assert not page.work.secret.held
        assert state.fleet is None
        assert not state.plugged
        assert "Base 1" not in table.desk.text()
        assert not page.plugged._drawn or "45203" not in str(page.plugged._drawn)
        (tmp_path / "go").touch()
        await table.idle()
        for letter in table.desk.daemon.passphrase:
            await table.press("space" if letter == " " else letter)
        await table.press("enter")
        await table.desk.shows("The fleet is closed")
        await table.desk.shows("written, restarted, read back and right")
        await table.desk.shows_no("45203")
        assert table.commands()[-1] == "apply"  # the passphrase was gone: nothing was asked after

    at_table(tmp_path, claim)


def test_a_lock_ends_what_only_reads_and_its_answer_is_void(tmp_path: Path) -> None:
    write_answers(tmp_path, fleet_show={"hold": {"0": "go"}})

    async def claim(table: Table) -> None:
        await table.press("t")
        await table.screen(SecretScreen)
        await table.typed(PASSPHRASE)
        await table.press("enter")
        await table.desk.until(lambda: len(calls(tmp_path)) == 2)
        await table.press("ctrl+l")
        await table.screen(LockScreen)
        (tmp_path / "go").touch()
        await table.idle()
        assert table.page.work.state.fleet is None
        assert not table.page.work.secret.held

    at_table(tmp_path, claim, open_it=False)


def test_the_child_ends_with_the_screen(tmp_path: Path) -> None:
    write_answers(tmp_path, apply={"hold": held_at_write()})
    pids: list[int] = []

    async def claim(table: Table) -> None:
        await writing(table)
        pids.append(calls(tmp_path)[-1]["pid"])
        await table.press("q", "q")
        await table.desk.shows("WRITING: leaving leaves begun radios UNFINISHED")

    at_table(tmp_path, claim)
    assert not runs(pids[0])


def test_a_panic_ends_the_child_before_anything_else(tmp_path: Path) -> None:
    write_answers(tmp_path, apply={"hold": held_at_write()})

    async def claim(table: Table) -> None:
        await writing(table)
        pid = calls(tmp_path)[-1]["pid"]
        for _ in range(3):
            await table.desk.pilot.press("ctrl+x")
            table.desk.time.advance(0.4)
        await table.desk.until(lambda: not runs(pid))
        assert not table.page.work.secret.held

    at_table(tmp_path, claim)


def test_nobody_can_read_a_secret_from_the_screen_or_the_rows(tmp_path: Path) -> None:
    async def claim(table: Table) -> None:
        await table.press("t")
        await table.screen(SecretScreen)
        await table.typed(PASSPHRASE)
        assert "horse" not in table.desk.text()
        await table.press("enter")
        await table.desk.shows("RADIOS OF THE NETWORK 6")
        await table.idle()
        known = repr(vars(table.page.work)) + repr(table.page.work.state) + table.desk.text()
        assert "horse" not in known
        await table.press("ctrl+l")
        await table.screen(LockScreen)
        assert not table.page.work.secret._bytes

    at_table(tmp_path, claim, open_it=False)


def test_another_language_is_that_of_the_commands_too(tmp_path: Path) -> None:
    async def claim(table: Table) -> None:
        table.desk.app.appearance.use_language("es")
        await table.desk.shows("EN LA MESA")
        await table.press("u")
        await table.desk.shows("Radios leídos: 7")
        words = calls(tmp_path)[-1]["words"]
        assert words[words.index("--language") + 1] == "es"

    at_table(tmp_path, claim)


def test_it_works_without_a_daemon_and_at_any_size(tmp_path: Path) -> None:
    async def claim(table: Table) -> None:
        await table.desk.shows("Patrol 2")
        for size in ((1, 1), (20, 5), (60, 20), (120, 30), (250, 70), (80, 24)):
            await table.desk.pilot.resize_terminal(*size)
            await table.desk.pilot.pause()
        await table.desk.shows("RADIOS OF THE NETWORK")
        await table.press("question_mark")
        await table.desk.shows("the organizers' table")

    at_table(tmp_path, claim, start_daemon=False)


def test_a_reader_that_goes_away_while_the_fleet_opens_keeps_nothing(tmp_path: Path) -> None:
    write_answers(tmp_path, fleet_show={"hold": {"0": "go"}})

    async def claim(table: Table) -> None:
        await table.press("t")
        await table.screen(SecretScreen)
        await table.typed(PASSPHRASE)
        await table.press("enter")
        await table.desk.until(lambda: len(calls(tmp_path)) == 2)
        await table.press("escape", "t")
        (tmp_path / "go").touch()
        await table.idle()
        assert not table.page.work.secret.held
        await asyncio.sleep(0)

    at_table(tmp_path, claim, open_it=False)
