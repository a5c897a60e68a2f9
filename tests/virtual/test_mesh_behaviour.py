"""What radios make of each other's packets: routes, requests, rebroadcast modes, strangers."""

from __future__ import annotations

from typing import Any

import pytest
from meshtastic.protobuf import (
    admin_pb2,
    channel_pb2,
    config_pb2,
    mesh_pb2,
    portnums_pb2,
    telemetry_pb2,
)

from meshdefense.virtual.faults import Misbehaviour
from support.radio_bench import RadioBench, outcome

Admin = admin_pb2.AdminMessage
Error = mesh_pb2.Routing.Error
Mode = config_pb2.Config.DeviceConfig.RebroadcastMode
BROADCAST = 0xFFFFFFFF
TEXT, PRIVATE = portnums_pb2.TEXT_MESSAGE_APP, portnums_pb2.PRIVATE_APP
CHAIN = [(0, 1), (1, 2), (2, 3)]
ASK = 88


def line(count: int = 3, **arguments: Any) -> RadioBench:
    """Radios of which each hears only its neighbours."""
    return RadioBench(count, links=CHAIN[: count - 1], **arguments)


def send(bench: RadioBench, port: int, payload: bytes = b"x", **fields: Any) -> None:
    """Let the first radio's client send a packet, and wait for what comes of it."""
    wants = fields.pop("want_response", False)
    packet = mesh_pb2.MeshPacket(**{"to": BROADCAST, "id": ASK, "hop_limit": 3, **fields})
    packet.decoded.portnum, packet.decoded.payload = port, payload
    packet.decoded.want_response = wants
    bench.say(0, mesh_pb2.ToRadio(packet=packet))
    bench.advance(20.0)


def received(bench: RadioBench, node: int, port: int = PRIVATE) -> list[Any]:
    return [packet for packet in bench.packets(node) if packet.decoded.portnum == port]


def answers(bench: RadioBench) -> list[Any]:
    return [p for p in bench.packets(0) if p.decoded.request_id == ASK]


def outcomes(bench: RadioBench) -> list[int | None]:
    return [outcome(packet.decoded) for packet in answers(bench)]


def set_mode(bench: RadioBench, node: int, mode: int) -> None:
    bench.devices[node].settings.config.device.rebroadcast_mode = mode


def other_channel(bench: RadioBench, node: int) -> None:
    bench.devices[node].settings.channels[0].settings.psk = bytes(range(32))


# -- traceroute --------------------------------------------------------------------------------


def test_traceroute_names_the_relays_of_both_ways() -> None:
    bench = line(4)
    route = mesh_pb2.RouteDiscovery().SerializeToString()
    send(bench, portnums_pb2.TRACEROUTE_APP, route, to=bench.numbers[3], want_response=True)
    (answer,) = [p for p in answers(bench) if p.decoded.portnum == portnums_pb2.TRACEROUTE_APP]
    traced = mesh_pb2.RouteDiscovery.FromString(answer.decoded.payload)
    assert list(traced.route) == bench.numbers[1:3]
    assert list(traced.route_back) == bench.numbers[2:0:-1]
    assert len(traced.snr_towards) == len(traced.snr_back) == 3
    assert all(-128 < ratio <= 40 for ratio in (*traced.snr_towards, *traced.snr_back))


def test_relay_that_cannot_read_is_an_unknown_hop() -> None:
    bench = line(4)
    other_channel(bench, 1)
    send(bench, portnums_pb2.TRACEROUTE_APP, b"", to=bench.numbers[3], want_response=True)
    (answer,) = [p for p in answers(bench) if p.decoded.portnum == portnums_pb2.TRACEROUTE_APP]
    traced = mesh_pb2.RouteDiscovery.FromString(answer.decoded.payload)
    assert list(traced.route) == [BROADCAST, bench.numbers[2]]
    assert traced.snr_towards[0] == -128


