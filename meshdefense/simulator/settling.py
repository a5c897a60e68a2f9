"""What is still missing for all to agree, once nothing fails any more. Times are seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from meshdefense.simulator.agreement import Spoken, disagreement, rosters_differ
from meshdefense.simulator.faults import Attack, Fault, Plan
from meshdefense.simulator.incidents import Incidents
from meshdefense.simulator.invariants import Invariants
from meshdefense.simulator.machine import Machine
from meshdefense_protocol.neighbours import FORGET_STAMP_S
from meshdefense_protocol.priority import Priority

__all__ = ["SETTLE_S", "Settling"]

SETTLE_S: Final = 2400.0
"""Within so long after the last fault all agree; later where a clock was set back or somebody
spoke with another's number: a stamp from the future counts for FORGET_STAMP_S."""
REFUSED_S: Final = 3600.0
"""So much longer where somebody was suspended: what they said before is refused by some and
offered again by others, out of the same share, until it is over."""
OVER_QUOTA_S: Final = 1800.0
"""So much longer where somebody hostile says more than their quota. Each node refuses other items
of theirs, and those who hold them offer them some times before they know better (seeds 3190,
3498, 3574)."""


@dataclass(frozen=True, slots=True)
class Settling:
    """Knows what everybody should have in the end."""

    plan: Plan
    machines: Mapping[int, Machine]
    invariants: Invariants
    incidents: Incidents
    spoken: Spoken

    @property
    def limit_s(self) -> float:
        """How long it may take, without waits for airtime."""
        plan, limit = self.plan, SETTLE_S
        if Attack.IMPERSONATE in plan.attacks or plan.has(Fault.CLOCK_STEPPED, Fault.CLOCK_UNTOLD):
            limit += FORGET_STAMP_S
        if plan.trust is not None and plan.attacker is not None:
            limit += REFUSED_S
        if plan.attacks & {Attack.FLOOD, Attack.EQUIVOCATE}:
            limit += OVER_QUOTA_S
        return limit

    def waits_for_airtime(self, at: float) -> bool:
        """Whether somebody's share of the hour is used up: then they cannot answer, by design."""
        return any(
            Priority.REPAIR in machine.engine.airtime(machine.wall(at)).held_back
            for machine in self.machines.values()
            if machine.engine is not None
        )

    def lacking(self, at: float) -> tuple[str, str] | None:
        """The rule that does not hold yet, and why."""
        machines = self.machines.values()
        silenced: set[int] = set()
        if self.plan.trust is not None:
            if self.invariants.ballots.rivals():
                return None  # nodes with either set of keys are strangers to those with the other
            if (why := rosters_differ(machines)) is not None:
                return "one roster", why
            silenced = {s.number for m in machines for s in m.membership.roster.suspensions}
        excused = self.invariants.excused
        wanted = self.spoken.current(self.invariants.true_end, at, unsure=self.incidents.unsure)
        wanted = {
            item_id: item
            for item_id, item in wanted.items()
            if item_id not in excused and item_id.author not in silenced
        }
        acknowledged = {one for m in machines for one in m.acknowledged}
        why = disagreement(
            machines, self.plan.links, wanted, acknowledged, self.incidents.since,
            self.invariants.said_at,
        )  # fmt: skip
        return None if why is None else ("converges", why)
