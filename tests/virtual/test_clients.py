"""Several clients of one radio at once, and very many one after the other."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import socket
import struct
import threading
import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from meshtastic.protobuf import admin_pb2, mesh_pb2, portnums_pb2

from meshdefense.virtual import connection, server
from meshdefense.virtual.mesh import Traits, VirtualMesh
from meshdefense.virtual.stream import framed
from support.radio_bench import RadioBench, admin_packet
from support.virtual_radio import MeshThread, RawClient, client

FAST: dict[str, Any] = {"preset": "SHORT_FAST", "speed": 20.0}
CYCLES = 1_000
MANY = 20
MEMORY_BYTES = 200_000  # 200 answers kept would take a hundred times as much
DROPPED = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset instead of an end


def with_mesh(test: Callable[[VirtualMesh], Awaitable[None]], **arguments: Any) -> None:
    async def main() -> None:
        async with VirtualMesh(**{"nodes": 2, **FAST, **arguments}) as mesh:
            try:
                await test(mesh)
            finally:
                await RawClient.close_all()

    asyncio.run(main())


async def until(true: Callable[[], bool]) -> None:
    """Wait until something holds; TimeoutError when it does not within ten seconds."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110  # the radios know no events
            await asyncio.sleep(0.01)


def broadcast(identifier: int, payload: bytes = b"x") -> Any:
    packet = mesh_pb2.MeshPacket(to=0xFFFFFFFF, id=identifier, hop_limit=3)
    packet.decoded.portnum, packet.decoded.payload = 256, payload
    return mesh_pb2.ToRadio(packet=packet)


def number(identifier: int) -> Callable[[Any], bool]:
    return lambda packet: packet.id == identifier


def test_packet_goes_to_all_clients_that_are_there() -> None:
    async def test(mesh: VirtualMesh) -> None:
        sender = await RawClient.connect(mesh.ports[0])
        receivers = [await RawClient.connect(mesh.ports[1]) for _ in range(3)]
        sender.send(broadcast(1))
        for receiver in receivers:
            await receiver.until("packet", number(1))
        assert mesh.servers[1].connected == 3

    with_mesh(test)


def test_each_connection_has_a_handshake_of_its_own() -> None:
    async def test(mesh: VirtualMesh) -> None:
        clients = [await RawClient.connect(mesh.ports[0], introduce=False) for _ in range(3)]
        for nonce, one in enumerate(clients[1:], 1000):
            answer = await one.shake_hands(nonce)
            assert [message.id for message in answer] == list(range(1, len(answer) + 1))
        clients[0].send(mesh_pb2.ToRadio(heartbeat=mesh_pb2.Heartbeat()))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await clients[0].next()

    with_mesh(test)


def test_radio_is_its_own_favourite() -> None:
    told = RadioBench(2).handshake()
    nodes = [message.node_info for message in told if message.HasField("node_info")]
    assert [node.is_favorite for node in nodes] == [True, False]


def test_second_handshake_takes_the_place_of_the_first() -> None:
    bench = RadioBench(1)
    whole = bench.handshake()
    for nonce in (1, 2):
        bench.say(0, mesh_pb2.ToRadio(want_config_id=nonce))
    told = bench.told()
    assert [message.config_complete_id for message in told if message.config_complete_id] == [2]
    assert len(told) == len(whole)


def test_handshakes_that_nobody_reads_take_no_memory() -> None:
    bench = RadioBench(1)
    bench.devices[0].nodes.fill(0x5000)
    tracemalloc.start()
    try:
        for nonce in range(1, 200):
            bench.say(0, mesh_pb2.ToRadio(want_config_id=nonce))
        assert tracemalloc.get_traced_memory()[0] < MEMORY_BYTES
    finally:
        tracemalloc.stop()


def test_file_that_goes_during_a_handshake_is_still_named_in_it() -> None:
    bench = RadioBench(1)
    bench.say(0, mesh_pb2.ToRadio(want_config_id=1))
    bench.clients[0].take()
    bench.devices[0].flash.clear()
    assert bench.told()[-1].config_complete_id == 1


def test_status_of_a_packet_is_for_its_sender() -> None:
    async def test(mesh: VirtualMesh) -> None:
        clients = [await RawClient.connect(mesh.ports[0]) for _ in range(2)]
        clients[0].send(broadcast(1))
        assert (await clients[0].until("queueStatus")).mesh_packet_id == 1
        assert (await clients[1].until("queueStatus")).mesh_packet_id == 0

    with_mesh(test)


def test_twenty_clients_at_once_get_everything_and_are_all_heard() -> None:
    async def test(mesh: VirtualMesh) -> None:
        clients = await asyncio.gather(*(RawClient.connect(mesh.ports[0]) for _ in range(MANY)))
        other = await RawClient.connect(mesh.ports[1])
        other.send(broadcast(7))
        for one in clients:
            await one.until("packet", number(7))
        for identifier, one in enumerate(clients, 100):
            ask = admin_pb2.AdminMessage(get_owner_request=True)
            one.send(mesh_pb2.ToRadio(packet=admin_packet(mesh.numbers[0], ask, identifier)))
        for one in clients:
            answered = {
                (await one.until("packet", lambda p: p.decoded.request_id)).decoded.request_id
                for _ in range(MANY)
            }
            assert answered == set(range(100, 100 + MANY))
        assert mesh.servers[0].connected == MANY

    with_mesh(test)


