"""Whole nodes in one process, without radios: what one sends is handed to the others.

`World` carries frames between nodes at once, or drops them when told to; every node has its
own encrypted store in a folder of its own, and can be ended and started again.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from meshdefense.clock import Clock
from meshdefense.enrolment import founding
from meshdefense.node.node import Node
from meshdefense.paths import DataFolder
from meshdefense.radio.base import FrameFate, LinkState, RadioStatus, ReceivedFrame
from meshdefense.storage.keyslots import INTERACTIVE
from meshdefense.storage.repository import Store
from meshdefense_protocol.transport import Fate, OutgoingFrame, Reception
from meshdefense_protocol.vault import Vault
from support.network import NOW, Network, seed_of

__all__ = ["PASSPHRASE", "FakeTime", "Nodes", "eventually"]

PASSPHRASE = b"for tests only"


class FakeTime:
    """A wall clock that a test moves; the monotonic one goes along unless it is a step."""

    def __init__(self, now: float = NOW) -> None:
        self.wall, self.monotonic = now, 1000.0

    def pass_(self, seconds: float) -> None:
        """Let time go by."""
        self.wall += seconds
        self.monotonic += seconds

    def set_wall(self, seconds: float) -> None:
        """Somebody sets the wall clock forward (or back) by `seconds`."""
        self.wall += seconds

    def clock(self) -> Clock:
        """A clock on this time."""
        return Clock(lambda: self.wall, lambda: self.monotonic)


class Nodes:
    """Some members' nodes, and what is between them."""

    def __init__(self, folder: Path, *, time: FakeTime | None = None) -> None:
        self.network, self._folder = Network(), folder
        self.time = time or FakeTime()
        self.sent: list[tuple[str, OutgoingFrame]] = []
        self.lost: Callable[[str, str], bool] = lambda sender, receiver: False
        """Whether a frame from one to another is lost."""
        self.fates: tuple[Fate, ...] = (Fate.ACCEPTED, Fate.ON_AIR, Fate.HEARD)
        """What a radio says of each frame."""
        self._running: dict[str, Node] = {}

    def store(self, name: str) -> Store:
        """A member's store, made when it is not there."""
        folder = DataFolder(self._folder / name)
        if folder.keyslot.exists():
            return Store.open(folder, PASSPHRASE)
        store = Store.create(folder, PASSPHRASE, profile=INTERACTIVE)
        network = self.network
        store.commit(founding(network.charter, seed_of(name), Vault(), network.number(name)))
        return store

    @contextlib.asynccontextmanager
    async def running(
        self, name: str, *, radio: bool = True, store: Store | None = None
    ) -> AsyncIterator[Node]:
        """A member's node, running inside the block."""
        held = store or self.store(name)
        send = self._send(name)
        address = "tcp:test" if radio else "none"
        node = Node(
            held, self.network.membership(name), send, address=address, clock=self.time.clock()
        )
        self._running[name] = node
        task = asyncio.get_running_loop().create_task(node.run())
        if radio:
            node.feed(RadioStatus(LinkState.READY))
        try:
            yield node
        finally:
            del self._running[name]
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            held.close()

    def _send(self, name: str) -> Callable[[OutgoingFrame], Awaitable[None]]:
        async def send(frame: OutgoingFrame) -> None:
            self.sent.append((name, frame))
            for fate in self.fates:
                self._running[name].feed(FrameFate(frame.token, fate))
            for other, node in self._running.items():
                if other != name and not self.lost(name, other):
                    node.feed(ReceivedFrame(frame.payload, Reception("loopback", hops=0)))

        return send


async def rows(node: Node, table: str) -> dict[str, dict[str, Any]]:
    """A table of a node's API, by id, without those that are gone."""
    changes = json.loads(await node.changes(0))
    return {row["id"]: row for row in changes["tables"].get(table, []) if not row.get("gone")}


async def eventually(check: Callable[[], Awaitable[bool]], *, within_s: float = 10.0) -> None:
    """Wait until `check` holds. TimeoutError when it does not."""
    async with asyncio.timeout(within_s):
        while not await check():  # noqa: ASYNC110  # what is waited for is another task's work
            await asyncio.sleep(0.01)
