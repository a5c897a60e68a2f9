"""Radios in one process, for tests of several daemons: no air, but its faults.

A hub joins drivers. Each frame sent by one is heard by all others that are open, unless the
faults say otherwise. Fates come as from a real radio: ACCEPTED, ON_AIR, then for frames with
want_ack HEARD or UNHEARD. The same seed and the same order of calls give the same faults.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from meshdefense.radio.base import (
    FrameFate,
    LinkState,
    RadioError,
    RadioEvent,
    RadioHealth,
    RadioRefusedError,
    RadioStatus,
    ReceivedFrame,
)
from meshdefense_protocol.transport import Fate, OutgoingFrame, Reception

__all__ = ["Faults", "LoopbackDriver", "LoopbackHub"]

MTU = 200


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares are from 0 to 1, for each receiver on its own; times in seconds."""

    loss: float = 0.0
    duplicate: float = 0.0
    corrupt: float = 0.0
    """One bit of the payload is turned over."""
    reorder: float = 0.0
    """Held back for `reorder_by`, so that later frames pass it."""
    reorder_by: float = 0.05
    delay: tuple[float, float] = (0.0, 0.0)
    """Shortest and longest time on the way, the same for all receivers of a frame."""
    refuse: float = 0.0
    """The sender's own queue says no: REFUSED, nothing sent."""
    cut: float = 0.0
    """The sender's link breaks instead of taking the frame."""


