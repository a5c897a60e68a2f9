"""Rows of the local socket about people with stock radios: what they are told, what they report.

Rules, times and places as in `meshdefense.api.schema`. What is told here is proven; whom a text
is from is not: nothing that comes from a stock radio is signed. See docs/stock-radios.md.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict

from meshdefense.api.parts_schema import PlaceRow

__all__ = ["StockAnswer", "StockLineRow", "StockPin", "StockReportRow", "StockStatus"]


class StockPin(TypedDict):
    """The waypoint that goes with a line."""

    id: int
    lat: float
    lon: float
    expires_at: int
    """1 where it takes an earlier pin away."""
    name: str
    description: str
    state: str
    reason: str
    attempts: int


class StockLineRow(TypedDict):
    """One line for stock radios."""

    id: str
    rev: int
    gone: NotRequired[bool]
    about: str
    """Id of the alert or stand-down."""
    said: str
    """Value of meshdefense_protocol.stock_lines.Said."""
    tag: str
    text: str
    port: str
    """ "alert" rings phones, "text" does not."""
    severity: int
    drill: bool
    state: str
    """queued, handed, at_radio (its queue has it), on_air, heard, unheard; refused (by the radio,
    for good); dropped (not in time; the reason says why); elsewhere (another node said it first);
    uncertain (the radio or the daemon went before it was known); cancelled (it was over before
    it was said)."""
    reason: str
    attempts: int
    created_at: float
    due_at: float
    told_at: float | None
    """When it was given to the radio."""
    ends_at: float
    """Not said any more from then on."""
    pin: StockPin | None


class StockAnswer(TypedDict):
    """The line with which a sender is answered."""

    text: str
    state: str
    """As in StockLineRow."""
    reason: str


class StockReportRow(TypedDict):
    """A text from a stock radio, as far as it was understood. UNSIGNED: anybody may have sent."""

    id: str
    rev: int
    gone: NotRequired[bool]
    intent: str
    """report, need, sos."""
    state: str
    """new, adopted, dismissed, expired."""
    language: str
    kind: int | None
    severity: int
    count: int | None
    activity: int
    equipment: list[int]
    need: str
    """Key of meshdefense_protocol.stock_words.NEEDS; empty for none."""
    place: PlaceRow | None
    place_words: str
    """As the sender wrote it, or as the map names it."""
    missing: list[str]
    """ "what", "where"."""
    personal: list[str]
    """What was cut before it was stored: keys of personal_text.PERSONAL_FORMS."""
    hint: str
    """Last four hex digits of the node number that the radio layer claims."""
    node: int
    """That number, for the answer; a hint as well."""
    keyed: bool
    """Encrypted with a key that the radio knows of that node: a hint, no proof."""
    direct: bool
    times: int
    """How often the same was sent."""
    received_at: float
    last_at: float
    expires_at: float
    ok_at: float | None
    """When the same number said OK afterwards."""
    read_at: float | None
    """When a person here said that they have read it."""
    done_by: str
    """Who adopted or dismissed it."""
    adopted_as: str
    """Id of the signed report."""
    answer: StockAnswer | None


class StockStatus(TypedDict):
    """What this node does for stock radios; in the row `status`."""

    channel: str
    """As the operator named it."""
    index: int | None
    problem: str
    """Why it cannot speak; empty when it can."""
    hears: int
    """Value of the policy stock_hear; 0: nothing is told."""
    reports: int
    """Value of the policy stock_reports; 0: nothing is taken."""
    queued: int
    """Lines that wait."""
    waits_for: str
    """Why the next one waits; empty when it does not."""
    said: int
    """Lines given to the radio in the last hour."""
    dropped: int
    """Lines of the last day that were not said because it was too late."""
    dropped_why: str
    """Why the last of them had to wait; empty where there is none."""
    held_back: int
    """Texts that were not looked at, since the start: too many came."""
