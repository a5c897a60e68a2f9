"""What an explanation of bytes is made of: rows of fields, notes, and what is wrong.

`explain_packet` fills it for frames and items, `explain_control` for what control frames hold.
Source: docs/protocol.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from meshdefense.cli.packet_fields import BitField, Context
from meshdefense_protocol import PROTOCOL_VERSION
from meshdefense_protocol.charter import Charter
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.limits import FRAME_MAX
from meshdefense_protocol.roster import Roster
from meshdefense_protocol.sealing import KeyRing

__all__ = ["REJECTIONS", "Explanation", "Keys", "Row", "add_fields", "whole"]

NUMBER_BITS_MAX: Final = 32
"""Longer fields are hashes: their value says nothing in decimal."""
REJECTIONS: Final = {
    Rejection.SIZE: f"no frame has this size; they have 18 to {FRAME_MAX} bytes",
    Rejection.VERSION: f"another protocol version than {PROTOCOL_VERSION}",
    Rejection.FRAME_TYPE: "a frame type that this version does not know",
    Rejection.STRANGER: "none of the keys opens it: another network, another class, or damage",
    Rejection.MALFORMED: "the bytes do not follow the specification",
    Rejection.DUPLICATE: "received before",
    Rejection.REPLAYED: "older than what is remembered, or an outdated position",
    Rejection.UNKNOWN_AUTHOR: "the author's number is not in the roster",
    Rejection.SIGNATURE: "the signature is not the author's",
    Rejection.ROLE: "the author's roles do not allow this kind",
    Rejection.REVOKED: "the author was revoked, and this came after what still counts",
    Rejection.SUSPENDED: "the author is suspended",
    Rejection.LAPSED: "the author's certificate was over when this was said",
    Rejection.SCOPE: "nobody verified it, and it goes to more people than the policy allows",
    Rejection.QUOTA: "the author has used up what one member may put on everybody's air",
    Rejection.EQUIVOCATION: "the author signed something else under the same id",
}
"""Why a receiver drops something, in words."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What a member has: each part may be missing."""

    charter: Charter | None = None
    roster: Roster | None = None
    ring: KeyRing | None = None

    @property
    def context(self) -> Context:
        """What helps to explain fields."""
        return Context(self.charter, self.roster)


@dataclass(frozen=True, slots=True)
class Row:
    """One field. Offsets count from the start of what was given, also inside a sealed frame."""

    offset: int
    """In bits."""
    bits: int
    raw: str
    """Hex for whole bytes, otherwise binary digits."""
    field: str
    value: int | None
    """None where the bytes are not a number."""
    meaning: str


@dataclass(slots=True)
class Explanation:
    """Everything that can be said."""

    what: str
    """ "frame" or "item"."""
    size: int
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What the rows do not show: who may read it, whether the signature was checked."""
    rejection: Rejection | None = None
    reason: str = ""
    """What a receiver finds wrong, in words."""

    def refuse(self, rejection: Rejection, detail: str = "") -> None:
        """Note why a receiver drops it; the first reason stays."""
        if self.rejection is None:
            self.rejection = rejection
            self.reason = REJECTIONS[rejection] + (f": {detail}" if detail else "")


def whole(start: int, raw: bytes, name: str, meaning: str) -> Row:
    """A field of whole bytes that is not a number."""
    return Row(8 * start, 8 * len(raw), raw.hex(), name, None, meaning)


def add_fields(
    found: Explanation, raw: bytes, start: int, fields: Sequence[BitField], context: Context
) -> None:
    """Rows of packed fields; those that the bytes do not reach are left out."""
    bits = int.from_bytes(raw, "big")
    left = 8 * len(raw)
    width = sum(each.bits for each in fields)
    if left < width:
        if raw:
            found.rows.append(whole(start, raw, "incomplete", f"{len(raw)} of {width // 8} bytes"))
        return
    values: dict[str, int] = {}
    places = []
    for each in fields:
        left -= each.bits
        values[each.name] = bits >> left & (1 << each.bits) - 1
        places.append(8 * (start + len(raw)) - left - each.bits)
    for each, offset in zip(fields, places, strict=True):
        value = values[each.name]
        aligned = offset % 8 == 0 and each.bits % 8 == 0
        shown = f"{value:0{each.bits // 4}x}" if aligned else f"{value:0{each.bits}b}"
        meaning = each.meaning(values, context)
        number = value if each.bits <= NUMBER_BITS_MAX else None
        found.rows.append(Row(offset, each.bits, shown, each.name, number, meaning))