# -- requests ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "port",
    [portnums_pb2.NODEINFO_APP, portnums_pb2.TELEMETRY_APP, portnums_pb2.TRACEROUTE_APP],
)
def test_request_is_answered_on_its_port(port: int) -> None:
    bench = RadioBench(2)
    send(bench, port, b"", to=bench.numbers[1], want_response=True)
    assert port in [packet.decoded.portnum for packet in answers(bench)]


def test_request_that_nobody_answers_is_told_so() -> None:
    bench = RadioBench(2)
    send(bench, PRIVATE, to=bench.numbers[1], want_response=True, want_ack=True)
    assert Error.NO_RESPONSE in outcomes(bench)
    bench = RadioBench(2)  # a radio without a position has nothing to tell
    send(bench, portnums_pb2.POSITION_APP, b"", to=bench.numbers[1], want_response=True)
    assert outcomes(bench) == [Error.NO_RESPONSE]


def test_request_to_the_own_radio_that_nobody_answers_is_told_so() -> None:
    bench = RadioBench(1)
    send(bench, PRIVATE, to=bench.numbers[0], want_response=True)
    assert outcomes(bench) == [Error.NO_RESPONSE]


def test_local_statistics_are_told_when_asked_for() -> None:
    bench = RadioBench(2)
    bench.advance(5.0)
    asked = telemetry_pb2.Telemetry()
    asked.local_stats.SetInParent()
    payload = asked.SerializeToString()
    send(bench, portnums_pb2.TELEMETRY_APP, payload, to=bench.numbers[1], want_response=True)
    (answer,) = [p for p in answers(bench) if p.decoded.portnum == portnums_pb2.TELEMETRY_APP]
    stats = telemetry_pb2.Telemetry.FromString(answer.decoded.payload).local_stats
    assert (stats.num_total_nodes, stats.uptime_seconds > 0) == (2, True)


def test_asked_for_the_wrong_key_a_direct_message_fails() -> None:
    bench = RadioBench(2)
    fields: dict[str, Any] = {"to": bench.numbers[1], "pki_encrypted": True}
    send(bench, PRIVATE, public_key=bytes(range(32)), **fields)
    assert outcomes(bench) == [Error.PKI_FAILED]
    bench = RadioBench(2)
    key = bench.devices[1].settings.owner.public_key
    send(bench, PRIVATE, public_key=key, **fields)
    assert len(received(bench, 1)) == 1


def test_direct_message_is_not_understood_with_another_key() -> None:
    bench = RadioBench(2)
    bench.devices[0].nodes.of(bench.numbers[1]).user.public_key = bytes(range(32))
    send(bench, PRIVATE, to=bench.numbers[1], want_ack=True)
    assert outcomes(bench) == [Error.MAX_RETRANSMIT]
    assert received(bench, 1) == []


def test_direct_message_of_an_unknown_sender_is_refused_aloud_and_the_next_one_is_read() -> None:
    bench = RadioBench(2)
    bench.devices[1].nodes.remove(bench.numbers[0])
    send(bench, PRIVATE, to=bench.numbers[1], want_ack=True)
    assert outcomes(bench) == [Error.PKI_UNKNOWN_PUBKEY]
    assert bench.world.counters["transmitted"] == 3  # the message, the refusal, our name and key
    assert received(bench, 1) == []
    own = bench.devices[0].settings.owner
    assert bench.devices[1].nodes.of(bench.numbers[0]).user.public_key == own.public_key
    send(bench, PRIVATE, to=bench.numbers[1], want_ack=True, id=ASK + 1)
    assert [packet.id for packet in received(bench, 1)] == [ASK + 1]


def test_unknown_senders_direct_message_that_wants_no_answer_gets_none() -> None:
    bench = RadioBench(2)
    bench.devices[1].nodes.remove(bench.numbers[0])
    send(bench, PRIVATE, to=bench.numbers[1])
    assert outcomes(bench) == []
    assert bench.world.counters["transmitted"] == 1


