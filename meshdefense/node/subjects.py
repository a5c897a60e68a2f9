"""What an item or an event is about: whose row shows it, and what goes when it is withdrawn."""

from __future__ import annotations

from meshdefense_protocol.events import Event, ItemAccepted, OutboxChanged
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import Acknowledge, Retract, Verdict
from meshdefense_protocol.packets.reference import ItemId

__all__ = ["item_of", "subject_of"]


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
    return None  # counters stay advanced: a sequence is never used twice
