"""Kind 12, escalate: a report is passed on to more people than answered so far.

reference 5 bytes | level 2 bits | reason 4 bits | zero 2 bits
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Final

from meshdefense_protocol.errors import DecodeError
from meshdefense_protocol.limits import LIFETIME_MAX_S
from meshdefense_protocol.packets.extension import Extensions
from meshdefense_protocol.packets.reference import REF_SIZE, ItemId, read_ref
from meshdefense_protocol.wire import Reader, pack_bits

__all__ = ["COORDINATORS", "NEXT_RING", "Escalate"]

NEXT_RING: Final = 1
COORDINATORS: Final = 2


@dataclass(frozen=True, slots=True)
class Escalate:
    """Nobody has answered, or it has become worse: others are to look at it now."""

    KIND: ClassVar[int] = 12
    SIZE: ClassVar[int] = REF_SIZE + 1

    ref: ItemId
    """The report, or the SOS."""
    level: int
    """NEXT_RING or COORDINATORS."""
    reason: int = 0
    """Code of words.ESCALATION_REASONS."""
    extra: Extensions = field(default_factory=dict)

    @property
    def default_lifetime_s(self) -> int:
        """As long as any report can live."""
        return LIFETIME_MAX_S

    def fixed(self) -> bytes:
        """The fixed part."""
        last = pack_bits((self.level, 2), (self.reason, 4), (0, 2))
        return self.ref.ref_bytes() + bytes((last,))

    def extensions(self) -> Extensions:
        """Only what a newer version wrote."""
        return dict(self.extra)

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> Escalate:
        """Read the fixed part."""
        ref = read_ref(reader)
        last = reader.uint(1)
        if last & 3:
            raise DecodeError("bits that must be zero")
        level = last >> 6
        if level not in (NEXT_RING, COORDINATORS):
            raise DecodeError(f"level {level} of an escalation is invalid")
        return cls(ref, level, last >> 2 & 15, extensions)