def test_own_key_is_told_at_most_once_a_minute() -> None:
    bench = RadioBench(2)
    said = mesh_pb2.Routing(error_reason=Error.PKI_UNKNOWN_PUBKEY).SerializeToString()
    for identifier in (ASK, ASK + 1):
        send(bench, portnums_pb2.ROUTING_APP, said, to=bench.numbers[1], id=identifier)
    sent = bench.world.counters["transmitted"]
    bench.advance(60.0)
    send(bench, portnums_pb2.ROUTING_APP, said, to=bench.numbers[1], id=ASK + 2)
    assert (sent, bench.world.counters["transmitted"]) == (3, 5)


# -- channels ----------------------------------------------------------------------------------


def only_second_channel_in_common() -> RadioBench:
    """Two radios of which the second has told its name on channel 1."""
    bench = RadioBench(2)
    for device, key in zip(bench.devices, (b"a", b"b"), strict=True):
        device.settings.channels[0].settings.psk = key * 32
        device.settings.channels[1].role = channel_pb2.Channel.Role.SECONDARY
        device.settings.channels[1].settings.psk = b"c" * 32
    payload = bench.devices[1].settings.owner.SerializeToString()
    packet = mesh_pb2.MeshPacket(to=BROADCAST, id=9, hop_limit=3, channel=1)
    packet.decoded.portnum, packet.decoded.payload = portnums_pb2.NODEINFO_APP, payload
    bench.say(1, mesh_pb2.ToRadio(packet=packet))
    bench.advance(20.0)
    bench.packets(0)
    return bench


def test_request_without_a_channel_goes_on_the_one_on_which_the_radio_is_known() -> None:
    bench = only_second_channel_in_common()
    send(bench, portnums_pb2.NODEINFO_APP, b"", to=bench.numbers[1], want_response=True)
    assert [packet.channel for packet in answers(bench)] == [1]


def test_radio_stays_known_on_the_channel_on_which_it_told_its_name() -> None:
    bench = only_second_channel_in_common()
    packet = mesh_pb2.MeshPacket(to=bench.numbers[0], id=10, hop_limit=3)
    packet.decoded.portnum, packet.decoded.payload = PRIVATE, b"x"
    bench.say(1, mesh_pb2.ToRadio(packet=packet))
    bench.advance(20.0)
    assert [packet.pki_encrypted for packet in received(bench, 0)] == [True]
    assert bench.devices[0].nodes.of(bench.numbers[1]).channel == 1


# -- relaying ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "port", "passes"),
    [
        (Mode.ALL, PRIVATE, True),
        (Mode.NONE, PRIVATE, False),
        (Mode.NONE, TEXT, False),
        (Mode.CORE_PORTNUMS_ONLY, PRIVATE, False),
        (Mode.CORE_PORTNUMS_ONLY, TEXT, True),
        (Mode.CORE_PORTNUMS_ONLY, portnums_pb2.ALERT_APP, True),
        (Mode.LOCAL_ONLY, PRIVATE, True),
        (Mode.KNOWN_ONLY, PRIVATE, True),
    ],
)
def test_relay_passes_on_what_its_mode_allows(mode: int, port: int, passes: bool) -> None:
    bench = line()
    set_mode(bench, 1, mode)
    send(bench, port)
    assert bool(received(bench, 2, port)) is passes


@pytest.mark.parametrize(
    ("mode", "passes"),
    [
        (Mode.ALL, True),
        (Mode.CORE_PORTNUMS_ONLY, True),
        (Mode.LOCAL_ONLY, False),
        (Mode.KNOWN_ONLY, False),
    ],
)
def test_relay_without_the_key_passes_on_what_its_mode_allows(mode: int, passes: bool) -> None:
    bench = line()
    set_mode(bench, 1, mode)
    other_channel(bench, 1)
    send(bench, PRIVATE)
    assert bool(received(bench, 2)) is passes
    assert received(bench, 1) == []


def test_core_ports_only_keeps_other_ports_from_its_own_client_too() -> None:
    bench = line()
    set_mode(bench, 1, Mode.CORE_PORTNUMS_ONLY)
    send(bench, PRIVATE)
    assert received(bench, 1) == []


