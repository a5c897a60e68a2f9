"""Run trials of the simulator by seed, and say which broke an invariant.

    python tests/simulator/seeds.py --seed 1234         one seed, as a failure names it
    python tests/simulator/seeds.py --seeds 10000       seeds 0 to 9999

Prints one line of JSON with what happened; ends with 1 when an invariant did not hold, after
the command that repeats each such seed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
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


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seed", type=int, help="this one, and no other")
    parser.add_argument("--seeds", type=int, default=300, help="how many, from --first on")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    if options.seed is not None:
        print(draw(options.seed))
        report = run_seeds([options.seed])
    else:
        report = Report()
        end = options.first + options.seeds
        chunks = [range(at, min(at + 25, end)) for at in range(options.first, end, 25)]
        with ProcessPoolExecutor(options.processes) as pool:
            for part in pool.map(run_seeds, chunks):
                report.add(part)
                for failure in part.failures:
                    print(failure, file=sys.stderr, flush=True)
    if options.seed is not None:
        print("\n".join(report.failures), file=sys.stderr)
    found = {
        "seeds": report.seeds,
        "failed": len(report.failures),
        "steps": report.steps,
        "checks": report.checks,
        "longest_until_agreed_s": round(report.agreed_s),
        "cpu_s": round(report.cpu_s, 1),
        "happened": dict(sorted(report.happened.items())),
    }
    print(json.dumps(found))
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
