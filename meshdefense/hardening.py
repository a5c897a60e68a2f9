"""What a process that sees a passphrase does beforehand."""

from __future__ import annotations

import contextlib
import resource
import sys
from typing import Final

__all__ = ["forbid_core_dumps"]

_LINUX_NEVER: Final = 1
"""Bytes. Linux ignores a limit of 0 where core dumps go to a program, but refuses to start that
program at 1; a file needs more than one byte (fs/coredump.c)."""


def forbid_core_dumps() -> None:
    """Let no crash write this process's memory to a disk; it cannot be allowed again."""
    limit = _LINUX_NEVER if sys.platform == "linux" else 0
    with contextlib.suppress(OSError, ValueError):  # it was forbidden more strictly already
        resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
