"""Many trials, seed by seed, and what they came to together."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from meshdefense.simulator.faults import draw
from meshdefense.simulator.trials import run_trial

__all__ = ["Report", "command", "run_seeds"]


@dataclass
class Report:
    """What some seeds came to."""

    seeds: int = 0
    steps: int = 0
    checks: int = 0
    happened: Counter[str] = field(default_factory=Counter)
    trials_with: Counter[str] = field(default_factory=Counter)
    """In how many trials each of it happened."""
    agreed_s: float = 0.0
    """The longest wait until all agreed."""
    failures: list[str] = field(default_factory=list)
    cpu_s: float = 0.0

    def add(self, other: Report) -> None:
        """Join the two."""
        self.seeds += other.seeds
        self.steps += other.steps
        self.checks += other.checks
        self.happened += other.happened
        self.trials_with += other.trials_with
        self.agreed_s = max(self.agreed_s, other.agreed_s)
        self.failures += other.failures
        self.cpu_s += other.cpu_s


def command(seed: int) -> str:
    """What repeats a seed."""
    return f"uv run python tests/simulator/seeds.py --seed {seed}"


def run_seeds(seeds: Iterable[int]) -> Report:
    """Run them one after the other, also those after a failure."""
    report, began = Report(), time.process_time()
    for seed in seeds:
        report.seeds += 1
        try:
            outcome = run_trial(seed)
        except Exception:  # noqa: BLE001  # whatever a trial raises is a failure of its seed
            last = traceback.format_exc().strip()
            report.failures.append(f"{draw(seed)}\n{last}\nagain: {command(seed)}")
            continue
        report.steps += outcome.steps
        report.checks += outcome.checks
        report.happened += outcome.happened
        report.trials_with.update(name for name, times in outcome.happened.items() if times)
        report.agreed_s = max(report.agreed_s, outcome.agreed_s)
    report.cpu_s = time.process_time() - began
    return report
