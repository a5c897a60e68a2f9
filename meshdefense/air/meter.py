"""How busy the channel was, and how much of that was this node: the firmware's `airtime.cpp`.

Busy time is credited to the period in which it ends, as the firmware does. Times in seconds,
results in per cent.
"""

from __future__ import annotations

import math

__all__ = ["AirtimeMeter"]

BUSY_PERIODS, BUSY_PERIOD_S = 6, 10.0  # one minute of channel utilisation
OWN_PERIODS, OWN_PERIOD_S = 60, 60.0  # one hour of transmitting


class _Window:
    """A ring of periods, each with the seconds that were logged in it."""

    __slots__ = ("_index", "_length_s", "_sums", "_total")

    def __init__(self, periods: int, length_s: float) -> None:
        self._sums = [0.0] * periods
        self._length_s = length_s
        self._index = 0
        self._total: float | None = 0.0  # None: to be summed up again

    def _turn_to(self, now: float) -> int:
        index, count = int(now // self._length_s), len(self._sums)
        if index == self._index:
            return index % count
        self._total = None
        for step in range(min(index - self._index, count)):
            self._sums[(index - step) % count] = 0.0
        self._index = max(index, self._index)
        return self._index % count

    def log(self, now: float, seconds: float) -> None:
        self._sums[self._turn_to(now)] += seconds
        self._total = None

    def share(self, now: float) -> float:
        self._turn_to(now)
        if self._total is None:
            self._total = math.fsum(self._sums)  # `sum` rounds differently before Python 3.12
        return self._total / (len(self._sums) * self._length_s)

    def periods_until(self, now: float, seconds: float) -> int:
        """Return after how many periods without anything new less than `seconds` are left."""
        here, count = self._turn_to(now), len(self._sums)
        left = math.fsum(self._sums)
        for step in range(1, count + 1):
            left -= self._sums[(here + step) % count]
            if left < seconds:
                return step
        return count


class AirtimeMeter:
    """The two figures of one node's device telemetry."""

    __slots__ = ("_busy", "_own")

    def __init__(self) -> None:
        self._busy = _Window(BUSY_PERIODS, BUSY_PERIOD_S)
        self._own = _Window(OWN_PERIODS, OWN_PERIOD_S)

    def log_heard(self, now: float, seconds: float) -> None:
        """Note a packet of somebody else that ended at `now`."""
        self._busy.log(now, seconds)

    def log_sent(self, now: float, seconds: float) -> None:
        """Note an own transmission that ended at `now`."""
        self._busy.log(now, seconds)
        self._own.log(now, seconds)

    def channel_utilisation(self, now: float) -> float:
        """Return per cent of the last minute that the channel was busy, own packets included."""
        return 100.0 * self._busy.share(now)

    def air_time(self, now: float) -> float:
        """Return per cent of the last hour that this node transmitted."""
        return 100.0 * self._own.share(now)

    def silent_minutes(self, now: float, share: float) -> int:
        """Return how long to be silent until less than `share` of an hour was transmitted."""
        return self._own.periods_until(now, share * OWN_PERIODS * OWN_PERIOD_S)
