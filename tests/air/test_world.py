import pytest

from meshdefense.air.flooding import Router
from meshdefense.air.medium import Channel, Link, Partition, Signal
from meshdefense.air.packets import (
    Acknowledged,
    Dropped,
    Event,
    Failed,
    Heard,
    Packet,
    PowerChanged,
    Priority,
    QueueFreed,
    Received,
    Refusal,
    Role,
    Transmitted,
)
from meshdefense.air.presets import MAX_ENCODED_BYTES, PRESETS, airtime_s
from meshdefense.air.radio import Radio
from meshdefense.air.world import World

LONG_FAST = PRESETS["LONG_FAST"]
STEADY = Channel(fading_sigma_db=0.0)


def world_of(
    *links: tuple[int, int], seed: int = 1, duty_cycle: float = 1.0, hop_limit: int = 3
) -> World:
    """Nodes joined by strong links both ways."""
    world = World(
        seed,
        LONG_FAST,
        channel=STEADY,
        links_only=True,
        duty_cycle=duty_cycle,
        hop_limit=hop_limit,
    )
    for number in sorted({end for link in links for end in link}):
        world.add_node(number)
    for a, b in links:
        world.set_link(a, b, Link(110.0))
        world.set_link(b, a, Link(110.0))
    return world


def packet(identifier: int = 7, size: int = 100, **more: object) -> Packet:
    return Packet(0, identifier, bytes(size), **more)  # type: ignore[arg-type]


def run(world: World, until: float) -> list[Event]:
    """Advance step by step, so that every event is asked for at its own time."""
    events = []
    while (due := world.timer_at()) is not None and due <= until:
        events += world.advance(due)
    return events + world.advance(until)


def receivers(events: list[Event]) -> set[int]:
    return {event.node for event in events if isinstance(event, Received)}


CHAIN = ((1, 2), (2, 3), (3, 4), (4, 5), (5, 6))


def test_two_nodes_transcript() -> None:
    world = world_of((1, 2))
    assert world.send(1, packet(want_ack=True), 0.0) is None
    events = run(world, 60.0)
    assert [(type(event).__name__, event.node) for event in events] == [
        ("Transmitted", 1),
        ("QueueFreed", 1),
        ("Received", 2),
        ("Transmitted", 2),
        ("QueueFreed", 2),
        ("Heard", 1),
    ]
    sent, received = events[0], events[2]
    assert isinstance(sent, Transmitted)
    assert isinstance(received, Received)
    assert received.at - sent.at == pytest.approx(airtime_s(LONG_FAST, 100)) == sent.air_s
    assert received.rssi == pytest.approx(20 - 110)
    assert received.snr == pytest.approx(20 - 110 + 114.0, abs=0.05)
    assert world.timer_at() is None


@pytest.mark.parametrize("hop_limit", range(5))
def test_packet_crosses_one_link_more_than_its_hop_limit(hop_limit: int) -> None:
    world = world_of(*CHAIN)
    world.send(1, packet(hop_limit=hop_limit), 0.0)
    assert receivers(run(world, 60.0)) == set(range(2, 3 + hop_limit))


def test_received_packet_tells_the_hops_it_took() -> None:
    world = world_of(*CHAIN)
    world.send(1, packet(hop_limit=3), 0.0)
    hops = {
        event.node: event.packet.hop_start - event.packet.hop_limit
        for event in run(world, 60.0)
        if isinstance(event, Received)
    }
    assert hops == {2: 0, 3: 1, 4: 2, 5: 3}


