"""Read a scenario file: where the radios are, how well they hear each other, who moves.

The format is JSON, schema 1; docs/virtual-radio.md describes its keys. Distances in metres,
powers dBm, losses dB, times seconds. A file that cannot be understood raises ScenarioError
whose text names the place and, for a misspelt key, the nearest valid one.
"""

from __future__ import annotations

import difflib
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from meshdefense.air.medium import Channel, Link, Partition, Waypoint
from meshdefense.air.packets import MAX_HOPS, Role
from meshdefense.air.presets import Preset, UnknownPresetError, preset_named
from meshdefense.air.world import World

__all__ = ["Scenario", "ScenarioError", "Station", "Traffic", "nearest", "parse_scenario"]

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


class ScenarioError(ValueError):
    """A scenario file that cannot be used; the text says where and what to change."""


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

    def world(self, seed: int, numbers: Sequence[int] | None = None) -> World:
        """Build the world at time 0; node *i* gets `numbers[i]`, or *i* when none are given."""
        numbers = range(len(self.stations)) if numbers is None else numbers
        world = World(
            seed,
            self.preset,
            channel=self.channel,
            links_only=self.links_only,
            hop_limit=self.hop_limit,
            duty_cycle=self.duty_cycle,
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
        document = json.loads(text)
    except ValueError as error:
        raise ScenarioError(f"not JSON: {error}") from None
    return _Reader(_table(document, "the scenario")).scenario()


class _Reader:
    """Turns the parsed JSON of one file into a Scenario."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.nodes = [_table(item, "nodes", at) for at, item in enumerate(_list(document, "nodes"))]
        if not self.nodes:
            raise ScenarioError("the scenario has no nodes")
        self.index = {_text(node, "id", "nodes"): at for at, node in enumerate(self.nodes)}
        if len(self.index) != len(self.nodes):
            raise ScenarioError("two nodes have the same id")

    def scenario(self) -> Scenario:
        document = self.document
        if document.get("schema") != 1:
            raise ScenarioError(f"schema is {document.get('schema')!r}; this reads schema 1")
        radio = _table(document.get("radio", {}), "radio")
        try:
            preset = preset_named(_text(radio, "preset", "radio", "LONG_FAST"))
        except UnknownPresetError as error:
            raise ScenarioError(f"radio.preset: {error}") from None
        hop_limit = int(_number(radio, "hop_limit", "radio", 3))
        if not 0 <= hop_limit <= MAX_HOPS:
            raise ScenarioError(f"radio.hop_limit is {hop_limit}; it must be 0 to {MAX_HOPS}")
        return Scenario(
            name=_text(document, "name", "the scenario", "scenario"),
            title=_text(document, "title", "the scenario", ""),
            seed=int(_number(document, "seed", "the scenario", 1)),
            duration_s=_number(document, "duration_s", "the scenario", 3600.0),
            preset=preset,
            region=_text(radio, "region", "radio", "US"),
            hop_limit=hop_limit,
            duty_cycle=_number(radio, "duty_cycle_percent", "radio", 100.0) / 100.0,
            channel=self.channel(_number(radio, "tx_power_dbm", "radio", 20.0)),
            stations=self.stations(),
            shadowing=self.shadowing(),
            links=self.links(),
            links_only=bool(document.get("links_only", False)),
            power=tuple(
                (
                    self.node(item, "node", "power"),
                    _number(item, "off_s", "power"),
                    _number(item, "on_s", "power"),
                )
                for item in self.tables("power")
            ),
            partitions=tuple(self.partition(item) for item in self.tables("partitions")),
            traffic=tuple(self.traffic(item) for item in self.tables("traffic")),
        )

    def tables(self, key: str) -> list[dict[str, Any]]:
        return [_table(item, key, at) for at, item in enumerate(_list(self.document, key))]

    def node(self, item: Mapping[str, Any], key: str, where: str) -> int:
        return self.named(_text(item, key, where), f"{where}.{key}")

    def named(self, name: str, where: str) -> int:
        if name not in self.index:
            raise ScenarioError(f"{where}: no node {name!r}{nearest(name, list(self.index))}")
        return self.index[name]

    def channel(self, tx_power_dbm: float) -> Channel:
        item = _table(self.document.get("channel", {}), "channel")
        if item.get("model", "log-distance") != "log-distance":
            raise ScenarioError(f"channel.model is {item['model']!r}; known is 'log-distance'")
        names = (
            "reference_loss_db",
            "reference_distance_m",
            "path_loss_exponent",
            "fading_sigma_db",
            "noise_figure_db",
            "capture_db",
        )
        given = {name: _number(item, name, "channel") for name in names if name in item}
        return Channel(tx_power_dbm=tx_power_dbm, **given)

    def stations(self) -> tuple[Station, ...]:
        stations = [
            Station(
                _text(node, "id", "nodes"),
                _number(node, "x", "nodes"),
                _number(node, "y", "nodes"),
                _role(_text(node, "role", "nodes", "CLIENT")),
            )
            for node in self.nodes
        ]
        for item in self.tables("mobility"):
            points = [_table(point, "waypoints") for point in _list(item, "waypoints")]
            way = tuple(
                Waypoint(*(_number(point, key, "waypoints") for key in ("t", "x", "y")))
                for point in points
            )
            if any(a.at >= b.at for a, b in itertools.pairwise(way)):
                raise ScenarioError("mobility.waypoints: times must grow")
            at = self.node(item, "node", "mobility")
            stations[at] = replace(stations[at], way=way)
        return tuple(stations)

    def shadowing(self) -> dict[tuple[int, int], float]:
        rows, count = _list(self.document, "shadowing_db"), len(self.nodes)
        if rows and (len(rows) != count or any(len(row) != count for row in rows)):
            raise ScenarioError(f"shadowing_db must have {count} rows of {count} numbers")
        return {
            (a, b): float(loss)
            for a, row in enumerate(rows)
            for b, loss in enumerate(row)
            if a != b and loss is not None
        }

    def links(self) -> dict[tuple[int, int], Link]:
        links: dict[tuple[int, int], Link] = {}
        for item in self.tables("links"):
            a, b = self.node(item, "a", "links"), self.node(item, "b", "links")
            loss = _number(item, "loss_db", "links") if "loss_db" in item else None
            link = Link(loss, _number(item, "loss_prob", "links", 0.0))
            links[a, b] = link
            if not item.get("one_way", False):
                links[b, a] = link
        return links

    def partition(self, item: Mapping[str, Any]) -> Partition:
        groups = tuple(
            frozenset(self.named(name, "partitions.groups") for name in group)
            for group in _list(item, "groups")
        )
        return Partition(
            _number(item, "from_s", "partitions"), _number(item, "to_s", "partitions"), groups
        )

    def traffic(self, item: Mapping[str, Any]) -> Traffic:
        kind = _text(item, "kind", "traffic")
        if kind not in ("alert", "position", "telemetry"):
            raise ScenarioError(f"traffic.kind is {kind!r}; known: alert, position, telemetry")
        repeats = kind != "alert"
        return Traffic(
            kind,
            _text(item, "id", "traffic", ""),
            self.node(item, "node", "traffic"),
            _number(item, "start_s" if repeats else "t", "traffic"),
            int(_number(item, "bytes", "traffic")),
            _number(item, "period_s", "traffic") if repeats else None,
        )


def nearest(word: str, known: list[str]) -> str:
    """The end of an error's sentence: what may have been meant, or else what there is."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.4)
    return f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}"


def _table(value: Any, where: str, at: int | None = None) -> dict[str, Any]:
    place = where if at is None else f"{where}[{at}]"
    if not isinstance(value, dict):
        raise ScenarioError(f"{place} must be an object, not {type(value).__name__}")
    known = _KEYS[where].split()
    for key in value:
        if key not in known:
            raise ScenarioError(f"{place}: unknown key {key!r}{nearest(key, known)}")
    return value


def _list(table: Mapping[str, Any], key: str) -> list[Any]:
    value = table.get(key, [])
    if not isinstance(value, list):
        raise ScenarioError(f"{key} must be a list, not {type(value).__name__}")
    return value


def _text(table: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str):
        raise ScenarioError(f"{where}: {key} must be text" + _missing(table, key))
    return value


def _number(table: Mapping[str, Any], key: str, where: str, default: float | None = None) -> float:
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ScenarioError(f"{where}: {key} must be a number" + _missing(table, key))
    return float(value)


def _missing(table: Mapping[str, Any], key: str) -> str:
    return f", not {table[key]!r}" if key in table else "; it is missing"


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError:
        raise ScenarioError(
            f"nodes: unknown role {name!r}{nearest(name, [role.value for role in Role])}"
        ) from None
