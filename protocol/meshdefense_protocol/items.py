"""Items: what somebody said, signed once, valid for ever whoever carries it.

    0      kind 6 | drill 1 | extended 1
    1-2    author
    3-5    incarnation 6 | sequence 18
    6-8    time, units of 4 s since the charter's date: a claim
    9-     body, extensions
    -64    Ed25519 over PURPOSE_ITEM, network id and all bytes before

Source: docs/protocol.md, "Item".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from meshdefense_protocol.errors import DecodeError, Rejection, TooLongError, ValueRangeError
from meshdefense_protocol.identity import PURPOSE_ITEM, Identity, verify
from meshdefense_protocol.limits import (
    CLOCK_TOLERANCE_S,
    FIRST_POSITION_KIND,
    FIRST_ROSTER_KIND,
    FRAME_OVERHEAD,
    FRAME_TARGET,
    INCARNATION_MAX,
    ITEM_MAX,
    ITEM_MIN,
    LATE_LIFETIME_S,
    LIFETIME_MAX_S,
    ROSTER_INCARNATION,
    SEQUENCE_MAX,
    SIGNATURE_SIZE,
    TIME_UNIT_S,
)
from meshdefense_protocol.packets import BODIES, Body, KnownBody, UnknownBody
from meshdefense_protocol.packets.extension import read_extensions, write_extensions
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.place import check_snapped
from meshdefense_protocol.wire import Reader

__all__ = [
    "NEVER",
    "Item",
    "ItemId",
    "Stream",
    "decode_item",
    "encode_item",
    "read_item",
    "stream_of",
    "time_units",
]

TIME_UNITS_MAX: Final = (1 << 24) - 1
NEVER: Final = 1e12
"""When what never expires does: far beyond any clock, and a number that every format can say."""


def stream_of(kind: int) -> Stream:
    """Which counter a kind's sequence comes from."""
    if kind >= FIRST_POSITION_KIND:
        return Stream.POSITION
    return Stream.ROSTER if kind >= FIRST_ROSTER_KIND else Stream.LOG


