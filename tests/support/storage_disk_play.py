"""A whole node on a disk that may fail: base's, with its person, its radio, and vic's ear."""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from meshdefense.enrolment import founding
from meshdefense.node.node import Node, UnavailableError
from meshdefense.radio.base import FrameFate, LinkState, RadioStatus, ReceivedFrame
from meshdefense.storage.database import Database
from meshdefense.storage.errors import StoreUnavailableError
from meshdefense.storage.repository import Store
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.frames import FrameType, open_frame, split_items
from meshdefense_protocol.items import Item, decode_item
from meshdefense_protocol.packets import Report
from meshdefense_protocol.transport import Fate, OutgoingFrame, Reception
from support.network import seed_of
from support.nodes import FakeTime
from support.storage_faults import FailingDisk
from support.storage_store_life import KEY
from support.three_organizers import ThreeOrganizers

__all__ = ["HERE", "WHY", "Play", "Step", "submitting"]

WHY = {
    errno.ENOSPC: ("The disk is full", "No space left on device"),
    errno.EIO: ("The disk reports an error", "Input/output error"),
    errno.EROFS: ("The disk or file is read-only", "Read-only file system"),
}
"""What people read of each error, from SQLite or from the system."""
HERE = {"lat": 34.051, "lon": -118.249}


class Play:
    """base's node on a disk that may fail, with an ear of vic's on what it sends."""

    def __init__(self, folder: Path, disk: FailingDisk) -> None:
        self.network, self.time, self.disk = ThreeOrganizers(), FakeTime(), disk
        self.store = Store(Database.create(folder / "store.db", KEY))
        me = self.network.membership("base")
        assert me.vault is not None
        self.store.commit(founding(self.network.charter, seed_of("base"), me.vault, me.number))
        self.node: Node
        self.frames: list[bytes] = []
        self.on_air: dict[str, bytes] = {}
        """Own items by id."""
        self.accepted: dict[str, bytes] = {}
        self.refused: list[tuple[Step, str]] = []
        self.alert = self.network.item("pia", Report(None, 7))
        self.quiet = self.network.item("lea", Report(None, 5))
        """Nobody at base says anything about it."""
        self.other = self.network.item("lea", Report(None, 3))
        """It is heard while the disk is broken."""

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        membership = self.network.membership("base")
        clock = self.time.clock()
        self.node = Node(self.store, membership, self._send, address="tcp:test", clock=clock)
        with self.disk.under(self.store):
            task = asyncio.get_running_loop().create_task(self.node.run())
            self.node.feed(RadioStatus(LinkState.READY))
            try:
                yield
            finally:
                task.cancel()
                ended = await asyncio.gather(task, return_exceptions=True)
                self.store.close()
        assert isinstance(ended[0], asyncio.CancelledError), "the node ended by itself"

    async def _send(self, frame: OutgoingFrame) -> None:
        self.frames.append(frame.payload)
        for item in self.items_in(frame.payload):
            if item.id.author == self.node.membership.number:
                self.on_air[str(item.id)] = item.raw
        for fate in (Fate.ACCEPTED, Fate.ON_AIR, Fate.HEARD):
            self.node.feed(FrameFate(frame.token, fate))

    def items_in(self, payload: bytes) -> Iterator[Item]:
        opened = open_frame(self.node.membership.keys, payload)
        assert not isinstance(opened, Rejection)
        _, kind, content = opened
        raws = split_items(kind, content) if kind in (FrameType.ITEM, FrameType.ITEMS) else []
        assert not isinstance(raws, Rejection)
        for raw in raws:
            item = decode_item(raw, grid_unit_m=1)
            assert not isinstance(item, Rejection)
            yield item

    async def turn(self) -> None:
        """The node has looked at everything that waited; whether it was stored or not."""
        with contextlib.suppress(UnavailableError):
            await self.node.ask(lambda engine, now: None)

    async def hear(self, *items: Item) -> None:
        for item in items:
            self.node.feed(ReceivedFrame(self.network.sealed(item), Reception("loopback")))
        await self.turn()

    async def say(self, step: Step) -> None:
        """A step of a person; what was refused is tried again later."""
        try:
            for item in await step(self):
                self.accepted[str(item.id)] = item.raw
        except (UnavailableError, StoreUnavailableError) as error:
            if not self.disk.refused:
                raise
            self.refused.append((step, str(error)))

    def status(self) -> str:
        return str(self.node.status(0)["store"])


Step = Callable[[Play], Awaitable[list[Item]]]


def submitting(method: str, **params: Any) -> Step:
    async def step(play: Play) -> list[Item]:
        return [(await play.node.submit(method, params)).item]

    return step
