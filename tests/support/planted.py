"""Trials of a plan that a test writes itself, for faults that are planted in the code."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Collection, Sequence
from dataclasses import replace

from meshdefense.simulator.bounds import small_stores
from meshdefense.simulator.faults import Attack, Fault, Incident, Plan, Split
from meshdefense.simulator.standin import standing_in
from meshdefense.simulator.trials import Outcome, Trial
from meshdefense.simulator.trust import Trust
from meshdefense_protocol.roster import Role

__all__ = ["DECIDING", "ROGUE", "plan_of", "play"]

HONEST = (Role.PATROL | Role.VERIFIER, Role.PATROL, Role.PATROL, Role.DISPATCH)
QUIET_S = 600.0
DECIDING = Trust(
    organizers=(0, 3),
    threshold=2,
    hostile=True,
    rogue=False,
    suspend_at=60.0,
    revoke_at=150.0,
    rekey_at=250.0,
    rival=False,
    others_at=(30.0, 45.0, 100.0, 120.0),
    quiet_at=QUIET_S,
)
"""Two organizers suspend and revoke whoever is hostile, and put new keys in force."""
ROGUE = replace(DECIDING, rogue=True)
"""The hostile one is an organizer as well."""


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
    trust: Trust | None = None,
) -> Plan:
    """Four who talk much, and an attacker beside them if there is one.

    All hear each other, or in a chain only the next, with the attacker at its end.
    """
    without_keys = {Attack.NOISE, Attack.REPLAY}
    insider, outsider = set(attacks) - without_keys, set(attacks) & without_keys
    roles: tuple[Role, ...] = (*HONEST, attacker_role) if insider else HONEST
    if trust is not None:
        deciders = {*trust.organizers, *((len(HONEST),) if trust.rogue else ())}
        roles = tuple(
            role | Role.ORGANIZER if node in deciders else role for node, role in enumerate(roles)
        )
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
        trust=trust,
    )


def play(plan: Plan) -> Outcome:
    """Run it, as `run_trial` runs what a seed draws."""
    trial = Trial(plan)
    with contextlib.ExitStack() as stack:
        if plan.small_stores:
            stack.enter_context(small_stores())
        if not plan.real:
            stack.enter_context(standing_in(trial.cast.operations))
        return trial.run()
