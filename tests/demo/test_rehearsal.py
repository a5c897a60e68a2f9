"""The stories with real engines on the virtual radios' air, in virtual time, with many seeds."""

from __future__ import annotations

import pytest

from demo.rehearsal import rehearse
from meshdefense.demo.ferry import RETURNS_S
from meshdefense.demo.stories import STORIES

FERRY, PATROL = STORIES["ferry"], STORIES["patrol"]
SEEDS = 40


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_walker_carries_the_alert_to_the_base_within_the_story(seed: int) -> None:
    roles = FERRY.crossing
    assert roles is not None
    told = rehearse(FERRY, seed)
    alert = told.first_report
    assert alert is not None
    held = told.held[alert]
    far_bank = {"fir", "cedar", "hazel", "rowan"}
    early = {handle for handle, at in held.items() if at < roles.leaves_s}
    assert early == far_bank, f"seed {seed}: the report floods its bank and stops there"
    assert roles.leaves_s < held["base"] < RETURNS_S, f"seed {seed}: {held}"
    known = told.known[alert].get("base", FERRY.seconds)
    assert known > held["base"], f"seed {seed}: known before it was so"


def test_the_reporter_learns_in_nearly_every_play_that_the_base_has_it() -> None:
    """The walker tells it on the way back: in a story this short not always in time."""
    learnt = []
    for seed in range(SEEDS):
        told = rehearse(FERRY, seed)
        assert told.first_report is not None
        learnt.append("base" in told.known[told.first_report])
    assert sum(learnt) >= 0.9 * SEEDS, (
        f"seeds without it: {[s for s, k in enumerate(learnt) if not k]}"
    )


@pytest.mark.parametrize("seed", range(5))
def test_without_the_walker_nothing_crosses(seed: int) -> None:
    told = rehearse(FERRY, seed, without_ways=True)
    alert = told.first_report
    assert alert is not None
    assert set(told.held[alert]) == {"fir", "cedar", "hazel", "rowan"}, f"seed {seed}"
    assert "base" not in told.known[alert]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_in_the_default_story_each_report_reaches_everybody(seed: int) -> None:
    told = rehearse(PATROL, seed)
    assert [who for who, _ in told.reports.values()] == ["ash", "fir", "base", "cedar"]
    everybody = {one.handle for one in PATROL.cast}
    for alert, (who, _) in told.reports.items():
        assert set(told.held[alert]) == everybody, f"seed {seed}: {who}'s report"


def test_the_same_seed_gives_the_same_play() -> None:
    one, other = rehearse(FERRY, 3), rehearse(FERRY, 3)
    assert one.held == other.held
    assert one.known == other.known
    assert one.transmitted == other.transmitted
