"""Fuzz decoders with atheris, which follows the branches that each input takes.

    python tests/fuzz/run.py --seconds 30                     every target, one after the other
    python tests/fuzz/run.py items frames --seconds 3600 --corpus ~/corpus --jobs 2

Each target has a process of its own, forked after the code was read once. Prints one table;
ends with 1 after a finding, whose input is kept in tests/fuzz/findings and printed as hex, and
with 3 where atheris cannot be had: it exists for CPython on x86-64 Linux only.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib
import io
import os
import re
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a script, from anywhere

NO_ATHERIS: Final = 3
FOUND: Final = 77
"""What a process that ended at an input says; any other code but 0 is a fault of the machine."""
INSTRUMENTED: Final = ["meshdefense", "meshdefense_protocol", "fuzz"]
HANGS_S: Final = 25
"""One input that takes longer is a finding; on two busy cores the slowest honest one is far off."""
MEMORY_MB: Final = 2048
OVERTIME_S: Final = 180.0
"""After this much more than was asked for, a process is ended."""


@dataclass(slots=True)
class Run:
    """One target's process, and where it writes."""

    name: str
    pid: int
    began: float
    folder: tempfile.TemporaryDirectory[str]
    corpus: Path
    before: int
    """Inputs in the corpus when it began."""

    @property
    def log(self) -> str:
        """What the process printed."""
        return (Path(self.folder.name) / "log").read_text(errors="replace")

    @property
    def findings(self) -> list[bytes]:
        """Inputs that the process ended at."""
        found = Path(self.folder.name).glob("found-*")
        return [path.read_bytes() for path in found if "slow-unit" not in path.name]


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz what was named, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="all of them without any")
    parser.add_argument("--seconds", type=int, default=30, help="of each target")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="keep inputs of new coverage")
    parser.add_argument("--findings", type=Path, metavar="DIR", help="where findings are kept")
    parser.add_argument("--jobs", type=int, default=1, help="processes at once")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big") | 1)
    options = parser.parse_args(arguments)
    try:
        atheris: Any = importlib.import_module("atheris")
    except ImportError:
        _say("atheris is not here: it exists for CPython on x86-64 Linux only. Nothing was fuzzed;")
        _say("tests/fuzz/test_fuzz_slice.py checks the inputs that are kept, without it.")
        return NO_ATHERIS
    told = contextlib.redirect_stderr(io.StringIO())  # a line for each of two hundred modules
    with told, atheris.instrument_imports(include=INSTRUMENTED):
        known: Any = importlib.import_module("fuzz.targets")
    every = {**known.TARGETS, known.PLANTED.name: known.PLANTED}
    names = options.targets or [*known.TARGETS]
    if unknown := sorted(set(names) - every.keys()):
        parser.error(f"there is no target {unknown[0]!r}; targets are {', '.join(every)}")
    keep = options.findings or known.FINDINGS
    _say(f"seed {options.seed}, {options.seconds} s each")
    running: dict[int, Run] = {}
    rows: list[list[str]] = []
    failed = False
    try:
        for name in names:
            while len(running) >= max(1, options.jobs):
                failed |= _ended(running, options.seconds, keep, rows)
            run = _begin(atheris, every[name], known.inputs(every[name]), options)
            running[run.pid] = run
        while running:
            failed |= _ended(running, options.seconds, keep, rows)
    finally:
        for pid in running:  # only after an interruption
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    _table(rows)
    return 1 if failed else 0


