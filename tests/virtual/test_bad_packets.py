"""Packets that make no sense: whatever a client says, a radio goes on.

The devices themselves are asked, without the mesh around them that would go on after a fault.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

# It ships no types.
from google.protobuf.descriptor import FieldDescriptor as Kind  # type: ignore[import-untyped]
from meshtastic.protobuf import admin_pb2, mesh_pb2, portnums_pb2, telemetry_pb2

from meshdefense.virtual.device import Device
from meshdefense.virtual.native_device import NativeDevice
from support.radio_bench import FIRST, RadioBench

LIVES, PACKETS_EACH = 20, 50
BROADCAST = 0xFFFFFFFF
PORTS = [0, 1, 3, 4, 5, 6, 8, 11, 66, 67, 69, 70, 71, 256]
CONTENTS = [
    mesh_pb2.Position, mesh_pb2.User, mesh_pb2.Routing, mesh_pb2.RouteDiscovery,
    mesh_pb2.Waypoint, telemetry_pb2.Telemetry, mesh_pb2.Compressed,
]  # fmt: skip
NUMBERS: dict[int, list[Any]] = {
    Kind.CPPTYPE_UINT32: [0, 1, 3, 7, 8, 255, 0x7FFFFFFF, BROADCAST, FIRST, FIRST + 1],
    Kind.CPPTYPE_INT32: [0, 1, -1, 30, -(2**31), 2**31 - 1],
    Kind.CPPTYPE_UINT64: [0, 1, 2**64 - 1],
    Kind.CPPTYPE_INT64: [0, -1, 2**63 - 1],
    Kind.CPPTYPE_FLOAT: [0.0, -5.5, 1e38, float("nan"), float("inf"), float("-inf")],
    Kind.CPPTYPE_DOUBLE: [0.0, -5.5, 1e300, float("nan"), float("inf")],
    Kind.CPPTYPE_BOOL: [False, True],
}
TEXTS: list[Any] = ["", " ", "admin", "ñandú", "x" * 39, "x" * 300, "\0"]
SIZES = [0, 1, 4, 16, 32, 33, 230]


class Talker:
    """Says everything that the protocol has words for, by chance."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def value(self, field: Any) -> Any:
        if field.cpp_type == Kind.CPPTYPE_ENUM:
            return self.chance.choice([*(one.number for one in field.enum_type.values), 99])
        if field.type == Kind.TYPE_BYTES:
            return self.chance.randbytes(self.chance.choice(SIZES))
        return self.chance.choice(NUMBERS.get(field.cpp_type, TEXTS))

    def fill(self, message: Any, part: float = 0.4, depth: int = 0) -> Any:
        """Set about that part of a message's fields; returns it."""
        for field in message.DESCRIPTOR.fields:
            if self.chance.random() > part:
                continue
            value = getattr(message, field.name)
            if hasattr(value, "extend"):
                for _ in range(self.chance.choice([1, 2, 9])):
                    if field.cpp_type == Kind.CPPTYPE_MESSAGE:
                        self.fill(value.add(), part, depth + 1)
                    else:
                        value.append(self.value(field))
            elif field.cpp_type != Kind.CPPTYPE_MESSAGE:
                setattr(message, field.name, self.value(field))
            elif depth < 4:
                self.fill(value, part, depth + 1).SetInParent()
        return message

    def order(self) -> bytes:
        """An encoded admin message."""
        message = admin_pb2.AdminMessage()
        field = self.chance.choice(admin_pb2.AdminMessage.DESCRIPTOR.fields)
        if field.cpp_type == Kind.CPPTYPE_MESSAGE:
            self.fill(getattr(message, field.name)).SetInParent()
        else:
            setattr(message, field.name, self.value(field))
        return bytes(message.SerializeToString())

    def packet(self, own: int) -> Any:
        """A packet for the own radio, for another or for all; or one that somebody transmitted."""
        packet = self.fill(mesh_pb2.MeshPacket(), 0.3)
        packet.to = self.chance.choice([own, BROADCAST, FIRST, FIRST + 1, 0, 17])
        packet.channel = self.chance.choice([0, 0, 1, 7, 8, BROADCAST])
        packet.decoded.portnum = self.chance.choice(PORTS)
        content = self.fill(self.chance.choice(CONTENTS)()).SerializeToString()
        kind = self.chance.random()
        if kind < 0.4:
            packet.to, packet.decoded.portnum = own, portnums_pb2.ADMIN_APP
            content = self.order()
        elif kind < 0.7:
            inner = mesh_pb2.Compressed(portnum=self.chance.choice(PORTS), data=content)
            packet.decoded.portnum = portnums_pb2.SIMULATOR_APP
            content = inner.SerializeToString()
        packet.decoded.payload = content
        return packet


