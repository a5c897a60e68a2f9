"""The command line as a person has it: a process, its exit code, and what it printed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["PATIENCE_S", "Done", "command", "environment", "meshdefense", "until"]

PATIENCE_S = 60.0
"""Nothing here takes so long; two busy cores may take a part of it."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its stdout as JSON; fails the test with its stderr when it is none."""
        assert self.code == 0, f"exit code {self.code}: {self.err}"
        return json.loads(self.out)


def command(*arguments: object) -> list[str]:
    """The words that start the program."""
    return [sys.executable, "-m", "meshdefense", *map(str, arguments)]


def environment(**more: str) -> dict[str, str]:
    """This process's, in plain English and with unbuffered output."""
    return {**os.environ, "PYTHONUNBUFFERED": "1", "LC_ALL": "C.UTF-8", **more}


def meshdefense(*arguments: object, data: Path | None = None, stdin: str = "") -> Done:
    """Run the program to its end, without a terminal."""
    words = command(*arguments, *(() if data is None else ("--data", data)))
    done = subprocess.run(
        words,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        env=environment(),
    )
    return Done(done.returncode, done.stdout, done.stderr)


def until(
    look: Callable[[], T], wanted: Callable[[T], bool] = bool, *, within_s: float = PATIENCE_S
) -> T:
    """Look again and again until it is as wanted; returns that, or fails with the last look."""
    end = time.monotonic() + within_s
    while not wanted(seen := look()):
        assert time.monotonic() < end, f"not within {within_s:g} s; last seen: {seen!r}"
        time.sleep(0.05)
    return seen
