"""The file `sequence.mark`: how far own sequences may have been used.

It lies beside the store and changes together with it, so that a store, a mark or both that
were put back from a copy do not fit each other, or are not the file that the store knew. Its
contents are sealed by the store's key: it tells nobody how much a member said.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import nacl.exceptions
from nacl.secret import SecretBox

from meshdefense.storage.errors import StoreFullError, StoreUnavailableError
from meshdefense.whole_file import sync_folder

__all__ = ["STREAMS", "FoundMark", "Limit", "Mark", "MarkFile", "mark_path"]

STREAMS: Final = 3
"""Own counters: the log's, that of positions, and that of organizers' decisions."""
_STREAMS_BEFORE: Final = 2
"""Marks that were written before there were decisions."""

_LIMIT: Final = struct.Struct(">BI")
_ID_SIZE: Final = 16
_SIZE: Final = _ID_SIZE + STREAMS * _LIMIT.size
_SEALED_SIZE: Final = SecretBox.NONCE_SIZE + SecretBox.MACBYTES + _SIZE
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

Limit = tuple[int, int]
"""Incarnation, and the first of its sequences that is not used."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far own sequences are used. Two marks are equal only when they are the same writing."""

    id: bytes
    """16 random bytes, others each time the mark is written."""
    limits: tuple[Limit, ...]
    """Of each stream, in their order."""

    @classmethod
    def drawn(cls, limits: tuple[Limit, ...]) -> Mark:
        """A mark with a new id."""
        return cls(secrets.token_bytes(_ID_SIZE), limits)

    def encode(self) -> bytes:
        """The id, then incarnation (1 byte) and limit (4 bytes) of each stream."""
        return self.id + b"".join(_LIMIT.pack(*limit) for limit in self.limits)

    @classmethod
    def decode(cls, content: bytes) -> Mark:
        """Read what `encode` made, now or before there were decisions. ValueError otherwise."""
        if len(content) == _SIZE - (STREAMS - _STREAMS_BEFORE) * _LIMIT.size:
            content += bytes((STREAMS - _STREAMS_BEFORE) * _LIMIT.size)
        if len(content) != _SIZE:
            raise ValueError(f"a mark has {_SIZE} bytes, not {len(content)}")
        return cls(content[:_ID_SIZE], tuple(_LIMIT.iter_unpack(content[_ID_SIZE:])))


@dataclass(frozen=True, slots=True)
class FoundMark:
    """The mark that lies in the folder."""

    mark: Mark | None
    """None when it is damaged, cut short or of another store."""
    file: str
    """Which file it is: inode, and nanosecond of its last change, which no copy keeps."""


class MarkFile:
    """Reads and writes the mark of one store; what the disk refuses is StoreUnavailableError."""

    def __init__(self, path: Path, key: bytes) -> None:
        """`key` has 32 bytes and is used for nothing else."""
        self._path, self._box = path, SecretBox(key)

    def read(self) -> FoundMark | None:
        """What is there; None when there is no file."""
        try:
            with self._path.open("rb") as file:
                sealed = file.read(_SEALED_SIZE + 1)
                name = _identity(file.fileno())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unavailable(error) from error
        try:
            return FoundMark(Mark.decode(self._box.decrypt(sealed)), name)
        except (nacl.exceptions.CryptoError, ValueError):
            return FoundMark(None, name)

    def replace(self, mark: Mark) -> str:
        """Put a new file with mode 0600 in the place of any; a crash leaves the old or the new.

        Returns which file it is, once it is on the disk.
        """
        fresh = self._path.with_name(self._path.name + ".new")
        try:
            fresh.unlink(missing_ok=True)  # left by a crash
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            with open(os.open(fresh, flags, 0o600), "wb", buffering=0) as file:
                self._write(file.fileno(), mark)
                fresh.replace(self._path)
                sync_folder(self._path.parent)
                return _identity(file.fileno())  # not before: a rename is a change
        except OSError as error:
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)
            raise self._unavailable(error) from error

    def rewrite(self, mark: Mark, known: str) -> str:
        """Write into the file that is `known`; returns how it is known from now on.

        A file that is gone, or another one in its place, is refused: then somebody takes the
        folder away or puts a copy back while the store is in use.
        """
        try:
            with open(os.open(self._path, os.O_RDWR | os.O_CLOEXEC), "r+b", buffering=0) as file:
                if _identity(file.fileno()).split(".")[0] != known.split(".")[0]:
                    raise StoreUnavailableError(
                        f"Another {self._path} was put in place. Start the node again."
                    )
                self._write(file.fileno(), mark)
                return _identity(file.fileno())
        except FileNotFoundError:
            raise StoreUnavailableError(
                f"{self._path} is gone. Start the node again when its folder is complete."
            ) from None
        except OSError as error:
            raise self._unavailable(error) from error

    def _write(self, descriptor: int, mark: Mark) -> None:
        """One write of less than a sector: it is there or not."""
        sealed = bytes(self._box.encrypt(mark.encode()))
        if os.pwrite(descriptor, sealed, 0) != len(sealed):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(descriptor)

    def _unavailable(self, error: OSError) -> StoreUnavailableError:
        kind = StoreFullError if error.errno in _FULL else StoreUnavailableError
        return kind(f"{self._path}: {error.strerror}.")


def mark_path(store: Path) -> Path:
    """Where the mark of a store lies."""
    return store.with_name("sequence.mark")


def _identity(descriptor: int) -> str:
    found = os.fstat(descriptor)
    return f"{found.st_ino}.{found.st_ctime_ns}"
