"""How much of what strangers send is taken: a little from each, a bounded lot from all. Pure.

Whom a text is from is only claimed, so a flood may come under many numbers: then the bound for
all holds, and texts of honest people are lost with it. SOS has bounds of its own.
Source: docs/stock-radios.md.
"""

from __future__ import annotations

from collections import deque
from typing import Final

__all__ = [
    "ALL_HOURLY",
    "APART_S",
    "SENDERS_MAX",
    "SENDER_HOURLY",
    "StockGate",
]

APART_S: Final = 30.0
"""Between two texts of one sender, unless the second one has news."""
SENDER_HOURLY: Final = 12
ALL_HOURLY: Final = 120
SENDERS_MAX: Final = 256
"""Senders that are remembered, those heard last."""
_HOUR_S: Final = 3600.0
_NONE: Final[deque[float]] = deque(maxlen=0)


class StockGate:
    """Counts what was taken. `now` is seconds since the epoch and may jump."""

    def __init__(self) -> None:
        self._senders: dict[tuple[int, bool], deque[float]] = {}
        self._all: dict[bool, deque[float]] = {
            sos: deque(maxlen=ALL_HOURLY) for sos in (False, True)
        }

    def __len__(self) -> int:
        return len(self._senders)

    def admits(self, sender: int, now: float, *, sos: bool, news: bool = False) -> bool:
        """Whether a text may be taken now; `note` counts it once it is.

        `news`: it tells what this sender has not said yet, for example the place that they were
        asked for. That may follow at once; the bounds of an hour hold for it as well.
        """
        times = self._senders.get((sender, sos), _NONE)
        too_soon = bool(times) and not news and 0 <= now - times[-1] < APART_S
        return not (too_soon or _full(times, now) or _full(self._all[sos], now))

    def note(self, sender: int, now: float, *, sos: bool) -> None:
        """A text was taken."""
        key = (sender, sos)
        times = self._senders.pop(key, None) or deque(maxlen=SENDER_HOURLY)
        self._senders[key] = times
        if len(self._senders) > SENDERS_MAX:
            del self._senders[next(iter(self._senders))]
        times.append(now)
        self._all[sos].append(now)

    def shifted(self, by: float) -> None:
        """The clock was set by `by` seconds: what was taken keeps its age."""
        for times in (*self._all.values(), *self._senders.values()):
            moved = [at + by for at in times]
            times.clear()
            times.extend(moved)


def _full(times: deque[float], now: float) -> bool:
    """Whether as many as are allowed were taken within the last hour; of a clock that jumped
    back, what lies in the future is left from before and counts no more.
    """
    return bool(times) and len(times) == times.maxlen and 0 <= now - times[0] < _HOUR_S
