"""Files for people: written whole or not at all, for their owner only, over nothing by accident.

As `meshdefense.storage.durable`, for screens and commands, which do not reach the store.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: Path, content: bytes, *, replace: bool = False) -> None:
    """Write a file with mode 0600; with `replace` also in place of one that is there.

    Raises FileExistsError for one that is there, OSError; nothing is left behind then.
    """
    if not replace:  # the name is taken in one step, so that nobody else's file is lost
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.unlink(missing_ok=True)  # left by a crash
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        for left in (fresh, *([] if replace else [path])):
            with contextlib.suppress(OSError):
                left.unlink()
        raise
