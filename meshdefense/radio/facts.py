"""What the radio library's threads hand over: plain facts, on a bounded queue.

No protobuf and no dict of the library passes this line.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from meshdefense.radio.base import FrameFate, ReceivedFrame
from meshdefense.radio.fix import Fix
from meshdefense.radio.stock import StockText

__all__ = [
    "Fact",
    "FactQueue",
    "HealthFact",
    "NoticeFact",
    "QueueFact",
    "RoutingFact",
]


@dataclass(frozen=True, slots=True)
class QueueFact:
    """The radio's QueueStatus. Source: mesh.proto, MeshService::sendQueueStatusToPhone."""

    packet_id: int
    """Which packet it answers; 0 for a heartbeat's answer or when room came back."""
    result: int
    """0 is accepted; else a Routing.Error or an ErrorCode of the firmware's router."""
    free: int
    size: int


@dataclass(frozen=True, slots=True)
class RoutingFact:
    """An acknowledgement or an error for a packet of ours."""

    packet_id: int
    sender: int
    error: str
    """Name in Routing.Error; NONE is an acknowledgement."""


@dataclass(frozen=True, slots=True)
class HealthFact:
    """Fields of RadioHealth that the radio just told."""

    fields: Mapping[str, float | int | str | Fix | None]


@dataclass(frozen=True, slots=True)
class NoticeFact:
    """A line that the radio wants people to read (ClientNotification)."""

    text: str


Fact = ReceivedFrame | FrameFate | QueueFact | RoutingFact | HealthFact | NoticeFact | StockText


class FactQueue:
    """From any thread to one asyncio reader; a full queue drops and counts, never blocks."""

    def __init__(self, loop: asyncio.AbstractEventLoop, size: int = 512) -> None:
        self._loop, self._size = loop, size
        self._lock = threading.Lock()
        self._facts: deque[Fact] = deque()
        self._wake = asyncio.Event()
        self.dropped = 0
        self.closed: str | None = None
        """Why nothing more will come; None while open."""

    def put(self, fact: Fact) -> None:
        """Add a fact, from any thread."""
        with self._lock:
            if self.closed is not None:
                return
            if len(self._facts) >= self._size:
                self.dropped += 1
                return
            self._facts.append(fact)
            first = len(self._facts) == 1
        if first:
            self._notify()

    def close(self, reason: str) -> None:
        """Say that nothing more will come; what is queued can still be read. First reason wins."""
        with self._lock:
            if self.closed is None:
                self.closed = reason
        self._notify()

    async def get(self, patience: float) -> Fact | None:
        """The next fact; None after `patience` seconds, or at once when closed and empty."""
        try:
            async with asyncio.timeout(patience):
                while True:
                    self._wake.clear()
                    with self._lock:
                        if self._facts:
                            return self._facts.popleft()
                        if self.closed is not None:
                            return None
                    await self._wake.wait()
        except TimeoutError:
            return None

    @property
    def ended(self) -> bool:
        """Closed, and everything read."""
        with self._lock:
            return self.closed is not None and not self._facts

    def _notify(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._wake.set)
        except RuntimeError:
            return  # the loop is gone, and its reader with it