def _begin(atheris: Any, target: Any, seeds: list[bytes], options: argparse.Namespace) -> Run:
    folder = tempfile.TemporaryDirectory(prefix="fuzz-")
    place = Path(folder.name)
    corpus = place / "corpus" if options.corpus is None else options.corpus / target.name
    for made in (corpus, place / "seeds", place / "temporary"):
        made.mkdir(parents=True, exist_ok=True)
    for raw in seeds:
        (place / "seeds" / hashlib.sha256(raw).hexdigest()).write_bytes(raw)
    words = ("".join(f"\\x{byte:02x}" for byte in word) for word in target.words)
    (place / "words").write_text("".join(f'"{word}"\n' for word in words))
    dictionary = [f"-dict={place}/words"] if target.words else []  # an empty one is refused
    before = len(list(corpus.iterdir()))
    flags = [
        f"-max_total_time={options.seconds}",
        f"-max_len={target.size_max}",
        f"-timeout={HANGS_S}",
        f"-rss_limit_mb={MEMORY_MB}",
        f"-seed={options.seed}",
        f"-artifact_prefix={place}/found-",
        *dictionary,
        "-print_final_stats=1",
    ]
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        _fuzz(atheris, target, place, [target.name, *flags, str(corpus), f"{place}/seeds"])
    return Run(target.name, pid, time.monotonic(), folder, corpus, before)


def _fuzz(atheris: Any, target: Any, place: Path, arguments: list[str]) -> None:
    """The forked process: never returns."""
    log = os.open(place / "log", os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    tempfile.tempdir = str(place / "temporary")  # what a target leaves goes with the folder
    try:
        check = target.make()

        def guarded(raw: bytes) -> None:
            try:
                check(raw)
            except BaseException:
                (place / "found-exception").write_bytes(raw)
                raise

        atheris.Setup(arguments, guarded)
        atheris.Fuzz()
    except BaseException:  # noqa: BLE001  # a fork must not go on as its parent would
        traceback.print_exc()
        sys.stderr.flush()
    os._exit(FOUND)


def _ended(running: dict[int, Run], seconds: int, keep: Path, rows: list[list[str]]) -> bool:
    """Wait until one ends, and add its row; whether it failed."""
    while True:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid in running:
            break
        for run in running.values():
            if time.monotonic() > run.began + seconds + OVERTIME_S:
                os.kill(run.pid, signal.SIGKILL)
        time.sleep(0.05)
    run, code = running.pop(pid), os.waitstatus_to_exitcode(status)
    log, findings = run.log, run.findings
    for raw in findings:
        keep.mkdir(parents=True, exist_ok=True)
        known: Any = importlib.import_module("fuzz.targets")
        path = keep / known.finding_name(run.name, hashlib.sha256(raw).hexdigest())
        path.write_text(raw.hex() + "\n")
        _say(f"\n{run.name}: a finding, kept as {path}")
        _say(f"hex: {raw.hex()}")
    if code or findings:
        _say(f"{run.name}: ended with {code}\n{_reason(log)}")
    new = len(list(run.corpus.iterdir())) - run.before
    numbers = re.findall(r"^#(\d+)\s.*?cov: (\d+)", log, re.MULTILINE)
    executions, edges = numbers[-1] if numbers else ("0", "0")
    done = re.search(r"number_of_executed_units: (\d+)", log)
    executions = done[1] if done else executions
    wall = time.monotonic() - run.began
    rate = f"{int(executions) / max(wall, 0.01):.0f}"
    slowest = re.search(r"slowest_unit_time_sec: (\d+)", log)
    end = "FINDING" if findings else "ok" if not code else "FAILED"
    slow = slowest[1] if slowest else "-"
    rows.append([run.name, executions, rate, edges, str(new), slow, f"{wall:.0f}", end])
    run.folder.cleanup()
    return bool(code or findings)


def _reason(log: str) -> str:
    """The traceback of the log, or else its end."""
    lines = log.splitlines()
    for at, line in enumerate(lines):
        if "Uncaught Python exception" in line:
            end = next((n for n, one in enumerate(lines) if n > at and one.startswith("==")), None)
            return "\n".join(lines[at:end])
    return "\n".join(lines[-25:])


def _table(rows: list[list[str]]) -> None:
    head = ["target", "executions", "a second", "edges", "new inputs", "slowest s", "wall s", ""]
    widths = [max(len(row[at]) for row in [head, *rows]) for at in range(len(head))]
    for row in [head, *rows]:
        cells = (f"{cell:<{widths[at]}}" if at in (0, 7) else f"{cell:>{widths[at]}}"
                 for at, cell in enumerate(row))  # fmt: skip
        _say("  ".join(cells).rstrip())


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
