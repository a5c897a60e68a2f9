"""Wrong passphrases slow the next try down; nobody is ever locked out for good.

The count lies in a file, so that starting the program again does not forget it. It is raised
before a try and taken back after a right one: who ends the program in between gains nothing.
It guards the prompt only. Whoever can write to the folder can remove the file, and whoever can
read it can guess elsewhere, against argon2id alone.
"""

from __future__ import annotations

import contextlib
import os
import struct
from pathlib import Path
from typing import Final

__all__ = ["LONGEST_S", "Attempts", "attempts_path"]

LONGEST_S: Final = 30.0
_RECORD: Final = struct.Struct(">Id")
_COUNT_MAX: Final = 1_000_000


def attempts_path(root: Path) -> Path:
    """Where the count of a data folder lies."""
    return root / "attempts.bin"


class Attempts:
    """Failed tries of one data folder. A disk that takes nothing is no reason to refuse a try."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._remembered: tuple[int, float] = (0, 0.0)
        """For a disk that takes nothing."""

    @property
    def failures(self) -> int:
        """How often in a row it went wrong."""
        return self._read()[0]

    def wait_s(self, now: float) -> float:
        """Seconds until the next try: 1, 2, 4 ... 30 after the last failure; 0 at first.

        `now` is the wall clock's; one that was set back makes nobody wait longer than that.
        """
        failures, last = self._read()
        if failures == 0:
            return 0.0
        pause = min(LONGEST_S, 2.0 ** min(failures - 1, 10))
        return min(pause, max(0.0, last + pause - now))

    def begin(self, now: float) -> None:
        """A try begins, and counts as failed until `succeeded`."""
        self._remembered = (min(self._read()[0] + 1, _COUNT_MAX), now)
        with contextlib.suppress(OSError):
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.pwrite(descriptor, _RECORD.pack(*self._remembered), 0)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def succeeded(self) -> None:
        """It was right: forget what was before."""
        self._remembered = (0, 0.0)
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _read(self) -> tuple[int, float]:
        """Failures and when the last one was: the worse of file and memory."""
        with contextlib.suppress(OSError, struct.error):
            count, last = _RECORD.unpack(self._path.read_bytes())
            if last == last:  # not NaN
                return max((count, last), self._remembered)
        return self._remembered
