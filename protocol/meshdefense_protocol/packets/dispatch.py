"""Kind 9, dispatch: a coordinator asks one member to go and look.

    reference 5 bytes | member 2 bytes | minutes 1 byte

Extensions: TEXT (what to look for).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from meshdefense_protocol.errors import DecodeError
from meshdefense_protocol.limits import LIFETIME_MAX_S, NOTE_MAX
from meshdefense_protocol.packets.extension import Extension, Extensions, read_text
from meshdefense_protocol.packets.reference import REF_SIZE, ItemId, read_ref
from meshdefense_protocol.wire import Reader

__all__ = ["Dispatch"]


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Somebody is asked to look at a report, and to say what is there within some minutes."""

    KIND: ClassVar[int] = 9
    SIZE: ClassVar[int] = REF_SIZE + 3

    ref: ItemId
    """The report to look at."""
    member: int
    """Number of the member who is asked, 1 to 65,535."""
    minutes: int
    """To report back within, counted from this item's time, 1 to 255; 0: called off."""
    note: str = ""
    """What to look for."""
    extra: Extensions = field(default_factory=dict)

    @property
    def called_off(self) -> bool:
        """Whether it takes an earlier dispatch of this member to this report back."""
        return self.minutes == 0

    @property
    def default_lifetime_s(self) -> int:
        """As long as any report can live."""
        return LIFETIME_MAX_S

    def fixed(self) -> bytes:
        """The fixed part."""
        return self.ref.ref_bytes() + self.member.to_bytes(2, "big") + bytes((self.minutes,))

    def extensions(self) -> Extensions:
        """What does not fit the fixed part."""
        found = dict(self.extra)
        if self.note:
            found[Extension.TEXT] = self.note.encode()
        return found

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> Dispatch:
        """Read the fixed part and take the known extensions out of `extensions`."""
        ref = read_ref(reader)
        member = reader.uint(2)
        if member == 0:
            raise DecodeError("a dispatch that asks nobody")
        minutes = reader.uint(1)
        note = read_text(extensions.pop(Extension.TEXT, None), NOTE_MAX)
        return cls(ref, member, minutes, note, extensions)