def test_silent_client_does_not_take_what_was_kept() -> None:
    async def test(mesh: VirtualMesh) -> None:
        mesh.devices[0].phone.packet(mesh_pb2.MeshPacket(id=5))
        await RawClient.connect(mesh.ports[0], introduce=False)
        second = await RawClient.connect(mesh.ports[0])
        await second.until("packet", number(5))

    with_mesh(test)


def test_what_a_client_did_not_read_is_kept_for_the_next() -> None:
    bench = RadioBench(1)
    bench.devices[0].phone.packet(mesh_pb2.MeshPacket(id=5))
    bench.devices[0].phone.leave(bench.clients[0])
    bench.clients[0] = bench.devices[0].phone.connect()
    bench.say(0, mesh_pb2.ToRadio(want_config_id=1))
    assert [packet.id for packet in bench.packets() if packet.id == 5] == [5]


def test_what_waits_for_a_client_is_not_pushed_out_by_the_radios_own_telemetry() -> None:
    bench = RadioBench(1)
    bench.devices[0].phone.leave(bench.clients[0])
    bench.devices[0].phone.packet(mesh_pb2.MeshPacket(id=5))
    bench.advance(3 * 3_600.0)
    assert [packet.id for packet in bench.devices[0].phone.unclaimed] == [5]


def test_absent_clients_telemetry_is_there_when_nothing_else_waits() -> None:
    bench = RadioBench(1)
    bench.devices[0].phone.leave(bench.clients[0])
    bench.advance(3_600.0)
    (packet,) = bench.devices[0].phone.unclaimed
    assert packet.decoded.portnum == portnums_pb2.TELEMETRY_APP


def test_client_that_goes_leaves_the_others_alone() -> None:
    async def test(mesh: VirtualMesh) -> None:
        stays, goes = [await RawClient.connect(mesh.ports[0]) for _ in range(2)]
        goes.send(mesh_pb2.ToRadio(disconnect=True))
        with pytest.raises((EOFError, ConnectionError)):
            await goes.until("nothing")
        stays.send(mesh_pb2.ToRadio(heartbeat=mesh_pb2.Heartbeat()))
        await stays.until("queueStatus")

    with_mesh(test)


def test_more_clients_than_a_radio_has_places_replace_the_oldest() -> None:
    async def test(mesh: VirtualMesh) -> None:
        first = await RawClient.connect(mesh.ports[0])
        for _ in range(64):
            await RawClient.connect(mesh.ports[0], introduce=False)
        await until(lambda: mesh.servers[0].clients == 65)
        with pytest.raises((EOFError, ConnectionError)):
            await first.until("nothing")

    with_mesh(test)


@pytest.mark.parametrize("ending", ["end", "reset"])
def test_last_words_of_a_client_that_is_gone_are_acted_on(ending: str) -> None:
    async def test(mesh: VirtualMesh) -> None:
        name = admin_pb2.AdminMessage(set_owner=mesh_pb2.User(long_name="Last words"))
        with socket.create_connection(("127.0.0.1", mesh.ports[0])) as gone:
            if ending == "reset":
                gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, DROPPED)
            gone.sendall(framed(mesh_pb2.ToRadio(want_config_id=1).SerializeToString()))
            packet = admin_packet(mesh.numbers[0], name)
            gone.sendall(framed(mesh_pb2.ToRadio(packet=packet).SerializeToString()))
        await until(lambda: mesh.names[0] == "Last words")

    with_mesh(test)


def test_told_that_the_queue_is_full_a_client_is_told_when_it_no_longer_is() -> None:
    bench = RadioBench(2)
    for identifier in range(1, 17):
        bench.say(0, broadcast(identifier, bytes(200)))
    statuses = [m.queueStatus for m in bench.told() if m.HasField("queueStatus")]
    assert statuses[-1].free == 0
    router = bench.world._radio(bench.numbers[0]).router
    router.queue.clear()  # as when others have relayed what waits
    bench.advance(1.0)
    statuses = [m.queueStatus for m in bench.told() if m.HasField("queueStatus")]
    assert statuses[-1].free > 0


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


async def visit(port: int, turn: int) -> None:
    """Come and go in one of several ways."""
    with contextlib.suppress(ConnectionError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            if turn % 2:
                writer.write(framed(mesh_pb2.ToRadio(want_config_id=turn).SerializeToString()))
                await reader.read(1 + turn % 4 * 500)
            if turn % 4 == 3:
                writer.write(framed(mesh_pb2.ToRadio(disconnect=True).SerializeToString()))
            if turn % 3 == 0:
                taken = writer.get_extra_info("socket")
                taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, DROPPED)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files by /proc")
