"""The walk-through in docs/, followed word for word with real daemons on virtual radios.

Every `sh` block is run as it stands; every line of the `text` block behind it has to appear in
what the block, or one of its commands again, printed. Radios need seconds, so the commands that
only look are repeated until they show it.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from meshdefense.cli.exit_codes import ExitCode
from support.daemons import free_base

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "walkthrough.md"
PORT = 4470
"""As the page has it; another one is put in its place, so that two runs do not meet."""
PATIENCE_S = 40.0
_LOOKS = re.compile(r" (status|alerts|pending|show|--status)\b")
_ENGLISH = {"LC_ALL": "C.UTF-8", "LANGUAGE": "en"}


def blocks() -> list[tuple[str, str]]:
    """Kind and text of each block of the page, in order."""
    return re.findall(r"^```(sh background|sh|text)\n(.*?)^```", PAGE.read_text(), re.M | re.S)


class Practice:
    """A shell session whose blocks are run one after another."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._functions = folder, ""
        self._running: list[subprocess.Popen[bytes]] = []
        shadow = folder / "bin"
        shadow.mkdir()
        program = shadow / "meshdefense"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m meshdefense "$@"\n')
        program.chmod(0o700)
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("LC_") and k != "LANG"},
            **_ENGLISH,
            "PATH": f"{shadow}:{os.environ['PATH']}",
        }
        self._base = free_base(5)

    def _script(self, text: str) -> str:
        return self._functions + re.sub(
            rf"\b{PORT // 10}(\d)\b", lambda m: str(self._base + int(m[1])), text
        )

    def begin(self, text: str) -> None:
        """The first block: the folder, and the words that the others use."""
        self.run(text)
        self._folder /= "practice"
        self._functions = "".join(f"{one}\n" for one in text.splitlines() if "() {" in one)

    def run(self, text: str, *, look: bool = False, early: bool = False) -> str | None:
        """Run a block to its end; a command that fails is a mistake, or None for a `look`.

        None also where something may be `early`: what it names has not come by radio yet.
        """
        done = subprocess.run(
            ["bash", "-euc", self._script(text)], cwd=self._folder, env=self._environment,
            capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
        if (look and done.returncode) or (early and done.returncode == ExitCode.NOT_FOUND):
            return None
        refused = done.returncode not in (ExitCode.OK, ExitCode.WAITING)
        assert refused is text.rstrip().endswith("# refused"), (
            f"{text}\n{done.stdout}\n{done.stderr}"
        )
        return done.stdout + done.stderr

    def start(self, line: str) -> None:
        """Run a line that does not end by itself."""
        log = (self._folder / f"background-{len(self._running)}.log").open("wb")
        process = subprocess.Popen(
            ["bash", "-uc", self._script(f"{line}\n")], cwd=self._folder, env=self._environment,
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        self._running.append(process)
        log.close()

    def end(self) -> None:
        """End what was started, and nothing else."""
        for process in reversed(self._running):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in self._running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextlib.contextmanager
def practising(folder: Path) -> Iterator[Practice]:
    """A session that leaves nothing running."""
    practice = Practice(folder)
    try:
        yield practice
    finally:
        practice.end()


def shows(said: str, wanted: str) -> bool:
    """Whether a line of the page stands in what was printed; "..." is anything."""
    pattern = ".*".join(re.escape(part) for part in wanted.split("..."))
    return re.search(pattern, said) is not None


def follow(practice: Practice, text: str, expected: list[str]) -> None:
    """Run a block line by line; where something is expected, look again until it is there."""
    said = ""
    for line in text.splitlines():
        until = time.monotonic() + PATIENCE_S
        look = _LOOKS.search(line) is not None
        while True:
            late = time.monotonic() > until
            printed = practice.run(line, look=look and not late, early=not late)
            if printed is not None:
                said += printed
                if not look or late or _is_enough(line, printed, expected, said):
                    break
            time.sleep(1.0)
    missing = [one for one in expected if not shows(said, one)]
    assert not missing, f"{missing} is not in:\n{said}"


def _is_enough(line: str, printed: str, expected: list[str], said: str) -> bool:
    """Whether what a look showed will do: nothing waits to come that the page tells of."""
    if "pending" in line:  # `lost` and `revoke` tell of the same decisions before they arrive
        return all(shows(printed, one) for one in expected if "another organizer" not in one)
    if line.startswith("as vic alerts") or line.startswith("as ned alerts"):
        return "No alerts" not in printed
    missing = [one for one in expected if not shows(said, one)]
    return not missing or "pia alerts" in line


def test_the_walk_through_works_word_for_word(tmp_path: Path) -> None:
    found = blocks()
    assert len(found) > 15
    with practising(tmp_path) as practice:
        practice.begin(found[0][1])
        for place, (kind, text) in enumerate(found[1:], start=1):
            if kind == "sh background":
                for line in text.splitlines():
                    practice.start(line)
                time.sleep(1.0)
            elif kind == "sh":
                after = found[place + 1] if place + 1 < len(found) else ("", "")
                expected = after[1].splitlines() if after[0] == "text" else []
                follow(practice, text, expected)
