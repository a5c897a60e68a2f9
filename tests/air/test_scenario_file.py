import json
from typing import Any

import pytest

from meshdefense.air.packets import Packet, PowerChanged, Received, Role
from meshdefense.air.scenario import ScenarioError, parse_scenario

ALERT = {"kind": "alert", "id": "a1", "t": 5, "node": "p1", "bytes": 120}


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
        ({"nodes": [{"id": "a", "x": 0}]}, r"nodes\[0\]: y must be a number; it is missing"),
        ({"nodes": [{"id": "a", "x": 0, "y": True}]}, "y must be a number, not True"),
        ({"nodes": [{"id": "a", "x": 0, "Y": 0}]}, r"nodes\[0\]: unknown key 'Y'"),
        ({"nodes": {"a": 1}}, "nodes must be a list, not dict"),
        ({"nodes": [{"id": "a", "x": 0, "y": 0}] * 2}, "same id"),
        ({"radio": {"preset": "LONGFAST"}}, "did you mean LONG_FAST"),
        ({"radio": {"hop_limit": 9}}, "hop_limit is 9"),
        ({"radio": {"hop_limt": 3}}, "did you mean 'hop_limit'"),
        ({"channel": {"model": "hata"}}, "known is 'log-distance'"),
        ({"shadowing_db": [[1]]}, "3 rows of 3"),
        ({"links": [{"a": "base", "b": "p3"}]}, r"links\[0\].b: no node 'p3'; did you mean 'p2'"),
        ({"partitions": [{"from_s": 0, "to_s": 1, "groups": [["q"]]}]}, "no node 'q'"),
        ({"traffic": [{"kind": "alarm", "node": "p1"}]}, r"traffic\[0\]: kind is 'alarm'"),
        (
            {"mobility": [{"node": "p1", "waypoints": [{"t": 1, "x": 0, "y": 0}] * 2}]},
            "times must grow",
        ),
        ({"nodes": [{"id": "a", "x": 0, "y": 0, "role": "ROUTR"}]}, "did you mean 'ROUTER'"),
        ({"nodes": [{"id": "a", "x": float("nan"), "y": 0}]}, r"nodes\[0\]: x must be a finite"),
        ({"nodes": [{"id": "a", "x": 0, "y": 10**400}]}, r"nodes\[0\]: y must be a finite"),
        ({"nodes": [{"id": "", "x": 0, "y": 0}]}, r"nodes\[0\]: id must not be empty"),
        ({"seed": 1.5}, "the scenario: seed is 1.5; it must be a whole number"),
        ({"seed": True}, "the scenario: seed must be a number, not True"),
        ({"duration_s": 0}, "the scenario: duration_s is 0; it must be more than 0"),
        ({"duration_s": -5}, "the scenario: duration_s is -5; it must be more than 0"),
        ({"duration_s": float("inf")}, "duration_s must be a finite number"),
        ({"links_only": 1}, "links_only must be true or false, not 1"),
        ({"radio": {"hop_limit": 2.5}}, "radio: hop_limit is 2.5; it must be a whole number"),
        ({"radio": {"duty_cycle_percent": 0}}, "radio: duty_cycle_percent is 0; it must be more"),
        ({"radio": {"duty_cycle_percent": 120}}, "is 120; it must be at most 100"),
        ({"channel": {"fading_sigma_db": -1}}, "channel: fading_sigma_db is -1; it must be at"),
        ({"channel": {"reference_distance_m": 0}}, "channel: reference_distance_m is 0"),
        ({"shadowing_db": [[0, "x", 0]] * 3}, r"shadowing_db\[0\]\[1\] must be a number, not 'x'"),
        ({"links": [{"a": "p1", "b": "p1"}]}, r"links\[0\]: b is the same node as a"),
        ({"links": [{"a": "p1", "b": "p2", "loss_prob": 1.2}]}, "loss_prob is 1.2"),
        ({"mobility": [{"node": "p1", "waypoints": []}]}, "must have at least one point"),
        (
            {"mobility": [{"node": "p1", "waypoints": [{"t": 1, "x": 0, "y": 0}]}] * 2},
            r"mobility\[1\]: node is 'p1', who has a way already",
        ),
        ({"mobility": [{"node": "p9", "waypoints": []}]}, "must have at least one point"),
        ({"power": [{"node": "p1", "off_s": -1, "on_s": 9}]}, r"power\[0\]: off_s is -1"),
        ({"power": [{"node": "p1", "off_s": 9, "on_s": 9}]}, r"power\[0\]: on_s is 9; it must"),
        (
            {
                "power": [
                    {"node": "p1", "off_s": 1, "on_s": 9},
                    {"node": "p1", "off_s": 5, "on_s": 7},
                ]
            },
            "power: 'p1' is switched off twice",
        ),
        ({"partitions": [{"from_s": 5, "to_s": 5, "groups": []}]}, r"to_s is 5; it must be more"),
        ({"partitions": [{"from_s": 0, "to_s": 1, "groups": ["p1"]}]}, "must be a list of nodes"),
        ({"partitions": [{"from_s": 0, "to_s": 1, "groups": [[1]]}]}, "the id of a node, not 1"),
        (
            {"partitions": [{"from_s": 0, "to_s": 1, "groups": [["p1"], ["p1"]]}]},
            "groups have 'p1' in two of them",
        ),
        ({"traffic": [{**ALERT, "t": -1}]}, r"traffic\[0\]: t is -1; it must be at least 0"),
        ({"traffic": [{**ALERT, "bytes": 240}]}, r"traffic\[0\]: bytes is 240; .* 1 to 239"),
        ({"traffic": [{**ALERT, "bytes": 0}]}, r"traffic\[0\]: bytes is 0"),
        ({"traffic": [{**ALERT, "bytes": 1.5}]}, r"traffic\[0\]: bytes is 1.5"),
        ({"traffic": [{**ALERT, "node": "p7"}]}, r"traffic\[0\].node: no node 'p7'"),
        ({"traffic": [ALERT, ALERT]}, r"traffic\[1\]: id is 'a1', as of an earlier alert"),
        (
            {
                "traffic": [
                    {"kind": "position", "node": "p1", "start_s": 0, "period_s": 0, "bytes": 9}
                ]
            },
            r"traffic\[0\]: period_s is 0; it must be more than 0",
        ),
    ],
)
def test_mistake_is_named_with_its_place(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(ScenarioError, match=text):
        read(**changes)


def test_text_that_is_not_json_is_refused() -> None:
    with pytest.raises(ScenarioError, match="not JSON"):
        parse_scenario("{")
