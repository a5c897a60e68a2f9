"""Kind 2, verdict: a verifier went and looked.

    reference 5 bytes | result 3 bits | zero 5 bits

Extensions: COUNT (what the verifier counted), TEXT (note).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from meshdefense_protocol.errors import DecodeError
from meshdefense_protocol.limits import LIFETIME_MAX_S, NOTE_MAX
from meshdefense_protocol.packets.extension import Extension, Extensions, read_text
from meshdefense_protocol.packets.reference import REF_SIZE, ItemId, read_ref
from meshdefense_protocol.wire import Reader

__all__ = ["Verdict"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verifier found at the place of a report."""

    KIND: ClassVar[int] = 2
    SIZE: ClassVar[int] = REF_SIZE + 1

    ref: ItemId
    result: int
    """Code of words.VERDICTS."""
    count: int | None = None
    note: str = ""
    extra: Extensions = field(default_factory=dict)

    @property
    def default_lifetime_s(self) -> int:
        """As long as any report can live."""
        return LIFETIME_MAX_S

    def fixed(self) -> bytes:
        """The fixed part."""
        return self.ref.ref_bytes() + bytes((self.result << 5,))

    def extensions(self) -> Extensions:
        """What does not fit the fixed part."""
        found = dict(self.extra)
        if self.note:
            found[Extension.TEXT] = self.note.encode()
        if self.count is not None:
            found[Extension.COUNT] = self.count.to_bytes(2, "big")
        return found

    @classmethod
    def read(cls, reader: Reader, extensions: Extensions) -> Verdict:
        """Read the fixed part and take the known extensions out of `extensions`."""
        ref = read_ref(reader)
        last = reader.uint(1)
        if last & 31:
            raise DecodeError("bits that must be zero")
        raw = extensions.pop(Extension.COUNT, None)
        if raw is not None and (len(raw) != 2 or not any(raw)):
            raise DecodeError("a count of zero or of the wrong size")
        count = None if raw is None else int.from_bytes(raw, "big")
        note = read_text(extensions.pop(Extension.TEXT, None), NOTE_MAX)
        return cls(ref, last >> 5, count, note, extensions)
