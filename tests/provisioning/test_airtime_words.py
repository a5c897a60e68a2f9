"""The airtime plan in sentences and as a picture: true to the figures, in both languages."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.air.plan_advice import Advice, advise
from meshdefense.air.planning import Use, Wish
from meshdefense.air.presets import PRESETS, preset_named
from meshdefense.language import LANGUAGES, speaking
from meshdefense.provisioning.airtime.picture import picture
from meshdefense.provisioning.airtime.words import about, plan_lines, seconds, use_name
from meshdefense.provisioning.drawing.shapes import Box, Text
from meshdefense.provisioning.drawing.svg import svg

ALL = list(PRESETS.values())


def advice(
    members: int = 30, preset: str = "LONG_FAST", reports: float = 12.0, **more: float
) -> Advice:
    """A wish and what would be better."""
    return advise(Wish(members, preset_named(preset), reports, **more), ALL)  # type: ignore[arg-type]


def said(one: Advice, region: str = "US", hours: float | None = None) -> str:
    """All sentences in English."""
    with speaking("en"):
        return "\n".join(plan_lines(one, region, hours))


def test_the_sentences_tell_what_the_plan_computed() -> None:
    one = advice(30, "MEDIUM_FAST", 12.0)
    text = said(one)
    assert f"use {100 * one.wished.plan.utilisation:.0f} % of the channel" in text
    assert f"Up to about {int(one.wished.carries)} reports an hour" in text
    assert "95 of 100 radios in about 2 s when quiet" in text
    assert "An SOS does not wait" in text


def test_which_ground_a_plan_is_for_is_told_and_drawn() -> None:
    one = advice(30, "LONG_FAST", 12.0, area_hops=2.0)
    told = "sides of 2.5 km: from corner to corner 2.0 ranges of LONG_FAST, of 1.8 km each"
    assert told in said(one)
    with speaking("en"):
        drawn = " ".join(one.said for one in picture(one).shapes if isinstance(one, Text))
    assert told in drawn
    assert "sides of at most 1.2 km" in said(advice(30, area_hops=1.0))


def test_a_faster_preset_is_never_recommended_without_what_it_costs() -> None:
    one = advice(30, "LONG_FAST", 12.0)
    assert one.other_preset is not None
    text = said(one)
    line = next(line for line in text.splitlines() if line.startswith("Then"))
    assert "km instead of" in line
    assert "the same ground is 3.5 ranges from corner to corner" in line
    assert "not for" in line


def test_what_the_law_allows_is_told_for_each_radio() -> None:
    wish = Wish(30, preset_named("MEDIUM_FAST"), 12.0, duty_cycle=0.1)
    assert "may send 6 min of each hour (10 %)" in said(advise(wish, ALL), "EU_868")
    assert "no law limits" in said(advice())


def test_a_plan_that_breaks_the_law_says_so() -> None:
    wish = Wish(10, preset_named("LONG_FAST"), 12.0, relays=5, duty_cycle=0.025)
    assert "fall silent" in said(advise(wish, ALL), "EU_866")


def test_no_time_is_promised_where_none_can_be() -> None:
    for one in (advice(10), advice(60, reports=40.0), advice(30, area_hops=4.0, hop_limit=3)):
        assert "95 of 100" not in said(one)


def test_so_few_on_so_much_ground_are_told_to_carry_the_news() -> None:
    text = said(advice(4, reports=4.0, area_hops=8.0))
    assert "let somebody who walks carry the news" in text


def test_a_channel_that_is_full_promises_nothing_for_an_sos() -> None:
    for law in (1.0, 0.1):
        wish = Wish(200, preset_named("LONG_FAST"), 1000.0, area_hops=7.0, duty_cycle=law)
        one = advise(wish, ALL)
        text = said(one, hours=8.0)
        assert "An SOS does not wait" not in text
        assert "an SOS can be late or lost too" in text
        assert "would need all of the hour, and more than there is" in text
        assert "min of each hour." not in text
        with speaking("en"):
            drawn = " ".join(one.said for one in picture(one).shapes if isinstance(one, Text))
        assert "Airtime for an SOS is kept free" not in drawn
        assert "an SOS can be late or lost too" in drawn


def test_a_shift_is_never_more_sending_than_it_has_time() -> None:
    wish = Wish(200, preset_named("VERY_LONG_SLOW"), 1000.0, area_hops=7.0)
    assert "more than the radios could send in it" in said(advise(wish, ALL), hours=8.0)


def test_a_shift_is_added_up() -> None:
    assert "In a shift of 8 h: 96 reports, 480 check-ins" in said(advice(), hours=8.0)


def test_every_plan_says_how_far_it_may_be_believed() -> None:
    assert "within a factor of 1.5 for the channel and of 2.5 for the time" in said(advice())


@pytest.mark.parametrize(
    ("share", "text"), [(0.001, "less than 1 %"), (0.18, "18 %"), (1.3, "more than 100 %")]
)
def test_shares_are_said_no_finer_than_they_are_known(share: float, text: str) -> None:
    with speaking("en"):
        assert about(share) == text


def test_times_are_said_no_finer_than_they_are_known() -> None:
    with speaking("en"):
        assert seconds(0.4) == "less than 1 s"
        assert seconds(8.6) == "9 s"
        assert "no time" in seconds(float("inf"))


WISHES = st.builds(
    Wish,
    members=st.integers(2, 200),
    preset=st.sampled_from(ALL),
    reports_per_hour=st.floats(0, 200),
    area_hops=st.floats(1, 8),
    check_in_minutes=st.none() | st.floats(5, 240),
    positions_minutes=st.none() | st.floats(1, 240),
    relays=st.integers(0, 20),
)


@given(WISHES, st.sampled_from(sorted(LANGUAGES)))
def test_any_plan_can_be_said_and_drawn_within_its_paper(wish: Wish, language: str) -> None:
    one = advise(wish, ALL)
    with speaking(language):
        lines, drawing = plan_lines(one, "US", 8.0), picture(one)
    assert not any("{" in line for line in lines)
    for shape in drawing.shapes:
        if isinstance(shape, Text):
            assert shape.left >= 4.0
            assert shape.left + shape.width <= drawing.width - 2.0, shape.said
            assert shape.y <= drawing.height
        elif isinstance(shape, Box):
            assert shape.x >= 4.0
            assert shape.x + shape.width <= drawing.width - 4.0
    ET.fromstring(svg(drawing))


def test_the_bar_is_as_long_as_what_is_used() -> None:
    one = advice(30, "MEDIUM_FAST", 12.0)
    with speaking("en"):
        drawing = picture(one)
    boxes = [shape for shape in drawing.shapes if isinstance(shape, Box)]
    whole, *parts = [box for box in boxes if box.height == boxes[0].height and box.y == boxes[0].y]
    used = sum(box.width for box in parts if box.ink is not None) / whole.width
    assert used == pytest.approx(one.wished.plan.utilisation, abs=0.002)


def test_every_use_looks_different_without_colours() -> None:
    with speaking("en"):
        drawing = picture(advice(30, positions_minutes=15.0))
    legend = [shape for shape in drawing.shapes if isinstance(shape, Box) and shape.height == 3.8]
    looks = {(box.ink, box.hatch) for box in legend}
    assert len(looks) == len(legend) == len(Use)
    with speaking("es"):
        assert len({use_name(use) for use in Use}) == len(Use)
