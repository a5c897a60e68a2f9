"""How exactly a radio tells where it is, and from whom it knows."""

from __future__ import annotations

from typing import Any

import pytest
from meshtastic.protobuf import admin_pb2, channel_pb2, mesh_pb2, portnums_pb2

from meshdefense.virtual.defaults import from_the_box
from meshdefense.virtual.positions import coarsen
from support.radio_bench import RadioBench
from support.virtual_radio import MeshThread, client, on_port

Admin = admin_pb2.AdminMessage
Position = mesh_pb2.Position
Role = channel_pb2.Channel.Role
BROADCAST = 0xFFFFFFFF
POSITION = portnums_pb2.POSITION_APP
LATITUDE, LONGITUDE = 418_512_345, -876_512_345
NOON = 1_795_000_000


def place(**more: Any) -> Any:
    return Position(latitude_i=LATITUDE, longitude_i=LONGITUDE, **more)


def cell(bits: int) -> tuple[int, int]:
    """The middle of what so many bits tell of that place."""
    middle = place()
    coarsen(middle, bits)
    return middle.latitude_i, middle.longitude_i


def share(bench: RadioBench, bits: int | None, node: int = 0, channel: int = 0) -> None:
    """Set with how many bits a channel tells positions; None: it says nothing of them."""
    settings = bench.devices[node].settings.channels[channel].settings
    settings.ClearField("module_settings")
    if bits is not None:
        settings.module_settings.position_precision = bits


def second_channel(bench: RadioBench, bits: int) -> None:
    for node, device in enumerate(bench.devices):
        device.settings.channels[1].role = Role.SECONDARY
        device.settings.channels[1].settings.psk = bytes(32)
        share(bench, bits, node, 1)


def send(bench: RadioBench, position: Any, **fields: Any) -> None:
    """Let the first radio's client tell a position."""
    packet = mesh_pb2.MeshPacket(**{"to": BROADCAST, "id": 88, "hop_limit": 3, **fields})
    packet.decoded.portnum = POSITION
    packet.decoded.payload = position.SerializeToString()
    bench.say(0, mesh_pb2.ToRadio(packet=packet))
    bench.advance(20.0)


def heard(bench: RadioBench, node: int = 1) -> list[tuple[Any, int]]:
    """The positions that a radio's client was told of the first radio, and the channels."""
    return [
        (Position.FromString(packet.decoded.payload), packet.channel)
        for packet in bench.packets(node)
        if packet.decoded.portnum == POSITION and getattr(packet, "from") == bench.numbers[0]
    ]


def own(bench: RadioBench) -> Any:
    """The position in the first radio's own node entry, as a client reads it."""
    told = [m.node_info for m in bench.handshake() if m.HasField("node_info")]
    return next(info.position for info in told if info.num == bench.numbers[0])


# -- what a client tells -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bits", "told"),
    [(13, cell(13)), (32, (LATITUDE, LONGITUDE)), (None, (LATITUDE, LONGITUDE))],
)
def test_clients_position_goes_out_as_coarse_as_its_channel_tells(
    bits: int | None, told: tuple[int, int]
) -> None:
    bench = RadioBench(2)
    share(bench, bits)
    send(bench, place(altitude=200))
    ((position, _),) = heard(bench)
    assert (position.latitude_i, position.longitude_i) == told
    assert position.altitude == 200


def test_clients_direct_position_goes_out_as_it_is() -> None:
    bench = RadioBench(2)
    send(bench, place(), to=bench.numbers[1])
    ((position, _),) = heard(bench)
    assert (position.latitude_i, position.longitude_i) == (LATITUDE, LONGITUDE)


@pytest.mark.parametrize("to_itself", [False, True])
def test_radio_is_where_its_client_says_and_at_that_time(to_itself: bool) -> None:
    bench = RadioBench(2)
    send(bench, place(time=NOON), to=bench.numbers[0] if to_itself else BROADCAST)
    assert (own(bench).latitude_i, own(bench).longitude_i) == (LATITUDE, LONGITUDE)
    assert NOON <= bench.devices[0].unix_time(bench.now) < NOON + 60


def test_clients_time_on_a_secondary_channel_is_not_believed() -> None:
    bench = RadioBench(2)
    second_channel(bench, 32)
    send(bench, place(time=NOON), channel=1)
    assert bench.devices[0].unix_time(bench.now) == 0


def test_clients_time_does_not_move_a_clock_that_goes() -> None:
    bench = RadioBench(2)
    bench.ask(Admin(set_time_only=NOON))
    send(bench, place(time=NOON + 5_000))
    assert bench.devices[0].unix_time(bench.now) < NOON + 60


