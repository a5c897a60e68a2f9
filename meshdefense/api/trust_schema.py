"""What the status row says of membership, keys and organizers' decisions."""

from __future__ import annotations

from typing import NotRequired, TypedDict

__all__ = ["BehindRow", "TrustStatus", "WarningRow"]


class BehindRow(TypedDict):
    """A member who was last heard with older keys than those in force."""

    member: int
    name: str
    epoch: int
    heard_at: float


class WarningRow(TypedDict):
    """An organizer's word that the network may be compromised."""

    id: str
    by: int
    by_name: str
    reason: int
    """Code of words.DECISION_REASONS."""
    at: float


class TrustStatus(TypedDict):
    """Fields of the status row; a locked node leaves them out."""

    epoch: NotRequired[int]
    """Of the newest keys that are here."""
    epoch_in_force: NotRequired[int]
    """Of the newest keys that organizers decided on; higher while their wraps are missing."""
    left_out: NotRequired[bool]
    """True when the newest keys were made without this member: meet an organizer."""
    epoch_behind: NotRequired[list[BehindRow]]
    warnings: NotRequired[list[WarningRow]]
    revoked: NotRequired[bool]
    """True when this member was revoked."""
    suspended_until: NotRequired[float | None]
    pending_decisions: NotRequired[int]
    """Decisions that wait for more organizers."""
    threshold: NotRequired[int]
    """Organizers who must agree."""
    organizers: NotRequired[int]
