"""Four members who talk, and somebody beside them who may be hostile: the same with and without.

For comparing what an attack costs the others. All hear each other, nothing else fails. Times
are seconds.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from meshdefense.simulator.cast import EPOCH
from meshdefense.simulator.faults import Attack, Plan
from meshdefense.simulator.standin import standing_in
from meshdefense.simulator.trials import Trial
from meshdefense.simulator.trust import Trust
from meshdefense_protocol.admission import key_class_of
from meshdefense_protocol.packets import Report, Retract
from meshdefense_protocol.roster import Role

__all__ = ["HONEST", "Duel", "duel", "fight"]

HONEST: Final = (Role.PATROL | Role.VERIFIER, Role.PATROL, Role.PATROL, Role.DISPATCH)
HOSTILE: Final = Role.PATROL
QUIET_S: Final = 900.0


@dataclass(frozen=True, slots=True)
class Duel:
    """What one seed came to."""

    arrivals: tuple[float, ...]
    """For each report of an honest member and each other who may read it: seconds until they
    had it, `inf` for never; without those that their author took back unheard."""
    happened: Counter[str]
    witnesses: tuple[tuple[int, int], ...]
    """For each honest node: how many items it took under whose id two things were said, and of
    how many it has the evidence. What is over quota is neither."""


def duel(
    attacks: Collection[Attack], seed: int, *, pause_s: float = 120.0, trust: Trust | None = None
) -> Plan:
    """The plan: node 4 has a member's key, node 5 none; without attacks both keep silent."""
    roles: tuple[Role, ...] = (*HONEST, HOSTILE)
    if trust is not None:
        seats = {*trust.organizers, *((len(HONEST),) if trust.rogue else ())}
        roles = tuple(
            role | Role.ORGANIZER if node in seats else role for node, role in enumerate(roles)
        )
    return Plan(
        seed=seed,
        shape="block",
        roles=roles,
        links=tuple(itertools.combinations(range(len(roles) + 1), 2)),
        faults=frozenset(),
        attacks=frozenset(attacks),
        attacker=len(HONEST),
        outsider=len(roles),
        incidents=(),
        splits=(),
        loss=0.0,
        duplication=0.0,
        reordering=0.0,
        corruption=0.0,
        quiet_at=QUIET_S,
        pause_s=pause_s,
        small_stores=False,
        trust=trust,
    )


def fight(plan: Plan) -> Duel:
    """Run it, with every invariant checked. Raises Violation."""
    trial = Trial(plan)
    with contextlib.ExitStack() as stack:
        if not plan.real:
            stack.enter_context(standing_in(trial.cast.operations))
        outcome = trial.run()
    return Duel(
        tuple(_arrivals(trial)),
        outcome.happened,
        tuple(
            (len(trial.equivocated & one.disk.items.keys()), one.disk.equivocations)
            for one in trial.machines.values()
        ),
    )


def _arrivals(trial: Trial) -> Sequence[float]:
    found = []
    said = trial.spoken.items.values()
    taken_back = {item.body.ref for item in said if isinstance(item.body, Retract)}
    for item_id, at in trial.invariants.said_at.items():
        item = trial.spoken.items[item_id]
        if at >= trial.plan.quiet_at or not isinstance(item.body, Report):
            continue
        for machine in trial.machines.values():
            may_read = key_class_of(item.body) in machine.membership.keys.classes
            if machine.number != item_id.author and may_read:
                stored = machine.disk.items.get(item_id)
                if stored is None and item_id in taken_back:
                    continue  # its author took it back before it was on the air
                found.append(stored.received_at - EPOCH - at if stored else math.inf)
    return found
