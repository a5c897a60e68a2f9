"""Faults of the program itself: each costs a packet, not all radios, and is told once."""

from __future__ import annotations

import contextlib
import os
import traceback
from collections.abc import Callable, Iterator

from meshdefense.catalogue import tr

__all__ = ["MishapError", "Mishaps"]


class MishapError(RuntimeError):
    """The program was at fault and has lost a packet; that was told when it happened."""


class Mishaps:
    """Those of one mesh."""

    def __init__(self, told: Callable[[str], None]) -> None:
        """`told` takes sentences for people."""
        self._told = told
        self._said: set[str] = set()
        self.first: MishapError | None = None
        """Caused by the exception; None when all went well."""

    @contextlib.contextmanager
    def survived(self) -> Iterator[None]:
        """Go on behind the block, whatever it raises."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  # whatever it is, the other radios go on
            self.note(error)

    def note(self, error: Exception) -> None:
        """Tell of an exception that should not have been raised."""
        place = traceback.extract_tb(error.__traceback__)[-1]
        text = tr(
            "a packet that could not be handled was dropped ({kind}, {file} line {line}); the "
            "radios go on, their settings and waiting messages are kept. This is a fault of the "
            "program: please report this line",
            kind=type(error).__name__,  # not its text, which may hold what a key was made of
            file=os.path.basename(place.filename),
            line=place.lineno,
        )
        if self.first is None:
            self.first = MishapError(text)
            self.first.__cause__ = error
        self.tell(text)

    def tell(self, text: str) -> None:
        """Tell a sentence, if it was not told before."""
        if text not in self._said:
            self._said.add(text)
            self._told(text)
