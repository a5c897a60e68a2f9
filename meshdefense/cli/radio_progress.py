"""Progress of the work on radios: a live line each on a terminal, plain lines else, or JSON."""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import TYPE_CHECKING, Any, TextIO

from meshdefense.safe_text import clean

if TYPE_CHECKING:
    from meshdefense.provisioning.progress import Progress

__all__ = ["Events", "Lines", "Live", "shows"]

_BAR = 12
_COLUMNS = 80
"""Of a terminal that does not say it."""


class Lines:
    """One line for each step, for logs and pipes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._lock = stream, threading.Lock()

    def tell(self, progress: Progress) -> None:
        """Print a step; of its many orders none."""
        if progress.part:
            return
        with self._lock:
            print(f"{clean(progress.radio)}: {_words(progress)}", file=self._stream, flush=True)

    def end(self) -> None:
        """Nothing stays on the line."""


class Live:
    """A line for each radio, written anew in place."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._lock = stream, threading.Lock()
        self._lines: dict[str, str] = {}
        self._drawn = 0

    def tell(self, progress: Progress) -> None:
        """Draw the lines anew."""
        whole = progress.step.number / len(type(progress.step))
        bar = "#" * round(whole * _BAR)
        with self._lock:
            self._lines[progress.address] = (
                f"{clean(progress.radio):<12} [{bar:<{_BAR}}] {_words(progress)}"
            )
            up = f"\x1b[{self._drawn}F" if self._drawn else ""
            width = _columns(self._stream) - 1  # in the last one some terminals break the line
            body = "".join(f"\x1b[2K{_cut(line, width)}\n" for line in self._lines.values())
            self._drawn = len(self._lines)
            self._stream.write(up + body)
            self._stream.flush()

    def end(self) -> None:
        """Leave the lines as they are."""
        self._lines, self._drawn = {}, 0


class Events:
    """One JSON object a line on stdout."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._lock = stream, threading.Lock()

    def tell(self, progress: Progress) -> None:
        """Print an event."""
        self.put(progress.as_json())

    def put(self, event: dict[str, Any]) -> None:
        """Print any other event."""
        with self._lock:
            print(json.dumps(event, ensure_ascii=False), file=self._stream, flush=True)

    def end(self) -> None:
        """Nothing is kept back."""


def shows(as_json: bool) -> Lines | Live | Events:
    """What suits: JSON on stdout, else people on stderr."""
    if as_json:
        return Events(sys.stdout)
    return Live(sys.stderr) if sys.stderr.isatty() else Lines(sys.stderr)


def _columns(stream: TextIO) -> int:
    """Those of the terminal as wide as it is now: stdout may lead elsewhere."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or _COLUMNS
    except (OSError, ValueError):
        return _COLUMNS


def _cut(line: str, width: int) -> str:
    """As much as fits: a broken line would take a row that is not written over."""
    from rich.cells import cell_len, set_cell_size

    return line if cell_len(line) <= width else set_cell_size(line, max(width, 0)).rstrip()


def _words(progress: Progress) -> str:
    part = f" {progress.part}/{progress.parts}" if progress.parts else ""
    if progress.words == progress.step.words:
        return f"{progress.words}{part}"
    return f"{progress.step.words}{part}: {clean(progress.words)}"
