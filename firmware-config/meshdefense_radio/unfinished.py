"""The long name that says of a radio that it is not finished, wherever it is looked at.

It is written, and kept in flash, before anything else is; the final name comes after everything
else was read back right. Word and form are the same in every language: other computers look for
them. So a network file may hold no two names whose marks are the same (`network_file`).
"""

from __future__ import annotations

from typing import Final

from meshdefense_radio.radio_limits import LONG_NAME_BYTES

__all__ = ["NAME_BYTES", "mark", "marked_name"]

_WORD: Final = "UNFINISHED"
NAME_BYTES: Final = LONG_NAME_BYTES - len(f"{_WORD} ")
"""Bytes of a name that its mark has room for."""


def mark(name: str) -> str:
    """The long name of a radio that is becoming `name`, of which it has the end.

    The end, since names of one network differ there: "Patrol North 1", "Patrol North 2".
    """
    end = name.strip().encode()[-NAME_BYTES:].decode("utf-8", "ignore").lstrip()
    return f"{_WORD} {end}"


def marked_name(long_name: str) -> str | None:
    """The end of the name that an unfinished radio was to have; None for other radios."""
    word, _, name = long_name.partition(" ")
    return name if word == _WORD else None
