"""The demo's nodes under a clock that a test moves: their radios' air, stores and sockets.

Real nodes on the virtual radios' own air, in virtual time: a step goes to the next moment at
which the air, an engine or the story has something to do, and ends when all nodes are done.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from meshdefense.air.packets import Event, Failed, Heard, Packet, Priority, QueueFreed, Received
from meshdefense.air.scenario import parse_scenario
from meshdefense.api.server import ApiServer
from meshdefense.clock import Clock
from meshdefense.demo.cast import metres
from meshdefense.demo.plot import Cue, Plot
from meshdefense.demo.prelude import Prepared, prepare
from meshdefense.demo.story import AFTER_S
from meshdefense.enrolment import founding
from meshdefense.locking import Guard
from meshdefense.node.node import Node
from meshdefense.node.writer import Writer
from meshdefense.paths import DataFolder
from meshdefense.radio.base import FrameFate, LinkState, RadioHealth, RadioStatus, ReceivedFrame
from meshdefense.storage.keyslots import INTERACTIVE
from meshdefense.storage.repository import Store
from meshdefense_protocol.transport import Fate, OutgoingFrame, Reception

__all__ = ["BEGINS", "GuidedNight"]

BEGINS = 1_795_057_200.0
"""2026-11-19 03:00:00 UTC."""
DATA_BYTES = 8
"""What the firmware's encoding adds to a payload."""
STEP_S = 2.0
"""The longest step: a screen takes a daemon that is silent for longer than 5 s as gone."""


