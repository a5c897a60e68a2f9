"""When to send others what they lack: who was asked by name first, then who hears them best.

Every answer waits for a random time, so that one node sends it and the others, who hear that,
need not; the queue itself, and what each member may get, is `Repair`. Waits are in units of the
time that a usual frame is on air, SNR is in dB, times are seconds since the epoch.
Source: docs/protocol.md, "Sync".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from meshdefense_protocol.class_set import Held, Key
from meshdefense_protocol.holdings import Holdings
from meshdefense_protocol.limits import FRAME_OVERHEAD
from meshdefense_protocol.neighbours import Neighbour
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.repair import Repair
from meshdefense_protocol.sealing import KeyClass

__all__ = ["GAP_UNITS", "Answers"]

FIRST_UNITS: Final = 0.5
"""Whoever is asked by name answers within so many."""
OTHERS_UNITS, ANSWER_UNITS = 2.5, 6.0
"""The others wait for that answer, and then so long more, so that one is heard before another."""
TRAIN_UNITS, TRAIN_MAX_UNITS = 1.3, 25.0
"""For each item that whoever was asked by name has to send: hidden from the others, it may be
that none of them hears it."""
FLOOD_UNITS: Final = 8.0
"""After a copy of a flood the rest of it may still be under way."""
GAP_UNITS: Final = 2.0
"""After a repair; doubles with each one of the same item."""
LAST_MINUTE_S: Final = 30.0
"""What is over so soon is not worth sending again."""


class Answers:
    """This member's answers. `unit_s` is the time on air of a usual frame."""

    def __init__(
        self,
        me: int,
        repair: Repair,
        holdings: Holdings,
        *,
        entropy: Callable[[], float],
        unit_s: float,
    ) -> None:
        self.unit_s = unit_s
        self._me = me
        self._repair, self._holdings = repair, holdings
        self._entropy = entropy

    # -- reasons to answer and not to ----------------------------------------------------------

    def offer(
        self, items: Sequence[Key], member: int, asks: int, snr: float | None, now: float
    ) -> None:
        """By its digest, heard with `snr`, a member lacks these and asks the member `asks`.

        `asks` is 0 where it asks nobody by name.
        """
        self._want(items, member, now + self._delay(asks, len(items), snr), now)

    def pass_on(
        self,
        item_id: ItemId,
        key_class: KeyClass,
        neighbours: Iterable[Neighbour],
        claimed_at: float,
        now: float,
    ) -> None:
        """It did not come by itself: others who said since its flood that they lack it get it.

        `neighbours` are those who were heard lately and can read that class.
        """
        at = now + self.unit_s * (1.0 + OTHERS_UNITS * self._entropy())
        over = claimed_at + FLOOD_UNITS * self.unit_s
        for neighbour in neighbours:
            if neighbour.heard_at > over:
                lacks = self._holdings.lacking(key_class, neighbour.hash_of(key_class))
                if lacks and item_id in lacks:
                    self._want([item_id], neighbour.member, at, now)

    def heard_copy(self, key: Key, now: float, *, flood: bool) -> None:
        """An item was on the air, from somebody else or as an own flood."""
        again = now + self.unit_s * (1.5 + 1.5 * self._entropy())
        until = now + self.unit_s * (FLOOD_UNITS if flood else GAP_UNITS)
        self._repair.heard(key, now, until, again)

    def _want(self, items: Sequence[Key], member: int, at: float, now: float) -> None:
        for key in items:
            held = self._holdings.get(key)
            if held is not None and held.expires_at - at > LAST_MINUTE_S:
                self._repair.want(key, member, held.priority, at, now)

    def _delay(self, asks: int, items: int, snr: float | None) -> float:
        """Seconds: whoever is asked by name, then those who hear the asker best."""
        if asks == self._me:
            return self.unit_s * FIRST_UNITS * self._entropy()
        weakness = 0.5 if snr is None else min(1.0, max(0.0, (5.0 - snr) / 20.0))
        spread = ANSWER_UNITS * (0.4 * weakness + 0.6 * self._entropy())
        train = min(TRAIN_UNITS * items, TRAIN_MAX_UNITS) if asks else 0.0
        return self.unit_s * (OTHERS_UNITS + train + spread)

    # -- answering -----------------------------------------------------------------------------

    def next(self, now: float) -> Held | None:
        """An item to send again to direct neighbours; `book` says that it goes."""
        while (key := self._repair.next(now)) is not None:
            held = self._holdings.get(key)
            if held is not None and held.expires_at > now:
                return held
            self._repair.drop(key)
        return None

    def book(self, held: Held, now: float) -> bool:
        """Book an answer; False when those who ask have had their share: it must not go."""
        size = FRAME_OVERHEAD + len(held.raw)
        bytes_held = self._holdings.size_bytes + FRAME_OVERHEAD * len(self._holdings)
        return self._repair.take(held.key, size, bytes_held, now)

    def at(self) -> float | None:
        """When `next` has something to send; None while nothing waits."""
        return self._repair.timer_at()
