"""The two gestures that must not happen by a slip: panic, and a call for help. Pure.

Panic is one chord pressed three times: one hand does it in a second, without looking, on every
screen and while typing. A single slip, a held key and a habit of other programs (the chord
cuts a text there) end before the third press: a keyboard repeats a held key faster than
REPEAT_S, so those do not count, and any other key begins anew.

A call for help is one chord and five seconds in which any other key takes it back. The chord
itself does not: frightened hands press twice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

__all__ = [
    "PANIC_KEY",
    "PRESSES",
    "REHEARSE_KEY",
    "REPEAT_S",
    "SOS_KEY",
    "SOS_S",
    "WITHIN_S",
    "PanicGesture",
    "SosCountdown",
]

PANIC_KEY: Final = "ctrl+x"
REHEARSE_KEY: Final = "r"
"""After the first press: the rest is an exercise."""
PRESSES: Final = 3
WITHIN_S: Final = 3.0
"""Seconds between the first press and the last."""
REHEARSAL_S: Final = 10.0
"""The same for an exercise: there is time to read."""
REPEAT_S: Final = 0.1
"""Presses closer than this are a held key; the default repeat of Linux, macOS and Windows is
faster, a finger slower."""
SOS_KEY: Final = "ctrl+g"
SOS_S: Final = 5.0


@dataclass(slots=True)
class PanicGesture:
    """Counts presses; times are monotonic seconds."""

    count: int = 0
    """Presses so far; 0 while nothing is under way."""
    rehearsal: bool = False
    took_s: float = 0.0
    """From the first press to the last; of a finished gesture."""
    _first: float = -math.inf
    _last: float = -math.inf

    def key(self, key: str, now: float) -> bool:
        """Take a key; True when it was the gesture's own and is not to do anything else."""
        self.expire(now)
        if key == PANIC_KEY:
            self._press(now)
            return True
        if key == REHEARSE_KEY and self.count == 1 and not self.rehearsal:
            self.rehearsal, self.count = True, 0
            self._first = now
            return True
        self.reset()
        return False

    def expire(self, now: float) -> None:
        """Begin anew when the time is over."""
        if self.active and now - self._first > (REHEARSAL_S if self.rehearsal else WITHIN_S):
            self.reset()

    def reset(self) -> None:
        """Nothing is under way."""
        self.count, self.rehearsal, self._first = 0, False, -math.inf

    def left(self, now: float) -> int:
        """Whole seconds until it begins anew; 0 while nothing is under way."""
        whole = REHEARSAL_S if self.rehearsal else WITHIN_S
        return max(math.ceil(self._first + whole - now), 0) if self.active else 0

    @property
    def active(self) -> bool:
        """Whether the gesture has begun."""
        return self.count > 0 or self.rehearsal

    @property
    def done(self) -> bool:
        """Whether it is complete."""
        return self.count >= PRESSES

    def _press(self, now: float) -> None:
        held, self._last = now - self._last < REPEAT_S, now
        if held or self.done:
            return
        if not self.count:
            self._first = now
        self.count += 1
        self.took_s = now - self._first


@dataclass(slots=True)
class SosCountdown:
    """A call for help that goes out unless somebody takes it back; times are monotonic."""

    due: float

    @classmethod
    def begin(cls, now: float) -> SosCountdown:
        """Five seconds from now."""
        return cls(now + SOS_S)

    def left(self, now: float) -> int:
        """Whole seconds, 5 to 0."""
        return max(0, math.ceil(self.due - now))

    def over(self, now: float) -> bool:
        """Whether it is to be sent."""
        return now >= self.due
