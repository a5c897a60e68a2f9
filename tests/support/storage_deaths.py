"""Lives that end by SIGKILL: a warm process forks a child for each, and kills it at any moment.

    python storage_deaths.py store|node FOLDER SEED LIVES

A child says on a pipe what it acknowledged; each begins by comparing the store with all that was
said before it. So a kill costs a fork and an opened store, and no start of Python. On stdout
comes one line of JSON with what was counted. Nothing here has threads before it forks.
`deaths` runs all this for a test; MESHDEFENSE_SEED repeats the moments of a failed run.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NoReturn, Protocol

from meshdefense.storage import database
from meshdefense_protocol.limits import LIVES_MAX

__all__ = ["Known", "LifeError", "Say", "deaths", "killed_life"]

Say = Callable[..., None]
"""Tells the process that survives: a word, and what belongs to it."""

LIVES_EACH: Final = 20
"""In one folder: a kill between mark and commit costs one of 31 incarnations."""
LINES_MAX: Final = 15
STARTS: Final = 2
"""So many lives more, of LINES_MAX, are killed before their first line."""
START_S, PAUSE_S = 0.04, 0.004
"""A kill comes so long after the fork, or after a line, at the most."""
PATIENCE_S: Final = 60.0
"""Nothing here takes so long: a child that says nothing hangs."""


class LifeError(Exception):
    """A child ended otherwise than by the kill, or hangs."""


class Life(Protocol):
    """A life in this folder, until it is killed; `known` is what those before it said."""

    def __call__(self, folder: Path, known: Known, say: Say) -> None: ...


@dataclass
class Known:
    """What the children of one folder said, as they promised it to somebody."""

    life: int = 0
    own: dict[str, str] = field(default_factory=dict)
    """Own items by id, with their bytes: acknowledged, handed to the radio or found stored."""
    alarmed: dict[str, str] = field(default_factory=dict)
    """Others' items by id, with when they came: somebody was alarmed."""
    stored: int = 0
    """Batches that were acknowledged."""
    incarnation: int = 0

    def learn(self, word: str, *values: str) -> None:
        """Take in a line. Raises AssertionError for what contradicts an earlier one."""
        if word == "own":
            item_id, content = values
            held = self.own.setdefault(item_id, content)
            assert held == content, f"{item_id} was used for two items"
        elif word == "alarm":
            item_id, at = values
            assert item_id not in self.alarmed, f"{item_id} alarmed twice"
            self.alarmed[item_id] = at
        elif word == "stored":
            self.stored = int(values[0]) + 1
        elif word == "incarnation":
            self.incarnation = int(values[0])


def killed_life(live: Callable[[Say], None], lines: int, more_s: float) -> list[list[str]]:
    """Fork a child, kill it `more_s` after it said so many lines; what it said, in words.

    Raises LifeError when it ended by itself, with its traceback on stderr, and when it hangs.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _child(live, writing)
    os.close(writing)
    said = b""
    with open(reading, "rb", buffering=0) as file:
        hangs = False
        while said.count(b"\n") < lines and not hangs:
            hangs = not select.select([file], [], [], PATIENCE_S)[0]
            if hangs or not (piece := file.read(65_536)):
                break
            said += piece
        time.sleep(more_s)
        os.kill(pid, signal.SIGKILL)  # our own child, which waits for us even when it is dead
        while piece := file.read(65_536):
            said += piece
    _, status = os.waitpid(pid, 0)
    if hangs:
        raise LifeError(f"it said nothing more after {said!r}")
    if not os.WIFSIGNALED(status):
        raise LifeError(f"it ended by itself, with exit code {os.waitstatus_to_exitcode(status)}")
    return [line.split("\t") for line in said.decode().splitlines()]


def _child(live: Callable[[Say], None], writing: int) -> NoReturn:
    def say(*words: object) -> None:
        os.write(writing, ("\t".join(map(str, words)) + "\n").encode())  # at once or not at all

    try:
        live(say)
    except BaseException:  # noqa: BLE001  # nothing of the parent's may run in the child
        traceback.print_exc()
        sys.stderr.flush()
    os._exit(1)


def deaths(kind: str, folder: Path, lives: int) -> dict[str, float]:
    """So many lives of a store or a node below `folder`; what was counted. Fails with the seed."""
    seed = os.environ.get("MESHDEFENSE_SEED", "20261")
    done = subprocess.run(
        [sys.executable, __file__, kind, folder, seed, str(lives)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert done.returncode == 0, f"MESHDEFENSE_SEED={seed}\n{done.stderr}"
    counted: dict[str, float] = json.loads(done.stdout)
    sys.stdout.write(f"MESHDEFENSE_SEED={seed} {counted}\n")
    return counted


def main(kind: str, root: str, seed: str, lives: str) -> None:
    """So many lives, in folders of their own after each LIVES_EACH."""
    if kind == "node":
        from support.storage_node_life import live, make
    else:
        from support.storage_store_life import live, make
    database.CHECKPOINT_PAGES = 20
    chance, counted = random.Random(seed), Counter[str]()
    known, folder, longest = Known(), Path(root), 0.0
    for number in range(int(lives)):
        if number % LIVES_EACH == 0 or known.incarnation > LIVES_MAX - 3:
            known, folder = Known(), Path(root) / str(number)
            folder.mkdir()
            make(folder)
        lines = max(0, chance.randrange(-STARTS, LINES_MAX))
        more_s = chance.uniform(0, PAUSE_S if lines else START_S)
        try:
            said = killed_life(lambda say: live(folder, known, say), lines, more_s)  # noqa: B023
            for line in said:
                known.learn(*line)
        except (LifeError, AssertionError) as error:
            sys.exit(f"life {number} of seed {seed}, {lines} lines and {more_s:.4f} s: {error}")
        known.life += 1
        counted.update(line[0] for line in said)
        counted["lives"] += 1
        counted["died starting"] += not any(line[0] == "started" for line in said)
        longest = max([longest, *(float(line[1]) for line in said if line[0] == "started")])
    sys.stdout.write(json.dumps({**counted, "longest start": round(longest, 3)}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
