"""A disk that takes nothing more from the N-th write on, until it is mended.

What the store writes is counted: statements that change something, their COMMIT, and the
sequence mark with its fsync. A write that fails raises what the driver, or the system, says.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from unittest import mock

import sqlalchemy
from sqlcipher3 import dbapi2 as sqlcipher

from meshdefense.storage.repository import Store

__all__ = ["ERRORS", "FailingDisk"]

ERRORS: Final = {errno.ENOSPC: 13, errno.EIO: 10, errno.EROFS: 8}
"""SQLite's result code for each of the system's: FULL, IOERR, READONLY."""
_WRITING: Final = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE")


class FailingDisk:
    """Counts the writes of one store at a time, and refuses them while it is broken."""

    def __init__(self, first: int, error: int, *, once: bool = False) -> None:
        """Fails from write `first` on, the first of all being 1, or only then; never with 0."""
        self.first, self.error, self.once = first, error, once
        self.writes = self.refused = 0
        self.mended = False
        self._dirty = False

    @property
    def broken(self) -> bool:
        """Whether it takes nothing now."""
        return self.refused > 0 and not self.mended

    def fail(self) -> None:
        """From now on it takes nothing."""
        self.first, self.mended = 1, False

    def mend(self) -> None:
        """From now on it takes everything, and nothing is counted."""
        self.mended = True

    def _fails(self) -> bool:
        self.writes += not self.mended
        fails = 0 < self.first <= self.writes and not self.mended
        self.refused += fails
        self.mended |= fails and self.once
        return fails

    def _statement(self, text: str) -> None:
        if self._fails():
            cause = sqlcipher.OperationalError("made to fail")
            cause.sqlite_errorcode = ERRORS[self.error]
            raise sqlalchemy.exc.OperationalError(text, None, cause)

    @contextmanager
    def under(self, store: Store) -> Iterator[None]:
        """It lies under this store, inside the block."""
        engine = store._database.engine

        def executing(_: Any, __: Any, text: str, *___: Any) -> None:
            if text.lstrip().startswith(_WRITING):
                self._dirty = True
                self._statement(text)

        def committing(_: Any) -> None:
            if self._dirty:
                self._dirty = False
                self._statement("COMMIT")

        def rolling_back(_: Any) -> None:
            self._dirty = False

        def refusing(name: str) -> Any:
            real = getattr(os, name)

            def call(*args: Any) -> Any:
                if self._fails():
                    raise OSError(self.error, os.strerror(self.error))
                return real(*args)

            return mock.patch.object(os, name, call)

        hooks: dict[str, Callable[..., Any]] = {
            "before_cursor_execute": executing, "commit": committing, "rollback": rolling_back,
        }  # fmt: skip
        for name, hook in hooks.items():
            sqlalchemy.event.listen(engine, name, hook)
        try:
            with refusing("pwrite"), refusing("fsync"):
                yield
        finally:
            for name, hook in hooks.items():
                sqlalchemy.event.remove(engine, name, hook)
