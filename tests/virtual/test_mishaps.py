"""A fault of the program itself costs one packet and is told; the radios go on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from meshtastic.protobuf import mesh_pb2

from meshdefense.virtual.device import Device
from meshdefense.virtual.mesh import Traits, VirtualMesh
from meshdefense.virtual.mishaps import MishapError
from meshdefense.virtual.stream import framed
from support.virtual_radio import RawClient

POISON, SEALED = 0xBAD, "what a key was made of"


class Fragile(Device):
    """A radio that some packets are too much for."""

    def from_client(self, payload: bytes, now: float, client: Any) -> bool:
        message = mesh_pb2.ToRadio.FromString(payload)
        if message.packet.id == POISON:
            raise ValueError(SEALED)
        return super().from_client(payload, now, client)

    def from_air(self, event: Any) -> None:
        if b"poison" in getattr(getattr(event, "packet", None), "payload", b""):
            raise KeyError(SEALED)
        super().from_air(event)


def with_fragile(test: Callable[[VirtualMesh], Awaitable[None]]) -> list[str]:
    """Run `test` on two such radios; return what was told."""
    told: list[str] = []

    async def main() -> None:
        traits = Traits(device=Fragile, told=told.append)
        async with VirtualMesh(2, preset="SHORT_FAST", speed=20.0, traits=traits) as mesh:
            try:
                async with asyncio.timeout(10):
                    await test(mesh)
            finally:
                await RawClient.close_all()

    with pytest.raises(MishapError):
        asyncio.run(main())
    return told


def said(identifier: int, payload: bytes = b"x") -> Any:
    packet = mesh_pb2.MeshPacket(to=0xFFFFFFFF, id=identifier, hop_limit=3)
    packet.decoded.portnum, packet.decoded.payload = 256, payload
    return mesh_pb2.ToRadio(packet=packet)


def test_frames_behind_one_that_could_not_be_handled_are_acted_on() -> None:
    async def test(mesh: VirtualMesh) -> None:
        one = await RawClient.connect(mesh.ports[0])
        frames = [framed(said(id).SerializeToString()) for id in (POISON, POISON, 7)]
        one.send_bytes(b"".join(frames))
        await one.until("queueStatus", lambda status: status.mesh_packet_id == 7)

    (told,) = with_fragile(test)
    assert "ValueError, test_mishaps.py line " in told
    assert "please report" in told
    assert SEALED not in told


def test_packet_that_one_radio_cannot_take_stops_none() -> None:
    async def test(mesh: VirtualMesh) -> None:
        one, other = [await RawClient.connect(port) for port in mesh.ports]
        one.send(said(1, b"poison"))
        await one.until("queueStatus")
        one.send(said(2))
        await other.until("packet", lambda packet: packet.id == 2)
        assert not mesh.broken.is_set()

    told = with_fragile(test)
    assert len(told) == len(set(told)) == 1
