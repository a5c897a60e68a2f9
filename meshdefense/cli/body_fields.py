"""The bit fields of every kind of body, each with its meaning for people.

One table for each kind, in wire order; the tests hold them against the codecs. Pure.
Source: docs/protocol.md, "Bodies".
"""

from __future__ import annotations

from typing import Final

from meshdefense.cli.decision_fields import DECISION_FIELDS
from meshdefense.cli.packet_fields import (
    LANGUAGE_FIELD,
    PLACE_FIELDS,
    REF_FIELDS,
    BitField,
    Context,
    Values,
    member_name,
    word_field,
    yes_field,
    zero_field,
)
from meshdefense_protocol.fragments import fragment_count
from meshdefense_protocol.members import Role, role_names
from meshdefense_protocol.packets.beacon import battery_percent
from meshdefense_protocol.packets.checkin import DUE_UNIT_S
from meshdefense_protocol.packets.escalate import COORDINATORS, NEXT_RING
from meshdefense_protocol.packets.report import OBSERVED_AGO_S, size_label
from meshdefense_protocol.packets.response import ETA_UNIT_S, ON_THE_WAY
from meshdefense_protocol.packets.rollcall import WINDOW_UNIT_S
from meshdefense_protocol.packets.standdown import UNTIL_MAX, UNTIL_UNIT_S
from meshdefense_protocol.words import (
    ACK_MEANINGS,
    ACTIVITIES,
    CHECKIN_STATES,
    CLOSE_REASONS,
    ESCALATION_REASONS,
    KINDS,
    MOTIONS,
    REASONS,
    RESPONSES,
    SCOPES,
    SEVERITIES,
    SOS_ENDINGS,
    SOS_KINDS,
    STAND_DOWN_REASONS,
    UNITS,
    VERDICTS,
)

__all__ = ["BODY_FIELDS"]

_LEVELS: Final = {NEXT_RING: "the next ring of people", COORDINATORS: "the coordinators"}


def _observed(values: Values, _: Context) -> str:
    code = values["observed"]
    return "age not said" if code == 7 else f"{OBSERVED_AGO_S[code]} s before the time above"


def _size(values: Values, _: Context) -> str:
    return size_label(values["size"]) or "not said"


def _recipient(values: Values, context: Context) -> str:
    return member_name(values["recipient"], context) if values["recipient"] else "whole scope"


def _due(values: Values, _: Context) -> str:
    due = values["due"]
    return f"within {due * DUE_UNIT_S // 60} minutes" if due else "not said"


def _heading(values: Values, _: Context) -> str:
    if not values["heading known"]:
        return "none" if not values["heading"] else "must be 0"
    return f"{values['heading'] * 45} degrees"


def _battery(values: Values, _: Context) -> str:
    percent = battery_percent(values["battery"])
    return "not known" if percent is None else f"about {percent} %"


def _fragments(values: Values, _: Context) -> str:
    count = fragment_count(values["size"])
    return "1 fragment of the text" if count == 1 else f"{count} fragments of the text"


def _asked(values: Values, context: Context) -> str:
    return member_name(values["member"], context) if values["member"] else "must not be 0"


def _minutes(values: Values, _: Context) -> str:
    minutes = values["minutes"]
    return f"report back within {minutes} minutes" if minutes else "called off"


def _eta(values: Values, _: Context) -> str:
    if not values["eta"]:
        return "not said"
    if values["state"] != ON_THE_WAY:
        return "must be 0"
    return f"there in about {values['eta'] * ETA_UNIT_S // 60} minutes"


def _whom(values: Values, _: Context) -> str:
    return ", ".join(role_names(Role(values["whom"]))) or "everybody"


def _slot(values: Values, _: Context) -> str:
    return "seconds between two answers" if values["slot"] else "must not be 0"


def _window(values: Values, _: Context) -> str:
    minutes = values["window"] * WINDOW_UNIT_S // 60
    return f"over after {minutes} minutes" if minutes else "must not be 0"


def _answer(values: Values, _: Context) -> str:
    return CHECKIN_STATES.get(values["state"]).en if values["state"] else "must not be 0"


def _until(values: Values, _: Context) -> str:
    if not 1 <= values["until"] <= UNTIL_MAX:
        return f"must be 1 to {UNTIL_MAX}"
    return f"holds for {values['until'] * UNTIL_UNIT_S // 60} minutes"


_REPORT: Final = (
    *PLACE_FIELDS,
    word_field("kind", KINDS),
    word_field("severity", SEVERITIES),
    BitField("size", 5, _size),
    word_field("activity", ACTIVITIES),
    word_field("unit class", UNITS),
    BitField("observed", 3, _observed),
    word_field("scope", SCOPES),
)
BODY_FIELDS: Final[dict[int, tuple[BitField, ...]]] = {
    1: _REPORT,
    2: (*REF_FIELDS, word_field("result", VERDICTS), zero_field(5)),
    4: (
        *PLACE_FIELDS,
        word_field("state", CHECKIN_STATES),
        BitField("due", 6, _due),
        zero_field(6),
    ),
    5: (
        BitField("recipient", 16, _recipient),
        word_field("scope", SCOPES),
        yes_field("urgent"),
        LANGUAGE_FIELD,
        zero_field(2),
    ),
    6: (*REF_FIELDS, word_field("reason", REASONS), zero_field(4)),
    7: (*REF_FIELDS, word_field("meaning", ACK_MEANINGS), zero_field(5)),
    8: (
        word_field("scope", SCOPES),
        LANGUAGE_FIELD,
        zero_field(3),
        BitField("size", 16, _fragments),
        BitField("hash", 128, lambda values, _: "of the whole text, with the network id"),
    ),
    9: (*REF_FIELDS, BitField("member", 16, _asked), BitField("minutes", 8, _minutes)),
    10: (*REF_FIELDS, word_field("state", RESPONSES), BitField("eta", 5, _eta)),
    11: (*REF_FIELDS, *_REPORT),
    12: (
        *REF_FIELDS,
        BitField("level", 2, lambda values, _: _LEVELS.get(values["level"], "must be 1 or 2")),
        word_field("reason", ESCALATION_REASONS),
        zero_field(2),
    ),
    13: (*REF_FIELDS, word_field("reason", CLOSE_REASONS), zero_field(4)),
    14: (
        *PLACE_FIELDS,
        word_field("kind", SOS_KINDS),
        word_field("scope", SCOPES),
        zero_field(2),
    ),
    15: (*REF_FIELDS, word_field("how", SOS_ENDINGS), zero_field(4)),
    16: (BitField("whom", 8, _whom), BitField("slot", 8, _slot), BitField("window", 8, _window)),
    17: (*REF_FIELDS, BitField("state", CHECKIN_STATES.bits, _answer), zero_field(4)),
    18: (
        *PLACE_FIELDS,
        word_field("reason", STAND_DOWN_REASONS),
        BitField("until", 6, _until),
        zero_field(6),
    ),
    **DECISION_FIELDS,
    48: (
        *PLACE_FIELDS,
        BitField("heading", 3, _heading),
        yes_field("heading known"),
        word_field("motion", MOTIONS),
        BitField("battery", 4, _battery),
        word_field("state", CHECKIN_STATES),
        zero_field(2),
    ),
}
"""The fixed part of every kind that this version knows."""
