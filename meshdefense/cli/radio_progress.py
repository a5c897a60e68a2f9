"""Progress of the work on radios: a live line each on a terminal, plain lines else, or JSON."""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import TYPE_CHECKING, Any, Final, TextIO

from meshdefense.cli.gone_streams import told
from meshdefense.safe_text import clean

if TYPE_CHECKING:
    from meshdefense.provisioning.progress import Progress

__all__ = ["Events", "Lines", "Live", "shows"]

_ROWS: Final = 24
"""Of a terminal that does not say it."""

_BAR = 12
_COLUMNS = 80
"""Of a terminal that does not say it."""


class _Display:
    """Told from the threads of the work, which goes on where nobody reads what is told."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._lock = stream, threading.Lock()
        self.gone = False
        """Something could not be written: who read it has gone."""

    def _write(self, text: str) -> None:
        self.gone = self.gone or not told(self._stream, text)


class Lines(_Display):
    """One line for each step, for logs and pipes."""

    def tell(self, progress: Progress) -> None:
        """Print a step; of its many orders none."""
        if progress.part:
            return
        with self._lock:
            self._write(f"{clean(progress.radio)}: {_words(progress)}")

    def end(self) -> None:
        """Nothing stays on the line."""


class Live(_Display):
    """A line for each radio, written anew in place.

    Where there are more radios than rows, those that moved last are shown: a block that is higher
    than the terminal would scroll at each step.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._lines: dict[str, str] = {}
        self._drawn = 0

    def tell(self, progress: Progress) -> None:
        """Draw the lines anew."""
        whole = progress.step.number / len(type(progress.step))
        bar = "#" * round(whole * _BAR)
        with self._lock:
            columns, rows = _size(self._stream)
            if len(self._lines) >= rows:  # moved last, shown last
                self._lines.pop(progress.address, None)
            self._lines[progress.address] = (
                f"{clean(progress.radio):<12} [{bar:<{_BAR}}] {_words(progress)}"
            )
            up = f"\x1b[{self._drawn}F" if self._drawn else ""
            width = columns - 1  # in the last one some terminals break the line
            shown = list(self._lines.values())[-max(rows - 1, 1) :]  # the cursor needs one too
            self._drawn = len(shown)
            self._write(up + "\n".join(f"\x1b[2K{_cut(line, width)}" for line in shown))

    def end(self) -> None:
        """Leave the lines as they are."""
        self._lines, self._drawn = {}, 0


class Events(_Display):
    """One JSON object a line on stdout."""

    def tell(self, progress: Progress) -> None:
        """Print an event."""
        self.put(progress.as_json())

    def put(self, event: dict[str, Any]) -> None:
        """Print any other event."""
        with self._lock:
            self._write(json.dumps(event, ensure_ascii=False))

    def end(self) -> None:
        """Nothing is kept back."""


def shows(as_json: bool) -> Lines | Live | Events:
    """What suits: JSON on stdout, else people on stderr."""
    if as_json:
        return Events(sys.stdout)
    return Live(sys.stderr) if sys.stderr.isatty() else Lines(sys.stderr)


def _size(stream: TextIO) -> tuple[int, int]:
    """Columns and rows of the terminal as it is now: stdout may lead elsewhere."""
    try:
        size = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        return _COLUMNS, _ROWS
    return size.columns or _COLUMNS, size.lines or _ROWS


def _cut(line: str, width: int) -> str:
    """As much as fits: a broken line would take a row that is not written over."""
    from rich.cells import cell_len, set_cell_size

    return line if cell_len(line) <= width else set_cell_size(line, max(width, 0)).rstrip()


def _words(progress: Progress) -> str:
    part = f" {progress.part}/{progress.parts}" if progress.parts else ""
    if progress.words == progress.step.words:
        return f"{progress.words}{part}"
    return f"{progress.step.words}{part}: {clean(progress.words)}"
