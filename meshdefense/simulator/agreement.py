"""Whether all honest nodes that share a key hold the same, once nothing fails any more.

What counts is what honest members said and what by true time is not yet over. Nodes are
compared where those who hold a key can hear each other, directly or through such nodes: what
a node cannot open it cannot give to others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from meshdefense.simulator.machine import Machine
from meshdefense_protocol.admission import key_class_of
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import CheckIn, Retract
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.sealing import KeyClass

__all__ = ["Spoken", "disagreement", "neighbourhoods", "rosters_differ"]

MARGIN_S: Final = 120.0
"""What ends so soon need not be everywhere any more."""


@dataclass(slots=True)
class Spoken:
    """What honest members said and were told is stored."""

    items: dict[ItemId, Item] = field(default_factory=dict)

    def current(
        self, ends: Mapping[ItemId, float], at: float, *, unsure: Collection[int] = ()
    ) -> dict[ItemId, Item]:
        """What should be everywhere: live, not retracted, not an older check-in.

        Of members who are `unsure` nobody can say which check-in came last.
        """
        live = {
            item_id: item
            for item_id, item in self.items.items()
            if item_id.stream is Stream.LOG and ends[item_id] > at + MARGIN_S
        }
        retracted = {one.body.ref for one in self.items.values() if isinstance(one.body, Retract)}
        newest: dict[int, ItemId] = {}
        for item_id, item in self.items.items():
            if isinstance(item.body, CheckIn):
                newest[item_id.author] = max(newest.get(item_id.author, item_id), item_id)
        return {
            item_id: item
            for item_id, item in live.items()
            if item_id not in retracted
            and not (isinstance(item.body, CheckIn) and newest[item_id.author] != item_id)
            and not (isinstance(item.body, CheckIn) and item_id.author in unsure)
        }


def neighbourhoods(
    machines: Iterable[Machine], links: Collection[tuple[int, int]], key_class: KeyClass
) -> list[list[Machine]]:
    """Groups of nodes that hold a key and hear each other."""
    left = {one.index: one for one in machines if key_class in one.membership.keys.classes}
    found = []
    while left:
        _, first = left.popitem()
        group, edge = [first], [first]
        while edge:
            here = edge.pop().index
            for a, b in links:
                other = b if a == here else a if b == here else None
                if other is not None and other in left:
                    edge.append(left.pop(other))
                    group.append(edge[-1])
        found.append(group)
    return found


def disagreement(
    machines: Collection[Machine],
    links: Collection[tuple[int, int]],
    wanted: Mapping[ItemId, Item],
    acknowledged: Collection[ItemId],
    since: Mapping[int, float],
    said_at: Mapping[ItemId, float],
) -> str | None:
    """The first difference in words, None when all agree.

    An item has to be with all when anybody holds it, or when its author was told that it is
    stored and is one of the group. `since` leaves nodes out for what was said before a time:
    what they let go of by a wrong clock they neither take again nor pass on.
    """
    whole = list(machines)
    held = {one.index: _held(one) for one in whole}
    groups: dict[tuple[KeyClass, frozenset[int]], list[list[Machine]]] = {}
    for item_id, item in wanted.items():
        key_class = key_class_of(item.body)
        out = frozenset(node for node, at in since.items() if said_at[item_id] < at)
        found = groups.get((key_class, out))
        if found is None:
            left = [one for one in whole if one.index not in out]
            found = groups[key_class, out] = neighbourhoods(left, links, key_class)
        for group in found:
            anywhere = any(item_id in held[one.index] for one in group)
            due = item_id in acknowledged and any(item_id.author == one.number for one in group)
            lacking = [one.index for one in group if item_id not in held[one.index]]
            if lacking and (anywhere or due):
                return f"node {lacking[0]} lacks {item_id} ({type(item.body).__name__})"
    return None


def rosters_differ(machines: Iterable[Machine]) -> str | None:
    """Who has another roster than the first, or not its keys yet, in words; None when all agree.

    What decides is compared: decisions that k did not agree on may be missing somewhere.
    """
    first: tuple[Machine, tuple[object, ...]] | None = None
    for machine in machines:
        roster = machine.membership.roster
        found = (
            roster.epoch,
            sorted(roster.everybody(), key=lambda one: one.number),
            {one.number: (one.log_mark, one.roster_mark) for one in roster.revocations.values()},
            roster.policies,
            [(one.number, one.commitment, one.content_hash) for one in roster.epochs],
        )
        if machine.membership.keys.epoch != roster.epoch:
            return f"node {machine.index} has keys of epoch {machine.membership.keys.epoch} only"
        if first is None:
            first = machine, found
        elif found != first[1]:
            names = ("epoch", "members", "revocations", "policies", "epochs")
            what = [n for n, a, b in zip(names, first[1], found, strict=True) if a != b]
            return f"nodes {first[0].index} and {machine.index} differ in {', '.join(what)}"
    return None


def _held(machine: Machine) -> set[ItemId]:
    if machine.engine is None:
        return set()
    return set(machine.engine._sync.holdings._items)
