"""Kind 18, stand-down: all in an area disengage.

    place 40 | reason 4 | until 6 | zero 6      7 bytes; until in units of 30 minutes, 1 to 48

The cell of the place, as large as its precision says, is the area. Extensions: PLACE.
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

__all__ = ["UNTIL_MAX", "UNTIL_UNIT_S", "StandDown"]

UNTIL_UNIT_S: Final = 1800
UNTIL_MAX: Final = LIFETIME_MAX_S // UNTIL_UNIT_S


@dataclass(frozen=True, slots=True)
class StandDown:
    """An order to leave and to stay away for some time."""

    KIND: ClassVar[int] = 18
    SIZE: ClassVar[int] = 7
    FINEST: ClassVar[int] = 5

    place: Place | None
    """The area; None: everywhere."""
    until: int
    """How long it holds, in units of UNTIL_UNIT_S after this item's time, 1 to UNTIL_MAX."""
    reason: int = 0
    """Code of words.STAND_DOWN_REASONS."""
    extra: Extensions = field(default_factory=dict)

    @property
    def default_lifetime_s(self) -> int:
        """As long as it holds."""
        return self.until * UNTIL_UNIT_S

    def fixed(self) -> bytes:
        """The fixed part."""
        bits = pack_bits((place_bits(self.place), 40), (self.reason, 4), (self.until, 6), (0, 6))
        return bits.to_bytes(self.SIZE, "big")

    def extensions(self) -> Extensions:
        """What does not fit the fixed part."""
        found = dict(self.extra)
        if isinstance(self.place, AbsolutePlace):
            found[Extension.PLACE] = absolute_bytes(self.place)
        return found

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> StandDown:
        """Read the fixed part and take the known extensions out of `extensions`."""
        bits = reader.uint(cls.SIZE)
        if bits & 63:
            raise DecodeError("bits that must be zero")
        until = bits >> 6 & 63
        if not 1 <= until <= UNTIL_MAX:
            raise DecodeError(f"a stand-down of {until} units where 1 to {UNTIL_MAX} are allowed")
        place = read_place(bits >> 16, extensions.pop(Extension.PLACE, None))
        check_precision(place, cls.FINEST)
        return cls(place, until, bits >> 12 & 15, extensions)
