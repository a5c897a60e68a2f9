"""The supervised radio link: finds the radio, loses it, and finds it again.

One connection is one driver object, never used twice. The link judges a radio by what it
says: a heartbeat asks for a sign of life, and a radio silent for too long is replaced,
whatever its socket pretends. Every frame gets a fate, also when there is no radio.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from meshdefense.radio.addresses import Address, NoRadio, SerialAddress
from meshdefense.radio.base import (
    FrameFate,
    LinkState,
    RadioDriver,
    RadioError,
    RadioEvent,
    RadioHealth,
    RadioRefusedError,
    RadioStatus,
    ReceivedFrame,
)
from meshdefense.radio.meshtastic_driver import MTU, MeshtasticDriver
from meshdefense.radio.stock import NO_RADIO, StockDriver, StockPacket, StockText
from meshdefense.radio.usb import SerialFinder
from meshdefense_protocol.transport import Fate, OutgoingFrame

__all__ = ["LinkTimes", "RadioLink", "Resettable", "SupervisedDriver", "driver_opener"]


class SupervisedDriver(RadioDriver, Protocol):
    """A driver whose life can be judged from outside."""

    @property
    def last_heard(self) -> float:
        """When the last sign of life came, in `time.monotonic` seconds."""

    @property
    def health(self) -> RadioHealth:
        """The last known, also after a refused `open`."""

    async def heartbeat(self) -> None:
        """Ask for a sign of life. Raises RadioError when the link is gone."""


@runtime_checkable
class Resettable(Protocol):
    """A driver whose radio can be made to forget everything."""

    async def reset(self) -> None:
        """Tell the radio to forget keys, channels and positions. Raises RadioError."""


@dataclass(frozen=True, slots=True)
class LinkTimes:
    """All in seconds. The defaults bring a returning radio back within 10 s."""

    first_retry: float = 0.5
    """Between the beginnings of the first two tries; doubles from try to try."""
    longest_retry: float = 8.0
    """Also the pace at which a refused radio is tried again."""
    shortest_pause: float = 0.25
    """At least this much between the end of a try and the next one."""
    heartbeat: float = 15.0
    silence: float = 40.0
    """A radio that said nothing for this long is replaced: two heartbeats went unanswered."""
    settled: float = 20.0
    """A connection that held this long makes the next search start with the first pause."""


class RadioLink:
    """Keeps one radio in use. `run` until cancelled; `events` is read by one reader."""

    def __init__(
        self,
        open_driver: Callable[[], SupervisedDriver] | None,
        *,
        times: LinkTimes | None = None,
        event_limit: int = 1024,
    ) -> None:
        """`open_driver` makes a new, unopened driver; None is the daemon without a radio.

        Past `event_limit` unread events received frames are dropped and counted.
        """
        self._open_driver = open_driver
        self._times = times or LinkTimes()
        self._event_limit = event_limit
        self._events: asyncio.Queue[RadioEvent] = asyncio.Queue()
        self._driver: SupervisedDriver | None = None
        """The one in use; None also while a silent one is being closed."""
        self._muted = False
        self._health = RadioHealth()
        self.status = RadioStatus(LinkState.NONE if open_driver is None else LinkState.SEARCHING)
        self.mtu = MTU
        self.dropped = 0

    async def run(self) -> None:
        """Supervise until cancelled; the radio is closed when this ends."""
        self._events.put_nowait(self.status)
        if self._open_driver is None:
            await asyncio.Event().wait()
            return
        wait = self._times.first_retry
        while True:
            begun = time.monotonic()
            self._say_connecting()
            ready_for, refused, detail = await self._one_connection(self._open_driver())
            if ready_for >= self._times.settled:
                wait = self._times.first_retry
            elif refused:
                wait = self._times.longest_retry
            pause = max(self._times.shortest_pause, wait - (time.monotonic() - begun))
            state = LinkState.REFUSED if refused else LinkState.SEARCHING
            self._say(state, detail)
            await asyncio.sleep(pause)
            wait = min(wait * 2, self._times.longest_retry)

    async def send(self, frame: OutgoingFrame) -> None:
        """Give a frame to the radio; never raises. Without a radio its fate is LOST, at once."""
        driver = None if self._muted else self._driver
        if driver is None:
            self._put(FrameFate(frame.token, Fate.LOST, "no radio"))
            return
        try:
            await driver.send(frame)
        except RadioError as error:
            self._put(FrameFate(frame.token, Fate.LOST, str(error)))

    async def send_stock(self, packet: StockPacket) -> None:
        """Give a line for stock radios to the radio; never raises, as `send`."""
        driver = None if self._muted else self._driver
        if driver is None:
            self._put(FrameFate(packet.token, Fate.LOST, NO_RADIO))
        elif not isinstance(driver, StockDriver):
            self._put(FrameFate(packet.token, Fate.REFUSED, "this radio has no stock channel"))
        else:
            try:
                await driver.send_stock(packet)
            except RadioError as error:
                self._put(FrameFate(packet.token, Fate.LOST, str(error)))

    def mute(self) -> None:
        """Hand no frame to the radio from now on; their fate is LOST."""
        self._muted = True

    async def reset(self, within_s: float) -> bool:
        """Tell the radio to forget everything; whether it took the order in time. Never raises."""
        driver = self._driver
        if not isinstance(driver, Resettable):
            return False
        try:
            async with asyncio.timeout(within_s):
                await driver.reset()
        except (RadioError, TimeoutError):
            return False
        return True

    async def events(self) -> AsyncIterator[RadioEvent]:
        """Everything that happens, in order, without an end."""
        while True:
            yield await self._events.get()

    async def _one_connection(self, driver: SupervisedDriver) -> tuple[float, bool, str]:
        """Open, use until it ends, close. Returns seconds of use, whether refused, and why."""
        try:
            await driver.open()
        except RadioRefusedError as error:
            self._health = driver.health
            return 0.0, True, str(error)
        except RadioError as error:
            return 0.0, False, str(error)
        since = time.monotonic()
        try:
            self._driver, self.mtu, self._health = driver, driver.mtu, driver.health
            self._say(LinkState.READY, "")
            detail = await self._use(driver)
        finally:
            self._driver = None
            await driver.close()
        return time.monotonic() - since, False, detail

    async def _use(self, driver: SupervisedDriver) -> str:
        """Pass on what the radio says until it ends or falls silent; returns what happened."""
        async with asyncio.TaskGroup() as group:
            watch = group.create_task(self._watch(driver))
            async for event in driver.events():
                if isinstance(event, RadioStatus):
                    self._health = event.health
                    if self._driver is None:
                        continue  # said before it fell silent; it is not ready any more
                    self.status = event
                self._put(event)
            silent = self._driver is None
            watch.cancel()
        return "the radio fell silent" if silent else "the connection to the radio ended"

    async def _watch(self, driver: SupervisedDriver) -> None:
        """Ask for signs of life; closes the driver, which ends its events, when none come."""
        beat_at = time.monotonic() + self._times.heartbeat
        while True:
            now = time.monotonic()
            silent_at = driver.last_heard + self._times.silence
            if now >= silent_at:
                self._driver = None
                seconds = f"{self._times.silence:g}"
                self._say(LinkState.SILENT, f"no word from the radio for {seconds} s")
                await driver.close()
                return
            if now >= beat_at:
                beat_at = now + self._times.heartbeat
                with contextlib.suppress(RadioError):  # then the events end as well
                    await driver.heartbeat()
                continue
            await asyncio.sleep(min(beat_at, silent_at) - now)

    def _say_connecting(self) -> None:
        # What is wrong stays on the screen while it is tried again: no flicker every few seconds.
        if self.status.state is LinkState.SEARCHING and not self.status.detail:
            self._say(LinkState.CONNECTING, "")

    def _say(self, state: LinkState, detail: str) -> None:
        status = RadioStatus(state, detail, self._health)
        if status != self.status:
            self.status = status
            self._events.put_nowait(status)

    def _put(self, event: RadioEvent) -> None:
        received = isinstance(event, ReceivedFrame | StockText)
        if received and self._events.qsize() >= self._event_limit:
            self.dropped += 1
        else:
            self._events.put_nowait(event)


def driver_opener(
    address: Address, *, stock_channel: str = ""
) -> Callable[[], SupervisedDriver] | None:
    """What a RadioLink needs for `address`; None for no radio.

    `stock_channel` names the channel on which stock radios are; empty: it speaks to none.
    """
    if isinstance(address, NoRadio):
        return None
    if isinstance(address, SerialAddress):
        finder = SerialFinder(address)
        return lambda: MeshtasticDriver(address, locate=finder.locate, stock_channel=stock_channel)
    return lambda: MeshtasticDriver(address, stock_channel=stock_channel)
