"""A device that speaks just enough of the Meshtastic stream protocol to be told what to do.

It drives the real client library over TCP on 127.0.0.1, from the test's own event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from meshtastic.protobuf import config_pb2, mesh_pb2, telemetry_pb2

OWN_NUMBER = 0x11223344
OTHER_NUMBER = 0x55667788
PRIVATE_APP, ROUTING_APP, TELEMETRY_APP = 256, 5, 67


@dataclass
class FakeDevice:
    """Behaviour as plain settings, changed by a test at any time."""

    firmware: str | None = "2.7.26.abcdef0"
    region: int = config_pb2.Config.LoRaConfig.US
    answers_handshake: bool = True
    hangs_up_in_handshake: bool = False
    answers_heartbeats: bool = True
    queue_free: int = 16
    queue_result: int = 0
    answers_packets: bool = True
    acknowledge: str | None = None
    """Name in Routing.Error that follows each packet with want_ack; None for silence."""
    port: int = 0
    sent: list[Any] = field(default_factory=list)
    """MeshPackets that the client wrote."""
    disconnects: int = 0
    connections: int = 0
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Gone, as when the battery is pulled: nothing listens, connections are cut."""
        if self._server is not None:
            self._server.close()
            self.hang_up()
            await self._server.wait_closed()
            self._server = None

    def hang_up(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    @property
    def connected(self) -> int:
        """How many clients are connected now."""
        return len(self._writers)

    def say(self, message: Any) -> None:
        self.say_bytes(frame(message))

    def say_bytes(self, data: bytes) -> None:
        for writer in self._writers:
            writer.write(data)

    def packet(self, port: int, payload: bytes, sender: int = OTHER_NUMBER, **extra: Any) -> None:
        """A packet from the mesh; `extra` are fields of MeshPacket, or request_id."""
        message = mesh_pb2.FromRadio()
        setattr(message.packet, "from", sender)
        message.packet.to = 0xFFFFFFFF
        message.packet.id = 77
        message.packet.decoded.portnum = port
        message.packet.decoded.payload = payload
        message.packet.decoded.request_id = extra.pop("request_id", 0)
        for name, value in extra.items():
            setattr(message.packet, name, value)
        self.say(message)

    def routing(self, packet_id: int, error: str, sender: int = OWN_NUMBER) -> None:
        routing = mesh_pb2.Routing(error_reason=mesh_pb2.Routing.Error.Value(error))
        self.packet(ROUTING_APP, routing.SerializeToString(), sender, request_id=packet_id)

    def queue_status(self, packet_id: int = 0, result: int = 0, free: int | None = None) -> None:
        message = mesh_pb2.FromRadio()
        status = message.queueStatus
        status.SetInParent()
        status.mesh_packet_id, status.res, status.maxlen = packet_id, result, 16
        status.free = self.queue_free if free is None else free
        self.say(message)

    def metrics(self, battery: int, utilisation: float) -> None:
        telemetry = telemetry_pb2.Telemetry()
        telemetry.device_metrics.battery_level = battery
        telemetry.device_metrics.channel_utilization = utilisation
        self.packet(TELEMETRY_APP, telemetry.SerializeToString(), OWN_NUMBER)

    def notify(self, text: str) -> None:
        message = mesh_pb2.FromRadio()
        message.clientNotification.message = text
        self.say(message)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        try:
            while True:
                self._hear(await read_frame(reader))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            if writer in self._writers:
                self._writers.remove(writer)
            writer.close()

    def _hear(self, message: Any) -> None:
        match message.WhichOneof("payload_variant"):
            case "want_config_id":
                self._shake_hands(message.want_config_id)
            case "heartbeat" if self.answers_heartbeats:
                self.queue_status()
            case "disconnect":
                self.disconnects += 1
            case "packet":
                self.sent.append(message.packet)
                if self.answers_packets:
                    self.queue_status(message.packet.id, self.queue_result, self.queue_free - 1)
                if self.acknowledge is not None and message.packet.want_ack:
                    self.routing(message.packet.id, self.acknowledge)

    def _shake_hands(self, nonce: int) -> None:
        """In the firmware's order; only what a client needs."""
        if not self.answers_handshake:
            return
        first = mesh_pb2.FromRadio()
        first.my_info.my_node_num = OWN_NUMBER
        self.say(first)
        if self.hangs_up_in_handshake:
            self.hang_up()
            return
        self.say(node_info(OWN_NUMBER, "Base 1"))
        if self.firmware is not None:
            metadata = mesh_pb2.FromRadio()
            metadata.metadata.firmware_version = self.firmware
            self.say(metadata)
        lora = mesh_pb2.FromRadio()
        lora.config.lora.use_preset = True
        lora.config.lora.region = self.region  # type: ignore[assignment,unused-ignore]
        lora.config.lora.hop_limit = 3
        self.say(lora)
        self.say(node_info(OTHER_NUMBER, "Relay 2"))
        self.say(mesh_pb2.FromRadio(config_complete_id=nonce))


def node_info(number: int, name: str) -> Any:
    message = mesh_pb2.FromRadio()
    message.node_info.num = number
    message.node_info.user.id = f"!{number:08x}"
    message.node_info.user.long_name = name
    message.node_info.user.hw_model = mesh_pb2.HardwareModel.RAK4631
    return message


def frame(message: Any) -> bytes:
    body = message.SerializeToString()
    return b"\x94\xc3" + len(body).to_bytes(2, "big") + bytes(body)


async def read_frame(reader: asyncio.StreamReader) -> Any:
    while await reader.readexactly(1) != b"\x94":
        pass
    assert await reader.readexactly(1) == b"\xc3"
    length = int.from_bytes(await reader.readexactly(2), "big")
    return mesh_pb2.ToRadio.FromString(await reader.readexactly(length))


@asynccontextmanager
async def running(device: FakeDevice) -> AsyncIterator[FakeDevice]:
    await device.start()
    try:
        yield device
    finally:
        await device.stop()


async def eventually(condition: Callable[[], bool], patience: float = 10.0) -> None:
    """Waits for what happens on another thread, where no event can tell."""
    async with asyncio.timeout(patience):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
