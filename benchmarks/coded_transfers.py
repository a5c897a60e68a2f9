"""The loser of a measurement: long reports by an erasure code, counted and not computed.

In its favour: any `count` different fragments are the text, encoding costs nothing, whoever
has the text makes 255 different fragments, and a request says without a byte more which of
them are held. The limits on sending are the same. Only for benchmarks/fragments.py.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Final

from meshdefense_protocol.fragments import FRAGMENTS_MAX
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.transfer_parts import Transfer
from meshdefense_protocol.transfers import (
    ANSWER_UNITS,
    ASKED_S,
    SERVED_UNITS,
    TRAIN_UNITS,
    Transfers,
)

__all__ = ["CodedTransfers"]

INDICES: Final = 255


class CodedTransfer(Transfer):
    """Any `count` different fragments are the text."""

    @property
    def missing_mask(self) -> int:
        """As many bits as fragments are still needed."""
        return (1 << self.count) - (1 << min(len(self.parts), self.count))

    def is_asked(self, index: int, since: float) -> bool:
        """Whether somebody needs any fragment at all."""
        return any(lacks and at >= since for lacks, at in self.asked.values())

    def note_sent(self, index: int, now: float) -> None:
        """One went out: everybody needs one less."""
        super().note_sent(index, now)
        for member, (lacks, at) in self.asked.items():
            self.asked[member] = (lacks & (lacks - 1), at)

    def fill(self) -> None:
        """It is whole: all fragments there can be are here."""
        self.complete = True
        size = -(-self.size // self.count)
        for index in range(INDICES):
            self.parts.setdefault(index, bytes(size))


class CodedTransfers(Transfers):
    """As Transfers, for one text at a time."""

    def __init__(
        self,
        me: int,
        *,
        entropy: Callable[[], float],
        hash_of: Callable[[bytes], bytes],
        unit_s: float,
    ) -> None:
        super().__init__(me, entropy=entropy, hash_of=hash_of, unit_s=unit_s)
        self.others: dict[int, CodedTransfers] = {}
        """All nodes by member: a request says which fragments are held, at no cost."""
        self._said: dict[int, set[int]] = {}
        self._asker = 0
        self._chance = random.Random(me)
        self._fresh = list(range(FRAGMENTS_MAX, INDICES))
        self._chance.shuffle(self._fresh)

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
        """As for numbered fragments; the author begins with the text as it is."""
        super().manifest_accepted(ref, size, digest, key_class, expires_at, now, content)
        plain = self._transfers[ref]
        coded = CodedTransfer(ref, key_class, size, digest, expires_at)
        coded.ask_at, coded.wait_s, coded.wanted = plain.ask_at, plain.wait_s, plain.wanted
        if content is not None:
            coded.fill()
        self._transfers[ref] = coded
        return True

    def fragment_received(self, ref: ItemId, index: int, data: bytes, now: float) -> bytes | None:
        """Any fragment is one owed less; `count` different ones are the text."""
        transfer = self._transfers[ref]
        assert isinstance(transfer, CodedTransfer)
        if transfer.wanted:
            transfer.wanted.pop(index if index in transfer.wanted else next(iter(transfer.wanted)))
        self._yield(transfer, now)
        transfer.answered(now - SERVED_UNITS * self.unit_s)
        if index in self._fresh:
            self._fresh.remove(index)
        if transfer.complete:
            return None
        if index in transfer.parts:
            transfer.ask_at = max(transfer.ask_at, now + TRAIN_UNITS * self.unit_s)
            return None
        transfer.parts[index] = data
        transfer.wait_s = self._shortest_s(transfer)
        transfer.ask_at = now + self.unit_s * TRAIN_UNITS * (1.0 + self._entropy())
        for member, (lacks, at) in transfer.asked.items():
            if lacks and now - at <= ASKED_S and index not in self._said[member]:
                transfer.wanted[index] = self._start(transfer, now)
        if len(transfer.parts) < transfer.count:
            return None
        transfer.fill()
        return b"whole"

    def held(self, ref: ItemId) -> dict[int, bytes]:
        """What is here."""
        return self._transfers[ref].parts

    def request_received(
        self, ref: ItemId, peer: int, held: int, now: float, snr: float | None = None
    ) -> bool:
        """As for numbered fragments; `held` only says how many."""
        self._asker = peer
        self._said[peer] = set(self.others[peer].held(ref))
        return super().request_received(ref, peer, held, now, snr)

    def _start(self, transfer: Transfer, now: float) -> float:
        drawn = now + self.unit_s * (0.3 + ANSWER_UNITS * self._entropy())
        return min(transfer.wanted.values(), default=drawn)

    def _answer(
        self, transfer: Transfer, indices: Iterable[int], now: float, snr: float | None
    ) -> None:
        need = max(0, len(list(indices)) - len(transfer.wanted))
        if transfer.complete and transfer.may_send(INDICES, now):
            chosen, self._fresh = self._fresh[:need], self._fresh[need:]
        else:
            held = [
                index
                for index in transfer.parts
                if index not in transfer.wanted
                and index not in self._said[self._asker]
                and transfer.may_send(index, now)
            ]
            chosen = self._chance.sample(held, min(need, len(held)))
        at = self._start(transfer, now)
        transfer.wanted.update(dict.fromkeys(chosen, at))
