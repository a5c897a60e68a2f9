"""Items at the limits of time and size: what is still believed, still shown, still said."""

from __future__ import annotations

import pytest

from meshdefense_protocol.errors import DecodeError, TooLongError
from meshdefense_protocol.items import NEVER, Item, encode_item, read_item
from meshdefense_protocol.limits import (
    CLOCK_TOLERANCE_S,
    FRAME_OVERHEAD,
    ITEM_MAX,
    ITEM_MIN,
    LATE_LIFETIME_S,
    LIFETIME_MAX_S,
    ROSTER_INCARNATION,
    TIME_UNIT_S,
)
from meshdefense_protocol.packets import CheckIn, KnownBody, Notice, Report, Warn
from meshdefense_protocol.packets.reference import ItemId, Stream
from support.network import DATE, NOW, Network

NETWORK = Network()
FIRE = Report(None, 1, lifetime_s=3600)


def said(body: KnownBody = FIRE, *, ago: float = 0.0) -> Item:
    """What pia said so many seconds before NOW, by her clock."""
    return NETWORK.item("pia", body, sequence=1, now=NOW - ago)


def limited(body: KnownBody, limit: int) -> Item:
    return encode_item(
        body,
        item_id=ItemId(3, 0, 1),
        units=0,
        identity=NETWORK.identities["pia"],
        network_id=NETWORK.network_id,
        frame_limit=limit,
    )


@pytest.mark.parametrize(
    ("ago", "believed"),
    [
        (0, True),
        (LIFETIME_MAX_S, True),
        (LIFETIME_MAX_S + TIME_UNIT_S, False),
        (-CLOCK_TOLERANCE_S, True),
        (-CLOCK_TOLERANCE_S - TIME_UNIT_S, False),
    ],
)
def test_a_time_is_believed_from_a_day_ago_to_an_hour_ahead(ago: float, believed: bool) -> None:
    assert said(ago=ago).time_is_believable(DATE, NOW) is believed


@pytest.mark.parametrize(
    ("ago", "left"),
    [
        (0, 3600),
        (600, 3000),  # counted from when it was said
        (3596, 4),
        (3600, LATE_LIFETIME_S),  # over on arrival: shown for a while
        (7200, LATE_LIFETIME_S),
        (LIFETIME_MAX_S + TIME_UNIT_S, 3600),  # no belief: from its reception
        (-600, 3600),  # a clock somewhat ahead makes nothing last longer
        (-2 * CLOCK_TOLERANCE_S, 3600),
    ],
)
def test_an_item_ends_a_lifetime_after_it_was_said_and_a_late_one_a_while_after_it_came(
    ago: float, left: float
) -> None:
    assert said(ago=ago).expires_at(DATE, NOW) == NOW + left


def test_a_short_lived_item_that_comes_late_is_not_shown_for_longer_than_it_would_live() -> None:
    short = said(Report(None, 1, lifetime_s=600), ago=600)
    assert short.expires_at(DATE, NOW) == NOW + 600 < NOW + LATE_LIFETIME_S


@pytest.mark.parametrize(("ago", "late"), [(0, False), (3596, False), (3600, True), (7200, True)])
def test_an_item_came_late_when_it_was_over_on_arrival(ago: float, late: bool) -> None:
    assert said(ago=ago).came_late(DATE, NOW) is late


def test_what_organizers_decide_never_ends_whenever_it_comes() -> None:
    decision = NETWORK.item("ada", Warn(7))
    for received in (NOW, NOW + 10 * LIFETIME_MAX_S, NOW + 1e9):
        assert decision.expires_at(DATE, received) == NEVER


def test_an_item_that_fills_its_frame_is_said_and_one_byte_more_is_not() -> None:
    body = Notice("soup at seven")
    size = len(limited(body, 200).raw) + FRAME_OVERHEAD
    assert limited(body, size).body == body
    with pytest.raises(TooLongError) as caught:
        limited(body, size - 1)
    assert (caught.value.size, caught.value.limit) == (size, size - 1)


@pytest.mark.parametrize("size", [0, ITEM_MIN - 1, ITEM_MAX + 1])
def test_an_item_of_an_impossible_size_is_named_with_the_right_ones(size: int) -> None:
    with pytest.raises(DecodeError, match=f"{ITEM_MIN} to {ITEM_MAX} bytes, not {size}$"):
        read_item((bytes((25 << 2,)) + bytes(300))[:size], grid_unit_m=None)


def test_a_decision_under_an_id_of_the_log_and_a_word_under_one_of_a_decision_are_named() -> None:
    for body, life in ((Warn(7), 0), (CheckIn(1), ROSTER_INCARNATION)):
        raw = bytearray(said(CheckIn(1)).raw if life else NETWORK.item("ada", Warn(7)).raw)
        raw[3] = life << 2
        with pytest.raises(DecodeError, match=f"incarnation {life} is not one of kind {body.KIND}"):
            read_item(bytes(raw), grid_unit_m=None)
    assert said().id.stream is Stream.LOG