def test_thousand_clients_one_after_the_other_leave_nothing_behind() -> None:
    async def test(mesh: VirtualMesh) -> None:
        await visit(mesh.ports[0], 1)
        await asyncio.sleep(0.1)
        before = open_files(), len(asyncio.all_tasks()), threading.active_count()
        for turn in range(CYCLES):
            await visit(mesh.ports[0], turn)
        await until(lambda: not mesh.servers[0].connected and mesh.servers[0].clients > CYCLES)
        assert (open_files(), len(asyncio.all_tasks()), threading.active_count()) == before
        assert mesh.devices[0].phone.kept <= 100
        await RawClient.connect(mesh.ports[0])

    with_mesh(test, nodes=1)


def call(mesh: VirtualMesh) -> None:
    """Connect the library, let it have an answer, and close it.

    Closed while its own threads still shake hands, it leaves them behind.
    """
    with client(mesh.ports[0]) as one:
        sent = one.interface.sendData(b"x", destinationId=mesh.numbers[0], wantAck=True)
        one.wait_for(lambda packet: bool(packet["decoded"].get("requestId") == sent.id))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files by /proc")
def test_library_comes_and_goes_without_a_trace() -> None:
    with MeshThread(nodes=1, preset="SHORT_FAST", speed=4.0) as running:
        call(running.mesh)
        running.do(lambda mesh: until(lambda: not mesh.servers[0].connected))
        files, threads = open_files(), threading.active_count()
        for _ in range(24):
            call(running.mesh)
        # The library's threads end a moment after it has closed.
        running.do(lambda _: until(lambda: threading.active_count() <= threads))
        running.do(lambda _: until(lambda: open_files() <= files))


def test_library_shares_a_radio_with_the_library() -> None:
    with MeshThread(nodes=2, preset="SHORT_FAST", speed=4.0) as running:
        ports = running.mesh.ports
        with client(ports[0]) as a, client(ports[0]) as b, client(ports[1]) as sender:
            sent = sender.interface.sendData(b"to both", portNum=256)
            for one in (a, b):
                assert one.wait_for(lambda packet: packet.get("id") == sent.id)


def test_one_client_is_a_misbehaviour_too() -> None:
    async def test(mesh: VirtualMesh) -> None:
        old = await RawClient.connect(mesh.ports[0])
        mesh.misbehave(0, "one_client")
        await RawClient.connect(mesh.ports[0])
        with pytest.raises((EOFError, ConnectionError)):
            await old.until("nothing")
        assert mesh.servers[0].connected == 1

    with_mesh(test)


def test_radio_whose_port_somebody_took_waits_for_it_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "RETRY_S", 0.05)
    told: list[str] = []

    async def test(mesh: VirtualMesh) -> None:
        mesh.power(0, False)
        with socket.create_server(("127.0.0.1", mesh.ports[0])):
            mesh.power(0, True)
            await asyncio.sleep(0.2)
            await RawClient.connect(mesh.ports[1])
            assert not mesh.broken.is_set()
        await until(lambda: len(told) > 1)
        await RawClient.connect(mesh.ports[0])

    with_mesh(test, traits=Traits(told=told.append))
    assert "radio !4d440001 cannot listen on port" in told[0]
    assert "radio !4d440001 listens on port" in told[1]
    assert len(told) == 2


def test_connections_without_room_are_told_once_and_taken_when_there_is_some(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "PAUSE_S", 0.05)
    told: list[str] = []

    async def test(mesh: VirtualMesh) -> None:
        first = await RawClient.connect(mesh.ports[0])
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        waiting = socket.socket()
        # The next free number is the limit: the radio can have no socket for who comes.
        resource.setrlimit(resource.RLIMIT_NOFILE, (waiting.fileno() + 1, hard))
        try:
            waiting.connect(("127.0.0.1", mesh.ports[0]))
            await until(lambda: bool(told))
            first.send(mesh_pb2.ToRadio(heartbeat=mesh_pb2.Heartbeat()))
            await first.until("queueStatus")
            await asyncio.sleep(0.2)
            assert mesh.servers[0].clients == 1
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        await until(lambda: mesh.servers[0].clients == 2)
        waiting.close()

    with_mesh(test, traits=Traits(told=told.append))
    assert len(told) == 1
    assert "cannot take more connections (Too many open files)" in told[0]


def test_unplugged_radio_is_away_until_it_is_plugged_in() -> None:
    async def test(mesh: VirtualMesh) -> None:
        one = await RawClient.connect(mesh.ports[0])
        mesh.misbehave(0, "unplug_after", 2)
        for _ in range(2):
            one.send(mesh_pb2.ToRadio(heartbeat=mesh_pb2.Heartbeat()))
        with pytest.raises((EOFError, ConnectionError)):
            await one.until("nothing")
        with pytest.raises(ConnectionError):
            await RawClient.connect(mesh.ports[0])
        mesh.misbehave(0, "none")
        await RawClient.connect(mesh.ports[0])

    with_mesh(test, traits=Traits())
