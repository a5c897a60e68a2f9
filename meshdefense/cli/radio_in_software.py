"""What the commands share that run radios in software until they are told to end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Final

from meshdefense.catalogue import tr

__all__ = ["NOT_FOR_EVERYBODY", "StartError", "end_when_told", "say_where"]

NOT_FOR_EVERYBODY: Final = 1024  # below, ports need special rights


class StartError(Exception):
    """The radios cannot run now; the text says why and what to do."""


def end_when_told(end: asyncio.Event) -> None:
    """Set `end` when the process is asked to end."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end.set)


def say_where(lines: list[str]) -> None:
    """Print where the radios listen. Raises StartError, and BrokenPipeError: nobody reads it."""
    try:
        print("\n".join(lines), flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        # The program's end would try to write the same again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        text = tr(
            "cannot write where the radios listen: {why}; they were ended", why=error.strerror
        )
        raise StartError(text) from None
