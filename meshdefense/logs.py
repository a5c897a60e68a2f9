"""Log lines of the daemon: to stderr, without keys, places, texts or full ids."""

from __future__ import annotations

import logging
import sys

from meshdefense.safe_text import clean

__all__ = ["configure", "get"]


def get(name: str) -> logging.Logger:
    """A logger below the program's own."""
    return logging.getLogger(f"meshdefense.{name}")


def configure(*, verbose: bool = False) -> None:
    """Write the program's log to stderr. Other libraries only from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Plain("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("meshdefense").setLevel(logging.DEBUG if verbose else logging.INFO)
    # The client library logs whole packets, and its own tracebacks; the driver says what matters.
    logging.getLogger("meshtastic").setLevel(logging.CRITICAL + 1)


class _Plain(logging.Formatter):
    """Radios and files have a say in what is logged: nothing of it steers a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        lines = super().format(record).split("\n")
        return "\n".join(line[: len(line) - len(line.lstrip(" "))] + clean(line) for line in lines)
