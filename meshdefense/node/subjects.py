"""What an item or an event is about: whose row shows it, and what goes when it is withdrawn."""

from __future__ import annotations

from typing import Final

from meshdefense.api.schema import TableName
from meshdefense.node.sight import about_of
from meshdefense_protocol.events import (
    Event,
    HeldChanged,
    ItemAccepted,
    OutboxChanged,
    TextCompleted,
    TransferChanged,
)
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

__all__ = ["item_of", "spoken_of", "subject_of"]

_SPOKEN_OF: Final[dict[type[Body], tuple[TableName, ...]]] = {
    Verdict: ("alerts",),
    Retract: ("alerts", "orders"),
    Acknowledge: ("alerts", "messages", "sos", "orders"),
    Dispatch: ("alerts",),
    Response: ("alerts", "sos"),
    Broadcast: ("alerts",),
    Escalate: ("alerts", "sos"),
    Close: ("alerts",),
    SosEnd: ("sos",),
    RollAnswer: ("rollcalls",),
}


def spoken_of(body: Body) -> tuple[ItemId, tuple[TableName, ...]] | None:
    """The item that has to be here before `body` may be said, and the tables that may show it."""
    if isinstance(body, Manifest):
        return None if body.ref is None else (body.ref, ("alerts",))
    if isinstance(body, Report):
        return None if body.about is None else (body.about, ("alerts",))
    ref = about_of(body)
    return None if ref is None else (ref, _SPOKEN_OF[type(body)])


def subject_of(item: Item) -> ItemId:
    """The item whose row shows what became of `item`."""
    return about_of(item.body) or item.id


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
