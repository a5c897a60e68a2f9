import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from meshdefense.radio.addresses import parse_address
from meshdefense.radio.base import FrameFate, LinkState, RadioEvent, RadioStatus, ReceivedFrame
from meshdefense.radio.link import LinkTimes, RadioLink, SupervisedDriver, driver_opener
from meshdefense.radio.loopback import LoopbackHub
from meshdefense_protocol.transport import Fate, OutgoingFrame
from support.fake_meshtastic import PRIVATE_APP, FakeDevice, running

FAST = LinkTimes(
    first_retry=0.02, longest_retry=0.08, shortest_pause=0.01, heartbeat=0.05, silence=0.2
)
PATIENCE = 20.0  # seconds: the promise is 10 s for a radio that came back


class Daemon:
    """A running link and everything that it told."""

    def __init__(self, link: RadioLink) -> None:
        self.link = link
        self.told: list[RadioEvent] = []
        self._news = asyncio.Condition()

    async def read(self) -> None:
        async for event in self.link.events():
            async with self._news:
                self.told.append(event)
                self._news.notify_all()

    async def until(self, wanted: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(wanted)

    async def state(self, state: LinkState) -> RadioStatus:
        """Waits until the last state told is `state`."""
        await self.until(lambda: bool(self.states) and self.states[-1] is state)
        return self.statuses[-1]

    async def fate(self, token: int, fate: Fate) -> None:
        await self.until(lambda: fate in [f.fate for f in self.fates if f.token == token])

    @property
    def statuses(self) -> list[RadioStatus]:
        return [event for event in self.told if isinstance(event, RadioStatus)]

    @property
    def states(self) -> list[LinkState]:
        """Without repetitions, as changes of health make them."""
        states: list[LinkState] = []
        for status in self.statuses:
            if not states or states[-1] is not status.state:
                states.append(status.state)
        return states

    @property
    def fates(self) -> list[FrameFate]:
        return [event for event in self.told if isinstance(event, FrameFate)]

    @property
    def frames(self) -> list[bytes]:
        return [event.payload for event in self.told if isinstance(event, ReceivedFrame)]


@asynccontextmanager
async def supervised(
    opener: Callable[[], SupervisedDriver] | None, times: LinkTimes = FAST
) -> AsyncIterator[Daemon]:
    daemon = Daemon(RadioLink(opener, times=times))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(daemon.link.run()), group.create_task(daemon.read())]
        yield daemon
        for task in tasks:
            task.cancel()


def test_without_a_radio_the_state_is_none_and_frames_are_lost() -> None:
    async def main() -> None:
        async with supervised(driver_opener(parse_address("none"))) as daemon:
            await daemon.state(LinkState.NONE)
            await daemon.link.send(OutgoingFrame(1, b"x"))
            await daemon.fate(1, Fate.LOST)

    asyncio.run(main())


def test_a_radio_is_searched_connected_and_ready() -> None:
    async def main() -> None:
        hub = LoopbackHub(1)
        async with supervised(hub.opener(1)) as one, supervised(hub.opener(2)) as two:
            status = await one.state(LinkState.READY)
            await two.state(LinkState.READY)
            assert one.states == [LinkState.SEARCHING, LinkState.CONNECTING, LinkState.READY]
            assert status.health.node_number == 1
            await one.link.send(OutgoingFrame(1, b"hello"))
            await one.fate(1, Fate.HEARD)
            await two.until(lambda: two.frames == [b"hello"])

    asyncio.run(main())


def test_a_radio_that_returns_is_used_again_and_its_open_frames_are_lost() -> None:
    async def main() -> None:
        hub = LoopbackHub(1)
        hub.faults = replace(hub.faults, delay=(30.0, 30.0))
        async with supervised(hub.opener(1)) as daemon:
            await daemon.state(LinkState.READY)
            await daemon.link.send(OutgoingFrame(1, b"x"))
            hub.unplug(1)
            searching = await daemon.state(LinkState.SEARCHING)
            assert searching.detail
            assert [fate.fate for fate in daemon.fates] == [Fate.ACCEPTED, Fate.LOST]
            await daemon.link.send(OutgoingFrame(2, b"nobody there"))
            await daemon.fate(2, Fate.LOST)
            hub.plug(1)
            await daemon.state(LinkState.READY)

    asyncio.run(main())


def test_a_refused_radio_is_tried_again_with_its_reason_kept() -> None:
    async def main() -> None:
        hub = LoopbackHub(1)
        hub.refuse(1, "the region is not set")
        async with supervised(hub.opener(1)) as daemon:
            status = await daemon.state(LinkState.REFUSED)
            assert status.detail == "the region is not set"
            await asyncio.sleep(FAST.longest_retry * 3)
            assert daemon.states[-1] is LinkState.REFUSED
            hub.plug(1)
            ready = await daemon.state(LinkState.READY)
            assert ready.detail == ""
            assert daemon.states[-2] is LinkState.REFUSED

    asyncio.run(main())


