"""Of all positions that a radio tells, its own is the fix that its health carries."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]
from meshtastic.protobuf import mesh_pb2

from meshdefense.radio.base import RadioHealth, RadioStatus
from meshdefense.radio.facts import FactQueue
from meshdefense.radio.fix import Fix
from meshdefense.radio.translator import Translator
from meshdefense.radio.wall import Wall

AT = 1_795_000_000
POSITION = mesh_pb2.Position(
    latitude_i=340_510_500, longitude_i=-1_182_490_700, time=AT,
    location_source=mesh_pb2.Position.LocSource.LOC_INTERNAL,
)  # fmt: skip


@pytest.mark.parametrize(("sender", "taken"), [(7, True), (8, False)])
def test_of_the_positions_that_come_only_the_radios_own_is_its_fix(
    sender: int, taken: bool
) -> None:
    async def play() -> None:
        facts = FactQueue(asyncio.get_running_loop())
        wall = Wall(facts)
        wall.interface = SimpleNamespace(myInfo=SimpleNamespace(my_node_num=7))
        packet = mesh_pb2.MeshPacket(id=1)
        setattr(packet, "from", sender)
        packet.decoded.portnum = 3
        packet.decoded.payload = POSITION.SerializeToString()
        wall.packet({"raw": packet, "decoded": {"position": MessageToDict(POSITION)}})
        fact = await facts.get(0.01)
        assert (fact is not None) is taken
        if fact is not None:
            (status,) = Translator().translate(fact, 0)
            assert isinstance(status, RadioStatus)
            assert status.health.fix == Fix(34.05105, -118.24907, 10, AT)

    asyncio.run(play())


def test_the_repr_of_a_radios_health_hides_its_place() -> None:
    assert "34" not in repr(RadioHealth(fix=Fix(34.05105, -118.24907, 10, AT)))
