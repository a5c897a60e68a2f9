"""An app in a pseudo-terminal, in a process of its own: what it writes, when, and what it needs."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import pty
import struct
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

__all__ = ["QUIET_S", "Screen", "ours"]

_RUN: Final = (
    "import sys; from pathlib import Path; from meshdefense_tui import run; "
    "sys.exit(run(Path(sys.argv[1])))"
)
QUIET_S: Final = 0.06
"""Nothing was written for so long: the frame is whole. Two frames of the app."""
_PATIENCE_S: Final = 60.0


def ours(socket: Path) -> list[str]:
    """The arguments of Python for the real screens, attached to this socket."""
    return ["-c", _RUN, str(socket)]


class Screen:
    """Use `async with Screen(arguments of Python, (columns, rows)) as screen`."""

    def __init__(self, arguments: Sequence[str], size: tuple[int, int]) -> None:
        self._arguments, self._size = arguments, size
        self.bytes_read = 0
        self._last = 0.0
        """When the last byte came, monotonic."""
        self._recent = b""

    async def __aenter__(self) -> Screen:
        self._parent, child = pty.openpty()
        columns, rows = self._size
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        kept = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        self._begun = time.monotonic()
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, *self._arguments, stdin=child, stdout=child, stderr=child,
            env={**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor",
                 "TEXTUAL_ANIMATIONS": "none"},
            start_new_session=True,
        )  # fmt: skip
        os.close(child)
        os.set_blocking(self._parent, False)
        asyncio.get_running_loop().add_reader(self._parent, self._read)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        asyncio.get_running_loop().remove_reader(self._parent)
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        os.close(self._parent)

    def write(self, keys: bytes) -> None:
        """Type."""
        os.write(self._parent, keys)

    async def first(self, text: bytes) -> float:
        """Wait for a text; seconds from the start of the process until its bytes were here."""
        await self.until(lambda: text in self._recent)
        return self._last - self._begun

    async def answered(self) -> tuple[float, int]:
        """Seconds from now to the last byte of the next frame, and its bytes; 0 for none in 2 s."""
        begun, seen = time.monotonic(), self.bytes_read
        while self.bytes_read == seen and time.monotonic() < begun + 2.0:  # noqa: ASYNC110
            await asyncio.sleep(0.0005)
        await self.quiet(QUIET_S)
        return max(self._last - begun, 0.0), self.bytes_read - seen

    async def quiet(self, seconds: float) -> None:
        """Wait until nothing was written for so long, a minute at most."""
        end = time.monotonic() + _PATIENCE_S
        since = time.monotonic()
        while time.monotonic() < max(self._last, since) + seconds and time.monotonic() < end:  # noqa: ASYNC110
            await asyncio.sleep(0.005)

    async def idle(self, seconds: float) -> None:
        """Do nothing."""
        await asyncio.sleep(seconds)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait; fails after a minute with what was written last."""
        end = time.monotonic() + _PATIENCE_S
        while not condition():
            assert time.monotonic() < end, self._recent[-2000:]
            await asyncio.sleep(0.002)

    def cpu_ms(self) -> float:
        """CPU time of all its threads, as the scheduler counts it, in nanoseconds.

        The ticks of `/proc/PID/stat` are hundredths of a second, and a process that wakes at
        ticks is charged for whole ones.
        """
        threads = Path(f"/proc/{self._process.pid}/task").iterdir()
        return sum(int((one / "schedstat").read_text().split()[0]) for one in threads) / 1e6

    def rss_mib(self) -> float:
        """Resident memory of the process."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            found = os.read(self._parent, 1 << 16)
            self._last = time.monotonic()
            self.bytes_read += len(found)
            self._recent = (self._recent + found)[-200_000:]
