"""Traffic classes: what goes first, and what shares which part of the channel.

Source: docs/protocol.md, "Airtime".
"""

from __future__ import annotations

from enum import IntEnum

from meshdefense_protocol.packets import (
    Acknowledge,
    Beacon,
    Body,
    Broadcast,
    CheckIn,
    Close,
    Grant,
    Manifest,
    Notice,
    Policy,
    Response,
    RollAnswer,
    Sos,
    SosEnd,
    StandDown,
)

__all__ = ["Priority", "priority_of"]


class Priority(IntEnum):
    """Classes of traffic, the most urgent first. Stored with the outbox: never renumber."""

    SOS = 0
    """SOS and its end."""
    CONFIRMED = 1
    """Verified alert, closing, stand-down."""
    ALERT = 2
    """Report, verdict, retraction, dispatch, escalation, roll call, urgent notice, and
    organizers' decisions that take something away."""
    CHECK_IN = 3
    """Check-in, acknowledgement, response, answer to a roll call."""
    REPAIR = 4
    """An item sent again for a neighbour who lacks it."""
    NOTICE = 5
    POSITION = 6
    DIGEST = 7
    """What this node holds, and what it asks for."""
    LONG = 8
    """Fragments of long reports."""
    STOCK = 9
    """Plain lines for people with stock radios; never an item of ours."""


def priority_of(body: Body) -> Priority:
    """The class of an own item."""
    if isinstance(body, Beacon):
        return Priority.POSITION
    if isinstance(body, (Sos, SosEnd)):
        return Priority.SOS
    if isinstance(body, (StandDown, Broadcast, Close)):
        return Priority.CONFIRMED
    if isinstance(body, (CheckIn, Acknowledge, Response, RollAnswer)):
        return Priority.CHECK_IN
    if isinstance(body, Notice):
        return Priority.ALERT if body.urgent else Priority.NOTICE
    if isinstance(body, (Manifest, Grant, Policy)):
        return Priority.NOTICE
    return Priority.ALERT
