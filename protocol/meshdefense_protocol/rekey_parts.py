"""A re-key content in parts, one in each frame of type 6, and how they come together again.

    0-1    the new epoch
    2      index
    3      count
    4-7    the first bytes of the content's hash
    8-     data: 140 bytes, fewer in the last part only

Anybody who has the old epoch's key can make parts. What comes out is decided by the hash that
the organizers signed: a wrong part costs time, never a wrong content.
Source: docs/protocol.md, "Re-key".
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

from meshdefense_protocol.errors import DecodeError, Rejection
from meshdefense_protocol.limits import FRAME_OVERHEAD, FRAME_TARGET
from meshdefense_protocol.packets.decisions import CONTENT_HASH_SIZE
from meshdefense_protocol.wire import Reader

__all__ = [
    "CANDIDATES_MAX",
    "CONTENT_HASH_SIZE",
    "PARTS_MAX",
    "PART_SIZE",
    "Assembly",
    "Part",
    "content_hash",
    "decode_part",
    "encode_part",
    "frames_for",
    "parts",
]

PART_SIZE: Final = FRAME_TARGET - FRAME_OVERHEAD - 8
"""Bytes of content in each part but the last."""
PARTS_MAX: Final = 128
CANDIDATES_MAX: Final = 2
"""Contents that are collected at once while it is not known which one counts."""
_PREFIX_SIZE: Final = 4


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a content."""

    epoch: int
    index: int
    count: int
    prefix: bytes
    """The first 4 bytes of the content's hash: tells two contents of one epoch apart."""
    data: bytes

    @property
    def belongs_to(self) -> tuple[int, int, bytes]:
        """The same for all parts of one content."""
        return self.epoch, self.count, self.prefix


def content_hash(network_id: bytes, epoch: int, content: bytes) -> bytes:
    """8 bytes, which the signed decision names."""
    return hashlib.blake2b(
        epoch.to_bytes(2, "big") + content,
        key=network_id,
        person=b"md1 rekey",
        digest_size=CONTENT_HASH_SIZE,
    ).digest()


def frames_for(content: bytes) -> int:
    """How many frames a content takes."""
    return _count(len(content))


def _count(size: int) -> int:
    return -(-size // PART_SIZE)


def parts(network_id: bytes, epoch: int, content: bytes) -> list[bytes]:
    """What goes into the frames of type 6, in order. ValueError for more than PARTS_MAX."""
    count = frames_for(content)
    if not 1 <= count <= PARTS_MAX:
        raise ValueError(f"a content of {len(content)} bytes has no 1 to {PARTS_MAX} parts")
    prefix = content_hash(network_id, epoch, content)[:_PREFIX_SIZE]
    return [
        encode_part(Part(epoch, index, count, prefix, content[index * PART_SIZE :][:PART_SIZE]))
        for index in range(count)
    ]


def encode_part(part: Part) -> bytes:
    """The content of a frame of type 6."""
    head = part.epoch.to_bytes(2, "big") + bytes((part.index, part.count))
    return head + part.prefix + part.data


def decode_part(raw: bytes) -> Part | Rejection:
    """Read the content of a frame of type 6. Total."""
    reader = Reader(raw)
    try:
        part = Part(
            reader.uint(2), reader.uint(1), reader.uint(1), reader.take(_PREFIX_SIZE), reader.rest()
        )
    except DecodeError:
        return Rejection.MALFORMED
    least = 1 if part.index == part.count - 1 else PART_SIZE
    if not part.index < part.count <= PARTS_MAX or not least <= len(part.data) <= PART_SIZE:
        return Rejection.MALFORMED
    return part


@dataclass(slots=True)
class _Candidate:
    """The parts of one content."""

    count: int
    data: dict[int, bytes] = field(default_factory=dict)
    trusted: int = 0
    """Bit n: part n came after the last time that all of them were there and did not fit."""

    @property
    def complete(self) -> bool:
        return len(self.data) == self.count

    def add(self, part: Part) -> None:
        self.data[part.index] = part.data
        self.trusted |= 1 << part.index

    def content(self) -> bytes:
        return b"".join(self.data[index] for index in range(self.count))


class Assembly:
    """Collects parts until they are the content that the organizers signed.

    Before it is known which one that is, the parts of CANDIDATES_MAX contents are kept; a later
    one pushes out the earliest that is not complete. From then on only its own parts are.
    """

    def __init__(self, network_id: bytes) -> None:
        self._network_id = network_id
        self._candidates: dict[tuple[int, int, bytes], _Candidate] = {}
        self._expected: tuple[int, bytes, int] | None = None

    def expect(self, epoch: int, expected_hash: bytes, size: int) -> bytes | None:
        """What counts by the roster now; the content when its parts are here already."""
        self._expected = epoch, expected_hash, size
        key = epoch, _count(size), expected_hash[:_PREFIX_SIZE]
        self._candidates = {key: self._candidates.get(key, _Candidate(key[1]))}
        return self._content()

    def add(self, part: Part) -> bytes | None:
        """A part was heard; the expected content as soon as it is whole.

        Of two that contradict each other the later one is kept: who sends the right one again
        mends a content that a wrong one spoiled.
        """
        candidate = self._candidates.get(part.belongs_to)
        if self._expected is not None:
            size = self._expected[2] - part.index * PART_SIZE
            if candidate is None or len(part.data) != min(size, PART_SIZE):
                return None
        elif candidate is None:
            candidate = self._begin(part)
        candidate.add(part)
        return self._content()

    @property
    def held(self) -> int:
        """Bit n: part n of the expected content is here, as far as can be known.

        0 after all of them did not fit: one is wrong, and nobody can tell which.
        """
        if self._expected is None:
            return 0
        (candidate,) = self._candidates.values()
        return candidate.trusted

    def _begin(self, part: Part) -> _Candidate:
        if len(self._candidates) == CANDIDATES_MAX:
            waiting = [key for key, each in self._candidates.items() if not each.complete]
            del self._candidates[(waiting or list(self._candidates))[0]]
        return self._candidates.setdefault(part.belongs_to, _Candidate(part.count))

    def _content(self) -> bytes | None:
        if self._expected is None:
            return None
        epoch, expected_hash, _ = self._expected
        (candidate,) = self._candidates.values()
        if not candidate.complete:
            return None
        content = candidate.content()
        if content_hash(self._network_id, epoch, content) == expected_hash:
            return content
        if candidate.trusted.bit_count() == candidate.count:
            candidate.trusted = 0
        return None
