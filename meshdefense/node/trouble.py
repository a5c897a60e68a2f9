"""Whether the disk takes what there is to store, and when it is asked again.

Times are seconds since the epoch.
"""

from __future__ import annotations

from typing import Final

from meshdefense import logs

__all__ = ["STORE_RETRY_S", "Trouble"]

STORE_RETRY_S: Final = 2.0
"""Between two tries to store what waits."""

_log = logs.get("node")


class Trouble:
    """True while the disk takes nothing."""

    def __init__(self) -> None:
        self.why = ""
        """In sentences for people; empty while the disk works."""
        self.retry_at = 0.0

    def __bool__(self) -> bool:
        return bool(self.why)

    def begin(self, now: float, why: str) -> None:
        """It took nothing just now, or still takes nothing."""
        if not self.why:
            _log.error("the store takes nothing: %s", why)
        self.why, self.retry_at = why, now + STORE_RETRY_S

    def end(self) -> bool:
        """It took something; whether that is news."""
        if not self.why:
            return False
        _log.warning("the store takes data again")
        self.why = ""
        return True

    def waits(self, now: float) -> bool:
        """Whether it is too early for another try."""
        return bool(self.why) and now < self.retry_at
