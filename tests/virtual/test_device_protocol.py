"""The device protocol without a client library: single messages over a socket."""

import asyncio
import json
from collections.abc import Awaitable, Callable
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

from meshdefense.air.scenario import parse_scenario
from meshdefense.virtual.handshake import NODELESS_NONCE, NODES_ONLY_NONCE
from meshdefense.virtual.mesh import Traits, VirtualMesh
from meshdefense.virtual.phone import KEPT_PACKETS
from meshdefense.virtual.server import Misbehaviour
from support.virtual_radio import RawClient

BROADCAST = 0xFFFFFFFF
PRIVATE = portnums_pb2.PRIVATE_APP
TEXT = portnums_pb2.TEXT_MESSAGE_APP
Error = mesh_pb2.Routing.Error
FAST = {"preset": "SHORT_FAST", "speed": 20.0, "down_s": 0.3}


def with_mesh(test: Callable[[VirtualMesh], Awaitable[None]], **arguments: Any) -> None:
    """Run `test` inside a mesh."""

    async def main() -> None:
        async with VirtualMesh(**{"nodes": 2, **FAST, **arguments}) as mesh:
            try:
                await test(mesh)
            finally:
                await RawClient.close_all()

    asyncio.run(main())


def data(payload: bytes = b"x", **more: Any) -> Any:
    """A `ToRadio` with a packet."""
    port = more.pop("port", PRIVATE)
    packet = mesh_pb2.MeshPacket(
        **{"to": BROADCAST, "id": 77, "hop_limit": 3, **more},
        decoded=mesh_pb2.Data(portnum=port, payload=payload),
    )
    return mesh_pb2.ToRadio(packet=packet)


def admin(number: int, message: Any, identifier: int = 88) -> Any:
    """A `ToRadio` with an admin message to the own radio."""
    packet = mesh_pb2.MeshPacket(to=number, id=identifier, want_ack=True)
    packet.decoded.portnum = portnums_pb2.ADMIN_APP
    packet.decoded.payload = message.SerializeToString()
    packet.decoded.want_response = True
    return mesh_pb2.ToRadio(packet=packet)


def share_exactly(mesh: VirtualMesh) -> None:
    """Let the radios tell their positions to the metre, which they do not by themselves."""
    for device in mesh.devices:
        device.settings.channels[0].settings.module_settings.position_precision = 32


def answers(identifier: int) -> Callable[[Any], bool]:
    return lambda packet: packet.decoded.request_id == identifier


async def routing_error(client: RawClient, identifier: int = 77) -> int:
    packet = await client.until("packet", answers(identifier))
    assert packet.decoded.portnum == portnums_pb2.ROUTING_APP
    return int(mesh_pb2.Routing.FromString(packet.decoded.payload).error_reason)


async def received(client: RawClient, port: int = PRIVATE) -> Any:
    return await client.until("packet", lambda packet: packet.decoded.portnum == port)


# -- handshake ---------------------------------------------------------------------------------


def test_handshake_has_everything_in_the_order_of_the_firmware() -> None:
    async def test(mesh: VirtualMesh) -> None:
        client = await RawClient.connect(mesh.ports[0], introduce=False)
        client.send_bytes(b"\xc3" * 32)
        got = await client.shake_hands(4711)
        kinds = [message.WhichOneof("payload_variant") for message in got]
        assert kinds == (
            ["my_info", "deviceuiConfig", "node_info", "metadata"]
            + ["channel"] * 8
            + ["config"] * 10
            + ["moduleConfig"] * 16
            + ["node_info"] * 2
            + ["fileInfo"] * 8
            + ["config_complete_id"]
        )
        sections = [m.config.WhichOneof("payload_variant") for m in got if m.HasField("config")]
        assert sections[5:10] == ["lora", "bluetooth", "security", "sessionkey", "device_ui"]
        assert got[2].node_info.num == got[0].my_info.my_node_num == mesh.numbers[0]
        assert {m.node_info.num for m in got if m.HasField("node_info")} == set(mesh.numbers)
        assert got[3].metadata.firmware_version == "2.7.26"
        assert [message.id for message in got] == sorted({message.id for message in got})

    with_mesh(test, nodes=3)


