"""The demo as people start it: what it prints, how it ends, and that nothing of it stays."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshdefense.demo.cast import CAST
from support.commands import PATIENCE_S, command, environment, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc"),
]
NODES = len(CAST)


class Demo:
    """One demo, in a temporary folder of its own by which its processes are known."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mark = f"MESHDEFENSE_TEST_MARK={folder.name}-{os.getpid()}"
        name, value = self.mark.split("=")
        self.environment = environment(
            TMPDIR=str(folder), TERM="xterm-256color", LC_ALL="C.UTF-8", **{name: value}
        )

    def processes(self) -> list[int]:
        """All that run and were started by this demo; zombies not."""
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and self.mark.encode() in (entry / "environ").read_bytes():
                    found.append(int(entry.name))
        return found

    def left(self) -> tuple[list[int], list[str]]:
        """Processes and folders that are still there."""
        return self.processes(), [file.name for file in self.folder.iterdir()]

    def is_gone(self) -> None:
        """Nothing may be left, in a few seconds at the most."""
        until(self.left, lambda left: left == ([], []), within_s=20)

    def is_up(self) -> None:
        """All daemons have their stores and their sockets."""
        until(lambda: len([*self.folder.glob("meshdefense-demo-*/*/daemon.sock")]) == NODES)


@pytest.fixture
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    one = Demo(tmp_path_factory.mktemp("d"))  # a short name: sockets lie below it
    try:
        yield one
    finally:
        for pid in one.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def test_a_headless_demo_tells_in_json_that_each_report_reached_everybody(demo: Demo) -> None:
    done = subprocess.run(
        # half a minute beyond the story: where other tests keep the cores busy, repair takes longer
        command("demo", "--headless", "--json", "--seconds", "120"),
        capture_output=True,
        text=True,
        env=demo.environment,
        stdin=subprocess.DEVNULL,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    demo.is_gone()
    assert done.stderr == ""
    told = json.loads(done.stdout)
    assert told.keys() == {
        "story", "nodes", "items_sent", "items_received", "frame_bytes", "submit_to_shown_s",
        "frames_rejected", "reports", "overdue", "refused", "complete",
    }  # fmt: skip
    assert told["nodes"] == NODES
    assert told["complete"] is True
    assert len(told["reports"]) == 4
    for report in told["reports"]:
        assert report["reached"] == report["of"] == NODES
        assert report["missing"] == []
    assert told["items_received"].keys() == {one.handle for one in CAST}
    assert told["overdue"] == ["elm"]
    assert told["refused"] == []
    assert 0 < told["submit_to_shown_s"]["p50"] <= told["submit_to_shown_s"]["p95"]


def test_a_headless_ferry_tells_in_words_that_the_alert_crossed(demo: Demo) -> None:
    done = subprocess.run(
        command("demo", "--story", "ferry", "--headless", "--seconds", "95"),
        capture_output=True,
        text=True,
        env=demo.environment,
        stdin=subprocess.DEVNULL,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    demo.is_gone()
    assert done.stderr == ""
    reported, carried, arrived, *rest = done.stdout.splitlines()
    assert "fir reports a fire" in reported
    assert "rowan's radio" in carried
    assert "The base has it" in arrived
    assert rest[-1].startswith("Crossed:")


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -9)],
)
def test_a_demo_that_is_ended_leaves_no_process_and_no_folder(
    number: signal.Signals, code: int, demo: Demo
) -> None:
    process = subprocess.Popen(
        command("demo", "--headless"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=demo.environment,
    )
    try:
        demo.is_up()
        assert len(demo.processes()) >= NODES + 3  # the daemons, radios, troupe, and the demo
        process.send_signal(number)
        out, errors = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
    demo.is_gone()
    assert (process.returncode, out) == (code, "")
    assert "Traceback" not in errors


def test_a_demo_that_is_interrupted_before_it_is_up_leaves_nothing(demo: Demo) -> None:
    process = subprocess.Popen(
        command("demo", "--headless"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=demo.environment,
    )
    try:
        until(lambda: [*demo.folder.glob("meshdefense-demo-*/scenario.json")])
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
    demo.is_gone()
    assert process.returncode == 130
    assert "Traceback" not in errors


class Terminal:
    """A terminal of 120 by 40 for one program, and the text that appeared on it."""

    def __init__(self, words: list[str], environ: dict[str, str]) -> None:
        self.controller, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.process = subprocess.Popen(
            words,
            stdin=inside,
            stdout=inside,
            stderr=inside,
            env=environ,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(inside)
        self.text = ""

    def read(self) -> str:
        """Whatever came since, without the sequences that move the cursor; returns all."""
        while select.select([self.controller], [], [], 0.1)[0]:
            try:
                piece = os.read(self.controller, 65_536)
            except OSError:  # Linux says so when the last program of the terminal has ended
                break
            if not piece:
                break
            self.text += piece.decode("utf-8", "replace")
        return re.sub(r"\x1b\[[0-9;?<>=]*[ -/]*[@-~]", "", self.text)

    def until_shown(self, wanted: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while wanted not in self.read():
            assert time.monotonic() < end, f"no {wanted!r} in {self.read()[-2000:]!r}"
            assert self.process.poll() is None, self.read()[-2000:]

    def type(self, keys: bytes) -> None:
        os.write(self.controller, keys)

    def ends(self) -> int:
        """Its exit code; reads on meanwhile, as a terminal does."""

        def code() -> int | None:
            self.read()
            return self.process.poll()

        ended = until(code, lambda code: code is not None)
        assert ended is not None
        return ended

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE_S)
        os.close(self.controller)


@pytest.mark.parametrize(("keys", "how"), [(b"q", "q"), (b"\x03", "Ctrl-C")])
def test_on_a_terminal_the_demo_opens_the_screen_and_a_key_ends_everything(
    keys: bytes, how: str, demo: Demo
) -> None:
    terminal = Terminal(command("demo"), demo.environment)
    try:
        terminal.until_shown("Demo Valley")
        terminal.until_shown("elm")
        terminal.type(keys)  # the first one may be a slip
        terminal.until_shown("again to leave")
        terminal.type(keys)
        code = terminal.ends()
        shown = terminal.read()
    finally:
        terminal.close()
    demo.is_gone()
    assert "Traceback" not in shown
    assert code == 0, f"{how}: exit code {code}, {shown[-500:]!r}"
    assert "Nothing of it is left on this machine" in shown


def test_a_terminal_that_is_closed_takes_the_demo_with_it(demo: Demo) -> None:
    terminal = Terminal(command("demo"), demo.environment)
    try:
        terminal.until_shown("Demo Valley")
    finally:
        os.close(terminal.controller)  # the window is gone: everybody in it gets SIGHUP
        terminal.controller = os.open(os.devnull, os.O_RDONLY)
        with contextlib.suppress(subprocess.TimeoutExpired):
            terminal.process.wait(PATIENCE_S)
        terminal.close()
    demo.is_gone()
