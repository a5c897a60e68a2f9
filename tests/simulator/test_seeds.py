"""300 seeds of everything that can go wrong, with every invariant checked after every step."""

from __future__ import annotations

import pytest

from meshdefense.simulator.campaign import Report, command, run_seeds
from meshdefense.simulator.faults import Attack, Fault, draw
from meshdefense.simulator.trials import run_trial

SEEDS = 300
CHUNKS = 10
FAULTS_AT_LEAST = 20
"""How often each must happen in all seeds, so that none is only written down."""
ATTACKS_AT_LEAST = 100
TRIALS_AT_LEAST = 8
"""In how many trials each fault and each attack must happen."""


@pytest.fixture(scope="module")
def whole() -> Report:
    """Joins what the chunks found."""
    return Report()


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_no_invariant_is_violated(chunk: int, whole: Report) -> None:
    report = run_seeds(range(chunk, SEEDS, CHUNKS))
    whole.add(report)
    assert not report.failures, "\n\n".join(report.failures)
    assert report.seeds == SEEDS // CHUNKS
    assert report.checks > 10_000


@pytest.mark.parametrize("fault", list(Fault))
def test_each_fault_really_happened(fault: Fault, whole: Report) -> None:
    if whole.seeds < SEEDS:
        pytest.skip("needs all chunks in one process")
    trials, times = _happened(fault, whole)
    assert trials >= (4 if fault is Fault.LONG_PARTITION else TRIALS_AT_LEAST), fault
    assert times >= (4 if fault is Fault.LONG_PARTITION else FAULTS_AT_LEAST), fault


@pytest.mark.parametrize("attack", list(Attack))
def test_each_attack_really_happened(attack: Attack, whole: Report) -> None:
    if whole.seeds < SEEDS:
        pytest.skip("needs all chunks in one process")
    assert whole.trials_with[attack.value] >= TRIALS_AT_LEAST
    assert whole.happened[attack.value] >= ATTACKS_AT_LEAST


def test_crashes_and_full_disks_took_something(whole: Report) -> None:
    if whole.seeds < SEEDS:
        pytest.skip("needs all chunks in one process")
    for what in ("cut: unstored", "cut: stored", "cut: handed", "events lost", "withdrawn",
                 "own items lost with a disk"):  # fmt: skip
        assert whole.happened[what] >= FAULTS_AT_LEAST, what


@pytest.mark.parametrize("what", ["suspend", "revoke", "rekey", "grant", "policy", "lift", "warn"])
def test_organizers_really_decided(what: str, whole: Report) -> None:
    if whole.seeds < SEEDS:
        pytest.skip("needs all chunks in one process")
    assert whole.happened[f"decided: {what}"] >= FAULTS_AT_LEAST, what
    assert whole.trials_with[f"decided: {what}"] >= TRIALS_AT_LEAST, what


def test_a_seed_always_gives_the_same_trial() -> None:
    for seed in (7, 11, 17):
        first, second = run_trial(seed), run_trial(seed)
        assert first == second, command(seed)


def test_plans_differ_from_seed_to_seed() -> None:
    assert len({str(draw(seed)).partition(":")[2] for seed in range(100)}) > 90


def _happened(fault: Fault, whole: Report) -> tuple[int, int]:
    """Trials in which a fault took effect, and how often it did."""
    name = {
        Fault.LOSS: "lost on a link",
        Fault.PARTITION: "splits",
        Fault.FERRY: "crossings of the ferry",
        Fault.LONG_PARTITION: "long splits",
        Fault.CRASH_UNSTORED: "cut: unstored",
        Fault.CRASH_HANDED: "cut: handed",
    }.get(fault, fault.value)
    return whole.trials_with[name], whole.happened[name]