def test_local_only_passes_on_direct_messages_between_known_radios() -> None:
    bench = line()
    set_mode(bench, 1, Mode.LOCAL_ONLY)
    other_channel(bench, 1)
    send(bench, PRIVATE, to=bench.numbers[2], want_ack=True)
    assert len(received(bench, 2)) == 1
    assert Error.NONE in outcomes(bench)


def test_ignored_radio_is_neither_heard_nor_relayed() -> None:
    bench = line()
    bench.ask(Admin(set_ignored_node=bench.numbers[0]), 1)
    send(bench, PRIVATE)
    assert received(bench, 1) == received(bench, 2) == []


@pytest.mark.parametrize("field", ["tx_enabled", "region"])
def test_radio_without_a_transmitter_sends_nothing_and_says_so(field: str) -> None:
    bench = line()
    setattr(bench.devices[0].settings.config.lora, field, 0)
    send(bench, PRIVATE, want_ack=True)
    told = bench.told(0)
    statuses = [m.queueStatus for m in told if m.HasField("queueStatus")]
    assert (statuses[0].res, statuses[0].mesh_packet_id) == (34, ASK)
    routed = [m.packet.decoded for m in told if m.packet.decoded.request_id == ASK]
    assert [outcome(data) for data in routed] == [Error.MAX_RETRANSMIT]
    assert bench.world.air_time(bench.numbers[0], bench.now) == 0


def test_relay_without_a_transmitter_relays_and_confirms_nothing() -> None:
    bench = line()
    bench.devices[1].settings.config.lora.tx_enabled = False
    send(bench, PRIVATE, to=bench.numbers[1], want_ack=True)
    assert len(received(bench, 1)) == 1
    assert outcomes(bench) == [Error.MAX_RETRANSMIT]


# -- licensed amateurs -------------------------------------------------------------------------


def license_radio(bench: RadioBench, node: int) -> None:
    """Let a radio be a licensed amateur's, as it has always been."""
    bench.devices[node].settings.owner.is_licensed = True
    for device in bench.devices:
        device.settings.channels[0].settings.psk = b""
        device.nodes.of(bench.numbers[node]).user.is_licensed = True


def test_licensed_radio_tells_its_name_without_its_key() -> None:
    bench = RadioBench(2)
    license_radio(bench, 0)
    license_radio(bench, 1)
    bench.devices[0].modules.announce(bench.now)
    bench.advance(20.0)
    (packet,) = received(bench, 1, portnums_pb2.NODEINFO_APP)
    told = mesh_pb2.User.FromString(packet.decoded.payload)
    assert (told.is_licensed, told.public_key) == (True, b"")
    assert bench.devices[0].settings.owner.public_key


@pytest.mark.parametrize("licensed", [0, 1])
def test_names_of_licensed_and_unlicensed_radios_are_not_taken_from_each_other(
    licensed: int,
) -> None:
    bench = line()
    license_radio(bench, licensed)
    bench.devices[0].settings.owner.long_name = "Renamed"
    bench.devices[0].modules.announce(bench.now)
    bench.advance(20.0)
    assert bench.devices[1].nodes.of(bench.numbers[0]).user.long_name == "Radio 1"
    assert received(bench, 1, portnums_pb2.NODEINFO_APP) == []
    assert received(bench, 2, portnums_pb2.NODEINFO_APP) == []


def test_licensed_radio_does_nothing_for_who_is_known_as_unlicensed() -> None:
    bench = line()
    license_radio(bench, 1)
    send(bench, PRIVATE)
    assert received(bench, 1) == received(bench, 2) == []
    bench.devices[1].nodes.remove(bench.numbers[0])
    send(bench, PRIVATE, id=ASK + 1)
    assert len(received(bench, 2)) == 1


def test_licensed_radio_serves_who_has_got_a_licence_since() -> None:
    bench = line()
    license_radio(bench, 1)
    bench.devices[0].settings.owner.is_licensed = True
    bench.devices[0].modules.announce(bench.now)
    bench.advance(20.0)
    send(bench, PRIVATE)
    assert len(received(bench, 1)) == 1