@pytest.mark.parametrize(
    ("nonce", "nodes", "configs"), [(NODELESS_NONCE, 1, 10), (NODES_ONLY_NONCE, 3, 0)]
)
def test_special_nonces_leave_out_a_part(nonce: int, nodes: int, configs: int) -> None:
    async def test(mesh: VirtualMesh) -> None:
        client = await RawClient.connect(mesh.ports[0], introduce=False)
        got = await client.shake_hands(nonce)
        assert sum(message.HasField("node_info") for message in got) == nodes
        assert sum(message.HasField("config") for message in got) == configs

    with_mesh(test, nodes=3)


def test_heartbeat_is_answered_with_the_queue_status() -> None:
    async def test(mesh: VirtualMesh) -> None:
        client = await RawClient.connect(mesh.ports[0])
        client.send(mesh_pb2.ToRadio(heartbeat=mesh_pb2.Heartbeat()))
        status = await client.until("queueStatus")
        assert (status.res, status.free, status.maxlen, status.mesh_packet_id) == (0, 16, 16, 0)

    with_mesh(test)


def test_garbage_from_a_client_does_no_harm() -> None:
    async def test(mesh: VirtualMesh) -> None:
        client = await RawClient.connect(mesh.ports[0])
        client.send_bytes(bytes(range(256)) * 4 + b"\x94\xc3\x00\x03\xff\xff\xff")
        client.send(mesh_pb2.ToRadio(heartbeat=mesh_pb2.Heartbeat()))
        await client.until("queueStatus")

    with_mesh(test)


def test_new_client_replaces_the_old_one_whose_last_words_count_if_there_is_only_one() -> None:
    async def test(mesh: VirtualMesh) -> None:
        old = await RawClient.connect(mesh.ports[0])
        name = mesh_pb2.User(long_name="Corner", short_name="C")
        old.send(admin(mesh.numbers[0], admin_pb2.AdminMessage(set_owner=name)))
        await RawClient.connect(mesh.ports[0])
        with pytest.raises((EOFError, ConnectionError)):
            await old.until("nothing")
        assert mesh.names[0] == "Corner"

    with_mesh(test, traits=Traits(one_client=True))


def test_disconnect_message_ends_the_connection() -> None:
    async def test(mesh: VirtualMesh) -> None:
        client = await RawClient.connect(mesh.ports[0])
        client.send(mesh_pb2.ToRadio(disconnect=True))
        with pytest.raises((EOFError, ConnectionError)):
            await client.until("nothing")
        assert not mesh.servers[0].connected

    with_mesh(test)


# -- packets -----------------------------------------------------------------------------------


def test_packet_is_accepted_sent_relayed_and_reported() -> None:
    async def test(mesh: VirtualMesh) -> None:
        sender, receiver = [await RawClient.connect(port) for port in mesh.ports]
        sender.send(data(b"hello", want_ack=True))
        taken = await sender.until("queueStatus")
        assert (taken.res, taken.free, taken.mesh_packet_id) == (0, 15, 77)
        freed = await sender.until("queueStatus")
        assert (freed.free, freed.mesh_packet_id) == (16, 0)
        packet = await received(receiver)
        assert packet.decoded.payload == b"hello"
        assert packet.decoded.HasField("bitfield")
        assert (packet.hop_limit, packet.hop_start, packet.relay_node) == (3, 3, 1)
        assert (packet.want_ack, packet.rx_time) == (False, 0)
        assert packet.transport_mechanism == 1
        assert await routing_error(sender) == Error.NONE

    with_mesh(test)


def test_nobody_in_reach_ends_in_max_retransmit() -> None:
    async def test(mesh: VirtualMesh) -> None:
        mesh.cut(0, 1)
        client = await RawClient.connect(mesh.ports[0])
        client.send(data(want_ack=True))
        assert await routing_error(client) == Error.MAX_RETRANSMIT
        assert mesh.counters["transmitted"] == 3
        mesh.restore(0, 1)
        client.send(data(want_ack=True, id=78))
        assert await routing_error(client, 78) == Error.NONE

    with_mesh(test)


