"""The airtime governor: what may go on air now, and what has to wait, and why.

It books what this node originates; what the radio relays for others is the firmware's own
account. A rolling hour in slots of a minute. A clock that jumps back frees nothing and blocks for
an hour at most; one that jumps forth ages what was booked by as much.
Source: docs/protocol.md, "Airtime".
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from meshdefense_protocol.airtime import LONG_FAST, Modem
from meshdefense_protocol.priority import Priority

__all__ = ["AirtimeUse", "Governor", "Leave"]

HOUR_S: Final = 3600
SLOT_S: Final = 60
SLOTS: Final = HOUR_S // SLOT_S + 1
"""An hour that does not begin with a slot touches one more: none is freed too early."""
FULL_SHARE: Final = 0.12
"""Of channel time, for one node with everything it says."""
RESERVE: Final = 1 / 3
"""Of that, kept for SOS: 4 % of channel time, or a third of a lower duty cycle."""
SHARES: Final = {
    Priority.SOS: 1.0,
    Priority.CONFIRMED: 8 / 12,
    Priority.ALERT: 8 / 12,
    Priority.CHECK_IN: 3 / 12,
    Priority.REPAIR: 5 / 12,
    Priority.NOTICE: 3 / 12,
    Priority.POSITION: 3 / 12,
    Priority.DIGEST: 2 / 12,
    Priority.LONG: 4 / 12,
    Priority.STOCK: 2 / 12,
}
"""Most of FULL_SHARE for each class; they overlap on purpose. A lower duty cycle lowers all
alike: without that, positions alone could use up what alerts need."""
YIELDS_AT: Final = {
    Priority.POSITION: 25.0,  # where the firmware's own routine traffic yields
    Priority.DIGEST: 25.0,
    Priority.LONG: 25.0,
    Priority.STOCK: 25.0,
    Priority.NOTICE: 25.0,
    Priority.REPAIR: 40.0,
    Priority.CHECK_IN: 50.0,
}
"""Per cent of channel utilisation from which a class waits; the others never do."""
UTILISATION_FRESH_S: Final = 120.0
"""So long a report of the channel's utilisation counts; radios report each minute."""
BUSY_RETRY_S: Final = 10.0
USUAL_FRAME: Final = 100
"""Bytes of a report: what `use` takes to see whether a class waits."""

_WORDS: Final = {
    Priority.SOS: "SOS calls",
    Priority.CONFIRMED: "confirmed alerts",
    Priority.ALERT: "alerts",
    Priority.CHECK_IN: "check-ins",
    Priority.REPAIR: "repairs",
    Priority.NOTICE: "notices",
    Priority.POSITION: "positions",
    Priority.DIGEST: "digests",
    Priority.LONG: "long reports",
    Priority.STOCK: "lines for stock radios",
}
_ALL: Final = tuple(Priority)
_ORDINARY: Final = tuple(p for p in Priority if p is not Priority.SOS)
_MICRO: Final = 1_000_000
# Bookings are whole microseconds: sums of floats would not come back to zero.


@dataclass(frozen=True, slots=True)
class AirtimeUse:
    """Where this node's airtime of the last hour went. Seconds."""

    used_s: Mapping[Priority, float]
    """By class; only what was handed to the radio in this life."""
    allowed_s: Mapping[Priority, float]
    """The most that each class may use in an hour."""
    ceiling_s: float
    """All classes but SOS together."""
    utilisation: float | None
    """Per cent of the last minute that the radio found the channel busy."""
    held_back: Mapping[Priority, str]
    """Classes that wait at this moment, with the reason in words."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Whether a frame may go on air."""

    allowed: bool
    at: float
    """When it may, if nothing else is said until then; `now` where it may already."""
    reason: str = ""
    """What it waits for, in words for people; empty where it may go."""