def test_a_silent_radio_is_replaced() -> None:
    async def main() -> None:
        hub = LoopbackHub(1)
        async with supervised(hub.opener(1)) as daemon:
            await daemon.state(LinkState.READY)
            hub.silence(1)
            await daemon.link.send(OutgoingFrame(1, b"into the wedge"))
            await daemon.until(lambda: LinkState.SILENT in daemon.states)
            await daemon.fate(1, Fate.LOST)
            hub.plug(1)
            await daemon.state(LinkState.READY)

    asyncio.run(main())


def test_a_quiet_radio_that_answers_heartbeats_is_kept() -> None:
    async def main() -> None:
        hub = LoopbackHub(1)
        async with supervised(hub.opener(1)) as daemon:
            await daemon.state(LinkState.READY)
            await asyncio.sleep(FAST.silence * 3)
            assert daemon.states[-1] is LinkState.READY

    asyncio.run(main())


def test_tries_back_off_to_the_longest_pause_and_no_further(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def main() -> None:
        hub = LoopbackHub(1)
        hub.unplug(1)
        pauses: list[float] = []
        sleep = asyncio.sleep

        async def note(seconds: float) -> None:
            pauses.append(seconds)
            await sleep(0)

        monkeypatch.setattr("meshdefense.radio.link.asyncio.sleep", note)
        link = RadioLink(hub.opener(1))
        running_link = asyncio.ensure_future(link.run())
        while len(pauses) < 8:
            await sleep(0)
        running_link.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running_link
        assert [round(pause, 1) for pause in pauses[:8]] == [0.5, 1, 2, 4, 8, 8, 8, 8]

    asyncio.run(main())


def test_the_default_times_bring_a_radio_back_within_ten_seconds() -> None:
    times = LinkTimes()
    assert times.longest_retry < 10
    assert times.silence > 2 * times.heartbeat


def test_frames_that_nobody_reads_are_dropped_and_counted_but_no_fate_is() -> None:
    async def main() -> None:
        hub = LoopbackHub(1)
        link = RadioLink(hub.opener(1), times=FAST, event_limit=10)
        async with supervised(hub.opener(2)) as other:
            unread = asyncio.ensure_future(link.run())
            await other.state(LinkState.READY)
            async with asyncio.timeout(PATIENCE):
                while link.status.state is not LinkState.READY:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            for token in range(30):
                await other.link.send(OutgoingFrame(token, b"x"))
            await other.fate(29, Fate.HEARD)
            await link.send(OutgoingFrame(99, b"y"))
            async with asyncio.timeout(PATIENCE):
                async for event in link.events():
                    if isinstance(event, FrameFate) and event.fate is Fate.HEARD:
                        break
            assert link.dropped > 0
            unread.cancel()
            with pytest.raises(asyncio.CancelledError):
                await unread

    asyncio.run(main())


def test_a_real_client_comes_back_to_a_device_that_restarted() -> None:
    async def main() -> None:
        device = FakeDevice(acknowledge="NONE")
        async with running(device):
            opener = driver_opener(parse_address(f"tcp:127.0.0.1:{device.port}"))
            async with supervised(opener, LinkTimes()) as daemon:
                await daemon.state(LinkState.READY)
                await device.stop()
                await daemon.state(LinkState.SEARCHING)
                await daemon.until(lambda: bool(daemon.link.status.detail))
                await device.start()
                await daemon.state(LinkState.READY)
                device.packet(PRIVATE_APP, b"welcome back")
                await daemon.until(lambda: daemon.frames == [b"welcome back"])
                await daemon.link.send(OutgoingFrame(1, b"x"))
                await daemon.fate(1, Fate.HEARD)

    asyncio.run(main())


def test_a_real_client_replaces_a_device_that_wedged() -> None:
    async def main() -> None:
        times = LinkTimes(first_retry=0.1, longest_retry=0.5, heartbeat=0.3, silence=1.0)
        device = FakeDevice()
        async with running(device):
            opener = driver_opener(parse_address(f"tcp:127.0.0.1:{device.port}"))
            async with supervised(opener, times) as daemon:
                await daemon.state(LinkState.READY)
                device.answers_heartbeats = False
                await daemon.until(lambda: LinkState.SILENT in daemon.states)
                device.answers_heartbeats = True
                await daemon.state(LinkState.READY)
                assert device.connections >= 2

    asyncio.run(main())


def test_a_real_client_shows_a_refused_radio_and_uses_it_once_it_is_set_up() -> None:
    async def main() -> None:
        times = LinkTimes(first_retry=0.1, longest_retry=0.3)
        device = FakeDevice(region=0)
        async with running(device):
            opener = driver_opener(parse_address(f"tcp:127.0.0.1:{device.port}"))
            async with supervised(opener, times) as daemon:
                status = await daemon.state(LinkState.REFUSED)
                assert "region is not set" in status.detail
                assert status.health.firmware == "2.7.26.abcdef0"
                device.region = 1
                ready = await daemon.state(LinkState.READY)
                assert ready.health.region == "US"

    asyncio.run(main())
