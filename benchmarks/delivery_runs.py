"""One run of a scenario for benchmarks/delivery: with an engine in each node, or flooding alone.

Beside the simulator's own metrics: how long each receiver waited for each alert, and for a
walker between two groups, how long after standing still a group was complete. Times are
seconds from the start of the run unless they are said to be from something else.
"""

from __future__ import annotations

import itertools
import math
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from meshdefense.air.packets import Packet
from meshdefense.air.presets import preset_named
from meshdefense.air.scenario import Scenario, Traffic
from meshdefense.simulator.baseline import flood
from meshdefense.simulator.metrics import RunMetrics, measure
from meshdefense.simulator.onlooker import Sent
from meshdefense.simulator.record import Content, Record
from meshdefense.simulator.runs import play
from meshdefense.simulator.shipped import load
from meshdefense.simulator.sizes import Sizes
from meshdefense.simulator.traffic import packet_bytes
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import Beacon
from meshdefense_protocol.place import GridPlace
from meshdefense_protocol.transport import Fate

__all__ = ["IDLE_PRESETS", "WAYS", "Crossing", "Idle", "Run", "idle_run", "one_run"]

WAYS: Final = ("engine", "flooding", "engine, real sizes", "flooding, real sizes")
IDLE_SCENARIO: Final = "neighbourhood-40"
IDLE_PRESETS: Final = ("MEDIUM_FAST", "LONG_FAST")
NEWS_EVERY_S: Final = 30.0
SETTLE_S: Final = 600.0
"""From the last alert until the hour without news begins: floods and their repairs are over."""
HOUR_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Crossing:
    """A walker arrived at a group, with what another group said before."""

    group: str
    """First node of it."""
    arrival_s: float
    """When the walker stands still there."""
    contact_s: float
    """When the walker's signal first reaches a node of the group, fading left aside."""
    complete_at_s: float
    """When each node there had each of those alerts; `inf` for never."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run in numbers."""

    metrics: RunMetrics
    waits_s: tuple[tuple[float, ...], ...]
    """For each alert, sorted: how long each receiver that got it waited."""
    crossings: tuple[Crossing, ...]
    spent_s: float
    """CPU time of the run."""


@dataclass(frozen=True, slots=True)
class Idle:
    """The digests of an hour without news, as shares of it."""

    sum_share: float
    """Air time of all nodes together."""
    ear_share: float
    """What the node in the noisiest place senses of them, its own included."""
    digests: int
    told: bool
    """Whether there had been alerts before, so that there is something to compare."""


def one_run(name: str, way: str, run: int) -> Run:
    """Run number `run` of a shipped scenario; the same seeds whichever way."""
    scenario = load(name)
    began = time.process_time()
    if way == "flooding":
        record = flood(scenario, seed=scenario.seed, run=run)
    elif way == "flooding, real sizes":
        record = flood(_with_signed_positions(scenario), seed=scenario.seed, run=run)
    else:
        sizes = Sizes.SCENARIO if way == "engine" else Sizes.REAL
        record = play(scenario, run=run, sizes=sizes)
    spent = time.process_time() - began
    record.cpu_s = spent
    return Run(measure(record), tuple(_waits(record)), tuple(_crossings(record)), spent)


def _with_signed_positions(scenario: Scenario) -> Scenario:
    """Positions as long as our signed ones: what flooding costs with these bytes."""
    size = packet_bytes(Beacon(GridPlace(0, 0, 5), motion=1))
    traffic = tuple(
        replace(one, size=size) if one.kind == "position" else one for one in scenario.traffic
    )
    return replace(scenario, traffic=traffic)


def _waits(record: Record) -> Iterator[tuple[float, ...]]:
    for name, said_at in record.alerts.items():
        yield tuple(sorted(at - said_at for at in record.arrivals[name].values()))


def _crossings(record: Record) -> Iterator[Crossing]:
    """What the walkers between the groups of the first partition carried."""
    scenario = record.scenario
    for walker, group, left_at, arrival in _arrivals(scenario.name):
        others = frozenset().union(*scenario.partitions[0].groups) - group
        times = [
            record.arrivals[name].get(receiver, math.inf)
            for name, author in record.authors.items()
            if author in others and record.alerts[name] < arrival
            for receiver in group
        ]
        contact = _contact(scenario.name, walker, group, left_at, arrival)
        first = scenario.stations[min(group)].name
        yield Crossing(first, arrival, contact, max(times, default=math.inf))


