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

from meshdefense_protocol.packets.reference import ItemId

__all__ = ["AMPLIFICATION", "Repair"]

AMPLIFICATION: Final = 1.5
HOUR_S: Final = 3600.0
WANTED_MAX: Final = 1024
SENT_MAX: Final = 4096
SERVED_MAX: Final = 8
"""Members of whom is remembered that an item was sent for them."""
PEERS_MAX: Final = 256
FORGET_S: Final = 1800.0
"""After so long an item may be repeated as if for the first time."""


@dataclass(slots=True)
class _Wanted:
    at: float
    order: tuple[int, int]
    """The most urgent first, then the newest."""
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
        self._wanted: dict[ItemId, _Wanted] = {}
        self._sent: OrderedDict[ItemId, _Sent] = OrderedDict()
        self._accounts: OrderedDict[int, _Account] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return len(self._wanted)

    def asked(self, member: int, frame_bytes: int, now: float) -> None:
        """A member spent so many bytes on telling what it holds."""
        self._account(member, now).asked += frame_bytes

    def want(self, item_id: ItemId, member: int, priority: int, at: float, now: float) -> bool:
        """A member lacks an item: send it at `at`. False when it was sent too lately."""
        sent = self._sent.get(item_id)
        if sent is not None and 0 <= now - sent.touched < FORGET_S:
            _, enough_until = sent.served.get(member, (0, 0.0))
            if now < sent.quiet_until or now < enough_until:
                return False
        wanted = self._wanted.get(item_id)
        if wanted is None:
            if len(self._wanted) >= WANTED_MAX:
                return False
            self._count += 1
            wanted = self._wanted[item_id] = _Wanted(at, (priority, self._count))
        elif list(wanted.askers) == [member]:  # it may ask somebody else first this time
            wanted.at = at
        wanted.askers[member] = None
        return True

    def satisfied(self, member: int, keep: Iterable[ItemId] = ()) -> None:
        """A member has everything but `keep`."""
        kept = set(keep)
        for item_id, wanted in list(self._wanted.items()):
            if item_id not in kept and wanted.askers.pop(member, 0) is None and not wanted.askers:
                del self._wanted[item_id]

    def heard(self, item_id: ItemId, now: float, until: float, again_at: float) -> None:
        """Somebody else sent it, and nobody who says before `until` that it is lacking may have
        heard that. Whoever is serving now goes on, the others wait for a while."""
        self._wanted.pop(item_id, None)
        sent = self._touch(item_id, now)
        sent.quiet_until = max(sent.quiet_until, until)
        for wanted in self._wanted.values():
            wanted.at = max(wanted.at, again_at)

    def drop(self, item_id: ItemId) -> None:
        """It is over."""
        self._wanted.pop(item_id, None)

    def next(self, now: float) -> ItemId | None:
        """What to send now."""
        due = [(w.order, item_id) for item_id, w in self._wanted.items() if w.at <= now]
        return min(due)[1] if due else None

    def timer_at(self) -> float | None:
        """When `next` has something."""
        if not self._wanted:
            return None
        return min(wanted.at for wanted in self._wanted.values())

    def take(self, item_id: ItemId, frame_bytes: int, holdings_bytes: int, now: float) -> bool:
        """Book an answer on those who asked for it; False when none of them has credit left."""
        wanted = self._wanted.pop(item_id)
        for member in wanted.askers:
            account = self._account(member, now)
            if account.answered + frame_bytes <= AMPLIFICATION * (holdings_bytes + account.asked):
                account.answered += frame_bytes
                self._served(item_id, wanted.askers, now)
                return True
        return False

    def _served(self, item_id: ItemId, askers: Iterable[int], now: float) -> None:
        sent = self._touch(item_id, now)
        sent.quiet_until = max(sent.quiet_until, now + self.gap_s)
        for member in askers:
            times, _ = sent.served.pop(member, (0, 0.0))
            sent.served[member] = (times + 1, now + self.gap_s * 2.0**times)
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

    def _touch(self, item_id: ItemId, now: float) -> _Sent:
        sent = self._sent.get(item_id)
        if sent is None or not 0 <= now - sent.touched < FORGET_S:
            sent = self._sent[item_id] = _Sent(now)
            if len(self._sent) > SENT_MAX:
                self._sent.popitem(last=False)
        sent.touched = now
        self._sent.move_to_end(item_id)
        return sent

    def _account(self, member: int, now: float) -> _Account:
        account = self._accounts.get(member)
        if account is None or not 0 <= now - account.since < HOUR_S:
            account = self._accounts[member] = _Account(now)
            self._accounts.move_to_end(member)
            if len(self._accounts) > PEERS_MAX:
                self._accounts.popitem(last=False)
        return account