def scene(seed: int) -> list[Event]:
    world = World(seed, LONG_FAST, channel=Channel(path_loss_exponent=4.0))
    for number in range(12):
        world.add_node(number, x=137.0 * (number % 4), y=211.0 * (number // 4))
    events = []
    for identifier in range(20):
        events += run(world, identifier * 2.0)
        world.send(identifier % 12, packet(identifier, want_ack=True), identifier * 2.0)
    return events + run(world, 200.0)


def test_same_seed_gives_the_same_events() -> None:
    assert scene(1) == scene(1)


def test_another_seed_gives_other_events() -> None:
    assert scene(1) != scene(2)


def test_steps_of_the_caller_do_not_change_what_happens() -> None:
    small, large = world_of(*CHAIN), world_of(*CHAIN)
    for world in (small, large):
        world.send(1, packet(want_ack=True), 0.0)
    pieces = [event for tenth in range(600) for event in small.advance(tenth / 10)]
    assert pieces == large.advance(59.9)


def test_hidden_nodes_collide_at_the_node_between() -> None:
    lost = 0
    for seed in range(20):
        world = world_of((1, 2), (2, 3), seed=seed)
        world.send(1, packet(1, hop_limit=0), 0.0)
        world.send(3, packet(2, hop_limit=0), 0.0)
        events = run(world, 60.0)
        lost += receivers(events) == set()
    # Both begin within eight slots of each other and last forty: neither is 6 dB stronger.
    assert lost == 20


def test_much_stronger_packet_survives_a_collision() -> None:
    world = world_of((1, 2), (2, 3))
    world.set_link(1, 2, Link(100.0))
    world.send(1, packet(1, hop_limit=0), 0.0)
    world.send(3, packet(2, hop_limit=0), 0.0)
    received = [event for event in run(world, 60.0) if isinstance(event, Received)]
    assert [(event.node, event.packet.identifier) for event in received] == [(2, 1)]
    assert world.counters["collided"] == 1


def test_nodes_that_hear_each_other_take_turns() -> None:
    clean = 0
    for seed in range(20):
        world = world_of((1, 2), (1, 3), (2, 3), seed=seed)
        world.send(1, packet(1, hop_limit=0), 0.0)
        world.send(2, packet(2, hop_limit=0), 0.5)
        clean += receivers(run(world, 60.0)) == {1, 2, 3}
    assert clean == 20


def test_transmitting_node_is_deaf() -> None:
    world = world_of((1, 2), (2, 3))
    world.set_link(2, 1, Link(200.0))  # node 1 cannot notice that node 2 transmits
    world.send(2, packet(2, size=230, hop_limit=0), 0.0)
    run(world, 0.4)
    world.send(1, packet(1, hop_limit=0), 0.4)
    assert receivers(run(world, 60.0)) == {3}
    assert world.counters["deaf"] == 1


def test_node_waits_while_it_senses_somebody() -> None:
    world = world_of((1, 2), (2, 3))
    world.send(1, packet(1, size=230, hop_limit=0), 0.0)
    run(world, 0.4)
    world.send(2, packet(2, hop_limit=0), 0.4)
    assert receivers(run(world, 60.0)) == {1, 2, 3}
    assert world.counters["deferred"] >= 1


def test_weak_link_receives_nothing() -> None:
    world = world_of((1, 2))
    world.set_link(1, 2, Link(20 + 131.5 + 0.5))
    world.send(1, packet(), 0.0)
    assert receivers(run(world, 60.0)) == set()
    assert world.counters["weak"] == 1


def test_lossy_link_loses_its_share() -> None:
    world = world_of((1, 2))
    world.set_link(1, 2, Link(110.0, 0.3))
    got = 0
    for identifier in range(400):
        at = identifier * 10.0
        world.send(1, packet(identifier, hop_limit=0), at)
        got += len(receivers(run(world, at + 9.0)))
    assert 250 <= got <= 310


def test_lonely_origin_transmits_three_times_and_fails() -> None:
    world = world_of((1, 2))
    world.cut(1, 2)
    world.send(1, packet(want_ack=True), 0.0)
    events = run(world, 120.0)
    assert sum(isinstance(event, Transmitted) for event in events) == 3
    last = events[-1]
    assert isinstance(last, Failed)
    assert last.packet.identifier == 7
    assert last.at == pytest.approx(3 * (2 * 1.133 + 56 * 0.02808 + 4.5), abs=0.1)


def test_without_want_ack_it_is_sent_once() -> None:
    world = world_of((1, 2))
    world.cut(1, 2)
    world.send(1, packet(), 0.0)
    assert [type(event) for event in run(world, 120.0)] == [Transmitted, QueueFreed]


def test_repeat_reaches_a_node_that_comes_into_reach() -> None:
    world = world_of((1, 2))
    world.cut(1, 2)
    world.send(1, packet(want_ack=True), 0.0)
    run(world, 5.0)
    world.restore(1, 2)
    events = run(world, 60.0)
    assert receivers(events) == {2}
    assert any(isinstance(event, Heard) for event in events)


def test_direct_message_is_acknowledged_over_a_relay() -> None:
    world = world_of((1, 2), (2, 3))
    world.send(1, packet(to=3, want_ack=True), 0.0)
    events = run(world, 60.0)
    assert receivers(events) == {3}
    confirmed = [event for event in events if isinstance(event, Acknowledged)]
    assert [(e.node, e.packet.answers, e.packet.origin) for e in confirmed] == [(1, 7, 3)]


def test_full_queue_refuses_and_says_when_there_is_room() -> None:
    world = world_of((1, 2))
    answers = [world.send(1, packet(identifier), 0.0) for identifier in range(20)]
    assert answers == [None] * 16 + [Refusal.QUEUE_FULL] * 4
    assert world.queue_free(1) == 0
    freed = [e for e in run(world, 3.0) if isinstance(e, QueueFreed) and e.node == 1]
    assert freed[0].free == 1


def test_alert_displaces_routine_from_a_full_queue() -> None:
    world = world_of((1, 2))
    for identifier in range(16):
        world.send(1, packet(identifier), 0.0)
    assert world.send(1, packet(99, priority=Priority.ALERT), 0.0) is None
    events = run(world, 3.0)
    dropped = [event.packet.identifier for event in events if isinstance(event, Dropped)]
    first = next(event for event in events if isinstance(event, Transmitted))
    assert dropped == [15]
    assert first.packet.identifier == 99


def test_too_large_packet_is_refused() -> None:
    world = world_of((1, 2))
    assert world.send(1, packet(size=MAX_ENCODED_BYTES), 0.0) is None
    assert world.send(1, packet(8, size=MAX_ENCODED_BYTES + 1), 0.0) is Refusal.TOO_LARGE


def test_used_up_duty_cycle_refuses_until_the_hour_has_passed() -> None:
    world = world_of((1, 2), duty_cycle=0.001)
    at = 0.0
    while world.send(1, packet(int(at), hop_limit=0), at) is None:
        run(world, at + 5.0)
        at += 5.0
    assert world.air_time(1, at) >= 0.1
    assert at == 20.0
    assert world.send(1, packet(1), 3_590.0) is Refusal.DUTY_CYCLE
    assert world.send(1, packet(2), 3_700.0) is None


def test_node_without_duty_cycle_left_stops_relaying() -> None:
    world = world_of((1, 2), (2, 3), duty_cycle=0.001)
    world.configure(1, duty_cycle=1.0)
    reached = []
    for identifier in range(10):
        at = identifier * 20.0
        world.send(1, packet(identifier), at)
        reached.append(3 in receivers(run(world, at + 20.0)))
    assert reached == [True] * 4 + [False] * 6


def test_switched_off_node_neither_hears_nor_sends_and_loses_its_queue() -> None:
    world = world_of((1, 2))
    world.send(2, packet(1), 0.0)
    world.power(2, False, 0.0)
    world.send(1, packet(2), 0.0)
    assert world.send(2, packet(3), 0.0) is Refusal.SWITCHED_OFF
    events = run(world, 60.0)
    assert receivers(events) == set()
    world.power(2, True, 60.0)
    world.send(1, packet(4), 60.0)
    assert receivers(run(world, 120.0)) == {2}


def test_packet_cut_short_by_power_off_is_received_by_nobody() -> None:
    world = world_of((1, 2))
    world.send(1, packet(), 0.0)
    run(world, 0.5)
    world.power(1, False, 0.5)
    assert receivers(run(world, 60.0)) == set()
    assert world.counters["cut short"] == 1


def test_scheduled_power_is_reported() -> None:
    world = world_of((1, 2))
    world.schedule_power(2, False, 10.0)
    world.schedule_power(2, True, 20.0)
    changes = [event for event in run(world, 30.0) if isinstance(event, PowerChanged)]
    assert changes == [PowerChanged(10.0, 2, False), PowerChanged(20.0, 2, True)]


def test_partition_separates_two_clusters_for_its_time() -> None:
    world = world_of((1, 2))
    world.add_partition(Partition(10.0, 20.0, (frozenset({1}), frozenset({2}))))
    heard = []
    for identifier, at in enumerate((0.0, 12.0, 25.0)):
        world.send(1, packet(identifier, hop_limit=0), at)
        heard.append(receivers(run(world, at + 5.0)))
    assert heard == [{2}, set(), {2}]


def test_radios_with_different_presets_do_not_hear_each_other() -> None:
    world = world_of((1, 2), (1, 3))
    world.configure(2, preset=PRESETS["SHORT_FAST"])
    world.send(1, packet(hop_limit=0), 0.0)
    assert receivers(run(world, 60.0)) == {3}


def test_node_that_walks_away_is_lost_at_the_range_of_the_preset() -> None:
    world = World(1, LONG_FAST, channel=STEADY)
    world.add_node(1)
    world.add_node(2)
    heard = []
    # 151.5 dB of link budget at exponent 3.7: 10 ** (120 / 37) = 1749 m.
    for identifier, distance in enumerate((100.0, 1_700.0, 1_800.0)):
        at = identifier * 10.0
        world.move(2, distance, 0.0)
        world.send(1, packet(identifier, hop_limit=0), at)
        heard.append(receivers(run(world, at + 9.0)))
    assert heard == [{2}, {2}, set()]


def test_router_relays_first_and_saves_the_clients_transmissions() -> None:
    triangle = ((1, 2), (1, 3), (2, 3))
    for seed in range(10):
        world = world_of(*triangle, seed=seed)
        world.configure(3, role=Role.ROUTER)
        world.send(1, packet(), 0.0)
        senders = [e.node for e in run(world, 60.0) if isinstance(e, Transmitted)]
        assert senders == [1, 3]


def test_utilisation_counts_what_a_node_hears() -> None:
    world = world_of((1, 2))
    world.send(1, packet(hop_limit=0), 0.0)
    run(world, 5.0)
    expected = 100 * airtime_s(LONG_FAST, 100) / 60
    assert world.channel_utilisation(2, 5.0) == pytest.approx(expected)
    assert world.air_time(2, 5.0) == 0.0
    assert world.air_time(1, 5.0) == pytest.approx(expected / 60)


def test_time_cannot_go_back() -> None:
    world = world_of((1, 2))
    world.advance(10.0)
    with pytest.raises(ValueError, match="time went back"):
        world.send(1, packet(), 9.0)


def test_unknown_and_doubled_nodes_are_refused() -> None:
    world = world_of((1, 2))
    with pytest.raises(ValueError, match="there is no node 3"):
        world.send(3, packet(), 0.0)
    with pytest.raises(ValueError, match="node 2 exists"):
        world.add_node(2)


@pytest.mark.parametrize("slots", [0.5, 1.0])
def test_what_began_no_more_than_a_slot_ago_is_not_sensed(slots: float) -> None:
    radio = Radio(Router(1, Role.CLIENT, 3), LONG_FAST, 1.0)
    for start in (0.1, 0.7, 3.3, 12_345.678):
        radio.signals = [Signal(-80.0, start, start + 1.0)]
        assert not radio.senses(start + slots * LONG_FAST.slot_s)
        assert radio.senses(start + 1.01 * LONG_FAST.slot_s)


def test_every_end_at_a_receiver_is_told_with_its_reason() -> None:
    world = world_of((1, 2), (1, 3))
    told: list[tuple[int, str | None]] = []
    world.on_ended = lambda at, node, packet, cause, snr: told.append((node, cause))
    world.power(3, False, 0.0)
    world.send(1, packet(), 0.0)
    run(world, 1.6)
    assert sorted(told) == [(2, None), (3, "off")]
