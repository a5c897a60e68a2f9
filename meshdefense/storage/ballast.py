"""A file that only takes up room, given back when the disk is full.

On a full disk SQLite cannot even delete: the deletion has to be written first. Giving back
this file lets the write-ahead log move into the store and a purge succeed. It holds random
bytes, so that a file system that compresses does not make it small.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

__all__ = ["BALLAST_BYTES", "ballast_path", "drop_ballast", "free_bytes", "keep_ballast"]

BALLAST_BYTES: Final = 4 * 1024 * 1024
"""As much as the log grows between two checkpoints."""
_SPARE: Final = 8
"""The ballast is made only where at least so many times its size is free."""


def ballast_path(store: Path) -> Path:
    """Where the ballast of a store lies."""
    return store.with_name(store.name + ".ballast")


def keep_ballast(store: Path) -> bool:
    """Make the ballast unless it is there; whether it is there now. Never raises OSError."""
    path = ballast_path(store)
    try:
        if path.exists() and path.stat().st_size == BALLAST_BYTES:
            return True
        if free_bytes(store) < _SPARE * BALLAST_BYTES:
            return False
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as file:
            file.write(os.urandom(BALLAST_BYTES))
    except OSError:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        return False
    return True


def drop_ballast(store: Path) -> bool:
    """Give the room back; whether there was any. Never raises OSError."""
    try:
        ballast_path(store).unlink()
    except OSError:
        return False
    return True


def free_bytes(store: Path) -> int:
    """What the disk has left for us. Raises OSError."""
    free = os.statvfs(store.parent)
    return free.f_bavail * free.f_frsize
