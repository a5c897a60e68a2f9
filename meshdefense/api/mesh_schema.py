"""Rows of the local socket that tell of the mesh itself: airtime, gaps, neighbours.

They are not stored and carry no revision of their own, see WHOLE_TABLES in
`meshdefense.api.schema`. Times are seconds since the Unix epoch, lengths of time seconds.
"""

from __future__ import annotations

from typing import TypedDict

__all__ = ["AirtimeRow", "GapRow", "MeshRow", "NeighbourRow", "WaitingRow"]


class AirtimeRow(TypedDict):
    """Where the airtime of one traffic class went in the last hour. Seconds."""

    name: str
    """Name of meshdefense_protocol.priority.Priority in lower case."""
    used_s: float
    allowed_s: float
    """The most that the class may use in an hour."""
    held_back: str
    """Why a frame of the class would have to wait at this moment; empty when it could go."""


class GapRow(TypedDict):
    """Items of one author that exist and are not here."""

    member: int
    name: str
    missing: int
    newest: int
    """Highest sequence that is here."""


class WaitingRow(TypedDict):
    """An own item that waits for its turn."""

    id: str
    airtime_class: str
    """As in AirtimeRow.name."""
    position: int
    """1 is the next to go."""
    reason: str
    """Empty when nothing but its turn keeps it."""


class MeshRow(TypedDict):
    """Health of the mesh as seen from here; exactly one row, id "mesh"."""

    id: str
    rev: int
    airtime: list[AirtimeRow]
    """By class, the most urgent first."""
    ceiling_s: float
    """The most that all classes but SOS may use together in an hour."""
    utilisation: float | None
    """Per cent of the last minute that the radio found the channel busy."""
    gaps: list[GapRow]
    """The most missing first."""
    missing: int
    """Items in all gaps together."""
    waiting: list[WaitingRow]
    """In the order in which they go; the first 20."""
    waiting_count: int
    """How many wait in all."""


class NeighbourRow(TypedDict):
    """A member who is heard without a relay."""

    id: str
    """Member number as text."""
    rev: int
    member: int
    name: str
    heard_at: float
    """When its last digest came, which says what it holds; other frames are not counted."""
    snr: float | None
    """Of that digest, in dB."""
    in_step: bool | None
    """Whether that digest was of what this node held then, or holds by now.

    None when that cannot be told: the digest is old, or is from before the daemon's start."""
