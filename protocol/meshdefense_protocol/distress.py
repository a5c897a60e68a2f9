"""What became of a call for help: who has it, and whether it is over. Pure, in any order.

Source: docs/protocol.md, "SOS".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from meshdefense_protocol.items import Item
from meshdefense_protocol.ladder import counting_items, newest_of_each, told_by
from meshdefense_protocol.packets import Acknowledge, Response, SosEnd
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.roster import Roster
from meshdefense_protocol.words import RESPONSES

__all__ = ["Distress", "answers_to", "distress"]

_NO_ANSWER: Final = {RESPONSES.code("pending"), RESPONSES.code("cancelled")}


@dataclass(frozen=True, slots=True)
class Distress:
    """One SOS."""

    state: str
    """raised: no person has answered; acknowledged; ended: cancelled, all clear, or expired."""
    answers: tuple[Item, ...]
    """What each person answers, in order of time, then id."""
    end: Item | None
    """Who ended it; None also where only its time is over."""


def distress(
    ref: ItemId, items: Collection[Item], *, roster: Roster, now: float, expires_at: float
) -> Distress:
    """Fold the items that speak of the SOS `ref`. Its author's own word is no answer."""
    counting = counting_items(ref, items, roster)
    ends = [item for item, body in told_by(counting, SosEnd) if body.ref == ref]
    end = min(ends, key=lambda item: (item.units, item.id), default=None)
    answers = answers_to(ref, counting)
    if end is not None or now >= expires_at:
        return Distress("ended", answers, end)
    return Distress("acknowledged" if answers else "raised", answers, None)


def answers_to(ref: ItemId, counting: Iterable[Item]) -> tuple[Item, ...]:
    """What each person but its author answers to `ref`, in order of time, then id.

    Their newest response, else their first acknowledgement; who cancelled is no answer.
    """
    items = list(counting)
    responses = newest_of_each(item for item, body in told_by(items, Response) if body.ref == ref)
    found = {item.id.author: item for item in responses}
    for item, body in told_by(items, Acknowledge):
        if ref in body.refs:
            found.setdefault(item.id.author, item)
    return tuple(
        sorted(
            (item for who, item in found.items() if who != ref.author and _has_it(item)),
            key=lambda item: (item.units, item.id),
        )
    )


def _has_it(item: Item) -> bool:
    return not (isinstance(item.body, Response) and item.body.state in _NO_ANSWER)
