"""A member's key is lost: one organizer suspends it, then two revoke it and make new keys.

Four members in a chain of three hops, on the modelled air; the lost one is at its end and keeps
silent. The organizers, two hops apart, look at what waits for them within half a minute each
time. Times are seconds.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import Final

from meshdefense.simulator.duel import HONEST, duel
from meshdefense.simulator.machine import Machine
from meshdefense.simulator.trials import Trial
from meshdefense.simulator.trust import Trust
from meshdefense_protocol.airtime import LONG_FAST
from meshdefense_protocol.frames import FrameType
from meshdefense_protocol.packets.reference import Stream
from meshdefense_protocol.transport import OutgoingFrame

__all__ = ["MEMBERS", "Recovery", "lost_key"]

MEMBERS: Final = len(HONEST) + 1
LOST: Final = MEMBERS
"""Number of the member whose key it is."""
TRUST: Final = Trust(
    organizers=(1, 3),
    threshold=2,
    hostile=True,
    rogue=False,
    suspend_at=60.0,
    revoke_at=180.0,
    rekey_at=360.0,
    rival=False,
    others_at=(),
    quiet_at=900.0,
)


@dataclass(frozen=True, slots=True)
class Recovery:
    """How long each step took from its first word until all honest nodes knew; `inf`: never."""

    suspended_s: float
    revoked_s: float
    rekeyed_s: float
    frames: int
    """Decisions and wraps, repairs among them, without relays."""
    air_s: float
    left_out: int
    """Members other than the lost one whom the new keys do not reach."""


@dataclass(slots=True)
class _Log:
    known: dict[str, float] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)


class _Watched(Trial):
    """Notes when all know what."""

    log: _Log

    def settle(self, machine: Machine, at: float) -> None:
        super().settle(machine, at)
        rosters = [one.membership.roster for one in self.machines.values()]
        now = machine.wall(at)
        for name, done in (
            ("suspended", all(one.suspension(LOST, now) or one.is_out(LOST) for one in rosters)),
            ("revoked", all(one.is_out(LOST) for one in rosters)),
            ("rekeyed", all(m.membership.keys.epoch == 2 for m in self.machines.values())),
        ):
            if done:
                self.log.known.setdefault(name, at)

    def _transmit(self, machine: Machine, frame: OutgoingFrame, at: float) -> None:
        decides = any(item_id.stream is Stream.ROSTER for item_id in frame.items)
        if decides or frame.payload[0] & 15 == FrameType.REKEY:
            self.log.sizes.append(len(frame.payload))
        super()._transmit(machine, frame, at)


def lost_key(seed: int) -> Recovery:
    """One seed. Raises Violation."""
    links = tuple(itertools.pairwise(range(MEMBERS)))
    plan = replace(duel((), seed, pause_s=300.0, trust=TRUST), links=links, outsider=None)
    trial = _Watched(plan)
    trial.log = _Log()
    trial.run()
    known = trial.log.known
    engines = [one.engine for one in trial.machines.values()]
    never = float("inf")
    return Recovery(
        known.get("suspended", never) - TRUST.suspend_at,
        known.get("revoked", never) - TRUST.revoke_at,
        known.get("rekeyed", never) - TRUST.rekey_at,
        len(trial.log.sizes),
        sum(LONG_FAST.frame_s(size) for size in trial.log.sizes),
        sum(engine is not None and engine.left_out for engine in engines),
    )
