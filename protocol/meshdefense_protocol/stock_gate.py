"""How much of what strangers send is taken: a little from each, a bounded lot from all. Pure.

Whom a text is from is only claimed, so a flood may come under many numbers: then the bound for
all holds, and texts of honest people are lost with it. SOS has bounds of its own.
Source: docs/stock-radios.md.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

__all__ = [
    "ALL_HOURLY",
    "APART_S",
    "SENDERS_MAX",
    "SENDER_HOURLY",
    "StockGate",
]

APART_S: Final = 30.0
"""Between two texts of one sender."""
SENDER_HOURLY: Final = 12
ALL_HOURLY: Final = 120
SENDERS_MAX: Final = 256
"""Senders that are remembered, those heard last."""
_HOUR_S: Final = 3600.0


@dataclass(slots=True)
class _Sender:
    times: deque[float] = field(default_factory=lambda: deque(maxlen=SENDER_HOURLY))


class StockGate:
    """Counts what was taken. `now` is seconds since the epoch and may jump."""

    def __init__(self) -> None:
        self._senders: dict[tuple[int, bool], _Sender] = {}
        self._all: dict[bool, deque[float]] = {
            sos: deque(maxlen=ALL_HOURLY) for sos in (False, True)
        }
        self.held_back = 0
        """Texts that were not looked at since the start."""

    def __len__(self) -> int:
        return len(self._senders)

    def admit(self, sender: int, now: float, *, sos: bool) -> bool:
        """Whether a text is taken now; then it is counted."""
        key = (sender, sos)
        known = self._senders.pop(key, None) or _Sender()
        self._senders[key] = known
        if len(self._senders) > SENDERS_MAX:
            del self._senders[next(iter(self._senders))]
        last = known.times[-1] if known.times else None
        too_soon = last is not None and 0 <= now - last < APART_S
        if too_soon or _full(known.times, now) or _full(self._all[sos], now):
            self.held_back += 1
            return False
        known.times.append(now)
        self._all[sos].append(now)
        return True


def _full(times: deque[float], now: float) -> bool:
    """Whether as many as are allowed were taken within the last hour; of a clock that jumped
    back, what lies in the future is left from before and counts no more.
    """
    return len(times) == times.maxlen and 0 <= now - times[0] < _HOUR_S
