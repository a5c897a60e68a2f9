"""Where a node keeps its files, and who may use them.

    <folder>/keyslot.bin        the store's key, wrapped by the passphrase
    <folder>/store.db           the encrypted store (and store.db-wal, -shm while it is open)
    <folder>/store.db.ballast   room on the disk that is given back when it is full
    <folder>/sequence.mark      how far own numbers are used, sealed by the store's key
    <folder>/.lock              held by the one daemon that uses the folder; has its process id
    <folder>/daemon.sock        the local API

Cheap to import: command line and screens need the paths without the store. See docs/storage.md.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import stat
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Final, Self

__all__ = ["DataFolder", "FolderBusyError", "FolderLock", "PathError"]

MAX_SOCKET_PATH: Final = 100
"""Bytes. The kernel's own limit is 104 on macOS and 108 on Linux."""


class PathError(Exception):
    """A folder or file of the node cannot be used; the text says why and what to do."""


class FolderBusyError(PathError):
    """Another process uses this data folder."""

    def __init__(self, root: Path, pid: int | None) -> None:
        who = f"process {pid}" if pid is not None else "another process"
        super().__init__(
            f"The data folder {root} is in use by {who}. "
            "Stop that process first, or choose another folder."
        )
        self.root, self.pid = root, pid


class DataFolder:
    """The layout of one node's data folder. Touches the disk only where it says so.

    Raises PathError for a path that cannot be made absolute.
    """

    __slots__ = ("root",)

    root: Path
    """Absolute, with symbolic links resolved: two spellings of a folder are one folder."""

    def __init__(self, root: str | os.PathLike[str]) -> None:
        try:
            self.root = Path(root).expanduser().resolve()
        except (OSError, RuntimeError, ValueError) as error:  # no such home, a loop, a zero byte
            raise PathError(
                f"{os.fspath(root)!r} is not a usable path: {str(error).rstrip('.')}."
            ) from error

    def __repr__(self) -> str:
        return f"DataFolder({str(self.root)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DataFolder) and self.root == other.root

    def __hash__(self) -> int:
        return hash(self.root)

    @classmethod
    def default(cls) -> DataFolder:
        """The folder where this system keeps a user's application data."""
        import platformdirs

        return cls(platformdirs.user_data_path("meshdefense", appauthor=False))

    @property
    def keyslot(self) -> Path:
        """The wrapped key of the store."""
        return self.root / "keyslot.bin"

    @property
    def store(self) -> Path:
        """The encrypted store."""
        return self.root / "store.db"

    @property
    def lock(self) -> Path:
        """The file that a running daemon holds locked, see `FolderLock`."""
        return self.root / ".lock"

    @property
    def socket(self) -> Path:
        """Path of the API's Unix socket, at most 100 bytes; the same in daemon and clients.

        Below the data folder when that is short enough. Otherwise in a folder of our own
        below the system's temporary folder, which is made here with mode 0700 and checked
        each time: a folder that somebody else prepared there must not receive a passphrase.
        Raises PathError when that folder is not ours alone or its path is too long as well.
        """
        path = self.root / "daemon.sock"
        if len(os.fsencode(path)) <= MAX_SOCKET_PATH:
            return path
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]
        short = Path(tempfile.gettempdir()) / f"meshdefense-{os.getuid()}-{digest}"
        path = short / "daemon.sock"
        if len(os.fsencode(path)) > MAX_SOCKET_PATH:
            raise PathError(
                f"The path of the socket {path} is longer than {MAX_SOCKET_PATH} bytes. "
                "Choose a data folder with a shorter path, or set TMPDIR to a short one."
            )
        _make_private(short)
        return path

    def make(self) -> None:
        """Make the folder with mode 0700 unless it is there, and check that it is private.

        A folder that is empty or already ours is tightened to 0700; any other folder that
        others may enter is refused, so that a wrong path never changes somebody's files.
        Raises PathError, also when the disk does not let us.
        """
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = self.root.stat()
            if stat.S_IMODE(found.st_mode) & 0o077 == 0:
                return
            ours = found.st_uid == os.getuid()
            if ours and (self.keyslot.exists() or not any(self.root.iterdir())):
                self.root.chmod(0o700)
                return
        except OSError as error:
            raise PathError(
                f"The data folder {self.root} cannot be used: {error.strerror}."
            ) from error
        raise PathError(
            f"Other users can look into {self.root}. Choose an empty folder of your own, "
            f"or close this one: chmod 700 {self.root}"
        )


class FolderLock:
    """Keeps a second daemon out of a data folder, until `release` or the end of the process.

    The kernel drops the lock however the process ends, so a stale lock cannot happen; the
    file itself stays.
    """

    __slots__ = ("_descriptor", "_folder")

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None

    def acquire(self) -> None:
        """Take the lock without waiting; the folder must exist.

        Raises FolderBusyError when another holder is alive, PathError when the lock file
        cannot be written.
        """
        if self._descriptor is not None:
            return
        try:
            descriptor = os.open(self._folder.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise PathError(
                f"The lock file {self._folder.lock} cannot be opened: {error.strerror}."
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with contextlib.suppress(OSError):  # a full disk must not keep the daemon out
                os.ftruncate(descriptor, 0)
                os.write(descriptor, f"{os.getpid()}\n".encode())
        except BlockingIOError:
            written = os.read(descriptor, 32).strip()
            os.close(descriptor)
            pid = int(written) if written.isdigit() else None
            raise FolderBusyError(self._folder.root, pid) from None
        except OSError as error:
            os.close(descriptor)
            raise PathError(
                f"The data folder {self._folder.root} cannot be locked: {error.strerror}. "
                "Put it on a local disk."
            ) from error
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back. Safe twice."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def _make_private(folder: Path) -> None:
    """Make `folder` with mode 0700, or check that the one there is ours alone."""
    try:
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.lstat()  # not stat: a link to a folder of ours is somebody's trick too
    except OSError as error:
        raise PathError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) & 0o077 == 0
    if not private or found.st_uid != os.getuid():
        raise PathError(
            f"The folder {folder} is not ours alone, so the socket would not be safe there. "
            "Find out who made it, then remove it."
        )
