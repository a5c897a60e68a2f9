"""Files that are made unreadable. Nothing heavy is imported.

Raises OSError; what that means to people is the caller's business.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from meshdefense.whole_file import sync_folder

__all__ = ["overwrite_file"]


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
