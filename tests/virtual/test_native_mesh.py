"""Nodes of the native simulator that hear each other only through a harness."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any
from zlib import crc32

from meshtastic.protobuf import channel_pb2, mesh_pb2, portnums_pb2

from support.simulator_links import linked

TEXT = portnums_pb2.TEXT_MESSAGE_APP
CHAIN = [(0, 1), (1, 2)]
BROADCAST = 0xFFFFFFFF
Error = mesh_pb2.Routing.Error
Wanted = Callable[[Any], bool]


def text(said: str, *, to: int = BROADCAST, hops: int = 3, **fields: Any) -> Any:
    """A text as the client library sends it, with an id that follows from it."""
    packet = mesh_pb2.MeshPacket(to=to, id=crc32(said.encode()), hop_limit=hops, **fields)
    packet.decoded.portnum, packet.decoded.payload = TEXT, said.encode()
    return packet


def comes_from(number: int) -> Wanted:
    return lambda packet: getattr(packet, "from") == number


def says(said: str) -> Wanted:
    return lambda packet: packet.decoded.portnum == TEXT and packet.decoded.payload == said.encode()


def result_of(sent: Any) -> Wanted:
    return lambda packet: (
        packet.decoded.portnum == portnums_pb2.ROUTING_APP and packet.decoded.request_id == sent.id
    )


def error_in(packet: Any) -> int:
    return int(mesh_pb2.Routing.FromString(packet.decoded.payload).error_reason)


def test_broadcast_is_relayed_once_by_each_and_delivered_once_to_each() -> None:
    async def test() -> None:
        async with linked(4, [(0, 1), (0, 2), (1, 3), (2, 3)]) as mesh:
            mesh.send(0, text("to all"))
            for node in (1, 2, 3):
                packet = await mesh.arrival(node, says("to all"))
                assert getattr(packet, "from") == mesh.number(0)
                assert (packet.rx_rssi, packet.rx_snr) == (-50, 10.0)
                assert packet.hop_start == 3
            await mesh.quiet()
            for node in range(4):
                heard = [packet for packet in mesh.received[node] if says("to all")(packet)]
                assert len(heard) == (node > 0)
                sent = [packet for packet in mesh.transmitted[node] if packet.hop_start == 3]
                assert len([packet for packet in sent if packet.id == text("to all").id]) <= 1

    asyncio.run(test())


def test_hop_limit_ends_the_way_of_a_packet() -> None:
    async def test() -> None:
        async with linked(4, [*CHAIN, (2, 3)]) as mesh:
            mesh.send(0, text("next only", hops=0))
            mesh.send(2, text("two hops", hops=1))
            await mesh.arrival(1, says("next only"))
            two = await mesh.arrival(0, says("two hops"))
            assert (two.hop_start, two.hop_limit) == (1, 0)
            assert two.relay_node == mesh.number(1) & 0xFF
            await mesh.quiet()
            assert not any(map(says("next only"), mesh.received[2]))

    asyncio.run(test())


def test_direct_message_crosses_a_relay_and_is_acknowledged_by_its_destination() -> None:
    async def test() -> None:
        async with linked(3, CHAIN) as mesh:
            sent = text("for you", to=mesh.number(2), want_ack=True)
            mesh.send(0, sent)
            packet = await mesh.arrival(2, says("for you"))
            assert packet.want_ack
            assert packet.to == mesh.number(2)
            ack = await mesh.arrival(
                0, lambda p: result_of(sent)(p) and comes_from(mesh.number(2))(p)
            )
            assert error_in(ack) == Error.NONE
            assert not any(map(says("for you"), mesh.received[1]))

    asyncio.run(test())


def test_broadcast_with_want_ack_is_confirmed_by_hearing_a_relay() -> None:
    async def test() -> None:
        async with linked(3, CHAIN) as mesh:
            sent = text("anybody there?", want_ack=True)
            mesh.send(0, sent)
            ack = await mesh.arrival(0, result_of(sent))
            assert error_in(ack) == Error.NONE
            assert getattr(ack, "from") == mesh.number(0)

    asyncio.run(test())


def test_message_that_nobody_hears_is_sent_three_times_and_then_given_up() -> None:
    async def test() -> None:
        async with linked(2, []) as mesh:
            sent = text("nobody", to=mesh.number(1), want_ack=True)
            mesh.send(0, sent)
            assert error_in(await mesh.arrival(0, result_of(sent))) == Error.MAX_RETRANSMIT
            assert [packet.id for packet in mesh.transmitted[0]].count(sent.id) == 3

    asyncio.run(test())


def test_nodes_learn_each_other_by_exchanging_node_infos() -> None:
    async def test() -> None:
        async with linked(3, CHAIN) as mesh:
            ask = mesh_pb2.MeshPacket(to=BROADCAST, id=77, hop_limit=3)
            ask.decoded.portnum = portnums_pb2.NODEINFO_APP
            ask.decoded.payload = mesh_pb2.User(
                long_name="Node 0", short_name="N0"
            ).SerializeToString()
            ask.decoded.want_response = True
            mesh.send(0, ask)
            for node in (1, 2):
                await mesh.arrival(0, comes_from(mesh.number(node)))
            for node in (1, 2):
                entry = await mesh.knows(0, node)
                assert entry.user.long_name == f"Meshtastic {mesh.number(node):04x}"
                assert entry.hops_away == node - 1

    asyncio.run(test())


def test_traceroute_names_the_relay_in_both_directions() -> None:
    async def test() -> None:
        async with linked(3, CHAIN) as mesh:
            ask = mesh_pb2.MeshPacket(to=mesh.number(2), id=78, hop_limit=3, want_ack=True)
            ask.decoded.portnum = portnums_pb2.TRACEROUTE_APP
            ask.decoded.payload = mesh_pb2.RouteDiscovery().SerializeToString()
            ask.decoded.want_response = True
            mesh.send(0, ask)
            answer = await mesh.arrival(
                0, lambda packet: packet.decoded.portnum == portnums_pb2.TRACEROUTE_APP
            )
            route = mesh_pb2.RouteDiscovery.FromString(answer.decoded.payload)
            assert list(route.route) == list(route.route_back) == [mesh.number(1)]
            assert list(route.snr_towards) == list(route.snr_back) == [40, 40]

    asyncio.run(test())


def test_relay_carries_a_channel_that_it_does_not_have() -> None:
    def give_channel(device: Any, index: int) -> None:
        if index != 1:
            device.settings.channels[1].role = channel_pb2.Channel.Role.SECONDARY
            device.settings.channels[1].settings.name = "medics"
            device.settings.channels[1].settings.psk = bytes(32)

    async def test() -> None:
        async with linked(3, CHAIN, prepare=give_channel) as mesh:
            mesh.send(0, text("for medics", channel=1))
            packet = await mesh.arrival(2, says("for medics"))
            assert packet.channel == 1
            assert not any(map(says("for medics"), mesh.received[1]))

    asyncio.run(test())


def test_nodes_find_each_other_by_themselves_soon_after_their_start() -> None:
    async def test() -> None:
        async with linked(3, CHAIN) as mesh:
            for node, other in itertools.permutations(range(3), 2):
                entry = await mesh.knows(node, other)
                assert entry.user.long_name == f"Meshtastic {mesh.number(other):04x}"

    asyncio.run(test())


def test_simulated_radio_sends_without_a_region_as_the_firmwares_does() -> None:
    def take_region(device: Any, _index: int) -> None:
        device.settings.config.lora.region = 0

    async def test() -> None:
        async with linked(2, [(0, 1)], prepare=take_region) as mesh:
            mesh.send(0, text("nowhere in particular"))
            await mesh.arrival(1, says("nowhere in particular"))

    asyncio.run(test())
