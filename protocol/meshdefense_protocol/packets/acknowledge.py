"""Kind 7, acknowledge: a person, not a machine, has read something.

    reference 5 bytes | meaning 3 bits | zero 5 bits

Extensions: MORE_REFS, ascending, so that one packet acknowledges up to 14 items.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import ClassVar

from meshdefense_protocol.errors import DecodeError
from meshdefense_protocol.limits import LIFETIME_MAX_S
from meshdefense_protocol.packets.extension import Extension, Extensions
from meshdefense_protocol.packets.reference import REF_SIZE, ItemId, read_ref, read_refs
from meshdefense_protocol.wire import Reader

__all__ = ["Acknowledge"]


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """A person says: I have read this (and, where it says so, I am acting on it)."""

    KIND: ClassVar[int] = 7
    SIZE: ClassVar[int] = REF_SIZE + 1

    refs: tuple[ItemId, ...]
    """At least one, strictly ascending."""
    meaning: int = 0
    """Code of words.ACK_MEANINGS."""
    extra: Extensions = field(default_factory=dict)

    @property
    def ref(self) -> ItemId:
        """The first of the items."""
        return self.refs[0]

    @property
    def default_lifetime_s(self) -> int:
        """As long as any report can live."""
        return LIFETIME_MAX_S

    def fixed(self) -> bytes:
        """The fixed part."""
        return self.ref.ref_bytes() + bytes((self.meaning << 5,))

    def extensions(self) -> Extensions:
        """References beyond the first."""
        found = dict(self.extra)
        if len(self.refs) > 1:
            found[Extension.MORE_REFS] = b"".join(ref.ref_bytes() for ref in self.refs[1:])
        return found

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> Acknowledge:
        """Read the fixed part and take the known extensions out of `extensions`."""
        ref = read_ref(reader)
        last = reader.uint(1)
        if last & 31:
            raise DecodeError("bits that must be zero")
        refs = (ref, *read_refs(extensions.pop(Extension.MORE_REFS, None)))
        if any(left >= right for left, right in pairwise(refs)):
            raise DecodeError("references out of order")
        return cls(refs, last >> 5, extensions)
