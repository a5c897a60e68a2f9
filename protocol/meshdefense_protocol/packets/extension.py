"""Extensions: type-length-value fields after the fixed body.

In ascending order of type, each type at most once, so that there is one encoding for each
content. A type that a kind does not know is kept as it is and relayed.
Source: docs/protocol.md, "Extensions".
"""

from __future__ import annotations

from enum import IntEnum

from meshdefense_protocol.errors import DecodeError
from meshdefense_protocol.limits import LIFETIME_MAX_S, LIFETIME_UNIT_S
from meshdefense_protocol.wire import Reader

__all__ = ["Extension", "Extensions", "read_extensions", "write_extensions"]

Extensions = dict[int, bytes]


class Extension(IntEnum):
    """Types of extensions; a number is never used again."""

    TEXT = 1
    """UTF-8, at least one byte; how many at most is up to the kind."""
    COUNT = 2
    """Exact number, 2 bytes, where the size code is only a range."""
    EQUIPMENT = 3
    """Bit set of words.EQUIPMENT, 2 bytes, bit n is code n; never empty."""
    PLACE = 4
    """A place outside the area: 7 bytes, see place.py."""
    LIFETIME = 5
    """In units of 10 minutes, 1 byte, 1 to 144."""
    MORE_REFS = 6
    """Further references, 5 bytes each."""
    ABOUT = 7
    """The report that this one adds to, 5 bytes."""
    MORE_DIGESTS = 8
    """Further decisions that an endorsement is about, 16 bytes each."""


def read_extensions(reader: Reader) -> Extensions:
    """All extensions up to the end; at least one. Raises DecodeError."""
    found: Extensions = {}
    last = 0
    while reader.remaining:
        kind = reader.uint(1)
        if kind <= last:
            raise DecodeError("extensions out of order, repeated, or of type 0")
        found[kind] = reader.take(reader.uint(1))
        last = kind
    if not found:
        raise DecodeError("announced extensions are missing")
    return found


def write_extensions(extensions: Extensions) -> bytes:
    """The bytes of extensions, in order of type."""
    return b"".join(
        bytes((kind, len(extensions[kind]))) + extensions[kind] for kind in sorted(extensions)
    )


def read_text(raw: bytes | None, limit: int) -> str:
    """Text of an extension, empty when there is none. Raises DecodeError."""
    if raw is None:
        return ""
    if not 1 <= len(raw) <= limit:
        raise DecodeError(f"a text of {len(raw)} bytes where 1 to {limit} are allowed")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DecodeError("a text that is not UTF-8") from error


def read_lifetime(raw: bytes | None) -> int | None:
    """Lifetime in seconds, None when the kind's default applies. Raises DecodeError."""
    if raw is None:
        return None
    if len(raw) != 1 or not 1 <= raw[0] <= LIFETIME_MAX_S // LIFETIME_UNIT_S:
        raise DecodeError("a lifetime outside 10 minutes to 24 hours")
    return raw[0] * LIFETIME_UNIT_S
