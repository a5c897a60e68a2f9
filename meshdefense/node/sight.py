"""An item of the log as rows see it: decoded, with how it came in, and what it is about."""

from __future__ import annotations

from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import (
    Acknowledge,
    Body,
    Broadcast,
    Close,
    Dispatch,
    Escalate,
    Manifest,
    Report,
    Response,
    Retract,
    RollAnswer,
    SosEnd,
    Verdict,
)
from meshdefense_protocol.packets.reference import ItemId

__all__ = ["Sight", "about_of", "refs_of", "said_at"]

_ABOUT_ONE = (Verdict, Retract, Dispatch, Response, Broadcast, Escalate, Close, SosEnd, RollAnswer)


class Sight:
    """An item of the log, decoded, with how it came in."""

    __slots__ = ("item", "own", "received_at")

    def __init__(self, item: Item, received_at: float, own: bool) -> None:
        self.item, self.received_at, self.own = item, received_at, own


def said_at(sight: Sight, charter_date: int) -> float:
    """When it was said: by its author's claim where that can be right, else when it came in."""
    item, received_at = sight.item, sight.received_at
    believable = item.time_is_believable(charter_date, received_at)
    return min(item.claimed_at(charter_date), received_at) if believable else received_at


def about_of(body: Body) -> ItemId | None:
    """The one item whose row tells what became of this; None for what has a row of its own."""
    return body.ref if isinstance(body, (*_ABOUT_ONE, Acknowledge)) else None


def refs_of(item: Item) -> tuple[ItemId, ...]:
    """The items that an item is about; the store knows the first."""
    body = item.body
    if isinstance(body, Acknowledge):
        return body.refs
    if isinstance(body, _ABOUT_ONE):
        return (body.ref,)
    if isinstance(body, Manifest) and body.ref is not None:
        return (body.ref,)
    if isinstance(body, Report) and body.about is not None:
        return (body.about,)
    return ()
