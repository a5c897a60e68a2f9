"""Rows of the local API about what happened: the timeline, and the log of exports.

Rules, times and places as in `meshdefense.api.schema`. The timeline is not a table of `changes`:
it is asked for in windows, newest first, by the method `timeline`. Source: docs/api.md.
"""

from __future__ import annotations

from typing import Any, Final, Literal, TypedDict, get_args

from meshdefense.api.parts_schema import DeliveryWords, PlaceRow

__all__ = ["EVENT_KINDS", "AsOfResult", "EventKind", "ExportRow", "TimelinePage", "TimelineRow"]

EventKind = Literal[
    "report",  # words: kind, severity, activity, unit, scope, equipment (a list)
    "verdict",  # words: result
    "retract",  # words: reason (REASONS)
    "check-in",  # words: state (CHECKIN_STATES)
    "notice",  # words: scope
    "long-report",  # words: scope
    "acknowledge",  # words: meaning (ACK_MEANINGS)
    "dispatch",  # `member` is asked; minutes to report back, 0 calls them off
    "respond",  # words: state (RESPONSES); minutes until there
    "broadcast",  # words as of a report
    "escalate",  # words: level, reason (ESCALATION_REASONS)
    "close",  # words: reason (CLOSE_REASONS)
    "sos",  # words: kind (SOS_KINDS), scope
    "sos-end",  # words: how (SOS_ENDINGS)
    "roll-call",
    "roll-answer",  # words: state (CHECKIN_STATES)
    "stand-down",  # words: reason (STAND_DOWN_REASONS)
    "position",  # words: motion, state (CHECKIN_STATES)
    "decision",  # of organizers; `text` says it, in English
    "newer",  # of a kind that this version does not know
]
EVENT_KINDS: Final[tuple[EventKind, ...]] = get_args(EventKind)


class TimelineRow(TypedDict):
    """One thing that somebody said, as this node has it."""

    id: str
    cursor: int
    """Place in this node's log; ask for what lies before it."""
    kind: EventKind
    at: float
    """When it was said: by its author's clock where that can be right, else when it came in."""
    received_at: float
    time_uncertain: bool
    author: int
    author_name: str
    author_out: bool
    mine: bool
    drill: bool
    about: str | None
    """Id of the alert, SOS, roll call or order that it speaks of."""
    also: list[str]
    """Further ids, of an acknowledgement of several items."""
    words: dict[str, int | list[int]]
    """Codes by the name of the field, see EventKind; lists: meshdefense_protocol.words."""
    member: int | None
    """Whom a dispatch sends, or a notice is for."""
    member_name: str | None
    count: int | None
    minutes: int | None
    text: str
    """Note or message, or what was decided; of a long report nothing."""
    place: PlaceRow | None
    """As it was signed."""
    delivery: DeliveryWords
    hops: int | None
    """How many relays it came over; None of one's own, and where the radio does not say."""


class TimelinePage(TypedDict):
    """Answer to `timeline`: rows, newest first by their place in the log."""

    rows: list[TimelineRow]
    before: int | None
    """Where to go on; None when there is nothing older that fits."""
    kept_since: float | None
    """When the oldest item that is kept came in, decisions apart; None when there is none."""


class AsOfResult(TypedDict):
    """Answer to `as_of`: the rows of `changes` as they stood at a moment."""

    at: float
    kept_since: float | None
    """As in TimelinePage; before it nothing is known any more."""
    tables: dict[str, list[dict[str, Any]]]
    """alerts, sos, orders, rollcalls, patrols, messages and members; each `rev` is 0."""


class ExportRow(TypedDict):
    """One export that was made on this node."""

    id: int
    at: float
    member: int
    name: str
    format: str
    """csv, geojson, gpx, cap, cot, memo, times."""
    since: float | None
    until: float | None
    redacted: bool
    rows: int
    bytes: int
    sha256: str
    """Of the file, in hex."""
