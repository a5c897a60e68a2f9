"""What is reported of a run: how much arrived, how soon, and what it cost.

The terms are those of the guide next to the scenario files. Times are seconds, shares 0 to 1,
`inf` means never. A quantile is the smallest value that so many do not exceed.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from meshdefense.simulator.record import Content, Record

__all__ = ["CatchUp", "Freshness", "RunMetrics", "measure", "quantile"]

REACHED: Final = (0.5, 0.9, 1.0)
FRESH_FROM_S, FRESH_EVERY_S = 600.0, 30.0
HOUR_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Of one node that was off: the alerts that were issued meanwhile."""

    node: str
    missed: int
    held: int
    """Of those, by the end of the run."""
    to_90_s: float
    """From its return until it had 90 % of them."""
    to_100_s: float


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old the newest position of a patrol is at the base."""

    reached: float
    """Share of all positions that the base got."""
    median_s: float
    p95_s: float


@dataclass(frozen=True, slots=True)
class RunMetrics:
    """One run in numbers."""

    delivery: float
    """Share of all pairs of an alert and another node."""
    full: float
    """Share of alerts that reached every other node."""
    spread_s: tuple[tuple[float, float, float], ...]
    """For each alert: until 50, 90 and 100 % of the others had it."""
    air_s: dict[str, float]
    """By what it was for; relays of alerts apart."""
    packets: dict[str, int]
    digest_bytes: int
    busiest: float
    """Share of the time that the busiest node transmitted."""
    utilisation: tuple[float, float]
    """Channel utilisation in per cent: mean, and the highest minute of any node."""
    catch_up: tuple[CatchUp, ...]
    freshness: Freshness | None
    shown_twice: int
    refused: dict[str, int]
    rejected: dict[str, int]
    receptions: dict[str, int]
    """What became of packets at their receivers."""
    operations: dict[str, int]
    idle_wakeups: int
    cpu_s_per_node_hour: float
    trace: str

    @property
    def total_air_s(self) -> float:
        """All nodes, all kinds of packets."""
        return math.fsum(self.air_s.values())

    @property
    def transmissions(self) -> int:
        """All nodes, all kinds of packets."""
        return sum(self.packets.values())


def measure(record: Record) -> RunMetrics:
    """The numbers of a finished run."""
    scenario = record.scenario
    others = len(scenario.stations) - 1
    issued = [t.name for t in scenario.traffic if t.kind == "alert" and t.at < scenario.duration_s]
    arrived = [len(record.arrivals.get(name, {})) for name in issued]
    utilisation = record.utilisation or [(0.0, 0.0)]
    hours = len(scenario.stations) * scenario.duration_s / HOUR_S
    return RunMetrics(
        delivery=sum(arrived) / (len(issued) * others) if issued and others else math.nan,
        full=sum(n == others for n in arrived) / len(issued) if issued else math.nan,
        spread_s=tuple(_spread(record, name, others) for name in issued),
        air_s={label: round(value, 6) for label, value in _by_label(record.air_s).items()},
        packets={label: round(value) for label, value in _by_label(record.packets).items()},
        digest_bytes=record.bytes_sent[Content.DIGEST],
        busiest=max(record.node_air_s.values(), default=0.0) / scenario.duration_s,
        utilisation=(
            math.fsum(mean for mean, _ in utilisation) / len(utilisation),
            max(highest for _, highest in utilisation),
        ),
        catch_up=tuple(_catch_up(record)),
        freshness=_freshness(record),
        shown_twice=record.shown_twice,
        refused=dict(sorted(record.refused.items())),
        rejected=dict(sorted(record.rejected.items())),
        receptions=dict(sorted(record.air_counters.items())),
        operations=dict(sorted(record.operations.items())),
        idle_wakeups=record.idle_wakeups,
        cpu_s_per_node_hour=record.cpu_s / hours,
        trace=record.trace,
    )


def quantile(values: Iterable[float], share: float) -> float:
    """The smallest value that `share` of them do not exceed; nan of nothing."""
    ordered = sorted(values)
    if not ordered:
        return math.nan
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _spread(record: Record, alert: str, others: int) -> tuple[float, float, float]:
    if alert not in record.alerts:
        return (math.inf, math.inf, math.inf)
    times = sorted(record.arrivals[alert].values())
    found = []
    for share in REACHED:
        needed = math.ceil(share * others - 1e-9)
        late = len(times) < needed
        found.append(math.inf if late or not needed else times[needed - 1] - record.alerts[alert])
    return (found[0], found[1], found[2])


def _by_label(table: Mapping[tuple[Content, bool], float]) -> dict[str, float]:
    """Relays count with what they relay, but for alerts, where they are the flood."""
    found: dict[str, float] = {}
    for content in Content:
        own, relays = table.get((content, False), 0), table.get((content, True), 0)
        if content is Content.ALERT:
            found["alerts"], found["alert relays"] = own, relays
        elif own or relays:
            found[content.value] = own + relays
    return found


def _catch_up(record: Record) -> Iterator[CatchUp]:
    for node, off, on in record.came_back:
        missed = [
            name
            for name, at in record.alerts.items()
            if off <= at < on and record.authors[name] != node
        ]
        times = sorted(
            record.arrivals[name][node] - on for name in missed if node in record.arrivals[name]
        )
        until = [
            times[needed - 1] if 0 < needed <= len(times) else math.inf
            for needed in (math.ceil(0.9 * len(missed)), len(missed))
        ]
        name = record.scenario.stations[node].name
        yield CatchUp(name, len(missed), len(times), until[0], until[1])


def _freshness(record: Record) -> Freshness | None:
    if not any(record.positions_said.values()) or record.scenario.stations[0].name != "base":
        return None
    ages: list[float] = []
    got = 0
    samples = math.ceil((record.scenario.duration_s - FRESH_FROM_S) / FRESH_EVERY_S)
    for known in record.positions_known.values():
        got += len(known)
        arrivals = [at for at, _ in known]
        newest = list(itertools.accumulate((said for _, said in known), max))
        for step in range(samples):
            at = FRESH_FROM_S + step * FRESH_EVERY_S
            index = bisect.bisect_right(arrivals, at)
            if index:
                ages.append(at - newest[index - 1])
    said = sum(count for node, count in record.positions_said.items() if node)
    return Freshness(got / said, quantile(ages, 0.5), quantile(ages, 0.95))
