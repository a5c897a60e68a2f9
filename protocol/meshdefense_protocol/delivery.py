"""The way of an own item to the air: one small machine for each, its table at the end.

What is shown is only what a bearer proved. An own item is flooded once, with the radio's own
repeats; whoever the flood missed gets it by digests (see sync), also hours later. So an entry
is done when its flood is over, heard or not. Times are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from meshdefense_protocol.items import ItemId
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.transport import Fate

__all__ = ["OutboxEntry", "State", "restored"]

ATTEMPTS_MAX: Final = 3
"""Floods of one item whose radio went away in the middle."""
REFUSED_RETRY_S: Final = 5.0
"""A full queue empties at about one packet a second on LONG_FAST."""
SILENT_RADIO_S: Final = 90.0
"""A radio that says nothing of a frame for so long has lost it: 16 frames take 65 s."""


class State(Enum):
    """What is proven of an own item."""

    QUEUED = "queued"
    HANDED = "handed"
    """Written to the radio; not yet confirmed by it."""
    AT_RADIO = "at_radio"
    ON_AIR = "on_air"
    HEARD = "heard"
    UNHEARD = "unheard"
    REFUSED = "refused"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


FINAL = frozenset({State.EXPIRED, State.CANCELLED})
IN_FLIGHT = frozenset({State.HANDED, State.AT_RADIO, State.ON_AIR})


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One own item on its way."""

    id: ItemId
    priority: Priority
    created_at: float
    expires_at: float
    state: State = State.QUEUED
    attempts: int = 0
    """How often it was handed to a radio."""
    next_at: float | None = 0.0
    """When it may be handed over (again); None when nothing more is to be done."""
    detail: str = ""
    """Why it waits, in the radio's words."""
    handed_at: float = 0.0
    flying: bool = False
    """A transmission is under way whose end is not yet known."""

    @property
    def done(self) -> bool:
        """Nothing more will be sent."""
        return self.next_at is None and not self.flying

    def due(self, now: float) -> bool:
        """Whether it may be handed over now."""
        if self.flying or self.next_at is None:
            return False
        return self.next_at <= now < self.expires_at

    def handed(self, now: float) -> OutboxEntry:
        """After a frame with it was given to a bearer."""
        state = State.HEARD if self.state is State.HEARD else State.HANDED
        return replace(
            self, state=state, attempts=self.attempts + 1, next_at=None, handed_at=now, flying=True,
            detail="",
        )  # fmt: skip

    def after(self, fate: Fate, now: float, detail: str = "") -> OutboxEntry:
        """After news of its transmission; unchanged when the table has no line for it."""
        if not self.flying:
            return self
        state = _TABLE.get((self.state, fate), self.state)
        entry = replace(self, state=state, detail=detail)
        if fate is Fate.ON_AIR and self.priority is Priority.POSITION:
            return replace(entry, flying=False)  # nothing more comes, and the next one is newer
        if fate in (Fate.ACCEPTED, Fate.ON_AIR):
            return entry
        entry = replace(entry, flying=False)
        if state is State.HEARD:
            return entry
        if fate is Fate.LOST and state is State.QUEUED:
            return replace(entry, next_at=now)
        if fate is Fate.REFUSED:
            return replace(entry, next_at=now + REFUSED_RETRY_S)
        if fate is Fate.LOST and self.attempts < ATTEMPTS_MAX:  # on air, but for how long?
            return replace(entry, next_at=now + REFUSED_RETRY_S)
        return entry

    def held_back(self, reason: str) -> OutboxEntry:
        """While it has to wait for airtime."""
        return replace(self, detail=reason)

    def timed_out(self, now: float) -> OutboxEntry:
        """After the clock moved: expiry, and radios that forgot what they were given."""
        if self.state in FINAL:
            return self
        if now >= self.expires_at and not self.done:
            heard = self.state is State.HEARD
            state = State.HEARD if heard else State.EXPIRED
            return replace(self, state=state, next_at=None, flying=False)
        if self.flying and now - self.handed_at >= SILENT_RADIO_S:
            return self.after(Fate.LOST, now, "the radio said nothing more of it")
        return self

    def cancelled(self) -> OutboxEntry:
        """After something newer made it pointless; what was heard stays heard."""
        state = State.HEARD if self.state is State.HEARD else State.CANCELLED
        return replace(self, state=state, next_at=None, flying=False)

    def shifted(self, by: float) -> OutboxEntry:
        """The same after the clock was set forward by `by` seconds."""
        return replace(
            self,
            created_at=self.created_at + by,
            expires_at=self.expires_at + by,
            next_at=None if self.next_at is None else self.next_at + by,
            handed_at=self.handed_at + by,
        )

    def timer_at(self) -> float | None:
        """When `timed_out` or `due` would next say something new."""
        if self.done:
            return None
        waits = self.handed_at + SILENT_RADIO_S if self.flying else self.next_at
        return self.expires_at if waits is None else min(waits, self.expires_at)


def restored(entry: OutboxEntry, now: float) -> OutboxEntry:
    """An entry as it was stored, after a restart: what was under way has an unknown fate."""
    if entry.state in FINAL or entry.state is State.HEARD:
        return replace(entry, flying=False, next_at=None)
    if entry.state is State.ON_AIR and entry.priority is Priority.POSITION:
        return replace(entry, flying=False)
    if entry.state in IN_FLIGHT:
        return replace(replace(entry, flying=True).after(Fate.LOST, now), detail="")
    return replace(entry, flying=False)


_TABLE: Final = {
    # what was proven   what the bearer says    what is proven now
    (State.HANDED, Fate.ACCEPTED): State.AT_RADIO,
    (State.HANDED, Fate.ON_AIR): State.ON_AIR,
    (State.HANDED, Fate.HEARD): State.HEARD,
    (State.HANDED, Fate.UNHEARD): State.UNHEARD,
    (State.HANDED, Fate.REFUSED): State.REFUSED,
    (State.HANDED, Fate.LOST): State.QUEUED,
    (State.AT_RADIO, Fate.ON_AIR): State.ON_AIR,
    (State.AT_RADIO, Fate.HEARD): State.HEARD,
    (State.AT_RADIO, Fate.UNHEARD): State.UNHEARD,
    (State.AT_RADIO, Fate.REFUSED): State.REFUSED,
    (State.AT_RADIO, Fate.LOST): State.QUEUED,
    (State.ON_AIR, Fate.HEARD): State.HEARD,
    (State.ON_AIR, Fate.UNHEARD): State.UNHEARD,
    (State.ON_AIR, Fate.REFUSED): State.UNHEARD,
    (State.ON_AIR, Fate.LOST): State.UNHEARD,
}
