"""Roll calls: who is asked, when each answers, and who was not heard from. Pure.

Answers go out one slot apart, in the order of member numbers, so that thirty people do not
speak at once. Source: docs/protocol.md, "Roll call".
"""

from __future__ import annotations

from collections.abc import Collection

from meshdefense_protocol.items import Item
from meshdefense_protocol.ladder import counting_items, newest_of_each, told_by
from meshdefense_protocol.members import Role
from meshdefense_protocol.packets import RollAnswer, RollCall
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.packets.rollcall import FIRST_SLOT_S, last_slot_s
from meshdefense_protocol.roster import Roster

__all__ = ["FIRST_SLOT_S", "answers_of", "asked_in", "last_slot_s", "slot_at"]


def asked_in(roster: Roster, whom: int, caller: int) -> tuple[int, ...]:
    """Numbers of those who are asked, ascending; `whom` is a sum of roles, 0 is everybody."""
    roles = Role(whom & 0xFF)
    return tuple(
        sorted(
            member.number
            for member in roster
            if member.number != caller and (not roles or member.roles & roles)
        )
    )


def slot_at(call: RollCall, caller: int, number: int, roster: Roster, called_at: float) -> float:
    """When a member's answer goes out; at once for somebody who was not asked.

    What is past means now: that is for whoever sends it.
    """
    asked = asked_in(roster, call.whom, caller)
    if number not in asked:
        return called_at
    return called_at + FIRST_SLOT_S + asked.index(number) * call.slot_s


def answers_of(ref: ItemId, items: Collection[Item], *, roster: Roster) -> dict[int, Item]:
    """The newest answer that counts of each person, by number."""
    counting = counting_items(ref, items, roster)
    found = newest_of_each(item for item, body in told_by(counting, RollAnswer) if body.ref == ref)
    return {item.id.author: item for item in found}
