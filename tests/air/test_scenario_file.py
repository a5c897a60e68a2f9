import json
from typing import Any

import pytest

from meshdefense.air.packets import Packet, PowerChanged, Received, Role
from meshdefense.air.scenario import ScenarioError, parse_scenario


def document(**changes: Any) -> dict[str, Any]:
    """A small valid scenario."""
    return {
        "schema": 1,
        "name": "three",
        "title": "Three nodes",
        "description": "",
        "seed": 5,
        "duration_s": 600,
        "radio": {
            "preset": "MEDIUM_FAST",
            "tx_power_dbm": 20,
            "hop_limit": 2,
            "region": "EU_868",
            "duty_cycle_percent": 10,
        },
        "channel": {"model": "log-distance", "path_loss_exponent": 3.5, "fading_sigma_db": 0},
        "nodes": [
            {"id": "base", "x": 0, "y": 0, "role": "ROUTER"},
            {"id": "p1", "x": 100, "y": 0},
            {"id": "p2", "x": 0, "y": 100},
        ],
        "shadowing_db": [[0, 1, 2], [3, 0, 4], [5, 6, 0]],
        "links": [{"a": "base", "b": "p1", "one_way": True, "loss_db": 90, "loss_prob": 0.5}],
        "mobility": [
            {"node": "p2", "waypoints": [{"t": 0, "x": 0, "y": 100}, {"t": 60, "x": 9, "y": 0}]}
        ],
        "power": [{"node": "p1", "off_s": 10, "on_s": 20}],
        "partitions": [{"from_s": 30, "to_s": 40, "groups": [["base"], ["p1", "p2"]]}],
        "traffic": [
            {"kind": "alert", "id": "a1", "t": 5, "node": "p1", "bytes": 120},
            {"kind": "position", "node": "p2", "start_s": 3, "period_s": 120, "bytes": 36},
        ],
        **changes,
    }


def read(**changes: Any) -> Any:
    return parse_scenario(json.dumps(document(**changes)))


def test_everything_in_the_file_is_read() -> None:
    scenario = read()
    assert (scenario.name, scenario.seed, scenario.duration_s) == ("three", 5, 600.0)
    assert (scenario.preset.name, scenario.hop_limit) == ("MEDIUM_FAST", 2)
    assert (scenario.region, scenario.duty_cycle) == ("EU_868", 0.1)
    assert scenario.channel.path_loss_exponent == 3.5
    assert [station.role for station in scenario.stations] == [Role.ROUTER] + [Role.CLIENT] * 2
    assert scenario.shadowing[2, 1] == 6.0
    assert list(scenario.links) == [(0, 1)]
    assert scenario.power == ((1, 10.0, 20.0),)
    assert scenario.partitions[0].groups == (frozenset({0}), frozenset({1, 2}))
    assert [item.kind for item in scenario.traffic] == ["alert", "position"]
    assert (scenario.traffic[1].at, scenario.traffic[1].period_s) == (3.0, 120.0)


def test_link_holds_both_ways_unless_it_is_one_way() -> None:
    assert set(read(links=[{"a": "p1", "b": "p2", "loss_db": 80}]).links) == {(1, 2), (2, 1)}


def test_world_of_a_scenario_carries_packets_between_its_nodes() -> None:
    world = read(links=[], partitions=[]).world(1, [100, 101, 102])
    world.send(101, Packet(0, 1, b"hello"), 0.0)
    received = [event.node for event in world.advance(9.0) if isinstance(event, Received)]
    assert sorted(received) == [100, 102]
    off = [event for event in world.advance(15.0) if isinstance(event, PowerChanged)]
    assert off == [PowerChanged(10.0, 101, False)]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"trafic": []}, r"unknown key 'trafic'; did you mean 'traffic'\?"),
        ({"schema": 2}, "schema is 2; this reads schema 1"),
        ({"nodes": []}, "no nodes"),
        ({"nodes": [{"id": "a", "x": 0}]}, "nodes: y must be a number; it is missing"),
        ({"nodes": [{"id": "a", "x": 0, "y": True}]}, "y must be a number, not True"),
        ({"nodes": [{"id": "a", "x": 0, "Y": 0}]}, r"nodes\[0\]: unknown key 'Y'"),
        ({"nodes": {"a": 1}}, "nodes must be a list, not dict"),
        ({"nodes": [{"id": "a", "x": 0, "y": 0}] * 2}, "same id"),
        ({"radio": {"preset": "LONGFAST"}}, "did you mean LONG_FAST"),
        ({"radio": {"hop_limit": 9}}, "hop_limit is 9"),
        ({"radio": {"hop_limt": 3}}, "did you mean 'hop_limit'"),
        ({"channel": {"model": "hata"}}, "known is 'log-distance'"),
        ({"shadowing_db": [[1]]}, "3 rows of 3"),
        ({"links": [{"a": "base", "b": "p3"}]}, r"links.b: no node 'p3'; did you mean 'p2'"),
        ({"partitions": [{"from_s": 0, "to_s": 1, "groups": [["q"]]}]}, "no node 'q'"),
        ({"traffic": [{"kind": "alarm", "node": "p1"}]}, "traffic.kind is 'alarm'"),
        (
            {"mobility": [{"node": "p1", "waypoints": [{"t": 1, "x": 0, "y": 0}] * 2}]},
            "times must grow",
        ),
        ({"nodes": [{"id": "a", "x": 0, "y": 0, "role": "ROUTR"}]}, "did you mean 'ROUTER'"),
    ],
)
def test_mistake_is_named_with_its_place(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(ScenarioError, match=text):
        read(**changes)


def test_text_that_is_not_json_is_refused() -> None:
    with pytest.raises(ScenarioError, match="not JSON"):
        parse_scenario("{")
