"""A radio that was on while nobody ran its node: it kept the first hundred packets, not the last.

What it lost the digests bring: that is the promise, since firmware drops what comes to a full
queue on PRIVATE_APP.
"""

from __future__ import annotations

import asyncio

import pytest
from meshtastic.protobuf import mesh_pb2, portnums_pb2

from meshdefense.virtual.phone import KEPT_PACKETS
from support.commands import until
from support.daemons import ASH, BASE, Members, Radios
from support.virtual_radio import RawClient

pytestmark = pytest.mark.slow

FRAMES = 140  # more than a radio keeps, also when some get lost on the way
SPEED = 10.0
PLACES_LEFT = 12  # of 16 in the transmit queue: the relays of the others need air, too


def busy_night(address: str) -> None:
    """Let the radio at `address` say more than another one keeps for its client."""

    async def talk() -> None:
        client = await RawClient.connect(int(address.rsplit(":", 1)[1]))
        try:
            for identifier in range(1, FRAMES + 1):
                packet = mesh_pb2.MeshPacket(to=0xFFFFFFFF, id=identifier, hop_limit=1)
                packet.decoded.portnum = portnums_pb2.PRIVATE_APP
                packet.decoded.payload = identifier.to_bytes(20, "big")
                client.send(mesh_pb2.ToRadio(packet=packet))
                await client.until("queueStatus", lambda status: status.free >= PLACES_LEFT)
        finally:
            await RawClient.close_all()

    asyncio.run(talk())


def test_what_a_full_radio_lost_while_its_node_was_off_is_repaired_by_digests(
    members: Members,
) -> None:
    with Radios(nodes=3, speed=SPEED) as radios, members.daemon(BASE, radios.addresses[0]) as base:
        busy_night(radios.addresses[2])
        missed = base.call("report", kind="fire", severity="high", note="in the night")["id"]
        until(lambda: base.rows("alerts")[missed]["delivery"]["state"] == "heard")
        with members.daemon(ASH, radios.addresses[1]) as ash:
            until(lambda: missed in ash.rows("alerts"))
            words = until(
                lambda: base.rows("alerts")[missed]["delivery"],
                lambda words: words["state"] == "held",
            )
            assert words["attempts"] == 1, "nothing is flooded twice"
            assert ash.status()["radio"]["frames_in"] >= KEPT_PACKETS, "its radio was not full"