@pytest.mark.parametrize("size", [231, 232])
def test_largest_private_broadcast_has_231_bytes(size: int) -> None:
    async def test(mesh: VirtualMesh) -> None:
        client = await RawClient.connect(mesh.ports[0])
        client.send(data(bytes(size), want_ack=True))
        fits = size == 231
        assert (await client.until("queueStatus")).res == (0 if fits else 7)
        assert await routing_error(client) == (Error.NONE if fits else Error.TOO_LARGE)

    with_mesh(test)


@pytest.mark.parametrize("size", [219, 220])
def test_largest_private_direct_message_has_219_bytes(size: int) -> None:
    async def test(mesh: VirtualMesh) -> None:
        client = await RawClient.connect(mesh.ports[0])
        client.send(data(bytes(size), want_ack=True, to=mesh.numbers[1]))
        assert await routing_error(client) == (Error.NONE if size == 219 else Error.TOO_LARGE)

    with_mesh(test)


def test_payload_of_235_bytes_is_dropped_in_silence() -> None:
    async def test(mesh: VirtualMesh) -> None:
        client = await RawClient.connect(mesh.ports[0])
        client.send(data(bytes(235), want_ack=True))
        client.send(mesh_pb2.ToRadio(heartbeat=mesh_pb2.Heartbeat()))
        assert (await client.until("queueStatus")).mesh_packet_id == 0
        assert mesh.world.queue_free(mesh.numbers[0]) == 16

    with_mesh(test)


def test_full_queue_says_res_32_without_a_nak() -> None:
    async def test(mesh: VirtualMesh) -> None:
        client = await RawClient.connect(mesh.ports[0])
        for identifier in range(1, 18):
            client.send(data(bytes(200), id=identifier))
        refused = await client.until("queueStatus", lambda status: status.res != 0)
        assert (refused.res, refused.free, refused.mesh_packet_id) == (32, 0, 17)
        await client.until("queueStatus", lambda status: status.free > 0)

    with_mesh(test, preset="LONG_FAST", speed=4.0)


def test_second_text_within_two_seconds_is_refused_aloud_only_with_a_sender() -> None:
    async def test(mesh: VirtualMesh) -> None:
        client = await RawClient.connect(mesh.ports[0])
        client.send(data(port=TEXT, id=1))
        client.send(data(port=TEXT, id=2, want_ack=True))
        late = data(port=TEXT, id=3, want_ack=True)
        setattr(late.packet, "from", mesh.numbers[0])
        client.send(late)
        packet = await client.until("packet", lambda p: p.decoded.request_id in (2, 3))
        assert packet.decoded.request_id == 3
        reason = mesh_pb2.Routing.FromString(packet.decoded.payload).error_reason
        assert reason == Error.RATE_LIMIT_EXCEEDED

    with_mesh(test, speed=1.0)


def test_private_port_has_no_rate_limit() -> None:
    async def test(mesh: VirtualMesh) -> None:
        sender, receiver = [await RawClient.connect(port) for port in mesh.ports]
        for identifier in range(1, 6):
            sender.send(data(id=identifier))
        assert [(await received(receiver)).id for _ in range(5)] == [1, 2, 3, 4, 5]

    with_mesh(test)


def test_used_up_duty_cycle_is_refused_with_a_notification() -> None:
    async def test(mesh: VirtualMesh) -> None:
        mesh.world.configure(mesh.numbers[0], duty_cycle=0.000001)
        client = await RawClient.connect(mesh.ports[0])
        client.send(data(want_ack=True, id=1))
        assert await routing_error(client, 1) == Error.NONE
        client.send(data(want_ack=True, id=2))
        assert (await client.until("queueStatus", lambda s: s.mesh_packet_id == 2)).res == 9
        notice = await client.until("clientNotification")
        assert notice.message.startswith("Duty cycle limit exceeded. You can send again in 60")
        assert await routing_error(client, 2) == Error.DUTY_CYCLE_LIMIT

    with_mesh(test)


