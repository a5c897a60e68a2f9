"""`meshdefense alerts --follow`: a line an event, short enough for a slow line."""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense import language
from meshdefense.cli import alerts
from meshdefense.cli.follow_lines import BELL, LINE_MAX, Followed, cut
from meshdefense.paths import DataFolder
from support.fake_daemon import FakeDaemon
from support.screen_rows import ORIGIN, alert, status


@given(
    note=st.text(max_size=90),
    name=st.text(max_size=40),
    spoken=st.sampled_from(["en", "es"]),
    mine=st.booleans(),
    severity=st.integers(0, 3),
)
def test_an_event_is_one_line_of_at_most_200_bytes_that_keeps_what_matters(
    note: str, name: str, spoken: str, mine: bool, severity: int
) -> None:
    row = alert(7, note=note, author_name=name, mine=mine, severity=severity)
    with language.speaking(spoken):
        line = Followed().line(row, ORIGIN, "21:07")
    assert line is not None
    assert len(f"{line}\n".encode()) <= LINE_MAX
    assert line.isprintable()
    assert line.startswith("21:07 ")
    assert row["id"] in line
    words = {"en": "low medium high critical", "es": "baja media alta crítica"}[spoken]
    assert words.split()[severity] in line
    assert ("unconfirmed" if spoken == "en" else "sin confirmar") in line


@given(st.text(max_size=400))
def test_a_line_is_cut_between_letters(text: str) -> None:
    assert len(cut(text.replace("\n", "")).encode("utf-8", "replace")) < LINE_MAX + 1


def test_a_change_that_says_nothing_new_is_no_line() -> None:
    followed, row = Followed(), alert(7)
    first = followed.line(row, ORIGIN, "21:07")
    assert first is not None
    assert " NEW " in first
    assert followed.line({**row, "readers": [{"member": 3}], "rev": 9}, ORIGIN, "21:08") is None
    second = followed.line({**row, "state": "verified"}, ORIGIN, "21:09")
    assert second is not None
    assert "verified" in second
    assert "NEW" not in second


def parsed(folder: Path, *words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    alerts.configure(parser)
    return parser.parse_args(["--follow", "--data", str(folder), *words])


async def followed_by(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], events: list[dict[str, Any]]
) -> list[str]:
    """What is printed for alerts that come one after another; two stand there before."""
    with tempfile.TemporaryDirectory(prefix="mdf-") as name:
        path = DataFolder(Path(name)).socket
        path.parent.mkdir(parents=True, exist_ok=True)
        async with FakeDaemon(path) as daemon:
            daemon.set("status", status())
            daemon.set("alerts", alert(1), alert(2, state="expired"))
            task = asyncio.get_running_loop().create_task(
                alerts._follow(parsed(Path(name), *words))
            )
            lines: list[str] = []
            for wanted, event in enumerate([None, *events], 1):
                if event is not None:
                    daemon.set("alerts", event)
                async with asyncio.timeout(10):
                    while len(lines) < wanted:
                        await asyncio.sleep(0.01)
                        lines += capsys.readouterr().out.splitlines(keepends=True)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    return lines


def test_open_alerts_and_then_each_event_are_printed_without_bell(
    capsys: pytest.CaptureFixture[str],
) -> None:
    events = [alert(3, severity=3), alert(1, state="verified"), alert(1, state="closed")]
    lines = asyncio.run(followed_by(capsys, (), events))
    assert [("2.0.1" in line, "2.0.3" in line) for line in lines] == [
        (True, False), (False, True), (True, False), (True, False),
    ]  # fmt: skip
    assert all(line.endswith("\n") and line[:-1].isprintable() for line in lines)


def test_the_bell_rings_once_for_a_new_grave_alert_where_it_was_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    events = [
        alert(3, severity=3), alert(3, severity=3, state="verified"), alert(4, severity=1),
        alert(5, severity=3, mine=True), alert(6, severity=2),
    ]  # fmt: skip
    lines = asyncio.run(followed_by(capsys, ("--bell",), events))
    assert [BELL in line for line in lines] == [False, True, False, False, False, True]


def test_programs_get_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines = asyncio.run(followed_by(capsys, ("--json",), [alert(3, severity=3)]))
    assert [json.loads(line)["id"] for line in lines] == ["2.0.1", "2.0.3"]


def test_a_locked_node_is_told_and_followed_again_when_unlocked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def claim() -> None:
        with tempfile.TemporaryDirectory(prefix="mdf-") as name:
            path = DataFolder(Path(name)).socket
            path.parent.mkdir(parents=True, exist_ok=True)
            async with FakeDaemon(path) as daemon:
                daemon.set("status", status())
                daemon.set("alerts", alert(1))
                daemon.lock()
                follow = alerts._follow(parsed(Path(name)))
                task = asyncio.get_running_loop().create_task(follow)
                seen = ""
                async with asyncio.timeout(10):
                    while "is locked" not in seen:
                        await asyncio.sleep(0.01)
                        seen += capsys.readouterr().err
                    daemon.unlock()
                    seen = ""
                    while "2.0.1" not in seen:
                        await asyncio.sleep(0.01)
                        seen += capsys.readouterr().out
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    asyncio.run(claim())


def test_a_bell_without_following_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    alerts.configure(parser)
    args = parser.parse_args(["--bell", "--data", str(tmp_path)])
    assert alerts.run(args) == 2
    assert "--follow" in capsys.readouterr().err