# -- strangers, places, waypoints --------------------------------------------------------------


def test_strangers_tell_each_other_their_names_and_keys() -> None:
    bench = RadioBench(2)
    for device in bench.devices:
        device.nodes.reset(device.settings.owner)
    send(bench, PRIVATE)
    bench.advance(20.0)
    for device, other in (bench.devices, bench.devices[::-1]):
        assert device.nodes.of(other.number).user == other.settings.owner


def tell(bench: RadioBench, port: int, message: Any) -> None:
    """Let the first radio's client tell the second radio something that a third one overhears."""
    send(bench, port, message.SerializeToString(), to=bench.numbers[1])


def test_bystander_learns_the_name_that_a_radio_tells_another_and_its_client_hears_it() -> None:
    bench = RadioBench(3)
    owner = mesh_pb2.User(id="!4d440001", long_name="Anew", short_name="A")
    tell(bench, portnums_pb2.NODEINFO_APP, owner)
    assert bench.devices[2].nodes.of(bench.numbers[0]).user.long_name == "Anew"
    (packet,) = received(bench, 2, portnums_pb2.NODEINFO_APP)
    assert packet.to == bench.numbers[1]
    tell(bench, portnums_pb2.NODEINFO_APP, owner)
    assert received(bench, 2, portnums_pb2.NODEINFO_APP) == []


def test_bystander_learns_the_place_that_a_radio_tells_another() -> None:
    bench = RadioBench(3)
    tell(bench, portnums_pb2.POSITION_APP, mesh_pb2.Position(latitude_i=5, longitude_i=6))
    assert bench.devices[2].nodes.of(bench.numbers[0]).position.latitude_i == 5
    assert received(bench, 2, portnums_pb2.POSITION_APP) == []


def test_bystander_without_the_channel_learns_nothing() -> None:
    bench = RadioBench(3)
    other_channel(bench, 2)
    tell(bench, portnums_pb2.POSITION_APP, mesh_pb2.Position(latitude_i=5, longitude_i=6))
    assert not bench.devices[2].nodes.of(bench.numbers[0]).HasField("position")


def test_known_key_is_not_replaced_from_the_air() -> None:
    bench = RadioBench(2)
    key = bench.devices[1].nodes.public_key(bench.numbers[0])
    bench.devices[0].settings.owner.public_key = bytes(range(32))
    bench.devices[0].modules.announce(bench.now)
    bench.advance(20.0)
    assert bench.devices[1].nodes.public_key(bench.numbers[0]) == key


@pytest.mark.parametrize(("bits", "latitude"), [(0, None), (13, 418_643_968), (32, 418_500_001)])
def test_position_goes_out_with_the_precision_of_its_channel(
    bits: int, latitude: int | None
) -> None:
    bench = RadioBench(2)
    channel = channel_pb2.Channel(role=channel_pb2.Channel.Role.PRIMARY)
    channel.settings.psk = b"\1"
    channel.settings.module_settings.position_precision = bits
    bench.ask(Admin(set_channel=channel))
    bench.ask(Admin(set_fixed_position=mesh_pb2.Position(latitude_i=418_500_001, longitude_i=-5)))
    bench.advance(20.0)
    told = received(bench, 1, portnums_pb2.POSITION_APP)
    found = [mesh_pb2.Position.FromString(p.decoded.payload).latitude_i for p in told]
    assert found == ([] if latitude is None else [latitude])


def test_waypoint_is_delivered_and_kept() -> None:
    bench = RadioBench(2)
    waypoint = mesh_pb2.Waypoint(id=5, latitude_i=1, longitude_i=2, expire=2_000_000_000, name="X")
    send(bench, portnums_pb2.WAYPOINT_APP, waypoint.SerializeToString())
    (packet,) = received(bench, 1, portnums_pb2.WAYPOINT_APP)
    bench.devices[1].save_all()
    bench.power_cut(1)
    kept = bench.devices[1].settings.waypoint
    assert kept.decoded.payload == packet.decoded.payload == waypoint.SerializeToString()