def test_channel_that_is_off_is_refused() -> None:
    async def test(mesh: VirtualMesh) -> None:
        client = await RawClient.connect(mesh.ports[0])
        client.send(data(channel=3))
        assert await routing_error(client) == Error.NO_CHANNEL

    with_mesh(test)


def test_direct_message_to_a_stranger_fails_at_once() -> None:
    async def test(mesh: VirtualMesh) -> None:
        client = await RawClient.connect(mesh.ports[0])
        client.send(data(to=0x12345678, want_ack=True))
        assert await routing_error(client) == Error.PKI_SEND_FAIL_PUBLIC_KEY

    with_mesh(test)


def test_direct_message_is_not_shown_to_others() -> None:
    async def test(mesh: VirtualMesh) -> None:
        clients = [await RawClient.connect(port) for port in mesh.ports]
        clients[0].send(data(b"secret", to=mesh.numbers[1], want_ack=True))
        packet = await received(clients[1])
        assert packet.decoded.payload == b"secret"
        assert packet.pki_encrypted
        assert packet.public_key == mesh.devices[0].settings.owner.public_key
        clients[0].send(data(b"open", id=78))
        assert (await received(clients[2])).decoded.payload == b"open"

    with_mesh(test, nodes=3)


def test_radio_with_another_key_relays_but_cannot_read() -> None:
    async def test(mesh: VirtualMesh) -> None:
        clients = [await RawClient.connect(port) for port in mesh.ports]
        channel = channel_pb2.Channel(role=channel_pb2.Channel.Role.PRIMARY)
        channel.settings.psk = bytes(32)
        clients[1].send(admin(mesh.numbers[1], admin_pb2.AdminMessage(set_channel=channel)))
        await routing_error(clients[1], 88)
        clients[0].send(data(b"hello"))
        packet = await received(clients[2])
        assert (packet.hop_limit, packet.relay_node) == (2, 2)
        assert mesh.devices[1].phone.kept == 0

    with_mesh(test, nodes=3, links=[(0, 1), (1, 2)])


def test_clock_that_a_client_set_dates_what_is_received() -> None:
    async def test(mesh: VirtualMesh) -> None:
        sender, receiver = [await RawClient.connect(port) for port in mesh.ports]
        message = admin_pb2.AdminMessage(set_time_only=1_800_000_000)
        receiver.send(admin(mesh.numbers[1], message))
        await routing_error(receiver, 88)
        sender.send(data())
        assert 1_800_000_000 <= (await received(receiver)).rx_time < 1_800_000_600

    with_mesh(test)


@pytest.mark.parametrize(
    ("port", "first"),
    [
        (portnums_pb2.PRIVATE_APP, 1),
        (portnums_pb2.ROUTING_APP, 1),
        (portnums_pb2.TEXT_MESSAGE_APP, 6),
        (portnums_pb2.RANGE_TEST_APP, 6),
    ],
)
def test_hundred_packets_are_kept_for_an_absent_client_and_only_texts_displace_the_oldest(
    port: int, first: int
) -> None:
    async def test(mesh: VirtualMesh) -> None:
        device = mesh.devices[0]
        for identifier in range(1, 106):
            packet = mesh_pb2.MeshPacket(id=identifier)
            packet.decoded.portnum = port
            device.phone.packet(packet)
        assert device.phone.kept == KEPT_PACKETS == 100
        client = await RawClient.connect(mesh.ports[0])
        got = [(await client.until("packet")).id for _ in range(100)]
        assert got == list(range(first, first + 100))

    with_mesh(test)


# -- what radios do by themselves --------------------------------------------------------------


def test_telemetry_tells_the_channel_utilisation_of_the_air() -> None:
    async def test(mesh: VirtualMesh) -> None:
        client = await RawClient.connect(mesh.ports[0])
        for identifier in range(1, 11):
            client.send(data(bytes(200), id=identifier))
        while True:
            packet = await received(client, portnums_pb2.TELEMETRY_APP)
            metrics = telemetry_pb2.Telemetry.FromString(packet.decoded.payload).device_metrics
            if metrics.channel_utilization > 0:
                break
        assert 0 < metrics.air_util_tx < metrics.channel_utilization < 100
        assert metrics.battery_level == 101

    with_mesh(test, speed=40.0)


