"""The long name that says of a radio that it is not finished, wherever it is looked at.

It is written, and kept in flash, before anything else is; the final name comes after everything
else was read back right. Word and form are the same in every language: other computers look for
them.
"""

from __future__ import annotations

from typing import Final

from meshdefense_radio.radio_limits import LONG_NAME_BYTES

__all__ = ["mark", "marked_name"]

_WORD: Final = "UNFINISHED"


def mark(name: str) -> str:
    """The long name of a radio that is becoming `name`, cut to what the firmware keeps."""
    whole = f"{_WORD} {name}".encode()[:LONG_NAME_BYTES]
    return whole.decode("utf-8", "ignore").rstrip()


def marked_name(long_name: str) -> str | None:
    """What an unfinished radio was becoming; None for a radio that is not marked."""
    word, _, name = long_name.partition(" ")
    return name if word == _WORD else None
