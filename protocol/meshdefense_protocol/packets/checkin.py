"""Kind 4, check-in: a patrol says how it is and when it will say so again.

    place 40 | state 4 | due 6 | zero 6      7 bytes; due in units of 5 minutes, 0 is none

Extensions: PLACE.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Final

from meshdefense_protocol.errors import DecodeError
from meshdefense_protocol.limits import LIFETIME_MAX_S
from meshdefense_protocol.packets.extension import Extension, Extensions
from meshdefense_protocol.place import (
    AbsolutePlace,
    Place,
    absolute_bytes,
    check_precision,
    place_bits,
    read_place,
)
from meshdefense_protocol.wire import Reader, pack_bits

__all__ = ["DUE_UNIT_S", "CheckIn"]

DUE_UNIT_S: Final = 300


@dataclass(frozen=True, slots=True)
class CheckIn:
    """State of a patrol and when it is due again."""

    KIND: ClassVar[int] = 4
    SIZE: ClassVar[int] = 7
    FINEST: ClassVar[int] = 2

    state: int
    """Code of words.CHECKIN_STATES."""
    due: int = 0
    """Next check-in, in units of DUE_UNIT_S after this item's time; 0 for none."""
    place: Place | None = None
    extra: Extensions = field(default_factory=dict)

    @property
    def default_lifetime_s(self) -> int:
        """A day: an overdue patrol must not disappear from the board."""
        return LIFETIME_MAX_S

    def fixed(self) -> bytes:
        """The fixed part."""
        bits = pack_bits((place_bits(self.place), 40), (self.state, 4), (self.due, 6), (0, 6))
        return bits.to_bytes(self.SIZE, "big")

    def extensions(self) -> Extensions:
        """What does not fit the fixed part."""
        found = dict(self.extra)
        if isinstance(self.place, AbsolutePlace):
            found[Extension.PLACE] = absolute_bytes(self.place)
        return found

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> CheckIn:
        """Read the fixed part and take the known extensions out of `extensions`."""
        bits = reader.uint(cls.SIZE)
        place = read_place(bits >> 16, extensions.pop(Extension.PLACE, None))
        check_precision(place, cls.FINEST)
        if bits & 63:
            raise DecodeError("bits that must be zero")
        return cls(bits >> 12 & 15, bits >> 6 & 63, place, extensions)
