"""The parts of the demo without its processes: cast, world, beginning, numbers, summary."""

from __future__ import annotations

import itertools
import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from meshdefense.air.presets import PRESETS
from meshdefense.air.scenario import parse_scenario
from meshdefense.demo.audience import Seat, percentile
from meshdefense.demo.cast import BASE, CAST, GRID, metres, position
from meshdefense.demo.plot import SETTLE_S, Cue, Plot
from meshdefense.demo.prelude import prepare
from meshdefense.demo.show import summary
from meshdefense.demo.stories import DEFAULT, STORIES, UnknownStoryError, story_named
from meshdefense.demo.story import Story, Told
from meshdefense.node.requests import body_of
from meshdefense_protocol.events import ItemAccepted
from meshdefense_protocol.packets import CheckIn, Report, Verdict
from meshdefense_protocol.packets.checkin import DUE_UNIT_S
from meshdefense_protocol.roster import Role
from support.network import NOW

PATROL = STORIES["patrol"]
plots = pytest.mark.parametrize("plot", STORIES.values(), ids=STORIES)


@plots
def test_handles_are_different_and_the_base_comes_first(plot: Plot) -> None:
    assert len({one.handle for one in plot.cast}) == len(plot.cast) == 7
    assert plot.cast[0] is plot.player("base")
    assert Role.ORGANIZER in plot.cast[0].roles
    assert plot.number("base") == 1
    verifiers = sum(Role.VERIFIER in one.roles for one in plot.cast)
    assert verifiers >= 2, "the base cannot verify itself"


def test_the_story_without_a_name_is_the_patrols() -> None:
    assert story_named(DEFAULT) is story_named("PATROL") is PATROL
    assert PATROL.cast is CAST
    assert BASE is CAST[0]


@pytest.mark.parametrize(("slip", "meant"), [("fery", "ferry"), ("partol", "patrol")])
def test_an_unknown_story_is_told_with_the_nearest_name(slip: str, meant: str) -> None:
    with pytest.raises(UnknownStoryError, match=f"did you mean {meant}"):
        story_named(slip)


def test_a_player_walks_straight_between_two_points_and_stands_outside() -> None:
    fir = PATROL.player("fir")
    (t0, x0, y0), (t1, x1, y1) = fir.way[1:3]
    assert metres(fir, -5) == metres(fir, t0) == (x0, y0)
    assert metres(fir, (t0 + t1) / 2) == ((x0 + x1) / 2, (y0 + y1) / 2)
    assert metres(fir, 1e6) == fir.way[-1][1:]
    assert metres(PATROL.player("cedar"), 33) == (-260, -390)


@plots
def test_positions_in_degrees_are_the_metres_of_the_radio_world(plot: Plot) -> None:
    for one, at in itertools.product(plot.cast, (0, 10, 25, 60)):
        east, north = metres(one, at)
        place = GRID.place(*position(one, at), 1)
        assert (place.x, place.y) == (round(east), round(north))  # type: ignore[union-attr]  # the area is small


@plots
@pytest.mark.parametrize("preset", PRESETS)
def test_the_radio_world_is_a_valid_scenario_in_the_order_of_the_cast(
    preset: str, plot: Plot
) -> None:
    parsed = parse_scenario(json.dumps(plot.scenario(preset)))
    assert parsed.preset.name == preset
    assert [station.name for station in parsed.stations] == [one.handle for one in plot.cast]


@plots
@pytest.mark.parametrize("language", ["en", "es"])
def test_each_cue_is_a_request_that_a_daemon_takes(language: str, plot: Plot) -> None:
    me = prepare(NOW, plot).nodes[0].membership
    said: list[Cue] = [*plot.cues, *plot.afterwards]
    for cue in said:
        if cue.method != "unplug":
            given = plot.params(cue, cue.at, language, "2.0.1")
            body_of(cue.method, given, me.charter, me.roster)  # raises when it does not
    assert sorted(cue.at for cue in plot.cues) == [cue.at for cue in plot.cues]


@plots
def test_everybody_begins_with_the_same_items_and_who_is_late_is_overdue_when_it_says(
    plot: Plot,
) -> None:
    beginning = prepare(NOW, plot)
    assert [node.player.handle for node in beginning.nodes] == [one.handle for one in plot.cast]
    held = []
    for node in beginning.nodes:
        found = [e for _, events in node.events for e in events if isinstance(e, ItemAccepted)]
        held.append({event.item.id: event.item for event in found})
        assert len(found) == len(held[-1]), "an item was accepted twice"
        assert all(then <= NOW for then, _ in node.events)
    assert all(one.keys() == held[0].keys() for one in held)
    bodies = [item.body for item in held[0].values()]
    assert sum(isinstance(body, Report) for body in bodies) == 1
    assert sum(isinstance(body, Verdict) for body in bodies) == 1
    dues = {}
    for item in held[0].values():
        if isinstance(item.body, CheckIn):
            handle = plot.cast[item.id.author - 1].handle
            claimed = item.claimed_at(beginning.charter.date)
            dues[handle] = claimed + item.body.due * DUE_UNIT_S - NOW
    for handle, due in dues.items():
        late = abs(due - plot.late_in_s) <= 30
        assert late == (handle == plot.late), "overdue soon after the start, give or take"
    assert (plot.late in dues) == bool(plot.late)


