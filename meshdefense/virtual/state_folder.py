"""A radio's flash as a folder of files, each written whole or not at all.

A file that cannot be read as what it should be is kept aside under another name, so that nothing
is lost. One process at a time may use a folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from meshdefense.catalogue import tr
from meshdefense.virtual.flash import Flash
from meshdefense.whole_file import write_whole

__all__ = ["StateError", "StateFolder"]

LOCK = "lock"  # its content is how often the folder was opened
COUNT_BYTES = 20
FILE_MODE, FOLDER_MODE = 0o600, 0o700  # private keys are in there
MOST_BYTES = 1 << 20  # nobody's flash: somebody put another file there


class StateError(OSError):
    """A folder that cannot be used for a radio's state; the text says why and what to do."""


class StateFolder(Flash):
    """Contents by name, `prefs/config.proto` for example; also in memory, as read or written."""

    def __init__(self, folder: Path, told: Callable[[str], None]) -> None:
        """Open `folder`, made if it is missing; raises StateError.

        `told` takes a sentence about what went wrong later: the radio goes on in memory.
        """
        self.folder = folder
        self._told = told
        self._contents: dict[str, bytes] = {}
        self._unwritten: set[str] = set()
        self.earlier_starts = 0
        """How often the folder was in use before."""
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
            self._lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
        except OSError as error:
            why = error.strerror
            text = tr("cannot keep a radio's state in {folder}: {why}", folder=folder, why=why)
            raise StateError(text) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._count_start()
            self._read_all()
        except BlockingIOError:
            os.close(self._lock)
            text = tr(
                "{folder} is in use by another program; end that one or name another folder",
                folder=folder,
            )
            raise StateError(text) from None
        except OSError as error:
            os.close(self._lock)
            text = tr("cannot read {path}: {why}", path=error.filename, why=error.strerror)
            raise StateError(text) from None

    def close(self) -> list[Path]:
        """Write what could not be written before, if that works now; let others use the folder.

        Returns the files that could not: what they were to hold is lost.
        """
        for name in tuple(self._unwritten):
            self._write(name)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1
        return [self.folder / name for name in sorted(self._unwritten)]

    def set_aside(self, name: str) -> None:
        """Give a file that makes no sense another name, and forget its content.

        Raises StateError when it cannot have another name; then it is still there.
        """
        self._contents.pop(name, None)
        path, number = self.folder / name, 1
        try:
            while (aside := path.with_name(f"{path.name}.unreadable-{number}")).exists():
                number += 1
            with contextlib.suppress(FileNotFoundError):
                path.rename(aside)
                text = tr(
                    "{path} is not readable as a radio's state; it was kept as {name}",
                    path=path,
                    name=aside.name,
                )
                self._told(text)
        except OSError as error:
            text = tr(
                "{path} is not readable as a radio's state and cannot be given another name "
                "({why}); it was left as it is: let the folder be written, or name another",
                path=path,
                why=error.strerror,
            )
            raise StateError(text) from None

    def __getitem__(self, name: str) -> bytes:
        return self._contents[name]

    def __setitem__(self, name: str, content: bytes) -> None:
        if self._contents.get(name) == content and name not in self._unwritten:
            return
        self._contents[name] = content
        self._write(name)

    def __delitem__(self, name: str) -> None:
        del self._contents[name]
        self._unwritten.discard(name)
        try:
            (self.folder / name).unlink(missing_ok=True)
        except OSError as error:
            path, why = self.folder / name, error.strerror
            self._told(tr("cannot remove {path}: {why}", path=path, why=why))

    def __iter__(self) -> Iterator[str]:
        return iter(self._contents)

    def __len__(self) -> int:
        return len(self._contents)

    def _write(self, name: str) -> None:
        path = self.folder / name
        try:
            path.parent.mkdir(exist_ok=True, mode=FOLDER_MODE)
            write_whole(path, self._contents[name], replace=True, mode=FILE_MODE)
        except OSError as error:
            if not self._unwritten:
                text = tr(
                    "cannot write {path}: {why}; kept in memory until it works",
                    path=path,
                    why=error.strerror,
                )
                self._told(text)
            self._unwritten.add(name)
        else:
            self._unwritten.discard(name)

    def _count_start(self) -> None:
        """Note in the lock's file that the folder is opened once more."""
        before = os.pread(self._lock, COUNT_BYTES, 0)
        self.earlier_starts = int(before) if before.isdigit() else 0
        with contextlib.suppress(OSError):  # a full disk is told where it costs something
            os.pwrite(self._lock, str(self.earlier_starts + 1).encode(), 0)

    def _read_all(self) -> None:
        for path in sorted(self.folder.glob("*/*.proto")):
            if path.is_file():
                with path.open("rb") as file:
                    content = file.read(MOST_BYTES + 1)
                self._contents[str(path.relative_to(self.folder))] = content
