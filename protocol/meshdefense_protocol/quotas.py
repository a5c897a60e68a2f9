"""Quotas: what one author may put on everybody's air, whoever carries it.

Counted in airtime at LONG_FAST, whatever preset the network uses, and by the time that the
author claims, so that nodes which get the same items in another order, or hours later, decide
alike. The author keeps to the allowance; others grant a quarter more, so that nobody who
keeps to it is ever refused. Times are seconds since the epoch and may jump.
Source: docs/protocol.md, "Airtime".
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from typing import Final

from meshdefense_protocol.airtime import LONG_FAST
from meshdefense_protocol.limits import CLOCK_TOLERANCE_S
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.roster import Role

__all__ = ["Quotas", "airtime_ms"]

MINUTE_S, HOUR_S = 60, 3600
MINUTES: Final = 11
"""Slots that ten minutes can touch."""
HOURS: Final = 25
"""Slots that a day can touch."""
KEPT_HOURS: Final = 27
"""All times that an author can claim at one moment, a day back and an hour ahead, and the
slots that they begin and end in."""
AUTHORS_MAX: Final = 1024
"""Accounts; some hundred bytes each, 170 kB at the most. Authors are in the roster, so that
nobody can invent some to push others out."""
SLACK: Final = 4
"""A receiver grants one part in so many above the allowance."""
SOS_EXEMPT_S: Final = 3600.0
"""Once in this time an SOS is let through whatever its author said before."""


@dataclass(frozen=True, slots=True)
class _Allowance:
    ten_minutes: int
    day: int


_SPOKEN: Final = _Allowance(12_000, 360_000)
"""Milliseconds. In ten minutes six of the longest frames (200 B, 1.91 s), or ten reports
without a note (98 B, 1.13 s). In a day 100 B every five minutes, or 216 reports with a full
note: 0.42 % of the channel for each author."""
_POSITIONS: Final = _Allowance(12, 1500)
"""Positions: one a minute, and one more where slots begin in between."""
_DECISIONS: Final = _Allowance(120_000, 1_200_000)
"""Milliseconds of an organizer's decisions, beside what they say: thirty people enrolled in one
evening and endorsed by another organizer cost 45 s each."""


@cache
def airtime_ms(frame_bytes: int) -> int:
    """What a frame costs its author, in milliseconds at LONG_FAST."""
    return round(LONG_FAST.frame_s(frame_bytes) * 1000)


def _factor(roles: Role) -> int:
    """Who speaks for many may say more; the highest of one's roles counts."""
    if roles & (Role.DISPATCH | Role.ORGANIZER):
        return 4
    return 2 if roles & Role.VERIFIER else 1


