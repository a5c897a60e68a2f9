"""What a simulated hour costs: CPU seconds per node-hour with an engine in each node.

A layout in the manner of Meshtasticator's generated ones: nodes in a square of 15 km, each in
mean range (2,014 m, LongFast) of an earlier one, each saying 40 bytes at its own moment of
every period, to all. Beside it the same air with flooding alone: the ratio is what engines add.
Each run has a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a script, from anywhere

from benchmarks.harness import Bar, Outcome, arguments, finish
from meshdefense.air.medium import Channel
from meshdefense.air.packets import Role
from meshdefense.air.presets import preset_named
from meshdefense.air.scenario import Scenario, Station, Traffic
from meshdefense.simulator.metrics import RunMetrics
from meshdefense.simulator.runs import peak_memory_mb, run_flooding, run_scenario

NAME: Final = "simulator"
SIDE_M, RANGE_M, TX_DBM = 15_000.0, 2_014.0, 30.0
"""Meshtasticator's square, its mean range with LongFast, and its output power."""
SHADOWING_DB: Final = 3.0
SIZE: Final = 40
HOUR_S: Final = 3600.0
LIMIT_CPU_S, LIMIT_MB = 0.05, 100.0
PUBLISHED: Final = {(40, 300.0): "0.24 to 0.40", (160, 900.0): "0.32"}
"""Meshtasticator a304b7d, the same load: measured by others on another machine, CPU s per
node-hour; the lower figure with its air time corrected. Half an hour or less of virtual time."""
GROWTH: Final = ((10, 225.0), (20, 450.0), (40, 900.0), (80, 1800.0))
"""160 sayings an hour whatever the number of nodes: each costs every node and its neighbours."""


