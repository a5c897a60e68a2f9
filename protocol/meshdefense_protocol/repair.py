"""Items that neighbours lack: answers, each after a random delay, unless another was first.

Sync never amplifies. What one member is answered in an hour is at most 1.5 times what this
node holds at all (all that somebody who comes back can lack) and what it spent on asking.
The same member gets an item again later and later; one who insists delays nobody else's.
Times are seconds; an answer's `at` may lie in the past.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from meshdefense_protocol.class_set import Key

__all__ = ["AMPLIFICATION", "Repair"]

AMPLIFICATION: Final = 1.5
HOUR_S: Final = 3600.0
WANTED_MAX: Final = 1024
SENT_MAX: Final = 4096
SERVED_MAX: Final = 8
"""Members of whom is remembered that an item was sent for them."""
PEERS_MAX: Final = 256
DOUBLINGS_MAX: Final = 16
FORGET_S: Final = 21_600.0
"""After so long an item may be repeated as if for the first time."""
TRIES: Final = 4
"""Who lacks an item after so many repairs may be refusing it: what others lack goes first."""


@dataclass(slots=True)
class _Wanted:
    at: float
    order: tuple[bool, int, int]
    """What was not sent in vain yet, then the most urgent first, then the newest."""
    askers: dict[int, None] = field(default_factory=dict)


@dataclass(slots=True)
class _Sent:
    """What is known of an item's copies on the air."""

    touched: float
    quiet_until: float = 0.0
    """Nobody's lack of it counts before: a flood or a repair may still be under way."""
    served: dict[int, tuple[int, float]] = field(default_factory=dict)
    """By member: how often it was sent for it from here, and until when that is enough."""


@dataclass(slots=True)
class _Account:
    """What one member asked for and got in this hour."""

    since: float
    asked: int = 0
    answered: int = 0


class Repair:
    """Answers that wait. `gap_s` is the least time between two repeats of one item."""

    def __init__(self, gap_s: float) -> None:
        self.gap_s = gap_s
        self._wanted: dict[Key, _Wanted] = {}
        self._sent: OrderedDict[Key, _Sent] = OrderedDict()
        self._accounts: OrderedDict[int, _Account] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return len(self._wanted)

    def asked(self, member: int, frame_bytes: int, now: float) -> None:
        """A member spent so many bytes on telling what it holds."""
        self._account(member, now).asked += frame_bytes

    def want(self, key: Key, member: int, priority: int, at: float, now: float) -> bool:
        """A member lacks an item: send it at `at`. False when it was sent too lately."""
        sent, times = self._sent.get(key), 0
        if sent is not None and 0 <= now - sent.touched < FORGET_S:
            times, enough_until = sent.served.get(member, (0, 0.0))
            if now < sent.quiet_until or now < enough_until:
                return False
        wanted = self._wanted.get(key)
        if wanted is None:
            order = times >= TRIES, priority, self._count + 1
            if len(self._wanted) >= WANTED_MAX:
                last = max(self._wanted, key=lambda one: self._wanted[one].order)
                if self._wanted[last].order < order:
                    return False
                del self._wanted[last]
            self._count += 1
            wanted = self._wanted[key] = _Wanted(at, order)
        elif list(wanted.askers) == [member]:  # it may ask somebody else first this time
            wanted.at = at
        elif times < TRIES and wanted.order[0]:  # somebody new lacks it
            wanted.order = (False, *wanted.order[1:])
        wanted.askers[member] = None
        return True

    def satisfied(self, member: int, keep: Iterable[Key] = ()) -> None:
        """A member has everything but `keep`."""
        kept = set(keep)
        for key, wanted in list(self._wanted.items()):
            if key not in kept and wanted.askers.pop(member, 0) is None and not wanted.askers:
                del self._wanted[key]

    def agreed(self, member: int) -> None:
        """A member holds the same as this node: what was sent for it arrived."""
        for sent in self._sent.values():
            sent.served.pop(member, None)

    def heard(self, key: Key, now: float, until: float, again_at: float) -> None:
        """Somebody else sent it, and nobody who says before `until` that it is lacking may have
        heard that. Whoever is serving now goes on, the others wait for a while."""
        self._wanted.pop(key, None)
        sent = self._touch(key, now)
        sent.quiet_until = max(sent.quiet_until, until)
        for wanted in self._wanted.values():
            wanted.at = max(wanted.at, again_at)

    def drop(self, key: Key) -> None:
        """It is over."""
        self._wanted.pop(key, None)

    def next(self, now: float) -> Key | None:
        """What to send now."""
        due = [(w.order, key) for key, w in self._wanted.items() if w.at <= now]
        return min(due)[1] if due else None

    def timer_at(self) -> float | None:
        """When `next` has something."""
        if not self._wanted:
            return None
        return min(wanted.at for wanted in self._wanted.values())

    def take(self, key: Key, frame_bytes: int, holdings_bytes: int, now: float) -> bool:
        """Book an answer on those who asked for it; False when none of them has credit left."""
        wanted = self._wanted.pop(key)
        for member in wanted.askers:
            account = self._account(member, now)
            if account.answered + frame_bytes <= AMPLIFICATION * (holdings_bytes + account.asked):
                account.answered += frame_bytes
                self._served(key, wanted.askers, now)
                return True
        return False

    def _served(self, key: Key, askers: Iterable[int], now: float) -> None:
        sent = self._touch(key, now)
        sent.quiet_until = max(sent.quiet_until, now + self.gap_s)
        for member in askers:
            times, _ = sent.served.pop(member, (0, 0.0))
            sent.served[member] = (times + 1, now + self.gap_s * 2.0 ** min(times, DOUBLINGS_MAX))
        while len(sent.served) > SERVED_MAX:
            del sent.served[next(iter(sent.served))]

    def shifted(self, by: float) -> None:
        """The clock was set forward by `by` seconds."""
        for wanted in self._wanted.values():
            wanted.at += by
        for sent in self._sent.values():
            sent.touched += by
            sent.quiet_until += by
            sent.served = {m: (times, until + by) for m, (times, until) in sent.served.items()}
        for account in self._accounts.values():
            account.since += by

    def _touch(self, key: Key, now: float) -> _Sent:
        sent = self._sent.get(key)
        if sent is None or not 0 <= now - sent.touched < FORGET_S:
            sent = self._sent[key] = _Sent(now)
            if len(self._sent) > SENT_MAX:
                self._sent.popitem(last=False)
        sent.touched = now
        self._sent.move_to_end(key)
        return sent

    def _account(self, member: int, now: float) -> _Account:
        account = self._accounts.get(member)
        if account is None or not 0 <= now - account.since < HOUR_S:
            account = self._accounts[member] = _Account(now)
            self._accounts.move_to_end(member)
            if len(self._accounts) > PEERS_MAX:
                self._accounts.popitem(last=False)
        return account
