"""Runs tests of a copy of the tree again and again, each time in a fork of one warm process.

    python tests/mutations/worker.py < jobs > answers

Started by sandbox.py in the copy. What is slow to import and is not ours is imported once; our
own packages are imported by each fork anew, as they stand on the disk by then. A job is a line
of JSON with `arguments` for pytest, `log` and `within_s`; the answer is pytest's exit code, or
null when time was up.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import Phase, settings

FOREIGN = (
    "cryptography.hazmat.primitives.ciphers.aead",
    "hypothesis.stateful",
    "nacl.bindings",
    "nacl.public",
    "sqlalchemy",
)
LOOK_S = 0.02


def _run(arguments: Sequence[str], log: Path) -> int:
    """In the fork: quiet, in a group of its own, and gone with everything that it starts."""
    os.setsid()
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, nothing), (1, out), (2, out)):
        os.dup2(source, target)
    return int(pytest.main(list(arguments)))


def _fork(arguments: Sequence[str], log: Path) -> int:
    child = os.fork()
    if child:
        return child
    code = 3  # pytest's for an error of its own
    try:
        code = _run(arguments, log)
        sys.stdout.flush()
    finally:  # whatever happened: it must not go on as a second worker
        if sys.exc_info()[0] is not None:
            traceback.print_exc()
        os._exit(code)


def waited(child: int, within_s: float) -> int | None:
    """The exit code of a fork that leads a group of its own; None when time was up."""
    end = time.monotonic() + within_s
    status: int | None = None
    while status is None and time.monotonic() < end:
        found, raw = os.waitpid(child, os.WNOHANG)
        if found:
            status = os.waitstatus_to_exitcode(raw)
        else:
            time.sleep(LOOK_S)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)  # the group that the child made, and nobody else
    if status is None:
        os.waitpid(child, 0)
    return status


def main() -> None:
    """Take jobs until there are no more."""
    for name in FOREIGN:
        importlib.import_module(name)
    settings.register_profile(  # a failure is enough: nobody looks for the smallest one
        "mutations", derandomize=True, database=None, deadline=None,
        phases=(Phase.explicit, Phase.generate),
    )  # fmt: skip
    settings.load_profile("mutations")
    for line in sys.stdin:
        job = json.loads(line)
        child = _fork(job["arguments"], Path(job["log"]))
        sys.stdout.write(json.dumps(waited(child, job["within_s"])) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