def test_moved_radio_tells_its_position_to_the_others() -> None:
    async def test(mesh: VirtualMesh) -> None:
        share_exactly(mesh)
        client = await RawClient.connect(mesh.ports[1])
        mesh.move(0, 41.853, -87.652)
        packet = await received(client, portnums_pb2.POSITION_APP)
        position = mesh_pb2.Position.FromString(packet.decoded.payload)
        assert abs(position.latitude_i - 418_530_000) < 10
        assert abs(position.longitude_i + 876_520_000) < 10
        assert mesh.devices[1].nodes.of(mesh.numbers[0]).position == position

    with_mesh(test)


def test_radio_of_a_scenario_walks_and_is_switched_off_and_on() -> None:
    scenario = parse_scenario(
        json.dumps(
            {
                "schema": 1,
                "radio": {"preset": "SHORT_FAST"},
                "nodes": [{"id": "base", "x": 0, "y": 0}, {"id": "walker", "x": 0, "y": 0}],
                "mobility": [
                    {
                        "node": "walker",
                        "waypoints": [{"t": 0, "x": 0, "y": 0}, {"t": 20, "x": 0, "y": 400}],
                    }
                ],
                "power": [{"node": "walker", "off_s": 40, "on_s": 60}],
            }
        )
    )

    async def test(mesh: VirtualMesh) -> None:
        share_exactly(mesh)
        base = await RawClient.connect(mesh.ports[0])
        walker = await RawClient.connect(mesh.ports[1])
        packet = await received(base, portnums_pb2.POSITION_APP)
        position = mesh_pb2.Position.FromString(packet.decoded.payload)
        assert 418_508_900 < position.latitude_i <= 418_536_000
        await until_gone(walker)
        walker = await reconnected(mesh.ports[1])
        assert mesh.now >= 60

    with_mesh(test, scenario=scenario)


def test_role_of_a_scenario_is_that_of_the_radio() -> None:
    nodes = [{"id": "roof", "x": 0, "y": 0, "role": "ROUTER"}, {"id": "walker", "x": 0, "y": 0}]
    mesh = VirtualMesh(scenario=parse_scenario(json.dumps({"schema": 1, "nodes": nodes})))
    roles = [mesh.world._radio(number).router.role.value for number in mesh.numbers]
    assert roles == ["ROUTER", "CLIENT"]
    assert mesh.devices[0].settings.owner.role == config_pb2.Config.DeviceConfig.Role.ROUTER


def test_request_for_a_position_is_answered_by_the_other_radio() -> None:
    async def test(mesh: VirtualMesh) -> None:
        share_exactly(mesh)
        client = await RawClient.connect(mesh.ports[0])
        request = data(b"", port=portnums_pb2.POSITION_APP, to=mesh.numbers[1])
        request.packet.decoded.want_response = True
        client.send(request)
        packet = await client.until("packet", answers(77))
        assert getattr(packet, "from") == mesh.numbers[1]
        position = mesh_pb2.Position.FromString(packet.decoded.payload)
        assert position.latitude_i == mesh.devices[1].gps.latitude_i

    with_mesh(test)


# -- settings ----------------------------------------------------------------------------------


def test_changed_preset_parts_radios_until_both_have_it() -> None:
    async def test(mesh: VirtualMesh) -> None:
        clients = [await RawClient.connect(port) for port in mesh.ports]
        message = admin_pb2.AdminMessage()
        message.set_config.lora.CopyFrom(mesh.devices[0].settings.config.lora)
        message.set_config.lora.modem_preset = 8  # SHORT_TURBO
        clients[0].send(admin(mesh.numbers[0], message))
        assert await routing_error(clients[0], 88) == Error.NONE
        clients[0].send(data(want_ack=True, id=1))
        assert await routing_error(clients[0], 1) == Error.MAX_RETRANSMIT
        clients[1].send(admin(mesh.numbers[1], message))
        await routing_error(clients[1], 88)
        clients[0].send(data(want_ack=True, id=2))
        assert await routing_error(clients[0], 2) == Error.NONE

    with_mesh(test)


