"""When to say what is held here: Trickle's moments, and reasons that don't wait for them.

A statement is a digest without a vector. Beside the Trickle timer, a node speaks when a repair
has made it complete, when it has moved and does not know who is around, and, if others count
on its receipt (verifiers, bases), once for what is new although somebody said the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from meshdefense_protocol.questions import ASK_UNITS
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.trickle import Trickle

__all__ = ["Statements"]

SHORTEST_UNITS, SHORTEST_S = 26.0, 20.0
"""First Trickle interval after news: long enough that a flood is over."""
IN_TOUCH_S: Final = 180.0
"""Who heard an equal digest so lately need not look around after moving."""
LOOK_S: Final = 75.0
"""Between two looks around: a walker gets 100 m far."""
RECEIPT_S: Final = 300.0
"""Between two statements for the sake of a receipt."""
_LONG_AGO: Final = -1e18

State = tuple[tuple[KeyClass, int], ...]
"""What is held: a hash for each class that is not empty."""


class Statements:
    """The next statement. `unit_s` is the time on air of a usual frame."""

    def __init__(self, entropy: Callable[[], float], unit_s: float, now: float) -> None:
        self.owes_receipts = False
        """Whether others count on what this member holds."""
        self._entropy = entropy
        self._unit_s = unit_s
        self._trickle = Trickle(self._shortest_s(), now, entropy)
        self._at: float | None = None
        self._told: State = ()
        self._looking = False
        self._in_touch_at = self._looked_at = self._receipt_at = _LONG_AGO

    def unit_changed(self, unit_s: float) -> None:
        """Another preset."""
        self._unit_s = unit_s
        self._trickle.shortest_s = self._shortest_s()

    def _shortest_s(self) -> float:
        return max(SHORTEST_S, SHORTEST_UNITS * self._unit_s)

    # -- reasons to speak and not to -----------------------------------------------------------

    def news(self, now: float) -> None:
        """What is held has changed."""
        self._trickle.news(now)

    def speak(self, at: float) -> None:
        """Say it at a time, whatever others say until then."""
        self._at, self._looking = at, False

    def moved(self, now: float) -> None:
        """This node is somewhere else: others may be in reach."""
        if 0 <= now - self._in_touch_at < IN_TOUCH_S or 0 <= now - self._looked_at < LOOK_S:
            return
        if self._at is None:
            self._looking, self._looked_at = True, now
            self._at = now + 0.3 + ASK_UNITS * self._unit_s * self._entropy()

    def heard_same(self, state: State, names_me: bool, now: float) -> None:
        """A neighbour holds the same; `names_me` when it knows that of this node."""
        self._trickle.same()
        self._in_touch_at = now
        if self._looking:  # somebody is here
            self._at, self._looking = None, False
        if names_me:
            self._told = state

    # -- speaking ------------------------------------------------------------------------------

    def pass_time(self, neighbours: int, state: State, now: float) -> None:
        """Let the Trickle timer run; `neighbours` is how many were heard lately."""
        if now >= self._trickle.timer_at():
            owes = self.owes_receipts and self._told != state
            eager = owes and not 0 <= now - self._receipt_at < RECEIPT_S
            if self._trickle.due(now, neighbours, eager=eager) and self._at is None:
                self._at = now

    def check_clock(self, now: float) -> None:
        """Begin anew where the clock was set back and nobody said so."""
        self._trickle.check_clock(now)

    def timer_at(self) -> float:
        """When `pass_time` has something to do."""
        return self._trickle.timer_at()

    def at(self) -> float | None:
        """When the next statement is due; None for not yet decided."""
        return self._at

    def said(self, state: State, now: float) -> None:
        """A digest with all hashes was handed over, with or without a vector."""
        self._at, self._looking = None, False
        self._trickle.spoke()
        self._told, self._receipt_at = state, now

    def shifted(self, by: float) -> None:
        """The clock was set forward by `by` seconds."""
        self._trickle.shifted(by)
        self._at = None if self._at is None else self._at + by
        self._in_touch_at += by
        self._looked_at += by
        self._receipt_at += by


# a statement is  event                    then it is
# --------------  -----                    ----------
# not decided     Trickle's moment         due now
# not decided     moved, out of touch      due soon (a look around)
# any             speak                    due at the given time
# a look around   heard_same               not decided
# due             said                     not decided
