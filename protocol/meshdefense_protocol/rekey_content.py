"""Contents that carry the seed of a new epoch to all members but some: their bytes.

    0      mode 4 | zero 3 | bitmap 1
    1      generation
           mode 1: ephemeral X25519 key 32
           highest 2 | set of numbers | wraps, 16 each, up to the end

Mode 0, tree: the set are the excluded members, with a wrap for each subtree of the cover.
Mode 1, boxes: the set are the remaining members, with a wrap for each of them.
Source: docs/protocol.md, "Re-key".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from meshdefense_protocol.errors import DecodeError, Rejection
from meshdefense_protocol.subtree import cover, path
from meshdefense_protocol.wire import Reader, varint

__all__ = ["SEED_SIZE", "BoxContent", "TreeContent", "decode_content", "encode_content"]

SEED_SIZE: Final = 16
"""Of an epoch seed, and of its wrap: one block of AES."""
_TREE, _BOXES = 0, 1
_BITMAP: Final = 1
_EPHEMERAL_SIZE: Final = 32


@dataclass(frozen=True, slots=True)
class TreeContent:
    """A seed wrapped for the subtrees without the excluded members."""

    generation: int
    """Of the master whose keys it takes, 0 to 255."""
    highest: int
    """No member had a higher number when this was made."""
    excluded: tuple[int, ...]
    """Ascending; all that ever were excluded, not only the latest."""
    wraps: tuple[bytes, ...]
    """In the order of `cover`."""

    def reaches(self, number: int) -> bool:
        """Whether there is a wrap that a member can open."""
        return not set(cover(self.excluded, self.highest)).isdisjoint(path(number))


@dataclass(frozen=True, slots=True)
class BoxContent:
    """A seed wrapped for each remaining member."""

    generation: int
    """Of the new master."""
    ephemeral: bytes
    """X25519 public key, 32 bytes."""
    present: tuple[int, ...]
    """Ascending; everybody else is excluded."""
    wraps: tuple[bytes, ...]
    """In the order of `present`."""

    def reaches(self, number: int) -> bool:
        """Whether there is a wrap that a member can open."""
        return number in self.present


def encode_content(content: TreeContent | BoxContent) -> bytes:
    """Canonical bytes."""
    if isinstance(content, TreeContent):
        mode, key, highest, numbers = _TREE, b"", content.highest, content.excluded
    else:
        mode, key, numbers = _BOXES, content.ephemeral, content.present
        highest = numbers[-1]
    written, bitmap = _run_bytes(numbers), _bitmap_bytes(numbers, highest)
    flag = _BITMAP if len(bitmap) < len(written) else 0
    head = bytes((mode << 4 | flag, content.generation)) + key + highest.to_bytes(2, "big")
    return head + (bitmap if flag else written) + b"".join(content.wraps)


def decode_content(content: bytes) -> TreeContent | BoxContent | Rejection:
    """Read a whole content. Total."""
    try:
        found = _read_content(Reader(content))
    except DecodeError:
        return Rejection.MALFORMED
    # also finds other modes, bits that must be zero, and bytes that are left over
    return found if encode_content(found) == content else Rejection.MALFORMED


def _read_content(reader: Reader) -> TreeContent | BoxContent:
    first, generation = reader.uint(1), reader.uint(1)
    boxes = first >> 4 == _BOXES
    key = reader.take(_EPHEMERAL_SIZE) if boxes else b""
    highest = reader.uint(2)
    numbers = _read_bitmap(reader, highest) if first & _BITMAP else _read_runs(reader, highest)
    if not highest or (boxes and numbers[-1:] != (highest,)):
        raise DecodeError("not the highest number")
    count = len(numbers if boxes else cover(numbers, highest))
    wraps = tuple(reader.take(SEED_SIZE) for _ in range(count))
    if not wraps:
        raise DecodeError("nobody is left")
    if boxes:
        return BoxContent(generation, key, numbers, wraps)
    return TreeContent(generation, highest, numbers, wraps)


def _bitmap_bytes(numbers: Sequence[int], highest: int) -> bytes:
    bits = bytearray(-(-highest // 8))
    for number in numbers:
        bits[number - 1 >> 3] |= 1 << (number - 1 & 7)
    return bytes(bits)


def _read_bitmap(reader: Reader, highest: int) -> tuple[int, ...]:
    bits = reader.take(-(-highest // 8))
    numbers = [at * 8 + n + 1 for at, byte in enumerate(bits) for n in range(8) if byte >> n & 1]
    if numbers and numbers[-1] > highest:
        raise DecodeError("a number above the highest")
    return tuple(numbers)


def _run_bytes(numbers: Sequence[int]) -> bytes:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    out, free = [varint(len(runs))], 1
    for low, high in runs:
        out.append(varint(low - free << 1 | (high > low)))
        if high > low:
            out.append(varint(high - low - 1))
        free = high + 2
    return b"".join(out)


def _read_runs(reader: Reader, highest: int) -> tuple[int, ...]:
    numbers: list[int] = []
    free = 1
    for _ in range(reader.varint()):
        header = reader.varint()
        low = free + (header >> 1)
        high = low + reader.varint() + 1 if header & 1 else low
        if high > highest:
            raise DecodeError("a number above the highest")
        numbers += range(low, high + 1)
        free = high + 2
    return tuple(numbers)
