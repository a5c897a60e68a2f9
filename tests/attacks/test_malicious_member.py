"""A member with a true key who means harm: what the others notice of it, and what they lose.

MESHDEFENSE_NIGHTLY=1 plays 2,000 seeds in place of 50.
"""

from __future__ import annotations

import math
import os

import pytest

from meshdefense.simulator.duel import duel, fight
from meshdefense.simulator.faults import Attack

NIGHTLY = os.environ.get("MESHDEFENSE_NIGHTLY") == "1"
SEEDS = 2000 if NIGHTLY else 50
CHUNKS = 10
WORST = (Attack.FLOOD, Attack.EQUIVOCATE, Attack.LIE, Attack.WITHHOLD)
LATEST_S = 120.0
"""19 of 20 reports, on a channel that the hostile one's own radio fills as well as it can; all
arrive in the end."""

SEEN_SHARE = 0.8
"""Of items under whose id two things were said, over all seeds. The rest collided with something
on the air, and nobody sends it again: 88 % over 575 seeds, at worst 9 of 15 in one of them."""
SEEN_SHARE_OF_ONE = 1 / 3


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_report_of_the_others_arrives_soon_and_lies_are_seen_by_all(chunk: int) -> None:
    arrivals: list[float] = []
    both = all_taken = 0
    for seed in range(chunk, SEEDS, CHUNKS):
        found = fight(duel(WORST, seed))  # checks the quota, and all else, after every step
        assert found.arrivals, f"seed {seed}"
        assert max(found.arrivals) < math.inf, f"seed {seed}"
        arrivals += found.arrivals
        for taken, evidence in found.witnesses:
            assert taken > 3, f"seed {seed}"
            assert evidence >= SEEN_SHARE_OF_ONE * taken, f"seed {seed}: {found.witnesses}"
            both, all_taken = both + evidence, all_taken + taken
    assert both >= SEEN_SHARE * all_taken
    assert sum(one < LATEST_S for one in arrivals) >= 0.95 * len(arrivals)


@pytest.mark.parametrize("attack", WORST)
def test_an_attack_really_happens(attack: Attack) -> None:
    found = fight(duel([attack], 1))
    assert found.happened[attack.value] > 10 or attack is Attack.WITHHOLD
