"""Long reports on their way: which fragments are here, who is asked, what is sent again.

The author sends every fragment once after the manifest. Whoever holds a manifest without its
text says to direct neighbours which fragments it has; those who have others answer, one of
them at a time, and everybody who overhears takes what it lacks. What was asked for in vain is
passed on once it arrives. Nobody is believed: a text counts when its hash is the one that the
author signed. No fragment goes out more than 3 times in 10 minutes, whoever asks how often.

Waits are in units of the time that a full fragment is on air. Times are seconds.
Source: docs/protocol.md, "Fragment request"; docs/decisions/0012-fragments.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from meshdefense_protocol.digest import stamp_of
from meshdefense_protocol.fragments import (
    Fragment,
    FragmentRequest,
    chunk_size,
    cut,
    encode_fragment,
    encode_request,
)
from meshdefense_protocol.frames import FrameType
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.transfer_parts import RESTARTS_MAX, SavedTransfer, Transfer

__all__ = ["TRANSFERS_MAX", "Control", "SavedTransfer", "Transfers"]

TRANSFERS_MAX: Final = 16
SHORTEST_UNITS, SHORTEST_S, LONGEST_S = 12.0, 20.0, 600.0
"""Between two requests: from the shortest, doubling while nothing comes."""
START_UNITS: Final = 3.0
"""Before an author's first fragment: the manifest is still being relayed."""
GAP_UNITS: Final = 1.3
"""From the start of one own fragment to the next, at least; up to one unit more by chance."""
ANSWER_UNITS, CHANCE = 9.0, 0.6
"""An answer begins within so many units; so much of the delay is chance."""
YIELD_UNITS: Final = 2.5
"""After somebody else's fragment own answers wait as long: the one who serves goes on."""
TRAIN_UNITS: Final = 8.0
"""After a fragment that was lacking no request for so long: the next is probably coming."""
SERVED_UNITS: Final = 12.0
"""A fragment within so long of a request is its answer: whoever asked hears it as well."""
ASKED_S: Final = LONGEST_S
"""So long a fragment that was asked for in vain is passed on when it arrives."""

Control = tuple[KeyClass, FrameType, bytes]
"""A frame to send: the class to seal it for, its type, its content. Hop limit 0."""


