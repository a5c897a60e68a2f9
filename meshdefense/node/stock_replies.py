"""Answers to people with stock radios that wait for the radio. Pure: `now` is given.

An answer to an SOS waits apart from the others and is said first, in the order of their coming.
Anybody can make this node answer: so answers never use up the airtime that lines about verified
alerts need. An SOS that came on the channel, from whom the radio cannot reach alone, is answered
there. Source: docs/stock-radios.md.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from meshdefense.node.stock_states import TRIES_MAX
from meshdefense.radio.base import FrameFate
from meshdefense.radio.stock import NO_KEY, NO_RADIO
from meshdefense_protocol.governor import AirtimeUse
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.transport import Fate

__all__ = ["ANSWERS_MAX", "ANSWER_LATE_S", "GRAVE_MAX", "Answer", "Replies"]

ANSWERS_MAX: Final = 16
"""Answers that wait in memory; further ones are not given."""
GRAVE_MAX: Final = 32
"""The same for answers to an SOS."""
ALOUD_MAX: Final = 256
"""Reports that were answered on the channel and are remembered: each is so once."""
ANSWER_LATE_S: Final = 300.0
RETRY_S: Final = 15.0
MODEST_SHARE: Final = 0.5
"""An answer goes only while less than this part of the class's hour is used."""
GRAVE_SHARE: Final = 0.75
"""An answer to an SOS goes only while such answers used less than this part of it."""
HOUR_S: Final = 3600.0


@dataclass(slots=True, eq=False)
class Answer:
    """A line to one sender."""

    text: str
    to: int | None
    """None: everybody on the channel."""
    since: float
    row: str
    """Id of the report that it answers; empty where there is none."""
    grave: bool = False
    """To an SOS."""
    aloud: str = ""
    """What is said on the channel where the radio cannot reach the sender; empty: nothing."""
    attempts: int = 0
    reason: str = "it was too late"
    """Why it is not said, if it is not."""


class Replies:
    """All that wait."""

    def __init__(self) -> None:
        self._waiting: dict[bool, deque[Answer]] = {grave: deque() for grave in (True, False)}
        self._held_until = {True: 0.0, False: 0.0}
        self._spent: deque[tuple[float, float]] = deque()
        """When how many seconds of airtime went into an answer to an SOS."""
        self._aloud: dict[str, None] = {}
        """Reports that were answered on the channel."""

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def has_room(self, answer: Answer) -> bool:
        """Whether one more of its kind may wait."""
        waiting = self._waiting[answer.grave]
        return len(waiting) < (GRAVE_MAX if answer.grave else ANSWERS_MAX) or any(
            _same(one, answer) for one in waiting
        )

    def add(self, answer: Answer) -> None:
        """It waits; what waited for the same sender about the same is not said any more."""
        waiting = self._waiting[answer.grave]
        for at, one in enumerate(waiting):
            if _same(one, answer):
                waiting[at] = answer
                return
        waiting.append(answer)

    def state_after(self, answer: Answer, given: FrameFate, *, speaks: bool) -> str:
        """Its state by what became of it; what the radio did not take waits again, if it may.

        `speaks`: the policy lets this node speak on the channel.
        """
        if given.fate is Fate.LOST and given.detail != NO_RADIO:
            return "uncertain"
        if given.fate not in (Fate.REFUSED, Fate.LOST):
            words = {Fate.ACCEPTED: "at_radio", Fate.ON_AIR: "on_air"}
            return words.get(given.fate) or given.fate.value
        if given.detail == NO_KEY and not (speaks and self._turned_aloud(answer)):
            return "refused"
        return "queued" if answer.attempts < TRIES_MAX and self._again(answer) else "refused"

    def _turned_aloud(self, answer: Answer) -> bool:
        """Make of an answer to one sender that to everybody; False where there is none."""
        if not answer.aloud or answer.row in self._aloud:
            return False
        self._aloud[answer.row] = None
        if len(self._aloud) > ALOUD_MAX:
            del self._aloud[next(iter(self._aloud))]
        answer.text, answer.to, answer.attempts = answer.aloud, None, 0
        return True

    def _again(self, answer: Answer) -> bool:
        """It is next again, unless a newer one waits."""
        waiting = self._waiting[answer.grave]
        if any(_same(one, answer) for one in waiting):
            return False
        waiting.appendleft(answer)
        return True

    def next(self, now: float, *, grave: bool) -> Answer | None:
        """The first of its kind that may be said."""
        waiting = self._waiting[grave]
        return waiting[0] if waiting and now >= self._held_until[grave] else None

    def gone(self, answer: Answer) -> None:
        """It does not wait any more."""
        waiting = self._waiting[answer.grave]
        if answer in waiting:
            waiting.remove(answer)

    def late(self, now: float) -> Answer | None:
        """One that waited too long; it does not wait any more."""
        for waiting in self._waiting.values():
            if waiting and now - waiting[0].since > ANSWER_LATE_S:
                gone = waiting.popleft()
                if gone.to is None:  # it was not said: the next one may be
                    self._aloud.pop(gone.row, None)
                return gone
        return None

    # -- airtime ---------------------------------------------------------------------------------

    def affords(self, answer: Answer, use: AirtimeUse, now: float) -> bool:
        """Whether enough is left for lines when this is said; else it is held back for a while."""
        allowed = use.allowed_s[Priority.STOCK]
        if answer.grave:
            used = sum(seconds for at, seconds in self._spent if 0 <= now - at < HOUR_S)
            within = used < GRAVE_SHARE * allowed
        else:
            within = use.used_s[Priority.STOCK] < MODEST_SHARE * allowed
        if not within:
            answer.reason = "answers have had their part of the airtime"
            self._held_until[answer.grave] = now + RETRY_S
        return within

    def booked(self, answer: Answer, seconds: float, now: float) -> None:
        """So many seconds of airtime were booked for it, 0 where it has to wait."""
        while self._spent and not 0 <= now - self._spent[0][0] < HOUR_S:
            self._spent.popleft()
        if answer.grave and seconds:
            self._spent.append((now, seconds))

    def shifted(self, by: float) -> None:
        """The clock was set by `by` seconds."""
        for waiting in self._waiting.values():
            for answer in waiting:
                answer.since += by
        self._held_until = {grave: at + by for grave, at in self._held_until.items()}
        self._spent = deque((at + by, seconds) for at, seconds in self._spent)


def _same(one: Answer, other: Answer) -> bool:
    return (one.to, one.row) == (other.to, other.row)
