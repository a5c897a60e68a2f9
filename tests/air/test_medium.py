import math

import pytest

from meshdefense.air.medium import Channel, Link, Medium, Partition, Place, Signal, Waypoint
from meshdefense.air.meter import AirtimeMeter
from meshdefense.air.packets import Packet, Priority
from meshdefense.air.presets import PRESETS
from meshdefense.air.txqueue import QUEUE_PLACES, Queued, TransmitQueue


def medium_of(*places: tuple[float, float]) -> Medium:
    medium = Medium(Channel(path_loss_exponent=4.0))
    for number, (x, y) in enumerate(places):
        medium.add(number, Place(x, y))
    return medium


def test_loss_grows_forty_decibels_for_ten_times_the_distance() -> None:
    channel = Channel(path_loss_exponent=4.0)
    assert channel.loss_db(1000) - channel.loss_db(100) == pytest.approx(40.0)


def test_loss_nearer_than_a_metre_is_that_of_a_metre() -> None:
    assert Channel().loss_db(0.0) == Channel().loss_db(1.0) == 31.5


def test_noise_floor_of_long_fast() -> None:
    assert Channel().noise_dbm(PRESETS["LONG_FAST"]) == pytest.approx(-114.0, abs=0.05)


def test_shadowing_adds_to_one_direction_only() -> None:
    medium = medium_of((0, 0), (100, 0))
    medium.shade(0, 1, 7.0)
    there, back = medium.loss_db(0, 1, 0.0), medium.loss_db(1, 0, 0.0)
    assert there is not None
    assert back is not None
    assert there - back == pytest.approx(7.0)


def test_link_replaces_formula_and_shadowing() -> None:
    medium = medium_of((0, 0), (100, 0))
    medium.shade(0, 1, 7.0)
    medium.link(0, 1, Link(99.0))
    assert medium.loss_db(0, 1, 0.0) == 99.0


def test_with_links_only_others_hear_nothing() -> None:
    medium = Medium(Channel(), links_only=True)
    for number in range(3):
        medium.add(number, Place(0, 0))
    medium.link(0, 1, Link(90.0, 0.25))
    assert medium.receivers(0, 0.0, -130.0) == [(1, -70.0, 0.25)]
    assert medium.receivers(1, 0.0, -130.0) == []


def test_cut_and_restore_change_who_receives() -> None:
    medium = medium_of((0, 0), (100, 0), (0, 100))
    medium.cut(0, 1)
    assert [node for node, _, _ in medium.receivers(0, 0.0, -130.0)] == [2]
    medium.restore(1, 0)
    assert [node for node, _, _ in medium.receivers(0, 0.0, -130.0)] == [1, 2]


def test_partition_separates_groups_while_it_lasts_and_spares_outsiders() -> None:
    medium = medium_of((0, 0), (10, 0), (20, 0))
    medium.partitions.append(Partition(10.0, 20.0, (frozenset({0}), frozenset({1}))))
    heard = [[node for node, _, _ in medium.receivers(0, t, -130.0)] for t in (5, 10, 15, 20)]
    assert heard == [[1, 2], [2], [2], [1, 2]]


def test_moving_node_is_between_its_waypoints() -> None:
    place = Place(0, 0, (Waypoint(10, 0, 0), Waypoint(20, 100, 50)))
    assert [place.position(t) for t in (0, 10, 15, 20, 99)] == [
        (0, 0),
        (0, 0),
        (50, 25),
        (100, 50),
        (100, 50),
    ]


def test_receivers_follow_a_moving_node() -> None:
    medium = medium_of((0, 0))
    medium.add(1, Place(0, 0, (Waypoint(0, 10, 0), Waypoint(100, 100_000, 0))))
    assert len(medium.receivers(0, 0.0, -130.0)) == 1
    assert medium.receivers(0, 100.0, -130.0) == []


def test_overlapping_signals_disturb_each_other() -> None:
    first, second = Signal(-80.0, 0.0, 1.0), Signal(-90.0, 0.5, 1.5)
    second.meet(first, grace_s=0.1)
    assert first.interference_dbm == -90.0
    assert second.interference_dbm == -80.0


def test_signal_that_ends_within_the_first_preamble_symbols_does_no_harm() -> None:
    first, second = Signal(-80.0, 0.0, 1.0), Signal(-90.0, 0.95, 2.0)
    second.meet(first, grace_s=0.1)
    assert first.interference_dbm == -90.0
    assert second.interference_dbm == -math.inf


def test_channel_utilisation_is_the_share_of_the_last_minute() -> None:
    meter = AirtimeMeter()
    meter.log_heard(5.0, 6.0)
    meter.log_sent(15.0, 3.0)
    assert meter.channel_utilisation(20.0) == pytest.approx(15.0)
    assert meter.channel_utilisation(61.0) == pytest.approx(5.0)
    assert meter.channel_utilisation(1000.0) == 0.0


def test_air_time_counts_own_packets_for_an_hour() -> None:
    meter = AirtimeMeter()
    meter.log_heard(5.0, 100.0)
    meter.log_sent(30.0, 36.0)
    assert meter.air_time(3_000.0) == pytest.approx(1.0)
    assert meter.air_time(3_700.0) == 0.0


def test_silent_minutes_last_until_enough_has_been_forgotten() -> None:
    meter = AirtimeMeter()
    meter.log_sent(30.0, 200.0)
    meter.log_sent(90.0, 200.0)
    assert meter.silent_minutes(100.0, 0.1) == 59
    assert meter.air_time(100.0 + 59 * 60) < 10.0


def queued(identifier: int, priority: int, snr: float | None = None) -> Queued:
    return Queued(Packet(1, identifier, b"", priority=priority), snr)


def test_queue_sends_urgent_packets_first_and_relays_before_own() -> None:
    queue = TransmitQueue()
    for entry in (
        queued(1, Priority.DEFAULT),
        queued(2, Priority.ALERT),
        queued(3, Priority.DEFAULT, snr=0.0),
        queued(4, Priority.DEFAULT),
    ):
        assert queue.put(entry) == (True, None)
    assert [queue.pop().packet.identifier for _ in range(4)] == [2, 3, 1, 4]


def test_full_queue_refuses_an_equal_and_gives_way_to_a_more_urgent_packet() -> None:
    queue = TransmitQueue()
    for identifier in range(QUEUE_PLACES):
        queue.put(queued(identifier, Priority.DEFAULT))
    assert queue.put(queued(99, Priority.DEFAULT)) == (False, None)
    taken, evicted = queue.put(queued(100, Priority.ALERT))
    assert taken
    assert evicted is not None
    assert evicted.identifier == QUEUE_PLACES - 1
    assert queue.free == 0