def test_waypoint_is_forgotten_when_its_time_is_over() -> None:
    bench = RadioBench(2)
    bench.ask(Admin(set_time_only=1_800_000_000), 1)
    waypoint = mesh_pb2.Waypoint(id=5, expire=1_800_000_100)
    send(bench, portnums_pb2.WAYPOINT_APP, waypoint.SerializeToString())
    bench.advance(60.0)
    assert bench.devices[1].settings.waypoint is not None
    bench.advance(120.0)
    assert bench.devices[1].settings.waypoint is None


def test_repeated_packet_is_delivered_once() -> None:
    bench = line()
    send(bench, PRIVATE)
    bench.clients[0] = bench.devices[0].phone.connect()  # another may say the same again
    send(bench, PRIVATE)
    assert len(received(bench, 2)) == 1


# -- misbehaviour ------------------------------------------------------------------------------


def named(bench: RadioBench) -> str:
    return str(bench.devices[0].settings.owner.long_name)


def renaming(name: str) -> Any:
    return Admin(set_owner=mesh_pb2.User(long_name=name))


def test_forgotten_writes_are_confirmed_but_not_made_so_many_times() -> None:
    bench = RadioBench(1)
    bench.devices[0].fault.begin(Misbehaviour.FORGET_WRITE, 2)
    for name, expected in (("One", "Radio 1"), ("Two", "Radio 1"), ("Three", "Three")):
        assert outcome(bench.ask(renaming(name))) == Error.NONE
        assert named(bench) == expected


def test_lost_confirmations_are_lost_so_many_times() -> None:
    bench = RadioBench(1)
    bench.devices[0].fault.begin(Misbehaviour.LOSE_ACKS, 1)
    packet = mesh_pb2.MeshPacket(to=bench.numbers[0], id=ASK)
    packet.decoded.portnum = portnums_pb2.ADMIN_APP
    packet.decoded.payload = renaming("Done").SerializeToString()
    bench.say(0, mesh_pb2.ToRadio(packet=packet))
    assert answers(bench) == []
    assert named(bench) == "Done"
    assert outcome(bench.ask(renaming("Again"))) == Error.NONE


def test_power_lost_at_the_second_write_keeps_only_the_first() -> None:
    bench = RadioBench(1)
    bench.devices[0].fault.begin(Misbehaviour.REBOOT_MID_WRITE, 2)
    assert outcome(bench.ask(renaming("First"))) == Error.NONE
    packet = mesh_pb2.MeshPacket(to=bench.numbers[0], id=ASK)
    packet.decoded.portnum = portnums_pb2.ADMIN_APP
    packet.decoded.payload = renaming("Second").SerializeToString()
    bench.say(0, mesh_pb2.ToRadio(packet=packet))
    assert answers(bench) == []
    bench.advance(1.0)
    assert (named(bench), bench.devices[0].settings.reboots) == ("First", 1)
    assert bench.devices[0].fault.how is Misbehaviour.NONE


def test_full_node_database_keeps_whose_key_somebody_has_verified() -> None:
    nodes = RadioBench(2).devices[0].nodes
    friend = nodes.of(2000)
    friend.is_key_manually_verified, friend.last_heard = True, 0
    nodes.fill(3000)
    for number in range(77, 177):
        nodes.of(number).last_heard = 5
    assert nodes.get(2000) is not None


def test_full_node_database_gives_up_a_stranger_for_a_newcomer() -> None:
    bench = RadioBench(2)
    bench.ask(Admin(set_favorite_node=bench.numbers[1]))
    nodes = bench.devices[0].nodes
    nodes.fill(1000)
    assert nodes.full
    nodes.of(77)
    assert nodes.full
    assert nodes.get(1000) is None
    assert nodes.of(bench.numbers[1]).is_favorite
    assert sum(m.HasField("node_info") for m in bench.handshake()) == 250
