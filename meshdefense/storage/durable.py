"""Files that are replaced whole, and files that are made unreadable. Nothing heavy is imported.

Raises OSError; what that means to people is the caller's business.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

__all__ = ["overwrite_file", "replace_file", "sync_folder"]


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` with mode 0600 so that a crash leaves the old file or the new one."""
    fresh = path.with_name(path.name + ".new")
    try:
        fresh.unlink(missing_ok=True)  # left by a crash
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        sync_folder(path.parent)
    except OSError:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise


def overwrite_file(path: Path, *, at_least: int = 0) -> bool:
    """Put random bytes in place of a file's own, sync them, and remove it; False without one.

    Flash memory and file systems that copy on writing may keep the old bytes for a while.
    """
    try:
        with path.open("r+b", buffering=0) as file:
            size = max(at_least, os.fstat(file.fileno()).st_size)
            file.write(secrets.token_bytes(size))
            os.fsync(file.fileno())
        path.unlink()
        sync_folder(path.parent)
    except FileNotFoundError:
        return False
    return True


def sync_folder(folder: Path) -> None:
    """Make a rename or removal in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
