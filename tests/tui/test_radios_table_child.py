"""The child process behind the table: whatever it does, the screen knows, and no secret leaks."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.cli.exit_codes import ExitCode
from meshdefense_tui.table import command_line, work
from meshdefense_tui.table.child import Child, Ended, Limits, Why
from meshdefense_tui.table.command_line import words_of
from meshdefense_tui.table.secret import PASSPHRASE_MAX, Secret
from meshdefense_tui.table.state import Target
from support.fake_radio_command import PASSPHRASE, calls, write_answers
from support.fake_radio_command import __file__ as FAKE

QUICK = Limits(silence_s=1.0, lines_max=500, line_max=1 << 20, stop_s=0.3, leave_s=0.3)


def held(text: str = PASSPHRASE) -> Secret:
    secret = Secret()
    secret.add(text)
    return secret


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def ran(
    folder: Path, command: str, during: Callable[[Child], Any] | None = None
) -> tuple[Ended, list[Any], Child]:
    words = [sys.executable, "-S", str(FAKE), str(folder), "radio", *command.split()]
    child, found = Child([*words, "--passphrase-fd", "{fd}"], QUICK), []

    def take(batch: list[Any]) -> None:
        found.extend(batch)
        if during is not None:
            during(child)

    ended = await child.run(held(), take)
    assert child.pid is None or not alive(child.pid)
    return ended, found, child


def test_its_lines_come_as_they_are_said_and_its_code_with_the_end(tmp_path: Path) -> None:
    write_answers(tmp_path, prove={"code": 4})
    ended, found, _ = asyncio.run(ran(tmp_path, "prove"))
    assert ended == Ended(Why.ENDED, 4)
    assert len(found) == 1
    ended, found, _ = asyncio.run(ran(tmp_path, "apply"))
    assert ended == Ended(Why.ENDED, 0)
    assert [one["event"] for one in found].count("end") == 2


@pytest.mark.parametrize(
    ("then", "why"),
    [("hang", Why.HUNG), ("flood", Why.FLOODED), ("endless", Why.FLOODED), ("die", Why.ENDED)],
)
def test_a_child_that_hangs_floods_or_dies_is_gone_and_it_is_known_why(
    tmp_path: Path, then: str, why: Why
) -> None:
    write_answers(tmp_path, list={"then": then})
    ended, _, _ = asyncio.run(ran(tmp_path, "list"))
    assert ended.why is why
    assert ended.code == (-signal.SIGSEGV if then == "die" else -signal.SIGKILL)


def test_garbage_is_counted_and_what_is_among_it_counts(tmp_path: Path) -> None:
    lines = ["Traceback (most recent", "{", "\x1b[2J", "", "nan-", [1], "[" * 100_000]
    write_answers(tmp_path, list={"lines": lines})
    ended, found, _ = asyncio.run(ran(tmp_path, "list"))
    assert found == [[1]]
    assert ended.garbage == 5


def test_of_a_traceback_the_last_line_is_said_and_of_a_complaint_all(tmp_path: Path) -> None:
    write_answers(tmp_path, list={"then": "raise"})
    ended, _, _ = asyncio.run(ran(tmp_path, "list"))
    assert ended.code == 1
    assert ended.words == "RuntimeError: the radio library[2J fell over"
    assert ended.notices == ""
    said = "noise of a library\nmeshdefense: it is gone\n  plug it in again\n"
    write_answers(tmp_path, list={"lines": [], "stderr": said, "code": 6})
    ended, _, _ = asyncio.run(ran(tmp_path, "list"))
    assert ended.words == ended.notices == "it is gone plug it in again"


def test_it_stops_in_order_when_asked_and_is_killed_when_it_does_not(tmp_path: Path) -> None:
    write_answers(tmp_path, apply={"hold": {"3": "never"}})
    ended, found, _ = asyncio.run(ran(tmp_path, "apply", Child.stop))
    assert ended == Ended(Why.STOPPED, 130)
    assert 1 <= len(found) <= 3
    write_answers(tmp_path, apply={"lines": [], "then": "deaf"})
    ended, _, _ = asyncio.run(ran(tmp_path, "apply", Child.stop))
    assert ended.why is Why.STOPPED
    assert ended.code == -signal.SIGKILL


def test_it_ends_with_whoever_waits_for_it(tmp_path: Path) -> None:
    write_answers(tmp_path, apply={"then": "hang"})

    async def claim() -> None:
        begun = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            task = group.create_task(ran(tmp_path, "apply", lambda _: begun.set()))
            await begun.wait()
            task.cancel()
        pid = calls(tmp_path)[0]["pid"]
        for _ in range(200):
            if not alive(pid):
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it runs on")

    asyncio.run(claim())


def test_what_cannot_be_started_is_said(tmp_path: Path) -> None:
    ended = asyncio.run(Child([str(tmp_path / "no-such-program")]).run(held(), lambda _: None))
    assert ended.why is Why.NOT_STARTED
    assert "No such file" in ended.words


# The passphrase


def test_the_passphrase_comes_through_the_pipe_and_is_nowhere_else(tmp_path: Path) -> None:
    write_answers(tmp_path, apply={"hold": {"5": "go"}})
    seen: dict[str, bytes] = {}

    def look(child: Child) -> None:
        if not seen and child.pid is not None:
            for name in ("cmdline", "environ"):
                seen[name] = Path(f"/proc/{child.pid}/{name}").read_bytes()
            (tmp_path / "go").touch()

    ended, _, _ = asyncio.run(ran(tmp_path, "apply", look))
    assert ended.code == 0
    assert calls(tmp_path)[0]["passphrase"] is True
    assert b"--passphrase-fd" in seen["cmdline"]
    assert seen["environ"]
    for content in seen.values():
        for word in PASSPHRASE.split():
            assert word.encode() not in content


def test_a_child_inherits_no_other_descriptor_of_the_screen(tmp_path: Path) -> None:
    write_answers(tmp_path, apply={"hold": {"5": "go"}})
    open_files: list[str] = []

    def look(child: Child) -> None:
        if not open_files and child.pid is not None:
            folder = Path(f"/proc/{child.pid}/fd")
            open_files.extend(os.readlink(one) for one in folder.iterdir())
            (tmp_path / "go").touch()

    with (tmp_path / "of-the-screen").open("wb"):
        asyncio.run(ran(tmp_path, "apply", look))
    assert open_files
    assert not [one for one in open_files if "of-the-screen" in one]
    assert len([one for one in open_files if one.startswith("pipe:")]) == 3  # out, error, this


@given(st.lists(st.one_of(st.text(max_size=5), st.just("\b"))))
def test_a_secret_is_what_was_typed_and_nothing_of_it_is_left(strokes: list[str]) -> None:
    secret, typed = Secret(), ""
    for stroke in strokes:
        if stroke == "\b":
            secret.backspace()
            typed = typed[:-1]
        else:
            kept = "".join(one for one in stroke if not "\ud800" <= one <= "\udfff")
            secret.add(kept)
            typed += kept
    assert secret.characters == len(typed)
    assert secret.held == bool(typed)
    inside = secret._bytes
    assert inside.decode() == typed
    assert typed not in repr(secret) or not typed or typed in "Secret(held=True)"
    secret.forget()
    assert not secret.held
    assert not inside


def test_a_secret_has_its_most_and_never_half_a_letter() -> None:
    secret = held("ñ" * PASSPHRASE_MAX)
    assert secret.characters == PASSPHRASE_MAX // 2
    reading = secret.pipe()
    with os.fdopen(reading, "rb") as file:
        assert file.read() == ("ñ" * (PASSPHRASE_MAX // 2) + "\n").encode()
    other = held("x")
    other.move_from(secret)
    assert not secret.held
    assert other.characters == PASSPHRASE_MAX // 2


# What is started


def test_orders_become_the_commands_that_a_person_types() -> None:
    def said(verb: str, *targets: Target, **more: Any) -> list[str]:
        found = words_of(verb, targets, language="es", data=["--data", "/x y"], **more)
        head = [*command_line.PROGRAM, "--language", "es", "radio"]
        assert found[: len(head)] == head
        return found[len(head) :]

    here, there = Target("tcp:127.0.0.1"), Target("-x", "Patrol 1")
    data = ["--json", "--data", "/x y"]
    opened = [*data, "--passphrase-fd", "{fd}"]
    assert said("show") == ["fleet", "show", *opened]
    assert said("probe", secret=False) == ["fleet", "show", *opened]
    assert said("list", secret=False) == ["list", *data, "--plain", "--plugged"]
    assert said("list", here, leave="serial:/dev/a") == [
        "list", *opened, "--plugged", "--leave", "serial:/dev/a", "--", "tcp:127.0.0.1"
    ]  # fmt: skip
    assert said("look", here) == ["list", *opened, "--", "tcp:127.0.0.1"]
    assert said("plan", there) == ["plan", *opened, "--", "-x=Patrol 1"]
    assert said("apply", there, by="7") == ["apply", *opened, "--yes", "--by", "7", "--",
                                            "-x=Patrol 1"]  # fmt: skip
    assert said("prove", there) == ["prove", *opened, "--", "-x"]
    assert said("lost") == ["lost", *opened, "--status"]
    gone = Target("", "-Patrol 1")
    assert said("drill", gone) == ["lost", *opened, "--drill", "--", "-Patrol 1"]
    assert said("lose", gone) == ["lost", *opened, "--yes", "--", "-Patrol 1"]
    held = Target("", "Patrol 1", "-x")
    assert said("hand", held) == ["fleet", "hand", *opened, "--member=-x", "--", "Patrol 1"]
    assert said("hand", Target("", "Patrol 1")) == [
        "fleet", "hand", *opened, "--nobody", "--", "Patrol 1"
    ]  # fmt: skip


def test_exit_codes_are_those_of_the_commands() -> None:
    assert work._NOT_FOUND == int(ExitCode.NOT_FOUND)
    assert work._LOCKED == int(ExitCode.LOCKED)
    before = (ExitCode.USAGE, ExitCode.REFUSED, ExitCode.NOT_FOUND, ExitCode.LOCKED)
    assert set(map(int, before)) == work._BEFORE


def test_the_recording_holds_no_key(tmp_path: Path) -> None:
    write_answers(tmp_path)
    text = (tmp_path / "answers.json").read_text(encoding="utf-8")
    for one in json.loads(text)["apply"]["lines"]:
        if one["event"] == "end":
            assert set(one["manifest"]["public_key"]) == {"0"}
