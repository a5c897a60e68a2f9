"""Runs of scenarios: one, or many with seeds of their own, and what they say together."""

from __future__ import annotations

import math
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from meshdefense.air.scenario import Scenario
from meshdefense.simulator.baseline import flood
from meshdefense.simulator.cast import engage
from meshdefense.simulator.kernel import Kernel
from meshdefense.simulator.metrics import RunMetrics, measure
from meshdefense.simulator.onlooker import Onlooker
from meshdefense.simulator.record import Record
from meshdefense.simulator.sizes import Sizes
from meshdefense.simulator.standin import standing_in

__all__ = ["Crypto", "Series", "peak_memory_mb", "play", "run_flooding", "run_many", "run_scenario"]

Crypto = Literal["stand-in", "real"]
MEGABYTE: Final = 1e6


def play(
    scenario: Scenario,
    seed: int | None = None,
    *,
    run: int = 0,
    sizes: Sizes = Sizes.SCENARIO,
    crypto: Crypto = "stand-in",
    onlooker: Onlooker | None = None,
) -> Record:
    """One run with an engine in each node; `seed` is the scenario's own when None."""
    cast = engage(scenario, real=crypto == "real")
    kernel = Kernel(
        scenario,
        cast,
        seed=scenario.seed if seed is None else seed,
        run=run,
        sizes=sizes,
        onlooker=onlooker,
    )
    began = time.process_time()
    if crypto == "real":
        record = kernel.run()
    else:
        with standing_in(cast.operations):
            record = kernel.run()
    record.cpu_s = time.process_time() - began
    record.operations = cast.operations
    return record


def run_scenario(
    scenario: Scenario,
    seed: int | None = None,
    *,
    run: int = 0,
    sizes: Sizes = Sizes.SCENARIO,
    crypto: Crypto = "stand-in",
) -> RunMetrics:
    """The numbers of one run with an engine in each node."""
    return measure(play(scenario, seed, run=run, sizes=sizes, crypto=crypto))


def run_flooding(scenario: Scenario, seed: int | None = None, *, run: int = 0) -> RunMetrics:
    """The numbers of one run with flooding alone."""
    began = time.process_time()
    record = flood(scenario, seed=scenario.seed if seed is None else seed, run=run)
    record.cpu_s = time.process_time() - began
    return measure(record)


def run_many(
    one: Callable[..., RunMetrics],
    scenario: Scenario,
    runs: int,
    seed: int | None = None,
    *,
    processes: int = 1,
) -> Series:
    """Runs 0 to `runs` - 1 of `run_scenario` or `run_flooding`, in this order.

    `processes` changes how long it takes, and nothing else.
    """
    each = partial(one, scenario, seed)
    if processes <= 1:
        return Series(scenario, tuple(each(run=k) for k in range(runs)))
    with ProcessPoolExecutor(processes) as pool:
        waiting = [pool.submit(each, run=k) for k in range(runs)]
        return Series(scenario, tuple(future.result() for future in waiting))


@dataclass(frozen=True, slots=True)
class Series:
    """Several runs of one scenario."""

    scenario: Scenario
    runs: tuple[RunMetrics, ...]

    def mean(self, value: Callable[[RunMetrics], float]) -> float:
        """The mean over the runs."""
        return math.fsum(value(one) for one in self.runs) / len(self.runs)

    def spread(self, value: Callable[[RunMetrics], float]) -> float:
        """The standard deviation over the runs; 0 for a single one."""
        return statistics.stdev(value(one) for one in self.runs) if len(self.runs) > 1 else 0.0

    def median_spread_s(self) -> tuple[float, float, float]:
        """Until 50, 90 and 100 % of the others have an alert: medians over alerts and runs."""
        alerts = [alert for one in self.runs for alert in one.spread_s]
        found = [_median([alert[index] for alert in alerts]) for index in range(3)]
        return (found[0], found[1], found[2])


def _median(values: Sequence[float]) -> float:
    """`inf` (never) when the median alert does not get there; nan of nothing."""
    ordered = sorted(values)
    if not ordered:
        return math.nan
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def peak_memory_mb() -> float:
    """The most memory that this process, or one that it started for runs, had at once."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    peak = max(resource.getrusage(one).ru_maxrss for one in who)
    return float(peak) * (1 if sys.platform == "darwin" else 1024) / MEGABYTE