@cache
def _arrivals(name: str) -> tuple[tuple[int, frozenset[int], float, float], ...]:
    """Walker, the group where it comes to stand, and when it left for it and arrived."""
    scenario = load(name)
    if not scenario.partitions:
        return ()
    groups = scenario.partitions[0].groups
    found = []
    for node, station in enumerate(scenario.stations):
        if any(node in group for group in groups):
            continue
        for a, b in itertools.pairwise(station.way):
            if (a.x, a.y) != (b.x, b.y):
                found.append((node, _nearest(scenario, b.x, b.y), a.at, b.at))
    return tuple(found)


@cache
def _contact(name: str, walker: int, group: frozenset[int], left_at: float, end: float) -> float:
    """The first second of a walk in which a node of the group can hear the walker."""
    scenario = load(name)
    medium = scenario.world(0).medium
    limit = medium.channel.noise_dbm(scenario.preset) + scenario.preset.snr_limit_db
    for second in range(math.ceil(left_at), math.ceil(end)):
        for node in group:
            loss = medium.loss_db(walker, node, second)
            if loss is not None and medium.channel.tx_power_dbm - loss >= limit:
                return float(second)
    return end


def _nearest(scenario: Scenario, x: float, y: float) -> frozenset[int]:
    """The group with the node that is nearest to a point."""

    def distance(group: frozenset[int]) -> float:
        places = [scenario.stations[node] for node in group]
        return min(math.dist((one.x, one.y), (x, y)) for one in places)

    return min(scenario.partitions[0].groups, key=distance)


# -- an hour without news ------------------------------------------------------------------


def idle_run(preset: str, told: bool, run: int) -> Idle:
    """40 nodes for an hour in which nobody says anything; with `told`, after 15 alerts."""
    scenario = load(IDLE_SCENARIO)
    alerts = [one for one in scenario.traffic if one.kind == "alert"] if told else []
    said = [replace(one, at=(n + 1) * NEWS_EVERY_S) for n, one in enumerate(alerts)]
    begins = len(said) * NEWS_EVERY_S + SETTLE_S
    telemetry: list[Traffic] = [one for one in scenario.traffic if one.kind == "telemetry"]
    quiet = replace(
        scenario,
        preset=preset_named(preset),
        duration_s=begins + HOUR_S,
        traffic=(*said, *telemetry),
    )
    ear = _Ear(begins)
    play(quiet, run=run, onlooker=ear)
    nodes = range(len(scenario.stations))
    loudest = max(ear.sent_s[node] + ear.heard_s[node] for node in nodes)
    total = math.fsum(ear.sent_s.values())
    return Idle(total / HOUR_S, loudest / HOUR_S, ear.digests, told)


class _Ear:
    """Adds up the digests on the air from a moment on, by node; ignores all else."""

    def __init__(self, begins: float) -> None:
        self.sent_s: defaultdict[int, float] = defaultdict(float)
        self.heard_s: defaultdict[int, float] = defaultdict(float)
        self.digests = 0
        self._begins = begins
        self._air_s: dict[int, float] = {}

    def transmitted(self, at: float, node: int, sent: Sent, packet: Packet, air_s: float) -> None:
        """A copy of a packet begins."""
        if sent.content is Content.DIGEST and at >= self._begins:
            self.digests += 1
            self.sent_s[node] += air_s
            self._air_s[packet.identifier] = air_s

    def ended(
        self, at: float, node: int, sent: Sent, packet: Packet, cause: str | None, snr: float
    ) -> None:
        """It ended at whoever could sense it, received or not."""
        self.heard_s[node] += self._air_s.get(packet.identifier, 0.0)

    def said(self, at: float, node: int, alert: str, item: Item) -> None:
        """Not of interest here."""

    def accepted(self, at: float, node: int, item: Item) -> None:
        """Not of interest here."""

    def power(self, at: float, node: int, on: bool) -> None:
        """Not of interest here."""

    def fate(self, at: float, node: int, sent: Sent, fate: Fate, detail: str) -> None:
        """Not of interest here."""
