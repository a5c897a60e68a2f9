"""The one place that reads the wall clock; everything else takes `now` as a parameter."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

__all__ = ["STEP_S", "Clock", "elapsed", "now"]

STEP_S: Final = 30.0
"""A difference to the monotonic clock above this means that somebody set the wall clock."""


def now() -> float:
    """Seconds since the Unix epoch."""
    return time.time()  # noqa: TID251  # the exception that the rule is for


def elapsed() -> float:
    """Seconds of a clock that nobody sets and that goes on while the computer sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Clock:
    """Wall time that notices when it was set, by NTP or GPS on a computer without a battery."""

    def __init__(
        self,
        wall: Callable[[], float] = now,
        monotonic: Callable[[], float] = elapsed,
    ) -> None:
        self._wall, self._monotonic = wall, monotonic
        self._offset = wall() - monotonic()

    def now(self) -> float:
        """Seconds since the Unix epoch."""
        return self._wall()

    def stepped(self) -> float:
        """By how many seconds the wall clock was set since the last call; 0.0 for drift."""
        offset = self._wall() - self._monotonic()
        step, self._offset = offset - self._offset, offset
        return step if abs(step) >= STEP_S else 0.0
