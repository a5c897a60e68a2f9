"""What an item or an event is about: whose row shows it, and what goes when it is withdrawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from meshdefense.api.schema import TableName
from meshdefense.node.asked import NotFoundError
from meshdefense.node.sight import about_of
from meshdefense_protocol.errors import ForbiddenError
from meshdefense_protocol.events import (
    CounterAdvanced,
    Event,
    HeldChanged,
    ItemAccepted,
    NeighbourChanged,
    OutboxChanged,
    TextCompleted,
    TransferChanged,
)
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import (
    Acknowledge,
    Body,
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

__all__ = ["check_subject", "item_of", "latest", "shifted", "spoken_of", "subject_of"]

_SPOKEN_OF: Final[dict[type[Body], tuple[TableName, ...]]] = {
    Retract: ("alerts", "orders"),
    Acknowledge: ("alerts", "messages", "sos", "orders", "patrols"),
    Response: ("alerts", "sos"),
    Escalate: ("alerts", "sos"),
    SosEnd: ("sos",),
    RollAnswer: ("rollcalls",),
}
"""Tables that may show what a body is about; of others only alerts."""


def spoken_of(body: Body) -> tuple[ItemId, tuple[TableName, ...]] | None:
    """The item that has to be here before `body` may be said, and the tables that may show it."""
    if isinstance(body, Manifest):
        return None if body.ref is None else (body.ref, ("alerts",))
    if isinstance(body, Report):
        return None if body.about is None else (body.about, ("alerts",))
    ref = about_of(body)
    return None if ref is None else (ref, _SPOKEN_OF.get(type(body), ("alerts",)))


def check_subject(
    body: Body, me: int, row: Callable[[TableName, ItemId], Mapping[str, object] | None]
) -> None:
    """What is spoken of must be here, and must be one's own or somebody else's to speak of.

    `row` says what a table shows of an item. Raises NotFoundError, ForbiddenError.
    """
    found = spoken_of(body)
    if found is None:
        return
    ref, tables = found
    if all(row(table, ref) is None for table in tables):
        raise NotFoundError(f"{ref} is not here: it was never received, or is past its day")
    mine = ref.author == me
    if isinstance(body, Verdict) and mine:
        raise ForbiddenError("this is your own report: somebody else has to verify it")
    if isinstance(body, Retract) and not mine:
        raise ForbiddenError("only its author can retract a report; give a verdict instead")


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


def latest(events: Iterable[Event]) -> list[Event]:
    """The same without those that a later one outdates: the store keeps the last of each only.

    So what waits for a disk that takes nothing grows with the items, not with time.
    """
    listed = list(events)
    last = {_fact_of(event): place for place, event in enumerate(listed)}
    return [
        event
        for place, event in enumerate(listed)
        if (fact := _fact_of(event)) is None or last[fact] == place
    ]


def shifted(events: Iterable[Event], by: float) -> list[Event]:
    """The same after the clock was set by `by` seconds: when items came in moves along."""
    return [
        replace(event, received_at=event.received_at + by, expires_at=event.expires_at + by)
        if isinstance(event, ItemAccepted)
        else event
        for event in events
    ]


def _fact_of(event: Event) -> tuple[object, ...] | None:
    """What an event gives the present value of; None for what happens once."""
    if isinstance(event, CounterAdvanced):
        return (CounterAdvanced, event.counter.stream)
    if isinstance(event, NeighbourChanged):
        return (NeighbourChanged, event.neighbour.member)
    if isinstance(event, (HeldChanged, OutboxChanged, TransferChanged)):
        return (type(event), item_of(event))
    return None
