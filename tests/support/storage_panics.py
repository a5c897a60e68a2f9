"""`meshdefense panic --yes` in processes that are killed at any moment of it.

    python storage_panics.py ORIGINAL FOLDER SEED COUNT

Each destroys a copy of the folder ORIGINAL, at FOLDER/0 and so on. A warm process forks them. For
each there is a line of JSON on stdout: when it was killed, and what it had printed by then.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final, NamedTuple

from meshdefense import panic as destruction
from meshdefense.cli.main import main as meshdefense
from support.storage_deaths import Say, killed_life

__all__ = ["Killed", "killed_panics"]

LATE: Final = 1.3
"""Of the time that destroying takes: the last ones are killed when it is over."""
WHOLE: Final = 5
"""Lines that one says which comes to its end."""
EARLY: Final = 6
"""One in so many is killed in what comes before: looking for a daemon, and for the lock."""


class Killed(NamedTuple):
    """What was left of one."""

    folder: Path
    moment: str
    """For whoever reads a failure."""
    printed: str


def killed_panics(original: Path, folder: Path, count: int) -> list[Killed]:
    """So many. MESHDEFENSE_SEED repeats the moments of a failed run."""
    seed = os.environ.get("MESHDEFENSE_SEED", "20262")
    sys.stdout.write(f"MESHDEFENSE_SEED={seed}\n")
    done = subprocess.run(
        [sys.executable, __file__, original, folder, seed, str(count)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert done.returncode == 0, done.stderr
    found = []
    for number, line in enumerate(done.stdout.splitlines()):
        told = json.loads(line)
        moment = f"seed {seed}, {folder / str(number)}: killed after {told['after_s']:.4f} s"
        found.append(Killed(folder / str(number), moment, told["printed"]))
    return found


class _Printed:
    """Takes the place of stdout; what is printed is known even when the process dies."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def write(self, text: str) -> int:
        if text.strip():
            self._say("printed", text.strip())
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False


def panic(folder: Path, say: Say) -> None:
    """One, with the words that a person would type; then it waits to be killed."""
    real = destruction.destroy

    def destroy(*given: Any, **options: Any) -> list[str]:
        say("destroying", time.monotonic() - begun)
        since = time.monotonic()
        failed = real(*given, **options)
        say("destroyed", time.monotonic() - since)
        return failed

    destruction.destroy = destroy
    begun = time.monotonic()
    say("begun")
    with contextlib.redirect_stdout(_Printed(say)):
        code = meshdefense(["panic", "--yes", "--data", str(folder)])
    say("ended", code)
    while True:
        signal.pause()


def main(original: str, root: str, seed: str, count: str) -> None:
    """The first ones are measured, and not killed."""
    chance = random.Random(seed)
    before_s, whole_s = _measured(Path(original), Path(root) / "measured")
    for number in range(int(count)):
        folder = Path(root) / str(number)
        shutil.copytree(original, folder)
        early = number % EARLY == 0
        after_s = chance.uniform(0, LATE * (before_s if early else whole_s))
        said = killed_life(lambda say: panic(folder, say), 2 - early, after_s)  # noqa: B023
        printed = " ".join(line[1] for line in said if line[0] == "printed")
        sys.stdout.write(json.dumps({"after_s": after_s, "printed": printed}) + "\n")


def _measured(original: Path, folder: Path) -> tuple[float, float]:
    """Seconds until a panic begins to destroy, and those that destroying takes."""
    times: dict[str, list[float]] = {}
    for _ in range(3):
        shutil.copytree(original, folder)
        said = killed_life(lambda say: panic(folder, say), WHOLE, 0.0)
        assert said[-1] == ["ended", "0"], said
        assert not folder.exists()
        for word, *values in said[1:3]:
            times.setdefault(word, []).append(float(values[0]))
    return min(times["destroying"]), min(times["destroyed"])


if __name__ == "__main__":
    main(*sys.argv[1:])
