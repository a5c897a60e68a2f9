"""What an item or an event is about: whose row shows it, and what goes when it is withdrawn."""

from __future__ import annotations

from meshdefense_protocol.events import (
    Event,
    HeldChanged,
    ItemAccepted,
    OutboxChanged,
    TextCompleted,
    TransferChanged,
)
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import Acknowledge, Body, Manifest, Retract, Verdict
from meshdefense_protocol.packets.reference import ItemId

__all__ = ["item_of", "spoken_of", "subject_of"]


def spoken_of(body: Body) -> tuple[ItemId, tuple[str, ...]] | None:
    """The item that has to be here before `body` may be said, and the tables that may show it."""
    if isinstance(body, (Verdict, Retract)):
        return body.ref, ("alerts",)
    if isinstance(body, Acknowledge):
        return body.ref, ("alerts", "messages")
    if isinstance(body, Manifest) and body.ref is not None:
        return body.ref, ("alerts",)
    return None


def subject_of(item: Item) -> ItemId:
    """The item whose row shows what became of `item`."""
    if isinstance(item.body, (Verdict, Retract, Acknowledge)):
        return item.body.ref
    return item.id


def item_of(event: Event) -> ItemId | None:
    """The item that an event is about, for events that go when it is withdrawn."""
    if isinstance(event, ItemAccepted):
        return event.item.id
    if isinstance(event, OutboxChanged):
        return event.entry.id
    if isinstance(event, (HeldChanged, TextCompleted)):
        return event.item_id
    if isinstance(event, TransferChanged):
        return event.transfer.ref
    return None  # counters stay advanced: a sequence is never used twice
