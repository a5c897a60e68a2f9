"""References to other items: 5 bytes, author and incarnation with sequence.

Items of the log and of the roster can be referred to, never positions.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from meshdefense_protocol.errors import DecodeError, ValueRangeError
from meshdefense_protocol.limits import INCARNATION_MAX, ROSTER_INCARNATION, SEQUENCE_MAX
from meshdefense_protocol.wire import Reader

__all__ = ["REF_SIZE", "ItemId", "Stream", "read_ref"]

REF_SIZE = 5
_TEXT_MAX = 32
"""Characters of an id that are read; the longest has 16."""


class Stream(IntEnum):
    """Which counter an item's sequence comes from; decided by its kind.

    Kinds 32 to 47 are of the roster, 48 and up positions. A roster item's incarnation is 32 or
    more, that of others less, so that references and digests need not name the stream.
    """

    LOG = 0
    POSITION = 1
    ROSTER = 2


@dataclass(frozen=True, slots=True, order=True)
class ItemId:
    """Names one item for ever. Its text is "author.incarnation.sequence", "p" for positions."""

    author: int
    incarnation: int
    sequence: int
    stream: Stream = Stream.LOG

    def __str__(self) -> str:
        suffix = "p" if self.stream is Stream.POSITION else ""
        return f"{self.author}.{self.incarnation}.{self.sequence}{suffix}"

    @classmethod
    def referred(cls, author: int, incarnation: int, sequence: int) -> ItemId:
        """The item of the log or of the roster that these three name."""
        stream = Stream.ROSTER if incarnation >= ROSTER_INCARNATION else Stream.LOG
        return cls(author, incarnation, sequence, stream)

    @classmethod
    def parse(cls, text: str) -> ItemId:
        """Read the text form. Raises ValueRangeError with an example of a right one."""
        stream = Stream.POSITION if text.endswith("p") else Stream.LOG
        parts = text.removesuffix("p").split(".")
        # Python refuses numbers of thousands of digits with an error of its own
        short = len(text) <= _TEXT_MAX
        if short and len(parts) == 3 and all(p.isascii() and p.isdecimal() for p in parts):
            author, incarnation, sequence = (int(part) for part in parts)
            fits = author <= 0xFFFF and incarnation <= INCARNATION_MAX and sequence <= SEQUENCE_MAX
            if fits and not stream:
                return cls.referred(author, incarnation, sequence)
            if fits and incarnation < ROSTER_INCARNATION:
                return cls(author, incarnation, sequence, stream)
        raise ValueRangeError(f"{text!r} is not an item's id; they look like 3.0.17")

    def ref_bytes(self) -> bytes:
        """The 5 bytes of a reference; ValueError for a position."""
        if self.stream is Stream.POSITION:
            raise ValueError("a position cannot be referred to")
        return (self.author << 24 | self.incarnation << 18 | self.sequence).to_bytes(
            REF_SIZE, "big"
        )


def read_ref(reader: Reader) -> ItemId:
    """The next 5 bytes as a reference."""
    bits = reader.uint(REF_SIZE)
    return ItemId.referred(bits >> 24, bits >> 18 & INCARNATION_MAX, bits & SEQUENCE_MAX)


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
