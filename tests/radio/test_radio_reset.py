"""In a panic the radio is told to forget everything, within bounds; nothing is sent any more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from meshtastic.protobuf import admin_pb2, portnums_pb2

from meshdefense.radio import meshtastic_driver
from meshdefense.radio.addresses import TcpAddress
from meshdefense.radio.base import FrameFate, LinkState, RadioError
from meshdefense.radio.link import RadioLink
from meshdefense.radio.loopback import LoopbackHub
from meshdefense.radio.meshtastic_driver import MeshtasticDriver
from meshdefense_protocol.transport import Fate, OutgoingFrame
from support.fake_meshtastic import OWN_NUMBER, FakeDevice, eventually

ADMIN_APP = portnums_pb2.PortNum.ADMIN_APP


@asynccontextmanager
async def ready(link: RadioLink) -> AsyncIterator[RadioLink]:
    """A link that runs, with its radio ready."""
    task = asyncio.get_running_loop().create_task(link.run())
    async with asyncio.timeout(10):
        while link.status.state is not LinkState.READY:  # noqa: ASYNC110  # nobody reads its events
            await asyncio.sleep(0.01)
    yield link
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_the_order_goes_to_the_radio_itself_and_asks_for_a_full_reset(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(meshtastic_driver, "DISCONNECT_GRACE_S", 0.05)

    async def play() -> None:
        device = FakeDevice()
        await device.start()
        driver = MeshtasticDriver(TcpAddress("127.0.0.1", device.port))
        with pytest.raises(RadioError):
            await driver.reset()  # never opened
        await driver.open()
        await driver.reset()
        await eventually(lambda: any(p.decoded.portnum == ADMIN_APP for p in device.sent))
        (packet,) = [p for p in device.sent if p.decoded.portnum == ADMIN_APP]
        assert packet.to == OWN_NUMBER
        order = admin_pb2.AdminMessage.FromString(packet.decoded.payload)
        assert order.WhichOneof("payload_variant") == "factory_reset_device"
        await driver.close()
        with pytest.raises(RadioError):
            await driver.reset()
        await device.stop()

    asyncio.run(play())


def test_a_muted_link_sends_nothing_and_still_resets_its_radio() -> None:
    async def play() -> None:
        hub = LoopbackHub(1)
        async with ready(RadioLink(hub.opener(1))) as link:
            link.mute()
            await link.send(OutgoingFrame(1, b"x"))
            assert await link.reset(1.0)
            assert hub.resets == [1]
            lost = [event async for event in _so_far(link) if isinstance(event, FrameFate)]
            assert [(fate.token, fate.fate) for fate in lost] == [(1, Fate.LOST)]

    asyncio.run(play())


async def _so_far(link: RadioLink) -> AsyncIterator[object]:
    try:
        async with asyncio.timeout(0.2):
            async for event in link.events():
                yield event
    except TimeoutError:
        return


def test_a_radio_that_does_not_answer_is_not_waited_for() -> None:
    async def play() -> None:
        hub = LoopbackHub(1)
        async with ready(RadioLink(hub.opener(1))) as link:
            hub.silence(1)
            begun = time.monotonic()
            assert not await link.reset(0.1)
            assert time.monotonic() - begun >= 0.1  # it was tried for so long, and then given up
            assert hub.resets == []

    asyncio.run(play())


def test_without_a_radio_there_is_nothing_to_reset() -> None:
    assert not asyncio.run(RadioLink(None).reset(1.0))
