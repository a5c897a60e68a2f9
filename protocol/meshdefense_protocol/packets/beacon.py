"""Kind 48, beacon: where a patrol is. Its sequence has a counter of its own.

    place 40 | heading 3 | moving 1 | motion 2 | battery 4 | state 4 | zero 2      7 bytes

Only the newest counts; a lost one leaves no gap.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from meshdefense_protocol.errors import DecodeError
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

__all__ = ["Beacon", "battery_code", "battery_percent"]


def battery_code(percent: int | None) -> int:
    """Per cent to 4 bits: steps of one fourteenth, 15 is unknown."""
    return 15 if percent is None else round(max(0, min(100, percent)) * 14 / 100)


def battery_percent(code: int) -> int | None:
    """4 bits to per cent, None when unknown."""
    return None if code == 15 else round(code * 100 / 14)


@dataclass(frozen=True, slots=True)
class Beacon:
    """Position of a member in the field, a block by default, with battery and state."""

    KIND: ClassVar[int] = 48
    SIZE: ClassVar[int] = 7
    FINEST: ClassVar[int] = 2

    place: Place | None
    heading: int | None = None
    """Eighths of a turn clockwise from north; None when it stands still or does not know."""
    motion: int = 0
    battery: int = 15
    """Code, see battery_percent."""
    state: int = 1
    """Code of words.CHECKIN_STATES."""
    extra: Extensions = field(default_factory=dict)

    @property
    def default_lifetime_s(self) -> int:
        """Two hours: a trail is not kept longer."""
        return 2 * 3600

    def fixed(self) -> bytes:
        """The fixed part."""
        bits = pack_bits(
            (place_bits(self.place), 40), (self.heading or 0, 3), (self.heading is not None, 1),
            (self.motion, 2), (self.battery, 4), (self.state, 4), (0, 2),
        )  # fmt: skip
        return bits.to_bytes(self.SIZE, "big")

    def extensions(self) -> Extensions:
        """What does not fit the fixed part."""
        found = dict(self.extra)
        if isinstance(self.place, AbsolutePlace):
            found[Extension.PLACE] = absolute_bytes(self.place)
        return found

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> Beacon:
        """Read the fixed part and take the known extensions out of `extensions`."""
        bits = reader.uint(cls.SIZE)
        place = read_place(bits >> 16, extensions.pop(Extension.PLACE, None))
        check_precision(place, cls.FINEST)
        heading = bits >> 13 & 7
        known = bits >> 12 & 1
        if bits & 3 or (heading and not known):
            raise DecodeError("bits that must be zero")
        return cls(
            place,
            heading if known else None,
            bits >> 10 & 3,
            bits >> 6 & 15,
            bits >> 2 & 15,
            extensions,
        )
