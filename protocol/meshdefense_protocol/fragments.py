"""Fragments of long reports and requests for them: what control frames of types 5 and 4 hold.

    fragment  0-4 the manifest's reference | 5 index | 6- data, 142 bytes but in the last one
    request   0 what is asked for (1: fragments) | 1-2 sender | 3-4 stamp |
              5-9 the manifest's reference | 10-11 bit n: fragment n is held

Sealed, not signed: whether fragments are the right ones shows when all are there, by the hash
in the signed manifest. Nothing here keeps state. Source: docs/protocol.md, "Fragment".
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from meshdefense_protocol.errors import DecodeError, Rejection, ValueRangeError
from meshdefense_protocol.limits import FRAME_OVERHEAD, FRAME_TARGET, LONG_TEXT_MAX
from meshdefense_protocol.packets.longreport import CONTENT_HASH_SIZE
from meshdefense_protocol.packets.reference import REF_SIZE, ItemId, read_ref
from meshdefense_protocol.wire import Reader

__all__ = [
    "CHUNK_SIZE",
    "FRAGMENTS_MAX",
    "Fragment",
    "FragmentRequest",
    "chunk_size",
    "content_hash",
    "content_of",
    "cut",
    "decode_fragment",
    "decode_request",
    "encode_fragment",
    "encode_request",
    "fragment_count",
]

CHUNK_SIZE: Final = FRAME_TARGET - FRAME_OVERHEAD - REF_SIZE - 1
FRAGMENTS_MAX: Final = -(-LONG_TEXT_MAX // CHUNK_SIZE)
ASKS_FRAGMENTS: Final = 1
"""First byte of a request; other values are for later versions."""
_PERSON: Final = b"md1 long report"


@dataclass(frozen=True, slots=True)
class Fragment:
    """One piece of the text that a manifest announced."""

    ref: ItemId
    index: int
    data: bytes


@dataclass(frozen=True, slots=True)
class FragmentRequest:
    """A node says which fragments it holds, and so which it would like to hear."""

    sender: int
    stamp: int
    """As in a digest: keeps two requests for the same from being the same bytes."""
    ref: ItemId
    held: int
    """Bit n, from the least significant: fragment n."""


def content_of(text: str) -> bytes:
    """A long report's bytes. Raises ValueRangeError unless there are 1 to 1,500."""
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        raise ValueRangeError("this text has characters that cannot be sent") from error
    if not 1 <= len(content) <= LONG_TEXT_MAX:
        raise ValueRangeError(
            f"a long report has 1 to {LONG_TEXT_MAX} bytes, this has {len(content)}"
        )
    return content


def content_hash(network_id: bytes, content: bytes) -> bytes:
    """16 bytes of BLAKE2b, keyed with the network id: no table of another network fits."""
    return hashlib.blake2b(
        content, digest_size=CONTENT_HASH_SIZE, key=network_id, person=_PERSON
    ).digest()


def fragment_count(size: int) -> int:
    """How many fragments a text of `size` bytes has."""
    return -(-size // CHUNK_SIZE)


def chunk_size(size: int, index: int) -> int:
    """Bytes in fragment `index` of a text of `size` bytes; 0 or less beyond its end."""
    return min(CHUNK_SIZE, size - index * CHUNK_SIZE)


def cut(content: bytes) -> list[bytes]:
    """The pieces, in order; joined they are the content again."""
    return [content[at : at + CHUNK_SIZE] for at in range(0, len(content), CHUNK_SIZE)]


def encode_fragment(fragment: Fragment) -> bytes:
    """The content of a frame of type 5."""
    return fragment.ref.ref_bytes() + bytes((fragment.index,)) + fragment.data


def decode_fragment(content: bytes) -> Fragment | Rejection:
    """Read the content of a frame of type 5. Total.

    Whether the data are as long as they must be is known only with the manifest.
    """
    reader = Reader(content)
    try:
        ref, index, data = read_ref(reader), reader.uint(1), reader.rest()
    except DecodeError:
        return Rejection.MALFORMED
    if index >= FRAGMENTS_MAX or not 1 <= len(data) <= CHUNK_SIZE:
        return Rejection.MALFORMED
    return Fragment(ref, index, data)


def encode_request(request: FragmentRequest) -> bytes:
    """The content of a frame of type 4."""
    return (
        bytes((ASKS_FRAGMENTS,))
        + request.sender.to_bytes(2, "big")
        + request.stamp.to_bytes(2, "big")
        + request.ref.ref_bytes()
        + request.held.to_bytes(2, "big")
    )


def decode_request(content: bytes) -> FragmentRequest | Rejection:
    """Read the content of a frame of type 4. Total."""
    reader = Reader(content)
    try:
        what = reader.uint(1)
        request = FragmentRequest(reader.uint(2), reader.uint(2), read_ref(reader), reader.uint(2))
        reader.finish()
    except DecodeError:
        return Rejection.MALFORMED
    if what != ASKS_FRAGMENTS or request.held >> FRAGMENTS_MAX:
        return Rejection.MALFORMED
    return request
