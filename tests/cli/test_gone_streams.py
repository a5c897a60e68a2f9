"""Where nobody reads what is said, the exit code still says how it went."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TextIO

import pytest

from meshdefense.cli import main as program
from meshdefense.cli.attach import complain
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.gone_streams import told


@pytest.fixture
def closed() -> Iterator[TextIO]:
    """The writing end of a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w", encoding="utf-8") as stream:
        yield stream


def test_a_closed_pipe_is_noticed_once_and_then_takes_everything(closed: TextIO) -> None:
    assert not told(closed, "one")
    assert told(closed, "two")


def test_a_stream_that_is_read_gets_it_at_once() -> None:
    reading, writing = os.pipe()
    with open(writing, "w", encoding="utf-8") as stream:
        assert told(stream, "one")
        assert os.read(reading, 100) == b"one\n"
    os.close(reading)


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_a_command_that_failed_does_not_end_well_because_nobody_reads(
    name: str, closed: TextIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_: list[str]) -> int:
        sys.stdout.write("an answer\n")
        complain("a reason")
        return ExitCode.REFUSED

    monkeypatch.setattr(program, "_run", run)
    monkeypatch.setattr(sys, name, closed)
    assert program.main([]) == ExitCode.REFUSED


def test_an_answer_that_is_read_in_part_is_no_failure(
    closed: TextIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "_run", lambda _: os.write(closed.fileno(), b"an answer"))
    monkeypatch.setattr(sys, "stdout", closed)
    assert program.main([]) == ExitCode.OK
