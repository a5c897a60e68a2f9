"""How long until the screens show the first alert, beside an empty app of the same library?

Each start is a process of its own in a pseudo-terminal of 80 x 24. CPU time is that of the
process until the text came: on a busy machine it says more than the clock on the wall.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks import harness

__all__ = ["FIRST_ALERT", "screen_starts"]

FIRST_ALERT: Final = b"HIGH"
"""Every report of the benchmark network is of high severity; nothing else says so in capitals."""
_COLUMNS, _ROWS = 80, 24
_PATIENCE_S: Final = 60.0
_EMPTY_APP: Final = f"""
from textual.app import App
from textual.widgets import Static

class Empty(App[None]):
    def compose(self):
        yield Static({FIRST_ALERT.decode()!r})

Empty().run()
"""


def screen_starts(program: Sequence[str], env: Mapping[str, str], count: int) -> dict[str, Any]:
    """Seconds until the first alert, of `program` and of an empty app in turn; wall and CPU."""
    asked = {
        "empty Textual app": [sys.executable, "-c", _EMPTY_APP],
        "meshdefense tui, first alert": list(program),
    }
    samples: dict[str, list[float]] = {}
    for turn in range(count + 1):
        for name, command in asked.items():
            wall, cpu = _start(command, env)
            if turn:  # the first one compiles
                samples.setdefault(name, []).append(wall)
                samples.setdefault(f"{name}, CPU", []).append(cpu)
    return {name: harness.summary_of(found) for name, found in samples.items()}


def _start(command: Sequence[str], env: Mapping[str, str]) -> tuple[float, float]:
    """Start in a terminal, wait for the first alert, end it; seconds of wall and CPU."""
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    kept = {name: value for name, value in env.items() if name != "NO_COLOR"}
    begun = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=child, stdout=child, stderr=child, start_new_session=True,
        env={**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor",
             "TEXTUAL_ANIMATIONS": "none"},
    )  # fmt: skip
    os.close(child)
    seen = b""
    try:
        while FIRST_ALERT not in seen:
            left = begun + _PATIENCE_S - time.perf_counter()
            if left <= 0 or not select.select([parent], [], [], left)[0]:
                raise SystemExit(f"no alert on the screen: {seen[-2000:]!r}")
            try:
                seen += os.read(parent, 1 << 16)
            except OSError as error:  # it ended
                raise SystemExit(f"the screens did not start: {seen[-2000:]!r}") from error
        return time.perf_counter() - begun, _cpu_s(process.pid)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(_PATIENCE_S)
        os.close(parent)


def _cpu_s(pid: int) -> float:
    """CPU time of all threads, from the kernel, which counts it in nanoseconds here."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((one / "schedstat").read_text().split()[0]) for one in threads) / 1e9
