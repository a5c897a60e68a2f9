"""Rows of the local socket about what members report and write, where they are, and who they are.

The tables `alerts`, `patrols`, `messages` and `members`: made from signed items, kept in the
store. Rules, times and places as in `meshdefense.api.schema`. Source: docs/api.md.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict

from meshdefense.api.parts_schema import DeliveryWords, PlaceRow, ReaderRow
from meshdefense.api.response_schema import AlertProgress

__all__ = ["AlertRow", "LongText", "MemberRow", "MessageRow", "PatrolRow", "VerdictRow"]


class VerdictRow(TypedDict):
    """One verdict on an alert."""

    id: str
    member: int
    name: str
    result: int
    """Code of `meshdefense_protocol.words.VERDICTS`."""
    at: float
    note: str
    count: int | None
    delivery: DeliveryWords
    out: bool
    """Whether its author was revoked since."""


class AlertRow(AlertProgress):
    """A report with what became of it."""

    id: str
    """"author.incarnation.sequence", as typed on the command line."""
    rev: int
    gone: NotRequired[bool]
    kind: int
    """Codes: see meshdefense_protocol.words (KINDS, SEVERITIES, ACTIVITIES, UNITS, EQUIPMENT)."""
    severity: int
    state: str
    """Ladder: unconfirmed, corroborated, verified, disputed, retracted, expired, closed."""
    scope: int
    count: int | None
    """How many were seen, as exactly as the report says."""
    count_label: str
    """The same in words, "3" or "20-29"; empty when unknown."""
    activity: int
    unit: int
    equipment: list[int]
    place: PlaceRow | None
    note: str
    author: int
    author_name: str
    mine: bool
    drill: bool
    reported_at: float
    """When the author says it was reported; only for ordering and age."""
    observed_at: float | None
    received_at: float
    time_uncertain: bool
    expires_at: float
    verdicts: list[VerdictRow]
    retracted_at: float | None
    readers: list[ReaderRow]
    delivery: DeliveryWords
    newer: bool
    """True when it holds codes that this version does not know."""


class PatrolRow(TypedDict):
    """The newest that is known of one member in the field."""

    id: str
    """Member number as text."""
    rev: int
    gone: NotRequired[bool]
    member: int
    name: str
    roles: list[str]
    mine: bool
    place: PlaceRow | None
    place_at: float | None
    heading: int | None
    """Degrees, in steps of 45."""
    motion: int
    """Code of words.MOTIONS."""
    battery: int | None
    """Per cent."""
    state: int
    """Code of words.CHECKIN_STATES."""
    checked_in_at: float | None
    due_at: float | None
    """When the next check-in is due; past it the patrol is overdue."""
    checkin: NotRequired[str]
    """Id of the newest check-in, for an acknowledgement; missing where there was none."""
    readers: NotRequired[list[ReaderRow]]
    """Who acknowledged that check-in: after `due_at`, that somebody sees that it is late."""
    last_seen: float


class LongText(TypedDict):
    """The text of a long report, which comes in parts."""

    size: int
    """Bytes of UTF-8 in all."""
    have: int
    """Parts that are here."""
    of: int
    """Parts that there are."""
    lines: list[str]
    """The whole text, cut at its line ends; empty while parts are missing."""
    about: str | None
    """Id of the alert that it belongs to."""
    language: str
    """"en" or "es"; empty when its author does not say."""


class MessageRow(TypedDict):
    """A notice, or a long report."""

    id: str
    rev: int
    gone: NotRequired[bool]
    author: int
    author_name: str
    mine: bool
    scope: int
    recipient: int | None
    recipient_name: str | None
    text: str
    """Of a notice; empty for a long report."""
    long: NotRequired[LongText]
    """With a long report only."""
    urgent: bool
    drill: bool
    sent_at: float
    received_at: float
    expires_at: float
    readers: list[ReaderRow]
    delivery: DeliveryWords


class MemberRow(TypedDict):
    """One entry of the roster."""

    id: str
    rev: int
    gone: NotRequired[bool]
    number: int
    name: str
    roles: list[str]
    fingerprint: str
    mine: bool