class _Window:
    """Sums over a rolling window, in slots of claimed time. Keeps only slots with something."""

    def __init__(self, slot_s: int, span: int) -> None:
        self.slot_s, self._span = slot_s, span
        self._size = KEPT_HOURS * HOUR_S // slot_s
        self._cells: dict[int, int] = {}
        self._newest = 0
        self._offset = 0

    def around(self, at: float) -> int:
        """All that any window around `at` can hold together: cheap, and mostly little enough."""
        slot = self._slot(at)
        first, end = max(slot - self._span + 1, self._oldest), slot + self._span
        if len(self._cells) < end - first:
            return sum(cost for cell, cost in self._cells.items() if first <= cell < end)
        return sum(self._cells.get(cell, 0) for cell in range(first, end))

    def heaviest(self, at: float) -> int:
        """The most that any window around `at` holds: earlier and later items count alike."""
        first = self._slot(at) - self._span + 1
        cells = [self._cell(slot) for slot in range(first, first + 2 * self._span - 1)]
        most = held = sum(cells[: self._span])
        for gone, come in enumerate(cells[self._span :]):
            held += come - cells[gone]
            most = max(most, held)
        return most

    def exceeds(self, limit: int, at: float) -> bool:
        """Whether any window around `at` holds more than `limit`."""
        return self.around(at) > limit and self.heaviest(at) > limit

    def add(self, cost: int, at: float) -> None:
        slot = self._slot(at)
        if abs(slot - self._newest) >= self._size:  # only a jump of the clock brings this
            self._cells.clear()
            self._newest = slot
        self._newest = max(self._newest, slot)
        self._cells[slot] = self._cell(slot) + cost
        if len(self._cells) > self._size:
            self._cells = {k: cost for k, cost in self._cells.items() if k >= self._oldest}

    def ends_before(self, at: float) -> bool:
        return self._newest < self._slot(at)

    def shifted(self, by: float) -> None:
        # by whole slots: those of all nodes begin at the same times
        self._offset += round(by / self.slot_s)

    @property
    def _oldest(self) -> int:
        return self._newest - self._size + 1

    def _slot(self, at: float) -> int:
        return int(at // self.slot_s) - self._offset

    def _cell(self, slot: int) -> int:
        return self._cells.get(slot, 0) if slot >= self._oldest else 0


class _Account:
    """What one author said: the last minutes, the last day, and the exempt SOS."""

    def __init__(self) -> None:
        self.minutes = _Window(MINUTE_S, MINUTES)
        self.hours = _Window(HOUR_S, HOURS)
        self.exempt: list[float] = []

    def wait_for(self, cost: int, ten_minutes: int, day: int, at: float) -> int:
        """0 when `cost` fits at `at`, else the length of the slots in which it does not."""
        if self.minutes.exceeds(ten_minutes - cost, at):
            return MINUTE_S
        return HOUR_S if self.hours.exceeds(day - cost, at) else 0

    def exempts(self, at: float) -> bool:
        return all(abs(at - other) >= SOS_EXEMPT_S for other in self.exempt)

    def note(self, cost: int, at: float, *, sos: bool) -> None:
        self.minutes.add(cost, at)
        self.hours.add(cost, at)
        if sos and self.exempts(at):
            near = [other for other in self.exempt if abs(at - other) < KEPT_HOURS * HOUR_S]
            self.exempt = [*near, at]

    def shifted(self, by: float) -> None:
        self.minutes.shifted(by)
        self.hours.shifted(by)
        self.exempt = [other + by for other in self.exempt]


class Quotas:
    """The accounts of all authors. `at` is an item's claimed time, or that of its reception
    where the claim cannot be right. `frame_bytes` is the size of a frame with this item alone.
    """

    def __init__(self) -> None:
        self._accounts: OrderedDict[tuple[int, int], _Account] = OrderedDict()

    def look(
        self,
        author: int,
        roles: Role,
        priority: Priority,
        frame_bytes: int,
        at: float,
        *,
        decides: bool = False,
    ) -> float | None:
        """Before an author says something: None when it fits, else seconds until it would.

        `decides` is for organizers' decisions, which have an account of their own.
        """
        account = self._accounts.get(_key(author, priority, decides))
        if account is None:
            return None
        cost, allowance = _cost(priority, frame_bytes), _allowance(roles, priority, decides)
        later = at
        for _ in range(MINUTES * HOURS):  # a bound; each step leaves a slot that is too full
            if priority is Priority.SOS and account.exempts(later):
                break
            slot_s = account.wait_for(cost, allowance.ten_minutes, allowance.day, later)
            if not slot_s:
                break
            later = (later // slot_s + 1) * slot_s
        return later - at if later > at else None

    def admits(
        self,
        author: int,
        roles: Role,
        priority: Priority,
        frame_bytes: int,
        at: float,
        *,
        decides: bool = False,
    ) -> bool:
        """Whether a receiver takes an item; a quarter more than the author is allowed."""
        account = self._accounts.get(_key(author, priority, decides))
        if account is None or (priority is Priority.SOS and account.exempts(at)):
            return True
        allowance = _allowance(roles, priority, decides)
        ten_minutes = allowance.ten_minutes + allowance.ten_minutes // SLACK
        day = allowance.day + allowance.day // SLACK
        return not account.wait_for(_cost(priority, frame_bytes), ten_minutes, day, at)

    def note(
        self,
        author: int,
        priority: Priority,
        frame_bytes: int,
        at: float,
        *,
        decides: bool = False,
    ) -> None:
        """An item was accepted, own or heard. An exempt SOS counts as well."""
        key = _key(author, priority, decides)
        account = self._accounts.get(key)
        if account is None:
            account = self._accounts[key] = _Account()
        self._accounts.move_to_end(key)
        if len(self._accounts) > AUTHORS_MAX:
            self._accounts.popitem(last=False)
        account.note(_cost(priority, frame_bytes), at, sos=priority is Priority.SOS)

    def forget(self, before: float) -> None:
        """Drop the accounts of authors who said nothing since."""
        for key, account in list(self._accounts.items()):
            if account.minutes.ends_before(before):
                del self._accounts[key]

    def shifted(self, by: float) -> None:
        """The clock was set forward by `by` seconds.

        A small step changes nothing: what was noted are claims, which stay what they are. Only
        after a large one were they unbelievable, and noted by the clock that was wrong.
        """
        if abs(by) > CLOCK_TOLERANCE_S:
            for account in self._accounts.values():
                account.shifted(by)


def _key(author: int, priority: Priority, decides: bool) -> tuple[int, int]:
    return author, 2 if decides else int(priority is Priority.POSITION)


def _cost(priority: Priority, frame_bytes: int) -> int:
    return 1 if priority is Priority.POSITION else airtime_ms(frame_bytes)


def _allowance(roles: Role, priority: Priority, decides: bool) -> _Allowance:
    if decides:
        return _DECISIONS
    if priority is Priority.POSITION:
        return _POSITIONS
    factor = _factor(roles)
    return _Allowance(factor * _SPOKEN.ten_minutes, factor * _SPOKEN.day)