@pytest.mark.parametrize(("device", "radios"), [(Device, 3), (NativeDevice, 1)])
def test_no_packet_stops_a_radio(device: type[Device], radios: int) -> None:
    talker = Talker(1)
    for _ in range(LIVES):
        bench = RadioBench(radios, device=device, restart_after_changes=True)
        for _ in range(PACKETS_EACH):
            node = talker.chance.randrange(radios)
            packet = talker.packet(bench.numbers[node])
            bench.say(node, mesh_pb2.ToRadio(packet=packet))
            bench.advance(talker.chance.choice([0.0, 0.01, 0.1, 1.0, 5.0, 40.0]))
            for index in range(radios):
                bench.told(index)
        for index in range(radios):
            bench.power_cut(index)
            assert bench.handshake(index)[0].my_info.my_node_num == bench.numbers[index]


@pytest.mark.parametrize("ratio", [float("nan"), float("inf"), float("-inf"), 1e38, -1e38])
def test_impossible_signal_of_another_node_is_taken_for_a_possible_one(ratio: float) -> None:
    bench = RadioBench(1, device=NativeDevice)
    packet = mesh_pb2.MeshPacket(to=BROADCAST, id=5, hop_limit=3, hop_start=3, rx_snr=ratio)
    setattr(packet, "from", 17)
    packet.decoded.portnum = portnums_pb2.SIMULATOR_APP
    inner = mesh_pb2.Compressed(portnum=portnums_pb2.TEXT_MESSAGE_APP, data=b"hi")
    packet.decoded.payload = inner.SerializeToString()
    bench.say(0, mesh_pb2.ToRadio(packet=packet))
    bench.advance(30.0)
    heard = [one for one in bench.packets() if one.decoded.payload == b"hi"]
    assert [-32.0 <= one.rx_snr <= 10.0 for one in heard] == [True]


def test_direct_message_that_hides_its_way_is_confirmed() -> None:
    bench = RadioBench(1, device=NativeDevice)
    packet = mesh_pb2.MeshPacket(to=FIRST, id=5, hop_limit=3, want_ack=True)
    setattr(packet, "from", 17)
    packet.decoded.portnum = portnums_pb2.SIMULATOR_APP
    inner = mesh_pb2.Compressed(portnum=portnums_pb2.TEXT_MESSAGE_APP, data=b"hi")
    packet.decoded.payload = inner.SerializeToString()
    bench.say(0, mesh_pb2.ToRadio(packet=packet))
    bench.advance(5.0)
    sent = [one for one in bench.packets() if one.to == 17 and one.decoded.request_id == 5]
    assert [(one.hop_start, one.hop_limit) for one in sent] == [(3, 3)]
    assert not bench.devices[0].nodes.of(17).HasField("hops_away")


@pytest.mark.parametrize("port", [portnums_pb2.POSITION_APP, portnums_pb2.ADMIN_APP])
def test_request_to_the_own_radio_on_a_channel_that_cannot_be_is_refused(port: int) -> None:
    bench = RadioBench(1)
    packet = mesh_pb2.MeshPacket(to=FIRST, id=88, channel=8)
    packet.decoded.portnum, packet.decoded.want_response = port, True
    bench.say(0, mesh_pb2.ToRadio(packet=packet))
    (answer,) = bench.packets()
    assert answer.decoded.request_id == 88
    routing = mesh_pb2.Routing.FromString(answer.decoded.payload)
    assert routing.error_reason == mesh_pb2.Routing.Error.NO_CHANNEL


@pytest.mark.parametrize("change", ["renamed", "off"])
def test_packet_that_waits_keeps_its_channel_whatever_becomes_of_that(change: str) -> None:
    bench = RadioBench(1, device=NativeDevice)
    channel = bench.devices[0].settings.channels[1]
    channel.role, channel.settings.name = 2, "medics"
    text = mesh_pb2.MeshPacket(to=17, id=77, hop_limit=3, want_ack=True, channel=1)
    text.decoded.portnum, text.decoded.payload = portnums_pb2.TEXT_MESSAGE_APP, b"hello"
    bench.say(0, mesh_pb2.ToRadio(packet=text))
    channel.settings.name = "team"
    channel.role = 2 if change == "renamed" else 0
    bench.advance(60.0)  # it is repeated twice
    sent = [one for one in bench.packets() if one.id == 77]
    assert [one.channel for one in sent] == [1, 1, 1]


def test_native_node_tells_of_which_packet_the_transmission_began() -> None:
    bench = RadioBench(1, device=NativeDevice)
    text = mesh_pb2.MeshPacket(to=BROADCAST, id=77, hop_limit=3)
    text.decoded.portnum = portnums_pb2.TEXT_MESSAGE_APP
    bench.say(0, mesh_pb2.ToRadio(packet=text))
    told = [message.queueStatus.mesh_packet_id for message in bench.told(0)]
    assert told.count(77) == 1  # it was taken
    bench.advance(5.0)
    told = [message.queueStatus.mesh_packet_id for message in bench.told(0)]
    assert told.count(77) == 1  # it went out


def test_radio_without_a_first_channel_says_nothing_by_itself() -> None:
    bench = RadioBench(1, device=NativeDevice)
    bench.devices[0].settings.channels[0].role = 0
    bench.advance(120.0)
    assert bench.world.counters["transmitted"] == 0
