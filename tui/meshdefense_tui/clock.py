"""Time as the screens need it, handed in so that tests can hold it still; ages in words."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

__all__ = ["Clock", "age", "countdown"]


def _now() -> float:
    return datetime.now(UTC).timestamp()


@dataclass(frozen=True, slots=True)
class Clock:
    """Where the screens take the time from."""

    now: Callable[[], float] = _now
    """Seconds since the Unix epoch; for ages and clock times."""
    monotonic: Callable[[], float] = time.monotonic
    """Never jumps; decides whether the daemon is silent."""
    zone: tzinfo | None = None
    """None is the zone of this machine."""

    def hms(self, at: float) -> str:
        """Clock time of `at`, 22:14:03."""
        return datetime.fromtimestamp(at, self.zone or _local_zone()).strftime("%H:%M:%S")

    def hm(self, at: float) -> str:
        """Clock time of `at`, 22:14."""
        return self.hms(at)[:5]


def _local_zone() -> tzinfo | None:
    return datetime.now(UTC).astimezone().tzinfo


def age(seconds: float) -> str:
    """An age or a wait: 0:07, 1:55, 12 min, 3h05, 2d.

    Seconds only below two minutes: a screen where every number moves is not a calm one, and
    each change is paid for on a slow line.
    """
    whole = max(0, int(seconds))
    if whole < 120:
        return f"{whole // 60}:{whole % 60:02}"
    if whole < 3600:
        return f"{whole // 60} min"
    if whole < 86_400:
        return f"{whole // 3600}h{whole % 3600 // 60:02}"
    return f"{whole // 86_400}d"


def countdown(seconds: float) -> str:
    """Time left, or with a plus sign the time since it ran out: 4 min, +1:10."""
    return age(seconds) if seconds >= 0 else f"+{age(-seconds)}"
