"""The airtime plan: its price list is the protocol's, and its figures go the way they must."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdefense.air.packets import MAX_HOPS
from meshdefense.air.plan_advice import advise, on_same_ground, relays_needed
from meshdefense.air.plan_frames import CASE, RADIO_SIGNATURE_BYTES, FrameKind, air_bytes, body_of
from meshdefense.air.planning import (
    BUSY,
    MEMBERS_MAX,
    PlanError,
    Use,
    Wish,
    carries,
    hops_of_square,
    mean_range_m,
    plan,
    share_in_range,
)
from meshdefense.air.presets import PRESETS, Preset, airtime_s, preset_named
from meshdefense_protocol.airtime import carrier_bytes
from meshdefense_protocol.identity import Identity
from meshdefense_protocol.items import encode_item, stream_of
from meshdefense_protocol.limits import FRAME_OVERHEAD
from meshdefense_protocol.packets.reference import ItemId

LONG_FAST, MEDIUM_FAST, SHORT_FAST = map(preset_named, ("LONG_FAST", "MEDIUM_FAST", "SHORT_FAST"))
ALL = list(PRESETS.values())
SAID = [kind for kind in FrameKind if kind not in (FrameKind.DIGEST, FrameKind.NAME)]
WISHES = st.builds(
    Wish,
    members=st.integers(2, MEMBERS_MAX),
    preset=st.sampled_from(ALL),
    reports_per_hour=st.floats(0, 200),
    area_hops=st.floats(1, 8),
    hop_limit=st.integers(0, MAX_HOPS),
    check_in_minutes=st.none() | st.floats(5, 240),
    positions_minutes=st.none() | st.floats(1, 240),
    relays=st.integers(0, 20),
    duty_cycle=st.sampled_from([0.025, 0.1, 1.0]),
    radio_signs=st.booleans(),
)


@pytest.mark.parametrize("kind", SAID)
def test_what_people_say_has_the_size_of_the_signed_and_sealed_item(kind: FrameKind) -> None:
    body = body_of(kind)
    item = encode_item(
        body,
        item_id=ItemId(7, 0, 12, stream_of(body.KIND)),
        units=1000,
        identity=Identity(bytes(32)),
        network_id=bytes(16),
    )
    frame = len(item.raw) + FRAME_OVERHEAD
    assert air_bytes(kind) == frame + carrier_bytes(frame)


def test_a_radios_own_name_is_as_long_as_the_radios_say_it() -> None:
    mesh_pb2 = pytest.importorskip("meshtastic.protobuf.mesh_pb2")
    user = mesh_pb2.User(
        id="!12345678", long_name="Patrulla 12a", short_name="P12a", macaddr=b"123456",
        hw_model=43, role=2, public_key=bytes(range(32)),
    )  # fmt: skip
    data = mesh_pb2.Data(portnum=4, payload=user.SerializeToString(), bitfield=1)
    assert abs(air_bytes(FrameKind.NAME) - len(data.SerializeToString())) <= 4


def test_firmware_that_signs_makes_every_frame_longer_and_the_plan_dearer() -> None:
    for kind in FrameKind:
        assert air_bytes(kind, radio_signs=True) == air_bytes(kind) + RADIO_SIGNATURE_BYTES
    wish = Wish(30, LONG_FAST, 12.0)
    assert plan(replace(wish, radio_signs=True)).utilisation > 1.3 * plan(wish).utilisation


def test_one_report_brings_what_the_path_of_an_alert_has() -> None:
    assert sum(CASE.values()) == 7
    assert CASE[FrameKind.REPORT] == 1


@given(WISHES)
def test_every_wish_within_its_bounds_has_a_plan_of_finite_shares(wish: Wish) -> None:
    found = plan(wish)
    assert set(found.uses) == set(Use)
    assert all(math.isfinite(share) and share >= 0 for share in found.uses.values())
    assert found.quiet_s >= airtime_s(wish.preset, air_bytes(FrameKind.REPORT))
    assert found.reach_s >= found.quiet_s
    assert found.middle >= found.utilisation
    assert wish.relays * 0.6 < found.copies <= wish.members + wish.relays + 1e-9 or (
        found.copies <= 2.2 + wish.relays
    )


@given(WISHES, st.floats(0.1, 50))
def test_saying_more_never_uses_less_of_the_channel(wish: Wish, more: float) -> None:
    busier = replace(wish, reports_per_hour=wish.reports_per_hour + more)
    assert plan(busier).uses[Use.REPORTS] > plan(wish).uses[Use.REPORTS]
    assert plan(busier).uses[Use.CHECK_INS] == plan(wish).uses[Use.CHECK_INS]


@given(WISHES)
def test_what_it_carries_fits_and_a_little_more_does_not(wish: Wish) -> None:
    most = carries(wish)
    if most > 0:
        assert plan(replace(wish, reports_per_hour=most)).fits
    if most < 999:
        assert not plan(replace(wish, reports_per_hour=most + 1.0)).fits


@given(WISHES)
def test_what_is_recommended_fits_and_reaches_across_the_area(wish: Wish) -> None:
    advice = advise(wish, ALL)
    best = advice.best
    if best is None:
        return
    assert best.plan.utilisation <= BUSY
    assert best.plan.lawful
    assert best.wish.neighbours_missing == 0
    assert best.wish.hop_limit >= best.wish.hops_needed
    assert best.wish.members == wish.members
    assert best.wish.reports_per_hour == wish.reports_per_hour
    assert (best.wish.check_in_minutes or 1e9) >= (wish.check_in_minutes or 1e9)


def test_a_faster_preset_costs_range_and_hops_on_the_same_ground() -> None:
    wish = Wish(30, LONG_FAST, 12.0)
    moved = on_same_ground(wish, MEDIUM_FAST)
    assert moved is not None
    ratio = mean_range_m(MEDIUM_FAST) / mean_range_m(LONG_FAST)
    assert 0.70 < ratio < 0.76  # 5 dB at exponent 3.7
    assert moved.area_hops == pytest.approx(3.0 / ratio)
    assert moved.hop_limit > wish.hop_limit
    assert plan(moved).utilisation < plan(wish).utilisation


def test_the_ranges_are_those_of_the_link_model() -> None:
    assert mean_range_m(LONG_FAST) == pytest.approx(1750, rel=0.01)
    assert mean_range_m(SHORT_FAST) == pytest.approx(940, rel=0.01)


def test_relays_make_up_for_people_who_are_too_few() -> None:
    wish = Wish(10, LONG_FAST, 12.0)
    assert plan(wish).thin
    relays = relays_needed(wish)
    assert not plan(replace(wish, relays=relays)).thin
    assert plan(replace(wish, relays=relays - 1)).thin


def test_five_people_who_all_hear_each_other_need_no_relay() -> None:
    wish = Wish(5, LONG_FAST, 4.0, area_hops=1.0)
    assert relays_needed(wish) == 0
    assert advise(wish, ALL).good


def test_a_duty_cycle_can_forbid_what_the_channel_would_carry() -> None:
    wish = Wish(10, LONG_FAST, 12.0, relays=5)
    assert plan(wish).fits
    narrow = replace(wish, duty_cycle=0.025)
    assert not plan(narrow).lawful
    assert not plan(narrow).fits
    assert carries(narrow) < carries(wish)


def test_so_few_people_on_so_much_ground_get_no_recommendation() -> None:
    assert advise(Wish(4, LONG_FAST, 4.0, area_hops=8.0), ALL).best is None


@pytest.mark.parametrize("preset", ALL, ids=lambda preset: preset.name)
def test_the_hops_of_a_square_are_its_diagonal_in_ranges(preset: Preset) -> None:
    hops = hops_of_square(3.0, preset)
    assert hops == pytest.approx(math.hypot(3000.0, 3000.0) / mean_range_m(preset))
    assert Wish(30, preset, 12.0, area_hops=hops).side_m == pytest.approx(3000.0)


def test_a_square_that_is_smaller_than_the_range_is_one_where_all_hear_all() -> None:
    assert hops_of_square(0.1, LONG_FAST) == 1.0
    assert share_in_range(1.0) == 1.0


@pytest.mark.parametrize("side_km", [0.0, -1.0, math.nan, math.inf, 9.92])
def test_a_square_beyond_what_the_plan_knows_is_refused(side_km: float) -> None:
    with pytest.raises(PlanError) as caught:
        hops_of_square(side_km, LONG_FAST)
    assert (caught.value.what, caught.value.most) == ("area km", 9.9)
    assert hops_of_square(caught.value.most, LONG_FAST) <= 8.0


@pytest.mark.parametrize("hops", [1.0, 1.2, 1.5, 2.0, 3.0, 8.0])
def test_the_share_in_range_is_that_of_random_points_in_a_square(hops: float) -> None:
    side, steps, within, pairs = hops / math.sqrt(2), 23, 0, 0
    points = [((i + 0.5) / steps * side, (j + 0.5) / steps * side)
              for i in range(steps) for j in range(steps)]  # fmt: skip
    for one in points[::3]:
        for other in points:
            within, pairs = within + (math.dist(one, other) <= 1.0), pairs + 1
    assert share_in_range(hops) == pytest.approx(within / pairs, abs=0.02)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"members": 0}, "members"),
        ({"members": 10_000}, "members"),
        ({"reports_per_hour": -1.0}, "reports per hour"),
        ({"reports_per_hour": math.nan}, "reports per hour"),
        ({"reports_per_hour": math.inf}, "reports per hour"),
        ({"area_hops": 0.5}, "area hops"),
        ({"hop_limit": 8}, "hop limit"),
        ({"relays": -1}, "relays"),
        ({"check_in_minutes": 0.1}, "check-in minutes"),
        ({"positions_minutes": -5.0}, "positions minutes"),
        ({"duty_cycle": 0.0}, "duty cycle"),
    ],
)
def test_a_number_that_makes_no_sense_is_named_with_its_bounds(
    change: dict[str, float], what: str
) -> None:
    good = Wish(30, LONG_FAST, 12.0)
    with pytest.raises(PlanError) as caught:
        replace(good, **change)  # type: ignore[arg-type]
    assert caught.value.what == what
    assert caught.value.least < caught.value.most