def test_clients_position_does_not_replace_a_fixed_one_and_becomes_as_coarse() -> None:
    bench = RadioBench(2)
    bench.ask(Admin(set_fixed_position=Position(latitude_i=5, longitude_i=6)))
    bench.advance(20.0)
    heard(bench)
    send(bench, place(time=NOON))
    assert (own(bench).latitude_i, own(bench).longitude_i) == (5, 6)
    ((position, _),) = heard(bench)
    assert (position.latitude_i, position.longitude_i) == cell(13)


def test_removed_fixed_position_does_not_bring_back_what_a_client_said() -> None:
    bench = RadioBench(2)
    send(bench, place())
    bench.ask(Admin(remove_fixed_position=True))
    assert not own(bench).HasField("latitude_i")


def test_library_that_tells_its_place_is_heard_about_there() -> None:
    with MeshThread(nodes=2, preset="SHORT_FAST", speed=20.0) as running:
        ports = running.mesh.ports
        with client(ports[0]) as teller, client(ports[1]) as listener:
            teller.interface.sendPosition(41.8512345, -87.6512345)
            packet = listener.wait_for(on_port("POSITION_APP"))
        told = packet["decoded"]["position"]
        assert (told["latitudeI"], told["longitudeI"]) == cell(13)
        kept = running.mesh.devices[0].nodes.own.position
        assert kept.latitude_i == LATITUDE


# -- what the radio tells ----------------------------------------------------------------------


def test_radio_from_the_box_tells_its_place_to_three_kilometres() -> None:
    channel = from_the_box(1).channels[0].settings
    assert channel.HasField("module_settings")
    assert channel.module_settings.position_precision == 13


def test_position_goes_out_on_the_first_channel_that_tells_positions() -> None:
    bench = RadioBench(2)
    share(bench, 0)
    second_channel(bench, 14)
    bench.ask(Admin(set_fixed_position=place()))
    bench.advance(20.0)
    ((position, channel),) = heard(bench)
    assert (position.latitude_i, position.longitude_i, channel) == (*cell(14), 1)


def test_position_goes_out_on_no_channel_that_says_nothing_of_positions() -> None:
    bench = RadioBench(2)
    share(bench, None)
    bench.ask(Admin(set_fixed_position=place()))
    bench.advance(20.0)
    assert heard(bench) == []


def test_broadcast_position_says_how_exact_it_is_who_told_it_and_when() -> None:
    bench = RadioBench(2)
    share(bench, 32)
    bench.ask(Admin(set_time_only=NOON))
    bench.ask(Admin(set_fixed_position=place()))
    bench.advance(20.0)
    ((position, _),) = heard(bench)
    assert position.precision_bits == 32
    assert position.location_source == Position.LocSource.LOC_MANUAL
    assert NOON <= position.time < NOON + 60


def test_position_of_a_radio_without_a_clock_has_no_time() -> None:
    bench = RadioBench(2)
    bench.ask(Admin(set_fixed_position=place(time=NOON)))
    bench.advance(20.0)
    ((position, _),) = heard(bench)
    assert (position.time, position.precision_bits) == (0, 13)


# -- requests ----------------------------------------------------------------------------------


def ask(bench: RadioBench, identifier: int) -> list[int]:
    """Ask the second radio where it is; return on which ports it answers."""
    packet = mesh_pb2.MeshPacket(to=bench.numbers[1], id=identifier, hop_limit=3)
    packet.decoded.portnum, packet.decoded.want_response = POSITION, True
    bench.say(0, mesh_pb2.ToRadio(packet=packet))
    bench.advance(20.0)
    told = [p.decoded for p in bench.packets(0) if p.decoded.request_id == identifier]
    return [data.portnum for data in told]


def test_position_is_told_to_who_asks_once_in_three_minutes_and_then_silence() -> None:
    bench = RadioBench(2)
    bench.devices[1].gps = place()
    bench.devices[1].modules.refresh_own(0.0)
    assert ask(bench, 1) == [POSITION]
    assert ask(bench, 2) == []
    bench.advance(150.0)
    assert ask(bench, 3) == [POSITION]


def test_lost_radio_tells_its_position_as_often_as_it_is_asked() -> None:
    bench = RadioBench(2)
    device = bench.devices[1].settings.config.device
    device.role = device.Role.LOST_AND_FOUND
    bench.devices[1].gps = place()
    bench.devices[1].modules.refresh_own(0.0)
    assert ask(bench, 1) == ask(bench, 2) == [POSITION]
