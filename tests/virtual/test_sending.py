"""What a radio takes from one connection and what it refuses, as `PhoneAPI` does."""

from __future__ import annotations

from typing import Any

import pytest
from meshtastic.protobuf import mesh_pb2, portnums_pb2

from meshdefense.virtual.device import Device
from meshdefense.virtual.native_device import NativeDevice
from support.radio_bench import RadioBench, outcome

BROADCAST = 0xFFFFFFFF
PRIVATE = portnums_pb2.PRIVATE_APP
TEXT = portnums_pb2.TEXT_MESSAGE_APP
TRACE = portnums_pb2.TRACEROUTE_APP
POSITION = portnums_pb2.POSITION_APP
REMEMBERED = 20


def say(bench: RadioBench, port: int, identifier: int, **fields: Any) -> None:
    packet = mesh_pb2.MeshPacket(**{"to": BROADCAST, "id": identifier, "hop_limit": 3, **fields})
    packet.decoded.portnum = port
    packet.decoded.payload = b"x" if port in (PRIVATE, TEXT) else b""
    bench.say(0, mesh_pb2.ToRadio(packet=packet))


def arrived(bench: RadioBench) -> list[int]:
    """The numbers of what the second radio has heard of these ports."""
    bench.advance(10.0)
    return [p.id for p in bench.packets(1) if p.decoded.portnum in (PRIVATE, TEXT, TRACE)]


def notes(bench: RadioBench) -> list[tuple[str, int]]:
    """What the client was told in words, and of which packet."""
    told = [m.clientNotification for m in bench.told(0) if m.HasField("clientNotification")]
    return [(note.message, note.reply_id) for note in told]


def test_each_client_has_a_limit_of_its_own() -> None:
    bench = RadioBench(2)
    say(bench, TEXT, 1)
    bench.clients[0] = bench.devices[0].phone.connect()
    bench.handshake(0)
    say(bench, TEXT, 2)
    say(bench, TEXT, 3)  # this one is too much for the second client, too
    assert arrived(bench) == [1, 2]


def test_second_route_within_half_a_minute_is_refused_in_words() -> None:
    bench = RadioBench(2)
    for identifier in (1, 2):
        say(bench, TRACE, identifier, to=bench.numbers[1])
    assert notes(bench) == [("TraceRoute can only be sent once every 30 seconds", 2)]
    assert arrived(bench) == [1]
    bench.advance(30.0)
    say(bench, TRACE, 3, to=bench.numbers[1])
    assert arrived(bench) == [3]


def test_route_to_everybody_goes_no_further_than_the_neighbours() -> None:
    bench = RadioBench(2)
    say(bench, TRACE, 1)
    said = "Multi-hop traceroute to broadcast address is not allowed"
    assert notes(bench) == [(said, 1)]
    say(bench, TRACE, 2, hop_limit=0)
    assert arrived(bench) == [2]


def test_what_is_too_soon_and_no_text_is_dropped_without_an_error() -> None:
    bench = RadioBench(2)
    for identifier in (1, 2):
        packet = mesh_pb2.MeshPacket(to=BROADCAST, id=identifier, hop_limit=3)
        setattr(packet, "from", bench.numbers[0])
        packet.decoded.portnum = POSITION
        bench.say(0, mesh_pb2.ToRadio(packet=packet))
    told = bench.told(0)
    assert [m.queueStatus.mesh_packet_id for m in told if m.HasField("queueStatus")] == [1, 2]
    assert [outcome(m.packet.decoded) for m in told if m.packet.decoded.request_id == 2] == []


@pytest.mark.parametrize(("device", "statuses"), [(Device, 1), (NativeDevice, 2)])
def test_packet_said_twice_is_taken_once_but_by_the_simulated_radio(
    device: type[Device], statuses: int
) -> None:
    bench = RadioBench(1, device=device)
    for _ in range(2):
        say(bench, PRIVATE, 5)
    told = [m.queueStatus for m in bench.told(0) if m.queueStatus.mesh_packet_id == 5]
    assert len(told) == statuses


def test_number_is_forgotten_when_enough_others_came() -> None:
    bench = RadioBench(1)
    for identifier in (*range(1, REMEMBERED + 2), 1):
        say(bench, PRIVATE, identifier)
        bench.advance(1.0)
        statuses = [m.queueStatus.mesh_packet_id for m in bench.told(0)]
        assert identifier in statuses


@pytest.mark.parametrize(("asked", "goes"), [(0, 0), (7, 7), (8, 3), (200, 3)])
def test_hop_limit_without_room_in_the_header_becomes_three(asked: int, goes: int) -> None:
    bench = RadioBench(2)
    say(bench, PRIVATE, 1, hop_limit=asked)
    bench.advance(10.0)
    assert [p.hop_limit for p in bench.packets(1) if p.id == 1] == [goes]
