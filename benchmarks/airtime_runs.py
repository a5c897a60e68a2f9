"""Simulated hours to compare the airtime plan with: a real engine in each node.

Members anywhere in a square whose diagonal is so many times the preset's range, as the plan
assumes it. What is said is what the plan counts: reports with what follows from each,
check-ins, positions, and the radios' own names. Lengths in metres, times in seconds.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from meshdefense.air.medium import Channel
from meshdefense.air.packets import Role
from meshdefense.air.plan_frames import CASE, FrameKind, air_bytes
from meshdefense.air.planning import Wish, mean_range_m
from meshdefense.air.scenario import Scenario, Station, Traffic
from meshdefense.simulator.metrics import quantile
from meshdefense.simulator.record import Content, Record
from meshdefense.simulator.runs import play
from meshdefense.simulator.sizes import Sizes

__all__ = ["HOUR_S", "Found", "one_run", "scenario_of"]

HOUR_S: Final = 3600.0
SHADOWING_DB: Final = 3.0
TRIES: Final = 2000
STEPS_S: Final = {
    FrameKind.REPORT: 0.0,
    FrameKind.DISPATCH: 40.0,
    FrameKind.RESPONSE: 90.0,
    FrameKind.VERDICT: 300.0,
    FrameKind.BROADCAST: 330.0,
    FrameKind.CLOSE: 1200.0,
}
"""When after a report each thing that follows is said; what is said twice comes a minute later."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one simulated hour shows. Shares 0 to 1, seconds."""

    utilisation: float
    """Of the channel, mean over nodes and minutes."""
    middle: float
    """Of the channel, mean over minutes of the node that hears most then."""
    reach_s: float
    """Until 95 % of the others have what was said: median over all that was said but positions."""
    reach_slow_s: float
    """The same for the slowest tenth."""
    delivery: float
    air_s: dict[str, float]
    busiest_share: float
    """Of the hour, transmitted by the node that transmits most."""
    refused: int
    frames: int


def one_run(wish: Wish, seed: int) -> Found:
    """One hour on a layout of its own."""
    scenario = scenario_of(wish, seed)
    record = play(scenario, seed, sizes=Sizes.REAL)
    return _found(record)


def scenario_of(wish: Wish, seed: int) -> Scenario:
    """Places, links and what is said; always the same for a wish and a seed."""
    rng = random.Random(f"airtime {wish} {seed}")
    channel = Channel()
    count = wish.members + wish.relays
    reach = mean_range_m(wish.preset, channel)
    places = _connected(count, wish.area_hops * reach / math.sqrt(2), reach, rng)
    names = [f"n{index:03}" for index in range(count)]
    roles = [Role.CLIENT] * wish.members + [Role.ROUTER_LATE] * wish.relays
    pairs = [(a, b) for a in range(count) for b in range(count) if a != b]
    return Scenario(
        name="airtime",
        title=str(wish),
        seed=seed,
        duration_s=HOUR_S,
        preset=wish.preset,
        region="none",
        hop_limit=wish.hop_limit,
        duty_cycle=wish.duty_cycle,
        channel=channel,
        stations=tuple(
            Station(name, x, y, role)
            for name, (x, y), role in zip(names, places, roles, strict=True)
        ),
        shadowing={pair: rng.gauss(0.0, SHADOWING_DB) for pair in pairs},
        links={},
        links_only=False,
        power=(),
        partitions=(),
        traffic=tuple(sorted(_traffic(wish, rng), key=lambda one: one.at)),
    )


def _connected(
    count: int, side_m: float, reach_m: float, rng: random.Random
) -> list[tuple[float, float]]:
    """Anywhere in the square, so that everybody is joined to everybody by links in range."""
    for _ in range(TRIES):
        places = [(rng.uniform(0, side_m), rng.uniform(0, side_m)) for _ in range(count)]
        known, waiting = {0}, [0]
        while waiting:
            here = waiting.pop()
            for other in range(count):
                if other not in known and math.dist(places[here], places[other]) <= reach_m:
                    known.add(other)
                    waiting.append(other)
        if len(known) == count:
            return places
    raise ValueError(f"{count} nodes cannot be joined in {side_m:.0f} m by links of {reach_m:.0f}")


def _traffic(wish: Wish, rng: random.Random) -> Iterator[Traffic]:
    def anybody() -> int:
        return rng.randrange(wish.members)

    earlier = max(STEPS_S.values())  # of these, what follows falls into the hour
    for case in range(round(wish.reports_per_hour * (HOUR_S + earlier) / HOUR_S)):
        start = rng.uniform(-earlier, HOUR_S)
        for kind, times in CASE.items():
            for again in range(times):
                at = start + STEPS_S[kind] + 60.0 * again + rng.uniform(0.0, 20.0)
                if 0.0 <= at < HOUR_S:
                    size = air_bytes(kind)
                    yield Traffic("alert", f"{kind.name} {case} {again}", anybody(), at, size)
    for node in range(wish.members):
        if wish.check_in_minutes:
            period = 60.0 * wish.check_in_minutes
            at, again = rng.uniform(0.0, period), 0
            while at < HOUR_S:
                size = air_bytes(FrameKind.CHECK_IN)
                yield Traffic("alert", f"check-in {node} {again}", node, at, size)
                at, again = at + period, again + 1
        if wish.positions_minutes:
            period = 60.0 * wish.positions_minutes
            size = air_bytes(FrameKind.POSITION)
            yield Traffic("position", f"p{node}", node, rng.uniform(0.0, period), size, period)
    for node in range(wish.members + wish.relays):
        period = 3600.0 * wish.names_hours
        size = air_bytes(FrameKind.NAME)
        yield Traffic("telemetry", f"t{node}", node, rng.uniform(0.0, period), size, period)


def _found(record: Record) -> Found:
    others = len(record.scenario.stations) - 1
    needed = math.ceil(0.95 * others - 1e-9)
    times = []
    for name, at in record.alerts.items():
        arrived = sorted(record.arrivals[name].values())
        times.append(arrived[needed - 1] - at if len(arrived) >= needed else math.inf)
    air: dict[str, float] = {content.value: 0.0 for content in Content}
    for (content, _), seconds in record.air_s.items():
        air[content.value] += seconds
    got = sum(len(record.arrivals[name]) for name in record.alerts)
    shares = record.utilisation
    return Found(
        utilisation=math.fsum(mean for mean, _ in shares) / len(shares) / 100.0,
        middle=math.fsum(highest for _, highest in shares) / len(shares) / 100.0,
        reach_s=quantile(times, 0.5),
        reach_slow_s=quantile(times, 0.9),
        delivery=got / (len(record.alerts) * others) if record.alerts else math.nan,
        air_s=air,
        busiest_share=max(record.node_air_s.values(), default=0.0) / HOUR_S,
        refused=sum(record.refused.values()),
        frames=len(record.alerts),
    )


def as_json(found: Found) -> dict[str, Any]:
    """For a file; what never happened is null."""
    raw = {name: getattr(found, name) for name in Found.__slots__}
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in raw.items()
    }
