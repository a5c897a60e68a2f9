"""The real SerialInterface over a pseudo terminal, joined to the small device."""

import asyncio
import os
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from meshdefense.radio.addresses import SerialAddress
from meshdefense.radio.base import FrameFate, RadioEvent, ReceivedFrame
from meshdefense.radio.meshtastic_driver import MeshtasticDriver
from meshdefense_protocol.transport import Fate, OutgoingFrame
from support.fake_meshtastic import PRIVATE_APP, FakeDevice, running


@asynccontextmanager
async def serial_port(device: FakeDevice) -> AsyncIterator[str]:
    """A device file whose other end is the device; gone when this ends."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    reader, writer = await asyncio.open_connection("127.0.0.1", device.port)
    loop = asyncio.get_running_loop()

    async def to_port() -> None:
        while data := await reader.read(4096):
            os.write(ours, data)

    loop.add_reader(ours, lambda: writer.write(os.read(ours, 4096)))
    pump = loop.create_task(to_port())
    try:
        yield os.ttyname(theirs)
    finally:
        loop.remove_reader(ours)
        pump.cancel()
        writer.close()
        os.close(theirs)
        os.close(ours)


def test_frames_go_both_ways_over_a_serial_port_found_under_a_new_name(tmp_path: Path) -> None:
    async def main() -> None:
        device = FakeDevice(acknowledge="NONE")
        async with running(device), serial_port(device) as path:
            gone = SerialAddress(str(tmp_path / "ttyACM0"))
            driver = MeshtasticDriver(gone, locate=lambda: SerialAddress(path))
            await driver.open()
            seen: list[RadioEvent] = []

            async def listen() -> None:
                async for event in driver.events():
                    seen.append(event)
                    fates = [e.fate for e in seen if isinstance(e, FrameFate)]
                    if Fate.HEARD in fates and any(isinstance(e, ReceivedFrame) for e in seen):
                        return

            try:
                async with asyncio.timeout(20):
                    device.packet(PRIVATE_APP, b"in")
                    await driver.send(OutgoingFrame(1, b"out"))
                    await listen()
            finally:
                await driver.close()
            assert device.sent[0].decoded.payload == b"out"
            assert [e.payload for e in seen if isinstance(e, ReceivedFrame)] == [b"in"]

    asyncio.run(main())


def test_a_plain_file_is_no_serial_port(tmp_path: Path) -> None:
    from meshdefense.radio.base import RadioError

    async def main() -> None:
        (tmp_path / "file").write_text("not a radio")
        with pytest.raises(RadioError, match=r"file: "):
            await MeshtasticDriver(SerialAddress(str(tmp_path / "file"))).open()

    asyncio.run(main())
