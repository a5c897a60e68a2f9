"""The memory that the C library holds for this process: one heap, and what is free goes back.

glibc gives each thread a heap of its own and keeps what was freed. Over an evening that is some
4 MB of gaps beside 70 that are in use. Other C libraries do neither, and nothing is done there.
"""

from __future__ import annotations

import contextlib
import ctypes
from typing import Final

__all__ = ["give_back", "share_one"]

_M_ARENA_MAX: Final = -8
"""As in glibc's malloc.h."""


def share_one() -> None:
    """Have all threads use one heap; before the first of them starts."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Give free pages back to the system; takes less than half a millisecond."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