def time_units(now: float, charter_date: int) -> int:
    """Seconds since the epoch as the header's time; a wrong clock ends at either limit."""
    return max(0, min(TIME_UNITS_MAX, int((now - charter_date) // TIME_UNIT_S)))


@dataclass(frozen=True, slots=True)
class Item:
    """A decoded item together with the bytes that were signed."""

    id: ItemId
    kind: int
    drill: bool
    units: int
    """The header's time."""
    body: Body
    raw: bytes
    """Everything, signature included: what is stored and sent on."""

    def claimed_at(self, charter_date: int) -> float:
        """The author's time in seconds since the epoch; only for ordering and age."""
        return float(charter_date + self.units * TIME_UNIT_S)

    def time_is_believable(self, charter_date: int, received_at: float) -> bool:
        """Whether the claimed time can be right: not in the future, not older than any item."""
        claimed = self.claimed_at(charter_date)
        return received_at - LIFETIME_MAX_S <= claimed <= received_at + CLOCK_TOLERANCE_S

    @property
    def lifetime_s(self) -> int:
        """Its own where the body says one, else that of its kind."""
        return getattr(self.body, "lifetime_s", None) or self.body.default_lifetime_s

    def expires_at(self, charter_date: int, received_at: float) -> float:
        """When it has nothing more to say.

        Counted from the claimed time where that is believable, else from reception: a wrong
        clock neither loses an item nor keeps it for ever. What would be over on arrival (it
        was carried for hours, or its author's clock is slow) is shown for LATE_LIFETIME_S.
        What organizers decided never expires.
        """
        if self.id.stream is Stream.ROSTER:
            return NEVER
        lifetime = self.lifetime_s
        believable = self.time_is_believable(charter_date, received_at)
        start = min(self.claimed_at(charter_date), received_at) if believable else received_at
        late = start + lifetime <= received_at
        return received_at + min(lifetime, LATE_LIFETIME_S) if late else start + lifetime

    def came_late(self, charter_date: int, received_at: float) -> bool:
        """Whether, by its claimed time, it was over when it arrived."""
        return self.claimed_at(charter_date) + self.lifetime_s <= received_at

    def is_signed_by(self, key: bytes, network_id: bytes) -> bool:
        """Whether `key` signed it, on this network."""
        message, signature = self.raw[:-SIGNATURE_SIZE], self.raw[-SIGNATURE_SIZE:]
        return verify(key, PURPOSE_ITEM, network_id + message, signature)


def encode_item(
    body: Body,
    *,
    item_id: ItemId,
    units: int,
    identity: Identity,
    network_id: bytes,
    drill: bool = False,
    frame_limit: int = FRAME_TARGET,
    grid_unit_m: int | None = None,
) -> Item:
    """Sign what `body` says; `grid_unit_m`, where given, is the charter's unit.

    Raises TooLongError when it would not fit one frame, and ValueRangeError for a value that
    no receiver would read as it was meant: nothing is signed that others must refuse.
    """
    if isinstance(body, UnknownBody):
        raise ValueError("a body that this version does not know cannot be signed")
    try:
        message = _message(body, item_id, units, drill)
    except (ValueError, OverflowError) as error:
        raise ValueRangeError(f"this cannot be said: {error}") from error
    size = len(message) + SIGNATURE_SIZE + FRAME_OVERHEAD
    if size > frame_limit:
        raise TooLongError(size, frame_limit)
    item = Item(item_id, body.KIND, drill, units, body, message + bytes(SIGNATURE_SIZE))
    try:
        understood = read_item(item.raw, grid_unit_m=grid_unit_m)
    except DecodeError as error:
        raise ValueRangeError(f"this cannot be said: {error}") from error
    if understood != item:
        raise ValueRangeError("this cannot be said: a value has no encoding of its own")
    return replace(item, raw=message + identity.sign(PURPOSE_ITEM, network_id + message))


def _message(body: KnownBody, item_id: ItemId, units: int, drill: bool) -> bytes:
    """What is signed, without purpose and network id."""
    extensions = body.extensions()
    return (
        bytes((body.KIND << 2 | drill << 1 | bool(extensions),))
        + item_id.author.to_bytes(2, "big")
        + (item_id.incarnation << 18 | item_id.sequence).to_bytes(3, "big")
        + units.to_bytes(3, "big")
        + body.fixed()
        + write_extensions(extensions)
    )


def decode_item(raw: bytes, *, grid_unit_m: int = 1) -> Item | Rejection:
    """Read an item. Total: any bytes give an item or a Rejection, never an exception.

    Verifies everything but the signature. `grid_unit_m` is the charter's unit.
    """
    try:
        return read_item(raw, grid_unit_m=grid_unit_m)
    except DecodeError:
        return Rejection.MALFORMED


def read_item(raw: bytes, *, grid_unit_m: int | None) -> Item:
    """As decode_item, but raises DecodeError that says what is wrong.

    Without a `grid_unit_m` it is not checked whether a place is the centre of its cell.
    """
    if not ITEM_MIN <= len(raw) <= ITEM_MAX:
        raise DecodeError(f"an item has {ITEM_MIN} to {ITEM_MAX} bytes, not {len(raw)}")
    reader = Reader(raw[:-SIGNATURE_SIZE])
    head = reader.uint(9)
    kind = head >> 66
    if kind == 0:
        raise DecodeError("kind 0 is invalid")
    author = head >> 48 & 0xFFFF
    incarnation, stream = head >> 42 & INCARNATION_MAX, stream_of(kind)
    if (incarnation >= ROSTER_INCARNATION) is not (stream is Stream.ROSTER):
        raise DecodeError(f"incarnation {incarnation} is not one of kind {kind}")
    item_id = ItemId(author, incarnation, head >> 24 & SEQUENCE_MAX, stream)
    extended = bool(head >> 64 & 1)
    body_type = BODIES.get(kind)
    body: Body
    if body_type is None:
        body = UnknownBody(kind, reader.rest(), extended)
    else:
        fixed = Reader(reader.take(body_type.SIZE))
        body = body_type.read(fixed, read_extensions(reader) if extended else {})
        fixed.finish()
        reader.finish()
        if grid_unit_m is not None:
            check_snapped(getattr(body, "place", None), grid_unit_m)
    return Item(item_id, kind, bool(head >> 65 & 1), head & TIME_UNITS_MAX, body, raw)
