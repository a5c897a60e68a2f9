"""Streams that nobody reads any more: a pipe that was closed, a disk that is full.

Work on radios goes on where its words cannot be told, and what may only be done once it was told
is not done then. Both need the failure where the words are written, not at the end.
"""

from __future__ import annotations

import contextlib
import os
from typing import TextIO

__all__ = ["silence", "told"]


def told(stream: TextIO, text: str) -> bool:
    """Write a text and its line end through to whoever reads; False when nobody does.

    Then everything that is written to the stream later goes nowhere, without an error.
    """
    try:
        print(text, file=stream, flush=True)
    except (OSError, ValueError):  # ValueError: it was closed on this side
        silence(stream)
        return False
    return True


def silence(stream: TextIO) -> None:
    """Let what is still kept back in a stream go nowhere, or its next flush fails once more."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, stream.fileno())
        finally:
            os.close(nowhere)
