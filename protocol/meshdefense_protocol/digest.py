"""Digests: what a node holds, in one frame of type 3. Sealed, not signed.

    0-1    sender
    2-3    stamp: low 16 bits of the sender's clock in units of 4 s
    4      zero 2 | vector 1 | holders 1 | classes 4 (bit n: key class n)
    5-     a hash of 8 bytes for each class in the mask, ascending
           holders: first byte's offset 1 | length 1 | bitmap of member numbers
           vector: whom it asks to answer first 2 | first author 2 | last author 2 | entries

The vector speaks of the class whose key seals the frame. Source: docs/protocol.md, "Digest".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from meshdefense_protocol.errors import DecodeError, Rejection
from meshdefense_protocol.limits import INCARNATION_MAX, SEQUENCE_MAX
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.wire import Reader, varint

__all__ = [
    "HASH_MASK",
    "HOLDERS_BYTES",
    "STAMP_UNIT_S",
    "Digest",
    "Entry",
    "Vector",
    "decode_digest",
    "encode_digest",
    "entry_bytes",
    "stamp_of",
]

HASH_MASK: Final = (1 << 64) - 1
HOLDERS_BYTES: Final = 16
"""Longest bitmap: 128 members in a row."""
STAMP_UNIT_S: Final = 4
_VECTOR, _HOLDERS = 32, 16
_AUTHOR_MAX: Final = 0xFFFF


@dataclass(frozen=True, slots=True)
class Entry:
    """What the sender holds of one author in one incarnation."""

    author: int
    incarnation: int
    runs: tuple[tuple[int, int], ...]
    """Sequences as (high, low), both included, the highest first, never touching."""
    cut: bool = False
    """Nothing is said of sequences below the last run."""

    def says(self, sequence: int) -> bool | None:
        """Whether the sender holds a sequence; None where it says nothing."""
        for high, low in self.runs:
            if sequence > high:
                return False
            if sequence >= low:
                return True
        return None if self.cut else False


@dataclass(frozen=True, slots=True)
class Vector:
    """All that the sender holds of the authors from `first` to `last`."""

    first: int
    last: int
    entries: tuple[Entry, ...]
    """Ascending by author and incarnation."""

    @property
    def complete(self) -> bool:
        """Whether it speaks of every author."""
        return self.first == 0 and self.last == _AUTHOR_MAX and not any(e.cut for e in self.entries)

    def says(self, item_id: ItemId) -> bool | None:
        """Whether the sender holds an item; None where it says nothing."""
        if not self.first <= item_id.author <= self.last:
            return None
        for entry in self.entries:
            if entry.author == item_id.author and entry.incarnation == item_id.incarnation:
                return entry.says(item_id.sequence)
        return False


@dataclass(frozen=True, slots=True)
class Digest:
    """One digest, opened."""

    sender: int
    stamp: int
    hashes: tuple[tuple[KeyClass, int], ...]
    """Sums of the hashes of what it holds, ascending; a class without items is left out."""
    holders: int = 0
    """Bit n: member n is known to hold the same."""
    vector: Vector | None = None
    asks: int = 0
    """With a vector: whom it asks to answer first; 0 for anybody."""

    def hash_of(self, key_class: KeyClass) -> int:
        """Its hash of a class; 0 for an empty one."""
        return dict(self.hashes).get(key_class, 0)


def stamp_of(now: float) -> int:
    """A digest's stamp."""
    return int(now // STAMP_UNIT_S) & 0xFFFF


def entry_bytes(entry: Entry, previous_author: int) -> bytes:
    """One entry of a vector, after an entry (or the vector's first author) of that number."""
    high = entry.runs[0][0]
    out = [
        varint(entry.author - previous_author),
        varint(high << 2 | entry.cut << 1 | (entry.incarnation > 0)),
    ]
    if entry.incarnation:
        out.append(bytes((entry.incarnation,)))
    end = high + 1
    for place, (top, low) in enumerate(entry.runs):
        if place:
            out.append(varint(end - top - 2))
        out.append(varint(top - low << 1 | (place < len(entry.runs) - 1)))
        end = low
    return b"".join(out)


def encode_digest(digest: Digest) -> bytes:
    """The content of a digest frame."""
    mask = sum(1 << key_class for key_class, _ in digest.hashes)
    flags = mask | (_HOLDERS if digest.holders else 0) | (_VECTOR if digest.vector else 0)
    out = [digest.sender.to_bytes(2, "big"), digest.stamp.to_bytes(2, "big"), bytes((flags,))]
    out += [value.to_bytes(8, "big") for _, value in digest.hashes]
    if digest.holders:
        offset = ((digest.holders & -digest.holders).bit_length() - 1) // 8
        bits = digest.holders >> 8 * offset
        size = (bits.bit_length() + 7) // 8
        out.append(bytes((offset, size)) + bits.to_bytes(size, "little"))
    if digest.vector is not None:
        vector = digest.vector
        out += [n.to_bytes(2, "big") for n in (digest.asks, vector.first, vector.last)]
        previous = vector.first
        for entry in vector.entries:
            out.append(entry_bytes(entry, previous))
            previous = entry.author
    return b"".join(out)


def decode_digest(content: bytes) -> Digest | Rejection:
    """Read the content of a digest frame. Total."""
    try:
        digest = _read(Reader(content))
    except DecodeError:
        return Rejection.MALFORMED
    return digest if encode_digest(digest) == content else Rejection.MALFORMED


def _read(reader: Reader) -> Digest:
    sender, stamp, flags = reader.uint(2), reader.uint(2), reader.uint(1)
    if flags & 0xC0:
        raise DecodeError("bits that must be zero")
    hashes = tuple((k, reader.uint(8)) for k in KeyClass if flags >> k & 1)
    holders = 0
    if flags & _HOLDERS:
        offset, size = reader.uint(1), reader.uint(1)
        if size > HOLDERS_BYTES:
            raise DecodeError("a bitmap of too many members")
        bitmap = reader.take(size)
        if not size or not bitmap[0]:
            raise DecodeError("a bitmap that does not begin with a member")
        holders = int.from_bytes(bitmap, "little") << 8 * offset
    vector, asks = None, 0
    if flags & _VECTOR:
        asks = reader.uint(2)
        first, last = reader.uint(2), reader.uint(2)
        entries: list[Entry] = []
        while reader.remaining:
            entries.append(_read_entry(reader, entries[-1] if entries else None, first))
        if first > last or (entries and entries[-1].author > last):
            raise DecodeError("authors beyond the last one")
        vector = Vector(first, last, tuple(entries))
    reader.finish()
    return Digest(sender, stamp, hashes, holders, vector, asks)


def _read_entry(reader: Reader, before: Entry | None, first: int) -> Entry:
    author = (before.author if before else first) + reader.varint()
    header = reader.varint()
    high, cut = header >> 2, bool(header & 2)
    incarnation = reader.uint(1) if header & 1 else 0
    if high > SEQUENCE_MAX or incarnation > INCARNATION_MAX:
        raise DecodeError("a sequence or an incarnation beyond its range")
    if before and (author, incarnation) <= (before.author, before.incarnation):
        raise DecodeError("entries out of order")
    runs: list[tuple[int, int]] = []
    more = True
    while more:
        if runs:
            high = runs[-1][1] - 2 - reader.varint()
        length = reader.varint()
        more = bool(length & 1)
        low = high - (length >> 1)
        if low < 0:
            raise DecodeError("a sequence below zero")
        runs.append((high, low))
    return Entry(author, incarnation, tuple(runs), cut)
