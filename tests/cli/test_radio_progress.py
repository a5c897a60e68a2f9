"""Progress of the work on radios, as lines, as a live block, and as JSON."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import termios

import pytest
from rich.cells import cell_len

from meshdefense.cli import radio_progress
from meshdefense.cli.radio_progress import Events, Lines, Live
from meshdefense.provisioning.progress import Progress, Step


def progress(step: Step, radio: str = "Patrol 1", words: str = "", part: int = 0) -> Progress:
    return Progress(radio, f"tcp:{radio}", step, words or step.words, part, 8 if part else 0)


def test_lines_are_one_for_each_step_and_radio() -> None:
    stream = io.StringIO()
    lines = Lines(stream)
    for part in range(3):
        lines.tell(progress(Step.WRITE, part=part))
    lines.tell(progress(Step.COMMIT, "Base 1"))
    assert stream.getvalue().splitlines() == ["Patrol 1: writing", "Base 1: closing the edit"]


def test_the_live_block_is_written_over_itself() -> None:
    stream = io.StringIO()
    live = Live(stream)
    live.tell(progress(Step.READ))
    live.tell(progress(Step.READ, "Base 1"))
    live.tell(progress(Step.WRITE, words="settings: lora", part=2))
    last = stream.getvalue().split("\x1b[2F")[-1]
    assert "Patrol 1" in last
    assert "writing 2/8: settings: lora" in last
    assert "Base 1" in last
    assert all(len(line) < 110 for line in last.splitlines())


@pytest.mark.parametrize("columns", [20, 40, 80, 120])
def test_the_live_block_is_never_wider_than_the_terminal(columns: int) -> None:
    drawn, name = b"", "R\u00e1dio \u6771\u4eac"  # letters of two cells
    primary, secondary = pty.openpty()
    try:
        termios.tcsetwinsize(secondary, (24, columns))
        with open(secondary, "w", encoding="utf-8", closefd=False) as stream:
            live = Live(stream)
            live.tell(progress(Step.WRITE, name, words="settings: \u6771" * 12, part=3))
            live.tell(progress(Step.COMMIT, "Base 1"))
        while drawn.count(b"\n") < 3:
            drawn += os.read(primary, 65536)
    finally:
        os.close(secondary)
        os.close(primary)
    plain = re.sub("\x1b\\[[0-9]*[A-Z]", "\n", drawn.decode())
    cells = [cell_len(line) for line in plain.splitlines() if line]
    assert len(cells) == 3
    assert min(100, columns) - 3 <= max(cells) < columns


def test_more_radios_than_rows_do_not_scroll_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(radio_progress, "_size", lambda _: (80, 6))
    stream, height = io.StringIO(), 0
    live = Live(stream)
    for number in (*range(12), 0):
        stream.truncate(0)
        stream.seek(0)
        live.tell(progress(Step.READ, f"Patrol {number}"))
        drawn = stream.getvalue()
        height = max(height, drawn.count("\n"))
        up = re.search("\x1b\\[([0-9]+)F", drawn)
        assert up is None or int(up[1]) <= 5
        assert f"Patrol {number} " in drawn
    assert height == 5


@pytest.mark.parametrize("kind", [Lines, Live, Events])
def test_a_display_that_is_gone_does_not_stop_the_work(kind: type[Lines | Live | Events]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w", encoding="utf-8") as stream:
        display = kind(stream)
        display.tell(progress(Step.READ))
        display.tell(progress(Step.COMMIT))
    assert display.gone


def test_a_name_cannot_move_the_cursor() -> None:
    stream = io.StringIO()
    Lines(stream).tell(progress(Step.READ, "P\x1b[2J1"))
    assert "\x1b" not in stream.getvalue()


def test_events_are_json_with_step_and_part() -> None:
    stream = io.StringIO()
    Events(stream).tell(progress(Step.WRITE, words="names", part=1))
    event = json.loads(stream.getvalue())
    assert event["n"] == Step.WRITE.number
    assert (event["step"], event["part"], event["parts"], event["of"]) == ("write", 1, 8, 13)
