"""The bit fields of what organizers decide, each with its meaning for people.

One table for each kind, in wire order; part of `body_fields`. Pure.
Source: docs/protocol.md, "Decisions".
"""

from __future__ import annotations

from typing import Final

from meshdefense.cli.packet_fields import (
    REF_FIELDS,
    BitField,
    Context,
    Values,
    member_name,
    time_text,
    word_field,
    zero_field,
)
from meshdefense_protocol.members import Role, role_names
from meshdefense_protocol.packets.decisions import MARK_MAX, SUSPENSION_HOURS_MAX
from meshdefense_protocol.policy import PolicyName
from meshdefense_protocol.words import DECISION_REASONS

__all__ = ["DECISION_FIELDS"]

DAY_S: Final = 86_400


def _member(values: Values, context: Context) -> str:
    return member_name(values["number"], context) if values["number"] else "must not be 0"


def _roles(values: Values, _: Context) -> str:
    return ", ".join(role_names(Role(values["roles"]))) or "must not be 0"


def _expires(values: Values, context: Context) -> str:
    days = values["expires"]
    if not days:
        return "never"
    if context.charter is None:
        return f"{days} days after the charter's date"
    return time_text(context.charter.date + days * DAY_S)


def _mark(name: str, stream: str) -> BitField:
    def meaning(values: Values, _: Context) -> str:
        if values[name] == MARK_MAX:
            return f"all that they said in the {stream} counts"
        incarnation, sequence = values[name] >> 18, values[name] & 0x3FFFF
        return f"up to {incarnation}.{sequence} of the {stream} counts"

    return BitField(name, 24, meaning)


def _hours(values: Values, _: Context) -> str:
    if not 1 <= values["hours"] <= SUSPENSION_HOURS_MAX:
        return f"must be 1 to {SUSPENSION_HOURS_MAX}"
    return "from this item's time"


def _policy(values: Values, _: Context) -> str:
    known = {int(name): name.name.lower().replace("_", "-") for name in PolicyName}
    return known.get(values["policy"], "newer than this version")


_NUMBER: Final = BitField("number", 16, _member)
_REASON: Final = (word_field("reason", DECISION_REASONS), zero_field(4))

DECISION_FIELDS: Final[dict[int, tuple[BitField, ...]]] = {
    32: (
        _NUMBER,
        BitField("serial", 8, lambda values, _: "of this member's certificates"),
        BitField("roles", 8, _roles),
        BitField("expires", 16, _expires),
        BitField("key", 256, lambda values, _: "checks what this member signs"),
    ),
    33: (_NUMBER, *_REASON, _mark("log mark", "log"), _mark("roster mark", "roster")),
    34: (_NUMBER, BitField("hours", 8, _hours), *_REASON),
    35: REF_FIELDS,
    36: (
        BitField("policy", 8, _policy),
        BitField("serial", 8, lambda values, _: "of this policy's values"),
        BitField("value", 8, lambda values, _: ""),
    ),
    37: (
        BitField("epoch", 16, lambda values, _: "the new one"),
        BitField("commitment", 128, lambda values, _: "to the new seed"),
        BitField("content hash", 64, lambda values, _: "of the wraps"),
        BitField("size", 16, lambda values, _: "bytes of the wraps"),
    ),
    38: _REASON,
    39: (BitField("digest", 128, lambda values, _: "names the decision that is endorsed"),),
}
"""The fixed part of every decision that this version knows."""
