"""The fleet's passphrase, for as long as the table is worked at.

It goes to a child through a pipe: never into arguments, environment or a file.
"""

from __future__ import annotations

import os
from typing import Final

__all__ = ["PASSPHRASE_MAX", "Secret"]

PASSPHRASE_MAX: Final = 1024
"""Bytes, as the commands take them; a pipe holds more without anybody reading."""


class Secret:
    """Bytes that are overwritten when they are forgotten."""

    __slots__ = ("_bytes",)

    def __init__(self) -> None:
        self._bytes = bytearray()

    def __repr__(self) -> str:
        return f"Secret(held={self.held})"

    @property
    def held(self) -> bool:
        """Whether there is one."""
        return bool(self._bytes)

    @property
    def characters(self) -> int:
        """How many a person has typed."""
        return sum(byte & 0xC0 != 0x80 for byte in self._bytes)  # all but UTF-8's continuations

    def add(self, text: str) -> None:
        """Type on; what does not fit whole is left out."""
        for character in text:
            more = character.encode("utf-8", "surrogateescape")
            if len(self._bytes) + len(more) <= PASSPHRASE_MAX:
                self._bytes += more

    def backspace(self) -> None:
        """Take the last character back."""
        while self._bytes:
            byte, self._bytes[-1] = self._bytes[-1], 0
            del self._bytes[-1]
            if byte & 0xC0 != 0x80:
                return

    def move_from(self, other: Secret) -> None:
        """Take what another one holds; that one forgets it."""
        self.forget()
        self._bytes, other._bytes = other._bytes, bytearray()

    def forget(self) -> None:
        """Overwrite it."""
        for index in range(len(self._bytes)):
            self._bytes[index] = 0
        self._bytes.clear()

    def pipe(self) -> int:
        """The end of a pipe from which it can be read once; the caller closes it."""
        reading, writing = os.pipe()
        try:
            os.write(writing, self._bytes)
            if self._bytes:
                os.write(writing, b"\n")  # which a reader takes off, and not one of ours
        finally:
            os.close(writing)
        return reading
