"""The driver and the real client library, against a small device on 127.0.0.1."""

import asyncio
import random
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from meshdefense.radio import meshtastic_driver
from meshdefense.radio.addresses import BleAddress, NoRadio, SerialAddress, TcpAddress
from meshdefense.radio.base import (
    FrameFate,
    RadioError,
    RadioEvent,
    RadioHealth,
    RadioRefusedError,
    RadioStatus,
    ReceivedFrame,
)
from meshdefense.radio.meshtastic_driver import MeshtasticDriver
from meshdefense_protocol.transport import Fate, OutgoingFrame, Reception
from support.fake_meshtastic import (
    OTHER_NUMBER,
    OWN_NUMBER,
    PRIVATE_APP,
    ROUTING_APP,
    FakeDevice,
    eventually,
    frame,
    node_info,
    running,
)

PATIENCE = 10.0  # seconds; nothing here needs more than a fraction of it


@pytest.fixture(autouse=True)
def short_goodbye(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meshtastic_driver, "DISCONNECT_GRACE_S", 0.05)


def driver_for(device: FakeDevice, open_timeout: float = PATIENCE) -> MeshtasticDriver:
    address = TcpAddress("127.0.0.1", device.port)
    return MeshtasticDriver(address, queue_poll=0.1, open_timeout=open_timeout)


