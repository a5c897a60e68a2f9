"""Numbers of a run, from records that are made by hand."""

from __future__ import annotations

import math

import pytest

from meshdefense.simulator.metrics import CatchUp, measure, quantile
from meshdefense.simulator.record import Content, Record
from meshdefense.simulator.report import json_of, row
from meshdefense.simulator.runs import Series
from support.small_scenario import small


def record() -> Record:
    """a0 reached all, a1 half of the others, a2 was never issued."""
    made = Record(small())
    made.said("a0", 3, 5.0)
    for node, at in ((2, 6.0), (4, 7.0), (1, 8.0), (0, 15.0)):
        made.arrived("a0", node, at)
    made.said("a1", 0, 30.0)
    made.arrived("a1", 1, 31.0)
    made.arrived("a1", 4, 240.0)
    return made


def test_delivery_counts_pairs_and_full_counts_alerts() -> None:
    found = measure(record())
    assert found.delivery == 6 / 12
    assert found.full == 1 / 3


def test_the_author_and_a_second_time_do_not_count() -> None:
    made = record()
    made.arrived("a1", 0, 31.0)
    made.arrived("a1", 1, 99.0)
    assert measure(made).delivery == 6 / 12
    assert made.arrivals["a1"][1] == 31.0


def test_the_times_of_an_alert_are_those_of_the_last_that_is_needed() -> None:
    spread = measure(record()).spread_s
    assert spread == ((2.0, 10.0, 10.0), (210.0, math.inf, math.inf), (math.inf,) * 3)


def test_an_alert_that_never_gets_there_makes_the_median_never() -> None:
    series = Series(small(), (measure(record()),))
    assert series.median_spread_s() == (210.0, math.inf, math.inf)
    assert "210 / never / never" in row("engine", series)
    assert json_of("engine", series)["mean"]["t50_t90_t100_s"] == [210.0, None, None]


def test_catch_up_counts_what_was_issued_while_off() -> None:
    made = record()
    made.came_back.append((4, 20.0, 200.0))
    assert measure(made).catch_up == (CatchUp("p4", 1, 1, 40.0, 40.0),)
    made.came_back[0] = (2, 20.0, 200.0)
    assert measure(made).catch_up == (CatchUp("p2", 1, 0, math.inf, math.inf),)


def test_freshness_is_the_age_of_the_newest_position_at_each_sample() -> None:
    made = Record(small(duration_s=661.0))
    made.positions_said[1] = 4
    made.positions_known[1] = [(100.0, 90.0), (620.0, 610.0)]
    found = measure(made).freshness
    assert found is not None
    assert found.reached == 0.5
    # samples at 600, 630 and 660 s: 510, 20 and 50 s old
    assert (found.median_s, found.p95_s) == (50.0, 510.0)


def test_relays_count_apart_for_alerts_only() -> None:
    made = record()
    made.transmitted(Content.ALERT, 3, 130, 1.0, relayed=False)
    made.transmitted(Content.ALERT, 2, 130, 2.0, relayed=True)
    made.transmitted(Content.POSITION, 1, 36, 4.0, relayed=False)
    made.transmitted(Content.POSITION, 2, 36, 8.0, relayed=True)
    found = measure(made)
    assert found.air_s == {"alerts": 1.0, "alert relays": 2.0, "positions": 12.0}
    assert (found.total_air_s, found.transmissions) == (15.0, 4)
    assert found.busiest == pytest.approx(10.0 / 600.0)


def test_a_quantile_is_a_value_that_occurred() -> None:
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert quantile([1.0, 2.0], 0.5) == 1.0
    assert quantile([5.0], 0.95) == 5.0
    assert math.isnan(quantile([], 0.5))
