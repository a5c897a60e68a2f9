"""When to ask: this node lacks something, or others hold what it cannot name.

A question is a digest with a vector: it says what is here, and everybody around works out what
is lacking. It is repeated a few times while it brings nothing, ever later, and given up; one
neighbour's set makes a node ask ever more rarely. Waits are in units of the time that a usual
frame is on air.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from meshdefense_protocol.digest import Vector
from meshdefense_protocol.sealing import KeyClass

__all__ = ["ASK_UNITS", "Questions"]

ASK_UNITS: Final = 4.0
"""Questions are spread over so many, so that one is heard before another."""
AGAIN_UNITS: Final = 7.0
"""Before an unanswered question is repeated, or the same neighbour causes another one; doubles
each time without progress."""
TIMES: Final = 4
PAUSE_UNITS, FULL_PERCENT = 60.0, 25.0
"""Pause between own questions on a channel that is so busy; it grows with the square, so that a
question brings more when there is less room for it."""
TRAIN: Final = 4
"""After so many answers to one question the next one does not wait for a pause: it tells all
who still want to answer what is not needed any more."""
ANSWERED_UNITS: Final = 60.0
"""So long after a question, repairs count as answers to it."""
AGAIN_MAX_S: Final = 900.0
DOUBLINGS_MAX: Final = 16
"""A neighbour whose set never fits causes a question every quarter of an hour for months, and a
float ends at 1,024 doublings."""
CAUSES_MAX: Final = 1024
_AUTHOR_MAX: Final = 0xFFFF


class Questions:
    """The questions that wait, one for each key class at most."""

    def __init__(self, entropy: Callable[[], float], unit_s: float) -> None:
        self.unit_s = unit_s
        self.utilisation = 0.0
        """Per cent of the last minute that the channel was busy, as far as it is known."""
        self.serves = 0
        """The member whose digest caused the last question: likely to have the answer."""
        self._entropy = entropy
        self._waiting: dict[KeyClass, float] = {}
        self._paused: dict[KeyClass, float] = {}
        """Of those that wait for a pause: when they would have gone out without one."""
        self._unanswered: dict[KeyClass, int] = {}
        self._last_at: dict[KeyClass, float] = {}
        self._brought = 0
        """Items that came in answer to the last question."""
        self._unsure: set[KeyClass] = set()
        self._causes: OrderedDict[tuple[int, KeyClass], tuple[int, float]] = OrderedDict()
        self._pages: dict[KeyClass, int] = {}

    # -- reasons to ask and not to -------------------------------------------------------------

    def ask(self, cause: int, key_class: KeyClass, now: float) -> None:
        """A neighbour holds what is not here."""
        times, last = self._causes.get((cause, key_class), (0, 0.0))
        wait = min(
            AGAIN_UNITS * self.unit_s * 2.0 ** min(max(times - 1, 0), DOUBLINGS_MAX), AGAIN_MAX_S
        )
        if key_class in self._waiting or (times and 0 <= now - last < wait):
            self._unsure.discard(key_class)
            return
        self.serves = cause
        self._causes[cause, key_class] = (times + 1, now)
        self._causes.move_to_end((cause, key_class))
        if len(self._causes) > CAUSES_MAX:
            self._causes.popitem(last=False)
        self._wait(key_class, now + self.unit_s * (0.3 + ASK_UNITS * self._entropy()))

    def ask_in_case(self, now: float) -> None:
        """The radio is back after a while: it may be that nothing is missing. Asks twice."""
        self._paused.pop(KeyClass.EVERYONE, None)
        self._waiting[KeyClass.EVERYONE] = now + 0.3 + ASK_UNITS * self.unit_s * self._entropy()
        self._unanswered[KeyClass.EVERYONE] = 0
        self._unsure.add(KeyClass.EVERYONE)

    def progress(self, key_class: KeyClass, again_at: float | None) -> None:
        """An answer came in: ask for the rest at `again_at`, or not at all when that is None."""
        for cause in [cause for cause in self._causes if cause[1] is key_class]:
            del self._causes[cause]
        self.complete(key_class)
        self._brought += 1
        if again_at is not None:
            self._wait(key_class, again_at)

    def _wait(self, key_class: KeyClass, at: float) -> None:
        """Not before the pause that a busy channel asks for."""
        self._paused.pop(key_class, None)
        last = self._last_at.get(key_class)
        if last is not None and last <= at and self._brought < TRAIN:
            share = self.utilisation / FULL_PERCENT
            paused = last + PAUSE_UNITS * share * share * self.unit_s
            if paused > at:
                self._paused[key_class], at = at, paused
        self._waiting[key_class] = at

    def channel_busy(self, percent: float) -> None:
        """How busy the channel was in the last minute.

        Where that is less than before, pauses are cut: one full minute, which is often that of the
        answers to the last question, asks for a quarter of an hour and more.
        """
        calmer, self.utilisation = percent < self.utilisation, percent
        if calmer:
            for key_class, at in list(self._paused.items()):
                self._wait(key_class, at)

    def complete(self, key_class: KeyClass) -> None:
        """Nothing more to ask for."""
        self._waiting.pop(key_class, None)
        self._paused.pop(key_class, None)
        self._unanswered.pop(key_class, None)
        self._unsure.discard(key_class)

    def is_answered(self, key_class: KeyClass, now: float) -> bool:
        """Whether what comes in now may be the answer to a question from here."""
        last = self._last_at.get(key_class)
        return last is not None and 0 <= now - last <= ANSWERED_UNITS * self.unit_s

    def was_in_vain(self, key_class: KeyClass) -> bool:
        """Whether the last question brought nothing."""
        return self._unanswered.get(key_class, 0) > 0

    # -- asking --------------------------------------------------------------------------------

    def at(self) -> float | None:
        """When the next question is due."""
        return min(self._waiting.values(), default=None)

    def due(self, now: float) -> tuple[KeyClass, int] | None:
        """The class to ask for, and the first author of its vector."""
        due = [key_class for key_class, at in self._waiting.items() if at <= now]
        return (min(due), self._pages.get(min(due), 0)) if due else None

    def asked(self, key_class: KeyClass, vector: Vector, now: float) -> None:
        """A question was handed over; the next one goes on where its vector ended."""
        self._pages[key_class] = 0 if vector.last == _AUTHOR_MAX else vector.last + 1
        self._last_at[key_class] = now
        self._brought = 0
        times = self._unanswered.get(key_class, 0)
        if times >= (1 if key_class in self._unsure else TIMES):
            self.complete(key_class)
            return
        self._unanswered[key_class] = times + 1
        wait = AGAIN_UNITS * 2.0**times + ASK_UNITS * self._entropy()
        self._wait(key_class, now + self.unit_s * wait)

    def shifted(self, by: float) -> None:
        """The clock was set forward by `by` seconds."""
        self._waiting = {key_class: at + by for key_class, at in self._waiting.items()}
        self._paused = {key_class: at + by for key_class, at in self._paused.items()}
        self._causes.clear()
        self._last_at.clear()


# waiting   event                        what follows
# -------   -----                        ------------
# no        ask, cause not too lately    waiting
# no        ask_in_case                  waiting, for two times
# yes       due, handed over (asked)     waiting for the next time, later; after TIMES no more
# yes       complete                     not waiting
# any       progress                     waiting at the given time, or not
# yes       a calmer channel             waiting until an earlier time, if it waits for a pause