class Listener:
    """Reads a driver's events as they come, and waits for the one that a test expects."""

    def __init__(self, driver: MeshtasticDriver) -> None:
        self.seen: list[RadioEvent] = []
        self.ended = False
        self._driver = driver
        self._news = asyncio.Condition()

    async def run(self) -> None:
        async for event in self._driver.events():
            async with self._news:
                self.seen.append(event)
                self._news.notify_all()
        async with self._news:
            self.ended = True
            self._news.notify_all()

    async def until(self, wanted: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(wanted)

    async def received(self, count: int) -> list[ReceivedFrame]:
        await self.until(lambda: len(self.frames) >= count)
        return self.frames

    async def fates(self, token: int, *expected: Fate) -> str:
        """Waits for exactly these fates of a frame; returns the last one's detail."""
        await self.until(lambda: len(self.fates_of(token)) >= len(expected))
        fates = self.fates_of(token)
        assert [fate.fate for fate in fates] == list(expected)
        return fates[-1].detail

    def fates_of(self, token: int) -> list[FrameFate]:
        return [e for e in self.seen if isinstance(e, FrameFate) and e.token == token]

    @property
    def frames(self) -> list[ReceivedFrame]:
        return [event for event in self.seen if isinstance(event, ReceivedFrame)]

    @property
    def statuses(self) -> list[RadioStatus]:
        return [event for event in self.seen if isinstance(event, RadioStatus)]


@asynccontextmanager
async def listening(driver: MeshtasticDriver) -> AsyncIterator[Listener]:
    await driver.open()
    listener = Listener(driver)
    async with asyncio.TaskGroup() as group:
        group.create_task(listener.run())
        try:
            yield listener
        finally:
            await driver.close()


def test_handshake_tells_the_radios_health() -> None:
    async def main() -> None:
        async with running(FakeDevice()) as device:
            driver = driver_for(device)
            await driver.open()
            await driver.close()
            assert driver.health == RadioHealth(
                node_number=OWN_NUMBER,
                name="Base 1",
                firmware="2.7.26.abcdef0",
                hardware="RAK4631",
                preset="LONG_FAST",
                region="US",
                hop_limit=3,
                nodes_heard=1,
            )

    asyncio.run(main())


def test_received_payloads_come_with_how_they_were_received() -> None:
    async def main() -> None:
        async with running(FakeDevice()) as device, listening(driver_for(device)) as listener:
            device.packet(
                PRIVATE_APP, b"\x00\xff", rx_rssi=-97, rx_snr=-6.25, hop_start=3, hop_limit=1
            )
            device.packet(1, b"somebody's text, not ours")
            device.packet(PRIVATE_APP, b"unmeasured")
            first, second = await listener.received(2)
            assert first.payload == b"\x00\xff"
            assert first.reception == Reception(
                "radio", OTHER_NUMBER, -6.25, -97, hops=2, hops_left=1
            )
            assert second.payload == b"unmeasured"
            assert second.reception == Reception("radio", OTHER_NUMBER)

    asyncio.run(main())


def test_frames_are_broadcast_on_our_port_as_the_engine_wants() -> None:
    async def main() -> None:
        async with running(FakeDevice()) as device:
            driver = driver_for(device)
            async with listening(driver) as listener:
                await driver.send(OutgoingFrame(1, b"a" * 200, hop_limit=0, urgent=True))
                await driver.send(OutgoingFrame(2, b"b", want_ack=False))
                await listener.until(lambda: len(device.sent) == 2)
            urgent, routine = device.sent
            assert (urgent.to, urgent.decoded.portnum) == (0xFFFFFFFF, PRIVATE_APP)
            assert urgent.decoded.payload == b"a" * 200
            assert (urgent.hop_limit, urgent.want_ack) == (0, True)
            assert (routine.hop_limit, routine.want_ack) == (3, False)
            assert urgent.priority > routine.priority
            assert urgent.id != routine.id != 0

    asyncio.run(main())


def test_a_relayed_frame_is_accepted_on_air_and_heard() -> None:
    async def main() -> None:
        async with running(FakeDevice(acknowledge="NONE")) as device:
            driver = driver_for(device)
            async with listening(driver) as listener:
                await driver.send(OutgoingFrame(7, b"x"))
                await listener.fates(7, Fate.ACCEPTED, Fate.ON_AIR, Fate.HEARD)

    asyncio.run(main())


def test_max_retransmit_is_unheard() -> None:
    async def main() -> None:
        async with running(FakeDevice(acknowledge="MAX_RETRANSMIT")) as device:
            driver = driver_for(device)
            async with listening(driver) as listener:
                await driver.send(OutgoingFrame(7, b"x"))
                await listener.fates(7, Fate.ACCEPTED, Fate.ON_AIR, Fate.UNHEARD)

    asyncio.run(main())


def test_a_routing_error_is_a_refusal_with_its_reason() -> None:
    async def main() -> None:
        device = FakeDevice(acknowledge="NO_CHANNEL", answers_packets=False)
        async with running(device):
            driver = driver_for(device)
            async with listening(driver) as listener:
                await driver.send(OutgoingFrame(7, b"x"))
                assert await listener.fates(7, Fate.REFUSED) == "the radio has no such channel"

    asyncio.run(main())


def test_a_full_queue_is_a_refusal_with_its_reason() -> None:
    async def main() -> None:
        async with running(FakeDevice(queue_result=32)) as device:
            driver = driver_for(device)
            async with listening(driver) as listener:
                await driver.send(OutgoingFrame(7, b"x"))
                detail = await listener.fates(7, Fate.REFUSED)
                assert detail == "the radio's transmit queue is full"

    asyncio.run(main())


def test_a_known_full_queue_refuses_at_once_and_never_waits() -> None:
    async def main() -> None:
        device = FakeDevice(queue_free=0)
        async with running(device):
            driver = driver_for(device)
            async with listening(driver) as listener:
                await listener.until(lambda: driver.health.queue_free == 0)
                await driver.send(OutgoingFrame(7, b"x"))
                await listener.fates(7, Fate.REFUSED)
                device.queue_free = 16
                await listener.until(lambda: driver.health.queue_free == 16)
                await driver.send(OutgoingFrame(8, b"y"))
                await listener.fates(8, Fate.ACCEPTED, Fate.ON_AIR)
            assert [packet.decoded.payload for packet in device.sent] == [b"y"]

    asyncio.run(main())


def test_an_unacknowledged_broadcast_is_on_air_when_the_queue_is_found_empty() -> None:
    async def main() -> None:
        async with running(FakeDevice()) as device:
            driver = driver_for(device)
            async with listening(driver) as listener:
                device.queue_free = 12
                await driver.send(OutgoingFrame(7, b"x", want_ack=False))
                await listener.fates(7, Fate.ACCEPTED)
                device.queue_free = 16
                await listener.fates(7, Fate.ACCEPTED, Fate.ON_AIR)

    asyncio.run(main())


def test_only_our_own_radio_can_acknowledge() -> None:
    async def main() -> None:
        async with running(FakeDevice()) as device:
            driver = driver_for(device)
            async with listening(driver) as listener:
                await driver.send(OutgoingFrame(7, b"x"))
                await listener.until(lambda: bool(device.sent))
                device.routing(device.sent[0].id, "NONE", sender=OTHER_NUMBER)
                device.routing(device.sent[0].id + 1, "NONE")
                device.packet(PRIVATE_APP, b"after")
                await listener.received(1)
                assert Fate.HEARD not in [fate.fate for fate in listener.fates_of(7)]

    asyncio.run(main())


def test_a_frame_above_the_mtu_is_refused_and_not_written() -> None:
    async def main() -> None:
        async with running(FakeDevice()) as device:
            driver = driver_for(device)
            async with listening(driver) as listener:
                await driver.send(OutgoingFrame(7, bytes(201)))
                assert await listener.fates(7, Fate.REFUSED) == "larger than 200 bytes"
            assert device.sent == []

    asyncio.run(main())


def test_a_lost_link_loses_what_was_open_and_ends_the_events() -> None:
    async def main() -> None:
        async with running(FakeDevice()) as device:
            driver = driver_for(device)
            async with listening(driver) as listener:
                await driver.send(OutgoingFrame(7, b"x"))
                await listener.until(lambda: len(listener.fates_of(7)) >= 1)
                device.hang_up()
                await listener.until(lambda: listener.ended)
                assert listener.fates_of(7)[-1].fate is Fate.LOST
                with pytest.raises(RadioError):
                    await driver.send(OutgoingFrame(8, b"y"))
                with pytest.raises(RadioError):
                    await driver.heartbeat()
            assert device.connections == 1  # the library did not reconnect in secret

    asyncio.run(main())


def test_a_restart_told_by_the_radio_ends_the_connection() -> None:
    async def main() -> None:
        async with running(FakeDevice()) as device:
            driver = driver_for(device)
            async with listening(driver) as listener:
                await driver.send(OutgoingFrame(7, b"x"))
                await listener.until(lambda: len(listener.fates_of(7)) >= 1)
                device.say_bytes(frame(type(node_info(1, "x"))(rebooted=True)))
                await listener.until(lambda: listener.ended)
                assert listener.fates_of(7)[-1].detail == "the radio restarted"

    asyncio.run(main())


@pytest.mark.parametrize("firmware", ["2.7.14.e959000", "2.6.11", "1.3.40"])
def test_old_firmware_is_refused_with_what_to_do(firmware: str) -> None:
    async def main() -> None:
        async with running(FakeDevice(firmware=firmware)) as device:
            driver = driver_for(device)
            with pytest.raises(RadioRefusedError, match=r"update it to 2\.7\.15 or newer"):
                await driver.open()
            assert driver.health.firmware == firmware

    asyncio.run(main())


@pytest.mark.parametrize("firmware", [None, "unknown"])
def test_firmware_that_does_not_say_its_version_is_refused(firmware: str | None) -> None:
    async def main() -> None:
        async with running(FakeDevice(firmware=firmware)) as device:
            with pytest.raises(RadioRefusedError, match="update the radio's firmware"):
                await driver_for(device).open()

    asyncio.run(main())


@pytest.mark.parametrize("firmware", ["2.7.15.567b8ea", "2.8.0.develop", "3.0.0"])
def test_firmware_from_the_floor_on_is_used(firmware: str) -> None:
    async def main() -> None:
        async with running(FakeDevice(firmware=firmware)) as device:
            driver = driver_for(device)
            await driver.open()
            await driver.close()

    asyncio.run(main())


def test_an_unset_region_is_refused() -> None:
    async def main() -> None:
        async with running(FakeDevice(region=0)) as device:
            with pytest.raises(RadioRefusedError, match="region is not set"):
                await driver_for(device).open()

    asyncio.run(main())


def test_nothing_listening_is_an_error_in_words() -> None:
    async def main() -> None:
        device = FakeDevice()
        await device.start()
        await device.stop()
        with pytest.raises(RadioError, match="nothing listens there"):
            await driver_for(device).open()

    asyncio.run(main())


def test_a_missing_serial_device_is_an_error_in_words() -> None:
    async def main() -> None:
        with pytest.raises(RadioError, match="there is no such device"):
            await MeshtasticDriver(SerialAddress("/dev/no-such-radio")).open()

    asyncio.run(main())


def test_a_file_is_no_serial_device_and_that_is_said_in_words(tmp_path: Path) -> None:
    async def main() -> None:
        for path in (tmp_path, tmp_path / "file"):
            with pytest.raises(RadioError, match="that is no serial device"):
                await MeshtasticDriver(SerialAddress(str(path))).open()

    (tmp_path / "file").touch()
    asyncio.run(main())


def test_no_radio_cannot_be_opened() -> None:
    async def main() -> None:
        with pytest.raises(RadioError, match="none names no radio"):
            await MeshtasticDriver(NoRadio()).open()

    asyncio.run(main())


def test_bluetooth_without_a_bluetooth_system_is_an_error_and_leaves_quietly() -> None:
    async def main() -> None:
        driver = MeshtasticDriver(BleAddress("00:00:00:00:00:00"), open_timeout=3)
        with pytest.raises(RadioError, match="ble:00:00:00:00:00:00"):
            await driver.open()

    asyncio.run(main())


def test_a_radio_that_never_finishes_its_handshake_is_given_up_in_time() -> None:
    async def main() -> None:
        async with running(FakeDevice(answers_handshake=False)) as device:
            with pytest.raises(RadioError, match="no whole handshake"):
                await driver_for(device, open_timeout=0.5).open()
            await eventually(lambda: device.connected == 0)

    asyncio.run(main())


def test_a_hang_up_in_the_handshake_is_an_error_of_its_own() -> None:
    async def main() -> None:
        async with running(FakeDevice(hangs_up_in_handshake=True)) as device:
            with pytest.raises(RadioError, match="during the handshake"):
                await driver_for(device).open()

    asyncio.run(main())


def test_garbage_and_half_protobufs_are_passed_over_in_silence(
    capfd: pytest.CaptureFixture[str],
) -> None:
    async def main() -> None:
        async with running(FakeDevice()) as device, listening(driver_for(device)) as listener:
            noise = random.Random(7)
            whole = frame(node_info(5, "node 5"))
            device.packet(PRIVATE_APP, b"before")
            device.say_bytes(b"boot log without an end " * 50)
            device.say_bytes(noise.randbytes(3000).replace(b"\x94", b"\x95"))
            device.say_bytes(b"\x94\xc3\xff\xff")  # a length that no frame has
            device.say_bytes(b"\x94\xc3\x00\x08" + b"\xff" * 8)  # no protobuf
            device.say_bytes(b"\x94\xc3\x00\x0a" + whole[4:14])  # half of one
            device.packet(ROUTING_APP, b"\xff\xff\xff", OWN_NUMBER, request_id=5)
            device.packet(PRIVATE_APP, b"from nobody", sender=0)
            device.packet(PRIVATE_APP, b"after")
            frames = await listener.received(2)
            assert [each.payload for each in frames] == [b"before", b"after"]

    asyncio.run(main())
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")  # the library likes to print tracebacks


def test_a_flood_that_nobody_reads_is_dropped_and_counted() -> None:
    async def main() -> None:
        async with running(FakeDevice()) as device:
            driver = driver_for(device)
            await driver.open()
            try:
                for number in range(600):
                    device.packet(PRIVATE_APP, number.to_bytes(2, "big"))
                await eventually(lambda: driver.dropped >= 600 - 512)
            finally:
                await driver.close()
            unread = [event async for event in driver.events() if isinstance(event, ReceivedFrame)]
            assert len(unread) in (511, 512)  # a place may hold the first QueueStatus
            assert unread[0].payload == b"\x00\x00"

    asyncio.run(main())


def test_health_follows_what_the_radio_tells() -> None:
    async def main() -> None:
        async with running(FakeDevice()) as device:
            driver = driver_for(device)
            async with listening(driver) as listener:
                device.metrics(battery=83, utilisation=12.345)
                device.say(node_info(0x99, "newcomer"))
                device.notify("Duty cycle limit exceeded.\x1b[31m")
                device.queue_free = 9
                await driver.heartbeat()
                await listener.until(lambda: driver.health.nodes_heard == 2)
                await listener.until(lambda: driver.health.queue_free == 9)
                await listener.until(lambda: any(status.detail for status in listener.statuses))
                assert driver.health.battery == 83
                assert driver.health.channel_utilisation == pytest.approx(12.35, abs=0.01)
                details = [status.detail for status in listener.statuses if status.detail]
                assert details == ["the radio says: Duty cycle limit exceeded.[31m"]

    asyncio.run(main())


def test_two_drivers_in_one_process_do_not_mix() -> None:
    async def main() -> None:
        async with running(FakeDevice()) as one, running(FakeDevice()) as two:
            first, second = driver_for(one), driver_for(two)
            async with listening(first) as ear1, listening(second) as ear2:
                one.packet(PRIVATE_APP, b"one")
                two.packet(PRIVATE_APP, b"two")
                await ear1.received(1)
                await ear2.received(1)
                one.hang_up()
                await ear1.until(lambda: ear1.ended)
                two.packet(PRIVATE_APP, b"still there")
                await ear2.received(2)
                assert [each.payload for each in ear1.frames] == [b"one"]
                assert [each.payload for each in ear2.frames] == [b"two", b"still there"]

    asyncio.run(main())


def test_closing_says_goodbye_and_is_safe_twice() -> None:
    async def main() -> None:
        async with running(FakeDevice()) as device:
            driver = driver_for(device)
            await driver.close()  # never opened
            await driver.open()
            await driver.close()
            await driver.close()
            assert device.disconnects == 1
            assert [event async for event in driver.events() if isinstance(event, FrameFate)] == []

    asyncio.run(main())


def test_a_radio_that_stops_reading_cannot_wedge_send_or_close(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(meshtastic_driver, "WRITE_TIMEOUT_S", 0.2)

    async def main() -> None:
        async with running(FakeDevice()) as device:
            driver = driver_for(device)
            async with listening(driver) as listener:
                release = threading.Event()
                wall = driver._wall
                assert wall is not None
                monkeypatch.setattr(  # what a full socket buffer does to the library
                    wall.interface, "_writeBytes", lambda data: release.wait() and None
                )
                with pytest.raises(RadioError, match="takes no more bytes"):
                    await driver.send(OutgoingFrame(7, b"x"))
                await listener.until(lambda: listener.ended)
                async with asyncio.timeout(PATIENCE):
                    await driver.close()
                assert not release.is_set()
                release.set()

    asyncio.run(main())


def test_cancelling_an_open_leaves_nothing() -> None:
    async def main() -> None:
        async with running(FakeDevice(answers_handshake=False)) as device:
            opening = asyncio.ensure_future(driver_for(device).open())
            await eventually(lambda: device.connected == 1)
            opening.cancel()
            with pytest.raises(asyncio.CancelledError):
                await opening
            await eventually(lambda: device.connected == 0)

    asyncio.run(main())


def test_importing_the_driver_does_not_import_the_library() -> None:
    check = (
        "import sys, meshdefense.radio.link; "
        "sys.exit(any(name.split('.')[0] in ('meshtastic', 'pubsub') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
