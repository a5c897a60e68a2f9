"""What can go wrong, and whose fault it is.

`LocalError`: our own caller asked for something impossible; the text is for people.
`DecodeError`: bytes from elsewhere do not follow the specification; it never leaves the
package, it becomes a counted `Rejection`.
"""

from __future__ import annotations

from enum import Enum

__all__ = [
    "DecodeError",
    "ForbiddenError",
    "LocalError",
    "ProtocolError",
    "QuotaError",
    "Rejection",
    "TooLongError",
    "ValueRangeError",
]


class Rejection(Enum):
    """Why a frame or an item was dropped. One silent, counted reason each."""

    SIZE = "size"
    """Shorter than any frame or longer than 200 bytes."""
    VERSION = "version"
    """Another protocol version."""
    FRAME_TYPE = "frame type"
    """A frame type that this version does not know."""
    STRANGER = "stranger"
    """None of our keys opens it: a stranger, another network, or damage."""
    MALFORMED = "malformed"
    """Opened, but the bytes do not follow the specification."""
    DUPLICATE = "duplicate"
    """We have it already."""
    REPLAYED = "replayed"
    """Older than the window of sequences that we remember, or an outdated position."""
    UNKNOWN_AUTHOR = "unknown author"
    """The author's number is not in our roster."""
    SIGNATURE = "signature"
    """The signature is not the author's."""
    ROLE = "role"
    """The author's roles do not allow this kind."""
    QUOTA = "quota"
    """The author has used up what one member may put on everybody's air."""
    REVOKED = "revoked"
    """The author was revoked, and this came after the last item of theirs that counts."""
    SUSPENDED = "suspended"
    """The author is suspended."""
    LAPSED = "lapsed"
    """The author's certificate was over when this was said."""
    SCOPE = "scope"
    """A report that nobody verified, for more people than the network's policy allows."""
    EQUIVOCATION = "equivocation"
    """The author signed two different items under one id; kept as evidence."""


class ProtocolError(Exception):
    """Base of everything that this package raises."""


class DecodeError(ProtocolError):
    """Bytes do not follow the specification; `reason` says where."""


class LocalError(ProtocolError):
    """Our own caller asked for something that cannot be said on this network."""


class ValueRangeError(LocalError):
    """A value is outside its range; the message names the range."""


class TooLongError(LocalError):
    """The packet would not fit one frame."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            f"this would need a frame of {size} bytes, the limit is {limit}: "
            f"shorten the text by {size - limit} bytes"
        )
        self.size, self.limit = size, limit


class ForbiddenError(LocalError):
    """Your roles on this network do not allow this; the message names those that do."""


class QuotaError(LocalError):
    """This member has put as much on everybody's air as one may."""

    def __init__(self, wait_s: float) -> None:
        minutes = max(1, round(wait_s / 60))
        super().__init__(
            f"you have sent as much as one member may; again in {minutes} min. "
            f"Nothing of what you sent before is lost"
        )
        self.wait_s = wait_s
