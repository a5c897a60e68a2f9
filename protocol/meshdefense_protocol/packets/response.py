"""Kind 10, response: what a responder or a dispatched verifier does about a report.

reference 5 bytes | state 3 bits | eta 5 bits      eta in units of 2 minutes, 0 is none
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Final

from meshdefense_protocol.errors import DecodeError
from meshdefense_protocol.limits import LIFETIME_MAX_S
from meshdefense_protocol.packets.extension import Extensions
from meshdefense_protocol.packets.reference import REF_SIZE, ItemId, read_ref
from meshdefense_protocol.wire import Reader, pack_bits
from meshdefense_protocol.words import RESPONSES

__all__ = ["ETA_MAX", "ETA_UNIT_S", "ON_THE_WAY", "Response"]

ETA_UNIT_S: Final = 120
ETA_MAX: Final = 31
"""62 minutes; who takes longer says none."""
ON_THE_WAY: Final = RESPONSES.code("on-the-way")


@dataclass(frozen=True, slots=True)
class Response:
    """Somebody has understood, goes, is there, or has finished. The newest of each one counts."""

    KIND: ClassVar[int] = 10
    SIZE: ClassVar[int] = REF_SIZE + 1

    ref: ItemId
    """The report that it is about."""
    state: int
    """Code of words.RESPONSES."""
    eta: int = 0
    """Until arrival, in units of ETA_UNIT_S after this item's time; only on the way, 0 for none."""
    extra: Extensions = field(default_factory=dict)

    @property
    def default_lifetime_s(self) -> int:
        """As long as any report can live."""
        return LIFETIME_MAX_S

    def fixed(self) -> bytes:
        """The fixed part."""
        return self.ref.ref_bytes() + bytes((pack_bits((self.state, 3), (self.eta, 5)),))

    def extensions(self) -> Extensions:
        """Only what a newer version wrote."""
        return dict(self.extra)

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> Response:
        """Read the fixed part."""
        ref = read_ref(reader)
        last = reader.uint(1)
        state, eta = last >> 5, last & ETA_MAX
        if eta and state != ON_THE_WAY:
            raise DecodeError("a time of arrival of somebody who is not on the way")
        return cls(ref, state, eta, extensions)
