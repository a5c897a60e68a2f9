"""What rows of several tables are made of: a place, who acknowledged, how far an own item came.

Rules, times and places as in `meshdefense.api.schema`; the daemon makes these parts in
`meshdefense.node.row_parts` and `meshdefense.node.delivery_state`.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

__all__ = ["DeliveryState", "DeliveryWords", "HeldBy", "PlaceRow", "ReaderRow"]


class PlaceRow(TypedDict):
    """A place as it was signed: the centre of a cell, and how large the cell is."""

    lat: float
    lon: float
    precision_m: int


class ReaderRow(TypedDict):
    """A person who acknowledged."""

    member: int
    name: str
    at: float


DeliveryState = Literal[
    "received",  # not ours: it came in
    "queued",  # stored here, waits for the radio; `position` 1 is the next to go
    "at_radio",  # the radio's own queue has it
    "on_air",  # transmitted at least once
    "heard",  # another radio was heard relaying it
    "held",  # at least one other member is known to hold it; `held` says how many
    "unheard",  # transmitted, no relay heard; tried again at `retry_at`
    "refused",  # the radio refused it; tried again at `retry_at`
    "expired",  # its lifetime ended before it was heard
    "cancelled",  # replaced or retracted before it was sent
    "local",  # no radio: stored here only
]


class HeldBy(TypedDict):
    """Who is known to hold an own item: members that do, and members that there are.

    Counted are the members whose roles let them read it, without its author. A role that
    nobody has is left out.
    """

    verifiers: NotRequired[list[int]]
    bases: NotRequired[list[int]]
    """Members with the role dispatch."""
    all: list[int]


class DeliveryWords(TypedDict):
    """What was proven about an own item on its way out. Nothing here is a guess."""

    state: DeliveryState
    position: NotRequired[int]
    """Place in our own queue, 1 is next; with "queued"."""
    retry_at: NotRequired[float]
    attempts: NotRequired[int]
    """How often it was handed to the radio."""
    reason: NotRequired[str]
    """Why it waits: "no radio", "radio queue full", ..."""
    held: NotRequired[HeldBy]
    """With "held"."""
    holders: NotRequired[list[int]]
    """Their member numbers, ascending; with "held"."""
