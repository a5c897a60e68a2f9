"""Tests that stay collected while mutants meet them: each meets those that run its lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mutations.sandbox import pipe, started
from mutations.swapping import BROKEN, TIME

__all__ = ["Ran", "Warm"]

TRACED_S: Final = 1800.0
"""Processor's time for every test once, with the lines that it runs."""
SLOW_S: Final = 1.0
SPARE_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Ran:
    """What one test runs when nothing is changed."""

    test: str
    seconds: float
    """Of the processor, with the noting of lines."""
    lines: dict[str, frozenset[int]]
    """By file."""


class Warm:
    """A copy of the tree with a process that has collected the tests. A context manager.

    `files` are noted line by line.
    """

    def __init__(self, folder: Path, tests: Sequence[str], files: Sequence[str]) -> None:
        self.folder = folder / "copy"
        self._process = started(self.folder, "tests/mutations/swapping.py", *tests)
        self._wins: dict[str, int] = {}
        self._steady: dict[str, bool] = {}
        told = self._ask({"trace": list(files), "cpu_s": TRACED_S})
        if not isinstance(told, list):
            raise RuntimeError(f"no test could be run:\n{self.output}")
        self.left_out = [one["test"] for one in told if not one["passed"]]
        """Tests that fail without any change, or only after others."""
        self.ran = [
            Ran(one["test"], one["seconds"], {f: frozenset(n) for f, n in one["lines"].items()})
            for one in told
            if one["passed"]
        ]

    def __enter__(self) -> Warm:
        return self

    def __exit__(self, *_: object) -> None:
        pipe(self._process.stdin).close()
        self._process.wait(timeout=60)
        pipe(self._process.stdout).close()

    @property
    def output(self) -> str:
        """What pytest printed last."""
        return (self.folder / "swapping.log").read_text(encoding="utf-8", errors="replace")

    def killer(
        self,
        file: str,
        source: str,
        lines: Iterable[int],
        *,
        first: str = "",
        most_s: float = 0.0,
        spare_s: float = SPARE_S,
    ) -> str | None:
        """The test that fails with this source in place of the file's, "time", or None.

        Asks only tests that run one of `lines`; with `most_s` none that takes longer. Slow
        ones come last, those that killed last first, then those of the file `first`. Time is up
        when one takes three times as long as without any change, and `spare_s` of the processor.
        """
        wanted, wins = frozenset(lines), self._wins
        while True:
            found = [one for one in self.ran if one.lines[file] & wanted]
            found = [one for one in found if not most_s or one.seconds <= most_s]
            found.sort(
                key=lambda one: (
                    one.seconds > SLOW_S, -wins.get(one.test, 0), first not in one.test, one.seconds
                )
            )  # fmt: skip
            asked = [(one.test, spare_s + 3 * one.seconds) for one in found]
            told = self._try(file, source, asked)
            if told is None or told == TIME:
                return told
            if self._fails_for_it((told, dict(asked)[told]), file, source):
                wins[told] = max(wins.values(), default=0) + 1
                return told
            self.left_out.append(told)
            self.ran = [one for one in self.ran if one.test != told]

    def _fails_for_it(self, one: tuple[str, float], file: str, source: str) -> bool:
        """Whether a test fails with the change and not for the tests that ran before it."""
        test, _ = one
        if test not in self._steady:
            plain = (self.folder / file).read_text(encoding="utf-8")
            self._steady[test] = self._try(file, plain, [one]) is None
        return self._steady[test] and self._try(file, source, [one]) is not None

    def _try(self, file: str, source: str, tests: Sequence[tuple[str, float]]) -> str | None:
        if not tests:
            return None
        spent = sum(cpu_s for _, cpu_s in tests)
        told = self._ask({"file": file, "source": source, "tests": tests, "cpu_s": spent})
        if told == BROKEN:
            raise RuntimeError(f"the tests could not be run:\n{self.output}")
        return None if told is None else str(told)

    def _ask(self, job: dict[str, Any]) -> Any:
        pipe(self._process.stdin).write(json.dumps(job) + "\n")
        pipe(self._process.stdin).flush()
        answer = pipe(self._process.stdout).readline()
        if not answer:
            raise RuntimeError(f"the worker has ended:\n{self.output}")
        return json.loads(answer)
