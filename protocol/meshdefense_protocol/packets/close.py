"""Kind 13, close: an alert is over, all-clear included.

reference 5 bytes | reason 4 bits | zero 4 bits
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from meshdefense_protocol.errors import DecodeError
from meshdefense_protocol.limits import LIFETIME_MAX_S
from meshdefense_protocol.packets.extension import Extensions
from meshdefense_protocol.packets.reference import REF_SIZE, ItemId, read_ref
from meshdefense_protocol.wire import Reader, pack_bits

__all__ = ["Close"]


@dataclass(frozen=True, slots=True)
class Close:
    """One voice for closing an alert; how many it takes is the network's policy."""

    KIND: ClassVar[int] = 13
    SIZE: ClassVar[int] = REF_SIZE + 1

    ref: ItemId
    """The report that is over."""
    reason: int = 0
    """Code of words.CLOSE_REASONS."""
    extra: Extensions = field(default_factory=dict)

    @property
    def default_lifetime_s(self) -> int:
        """As long as any report can live."""
        return LIFETIME_MAX_S

    def fixed(self) -> bytes:
        """The fixed part."""
        return self.ref.ref_bytes() + bytes((pack_bits((self.reason, 4), (0, 4)),))

    def extensions(self) -> Extensions:
        """Only what a newer version wrote."""
        return dict(self.extra)

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> Close:
        """Read the fixed part."""
        ref = read_ref(reader)
        last = reader.uint(1)
        if last & 15:
            raise DecodeError("bits that must be zero")
        return cls(ref, last >> 4, extensions)
