"""Gives the terminal back when somebody else ends the program.

Textual does so when the app ends or falls, but not at a signal: a killed session would leave a
terminal without a cursor, in the alternate screen, that writes at each move of the mouse.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import Any

from textual.app import App

__all__ = ["end_at_signals"]


def end_at_signals(app: App[Any]) -> None:
    """End `app` in order at SIGTERM and SIGHUP; its exit code is 128 and the signal's number."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        with contextlib.suppress(RuntimeError, ValueError):  # a loop in a thread takes no signals
            loop.add_signal_handler(number, app.exit, None, 128 + number)