def test_session_key_request_is_answered_with_a_passkey() -> None:
    async def test(mesh: VirtualMesh) -> None:
        client = await RawClient.connect(mesh.ports[0])
        kind = admin_pb2.AdminMessage.ConfigType.SESSIONKEY_CONFIG
        client.send(admin(mesh.numbers[0], admin_pb2.AdminMessage(get_config_request=kind)))
        packet = await client.until("packet", answers(88))
        reply = admin_pb2.AdminMessage.FromString(packet.decoded.payload)
        assert len(reply.session_passkey) == 8
        assert reply.get_config_response.WhichOneof("payload_variant") == "sessionkey"

    with_mesh(test)


def test_unknown_admin_message_is_a_bad_request() -> None:
    async def test(mesh: VirtualMesh) -> None:
        client = await RawClient.connect(mesh.ports[0])
        client.send(admin(mesh.numbers[0], admin_pb2.AdminMessage(get_channel_request=99)))
        assert await routing_error(client, 88) == Error.BAD_REQUEST

    with_mesh(test)


async def until_gone(client: RawClient) -> None:
    with pytest.raises((EOFError, ConnectionError)):
        await client.until("nothing")


async def reconnected(port: int) -> RawClient:
    """Connect as soon as the radio listens again."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await RawClient.connect(port)
            except ConnectionError:
                await asyncio.sleep(0.05)


def test_reboot_drops_the_client_keeps_settings_and_counts() -> None:
    async def test(mesh: VirtualMesh) -> None:
        client = await RawClient.connect(mesh.ports[0])
        name = mesh_pb2.User(long_name="Corner", short_name="C")
        client.send(admin(mesh.numbers[0], admin_pb2.AdminMessage(set_owner=name)))
        client.send(admin(mesh.numbers[0], admin_pb2.AdminMessage(reboot_seconds=1), 89))
        await until_gone(client)
        with pytest.raises(ConnectionError):
            await RawClient.connect(mesh.ports[0])
        client = await reconnected(mesh.ports[0])
        got = await client.shake_hands()
        assert got[0].my_info.reboot_count == 1
        assert got[2].node_info.user.long_name == "Corner"

    with_mesh(test)


def test_change_of_settings_restarts_only_radios_that_were_told_to() -> None:
    async def test(mesh: VirtualMesh) -> None:
        client = await RawClient.connect(mesh.ports[0])
        message = admin_pb2.AdminMessage()
        message.set_config.device.role = config_pb2.Config.DeviceConfig.Role.ROUTER
        client.send(admin(mesh.numbers[0], admin_pb2.AdminMessage(begin_edit_settings=True)))
        client.send(admin(mesh.numbers[0], message, 89))
        await routing_error(client, 89)
        assert mesh.devices[0].reboot_at is None
        client.send(admin(mesh.numbers[0], admin_pb2.AdminMessage(commit_edit_settings=True), 90))
        await until_gone(client)
        client = await reconnected(mesh.ports[0])
        assert mesh.devices[0].settings.reboots == 1

    with_mesh(test, restart_after_changes=True)


def test_factory_reset_brings_the_defaults_back() -> None:
    async def test(mesh: VirtualMesh) -> None:
        client = await RawClient.connect(mesh.ports[0])
        name = mesh_pb2.User(long_name="Corner", short_name="C")
        client.send(admin(mesh.numbers[0], admin_pb2.AdminMessage(set_owner=name)))
        client.send(admin(mesh.numbers[0], admin_pb2.AdminMessage(factory_reset_config=1), 89))
        await until_gone(client)
        client = await reconnected(mesh.ports[0])
        assert mesh.names[0] == "Meshtastic 0001"
        assert mesh.devices[0].settings.region == 0

    with_mesh(test)


# -- trouble -----------------------------------------------------------------------------------


def test_radio_without_power_neither_listens_nor_hears() -> None:
    async def test(mesh: VirtualMesh) -> None:
        mesh.power(1, False)
        with pytest.raises(ConnectionError):
            await RawClient.connect(mesh.ports[1])
        client = await RawClient.connect(mesh.ports[0])
        client.send(data(want_ack=True, id=1))
        assert await routing_error(client, 1) == Error.MAX_RETRANSMIT
        mesh.power(1, True)
        other = await RawClient.connect(mesh.ports[1])
        client.send(data(want_ack=True, id=2))
        assert (await received(other)).id == 2

    with_mesh(test)


def test_wedged_radio_keeps_the_connection_but_is_silent() -> None:
    async def test(mesh: VirtualMesh) -> None:
        client = await RawClient.connect(mesh.ports[0])
        mesh.misbehave(0, "wedge")
        client.send(mesh_pb2.ToRadio(heartbeat=mesh_pb2.Heartbeat()))
        mesh.devices[0].phone.packet(mesh_pb2.MeshPacket(id=5))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await client.next()
        assert mesh.servers[0].connected
        mesh.misbehave(0, "none")
        assert (await client.until("packet", lambda packet: packet.id == 5)).id == 5

    with_mesh(test)


def test_half_frame_is_followed_by_the_end_of_the_connection() -> None:
    async def test(mesh: VirtualMesh) -> None:
        client = await RawClient.connect(mesh.ports[0])
        mesh.misbehave(0, Misbehaviour.HALF_FRAME)
        client.send(mesh_pb2.ToRadio(heartbeat=mesh_pb2.Heartbeat()))
        await until_gone(client)
        await RawClient.connect(mesh.ports[0])

    with_mesh(test)


def test_rate_limit_refuses_every_packet_until_it_is_ended() -> None:
    async def test(mesh: VirtualMesh) -> None:
        client = await RawClient.connect(mesh.ports[0])
        mesh.misbehave(0, "rate_limit")
        client.send(data(want_ack=True, id=1))
        assert await routing_error(client, 1) == Error.RATE_LIMIT_EXCEEDED
        mesh.misbehave(0, "none")
        client.send(data(want_ack=True, id=2))
        assert await routing_error(client, 2) == Error.NONE

    with_mesh(test)


def test_garbage_comes_between_good_frames() -> None:
    async def test(mesh: VirtualMesh) -> None:
        client = await RawClient.connect(mesh.ports[0], introduce=False)
        mesh.misbehave(0, "garbage")
        client.send(mesh_pb2.ToRadio(want_config_id=9))
        async with asyncio.timeout(10):
            raw = b""
            while mesh_pb2.FromRadio(config_complete_id=9).SerializeToString() not in raw:
                raw += await client._reader.read(4096)
        good, bad = 0, 0
        for payload in client._frames.feed(raw):
            try:
                mesh_pb2.FromRadio.FromString(payload)
                good += 1
            except broken:
                bad += 1
        assert good >= 40
        assert bad >= 30
        assert client._frames.skipped > 0

    broken = decode_error()
    with_mesh(test)


def decode_error() -> Any:
    """The exception class of the protobuf library, without naming its untyped module."""
    try:
        mesh_pb2.FromRadio.FromString(b"\xff")
    except ValueError as error:
        return type(error)
    except Exception as error:  # noqa: BLE001  # its class is what is asked for
        return type(error)
    raise AssertionError("a broken message was parsed")


def test_misbehaviour_of_a_radio_that_is_not_there_is_refused() -> None:
    async def test(mesh: VirtualMesh) -> None:
        with pytest.raises(ValueError, match="there is no radio 9"):
            mesh.misbehave(9, "wedge")
        with pytest.raises(ValueError, match="sulk"):
            mesh.misbehave(0, "sulk")

    with_mesh(test)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"speed": 0}, "speed"),
        ({"speed": float("nan")}, "speed"),
        ({"nodes": 0}, "1 to"),
        ({"base_port": 65_530}, "above 65535"),
    ],
)
def test_mesh_that_makes_no_sense_is_refused(arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        VirtualMesh(**arguments)
