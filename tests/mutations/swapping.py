"""Runs tests that are collected once, each time in a fork in which one module has other code.

    python tests/mutations/swapping.py TEST_FILE ... < jobs > answers

Started by warm.py in a copy of the tree. A mutant differs from its module in the body of one
function; so the fork puts the mutant's code into the functions that are already imported, and
neither imports nor collects anything again. What tests made while they were imported stems from
the module as it is: this can let a mutant live, but never kills one.

The first answer is what every test runs: `seconds`, `passed` and the `lines` of each of the
files asked for. After that a job is a line of JSON with `file`, `source`, `tests` in their order,
each with the seconds of the processor that it may take, and `cpu_s` for all of them; the answer is
the test that failed first, null for none, or one of the words below.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import json
import os
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, settings

from mutations.sandbox import QUIET
from mutations.worker import waited

__all__ = ["BROKEN", "TIME", "Swapping", "codes"]

TIME: Final = "time"
"""The answer when time was up."""
BROKEN: Final = "broken"
"""The answer when the fork could not even run the tests; swapping.log has the reason."""
BROKEN_CODE: Final = 3
WALL: Final = 10
"""Times the processor's time that a fork may take by the clock: the machine may be busy."""
CALLS: Final = 2000
ALL_CALLS: Final = 500_000
MEMORY: Final = 1 << 30
"""Bytes that a fork may take beyond what it begins with: a mutant may loop for ever."""


def codes(module: CodeType) -> dict[str, CodeType]:
    """The code of all functions and methods of a module, by their names in it."""
    found: dict[str, CodeType] = {}
    for const in module.co_consts:
        if isinstance(const, CodeType):
            found[const.co_qualname] = const
            if not const.co_flags & 0x02:  # a class body: it has no local variables
                found.update(codes(const))
    return found


class Swapping:
    """The plugin that takes the place of pytest's loop over the tests."""

    def __init__(self, jobs: int, answers: int, log: Path) -> None:
        self._jobs, self._answers, self._log = jobs, answers, log
        self._failed = ""
        self._items: dict[str, pytest.Item] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember that a test failed, in whichever phase."""
        if report.failed:
            self._failed = report.nodeid

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Take jobs until there are no more."""
        self._items = {item.nodeid: item for item in session.items}
        with os.fdopen(self._jobs, encoding="utf-8") as jobs:
            for line in jobs:
                self._take(json.loads(line))
        return True

    def _take(self, job: dict[str, Any]) -> None:
        child = os.fork()
        if not child:
            code = BROKEN_CODE
            try:
                os.setsid()
                out = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
                os.dup2(out, 1)
                os.dup2(out, 2)
                self._answer(self._traced(job) if "trace" in job else self._tried(job))
                code = 0
            finally:  # whatever happened: it must not go on as a second worker
                if code:
                    traceback.print_exc()
                os._exit(code)
        ended = waited(child, WALL * job["cpu_s"])
        if ended != 0:
            self._answer(BROKEN if ended == BROKEN_CODE else TIME)

    def _answer(self, answer: object) -> None:
        left = json.dumps(answer).encode() + b"\n"
        while left:
            left = left[os.write(self._answers, left) :]

    def _traced(self, job: dict[str, Any]) -> list[dict[str, Any]]:
        """Every test once, with what it runs of the files."""
        found = []
        for name in self._items:
            lines: dict[str, set[int]] = {file: set() for file in job["trace"]}
            begun = time.process_time()
            with _noting({str(Path(file).resolve()): seen for file, seen in lines.items()}):
                failed = self._first_failing([(name, job["cpu_s"])])
            found.append({
                "test": name, "passed": not failed, "seconds": time.process_time() - begun,
                "lines": {file: sorted(seen) for file, seen in lines.items()},
            })  # fmt: skip
        return found

    def _tried(self, job: dict[str, Any]) -> str | None:
        path = str(Path(job["file"]).resolve())
        new = codes(compile(job["source"], path, "exec"))
        for one in gc.get_objects():
            if isinstance(one, FunctionType) and one.__code__.co_filename == path:
                if one.__code__.co_qualname in new:
                    one.__code__ = new[one.__code__.co_qualname]
            elif isinstance(one, functools._lru_cache_wrapper):
                one.cache_clear()
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY,) * 2)
        return self._first_failing(job["tests"])

    def _first_failing(self, tests: Sequence[tuple[str, float]]) -> str | None:
        """Names and seconds of the processor for each: the whole fork ends when they are up."""
        self._failed = ""
        items = [self._items[name] for name, _ in tests]
        for item, after, (_, cpu_s) in zip(items, [*items[1:], None], tests, strict=True):
            signal.setitimer(signal.ITIMER_PROF, cpu_s)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            if self._failed:
                return self._failed
        return None


@contextlib.contextmanager
def _noting(lines: dict[str, set[int]]) -> Iterator[None]:
    """Add to the sets the lines of these files that run inside the block.

    A function is looked at until all of its lines were seen, and at most CALLS times; a test for
    its first ALL_CALLS calls.
    """
    calls: Counter[CodeType] = Counter()
    left = ALL_CALLS

    def call(frame: FrameType, _event: str, _arg: object) -> Callable[..., Any] | None:
        nonlocal left
        left -= 1
        if left < 0:
            sys.settrace(None)
            return None
        code = frame.f_code
        seen = lines.get(code.co_filename)
        if seen is None or calls[code] >= CALLS:
            return None
        calls[code] += 1
        if seen.issuperset(number for *_, number in code.co_lines() if number is not None):
            calls[code] = CALLS

        def line(frame: FrameType, _event: str, _arg: object) -> Callable[..., Any]:
            seen.add(frame.f_lineno)
            return line

        return line(frame, "", None)

    sys.settrace(call)
    try:
        yield
    finally:
        sys.settrace(None)


def main(files: Sequence[str]) -> int:
    """Collect, and take jobs."""
    settings.register_profile(
        "swapping", derandomize=True, database=None, deadline=None,
        phases=(Phase.explicit, Phase.generate),  # a failure is enough: it need not be the smallest
        suppress_health_check=list(HealthCheck),  # a busy machine kills no mutant
    )  # fmt: skip
    settings.load_profile("swapping")
    log = Path.cwd() / "swapping.log"
    jobs, answers = os.dup(0), os.dup(1)
    for number, flags in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
        os.dup2(os.open(os.devnull if number == 0 else log, flags | os.O_CREAT), number)
    plugin = Swapping(jobs, answers, log)
    return int(pytest.main([*QUIET, "--capture=no", *files], plugins=[plugin]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
