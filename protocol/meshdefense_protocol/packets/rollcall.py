"""Kinds 16 and 17, roll call and the answer to it.

    roll call    whom 1 byte | slot 1 byte | window 1 byte        3 bytes
    roll answer  reference 5 bytes | state 4 bits | zero 4 bits   6 bytes

Answers are spread over slots, so that thirty people answer without collisions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Final

from meshdefense_protocol.errors import DecodeError
from meshdefense_protocol.limits import LIFETIME_MAX_S
from meshdefense_protocol.packets.extension import Extensions
from meshdefense_protocol.packets.reference import REF_SIZE, ItemId, read_ref
from meshdefense_protocol.wire import Reader, pack_bits

__all__ = ["FIRST_SLOT_S", "WINDOW_UNIT_S", "RollAnswer", "RollCall", "last_slot_s"]

FIRST_SLOT_S: Final = 2.0
"""After the call: its own relays are over by then."""
WINDOW_UNIT_S: Final = 60
SHORTEST_LIFETIME_S: Final = 600
"""Who was out of reach for a few minutes still sees that there was a roll call."""


def last_slot_s(people: int, slot_s: int) -> float:
    """How long after the call the last of so many people answers."""
    return FIRST_SLOT_S + max(0, people - 1) * slot_s


@dataclass(frozen=True, slots=True)
class RollCall:
    """Everybody, or those with certain roles, are asked how they are."""

    KIND: ClassVar[int] = 16
    SIZE: ClassVar[int] = 3

    slot_s: int
    """Seconds between two answers, 1 to 255."""
    window: int
    """Until it is over, in units of WINDOW_UNIT_S after this item's time, 1 to 255."""
    whom: int = 0
    """Sum of the role bits of those who are asked; 0: everybody."""
    extra: Extensions = field(default_factory=dict)

    @property
    def window_s(self) -> int:
        """Seconds until it is over."""
        return self.window * WINDOW_UNIT_S

    @property
    def default_lifetime_s(self) -> int:
        """Its window, but not less than ten minutes."""
        return max(SHORTEST_LIFETIME_S, self.window_s)

    def fixed(self) -> bytes:
        """The fixed part."""
        return bytes((self.whom, self.slot_s, self.window))

    def extensions(self) -> Extensions:
        """Only what a newer version wrote."""
        return dict(self.extra)

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> RollCall:
        """Read the fixed part."""
        whom, slot_s, window = reader.take(cls.SIZE)
        if not slot_s:
            raise DecodeError("a roll call without slots")
        if not window:
            raise DecodeError("a roll call that is over at once")
        return cls(slot_s, window, whom, extensions)


@dataclass(frozen=True, slots=True)
class RollAnswer:
    """A member says how they are, because they were asked."""

    KIND: ClassVar[int] = 17
    SIZE: ClassVar[int] = REF_SIZE + 1

    ref: ItemId
    """The roll call."""
    state: int
    """Code of words.CHECKIN_STATES, not 0: who answers was heard from."""
    extra: Extensions = field(default_factory=dict)

    @property
    def default_lifetime_s(self) -> int:
        """A day: who answered late must not be missed on the list."""
        return LIFETIME_MAX_S

    def fixed(self) -> bytes:
        """The fixed part."""
        return self.ref.ref_bytes() + bytes((pack_bits((self.state, 4), (0, 4)),))

    def extensions(self) -> Extensions:
        """Only what a newer version wrote."""
        return dict(self.extra)

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> RollAnswer:
        """Read the fixed part."""
        ref = read_ref(reader)
        last = reader.uint(1)
        if last & 15:
            raise DecodeError("bits that must be zero")
        if not last >> 4:
            raise DecodeError("an answer that says nothing")
        return cls(ref, last >> 4, extensions)