class Transfers:
    """One node's long reports. `entropy` gives numbers from 0 up to 1.

    `hash_of` is `fragments.content_hash` with the network's id; `unit_s` the seconds on air of
    a frame of 165 bytes. What could not be used is counted in `refused`.
    """

    def __init__(
        self,
        me: int,
        *,
        entropy: Callable[[], float],
        hash_of: Callable[[bytes], bytes],
        unit_s: float,
    ) -> None:
        self.unit_s = unit_s
        self.refused: Counter[str] = Counter()
        self._me = me
        self._entropy = entropy
        self._hash_of = hash_of
        self._transfers: dict[ItemId, Transfer] = {}
        self._changed: dict[ItemId, None] = {}
        self._quiet_until = -1e18

    def __len__(self) -> int:
        return len(self._transfers)

    @property
    def size_bytes(self) -> int:
        """Bytes of text held."""
        return sum(len(d) for t in self._transfers.values() for d in t.parts.values())

    def content(self, ref: ItemId) -> bytes | None:
        """A whole text; None while parts are missing."""
        transfer = self._transfers.get(ref)
        return transfer.content() if transfer is not None and transfer.complete else None

    def progress(self, ref: ItemId) -> tuple[int, int] | None:
        """Fragments here and in all."""
        transfer = self._transfers.get(ref)
        return None if transfer is None else (len(transfer.parts), transfer.count)

    def class_of(self, ref: ItemId) -> KeyClass | None:
        """The class for which every frame about a text must be sealed; None: not known here."""
        transfer = self._transfers.get(ref)
        return None if transfer is None else transfer.key_class

    # -- what begins and ends ----------------------------------------------------------------

    def manifest_accepted(
        self,
        ref: ItemId,
        size: int,
        digest: bytes,
        key_class: KeyClass,
        expires_at: float,
        now: float,
        content: bytes | None = None,
    ) -> bool:
        """A manifest is here, with its text when it is an own one. False: no room for it.

        Calling it again for the same manifest changes nothing. Raises ValueError for a text
        that is not the announced one.
        """
        if content is not None and (len(content) != size or self._hash_of(content) != digest):
            raise ValueError("this is not the text that the manifest announces")
        if ref in self._transfers:
            return True
        if not self._make_room():
            return False
        transfer = Transfer(ref, key_class, size, digest, expires_at)
        self._transfers[ref] = transfer
        self._changed[ref] = None
        transfer.wait_s = self._shortest_s(transfer)
        if content is None:
            transfer.ask_at = self._at_random(transfer.wait_s, now)
        else:
            transfer.parts = dict(enumerate(cut(content)))
            transfer.complete = True
            transfer.asks(self._me, (1 << transfer.count) - 1, now)
            transfer.wanted = dict.fromkeys(transfer.parts, now + START_UNITS * self.unit_s)
        return True

    def _make_room(self) -> bool:
        """The oldest whole text (the caller has it) or hopeless one goes, never a growing one."""
        if len(self._transfers) < TRANSFERS_MAX:
            return True
        for transfer in self._transfers.values():
            if not transfer.wanted and (transfer.complete or transfer.restarts > RESTARTS_MAX):
                self.drop(transfer.ref)
                return True
        return False

    def drop(self, ref: ItemId) -> None:
        """The manifest was withdrawn."""
        self._transfers.pop(ref, None)
        self._changed.pop(ref, None)

    def expire(self, now: float) -> list[ItemId]:
        """Forget what is over; returns the manifests' ids."""
        over = [ref for ref, t in self._transfers.items() if t.expires_at <= now]
        for ref in over:
            self.drop(ref)
        return over

    # -- what is heard -----------------------------------------------------------------------

    def fragment_received(self, ref: ItemId, index: int, data: bytes, now: float) -> bytes | None:
        """Take a fragment, also one heard again; returns the text when it is now whole."""
        transfer = self._transfers.get(ref)
        if transfer is None:
            self.refused["no manifest"] += 1
            return None
        if index >= transfer.count or len(data) != chunk_size(transfer.size, index):
            self.refused["wrong size"] += 1
            return None
        if transfer.complete and transfer.parts[index] != data:
            self.refused["contradiction"] += 1  # and whoever asked still needs the right one
            return None
        transfer.wanted.pop(index, None)
        self._yield(transfer, now)
        transfer.answered(now - SERVED_UNITS * self.unit_s)
        if not transfer.wants_parts:
            return None
        if index in transfer.parts:
            if transfer.parts[index] != data:
                self.refused["contradiction"] += 1
            transfer.ask_at = max(transfer.ask_at, now + TRAIN_UNITS * self.unit_s)
            return None
        transfer.parts[index] = data
        self._changed[ref] = None
        transfer.wait_s = self._shortest_s(transfer)
        transfer.ask_at = now + self.unit_s * TRAIN_UNITS * (1.0 + self._entropy())
        if transfer.is_asked(index, now - ASKED_S):
            self._answer(transfer, [index], now, None)
        return self._finish(transfer, now) if len(transfer.parts) == transfer.count else None

    def _yield(self, transfer: Transfer, now: float) -> None:
        again = now + self.unit_s * (YIELD_UNITS + YIELD_UNITS * self._entropy())
        for index, at in transfer.wanted.items():
            transfer.wanted[index] = max(at, again)

    def _finish(self, transfer: Transfer, now: float) -> bytes | None:
        """All are here: it is the text, or some of them were wrong and nobody knows which."""
        self._changed[transfer.ref] = None
        content = transfer.content()
        if self._hash_of(content) == transfer.digest:
            transfer.complete = True
            return content
        self.refused["wrong hash"] += 1
        transfer.parts.clear()
        transfer.wanted.clear()
        transfer.offered = 0
        transfer.restarts += 1
        transfer.wait_s = self._shortest_s(transfer)
        transfer.ask_at = self._at_random(transfer.wait_s, now)
        return None

    def request_received(
        self, ref: ItemId, peer: int, held: int, now: float, snr: float | None = None
    ) -> bool:
        """A direct neighbour says which fragments it holds. False: that text is not known."""
        transfer = self._transfers.get(ref)
        if transfer is None or peer == self._me:
            return transfer is not None
        if held >> transfer.count:
            self.refused["wrong size"] += 1
            return True
        missing = [index for index in range(transfer.count) if not held >> index & 1]
        transfer.asks(peer, (1 << transfer.count) - 1 & ~held, now)
        for index in [i for i in transfer.wanted if not transfer.is_asked(i, -1e18)]:
            del transfer.wanted[index]
        if transfer.wants_parts:
            lacked = transfer.missing_mask
            if not lacked & held:  # whoever answers them answers us as well
                transfer.ask_at = max(transfer.ask_at, self._at_random(transfer.wait_s, now))
            elif held & lacked & ~transfer.offered:
                transfer.offered |= held & lacked
                transfer.wait_s = self._shortest_s(transfer)
                transfer.ask_at = min(transfer.ask_at, self._at_random(transfer.wait_s, now))
        self._answer(transfer, missing, now, snr)
        return True

    def _answer(
        self, transfer: Transfer, indices: Iterable[int], now: float, snr: float | None
    ) -> None:
        """Whoever hears the asker well begins first, being the likeliest to reach it."""
        weakness = 0.5 if snr is None else min(1.0, max(0.0, (5.0 - snr) / 20.0))
        delay = (1.0 - CHANCE) * weakness + CHANCE * self._entropy()
        at = now + self.unit_s * (0.3 + ANSWER_UNITS * delay)
        for index in indices:
            if index in transfer.parts and transfer.may_send(index, now):
                transfer.wanted.setdefault(index, at)

    # -- what goes out -----------------------------------------------------------------------

    def due(self, now: float) -> list[Control]:
        """The next frame to send, or nothing. It stays due until `sent` says that it went."""
        if now < self._quiet_until:
            return []
        for transfer in self._transfers.values():
            if transfer.wants_parts and transfer.ask_at <= now:
                held = (1 << transfer.count) - 1 & ~transfer.missing_mask
                request = FragmentRequest(self._me, stamp_of(now), transfer.ref, held)
                return [(transfer.key_class, FrameType.REQUEST, encode_request(request))]
        found = self._next_fragment(now)
        if found is None:
            return []
        transfer, index = found
        fragment = Fragment(transfer.ref, index, transfer.parts[index])
        return [(transfer.key_class, FrameType.FRAGMENT, encode_fragment(fragment))]

    def _next_fragment(self, now: float) -> tuple[Transfer, int] | None:
        waiting = [
            (at, order, index, transfer)
            for order, transfer in enumerate(self._transfers.values())
            for index, at in transfer.wanted.items()
            if at <= now
        ]
        if not waiting:
            return None
        _, _, index, transfer = min(waiting, key=lambda entry: entry[:3])
        return transfer, index

    def sent(self, now: float) -> None:
        """What `due` gave at this time was handed over."""
        for transfer in self._transfers.values():
            if transfer.wants_parts and transfer.ask_at <= now:
                transfer.ask_at = self._at_random(transfer.wait_s, now)
                longest = max(LONGEST_S, self._shortest_s(transfer))
                transfer.wait_s = min(longest, transfer.wait_s * 2.0)
                self._quiet_until = now + self.unit_s
                return
        found = self._next_fragment(now)
        if found is not None:
            transfer, index = found
            transfer.note_sent(index, now)
            self._quiet_until = now + self.unit_s * (GAP_UNITS + self._entropy())

    def timer_at(self) -> float | None:
        """When `due` has something; None for never."""
        times = [t.ask_at for t in self._transfers.values() if t.wants_parts]
        times += [at for t in self._transfers.values() for at in t.wanted.values()]
        return max(min(times), self._quiet_until) if times else None

    def ask_soon(self, now: float) -> None:
        """A new neighbour, or the radio is back: long waits for an answer are over."""
        for transfer in self._transfers.values():
            shortest = self._shortest_s(transfer)
            if transfer.wants_parts and transfer.wait_s > shortest:
                transfer.wait_s = shortest
                transfer.ask_at = min(transfer.ask_at, self._at_random(shortest, now))

    def _shortest_s(self, transfer: Transfer) -> float:
        """Four times longer after each wrong hash."""
        return max(SHORTEST_S, SHORTEST_UNITS * self.unit_s) * 4.0**transfer.restarts

    def _at_random(self, wait_s: float, now: float) -> float:
        return now + wait_s * (0.5 + 0.5 * self._entropy())

    def shifted(self, by: float) -> None:
        """The clock was set forward by `by` seconds."""
        self._quiet_until += by
        for transfer in self._transfers.values():
            transfer.shifted(by)

    # -- what survives -----------------------------------------------------------------------

    def take_changed(self) -> list[SavedTransfer]:
        """Transfers that changed since the last call, to be stored."""
        changed = [self._transfers[ref].saved() for ref in self._changed]
        self._changed.clear()
        return changed

    def export_state(self) -> tuple[SavedTransfer, ...]:
        """Everything that is worth keeping over a restart."""
        return tuple(transfer.saved() for transfer in self._transfers.values())

    def restore(self, saved: Iterable[SavedTransfer], now: float) -> None:
        """Take up transfers of an earlier life; what is damaged is asked for again."""
        for entry in saved:
            if entry.ref in self._transfers or entry.expires_at <= now or not self._make_room():
                continue
            transfer = Transfer.loaded(entry)
            self._transfers[entry.ref] = transfer
            if len(transfer.parts) == transfer.count:
                self._finish(transfer, now)
            if not transfer.complete:
                transfer.wait_s = self._shortest_s(transfer)
                transfer.ask_at = self._at_random(transfer.wait_s, now)
