"""When to speak: the Trickle timer of RFC 6206, with a steeper growth.

An interval of length I begins; somewhere in its second half the node speaks, unless enough
neighbours said the same since it began; then the interval grows. News makes it short again.
After news the flood has reached nearly everybody, so intervals grow eight times instead of
doubling: each step costs a digest in every neighbourhood. More news begins the interval
again, so that nobody speaks of a set that is changing. The moment to speak is skewed towards
the end of the interval, so that in a dense neighbourhood few draw an early one and the others
hear it first (Nonnenmacher and Biersack 1999). Times are seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

__all__ = ["CROWD", "GROWTH", "INTERVAL_MAX_S", "Trickle"]

INTERVAL_MAX_S: Final = 960.0
GROWTH: Final = 8.0
GROWTH_ALONE: Final = 2.0
"""With fewer neighbours than CROWD: a digest that is lost is not said by others."""
SKEW: Final = 3.0
"""Parameter of the truncated exponential distribution of moments to speak."""
DEFERRED_MAX_S: Final = 120.0
"""Steady news keeps a node silent for so long at most."""
CROWD: Final = 4
"""With so many neighbours, one equal digest makes an own one superfluous; each one less asks
for one more, since in a chain nobody else reaches those further on."""


class Trickle:
    """One timer. `entropy` gives numbers from 0 up to 1."""

    def __init__(self, shortest_s: float, now: float, entropy: Callable[[], float]) -> None:
        self.shortest_s = shortest_s
        """Length of the first interval after news."""
        self._entropy = entropy
        self._first_news = now
        self._begin(shortest_s, now)

    def _begin(self, length_s: float, now: float) -> None:
        self._length_s = length_s
        self._ends_at = now + length_s
        self._heard = 0
        late = math.log1p(math.expm1(SKEW) * self._entropy()) / SKEW
        self._speak_at: float | None = now + length_s * (0.5 + 0.5 * late)

    def news(self, now: float) -> None:
        """Something changed: the shortest interval begins, again if it is running."""
        if self._length_s > self.shortest_s or self._speak_at is None:
            self._first_news = now
        elif not 0 <= now - self._first_news < DEFERRED_MAX_S:
            return
        self._begin(self.shortest_s, now)

    def same(self) -> None:
        """Another node said what this one would say."""
        self._heard += 1

    def spoke(self) -> None:
        """This node said it by another way; it need not again in this interval."""
        self._speak_at = None

    def timer_at(self) -> float:
        """When `due` has to be asked next."""
        return self._ends_at if self._speak_at is None else self._speak_at

    def check_clock(self, now: float) -> None:
        """Begin anew where the clock was set back and nobody said so."""
        if self._ends_at - now > self._length_s + 1.0:
            self._begin(self._length_s, now)

    def due(self, now: float, neighbours: int, *, eager: bool = False) -> bool:
        """Whether to speak now: once in an interval, an eager one even if others said the same."""
        if self._speak_at is not None and now >= self._speak_at:
            self._speak_at = None
            if eager or self._heard < max(1, CROWD + 1 - neighbours):
                return True
        if now >= self._ends_at:
            growth = GROWTH if neighbours >= CROWD else GROWTH_ALONE
            longer = min(self._length_s * growth, max(INTERVAL_MAX_S, self.shortest_s))
            self._begin(longer, now)
        return False

    def shifted(self, by: float) -> None:
        """The clock was set forward by `by` seconds."""
        self._ends_at += by
        self._first_news += by
        if self._speak_at is not None:
            self._speak_at += by


# length          event           what follows
# ------          -----           ------------
# any             news            shortest, from now (at most DEFERRED_MAX_S after the first news)
# any             same            one more heard
# any             speak_at, none heard     speak, wait for the end
# any             speak_at, some heard     wait for the end
# any             end             eight times as long, at most INTERVAL_MAX_S