@dataclass(frozen=True, slots=True)
class Load:
    """How many nodes, and how often each of them speaks."""

    nodes: int
    period_s: float

    def __str__(self) -> str:
        return f"{self.nodes} nodes, every {self.period_s:.0f} s"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one load cost."""

    engines: RunMetrics
    flooding: RunMetrics
    memory_mb: float
    """The most that the process of the run with engines had."""
    neighbours: float
    """Mean number of nodes that hear a node without fading."""


def main() -> int:
    """Measure and print."""
    args = arguments(NAME, __doc__ or "")
    hours = 0.25 if args.quick else 1.0
    growing = [Load(*one) for one in (GROWTH[:2] if args.quick else GROWTH)]
    loads = [*(() if args.quick else (Load(40, 300.0), Load(160, 900.0))), *growing]
    costs = {load: measure(load, hours * HOUR_S) for load in loads}
    barred = [load for load in loads if (load.nodes, load.period_s) in PUBLISHED] or loads[:1]
    bars = [
        bar
        for load in barred
        for bar in (
            Bar(f"{load}", costs[load].engines.cpu_s_per_node_hour, LIMIT_CPU_S, "CPU s/node-hour"),
            Bar(f"{load}: peak memory", costs[load].memory_mb, LIMIT_MB, "MB"),
        )
    ]
    first, last = (_each_us(load, costs[load], hours) for load in (growing[0], growing[-1]))
    many = f"{growing[-1].nodes} against {growing[0].nodes} nodes"
    bars.append(Bar(f"CPU time per saying, node and neighbour, {many}", last / first, 1, "times"))
    outcome = Outcome(
        NAME,
        f"CPU seconds per simulated node-hour, {SIZE} B messages to all, LongFast, "
        f"{hours:g} h, one run each",
        ["load", "neighbours", "sayings", "reach %", "flooding's", "channel %", "flooding's",
         "ours", "flooding", "ratio", "us each", "MB", "published"],
        [_row(load, costs[load], hours) for load in loads],
        bars,
        {str(load): _figures(load, costs[load], hours) for load in loads},
        ["us each: microseconds for each saying, node and neighbour, since each is relayed by "
         "every node to its neighbours",
         "published: Meshtasticator's figures for the same load, on another machine; it floods, "
         "without engines, and its packets collide more"],
    )  # fmt: skip
    return finish(outcome, args)


def measure(load: Load, duration_s: float) -> Cost:
    """Both ways, the one with engines in a fresh process."""
    scenario = layout(load, duration_s)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        engines, memory_mb = pool.submit(_with_engines, load, duration_s).result()
    return Cost(engines, run_flooding(scenario), memory_mb, _neighbours(scenario))


def _with_engines(load: Load, duration_s: float) -> tuple[RunMetrics, float]:
    return run_scenario(layout(load, duration_s)), peak_memory_mb()


def layout(load: Load, duration_s: float) -> Scenario:
    """Nodes, links and sayings; always the same for a load."""
    rng = random.Random(f"{NAME} {load.nodes}")
    preset = preset_named("LONG_FAST")
    noise = Channel().noise_dbm(preset)
    budget = TX_DBM - (noise + preset.snr_limit_db) - Channel().reference_loss_db
    channel = Channel(path_loss_exponent=budget / (10 * math.log10(RANGE_M)), tx_power_dbm=TX_DBM)
    places = _places(load.nodes, rng)
    pairs = [(a, b) for a in range(load.nodes) for b in range(load.nodes) if a != b]
    sayings = []
    for node in range(load.nodes):
        phase = rng.uniform(0, load.period_s)
        count = math.ceil((duration_s - phase) / load.period_s)
        sayings += [(phase + k * load.period_s, node, k) for k in range(count)]
    return Scenario(
        name=f"{NAME}-{load.nodes}",
        title=str(load),
        seed=1,
        duration_s=duration_s,
        preset=preset,
        region="US",
        hop_limit=3,
        duty_cycle=1.0,
        channel=channel,
        stations=tuple(
            Station(f"n{node:03}", x, y, Role.CLIENT) for node, (x, y) in enumerate(places)
        ),
        shadowing={pair: rng.gauss(0.0, SHADOWING_DB) for pair in pairs},
        links={},
        links_only=False,
        power=(),
        partitions=(),
        traffic=tuple(
            Traffic("alert", f"{node}-{k}", node, at, SIZE) for at, node, k in sorted(sayings)
        ),
    )


def _places(count: int, rng: random.Random) -> list[tuple[float, float]]:
    """Anywhere in the square where an earlier node is in mean range."""
    found: list[tuple[float, float]] = []
    while len(found) < count:
        place = (rng.uniform(0, SIDE_M), rng.uniform(0, SIDE_M))
        if not found or any(math.dist(place, other) <= RANGE_M for other in found):
            found.append(place)
    return found


def _neighbours(scenario: Scenario) -> float:
    world = scenario.world(1)
    limit = world.medium.channel.noise_dbm(scenario.preset) + scenario.preset.snr_limit_db
    heard = [
        sum(power >= limit for _, power, _ in world.medium.receivers(node, 0.0, limit))
        for node in world.numbers
    ]
    return sum(heard) / len(heard)


def _each_us(load: Load, cost: Cost, hours: float) -> float:
    """Microseconds for each saying, node and neighbour."""
    ours = cost.engines
    spent = ours.cpu_s_per_node_hour * load.nodes * hours
    return 1e6 * spent / (len(ours.spread_s) * load.nodes * cost.neighbours)


def _row(load: Load, cost: Cost, hours: float) -> Sequence[str]:
    ours, flooding = cost.engines, cost.flooding
    return [
        str(load),
        f"{cost.neighbours:.1f}",
        str(len(ours.spread_s)),
        f"{100 * ours.delivery:.1f}",
        f"{100 * flooding.delivery:.1f}",
        f"{ours.utilisation[0]:.0f}",
        f"{flooding.utilisation[0]:.0f}",
        f"{ours.cpu_s_per_node_hour:.4f}",
        f"{flooding.cpu_s_per_node_hour:.4f}",
        f"{ours.cpu_s_per_node_hour / flooding.cpu_s_per_node_hour:.1f}",
        f"{_each_us(load, cost, hours):.0f}",
        f"{cost.memory_mb:.0f}",
        PUBLISHED.get((load.nodes, load.period_s), "-"),
    ]


def _figures(load: Load, cost: Cost, hours: float) -> dict[str, Any]:
    return {
        "neighbours": cost.neighbours,
        "us_per_saying_node_and_neighbour": _each_us(load, cost, hours),
        "peak_memory_mb": cost.memory_mb,
        "published_elsewhere": PUBLISHED.get((load.nodes, load.period_s)),
        **{
            way: {
                "cpu_s_per_node_hour": one.cpu_s_per_node_hour,
                "delivery": one.delivery,
                "transmissions": one.transmissions,
                "air_s": one.air_s,
                "utilisation_percent": one.utilisation,
                "refused": one.refused,
                "rejected": one.rejected,
                "operations": one.operations,
            }
            for way, one in (("engines", cost.engines), ("flooding", cost.flooding))
        },
    }


if __name__ == "__main__":
    sys.exit(main())
