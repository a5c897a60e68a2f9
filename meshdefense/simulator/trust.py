"""What organizers do in a trial, and when: drawn from the seed, beside everything that fails.

Somebody's keys are found to be in wrong hands: one organizer suspends that member, then k of
them revoke the membership and put new keys in force. Other decisions go on meanwhile. Times
are seconds from the start of the trial.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from meshdefense.simulator.seeds import stream

__all__ = ["Trust", "draw_trust"]

TRUST_SHARE: Final = 0.3
"""Of the trials that are not long."""
HOSTILE_SHARE: Final = 0.75
"""Of those: somebody's keys are in wrong hands."""
ROGUE_SHARE: Final = 0.4
"""Of those: they are an organizer's."""
RIVAL_SHARE: Final = 0.25
LASTS_S: Final = (900.0, 1500.0)
"""Long enough for decisions to be heard, endorsed and followed while other things fail."""


@dataclass(frozen=True, slots=True)
class Trust:
    """The organizers of a trial, and their plans."""

    organizers: tuple[int, ...]
    """Honest nodes who decide together: two or three."""
    threshold: int
    """k, of the honest ones and the rogue one if there is one."""
    hostile: bool
    """Somebody's keys are in wrong hands."""
    rogue: bool
    """They are an organizer's."""
    suspend_at: float
    revoke_at: float
    rekey_at: float
    rival: bool
    """Another organizer decides on other new keys at the same time."""
    others_at: tuple[float, ...]
    """When some organizer decides on something else."""
    quiet_at: float
    """From here on nothing fails any more."""


def draw_trust(seed: int, size: int) -> Trust | None:
    """The organizers of a seed's trial with `size` honest nodes; None in most."""
    rng = stream(seed, 0, "trust")
    if rng.random() >= TRUST_SHARE:
        return None
    hostile, quiet_at = rng.random() < HOSTILE_SHARE, rng.uniform(*LASTS_S)
    return Trust(
        organizers=tuple(sorted(rng.sample(range(size), rng.choice((2, 2, 3))))),
        threshold=2,
        hostile=hostile,
        rogue=hostile and rng.random() < ROGUE_SHARE,
        suspend_at=quiet_at * rng.uniform(0.15, 0.3),
        revoke_at=quiet_at * rng.uniform(0.3, 0.45),
        rekey_at=quiet_at * rng.uniform(0.45, 0.7),
        rival=rng.random() < RIVAL_SHARE,
        others_at=tuple(quiet_at * rng.uniform(0.1, 0.9) for _ in range(rng.randint(1, 4))),
        quiet_at=quiet_at,
    )
