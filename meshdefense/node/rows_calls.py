"""Rows of what concerns everybody at once: calls for help, stand-downs, roll calls. Pure."""

from __future__ import annotations

from typing import Any

from meshdefense.api.response_schema import PersonRow, RollEntry
from meshdefense.node.row_parts import RowParts, Times
from meshdefense.node.sight import Sight
from meshdefense_protocol.distress import distress
from meshdefense_protocol.escalation import escalation
from meshdefense_protocol.items import Item
from meshdefense_protocol.ladder import counting_items, told_by
from meshdefense_protocol.members import Role, role_names
from meshdefense_protocol.muster import answers_of, asked_in, slot_at
from meshdefense_protocol.packets import Retract, RollAnswer, RollCall, Sos, SosEnd, StandDown
from meshdefense_protocol.packets.standdown import UNTIL_UNIT_S
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.words import SOS_KINDS, STAND_DOWN_REASONS

__all__ = ["order_row", "roll_call_row", "sos_row"]


def sos_row(sight: Sight, body: Sos, others: list[Sight], parts: RowParts) -> dict[str, Any]:
    """A call for help, who has it, and whether it is over."""
    ref, roster = sight.item.id, parts.roster
    sights = [sight, *others]
    items, times = [one.item for one in sights], Times(sights, parts.date)
    expires_at = sight.item.expires_at(parts.date, sight.received_at)
    found = distress(ref, items, roster=roster, now=parts.now, expires_at=expires_at)
    over = found.state == "ended"
    raised = escalation(
        ref,
        () if over else items,
        roster=roster,
        now=parts.now,
        reported_at=None,  # it repeats by itself until somebody has it
        said_at=times,
    )
    end = found.end
    referring = (other.item.id.author for other in others)
    delivery = parts.delivery(ref, KeyClass(body.scope), referring)
    return {
        **parts.head(sight),
        "kind": body.kind,
        "state": found.state,
        "scope": body.scope,
        "place": parts.place(body.place),
        "raised_at": times(sight.item),
        "time_uncertain": parts.time_uncertain(sight),
        "expires_at": expires_at,
        "answers": parts.answers(ref, items, times),
        "calls": delivery.get("attempts"),
        "ending": end.body.how if end is not None and isinstance(end.body, SosEnd) else None,
        "ended_by_name": None if end is None else parts.name(end.id.author),
        "ended_at": None if end is None else times(end),
        "escalation": parts.escalation(raised),
        "delivery": delivery,
        "newer": bool(body.extra) or body.kind not in SOS_KINDS,
        "changes_at": None if over else expires_at,
    }


def order_row(
    sight: Sight, body: StandDown, others: list[Sight], parts: RowParts
) -> dict[str, Any]:
    """A stand-down, who has acknowledged it, and who has not."""
    ref, roster = sight.item.id, parts.roster
    sights = [sight, *others]
    items, times = [one.item for one in sights], Times(sights, parts.date)
    until = min(
        times(sight.item) + body.until * UNTIL_UNIT_S,
        sight.item.expires_at(parts.date, sight.received_at),
    )
    answers = parts.answers(ref, items, times)
    answered = {row["member"] for row in answers}
    waiting: list[PersonRow] = [
        parts.person(member.number)
        for member in sorted(roster, key=lambda one: one.number)
        if member.number != ref.author and member.number not in answered
    ]
    return {
        **parts.head(sight),
        "state": _order_state(sight, items, until, parts),
        "reason": body.reason,
        "place": parts.place(body.place),
        "ordered_at": times(sight.item),
        "until": until,
        "acknowledged": answers,
        "waiting": waiting,
        "delivery": parts.delivery(ref, referring=(other.item.id.author for other in others)),
        "newer": bool(body.extra) or body.reason not in STAND_DOWN_REASONS,
        "changes_at": until if until > parts.now else None,
    }


def _order_state(sight: Sight, items: list[Item], until: float, parts: RowParts) -> str:
    ref, roster = sight.item.id, parts.roster
    if not roster.counts(sight.item):
        return "void"
    retracted = any(
        body.ref == ref and item.id.author == ref.author
        for item, body in told_by(counting_items(ref, items, roster), Retract)
    )
    if retracted:
        return "retracted"
    return "over" if parts.now >= until else "in-force"


def roll_call_row(
    sight: Sight, body: RollCall, others: list[Sight], parts: RowParts
) -> dict[str, Any]:
    """A roll call, how everybody is, and who was not heard from."""
    ref, roster, me = sight.item.id, parts.roster, parts.me.number
    sights = [sight, *others]
    items, times = [one.item for one in sights], Times(sights, parts.date)
    called_at = times(sight.item)
    closes_at = called_at + body.window_s
    answers = answers_of(ref, items, roster=roster)
    asked = asked_in(roster, body.whom, ref.author)

    def entry(number: int) -> RollEntry:
        answer = answers.get(number)
        state = answer.body.state if answer and isinstance(answer.body, RollAnswer) else 0
        return {
            **parts.person(number), "state": state, "at": None if answer is None else times(answer),
        }  # fmt: skip

    state = "over" if parts.now >= closes_at else "open"
    return {
        **parts.head(sight),
        "state": state if roster.counts(sight.item) else "void",
        "called_at": called_at,
        "closes_at": closes_at,
        "slot_s": body.slot_s,
        "whom": role_names(Role(body.whom)),
        "asked": [entry(number) for number in asked],
        "others": [
            entry(number)
            for number in sorted(answers)
            if number not in asked and number != ref.author
        ],
        "heard": sum(number in answers for number in asked),
        "slot_at": slot_at(body, ref.author, me, roster, called_at) if me in asked else None,
        "delivery": parts.delivery(ref, referring=(other.item.id.author for other in others)),
        "changes_at": closes_at if closes_at > parts.now else None,
    }
