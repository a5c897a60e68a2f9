"""Rows of the local socket about this node and its radio, and what of it a locked node tells.

The tables `status` and `radio` have one row each. They are not stored: they describe this run of
the daemon, see WHOLE_TABLES in `meshdefense.api.schema`, where rules, times and places are.
"""

from __future__ import annotations

from typing import NotRequired, TypedDict

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.stock_schema import StockStatus
from meshdefense.api.trust_schema import TrustStatus

__all__ = ["LockedCounts", "NodeStatus", "RadioRow"]


class RadioRow(TypedDict):
    """The radio of this node; exactly one row, id "radio"."""

    id: str
    rev: int
    state: str
    """Value of meshdefense.radio.base.LinkState."""
    detail: str
    since: float
    address: str
    """As given to --radio."""
    node_number: int | None
    name: str | None
    firmware: str | None
    hardware: str | None
    preset: str | None
    region: str | None
    channel_utilisation: float | None
    air_time: float | None
    battery: int | None
    queue_free: int | None
    queue_size: int | None
    nodes_heard: int
    last_frame_at: float | None
    frames_in: int
    frames_out: int


class LockedCounts(TypedDict):
    """What a locked node says of what it holds."""

    unread: int
    """Alerts that are open, not one's own, and not acknowledged by this member."""
    unconfirmed: int
    """Also corroborated and disputed ones."""
    verified: int
    sos: int
    """Calls for help that are not ended."""
    late: NotRequired[int]
    """Members whose check-in is late, and who are not off shift; an older daemon lacks it."""


class NodeStatus(TrustStatus):
    """The node itself; exactly one row, id "status"."""

    id: str
    rev: int
    network: str
    network_id: str
    member: int
    name: str
    roles: list[str]
    origin: PlaceRow
    """Area origin of the network; precision_m is the unit of the grid."""
    started_at: float
    items: int
    """Items in the log."""
    outbox: int
    """Own items not yet heard."""
    rejected: dict[str, int]
    """Frames and items rejected since the start, by reason."""
    store: str
    """"ok", or what is wrong with the disk in a sentence."""
    restored: bool
    """True in the run that found older state put back: own numbers go on in a new series."""
    locked: NotRequired[bool]
    """True while locked; then network, name, roles, member and origin are empty."""
    counts: NotRequired[LockedCounts]
    """While locked."""
    unlock_wait_s: NotRequired[float]
    """Seconds until the next passphrase is looked at; while locked."""
    stock: NotRequired[StockStatus]
    """Where this node speaks to people with stock radios."""
