"""Trials of a plan that a test writes itself, for faults that are planted in the code."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Collection, Sequence

from meshdefense.simulator.bounds import small_stores
from meshdefense.simulator.faults import Attack, Fault, Incident, Plan, Split
from meshdefense.simulator.standin import standing_in
from meshdefense.simulator.trials import Outcome, Trial
from meshdefense_protocol.roster import Role

__all__ = ["plan_of", "play"]

HONEST = (Role.PATROL | Role.VERIFIER, Role.PATROL, Role.PATROL, Role.DISPATCH)
QUIET_S = 600.0


def plan_of(
    *,
    attacks: Collection[Attack] = (),
    faults: Collection[Fault] = (),
    incidents: Sequence[Incident] = (),
    splits: Sequence[Split] = (),
    attacker_role: Role = Role.PATROL,
    loss: float = 0.0,
    pause_s: float = 60.0,
    small: bool = False,
    chain: bool = False,
    seed: int = 5,
) -> Plan:
    """Four who talk much, and an attacker beside them if there is one.

    All hear each other, or in a chain only the next, with the attacker at its end.
    """
    without_keys = {Attack.NOISE, Attack.REPLAY}
    insider, outsider = set(attacks) - without_keys, set(attacks) & without_keys
    roles = (*HONEST, attacker_role) if insider else HONEST
    radios = len(roles) + bool(outsider)
    return Plan(
        seed=seed,
        shape="chain" if chain else "block",
        roles=roles,
        links=tuple(
            itertools.pairwise(range(radios)) if chain else itertools.combinations(range(radios), 2)
        ),
        faults=frozenset(faults),
        attacks=frozenset(attacks),
        attacker=len(HONEST) if insider else None,
        outsider=len(roles) if outsider else None,
        incidents=tuple(incidents),
        splits=tuple(splits),
        loss=loss,
        duplication=0.0,
        reordering=0.0,
        corruption=0.0,
        quiet_at=QUIET_S,
        pause_s=pause_s,
        small_stores=small,
    )


def play(plan: Plan) -> Outcome:
    """Run it, as `run_trial` runs what a seed draws."""
    trial = Trial(plan)
    with contextlib.ExitStack() as stack:
        if plan.small_stores:
            stack.enter_context(small_stores())
        if not plan.attacks:
            stack.enter_context(standing_in(trial.cast.operations))
        return trial.run()
