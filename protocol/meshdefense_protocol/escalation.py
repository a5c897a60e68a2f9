"""When a report that nobody answers is shown to more people. Pure.

A high or critical report goes to the next ring after the minutes of the network's policy, and
to the coordinators after twice that; somebody who escalates it does that at once. An answer
ends it: somebody was sent, responds, has read it, or gave a verdict.
Source: docs/protocol.md, "Escalation".
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from meshdefense_protocol.dispatching import orders
from meshdefense_protocol.items import Item
from meshdefense_protocol.ladder import counting_items, told_by
from meshdefense_protocol.packets import Acknowledge, Body, Dispatch, Escalate, Response, Verdict
from meshdefense_protocol.packets.escalate import COORDINATORS, NEXT_RING
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.roster import Roster
from meshdefense_protocol.words import RESPONSES, SEVERITIES

__all__ = ["Escalation", "escalation", "is_serious"]

_SERIOUS: Final = SEVERITIES.code("high")
_NO_ANSWER: Final = {RESPONSES.code("pending"), RESPONSES.code("cancelled")}


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who is to look at a report beside those who do so anyway."""

    level: int
    """0 nobody more, NEXT_RING everybody in the field, COORDINATORS."""
    since: float | None
    """When it came to that level."""
    by: Item | None
    """Who escalated it; None where it was time alone."""
    next_at: float | None
    """When the level next rises if nobody answers."""


def is_serious(severity: int) -> bool:
    """Whether a report of that severity must not stay unanswered."""
    return severity >= _SERIOUS


def escalation(
    ref: ItemId,
    items: Collection[Item],
    *,
    roster: Roster,
    now: float,
    reported_at: float | None,
    said_at: Callable[[Item], float],
) -> Escalation:
    """Fold the items that speak of `ref`, in any order.

    `reported_at` is None for what does not escalate by time: it is not serious, not open any
    more, or no report. `said_at` gives the time of an item, by its author's claim where that
    can be right.
    """
    counting = counting_items(ref, items, roster)
    answers = [(said_at(item), item.id.author) for item in _answers(ref, counting)]
    level, since, by = 0, None, None
    for item, body in told_by(counting, Escalate):
        at = said_at(item)
        answered = any(when > at and who != item.id.author for when, who in answers)
        if body.ref == ref and not answered and body.level > level:
            level, since, by = body.level, at, item
    wait = roster.policies.escalate_minutes * 60.0
    if reported_at is None or not wait or any(who != ref.author for _, who in answers):
        return Escalation(level, since, by, None)
    next_at = None
    for higher, at in ((COORDINATORS, reported_at + 2 * wait), (NEXT_RING, reported_at + wait)):
        if level >= higher:
            break
        if now >= at:
            return Escalation(higher, at, None, next_at)
        next_at = at
    return Escalation(level, since, by, next_at)


def _answers(ref: ItemId, counting: list[Item]) -> list[Item]:
    """Items by which somebody answers a report."""
    found = [item for item, body in told_by(counting, Verdict) if body.ref == ref]
    found += [item for item, body in told_by(counting, Acknowledge) if ref in body.refs]
    found += [
        item
        for item, body in told_by(counting, Response)
        if body.ref == ref and body.state not in _NO_ANSWER
    ]
    sent = orders(ref, counting)
    return found + [item for member, item in sent.items() if _asks(item.body, ref, member)]


def _asks(body: Body, ref: ItemId, member: int) -> bool:
    """Whether somebody else than the author is asked to look, and still is."""
    return isinstance(body, Dispatch) and not body.called_off and member != ref.author
