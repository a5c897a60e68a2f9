"""How much of what strangers send is taken: a little from each, a bounded lot from all. Pure.

Whom a text is from is only claimed, so a flood may come under many numbers: then the bound for
all holds, and texts of honest people are lost with it. Calls for help are not counted here: rows
that nobody has read bound them. Their answers are.
Source: docs/stock-radios.md.
"""

from __future__ import annotations

from collections import deque
from typing import Final

__all__ = [
    "ALL_HOURLY",
    "APART_S",
    "REPEATS_HOURLY",
    "SENDERS_MAX",
    "SENDER_HOURLY",
    "StockGate",
]

APART_S: Final = 30.0
"""Between two texts of one sender, unless the second one has news."""
SENDER_HOURLY: Final = 12
"""Texts of one sender in an hour, calls apart; and answers to their calls."""
REPEATS_HOURLY: Final = 6
"""Answers of these that tell the same again: the others are for what somebody says later."""
ALL_HOURLY: Final = 120
SENDERS_MAX: Final = 256
"""Senders that are remembered, those heard last."""
_HOUR_S: Final = 3600.0
_NONE: Final[deque[float]] = deque(maxlen=0)


class StockGate:
    """Counts what was taken. `now` is seconds since the epoch and may jump."""

    def __init__(self) -> None:
        self._senders: dict[tuple[int, bool], deque[float]] = {}
        """By sender and whether for calls: when a text was taken, or a call answered."""
        self._called: dict[int, float] = {}
        """When the last call of a sender was taken."""
        self._all: dict[bool, deque[float]] = {
            sos: deque(maxlen=ALL_HOURLY) for sos in (False, True)
        }

    def __len__(self) -> int:
        return max(len(self._senders), len(self._called))

    def admits(self, sender: int, now: float, *, sos: bool, news: bool = False) -> bool:
        """Whether a text may be taken now; `note` counts it once it is.

        `news`: it tells what this sender has not said yet, for example the place that they were
        asked for. That may follow at once. Of a call for help it is always taken, since whoever
        claims to be its sender could use up a bound.
        """
        times = self._senders.get((sender, False), _NONE)
        last = self._called.get(sender) if sos else next(reversed(times), None)
        if last is not None and not news and 0 <= now - last < APART_S:
            return False
        return sos or not (_full(times, now) or _full(self._all[False], now))

    def answers(self, sender: int, now: float, *, news: bool) -> bool:
        """Whether a call for help that is taken is answered as well."""
        times = self._senders.get((sender, True), _NONE)
        given = sum(0 <= now - at < _HOUR_S for at in times)
        few = given < (SENDER_HOURLY if news else REPEATS_HOURLY)
        return few and not _full(self._all[True], now)

    def note(self, sender: int, now: float, *, sos: bool, answered: bool = True) -> None:
        """A text was taken; `answered`: a call that is answered as well."""
        if sos:
            self._called.pop(sender, None)
            self._called[sender] = now
            if len(self._called) > SENDERS_MAX:
                del self._called[next(iter(self._called))]
            if not answered:
                return
        key = (sender, sos)
        times = self._senders.pop(key, None) or deque(maxlen=SENDER_HOURLY)
        self._senders[key] = times
        if len(self._senders) > SENDERS_MAX:
            del self._senders[next(iter(self._senders))]
        times.append(now)
        self._all[sos].append(now)

    def shifted(self, by: float) -> None:
        """The clock was set by `by` seconds: what was taken keeps its age."""
        self._called = {sender: at + by for sender, at in self._called.items()}
        for times in (*self._all.values(), *self._senders.values()):
            moved = [at + by for at in times]
            times.clear()
            times.extend(moved)


def _full(times: deque[float], now: float) -> bool:
    """Whether as many as are allowed were taken within the last hour; of a clock that jumped
    back, what lies in the future is left from before and counts no more.
    """
    return bool(times) and len(times) == times.maxlen and 0 <= now - times[0] < _HOUR_S
