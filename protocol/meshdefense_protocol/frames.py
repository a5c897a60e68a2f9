"""Frames: one radio payload each, made afresh by whoever transmits.

    0      version 4 | type 4
    1-16   synthetic IV
    17-    ciphertext

Type 1 holds one item, type 2 several with a length byte before each. Control frames (digest,
request, fragment, re-key) are sealed and not signed: they cause no state beyond a bounded answer.
Source: docs/protocol.md, "Frame".
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from meshdefense_protocol import PROTOCOL_VERSION
from meshdefense_protocol.errors import DecodeError, Rejection, TooLongError
from meshdefense_protocol.limits import FRAME_MAX, FRAME_OVERHEAD, FRAME_TARGET, ITEM_MIN
from meshdefense_protocol.sealing import EpochSecret, KeyClass, KeyRing
from meshdefense_protocol.wire import Reader

__all__ = [
    "FRAME_MIN",
    "FrameType",
    "check_frame",
    "open_frame",
    "seal_control",
    "seal_items",
    "split_items",
]

FRAME_MIN: Final = FRAME_OVERHEAD + 1


class FrameType(IntEnum):
    """Low nibble of byte 0."""

    ITEM = 1
    ITEMS = 2
    DIGEST = 3
    REQUEST = 4
    FRAGMENT = 5
    REKEY = 6


def seal_items(
    keys: KeyRing,
    key_class: KeyClass,
    items: Sequence[bytes],
    *,
    limit: int = FRAME_TARGET,
    epoch: int | None = None,
) -> bytes:
    """One frame with these items, sealed with the newest key unless `epoch` says another.

    Raises TooLongError, ValueError for no item at all.
    """
    if not items:
        raise ValueError("a frame needs an item")
    if len(items) == 1:
        kind, content = FrameType.ITEM, items[0]
    else:
        kind = FrameType.ITEMS
        content = b"".join(bytes((len(raw),)) + raw for raw in items)
    if FRAME_OVERHEAD + len(content) > limit:
        raise TooLongError(FRAME_OVERHEAD + len(content), limit)
    return keys.seal(key_class, PROTOCOL_VERSION << 4 | kind, content, epoch)


def seal_control(
    keys: KeyRing,
    key_class: KeyClass,
    kind: FrameType,
    content: bytes,
    *,
    epoch: int | None = None,
) -> bytes:
    """One control frame. Raises TooLongError."""
    if FRAME_OVERHEAD + len(content) > FRAME_TARGET:
        raise TooLongError(FRAME_OVERHEAD + len(content), FRAME_TARGET)
    return keys.seal(key_class, PROTOCOL_VERSION << 4 | kind, content, epoch)


def check_frame(frame: bytes) -> FrameType | Rejection:
    """What the unsealed byte says, before any key is tried."""
    if not FRAME_MIN <= len(frame) <= FRAME_MAX:
        return Rejection.SIZE
    if frame[0] >> 4 != PROTOCOL_VERSION:
        return Rejection.VERSION
    try:
        return FrameType(frame[0] & 15)
    except ValueError:
        return Rejection.FRAME_TYPE


def open_frame(keys: KeyRing, frame: bytes) -> tuple[EpochSecret, FrameType, bytes] | Rejection:
    """The key that opened a frame, its type and what is in it, undecoded. Never raises."""
    kind = check_frame(frame)
    if isinstance(kind, Rejection):
        return kind
    opened = keys.open(frame)
    return Rejection.STRANGER if opened is None else (opened[0], kind, opened[1])


def split_items(kind: FrameType, content: bytes) -> list[bytes] | Rejection:
    """The items in an opened frame, undecoded; MALFORMED unless they fill it exactly."""
    if kind is FrameType.ITEM:
        return [content]
    if kind is not FrameType.ITEMS:
        return Rejection.MALFORMED
    reader = Reader(content)
    items = []
    try:
        while reader.remaining:
            size = reader.uint(1)
            if size < ITEM_MIN:
                return Rejection.MALFORMED
            items.append(reader.take(size))
    except DecodeError:
        return Rejection.MALFORMED
    return items if len(items) > 1 else Rejection.MALFORMED
