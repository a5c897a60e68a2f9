"""Read a scenario file: where the radios are, how well they hear each other, who moves.

The format is JSON, schema 1; docs/virtual-radio.md describes its keys. Distances in metres,
powers dBm, losses dB, times seconds. A file that cannot be understood raises ScenarioError
whose text names the place and, for a misspelt key, the nearest valid one.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from meshdefense.air.fields import Fields, ScenarioError, nearest, number_in
from meshdefense.air.flooding import FIRMWARE, FirmwareRules
from meshdefense.air.medium import Channel, Link, Partition, Waypoint
from meshdefense.air.packets import MAX_HOPS, Role
from meshdefense.air.presets import MAX_ENCODED_BYTES, Preset, UnknownPresetError, preset_named
from meshdefense.air.world import World
from meshdefense_protocol.canonical import distinct_fields

__all__ = ["Scenario", "ScenarioError", "Station", "Traffic", "nearest", "parse_scenario"]

DURATION_MAX_S = 30 * 86_400.0
"""A month; beyond it, a slip of the pen is likelier than patience."""

_KEYS = {
    "the scenario": (
        "schema name title description seed duration_s hop_diameter radio channel nodes"
        " shadowing_db links links_only mobility power partitions traffic"
    ),
    "radio": "preset tx_power_dbm hop_limit region duty_cycle_percent frequency_hz",
    "channel": (
        "model reference_loss_db reference_distance_m path_loss_exponent shadowing_sigma_db"
        " fading_sigma_db noise_figure_db capture_db"
    ),
    "nodes": "id x y role",
    "links": "a b one_way loss_db loss_prob",
    "mobility": "node waypoints",
    "waypoints": "t x y",
    "power": "node off_s on_s",
    "partitions": "from_s to_s groups",
    "traffic": "kind id t node bytes start_s period_s",
}


@dataclass(frozen=True, slots=True)
class Station:
    """One radio of the scenario."""

    name: str
    x: float
    y: float
    role: Role
    way: tuple[Waypoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a node shall send: once, or again and again when `period_s` is set."""

    kind: str
    """alert, position or telemetry."""
    name: str
    node: int
    """Index in `Scenario.stations`."""
    at: float
    size: int
    """Bytes as handed to the radio."""
    period_s: float | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario file, checked. Nodes are indices into `stations`."""

    name: str
    title: str
    seed: int
    duration_s: float
    preset: Preset
    region: str
    hop_limit: int
    duty_cycle: float
    channel: Channel
    stations: tuple[Station, ...]
    shadowing: Mapping[tuple[int, int], float]
    links: Mapping[tuple[int, int], Link]
    links_only: bool
    power: tuple[tuple[int, float, float], ...]
    """Node, and from when to when it is off."""
    partitions: tuple[Partition, ...]
    traffic: tuple[Traffic, ...]

    def world(
        self,
        seed: int,
        numbers: Sequence[int] | None = None,
        *,
        rules: FirmwareRules = FIRMWARE,
    ) -> World:
        """Build the world at time 0; node *i* gets `numbers[i]`, or *i* when none are given."""
        numbers = range(len(self.stations)) if numbers is None else numbers
        world = World(
            seed,
            self.preset,
            channel=self.channel,
            links_only=self.links_only,
            hop_limit=self.hop_limit,
            duty_cycle=self.duty_cycle,
            rules=rules,
        )
        for number, station in zip(numbers, self.stations, strict=True):
            world.add_node(number, x=station.x, y=station.y, way=station.way, role=station.role)
        for (a, b), loss in self.shadowing.items():
            world.medium.shade(numbers[a], numbers[b], loss)
        for (a, b), link in self.links.items():
            world.set_link(numbers[a], numbers[b], link)
        for node, off, on in self.power:
            world.schedule_power(numbers[node], False, off)
            world.schedule_power(numbers[node], True, on)
        for partition in self.partitions:
            groups = tuple(frozenset(numbers[n] for n in group) for group in partition.groups)
            world.add_partition(Partition(partition.from_s, partition.to_s, groups))
        return world


def parse_scenario(text: str) -> Scenario:
    """Return the scenario that `text` describes. Raises ScenarioError."""
    try:
        document = json.loads(text, object_pairs_hook=distinct_fields)
    except (ValueError, RecursionError) as error:
        raise ScenarioError(f"not JSON: {error}") from None
    return _Reader(Fields(document, "the scenario", _KEYS["the scenario"].split())).scenario()


class _Reader:
    """Turns the parsed JSON of one file into a Scenario."""

    def __init__(self, document: Fields) -> None:
        self.document = document
        self.nodes = self.tables("nodes")
        if not self.nodes:
            raise ScenarioError("the scenario has no nodes")
        self.index: dict[str, int] = {}
        for at, node in enumerate(self.nodes):
            name = node.text("id")
            if not name:
                raise node.wrong("id", "must not be empty")
            if name in self.index:
                raise ScenarioError(f"nodes[{self.index[name]}] and nodes[{at}]: same id {name!r}")
            self.index[name] = at

    def scenario(self) -> Scenario:
        document = self.document
        schema = document.number("schema")
        if schema != 1:
            raise ScenarioError(f"schema is {schema:g}; this reads schema 1")
        radio = document.table("radio", _KEYS["radio"].split())
        try:
            preset = preset_named(radio.text("preset", "LONG_FAST"))
        except UnknownPresetError as error:
            raise radio.wrong("preset", f"is wrong: {error}") from None
        return Scenario(
            name=document.text("name", "scenario"),
            title=document.text("title", ""),
            seed=document.whole("seed", 1, least=0, most=2**63 - 1),
            duration_s=document.number("duration_s", 3600.0, above=0.0, most=DURATION_MAX_S),
            preset=preset,
            region=radio.text("region", "US"),
            hop_limit=radio.whole("hop_limit", 3, least=0, most=MAX_HOPS),
            duty_cycle=radio.number("duty_cycle_percent", 100.0, above=0.0, most=100.0) / 100.0,
            channel=self.channel(radio.number("tx_power_dbm", 20.0)),
            stations=self.stations(),
            shadowing=self.shadowing(),
            links=self.links(),
            links_only=document.flag("links_only"),
            power=self.power(),
            partitions=tuple(self.partition(item) for item in self.tables("partitions")),
            traffic=self.traffic(),
        )

    def tables(self, key: str) -> list[Fields]:
        return self.document.tables(key, _KEYS[key].split())

    def node(self, item: Fields, key: str) -> int:
        return self.named(item.text(key), f"{item.where}.{key}")

    def named(self, name: Any, where: str) -> int:
        if not isinstance(name, str):
            raise ScenarioError(f"{where} must be the id of a node, not {name!r}")
        if name not in self.index:
            raise ScenarioError(f"{where}: no node {name!r}{nearest(name, list(self.index))}")
        return self.index[name]

    def channel(self, tx_power_dbm: float) -> Channel:
        item = self.document.table("channel", _KEYS["channel"].split())
        model = item.text("model", "log-distance")
        if model != "log-distance":
            raise item.wrong("model", f"is {model!r}; known is 'log-distance'")
        limits: dict[str, dict[str, float]] = {
            "reference_loss_db": {},
            "reference_distance_m": {"above": 0.0},
            "path_loss_exponent": {"least": 0.0},
            "fading_sigma_db": {"least": 0.0},
            "noise_figure_db": {},
            "capture_db": {},
        }
        given = {name: item.number(name, **limit) for name, limit in limits.items() if name in item}
        return Channel(tx_power_dbm=tx_power_dbm, **given)

    def stations(self) -> tuple[Station, ...]:
        stations = [
            Station(node.text("id"), node.number("x"), node.number("y"), _role(node))
            for node in self.nodes
        ]
        for item in self.tables("mobility"):
            points = item.tables("waypoints", _KEYS["waypoints"].split())
            if not points:
                raise item.wrong("waypoints", "must have at least one point")
            way = tuple(
                Waypoint(*(point.number(key) for key in ("t", "x", "y"))) for point in points
            )
            if any(a.at >= b.at for a, b in itertools.pairwise(way)):
                raise item.wrong("waypoints", "have times that do not grow: times must grow")
            at = self.node(item, "node")
            if stations[at].way:
                raise item.wrong("node", f"is {stations[at].name!r}, who has a way already")
            stations[at] = replace(stations[at], way=way)
        return tuple(stations)

    def shadowing(self) -> dict[tuple[int, int], float]:
        rows, count = self.document.items("shadowing_db"), len(self.nodes)
        square = all(isinstance(row, list) and len(row) == count for row in rows)
        if rows and not (len(rows) == count and square):
            raise ScenarioError(f"shadowing_db must have {count} rows of {count} numbers")
        return {
            (a, b): number_in(loss, f"shadowing_db[{a}][{b}]")
            for a, row in enumerate(rows)
            for b, loss in enumerate(row)
            if a != b and loss is not None
        }

    def links(self) -> dict[tuple[int, int], Link]:
        links: dict[tuple[int, int], Link] = {}
        for item in self.tables("links"):
            a, b = self.node(item, "a"), self.node(item, "b")
            if a == b:
                raise item.wrong("b", "is the same node as a")
            loss = item.number("loss_db") if "loss_db" in item else None
            link = Link(loss, item.number("loss_prob", 0.0, least=0.0, most=1.0))
            links[a, b] = link
            if not item.flag("one_way"):
                links[b, a] = link
        return links

    def power(self) -> tuple[tuple[int, float, float], ...]:
        found = []
        for item in self.tables("power"):
            off = item.number("off_s", least=0.0)
            found.append((self.node(item, "node"), off, item.number("on_s", above=off)))
        for (node, off, on), (other, off2, on2) in itertools.combinations(found, 2):
            if node == other and off <= on2 and off2 <= on:
                name = self.nodes[node].text("id")
                raise ScenarioError(f"power: {name!r} is switched off twice at the same time")
        return tuple(found)

    def partition(self, item: Fields) -> Partition:
        groups = []
        for at, group in enumerate(item.items("groups")):
            where = f"{item.where}.groups[{at}]"
            if not isinstance(group, list):
                raise ScenarioError(f"{where} must be a list of nodes, not {group!r}")
            groups.append(frozenset(self.named(name, where) for name in group))
        for one, other in itertools.combinations(groups, 2):
            for node in sorted(one & other):
                name = self.nodes[node].text("id")
                raise item.wrong("groups", f"have {name!r} in two of them")
        start = item.number("from_s")
        return Partition(start, item.number("to_s", above=start), tuple(groups))

    def traffic(self) -> tuple[Traffic, ...]:
        found: list[Traffic] = []
        names: set[str] = set()
        for item in self.tables("traffic"):
            one = self.saying(item)
            if one.kind == "alert" and one.name in names:
                raise item.wrong("id", f"is {one.name!r}, as of an earlier alert")
            names.add(one.name)
            found.append(one)
        return tuple(found)

    def saying(self, item: Fields) -> Traffic:
        kind = item.text("kind")
        if kind not in ("alert", "position", "telemetry"):
            known = "alert, position, telemetry"
            raise item.wrong("kind", f"is {kind!r}; known: {known}")
        repeats = kind != "alert"
        name = item.text("id", "" if repeats else None)
        if not repeats and not name:
            raise item.wrong("id", "must not be empty: reports name alerts by it")
        return Traffic(
            kind,
            name,
            self.node(item, "node"),
            item.number("start_s" if repeats else "t", least=0.0),
            item.whole("bytes", least=1, most=MAX_ENCODED_BYTES),
            item.number("period_s", above=0.0) if repeats else None,
        )


def _role(node: Fields) -> Role:
    name = node.text("role", "CLIENT")
    try:
        return Role(name)
    except ValueError:
        known = [role.value for role in Role]
        raise ScenarioError(f"{node.where}: unknown role {name!r}{nearest(name, known)}") from None