def test_two_demos_share_no_key() -> None:
    one, other = prepare(NOW, PATROL), prepare(NOW, PATROL)
    assert one.charter.network_id != other.charter.network_id
    assert not {node.seed for node in one.nodes} & {node.seed for node in other.nodes}
    assert "seed" not in repr(one.nodes[0]).split("membership")[0]


@pytest.mark.parametrize(
    ("values", "per_cent", "wanted"),
    [
        ([], 50, None),
        ([3.0], 50, 3.0),
        ([3.0], 95, 3.0),
        ([4.0, 1.0, 3.0, 2.0], 50, 2.0),
        ([4.0, 1.0, 3.0, 2.0], 95, 4.0),
        ([float(n) for n in range(1, 101)], 95, 95.0),
        ([1.0, 2.0], 0, 1.0),
        ([1.0, 2.0], 100, 2.0),
    ],
)
def test_percentiles_are_values_that_were_measured(
    values: list[float], per_cent: float, wanted: float | None
) -> None:
    assert percentile(values, per_cent) == wanted


def seats_and_story(shown: dict[str, dict[str, float]]) -> tuple[dict[str, Seat], Story]:
    """Seats that have seen reports at times, and a story in which ash told two."""
    seats = {one.handle: Seat(one.handle, cast(Any, None)) for one in CAST}
    for handle, seat in seats.items():
        seat.shown = shown.get(handle, {})
        seat.tables = {"status": {"status": {"items": 12, "rejected": {"duplicate": 1}}}}
        seat.items_before = 10
    seats["ash"].sent = 2
    told = Told(reports={"2.0.1": 100.0, "2.0.2": 110.0}, authors={"2.0.1": "ash", "2.0.2": "ash"})
    told.items, told.frame_bytes = 2, {"report": [130, 120, 130]}
    return seats, cast(Story, SimpleNamespace(told=told, plot=PATROL))


def test_the_summary_is_complete_only_when_each_report_is_everywhere() -> None:
    everywhere = {one.handle: {"2.0.1": 101.0, "2.0.2": 114.0} for one in CAST}
    whole = summary(*seats_and_story(everywhere))
    assert whole["complete"]
    assert [report["reached"] for report in whole["reports"]] == [7, 7]
    assert [report["to_last_s"] for report in whole["reports"]] == [1.0, 4.0]
    assert whole["submit_to_shown_s"] == {"p50": 1.0, "p95": 4.0}
    assert whole["frame_bytes"] == {"report": [120, 130]}
    assert whole["frames_rejected"] == {"duplicate": 7}
    assert whole["items_received"]["ash"] == 0
    assert whole["items_received"]["fir"] == 2

    del everywhere["fir"]["2.0.2"]
    part = summary(*seats_and_story(everywhere))
    assert not part["complete"]
    assert part["reports"][1]["missing"] == ["fir"]
    assert part["reports"][1]["to_last_s"] is None


def test_a_demo_in_which_nobody_reported_is_not_complete() -> None:
    seats, story = seats_and_story({})
    story.told.reports.clear()
    assert not summary(seats, story)["complete"]
    assert summary(seats, story)["submit_to_shown_s"] == {"p50": None, "p95": None}


def test_the_authors_own_screen_does_not_make_the_times_better() -> None:
    shown = {one.handle: {"2.0.1": 103.0, "2.0.2": 113.0} for one in CAST}
    shown["ash"] = {"2.0.1": 100.0, "2.0.2": 110.0}
    assert summary(*seats_and_story(shown))["submit_to_shown_s"] == {"p50": 3.0, "p95": 3.0}


@plots
@pytest.mark.parametrize("seconds", [25.0, 60.0, 90.0, 3600.0])
def test_what_is_said_has_time_to_arrive_before_the_end(seconds: float, plot: Plot) -> None:
    cues = plot.cues_within(seconds)
    assert cues[0] is plot.cues[0], "a demo without a word shows nothing"
    assert all(cue.at <= seconds - SETTLE_S for cue in cues[1:])
    assert plot.cues_within(None) == plot.cues_within(plot.seconds) == plot.cues
