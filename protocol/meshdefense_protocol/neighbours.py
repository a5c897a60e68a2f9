"""Whom this node hears directly, and what they hold.

A digest says what its sender holds; nothing here is asked for. Bounded, and persistent, so
that a restart shows what was proven before. Times are seconds since the epoch.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from meshdefense_protocol.digest import Digest
from meshdefense_protocol.sealing import KeyClass

__all__ = ["NEIGHBOURS_MAX", "Neighbour", "Neighbours"]

NEIGHBOURS_MAX: Final = 256
FRESH_S: Final = 2400.0
"""So long a neighbour's digest says what it lacks."""
FORGET_STAMP_S: Final = 3600.0
"""A sender whose clock was set back is believed again after so long."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A member whose digest came in without a relay."""

    member: int
    heard_at: float
    hashes: tuple[tuple[KeyClass, int], ...]
    """What it holds of each class, as it said last; ascending."""
    snr: float | None = None
    """Of its last digest, in dB."""

    def hash_of(self, key_class: KeyClass) -> int:
        """Its hash of a class; 0 for an empty one."""
        return dict(self.hashes).get(key_class, 0)


class Neighbours:
    """The last digest of each member that was heard, the last heard at the end."""

    def __init__(self, known: Iterable[Neighbour] = ()) -> None:
        self._known: OrderedDict[int, Neighbour] = OrderedDict(
            (one.member, one) for one in sorted(known, key=lambda one: one.heard_at)
        )
        self._stamps: dict[int, int] = {}

    def __iter__(self) -> Iterator[Neighbour]:
        return iter(self._known.values())

    def get(self, member: int) -> Neighbour | None:
        """What a member said last."""
        return self._known.get(member)

    def fresh(self, now: float) -> list[Neighbour]:
        """Those who were heard lately."""
        return [one for one in self if 0 <= now - one.heard_at <= FRESH_S]

    def is_replay(self, digest: Digest, now: float) -> bool:
        """Whether this is no newer than what its sender said before, by its own clock."""
        stamp, known = self._stamps.get(digest.sender), self._known.get(digest.sender)
        if stamp is None or known is None or now - known.heard_at >= FORGET_STAMP_S:
            return False
        return not 0 < digest.stamp - stamp & 0xFFFF < 0x8000

    def heard(self, digest: Digest, now: float, snr: float | None) -> Neighbour:
        """Note a digest that came in directly."""
        neighbour = Neighbour(digest.sender, now, digest.hashes, snr)
        self._known[digest.sender] = neighbour
        self._known.move_to_end(digest.sender)
        self._stamps[digest.sender] = digest.stamp
        if len(self._known) > NEIGHBOURS_MAX:
            member, _ = self._known.popitem(last=False)
            self._stamps.pop(member, None)
        return neighbour

    def shifted(self, by: float) -> None:
        """The clock was set forward by `by` seconds."""
        for member, one in self._known.items():
            self._known[member] = replace(one, heard_at=one.heard_at + by)
        self._stamps.clear()