class LoopbackHub:
    """The air between loopback drivers. Its `repr` names the seed, for failing tests."""

    def __init__(self, seed: int, faults: Faults | None = None) -> None:
        self.seed = seed
        self.faults = faults or Faults()
        self._random = random.Random(seed)
        self._open: dict[int, LoopbackDriver] = {}
        self._unplugged: set[int] = set()
        self._silent: set[int] = set()
        self._refusals: dict[int, str] = {}
        self._groups: list[frozenset[int]] | None = None
        self.resets: list[int] = []
        """Radios that were told to forget everything, in order."""

    def __repr__(self) -> str:
        return f"LoopbackHub(seed={self.seed}, faults={self.faults})"

    def opener(self, node: int) -> Callable[[], LoopbackDriver]:
        """What a RadioLink needs: makes a new driver of radio `node` for each connection."""
        return lambda: LoopbackDriver(self, node)

    def cut(self, node: int) -> None:
        """Break the link to this radio once; it can be opened again at once."""
        driver = self._open.get(node)
        if driver is not None:
            driver._end("the loopback link was cut")

    def unplug(self, node: int) -> None:
        """Take the radio away until `plug`."""
        self._unplugged.add(node)
        self.cut(node)

    def plug(self, node: int) -> None:
        """Bring it back, without whatever was wrong with it."""
        self._unplugged.discard(node)
        self._silent.discard(node)
        self._refusals.pop(node, None)

    def silence(self, node: int) -> None:
        """Wedge the radio until `plug`: it takes everything and says nothing."""
        self._silent.add(node)

    def refuse(self, node: int, reason: str) -> None:
        """From the next opening on the radio is refused for `reason`, until `plug`."""
        self._refusals[node] = reason

    def split(self, *groups: set[int]) -> None:
        """Radios hear only those of their own group; without groups everybody hears everybody."""
        self._groups = [frozenset(group) for group in groups] or None

    def _admit(self, driver: LoopbackDriver) -> None:
        if driver.node in self._unplugged:
            raise RadioError("no loopback radio there")
        if driver.node in self._refusals:
            raise RadioRefusedError(self._refusals[driver.node])
        if driver.node in self._open:
            raise RadioError("another program uses the loopback radio")
        self._open[driver.node] = driver

    def _leave(self, driver: LoopbackDriver) -> None:
        if self._open.get(driver.node) is driver:
            del self._open[driver.node]

    def _is_silent(self, node: int) -> bool:
        return node in self._silent

    def _joined(self, one: int, other: int) -> bool:
        return self._groups is None or any(one in g and other in g for g in self._groups)

    def _happens(self, share: float) -> bool:
        return self._random.random() < share

    def _transmit(self, sender: LoopbackDriver, frame: OutgoingFrame) -> None:
        """Decide everything about one frame now, deliver it when its time comes."""
        if self._is_silent(sender.node):
            return
        if self._happens(self.faults.cut):
            self.cut(sender.node)
            return
        if len(frame.payload) > MTU or self._happens(self.faults.refuse):
            reason = "the frame is too large" if len(frame.payload) > MTU else "refused by fault"
            sender._put(FrameFate(frame.token, Fate.REFUSED, reason))
            return
        sender._put(FrameFate(frame.token, Fate.ACCEPTED))
        delay = self._random.uniform(*self.faults.delay)
        heard = False
        for node in sorted(self._open):
            if node == sender.node or not self._joined(sender.node, node):
                continue
            if self._happens(self.faults.loss):
                continue
            heard = True
            for _ in range(2 if self._happens(self.faults.duplicate) else 1):
                held = self.faults.reorder_by if self._happens(self.faults.reorder) else 0.0
                self._later(delay + held, node, self._reception(sender.node, frame.payload))
        loop = asyncio.get_running_loop()
        loop.call_later(delay, sender._transmitted, frame, heard)

    def _reception(self, sender: int, payload: bytes) -> ReceivedFrame:
        if payload and self._happens(self.faults.corrupt):
            place = self._random.randrange(len(payload) * 8)
            flipped = bytearray(payload)
            flipped[place // 8] ^= 1 << place % 8
            payload = bytes(flipped)
        return ReceivedFrame(payload, Reception("loopback", sender, 6.0, -80, 0))

    def _later(self, delay: float, node: int, event: ReceivedFrame) -> None:
        asyncio.get_running_loop().call_later(delay, self._deliver, node, event)

    def _deliver(self, node: int, event: ReceivedFrame) -> None:
        driver = self._open.get(node)
        if driver is not None and not self._is_silent(node):
            driver._put(event)


class LoopbackDriver:
    """One connection to one radio of the hub. Made by `LoopbackHub.opener`."""

    mtu = MTU

    def __init__(self, hub: LoopbackHub, node: int) -> None:
        self.node = node
        self.health = RadioHealth(node_number=node, name=f"loopback {node}")
        self.last_heard = time.monotonic()
        self._hub = hub
        self._events: asyncio.Queue[RadioEvent | None] = asyncio.Queue()
        self._outstanding: dict[int, OutgoingFrame] = {}
        self._is_open = False

    async def open(self) -> None:
        """Join the hub. Raises what the hub was told to raise."""
        self._hub._admit(self)
        self._is_open = True
        self.last_heard = time.monotonic()
        self._put(RadioStatus(LinkState.READY, "", self.health))

    async def send(self, frame: OutgoingFrame) -> None:
        """Give a frame to the hub. Raises RadioError when the link is gone."""
        if not self._is_open:
            raise RadioError("the loopback link is closed")
        self._outstanding[frame.token] = frame
        self._hub._transmit(self, frame)

    async def heartbeat(self) -> None:
        """Answered at once, unless the hub was told to be silent."""
        if not self._is_open:
            raise RadioError("the loopback link is closed")
        if not self._hub._is_silent(self.node):
            self.last_heard = time.monotonic()

    async def reset(self) -> None:
        """Noted by the hub; a radio that was told to be silent does not answer."""
        if not self._is_open:
            raise RadioError("the loopback link is closed")
        if self._hub._is_silent(self.node):
            await asyncio.Event().wait()
        self._hub.resets.append(self.node)

    async def events(self) -> AsyncIterator[RadioEvent]:
        """Everything from the hub; ends when the link is cut or closed."""
        while (event := await self._events.get()) is not None:
            yield event

    async def close(self) -> None:
        """Leave the hub; frames whose fate is open are LOST."""
        self._end("the link was closed")

    def _put(self, event: RadioEvent) -> None:
        if not self._is_open:
            return
        if isinstance(event, FrameFate) and event.fate is Fate.REFUSED:
            self._outstanding.pop(event.token, None)
        self.last_heard = time.monotonic()
        self._events.put_nowait(event)

    def _transmitted(self, frame: OutgoingFrame, heard: bool) -> None:
        if not self._is_open or self._hub._is_silent(self.node):
            return
        self._outstanding.pop(frame.token, None)
        self._put(FrameFate(frame.token, Fate.ON_AIR))
        if frame.want_ack:
            self._put(FrameFate(frame.token, Fate.HEARD if heard else Fate.UNHEARD))

    def _end(self, reason: str) -> None:
        if not self._is_open:
            return
        for token in self._outstanding:
            self._put(FrameFate(token, Fate.LOST, reason))
        self._outstanding.clear()
        self._is_open = False
        self._hub._leave(self)
        self._events.put_nowait(None)
