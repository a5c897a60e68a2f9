"""What is said of a report that crosses a split mesh: only what the nodes' own words prove."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from meshdefense.demo.audience import Seat
from meshdefense.demo.crossing import Milestones, captions, crossing_summary, milestones
from meshdefense.demo.show import summary
from meshdefense.demo.stories import STORIES
from meshdefense.demo.story import Story, Told

FERRY = STORIES["ferry"]
ROLES = FERRY.crossing
assert ROLES is not None
ALERT, BEGAN = "4.0.1", 100.0


def seats(shown: dict[str, float], holders: dict[int, float]) -> dict[str, Seat]:
    """Seats at which the alert came at times of the story, and what its reporter knows."""
    found = {one.handle: Seat(one.handle, cast(Any, None)) for one in FERRY.cast}
    for handle, at in shown.items():
        found[handle].shown[ALERT] = BEGAN + at
    found["fir"].holders[ALERT] = {member: BEGAN + at for member, at in holders.items()}
    return found


def reached(shown: dict[str, float], holders: dict[int, float] | None = None) -> Milestones:
    found = milestones(FERRY, seats(shown, holders or {}), {ALERT: BEGAN + 8.0}, BEGAN)
    assert found is not None
    return found


def test_a_report_has_crossed_only_after_the_walker_has_left_with_it() -> None:
    assert ROLES is not None
    at = ROLES.leaves_s
    assert reached({"fir": 8, "rowan": 9, "base": at + 1}).crossed(at)
    assert not reached({"fir": 8, "rowan": 9}).crossed(at), "the base has not"
    assert not reached({"fir": 8, "base": at + 1}).crossed(at), "the walker has not"
    assert not reached({"fir": 8, "rowan": 9, "base": at - 1}).crossed(at), "they heard each other"
    assert not reached({"fir": 8, "rowan": 50, "base": 40}).crossed(at), "it came another way"


def test_each_line_is_said_when_it_is_so_and_not_before() -> None:
    assert captions(FERRY, None, "en") == []
    steps = [
        reached({"fir": 8}),
        reached({"fir": 8, "rowan": 9}),
        reached({"fir": 8, "rowan": 9, "base": 66}),
        reached({"fir": 8, "rowan": 9, "base": 66}, {5: 20, 1: 131}),
    ]
    for language in ("en", "es"):
        lines = [captions(FERRY, step, language) for step in steps]
        assert [len(said) for said in lines] == [1, 2, 3, 4]
        assert all(said == lines[-1][: len(said)] for said in lines)
        assert [line.split()[0] for line in lines[-1]] == ["0:08", "0:09", "1:06", "2:11"]
    assert captions(FERRY, steps[-1], "en") != captions(FERRY, steps[-1], "es")


def test_programs_get_the_times_and_who_holds_it_as_the_reporter_knows() -> None:
    told = crossing_summary(FERRY, reached({"fir": 8, "rowan": 8.5, "base": 66}, {5: 20, 1: 131}))
    assert told == {
        "alert": ALERT, "reported_s": 8.0, "walker_s": 8.5, "base_s": 66.0,
        "base_known_s": 131.0, "held_by": ["base", "cedar"], "crossed": True,
    }  # fmt: skip
    assert crossing_summary(FERRY, None) == {"crossed": False}


@pytest.mark.parametrize(("base_s", "complete"), [(66.0, True), (None, False)])
def test_the_demo_succeeds_only_when_the_report_crossed(
    base_s: float | None, complete: bool
) -> None:
    shown = {"fir": 8.0, "rowan": 9.0, **({} if base_s is None else {"base": base_s})}
    told = Told(BEGAN, {ALERT: BEGAN + 8}, {ALERT: "fir"}, 1)
    story = cast(Story, SimpleNamespace(told=told, plot=FERRY))
    result = summary(seats(shown, {}), story)
    assert result["complete"] is result["crossing"]["crossed"] is complete


def test_a_story_on_one_mesh_has_nothing_to_cross() -> None:
    assert milestones(STORIES["patrol"], {}, {ALERT: 1.0}, 0.0) is None
    assert captions(STORIES["patrol"], None, "en") == []