class GuidedNight:
    """One night of a plot. Times are seconds since the epoch."""

    def __init__(self, folder: Path, plot: Plot, passphrase: bytes, seed: int = 1) -> None:
        self.plot, self.folder = plot, folder
        self.wall, self.monotonic = BEGINS, 1000.0
        self._rng = random.Random(seed)
        self._passphrase = passphrase
        scenario = parse_scenario(json.dumps(plot.scenario(plot.preset)))
        self._preset = plot.preset
        self._world = scenario.world(seed, range(len(plot.cast)))
        self._packets: dict[int, tuple[int, int]] = {}
        """Sender and token of each packet that went to the air."""
        self._cues: list[Cue] = list(plot.cues)
        self._turn = 0
        self._nodes: dict[str, Node] = {}
        self._stopped: dict[str, Callable[[], Awaitable[None]]] = {}
        self.stepped: Callable[[], Awaitable[None]] | None = None
        """Called after each step."""

    def data(self, name: str) -> Path:
        """A member's data folder."""
        return self.folder / name

    def revision(self, name: str) -> int:
        """Of a node's last commit; -1 when it has ended."""
        return self._nodes[name].revision if name in self._nodes else -1

    def now(self) -> float:
        """The time of the night."""
        return self.wall

    # -- life --------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """All nodes, each with its socket, until the block ends or somebody stops them."""
        beginning = prepare(BEGINS, self.plot, entropy=self._rng.randbytes)
        async with contextlib.AsyncExitStack() as stack:
            for number, prepared in enumerate(beginning.nodes):
                store = self._store(prepared, founding(
                    beginning.charter, prepared.seed, prepared.membership.vault, number + 1
                ))  # fmt: skip
                await self._start(stack, number, prepared, store)
            await self.pass_(0.1)
            yield

    def _store(self, prepared: Prepared, founded: Any) -> Store:
        folder = DataFolder(self.data(prepared.player.handle))
        store = Store.create(folder, self._passphrase, profile=INTERACTIVE)
        store.commit(founded)
        writer = Writer(store, prepared.membership)
        for then, events in prepared.events:
            writer.commit(events, [], {}, then)
        return store

    async def _start(
        self, stack: contextlib.AsyncExitStack, number: int, prepared: Prepared, store: Store
    ) -> None:
        name = prepared.player.handle
        clock = Clock(lambda: self.wall, lambda: self.monotonic)
        node = Node(store, prepared.membership, self._send(number), address="tcp:virtual",
                    clock=clock)  # fmt: skip
        folder = DataFolder(self.data(name))
        guard = Guard(folder, store.opened_by, idle_s=None, monotonic=lambda: self.monotonic)
        over = asyncio.Event()
        server = ApiServer(node, folder.socket, over.set, guard)
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(node.run()), loop.create_task(server.run())]

        async def end() -> None:
            if self._nodes.pop(name, None) is not None:
                for task in reversed(tasks):
                    task.cancel()
                    await asyncio.gather(task, return_exceptions=True)
                store.close()

        async def until_stopped() -> None:
            await over.wait()
            await end()

        stopping = loop.create_task(until_stopped())
        self._nodes[name] = node
        stack.push_async_callback(end)
        stack.callback(stopping.cancel)
        while not folder.socket.exists():  # noqa: ASYNC110  # nobody wakes us
            await asyncio.sleep(0.005)
        node.feed(RadioStatus(LinkState.READY, health=self._health(number)))

    def _health(self, number: int) -> RadioHealth:
        return RadioHealth(
            node_number=0x4D440001 + number, name=self.plot.cast[number].handle,
            firmware="2.7.15", hardware="PORTDUINO", preset=self._preset, region="US",
            hop_limit=3, channel_utilisation=4.0, air_time=0.4, battery=101,
            queue_free=16, queue_size=16, nodes_heard=len(self.plot.cast) - 1,
        )  # fmt: skip

    # -- the air -----------------------------------------------------------------------------

    def _send(self, number: int) -> Callable[[OutgoingFrame], Awaitable[None]]:
        async def send(frame: OutgoingFrame) -> None:
            identifier = len(self._packets) + 1
            self._packets[identifier] = (number, frame.token)
            routine = Priority.RELIABLE if frame.want_ack else Priority.DEFAULT
            hops = 3 if frame.hop_limit is None else frame.hop_limit
            packet = Packet(
                number, identifier, frame.payload + bytes(DATA_BYTES), hop_limit=hops,
                want_ack=frame.want_ack, priority=Priority.ALERT if frame.urgent else routine,
            )  # fmt: skip
            refused = self._world.send(number, packet, self.wall - BEGINS) is not None
            self._feed(number, FrameFate(frame.token, Fate.REFUSED if refused else Fate.ACCEPTED))

        return send

    def _feed(self, number: int, event: Any) -> None:
        if (node := self._nodes.get(self.plot.cast[number].handle)) is not None:
            node.feed(event)

    def _hear(self, events: list[Event]) -> None:
        for event in events:
            if not isinstance(event, (Received, QueueFreed, Heard, Failed)):
                continue
            speaker, token = self._packets[event.packet.identifier]
            if isinstance(event, Received):
                packet = event.packet
                way = Reception("radio", snr=event.snr, hops=packet.hop_start - packet.hop_limit,
                                hops_left=packet.hop_limit)  # fmt: skip
                payload = packet.payload[:-DATA_BYTES]
                self._feed(event.node, ReceivedFrame(payload, way))
            elif event.node == speaker:
                fate = Fate.ON_AIR if isinstance(event, QueueFreed) else Fate.HEARD
                fate = Fate.UNHEARD if isinstance(event, Failed) else fate
                self._feed(speaker, FrameFate(token, fate))

    # -- time --------------------------------------------------------------------------------

    async def pass_(self, seconds: float) -> None:
        """Let time go by."""
        end = self.wall + seconds
        while self.wall < end:
            air = self._world.timer_at()
            due = [end, self.wall + STEP_S, *await self.settle()]
            due += [] if air is None else [BEGINS + air]
            due += [BEGINS + cue.at for cue in self._cues[:1]]
            self._go(max(min(due), self.wall + 0.01))
            for index, one in enumerate(self.plot.cast):
                if one.way:
                    self._world.move(index, *metres(one, self.wall - BEGINS))
            self._hear(self._world.advance(self.wall - BEGINS))
            await self._perform()
            await self.settle()
            if self.stepped is not None:
                await self.stepped()

    def _go(self, at: float) -> None:
        self.monotonic += at - self.wall
        self.wall = at

    async def settle(self) -> list[float]:
        """Let every node do what it has to do now; returns when each wants to be called again."""
        while True:
            nodes = list(self._nodes.values())
            timers = [await node.ask(lambda engine, now: engine.timer_at()) for node in nodes]
            for _ in range(3):  # what was taken out of the engines is given to the air
                await asyncio.sleep(0)
            if all(not node._inputs and node._outgoing.empty() for node in nodes):
                return timers

    async def _perform(self) -> None:
        while self._cues and BEGINS + self._cues[0].at <= self.wall:
            cue = self._cues.pop(0)
            given = self.plot.params(cue, self.wall - BEGINS, "en", "")
            if (node := self._nodes.get(cue.who)) is not None:
                await node.submit(cue.method, given)
            if not self._cues:
                later = self.plot.afterwards[self._turn % len(self.plot.afterwards)]
                self._turn += 1
                at = self.plot.cues[-1].at + AFTER_S * self._turn
                self._cues.append(Cue(at, later.who, later.method, later.params, later.text))
