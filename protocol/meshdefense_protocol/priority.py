"""Traffic classes: what goes first, and what shares which part of the channel.

Source: docs/protocol.md, "Airtime".
"""

from __future__ import annotations

from enum import IntEnum

from meshdefense_protocol.packets import Acknowledge, Beacon, Body, CheckIn, Manifest, Notice

__all__ = ["Priority", "priority_of"]


class Priority(IntEnum):
    """Classes of traffic, the most urgent first. Stored with the outbox: never renumber."""

    SOS = 0
    CONFIRMED = 1
    """Verified alert, all-clear, stand-down."""
    ALERT = 2
    """Report, verdict, retraction, urgent notice."""
    CHECK_IN = 3
    REPAIR = 4
    """An item sent again for a neighbour who lacks it."""
    NOTICE = 5
    POSITION = 6
    DIGEST = 7
    """What this node holds, and what it asks for."""
    LONG = 8
    """Fragments of long reports."""


def priority_of(body: Body) -> Priority:
    """The class of an own item."""
    if isinstance(body, Beacon):
        return Priority.POSITION
    if isinstance(body, (CheckIn, Acknowledge)):
        return Priority.CHECK_IN
    if isinstance(body, Notice):
        return Priority.ALERT if body.urgent else Priority.NOTICE
    if isinstance(body, Manifest):
        return Priority.NOTICE
    return Priority.ALERT
