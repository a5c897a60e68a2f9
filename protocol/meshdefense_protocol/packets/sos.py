"""Kinds 14 and 15, SOS and its end.

    SOS      place 40 | kind 4 | scope 2 | zero 2             6 bytes
    its end  reference 5 bytes | how 4 bits | zero 4 bits     6 bytes

Only the own team and dispatch may learn a place to the metre: what goes to everybody is
coarse. Extensions of an SOS: PLACE.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from meshdefense_protocol.errors import DecodeError
from meshdefense_protocol.limits import LIFETIME_MAX_S
from meshdefense_protocol.packets.extension import Extension, Extensions
from meshdefense_protocol.packets.reference import REF_SIZE, ItemId, read_ref
from meshdefense_protocol.place import (
    AbsolutePlace,
    Place,
    absolute_bytes,
    check_precision,
    place_bits,
    read_place,
)
from meshdefense_protocol.wire import Reader, pack_bits

__all__ = ["Sos", "SosEnd"]


@dataclass(frozen=True, slots=True)
class Sos:
    """A member needs help now."""

    KIND: ClassVar[int] = 14
    SIZE: ClassVar[int] = 6
    FINEST: ClassVar[int] = 1
    """For patrols and verifiers, dispatch or organizers."""
    FINEST_FOR_EVERYONE: ClassVar[int] = 5

    place: Place | None
    kind: int = 0
    """Code of words.SOS_KINDS."""
    scope: int = 1
    """Code of words.SCOPES."""
    extra: Extensions = field(default_factory=dict)

    @property
    def default_lifetime_s(self) -> int:
        """Six hours: a shift; nobody keeps an exact place for longer."""
        return 6 * 3600

    @classmethod
    def finest_for(cls, scope: int) -> int:
        """The finest precision code that an SOS with this scope may carry."""
        return cls.FINEST if scope else cls.FINEST_FOR_EVERYONE

    def fixed(self) -> bytes:
        """The fixed part."""
        bits = pack_bits((place_bits(self.place), 40), (self.kind, 4), (self.scope, 2), (0, 2))
        return bits.to_bytes(self.SIZE, "big")

    def extensions(self) -> Extensions:
        """What does not fit the fixed part."""
        found = dict(self.extra)
        if isinstance(self.place, AbsolutePlace):
            found[Extension.PLACE] = absolute_bytes(self.place)
        return found

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> Sos:
        """Read the fixed part and take the known extensions out of `extensions`."""
        bits = reader.uint(cls.SIZE)
        if bits & 3:
            raise DecodeError("bits that must be zero")
        scope = bits >> 2 & 3
        place = read_place(bits >> 8, extensions.pop(Extension.PLACE, None))
        check_precision(place, cls.finest_for(scope))
        return cls(place, bits >> 4 & 15, scope, extensions)


@dataclass(frozen=True, slots=True)
class SosEnd:
    """An SOS is over: who raised it cancels it, or it is all clear."""

    KIND: ClassVar[int] = 15
    SIZE: ClassVar[int] = REF_SIZE + 1

    ref: ItemId
    """The SOS."""
    how: int = 0
    """Code of words.SOS_ENDINGS."""
    extra: Extensions = field(default_factory=dict)

    @property
    def default_lifetime_s(self) -> int:
        """A day: longer than the SOS, so that no copy of it comes back alone."""
        return LIFETIME_MAX_S

    def fixed(self) -> bytes:
        """The fixed part."""
        return self.ref.ref_bytes() + bytes((pack_bits((self.how, 4), (0, 4)),))

    def extensions(self) -> Extensions:
        """Only what a newer version wrote."""
        return dict(self.extra)

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> SosEnd:
        """Read the fixed part."""
        ref = read_ref(reader)
        last = reader.uint(1)
        if last & 15:
            raise DecodeError("bits that must be zero")
        return cls(ref, last >> 4, extensions)
