"""Files written whole or not at all, whatever happens meanwhile.

For the store's keyslots and for what people write to their folders; nothing heavy is imported.
Raises OSError; what that means to people is the caller's business.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

__all__ = ["sync_folder", "write_whole"]

_CANNOT: Final = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})


def write_whole(
    path: Path,
    content: bytes,
    *,
    replace: bool = False,
    mode: int = 0o600,
    fresh: Path | None = None,
    check: Callable[[Path], None] = lambda _: None,
) -> None:
    """Write a file; with `replace` also in place of one that is there.

    It is on the disk when this returns. After a crash there is what was there before or the new
    file, never a part of it, and perhaps `fresh`, where it is written first: a hidden file beside
    it unless told otherwise. `check` may look at that one and raise. Raises FileExistsError for a
    file that is there, OSError, what `check` raises; then what was there before is still there,
    except when only the folder could not be synced.
    """
    if not replace and os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    fresh = fresh or path.with_name(f".{path.name}.new")
    try:
        fresh.unlink(missing_ok=True)  # left by a crash, with whatever mode it had
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        check(fresh)
        if replace:
            fresh.replace(path)
        else:
            _take(path, fresh)
    except BaseException:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename or removal in `folder` durable, where the file system can."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
    finally:
        os.close(descriptor)


def _take(path: Path, fresh: Path) -> None:
    """Give `fresh` the name `path`, in one step, so that nobody else's file is lost.

    In two on FAT, where a crash between them leaves an empty file.
    """
    try:
        os.link(fresh, path)
    except FileExistsError:
        raise
    except OSError:  # a stick's file system has no second names: an empty file holds the place
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        try:
            fresh.replace(path)
        except OSError:
            path.unlink()
            raise
    else:
        fresh.unlink()
