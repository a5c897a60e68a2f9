"""Explain what a control frame holds: digest, request for fragments, fragment.

Pure; any bytes are explained as far as they go. Whether they follow the specification is
decided by the protocol's own decoders. Source: docs/protocol.md, "Digest", "Fragment".
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from meshdefense.cli.explanation import Explanation, Keys, Row, add_fields, whole
from meshdefense.cli.packet_fields import (
    DIGEST_FIELDS,
    FRAGMENT_FIELDS,
    REQUEST_FIELDS,
    VECTOR_FIELDS,
    Context,
    member_name,
    printable,
)
from meshdefense_protocol.digest import Digest, decode_digest
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.fragments import (
    Fragment,
    FragmentRequest,
    decode_fragment,
    decode_request,
)
from meshdefense_protocol.frames import FrameType
from meshdefense_protocol.limits import FRAME_OVERHEAD
from meshdefense_protocol.receipts import members_of
from meshdefense_protocol.sealing import KeyClass

__all__ = ["explain_control"]

DIGEST_HEAD, VECTOR_HEAD, REQUEST_SIZE, FRAGMENT_HEAD = 5, 6, 12, 6
HASH_SIZE: Final = 8
VARINT_MAX: Final = 3


class _Cursor:
    """Writes rows for one field after the other; what is too short becomes "incomplete"."""

    def __init__(self, found: Explanation, content: bytes, context: Context) -> None:
        self.found, self.context = found, context
        self._content, self._at = content, 0

    @property
    def left(self) -> int:
        return len(self._content) - self._at

    def take(self, size: int) -> tuple[int, bytes]:
        """The offset in the frame and the next bytes, as far as there are any."""
        start = self._at
        self._at = min(len(self._content), start + size)
        return FRAME_OVERHEAD + start, self._content[start : self._at]

    def fixed(self, size: int, name: str, meaning: str) -> None:
        """A row of so many bytes."""
        start, raw = self.take(size)
        if len(raw) < size:
            name, meaning = "incomplete", f"{len(raw)} of {size} bytes"
        if raw:
            self.found.rows.append(whole(start, raw, name, meaning))

    def number(self, name: str, meaning: str) -> int | None:
        """A row of one byte; None where nothing is left."""
        start, raw = self.take(1)
        if not raw:
            return None
        self.found.rows.append(Row(8 * start, 8, raw.hex(), name, raw[0], meaning))
        return raw[0]

    def varint(self, name: str, meaning: Callable[[int], str]) -> int | None:
        """A row of a number with 7 bits in each byte; None where it does not end."""
        value = 0
        for place, byte in enumerate(self._content[self._at : self._at + VARINT_MAX]):
            value |= (byte & 127) << 7 * place
            if byte < 128:
                start, raw = self.take(place + 1)
                row = Row(8 * start, 8 * len(raw), raw.hex(), name, value, meaning(value))
                self.found.rows.append(row)
                return value
        return None

    def rest(self, name: str, meaning: str) -> None:
        start, raw = self.take(self.left)
        if raw:
            self.found.rows.append(whole(start, raw, name, meaning))


def explain_control(found: Explanation, kind: FrameType, content: bytes, keys: Keys) -> None:
    """Rows of an opened control frame's content, and what a receiver would say of it."""
    cursor = _Cursor(found, content, keys.context)
    decoded: Digest | FragmentRequest | Fragment | Rejection
    if kind is FrameType.DIGEST:
        _digest(cursor)
        decoded = decode_digest(content)
    elif kind is FrameType.REQUEST:
        start, raw = cursor.take(REQUEST_SIZE)
        add_fields(found, raw, start, REQUEST_FIELDS, keys.context)
        decoded = decode_request(content)
    else:
        _fragment(cursor)
        decoded = decode_fragment(content)
    cursor.rest("left over", "belongs to no field")
    found.notes.append("sealed, not signed: any member who has this key may have made it")
    if isinstance(decoded, Rejection):
        found.refuse(decoded)
        return
    if isinstance(decoded, Fragment) or keys.roster is None:
        return
    if keys.roster.get(decoded.sender) is None:
        found.refuse(Rejection.UNKNOWN_AUTHOR)


def _fragment(cursor: _Cursor) -> None:
    start, raw = cursor.take(FRAGMENT_HEAD)
    add_fields(cursor.found, raw, start, FRAGMENT_FIELDS, cursor.context)
    start, data = cursor.take(cursor.left)
    if data:
        text = '"' + printable(data.decode("utf-8", "backslashreplace")) + '"'
        cursor.found.rows.append(whole(start, data, "data", text))


def _digest(cursor: _Cursor) -> None:
    start, head = cursor.take(DIGEST_HEAD)
    add_fields(cursor.found, head, start, DIGEST_FIELDS, cursor.context)
    flags = head[-1] if len(head) == DIGEST_HEAD else 0
    for key_class in KeyClass:
        if flags >> key_class & 1:
            name = key_class.name.lower()
            cursor.fixed(HASH_SIZE, f"hash of {name}", "sum over the items that it holds")
    if flags >> 4 & 1:
        _holders(cursor)
    if flags >> 5 & 1:
        _vector(cursor)


def _holders(cursor: _Cursor) -> None:
    offset = cursor.number("offset", "the bitmap begins at 8 times this member number")
    size = cursor.number("length", "bytes of the bitmap")
    if offset is None or not size:
        return
    start, raw = cursor.take(size)
    if raw:
        mask = int.from_bytes(raw, "little") << 8 * offset
        names = ", ".join(member_name(number, cursor.context) for number in members_of(mask))
        meaning = f"hold the same: {names}" if names else "nobody"
        cursor.found.rows.append(whole(start, raw, "bitmap", meaning))


def _vector(cursor: _Cursor) -> None:
    start, raw = cursor.take(VECTOR_HEAD)
    add_fields(cursor.found, raw, start, VECTOR_FIELDS, cursor.context)
    if len(raw) < VECTOR_HEAD:
        return
    author = int.from_bytes(raw[2:4], "big")
    while cursor.left:
        following = _entry(cursor, author)
        if following is None:
            return
        author = following


def _entry(cursor: _Cursor, before: int) -> int | None:
    """Rows of one entry; returns its author, or None where it does not follow the layout."""
    step = cursor.varint("author step", lambda value: member_name(before + value, cursor.context))
    if step is None or (header := cursor.varint("highest", _header)) is None:
        return None
    if header & 1 and cursor.number("incarnation", "") is None:
        return None
    return before + step if _runs(cursor, header >> 2) else None


def _header(value: int) -> str:
    extent = "cut, nothing is said below its runs" if value & 2 else "in full"
    incarnation = "an incarnation follows" if value & 1 else "incarnation 0"
    return f"up to sequence {value >> 2}, {extent}, {incarnation}"


def _runs(cursor: _Cursor, high: int) -> bool:
    """Rows of the runs of one entry, the highest first; False where they end too early."""
    while True:
        length = cursor.varint("run", partial(_run, high))
        if length is None or not length & 1:
            return length is not None
        gap = cursor.varint("gap", lambda value: f"the {value + 1} below are not held")
        if gap is None:
            return False
        high -= (length >> 1) + 2 + gap


def _run(high: int, value: int) -> str:
    more = ", another run follows" if value & 1 else ""
    return f"sequences {high - (value >> 1)} to {high} are held{more}"
