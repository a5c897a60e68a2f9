"""A run is a function of scenario, seed and run number; and engines do their work in it."""

from __future__ import annotations

import pytest

from meshdefense.simulator import shipped
from meshdefense.simulator.baseline import flood
from meshdefense.simulator.metrics import measure
from meshdefense.simulator.record import Content, Record
from meshdefense.simulator.runs import play, run_flooding, run_many, run_scenario
from meshdefense.simulator.sizes import Sizes
from support.small_scenario import small


@pytest.fixture(scope="module")
def record() -> Record:
    """One run that several tests look at."""
    return play(small())


def test_the_same_seed_gives_the_same_trace_and_another_seed_or_run_another() -> None:
    first = play(small()).trace
    assert play(small()).trace == first
    assert play(small(), 4).trace != first
    assert play(small(), run=1).trace != first


def test_flooding_alone_is_as_reproducible() -> None:
    first = flood(small(), seed=3, run=0).trace
    assert flood(small(), seed=3, run=0).trace == first
    assert flood(small(), seed=3, run=1).trace != first


def test_flooding_happens_in_the_same_way_on_every_version_of_python() -> None:
    trace = flood(small(), seed=3, run=0).trace
    assert trace == "5f47c03ea0c7fc9cc76b02c4e85b9e04acc2a694c52d801e1ef1a10ab8ca743e"


def test_real_cryptography_and_its_stand_in_give_the_same_trace(record: Record) -> None:
    real = play(small(), crypto="real")
    assert real.trace == record.trace
    assert not real.operations
    assert record.operations["sign"] >= 3


def test_engines_bring_every_alert_to_every_node(record: Record) -> None:
    reached = {alert: sorted(nodes) for alert, nodes in record.arrivals.items()}
    assert reached == {"a0": [0, 1, 2, 4], "a1": [1, 2, 3, 4], "a2": [0, 1, 2, 3]}, record.trace


def test_flooding_leaves_out_who_was_off() -> None:
    arrivals = flood(small(), seed=3, run=0).arrivals
    assert 4 not in arrivals["a1"]


def test_a_node_that_was_off_catches_up_after_its_return(record: Record) -> None:
    assert record.came_back == [(4, 20.0, 200.0)]
    assert record.arrivals["a1"][4] > 201.0  # its radio answers a second after power-on
    caught = measure(record).catch_up[0]
    assert (caught.node, caught.missed, caught.held) == ("p4", 1, 1)


def test_what_a_node_had_before_its_power_cut_is_not_new_to_it_afterwards(record: Record) -> None:
    assert record.arrivals["a0"][4] < 20.0
    assert record.shown_twice == 0


def test_declared_sizes_hold_for_alerts_and_positions_wherever_they_travel() -> None:
    declared = play(small(), sizes=Sizes.SCENARIO)
    own = play(small(), sizes=Sizes.REAL)
    size = declared.bytes_sent[Content.POSITION] / _packets(declared, Content.POSITION)
    assert size == 36
    assert own.bytes_sent[Content.POSITION] / _packets(own, Content.POSITION) > 90


def _packets(record: Record, content: Content) -> int:
    return record.packets[content, False] + record.packets[content, True]


def test_air_time_is_booked_by_node_and_by_content_alike(record: Record) -> None:
    by_content, by_node = sum(record.air_s.values()), sum(record.node_air_s.values())
    assert by_content == pytest.approx(by_node)
    assert sum(record.packets.values()) == record.air_counters["transmitted"]


def test_positions_and_telemetry_are_on_the_air_and_the_base_knows_positions(
    record: Record,
) -> None:
    assert record.packets[Content.TELEMETRY, False] == 4
    fresh = measure(record).freshness
    assert fresh is not None
    assert fresh.reached == 1.0
    assert len(record.positions_known[1]) == record.positions_said[1] == 5


def test_two_processes_give_the_runs_of_one_in_the_same_order() -> None:
    one = run_many(run_flooding, small(), 3)
    two = run_many(run_flooding, small(), 3, processes=2)
    assert [run.trace for run in one.runs] == [run.trace for run in two.runs]


@pytest.mark.parametrize(
    ("name", "delivery", "air_s"), [("dense-block", 0.999, 275.0), ("split-and-ferry", 0.487, 42.0)]
)
def test_flooding_alone_is_near_the_published_table(
    name: str, delivery: float, air_s: float
) -> None:
    series = run_many(run_flooding, shipped.load(name), 6)
    assert series.mean(lambda run: run.delivery) == pytest.approx(delivery, abs=0.04)
    assert series.mean(lambda run: run.total_air_s) == pytest.approx(air_s, rel=0.15)


def test_a_node_off_from_the_start_says_nothing_until_it_is_on() -> None:
    scenario = small(power=[{"node": "base", "off_s": 0, "on_s": 50}])
    record = play(scenario)
    assert record.refused["alert: switched off"] == 1
    assert "a1" not in record.alerts
    assert run_scenario(scenario).delivery <= 2 / 3
