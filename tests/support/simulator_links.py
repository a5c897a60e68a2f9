"""Nodes of the native simulator and the harness between them: who hears whom, over TCP.

Like other people's harnesses it takes each transmission from the node's client connection and
hands it to the nodes that hear it, rebuilt field by field.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

from meshtastic.protobuf import config_pb2, mesh_pb2, portnums_pb2

from meshdefense.virtual.mesh import VirtualMesh
from meshdefense.virtual.native import native_node
from support.virtual_radio import RawClient

__all__ = ["FIRST_HWID", "Links", "linked"]

FIRST_HWID = 16
RSSI_DBM, SNR_DB = -50, 10.0
SPEED = 10.0
PATIENCE_S = 20.0
LoRa = config_pb2.Config.LoRaConfig


class Links:
    """Nodes by index, what their clients received, and what was transmitted."""

    def __init__(self, nodes: list[VirtualMesh], links: Sequence[tuple[int, int]]) -> None:
        self.nodes = nodes
        self.links = links
        self.clients: list[RawClient] = []
        self.received: list[list[Any]] = [[] for _ in nodes]
        """`mesh.MeshPacket` by node, in order, without the transmissions."""
        self.transmitted: list[list[Any]] = [[] for _ in nodes]

    def number(self, node: int) -> int:
        """The node number of a node."""
        return self.nodes[node].numbers[0]

    def send(self, node: int, packet: Any) -> None:
        """Let the client of a node send a `mesh.MeshPacket`."""
        self.clients[node].send(mesh_pb2.ToRadio(packet=packet))

    async def knows(self, node: int, other: int) -> Any:
        """Return what a node has learnt of another, as soon as that is its name."""
        end = time.monotonic() + PATIENCE_S
        nodes = self.nodes[node].devices[0].nodes
        while (entry := nodes.get(self.number(other))) is None or not entry.user.long_name:
            assert time.monotonic() < end, f"node {node} never hears the name of {other}"
            await asyncio.sleep(0.01)
        return entry

    async def arrival(self, node: int, wanted: Callable[[Any], bool]) -> Any:
        """Return the first packet at the client of `node` that is `wanted`."""
        end = time.monotonic() + PATIENCE_S
        while True:
            for packet in self.received[node]:
                if wanted(packet):
                    return packet
            assert time.monotonic() < end, f"it never came: {self.received[node]}"
            await asyncio.sleep(0.01)

    async def quiet(self) -> None:
        """Return when nothing has been transmitted for ten of the nodes' seconds."""
        before, end = -1, time.monotonic() + PATIENCE_S
        while (count := sum(map(len, self.transmitted))) != before:
            assert time.monotonic() < end, "they never fall silent"
            before = count
            await asyncio.sleep(10.0 / SPEED)

    def neighbours(self, node: int) -> list[int]:
        """Who hears a node."""
        return [b if a == node else a for a, b in self.links if node in (a, b)]

    async def carry(self, node: int) -> None:
        """Carry on what a node transmits, for ever."""
        while True:
            packet = await self.clients[node].until("packet")
            if packet.decoded.portnum != portnums_pb2.SIMULATOR_APP:
                self.received[node].append(packet)
                continue
            self.transmitted[node].append(packet)
            for hearer in self.neighbours(node):
                self.send(hearer, _rebuilt(packet))


def _rebuilt(packet: Any) -> Any:
    copy = mesh_pb2.MeshPacket(
        to=packet.to,
        id=packet.id,
        want_ack=packet.want_ack,
        hop_limit=packet.hop_limit,
        hop_start=packet.hop_start,
        relay_node=packet.relay_node,
        next_hop=packet.next_hop,
        channel=packet.channel,
        rx_rssi=RSSI_DBM,
        rx_snr=SNR_DB,
    )
    setattr(copy, "from", getattr(packet, "from"))
    copy.decoded.portnum = packet.decoded.portnum
    copy.decoded.payload = packet.decoded.payload
    copy.decoded.request_id = packet.decoded.request_id
    copy.decoded.want_response = packet.decoded.want_response
    copy.decoded.bitfield = packet.decoded.bitfield
    return copy


@contextlib.asynccontextmanager
async def linked(
    count: int,
    links: Sequence[tuple[int, int]],
    *,
    folder: Path | None = None,
    prepare: Callable[[Any, int], None] = lambda _device, _index: None,
) -> AsyncIterator[Links]:
    """Run nodes that hear each other along `links`; `prepare` may change a device first."""
    async with contextlib.AsyncExitStack() as stack:
        nodes = []
        for index in range(count):
            node = native_node(
                FIRST_HWID + index,
                0,
                folder=folder,
                erase=False,
                told=lambda _: None,
                speed=SPEED,
            )
            lora = node.devices[0].settings.config.lora
            lora.region, lora.modem_preset = LoRa.RegionCode.US, LoRa.ModemPreset.SHORT_FAST
            prepare(node.devices[0], index)
            node.devices[0].apply_settings()
            nodes.append(await stack.enter_async_context(node))
        mesh = Links(nodes, links)
        for node in nodes:
            mesh.clients.append(await RawClient.connect(node.ports[0]))
        stack.push_async_callback(RawClient.close_all)
        group = await stack.enter_async_context(asyncio.TaskGroup())
        tasks = [group.create_task(mesh.carry(index)) for index in range(count)]
        try:
            yield mesh
        finally:
            for task in tasks:
                task.cancel()
