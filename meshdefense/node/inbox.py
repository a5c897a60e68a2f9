"""What waits for the node's loop: news from the radio, requests, calls, in the order they came."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from typing import Final

from meshdefense.node.asked import Call, Request, UnavailableError
from meshdefense.radio.base import RadioEvent, ReceivedFrame
from meshdefense.radio.stock import StockText

__all__ = ["BATCH", "PENDING_MAX", "Inbox"]

BATCH: Final = 128
"""Inputs for one transaction: verifying so many takes about 15 ms."""
PENDING_MAX: Final = 4096
"""Frames that wait to be read or to be stored; further ones are dropped."""

Input = RadioEvent | Request | Call


class Inbox:
    """One queue for everything that happens, and the bell that wakes who works it off."""

    def __init__(self) -> None:
        self._inputs: deque[Input] = deque()
        self._wake = asyncio.Event()

    def __len__(self) -> int:
        return len(self._inputs)

    def put(self, given: Input) -> None:
        """Take something in, and wake the loop."""
        self._inputs.append(given)
        self._wake.set()

    def feed(self, event: RadioEvent, stored: int) -> None:
        """Take news from the radio; `stored` is what waits for the disk already."""
        if max(stored, len(self._inputs)) >= PENDING_MAX and isinstance(
            event, ReceivedFrame | StockText
        ):
            return  # a flood, or a disk that takes nothing: senders repeat what matters
        self.put(event)

    def batch(self) -> Iterator[Input]:
        """The next inputs, at most BATCH of them, each taken out when it is asked for."""
        for _ in range(min(BATCH, len(self._inputs))):
            yield self._inputs.popleft()

    async def wait(self, seconds: float, *, busy: bool) -> None:
        """Until something comes in, or for so long; not at all when there is work."""
        if not (self._inputs or busy):
            try:
                async with asyncio.timeout(seconds):
                    await self._wake.wait()
            except TimeoutError:
                return
        self._wake.clear()

    def fail(self, why: str) -> None:
        """Answer everybody who still waits that nothing was accepted."""
        for given in self._inputs:
            if isinstance(given, Request | Call) and not given.answer.done():
                given.answer.set_exception(UnavailableError(why))
