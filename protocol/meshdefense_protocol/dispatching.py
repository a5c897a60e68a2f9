"""Who was sent to look at a report, and what became of it; who responds. Pure, in any order.

A member is asked by dispatch, or a verifier takes it on. They accept with an acknowledgement or
a response, and answer with a verdict. Source: docs/protocol.md, "Dispatching".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Final

from meshdefense_protocol.items import Item
from meshdefense_protocol.ladder import counting_items, newest_of_each, told_by
from meshdefense_protocol.packets import Acknowledge, Dispatch, Response, Verdict
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.packets.response import ETA_UNIT_S, ON_THE_WAY
from meshdefense_protocol.roster import Roster
from meshdefense_protocol.words import RESPONSES

__all__ = ["ASSIGNMENT_STATES", "Assignment", "Responder", "assignments", "orders", "responders"]

ASSIGNMENT_STATES: Final = ("open", "accepted", "answered", "declined", "overdue", "called-off")
"""Nobody has answered; the member goes; gave a verdict; does not go; said nothing in time; was
told not to go."""
_CANCELLED: Final = RESPONSES.code("cancelled")
_PENDING: Final = RESPONSES.code("pending")


@dataclass(frozen=True, slots=True)
class Assignment:
    """One member who was asked to look at a report."""

    member: int
    state: str
    """One of ASSIGNMENT_STATES."""
    order: Item
    """The dispatch that holds: the last one of this member to this report."""
    asked_at: float
    due_at: float | None
    """When their answer is due; None where it was called off."""
    accepted_at: float | None
    answer: Item | None
    """Their verdict."""


@dataclass(frozen=True, slots=True)
class Responder:
    """One person who said what they do about something."""

    item: Item
    state: int
    """Code of words.RESPONSES."""
    at: float
    eta_at: float | None
    """When they will be there, by their own estimate."""


def orders(ref: ItemId, items: Iterable[Item]) -> dict[int, Item]:
    """The dispatch of each member to `ref` that holds, by number.

    Several people may have sent the same member. Of each of them the last one counts, of those
    the latest; within the same unit of time calling off wins, then the id decides.
    """
    last: dict[tuple[int, int], tuple[Item, Dispatch]] = {}
    for item, body in told_by(items, Dispatch):  # in order of id, so the last one stays
        if body.ref == ref:
            last[body.member, item.id.author] = item, body
    found: dict[int, Item] = {}
    for (member, _), (item, _) in sorted(last.items(), key=lambda one: _rank(*one[1])):
        found[member] = item
    return {member: found[member] for member in sorted(found)}


def _rank(item: Item, body: Dispatch) -> tuple[int, bool, ItemId]:
    return item.units, body.called_off, item.id


def assignments(
    ref: ItemId,
    items: Collection[Item],
    *,
    roster: Roster,
    now: float,
    said_at: Callable[[Item], float],
) -> tuple[Assignment, ...]:
    """Fold the items that speak of `ref`, or of a dispatch to it; one for each member asked.

    `said_at` gives the time of an item, by its author's claim where that can be right.
    """
    counting = counting_items(ref, items, roster)
    found = []
    for member, order in orders(ref, counting).items():
        body, asked_at = order.body, said_at(order)
        assert isinstance(body, Dispatch)  # chosen so
        own = [i for i in counting if i.id.author == member and said_at(i) >= asked_at]
        verdicts = newest_of_each(i for i, verdict in told_by(own, Verdict) if verdict.ref == ref)
        words = newest_of_each(i for i, word in told_by(own, Response) if word.ref == ref)
        word = words[0] if words else None
        declined = (
            word is not None and isinstance(word.body, Response) and word.body.state == _CANCELLED
        )
        accepted = [
            said_at(item)
            for item in own
            if (isinstance(item.body, Response) and _accepts(item.body, ref))
            or (isinstance(item.body, Acknowledge) and {ref, order.id} & set(item.body.refs))
        ]
        due_at = None if body.called_off else asked_at + body.minutes * 60.0
        if due_at is None:
            state = "called-off"
        elif verdicts:
            state = "answered"
        elif declined:
            state = "declined"
        elif now >= due_at:
            state = "overdue"
        else:
            state = "accepted" if accepted else "open"
        accepted_at = min(accepted, default=None)
        answer = verdicts[0] if verdicts else None
        found.append(Assignment(member, state, order, asked_at, due_at, accepted_at, answer))
    return tuple(found)


def _accepts(body: Response, ref: ItemId) -> bool:
    return body.ref == ref and body.state not in (_PENDING, _CANCELLED)


def responders(
    ref: ItemId, items: Collection[Item], *, roster: Roster, said_at: Callable[[Item], float]
) -> tuple[Responder, ...]:
    """The newest response of each person to `ref`, in order of id."""
    counting = counting_items(ref, items, roster)
    found = []
    for item in newest_of_each(i for i, body in told_by(counting, Response) if body.ref == ref):
        body, at = item.body, said_at(item)
        assert isinstance(body, Response)  # chosen so
        eta = body.eta if body.state == ON_THE_WAY else 0
        found.append(Responder(item, body.state, at, at + eta * ETA_UNIT_S if eta else None))
    return tuple(found)
