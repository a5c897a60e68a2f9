"""One run after another at the organizers' table: each is judged by itself, and none by chance."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest

import meshdefense_tui
from meshdefense_tui.app import MeshDefenseApp
from meshdefense_tui.look import UNICODE, Look
from meshdefense_tui.modes import table as page_module
from meshdefense_tui.modes.radios import leaving_words
from meshdefense_tui.screens.table_windows import SecretScreen
from meshdefense_tui.table.state import Access, TableState, Target
from meshdefense_tui.table.work import TableWork
from support.fake_radio_command import PASSPHRASE, calls, recorded, write_answers
from support.fake_radio_command import __file__ as FAKE
from support.screens import StillTime
from support.table_desktop import BASE, QUICK, ROOF, Table, at_table, held_at_write, runs, writing

BOTH = (Target(BASE, "Base 1"), Target(ROOF, "Roof 1"))
NO_FLEET = {
    "lines": [], "code": 5, "missing": True, "stderr": "meshdefense: there is no fleet\n",
}  # fmt: skip


class Bench:
    """The work of the table without a screen."""

    def __init__(self, folder: Path) -> None:
        self.tasks: list[asyncio.Task[None]] = []
        look = Look("en", UNICODE, StillTime().clock())
        self.work = TableWork(
            TableState(Access.OPEN), look, run=self._run, later=lambda *_: _Never(),
            changed=lambda: None, limits=QUICK,
        )  # fmt: skip
        self.work.program = (sys.executable, "-S", str(FAKE), str(folder))
        self.work.secret.add(PASSPHRASE)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.append(asyncio.ensure_future(work))

    async def ran(self, verb: str, targets: Sequence[Target]) -> tuple[str, str]:
        """What is said once the command has ended, and what follows it by itself."""
        assert self.work.begin(verb, targets)
        while waiting := [one for one in self.tasks if not one.done()]:
            await asyncio.gather(*waiting)
        return self.work.state.said

    async def until_begun(self, targets: Sequence[Target]) -> None:
        """Every radio has said something."""
        state = self.work.state
        for _ in range(500):
            if state.steps.keys() | state.fresh.keys() >= {one.address for one in targets}:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(state)


class _Never:
    def stop(self) -> None:
        return


def events_of(address: str) -> list[Any]:
    return [one for one in recorded()["apply"]["lines"] if one["address"] == address]


# What an earlier run left counts for nothing


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ({"code": 7, "stderr": "meshdefense: another one changes it\n"}, "another one changes it"),
        ({"code": 2, "stderr": "meshdefense: network.yaml: line 13\n"}, "network.yaml: line 13"),
        ({"then": "kill"}, f"The command broke off (signal {signal.SIGKILL.value})."),
    ],
)
def test_a_second_run_that_dies_before_its_first_word_is_not_judged_by_the_first(
    second: dict[str, Any], words: str, tmp_path: Path
) -> None:
    async def claim() -> None:
        bench = Bench(tmp_path)
        write_answers(tmp_path, apply={"lines": events_of(BASE)})
        assert await bench.ran("apply", BOTH[:1]) == ("Right and proven: 1 of 1", "good")
        write_answers(tmp_path, apply={"lines": [], **second})
        said, role = await bench.ran("apply", BOTH[:1])
        assert said.startswith(words)
        assert "Right and proven" not in said
        assert role == "bad"
        assert bench.work.state.standing(BASE) == "right"  # nothing was done to it since

    asyncio.run(claim())


def test_a_radio_of_which_the_run_said_nothing_counts_as_not_right(tmp_path: Path) -> None:
    write_answers(tmp_path, apply={"lines": events_of(BASE), "code": 1})
    said, role = asyncio.run(Bench(tmp_path).ran("apply", BOTH))
    assert said == "The command failed (code 1) and said nothing. Right and proven: 1 of 2"
    assert role == "bad"


# What a command says although it ended well

SEALED = "The keys that stood in network.yaml are sealed now."


@pytest.mark.parametrize(
    ("stderr", "said"),
    [
        (f"meshdefense: {SEALED}\n", (f"Right and proven: 2 of 2. {SEALED}", "warn")),
        ("DeprecationWarning: noise of a library\n", ("Right and proven: 2 of 2", "good")),
    ],
)
def test_what_a_command_that_ended_well_complained_about_is_a_warning(
    stderr: str, said: tuple[str, str], tmp_path: Path
) -> None:
    write_answers(tmp_path, apply={"stderr": stderr})
    assert asyncio.run(Bench(tmp_path).ran("apply", BOTH)) == said


@pytest.mark.parametrize(("verb", "role"), [("drift", "bad"), ("show", "warn"), ("list", "warn")])
def test_so_it_is_for_every_command_and_what_is_graver_stays_so(
    verb: str, role: str, tmp_path: Path
) -> None:
    stderr = {"stderr": f"meshdefense: {SEALED}\n"}
    write_answers(tmp_path, drift=stderr, fleet_show=stderr, list=stderr)
    said, its_role = asyncio.run(Bench(tmp_path).ran(verb, [Target("tcp:127.0.0.1:45202")]))
    assert said.endswith(SEALED)
    assert its_role == role


# Orders before anybody typed the passphrase


def test_an_order_while_the_fleet_is_looked_for_waits_for_the_passphrase(tmp_path: Path) -> None:
    write_answers(tmp_path, fleet_show={"hold": {"start": "go"}})

    async def claim(table: Table) -> None:
        await table.press("t")
        await table.desk.until(lambda: len(calls(tmp_path)) == 1)
        await table.press("L", "u")
        (tmp_path / "go").touch()
        await table.screen(SecretScreen)
        await table.idle()
        assert table.commands() == ["fleet show"]
        await table.typed(PASSPHRASE)
        await table.press("enter")
        await table.desk.until(lambda: len(table.page.work.state.plugged) == 7)
        assert table.commands() == ["fleet show", "fleet show", "list"]  # the last order counts
        assert "--plain" not in calls(tmp_path)[-1]["words"]
        assert calls(tmp_path)[-1]["passphrase"] is True

    at_table(tmp_path, claim, open_it=False)


def test_an_order_while_the_fleet_is_looked_for_is_done_where_there_is_none(
    tmp_path: Path,
) -> None:
    write_answers(tmp_path, fleet_show={"hold": {"start": "go"}, **NO_FLEET})

    async def claim(table: Table) -> None:
        await table.press("t")
        await table.desk.until(lambda: len(calls(tmp_path)) == 1)
        await table.press("u")
        (tmp_path / "go").touch()
        await table.desk.until(lambda: len(table.page.work.state.plugged) == 7)
        assert "--plain" in calls(tmp_path)[-1]["words"]

    at_table(tmp_path, claim, open_it=False)


def test_what_waits_for_a_command_is_void_once_the_passphrase_is_forgotten(tmp_path: Path) -> None:
    write_answers(tmp_path, fleet_show={"hold": {"end": "go"}})

    async def claim() -> None:
        bench = Bench(tmp_path)
        bench.work.begin("refresh")
        await asyncio.sleep(0)
        assert bench.work.begin("list")  # it waits
        bench.work.forget_secret()
        (tmp_path / "go").touch()
        await bench.tasks[0]
        assert len(bench.tasks) == 1
        assert "list" not in [one["command"] for one in calls(tmp_path)]

    asyncio.run(claim())


def test_a_passphrase_that_cannot_be_tried_yet_is_not_thrown_away(tmp_path: Path) -> None:
    write_answers(tmp_path, list={"hold": {"0": "go"}})

    async def claim(table: Table) -> None:
        await table.press("t")
        await table.screen(SecretScreen)
        await table.typed("12345")
        table.page.work.begin("list")  # whatever may have begun it
        await table.press("enter")
        await table.desk.shows("Wait: reading the radios")
        await table.desk.shows("*****")
        (tmp_path / "go").touch()

    at_table(tmp_path, claim, open_it=False)


# Leaving


def test_ctrl_q_leaves_at_once_where_nothing_is_written(tmp_path: Path) -> None:
    async def claim(table: Table) -> None:
        await table.press("ctrl+q")
        await table.desk.until(lambda: not table.desk.app.is_running)

    at_table(tmp_path, claim, open_it=False)


def test_ctrl_q_asks_again_while_radios_are_written_and_names_them_afterwards(
    tmp_path: Path,
) -> None:
    write_answers(tmp_path, apply={"hold": held_at_write()})
    apps: list[MeshDefenseApp] = []

    async def claim(table: Table) -> None:
        await writing(table)
        apps.append(table.desk.app)
        pid = calls(tmp_path)[-1]["pid"]
        await table.press("ctrl+q")
        await table.desk.shows("WRITING: leaving leaves begun radios UNFINISHED")
        table.desk.time.advance(10)
        await table.press("ctrl+q")  # too late to count as the second press
        assert runs(pid)
        await table.press("ctrl+q")
        await table.desk.until(lambda: not runs(pid))

    at_table(tmp_path, claim)
    said = apps[0].desk.parting()
    assert said.startswith("The writing of radios was broken off. UNFINISHED until they are")
    assert sorted(said.rsplit(": ", 1)[1].split(", ")) == ["Base 1", "Roof 1"]


@pytest.mark.parametrize(
    ("hold", "words", "leaving"),
    [
        (held_at_write(), "UNFINISHED until they are written again: ", "radio_t_leaving"),
        ({"2": "go"}, "None was left half written.", "radio_t_leaving_untouched"),
        ({"end": "go"}, "", "radio_t_leaving_untouched"),  # all are right, and it ends in a moment
    ],
)
def test_an_end_in_the_middle_stops_in_order_and_says_what_it_left(
    hold: dict[str, str], words: str, leaving: str, tmp_path: Path
) -> None:
    write_answers(tmp_path, apply={"hold": hold})

    async def claim() -> None:
        bench = Bench(tmp_path)
        work, state = bench.work, bench.work.state
        work.begin("apply", BOTH)
        await bench.until_begun(BOTH)
        for _ in range(500):
            if len(state.fresh) == 2 or "end" not in hold:
                break
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        assert leaving_words(work) == leaving
        bench.tasks[0].cancel()  # as the end of the screens does before anything else
        await work.leave()
        assert (tmp_path / "stopped").exists()  # it was asked to, and not killed
        assert words in work.parting
        assert bool(work.parting) is bool(words)

    asyncio.run(claim())


def test_what_was_broken_off_is_said_on_the_terminal_after_the_screens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def leaves(app: MeshDefenseApp) -> None:
        app.desk.parting = lambda: "UNFINISHED: Base 1"

    monkeypatch.setattr(MeshDefenseApp, "run", leaves)
    assert meshdefense_tui.run(tmp_path / "daemon.sock") == 0
    assert capsys.readouterr().err == "UNFINISHED: Base 1\n"


# The terminal's size, and the seconds


def test_a_terminal_that_gets_too_small_closes_no_fleet_and_another_mode_does(
    tmp_path: Path,
) -> None:
    async def claim(table: Table) -> None:
        held = table.page.work.secret
        for size in ((40, 12), (80, 24), (40, 12)):
            await table.desk.pilot.resize_terminal(*size)
            await table.desk.pilot.pause()
            assert held.held
        await table.press("f1")  # unseen, but chosen
        await table.desk.until(lambda: not held.held)

    at_table(tmp_path, claim)


def test_the_seconds_are_counted_while_a_command_runs_and_not_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "BEAT_S", 0.05)
    steps = [one.get("step") for one in events_of(BASE)]
    lines = events_of(BASE)[: steps.index("restart") + 1]
    write_answers(tmp_path, apply={"lines": lines, "hold": {"end": "go"}})

    async def claim(table: Table) -> None:
        table.page.plugged.stand_on(BASE)
        await table.press("A", "A")
        await table.desk.shows("7/13 restarting, 0:00 (up to 1:42)")
        table.desk.time.advance(7)  # and nobody tells the screen
        await table.desk.shows("7/13 restarting, 0:07 (up to 1:42)")
        await table.desk.shows("WRITING, radios: 1, for 0:07")
        (tmp_path / "go").touch()
        await table.idle()
        await table.desk.until(lambda: table.page._beat is None)

    at_table(tmp_path, claim)