class Governor:
    """One node's account. `now` is seconds since the epoch and may jump."""

    def __init__(self, modem: Modem = LONG_FAST, duty_cycle: float = 1.0) -> None:
        self._modem = modem
        self._duty_cycle = _checked(duty_cycle)
        self._utilisation: tuple[float, float] | None = None
        self._slots = [[0] * len(Priority) for _ in range(SLOTS)]
        self._current = 0
        self._used = [0] * len(Priority)
        self._began: int | None = None

    def channel(
        self,
        now: float,
        *,
        modem: Modem | None = None,
        utilisation: float | None = None,
        duty_cycle: float | None = None,
    ) -> None:
        """What the radio says of its channel; None leaves what was known.

        `utilisation` is per cent of the last minute, `duty_cycle` the share of an hour that the
        region allows, 1.0 for no limit; ValueError for a share that is none.
        """
        if modem is not None:
            self._modem = modem
        if utilisation is not None:
            self._utilisation = (utilisation, now)
        if duty_cycle is not None:
            self._duty_cycle = _checked(duty_cycle)

    def price_s(self, frame_bytes: int) -> float:
        """Seconds on air of one transmission of a frame."""
        return self._modem.frame_s(frame_bytes)

    def look(self, priority: Priority, frame_bytes: int, now: float) -> Leave:
        """Whether a frame of a class may go now; if not, when and why. Books nothing."""
        at, reason = self._affordable_at(priority, frame_bytes, now)
        threshold = YIELDS_AT.get(priority, math.inf)
        utilisation = self._utilisation_at(now)
        if utilisation is not None and utilisation >= threshold:
            busy_until = now + BUSY_RETRY_S
            if at < busy_until:
                at, reason = busy_until, f"the channel is busy ({utilisation:.0f} %)"
        return Leave(at <= now, max(at, now), reason)

    def charge(self, priority: Priority, frame_bytes: int, now: float, times: int = 1) -> None:
        """Book a frame that was handed to the radio, or `times` more transmissions of it."""
        self._advance(now)
        price = times * self._price(frame_bytes)
        self._slots[self._current][priority] += price
        self._used[priority] += price

    def use(self, now: float) -> AirtimeUse:
        """Where the airtime of the last hour went, and which classes wait."""
        self._advance(now)
        looks = {priority: self.look(priority, USUAL_FRAME, now) for priority in Priority}
        return AirtimeUse(
            used_s={priority: self._used[priority] / _MICRO for priority in Priority},
            allowed_s={priority: self._allowed(priority) / _MICRO for priority in Priority},
            ceiling_s=self._ceiling() / _MICRO,
            utilisation=self._utilisation_at(now),
            held_back={p: leave.reason for p, leave in looks.items() if not leave.allowed},
        )

    def shifted(self, by: float) -> None:
        """The clock was set forward by `by` seconds: what was booked keeps its age."""
        if self._began is not None:
            self._began += math.ceil(by)  # rounded so that nothing is freed too early
        if self._utilisation is not None:
            self._utilisation = (self._utilisation[0], self._utilisation[1] + by)

    # -- limits, in microseconds of an hour --------------------------------------------------

    def _full(self) -> int:
        return int(min(FULL_SHARE, self._duty_cycle) * HOUR_S * _MICRO)

    def _ceiling(self) -> int:
        full = self._full()
        return full - int(full * RESERVE)

    def _allowed(self, priority: Priority) -> int:
        return int(self._full() * SHARES[priority])

    def _affordable_at(self, priority: Priority, frame_bytes: int, now: float) -> tuple[float, str]:
        self._advance(now)
        price, full = self._price(frame_bytes), self._full()
        at, reason = self._free_at(_ALL, full, price, now), self._used_up()
        if priority is Priority.SOS:
            # within the reserve it goes whatever the other classes used
            own = self._free_at((priority,), full - self._ceiling(), price, now)
            return _if_later(now, min(own, at), reason)
        ceiling_at = self._free_at(_ORDINARY, self._ceiling(), price, now)
        at = max(at, ceiling_at)
        class_at = self._free_at((priority,), self._allowed(priority), price, now)
        if class_at > at:
            at, reason = class_at, f"airtime of {_WORDS[priority]} is used up"
        return _if_later(now, at, reason)

    def _used_up(self) -> str:
        if self._duty_cycle < FULL_SHARE:
            return "the region's duty cycle is used up"
        return "this node's airtime is used up"

    def _price(self, frame_bytes: int) -> int:
        return math.ceil(self.price_s(frame_bytes) * _MICRO)

    def _utilisation_at(self, now: float) -> float | None:
        if self._utilisation is None:
            return None
        value, heard_at = self._utilisation
        # one from the future is left from before a jump of the clock
        return value if 0 <= now - heard_at < UTILISATION_FRESH_S else None

    # -- the rolling hour --------------------------------------------------------------------

    def _advance(self, now: float) -> None:
        if self._began is None or now < self._began:
            # after a jump back the hour goes on from here: nothing is freed by it
            self._began = math.floor(now)
        steps = int((now - self._began) // SLOT_S)
        for _ in range(min(steps, SLOTS)):
            self._current = (self._current + 1) % SLOTS
            slot = self._slots[self._current]
            for priority in Priority:
                self._used[priority] -= slot[priority]
                slot[priority] = 0
        self._began += steps * SLOT_S

    def _free_at(self, classes: Sequence[Priority], limit: int, price: int, now: float) -> float:
        """When `price` more fits under `limit`; a frame dearer than that may go alone."""
        used = sum(self._used[priority] for priority in classes)
        room = max(0, limit - price)
        if used <= room or self._began is None:
            return now
        for age in range(SLOTS - 1, 0, -1):
            slot = self._slots[(self._current - age) % SLOTS]
            used -= sum(slot[priority] for priority in classes)
            if used <= room:
                return float(self._began + (SLOTS - age) * SLOT_S)
        return float(self._began + SLOTS * SLOT_S)


def _if_later(now: float, at: float, reason: str) -> tuple[float, str]:
    return at, reason if at > now else ""


def _checked(duty_cycle: float) -> float:
    if not 0 < duty_cycle <= 1:
        raise ValueError(f"a duty cycle is a share above 0 up to 1, not {duty_cycle}")
    return duty_cycle
