"""Rows of the local API about what is done: who goes, who has answered, who was heard from.

Rules, times and places as in `meshdefense.api.schema`. Everywhere, `out` is true for somebody
whom the organizers have revoked since: what they said before still counts.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict

from meshdefense.api.parts_schema import DeliveryWords, PlaceRow

__all__ = [
    "AlertProgress",
    "AnswerRow",
    "BroadcastRow",
    "CloseRow",
    "DispatchRow",
    "EscalationRow",
    "HereResult",
    "OrderRow",
    "PersonRow",
    "RollCallRow",
    "RollEntry",
    "SosRow",
]


class PersonRow(TypedDict):
    """A member."""

    member: int
    name: str
    out: bool


class DispatchRow(PersonRow):
    """One member who was asked to look at an alert; the last dispatch of each."""

    id: str
    state: str
    """One of meshdefense_protocol.dispatching.ASSIGNMENT_STATES."""
    by: int
    by_name: str
    look: str
    """What to look for."""
    asked_at: float
    due_at: float | None
    """When they are to report back; None where it was called off."""
    accepted_at: float | None
    mine: bool
    """Whether this node's member is the one who was asked."""
    delivery: DeliveryWords


class AnswerRow(PersonRow):
    """What one person does about an alert or an SOS: their newest word."""

    id: str
    state: int
    """Code of words.RESPONSES."""
    at: float
    eta_at: float | None
    """When they will be there, by their own estimate."""
    delivery: DeliveryWords


class CloseRow(PersonRow):
    """One person who says that an alert is over."""

    id: str
    reason: int
    """Code of words.CLOSE_REASONS."""
    at: float
    delivery: DeliveryWords


class BroadcastRow(PersonRow):
    """One wide alarm about an alert."""

    id: str
    at: float
    delivery: DeliveryWords


class EscalationRow(TypedDict):
    """Who is to look at it beside those who do so anyway."""

    level: int
    """0 nobody more, 1 everybody in the field, 2 the coordinators."""
    since: float | None
    by_name: str | None
    """Who escalated it; None where time did."""
    reason: int | None
    """Code of words.ESCALATION_REASONS."""
    next_at: float | None
    """When the level rises if nobody answers."""


class AlertProgress(TypedDict):
    """What a row of `alerts` says of the work on it."""

    confirmed: int
    """Verifiers who confirm it."""
    needed: int
    """How many of them it takes."""
    closes: list[CloseRow]
    closes_needed: int
    """How many people have to say that it is over."""
    reopened_at: float | None
    """When a verifier saw it again after enough people had said that it is over."""
    reporters: list[PersonRow]
    """Who reported it and did not take that back; two make it corroborated."""
    about: str | None
    """Id of the alert that this report adds to."""
    additions: list[str]
    """Ids of the reports that add to this one."""
    dispatches: list[DispatchRow]
    responses: list[AnswerRow]
    broadcasts: list[BroadcastRow]
    """In order of time."""
    escalation: EscalationRow
    here: bool
    """Whether the report itself is here; else the row tells what the last broadcast says."""
    counts: bool
    """False where its author's word does not count: suspended then, or revoked since."""
    author_out: bool
    changes_at: float | None
    """When time alone will change this row."""


class HereResult(TypedDict):
    """What an SOS of now would say of where its author is; the answer of `here`."""

    source: str
    """radio (its own fix), shared (the last own position or check-in), none."""
    precision_m: int | None
    """Size of the cell that would be signed."""
    age_s: float | None


class SosRow(TypedDict):
    """A call for help."""

    id: str
    rev: int
    gone: NotRequired[bool]
    kind: int
    """Code of words.SOS_KINDS."""
    state: str
    """raised, acknowledged (by a person), ended."""
    scope: int
    place: PlaceRow | None
    author: int
    author_name: str
    author_out: bool
    mine: bool
    drill: bool
    raised_at: float
    received_at: float
    time_uncertain: bool
    expires_at: float
    answers: list[AnswerRow]
    """Each person once; a mere acknowledgement has the state `acknowledged`."""
    calls: int | None
    """How often it was sent, of one's own."""
    ending: int | None
    """Code of words.SOS_ENDINGS; None also when only its time is over."""
    ended_by_name: str | None
    ended_at: float | None
    escalation: EscalationRow
    delivery: DeliveryWords
    newer: bool
    changes_at: float | None


class OrderRow(TypedDict):
    """A stand-down."""

    id: str
    rev: int
    gone: NotRequired[bool]
    state: str
    """in-force, over, retracted, void (its author's word does not count)."""
    reason: int
    """Code of words.STAND_DOWN_REASONS."""
    place: PlaceRow | None
    """The area is its cell; None is everywhere."""
    author: int
    author_name: str
    author_out: bool
    mine: bool
    drill: bool
    ordered_at: float
    received_at: float
    until: float
    acknowledged: list[AnswerRow]
    waiting: list[PersonRow]
    """Members who have not acknowledged it."""
    delivery: DeliveryWords
    newer: bool
    changes_at: float | None


class RollEntry(PersonRow):
    """One member of a roll call."""

    state: int
    """Code of words.CHECKIN_STATES; 0: not heard from."""
    at: float | None


class RollCallRow(TypedDict):
    """A roll call, and who answered."""

    id: str
    rev: int
    gone: NotRequired[bool]
    state: str
    """open, over, void (its author's word does not count)."""
    author: int
    author_name: str
    author_out: bool
    mine: bool
    drill: bool
    called_at: float
    received_at: float
    closes_at: float
    slot_s: int
    whom: list[str]
    """Names of the roles that are asked; empty: everybody."""
    asked: list[RollEntry]
    """In order of their slots."""
    others: list[RollEntry]
    """Who answered without being asked."""
    heard: int
    """How many of those asked have answered."""
    slot_at: float | None
    """When this node's answer goes out at the earliest; None where it was not asked."""
    delivery: DeliveryWords
    changes_at: float | None
