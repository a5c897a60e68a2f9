"""A copy of the tree in which checks are deleted and tests are run, one mutation at a time."""

from __future__ import annotations

import ast
import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final

__all__ = ["ROOT", "FoundError", "Sandbox", "mutated", "pipe", "started"]

ROOT: Final = Path(__file__).resolve().parents[2]
SOURCES: Final = ("protocol", "meshdefense", "tui", "firmware-config", "tests")
LOOSE: Final = ("pyproject.toml", "README.md")
IGNORED: Final = ("__pycache__", ".hypothesis", ".pytest_cache", ".mypy_cache", ".ruff_cache")
PATHS: Final = (".", "protocol", "tui", "firmware-config", "tests")
FAILED: Final = 1
"""pytest's exit code when tests ran and failed; any other is no proof."""
PASSED: Final = 0
WITHIN_S: Final = 60.0
QUIET: Final = (
    "-q", "-n0", "-p", "no:cacheprovider",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",  # the worker has imported a plugin before
)  # fmt: skip


class FoundError(Exception):
    """A mutation that cannot be applied."""


def mutated(source: str, find: str, put: str) -> str:
    """The source with `put` in place of `find`. FoundError unless it is there exactly once.

    Both may have several lines; the indentation of the first is that of the place.
    """
    times = source.count(find)
    if times != 1:
        raise FoundError(f"{times} times and not once: {find!r}")
    if find == put:
        raise FoundError("the replacement is what is there")
    changed = source.replace(find, put)
    try:
        ast.parse(changed)
    except SyntaxError as error:
        raise FoundError(f"that is no Python: {error}") from error
    return changed


def started(folder: Path, program: str, *arguments: str) -> subprocess.Popen[str]:
    """A program of a new copy of the tree, in that copy, with pipes to it."""
    ignored = shutil.ignore_patterns(*IGNORED)
    for name in SOURCES:
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in LOOSE:
        shutil.copy2(ROOT / name, folder / name)
    paths = os.pathsep.join(str(folder / name) for name in PATHS)
    return subprocess.Popen(
        [sys.executable, folder / program, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": "0"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


class Sandbox:
    """A copy and its warm worker. A context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._log = folder / "copy", folder / "log"
        self._worker = started(self.folder, "tests/mutations/worker.py")
        self._mutations = 0

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        pipe(self._worker.stdin).close()
        self._worker.wait(timeout=WITHIN_S)
        pipe(self._worker.stdout).close()

    def run(
        self, tests: Sequence[str], *, within_s: float = WITHIN_S, options: Sequence[str] = ("-x",)
    ) -> int | None:
        """pytest's exit code for these tests of the copy as it is; None when time was up."""
        job: dict[str, Any] = {
            "arguments": [*QUIET, *options, *tests],
            "log": str(self._log),
            "within_s": within_s,
        }
        pipe(self._worker.stdin).write(json.dumps(job) + "\n")
        pipe(self._worker.stdin).flush()
        answer = pipe(self._worker.stdout).readline()
        if not answer:
            raise RuntimeError("the worker has ended")
        code = json.loads(answer)
        return None if code is None else int(code)

    @property
    def output(self) -> str:
        """What pytest printed last."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    @contextlib.contextmanager
    def changed(self, file: str, text: str) -> Iterator[None]:
        """The copy with another text in one file, inside the block."""
        path = self.folder / file
        before, stat = path.read_bytes(), path.stat()
        self._mutations += 1
        _write(path, text.encode(), stat.st_mtime + self._mutations)
        try:
            yield
        finally:
            _write(path, before, stat.st_mtime)


def _write(path: Path, content: bytes, mtime: float) -> None:
    """With a time of its own: Python takes compiled files by second and size of the source."""
    path.write_bytes(content)
    os.utime(path, (mtime, mtime))


def pipe(stream: IO[str] | None) -> IO[str]:
    """One of the worker's pipes, which are both there."""
    assert stream is not None
    return stream
