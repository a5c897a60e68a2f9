"""References to other items: 5 bytes, author and incarnation with sequence.

Only items of the log can be referred to, never positions.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from meshdefense_protocol.errors import DecodeError, ValueRangeError
from meshdefense_protocol.limits import INCARNATION_MAX, SEQUENCE_MAX
from meshdefense_protocol.wire import Reader

__all__ = ["REF_SIZE", "ItemId", "Stream", "read_ref"]

REF_SIZE = 5


class Stream(IntEnum):
    """Which counter an item's sequence comes from; decided by its kind (48 and up: positions)."""

    LOG = 0
    POSITION = 1


@dataclass(frozen=True, slots=True, order=True)
class ItemId:
    """Names one item for ever. Its text is "author.incarnation.sequence", "p" for positions."""

    author: int
    incarnation: int
    sequence: int
    stream: Stream = Stream.LOG

    def __str__(self) -> str:
        suffix = "p" if self.stream else ""
        return f"{self.author}.{self.incarnation}.{self.sequence}{suffix}"

    @classmethod
    def parse(cls, text: str) -> ItemId:
        """Read the text form. Raises ValueRangeError with an example of a right one."""
        stream = Stream.POSITION if text.endswith("p") else Stream.LOG
        parts = text.removesuffix("p").split(".")
        if len(parts) == 3 and all(part.isascii() and part.isdecimal() for part in parts):
            author, incarnation, sequence = (int(part) for part in parts)
            if author <= 0xFFFF and incarnation <= INCARNATION_MAX and sequence <= SEQUENCE_MAX:
                return cls(author, incarnation, sequence, stream)
        raise ValueRangeError(f"{text!r} is not an item's id; they look like 3.0.17")

    def ref_bytes(self) -> bytes:
        """The 5 bytes of a reference; ValueError for a position."""
        if self.stream is not Stream.LOG:
            raise ValueError("a position cannot be referred to")
        return (self.author << 24 | self.incarnation << 18 | self.sequence).to_bytes(
            REF_SIZE, "big"
        )


def read_ref(reader: Reader) -> ItemId:
    """The next 5 bytes as a reference."""
    bits = reader.uint(REF_SIZE)
    return ItemId(bits >> 24, bits >> 18 & INCARNATION_MAX, bits & SEQUENCE_MAX)


def read_refs(raw: bytes | None) -> tuple[ItemId, ...]:
    """The references of an extension. Raises DecodeError."""
    if raw is None:
        return ()
    if not raw:
        raise DecodeError("an empty list of references")
    reader = Reader(raw)
    refs = []
    while reader.remaining:
        refs.append(read_ref(reader))
    return tuple(refs)
