"""Several virtual radios on one air, in real or accelerated time.

The shell that gives the pure parts a clock: one task lets the air advance and hands its events
to the devices. For degrees and metres see `geography`.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from types import TracebackType

from meshdefense.air.packets import Event, PowerChanged
from meshdefense.air.scenario import Scenario
from meshdefense.catalogue import tr
from meshdefense.virtual.connection import LOOPBACK, PortError
from meshdefense.virtual.device import Device
from meshdefense.virtual.geography import position_at, to_metres
from meshdefense.virtual.mishaps import Mishaps
from meshdefense.virtual.plan import (
    FIRST_NUMBER,
    Plan,
    Traits,
    check,
    first_settings,
    introduce,
    plan_for,
)
from meshdefense.virtual.server import Misbehaviour, RadioServer
from meshdefense.virtual.settings import node_id
from meshdefense.virtual.state_folder import StateError, StateFolder

__all__ = ["FIRST_NUMBER", "Traits", "VirtualMesh"]

FIRST_STRANGER = 0x4D450001  # of `full_node_db`
LONGEST_WAIT_S = 1.0
TOLD_AFTER_M = 100.0  # broadcast_smart_minimum_distance


class VirtualMesh:
    """An async context manager: inside, the radios listen on loopback.

    Nodes are named by their index from 0, as in `ports`. Control methods raise ValueError for
    a node that does not exist; they act at once.
    """

    def __init__(
        self,
        nodes: int = 7,
        *,
        scenario: Scenario | None = None,
        links: Sequence[tuple[int, int]] | None = None,
        preset: str | None = None,
        region: str | None = None,
        hop_limit: int | None = None,
        speed: float = 1.0,
        seed: int = 1,
        base_port: int = 0,
        restart_after_changes: bool = False,
        down_s: float = 2.0,
        traits: Traits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises UnknownPresetError, or ValueError for what makes no sense.

        Without `scenario` there are `nodes` radios that all hear each other or, with `links`,
        only along these pairs. `preset`, `region` and `hop_limit` override the scenario's.
        `speed` is how much faster than real time the air and its timers run. `traits` are
        instead of `restart_after_changes` and `down_s`. Raises StateError for a state folder
        that cannot be used.
        """
        count = len(scenario.stations) if scenario is not None else nodes
        check(count, speed, base_port)
        self.traits = traits or Traits(restart_after_changes=restart_after_changes, down_s=down_s)
        self.numbers = [self.traits.first_number + index for index in range(count)]
        plan = plan_for(self.numbers, scenario, links, preset, region, hop_limit, seed)
        self.world = plan.world
        self._mishaps = Mishaps(self.traits.told)
        self._folders: list[StateFolder] = []
        try:
            self.devices = [
                self._device_made(number, name, role, plan, seed)
                for number, name, role in zip(self.numbers, plan.names, plan.roles, strict=True)
            ]
        except BaseException:
            self._close_folders()
            raise
        self.servers = [
            RadioServer(
                device,
                self._catch_up,
                seed + index,
                one_client=self.traits.one_client,
                told=self._mishaps.tell,
                mishap=self._mishaps.note,
            )
            for index, device in enumerate(self.devices)
        ]
        self._speed = speed
        self._base_port = base_port
        self._clock = clock
        self._started = 0.0
        self._told_at: dict[int, tuple[float, float]] = {}
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None
        self.broken = asyncio.Event()
        """Set when the mesh has stopped by an error, which leaving the context raises."""

    def _device_made(self, number: int, name: str, role: str, plan: Plan, seed: int) -> Device:
        traits, folder, start = self.traits, None, ""
        if traits.state is not None:
            folder = StateFolder(traits.state / node_id(number).removeprefix("!"), traits.told)
            self._folders.append(folder)
            start = f"start {folder.earlier_starts}"
        return traits.device(
            number,
            first_settings(number, name, role, plan, traits, seed),
            self.world,
            random.Random(f"{seed}/{number}/device/{start}"),  # or packet ids would come again
            flash=folder,
            restart_after_changes=traits.restart_after_changes,
        )

    # -- life --------------------------------------------------------------------------------

    async def __aenter__(self) -> VirtualMesh:
        """Raises PortError; leaving raises MishapError, and StateError for what is not saved."""
        try:
            for index, server in enumerate(self.servers):
                port = self._base_port + index if self._base_port else 0
                try:
                    server.listen(port)
                except OSError as error:
                    raise PortError(port, error) from error
        except BaseException:
            for server in self.servers:
                server.close()
            self._close_folders()
            raise
        self._started = self._clock()
        for index, device in enumerate(self.devices):
            if self.traits.erased:
                device.erase()
            self._locate(index, 0.0)
            device.modules.start(0.0)
        introduce(self.devices, strangers=self.traits.from_the_box)
        self._spawn(self._run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        lost = await self._close()
        failure = error or self._failure or self._mishaps.first
        if lost and failure is not None:
            self.traits.told(lost)
        if failure is not None and failure is not error:
            raise failure
        if lost and failure is None:
            raise StateError(lost)

    async def _close(self) -> str:
        """Stop; return a sentence about what could not be saved, if there is such a thing."""
        for task in (tasks := list(self._tasks)):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for server in self.servers:
            server.close()
        for device in self.devices:
            device.save_all()
        lost = self._close_folders()
        names = ", ".join(map(str, lost))
        return tr("not saved, and now lost: {names}", names=names) if lost else ""

    def _close_folders(self) -> list[Path]:
        return [path for folder in self._folders for path in folder.close()]

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._failure = self._failure or task.exception()
            self.broken.set()

    # -- what a user sees --------------------------------------------------------------------

    @property
    def ports(self) -> list[int]:
        """TCP port of each radio."""
        return [server.port for server in self.servers]

    @property
    def addresses(self) -> list[str]:
        """Address of each radio, tcp:127.0.0.1:4403 for example."""
        return [f"tcp:{LOOPBACK}:{port}" for port in self.ports]

    @property
    def names(self) -> list[str]:
        """What the radios call themselves now."""
        return [device.settings.owner.long_name for device in self.devices]

    @property
    def counters(self) -> dict[str, int]:
        """What became of packets so far, and the connections taken."""
        clients = sum(server.clients for server in self.servers)
        return {**self.world.counters, "clients": clients}

    @property
    def now(self) -> float:
        """Seconds of the mesh's clock since it started."""
        return (self._clock() - self._started) * self._speed

    def place(self, node: int, x_m: float, y_m: float) -> None:
        """Put a radio somewhere, in metres east and north of the origin."""
        device = self._device(node)
        self.world.move(device.number, x_m, y_m)
        self._locate(node, self._catch_up())
        self._pump()

    def move(self, node: int, lat: float, lon: float) -> None:
        """Put a radio somewhere, in degrees."""
        self.place(node, *to_metres(lat, lon))

    def cut(self, a: int, b: int) -> None:
        """Make two radios deaf to each other."""
        self.world.cut(self._device(a).number, self._device(b).number)

    def restore(self, a: int, b: int) -> None:
        """Undo `cut`."""
        self.world.restore(self._device(a).number, self._device(b).number)

    def drop_client(self, node: int) -> None:
        """End the connection of a radio's client; it may come back at once."""
        self._device(node)
        self.servers[node].drop()

    def power(self, node: int, on: bool) -> None:
        """Switch a radio; while off it neither hears nor listens for clients."""
        self.world.power(self._device(node).number, on, self._catch_up())
        self._catch_up()

    def misbehave(self, node: int, how: Misbehaviour | str, count: int | None = None) -> None:
        """Let a radio do something wrong; `none` ends it. For `count` see `faults.COUNTED`."""
        device = self._device(node)
        fault = Misbehaviour(how)
        if fault is Misbehaviour.REBOOT:
            self._spawn(self._reboot(node, self.traits.down_s))
        elif fault is Misbehaviour.FULL_NODE_DB:
            device.nodes.fill(FIRST_STRANGER)
        else:
            self.servers[node].misbehave(fault, count)
            self._pump()

    # -- running -----------------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            now = self._catch_up()
            for index, number in enumerate(self.numbers):
                if self.world.medium.place(number).way:
                    self._locate(index, now)
            self._wake.clear()
            due = min([self.world.timer_at() or math.inf, *self._device_timers()])
            wait = min(max((due - now) / self._speed, 0.0), LONGEST_WAIT_S)
            try:
                async with asyncio.timeout(wait):
                    await self._wake.wait()
            except TimeoutError:
                pass

    def _device_timers(self) -> list[float]:
        return [device.timer_at() for device in self.devices if self.world.is_on(device.number)]

    def _catch_up(self) -> float:
        """Let everything happen that is due; return the time."""
        now = self.now
        # One event time after the other, so that a device can answer at the time of the event.
        while (due := self.world.timer_at()) is not None and due <= now:
            events: list[Event] = []
            with self._mishaps.survived():
                events = self.world.advance(due)
            for event in events:
                self._handle(event)
        self.world.advance(now)
        for index, device in enumerate(self.devices):
            if not self.world.is_on(device.number):
                continue
            with self._mishaps.survived():
                device.run(now)
            returns = device.due_end(now)
            if returns is not None:
                if not returns and self.traits.ends_when_off:
                    self.broken.set()
                self._spawn(self._reboot(index, self.traits.down_s if returns else None))
        self._pump()
        self._wake.set()
        return now

    def _handle(self, event: Event) -> None:
        index = event.node - self.traits.first_number
        with self._mishaps.survived():
            self.devices[index].from_air(event)
        if isinstance(event, PowerChanged):
            if event.on and not self.devices[index].fault.unplugged:
                self.servers[index].reopen()
            elif not event.on:
                self.servers[index].close()
                self.devices[index].phone.clear()

    def _pump(self) -> None:
        for server in self.servers:
            server.pump()

    async def _reboot(self, node: int, down_s: float | None) -> None:
        """Switch off and, unless `down_s` is None, on again."""
        self.devices[node].fault.reboot()
        self.power(node, False)
        if down_s is not None:
            await asyncio.sleep(down_s)
            self.power(node, True)

    # -- inside ------------------------------------------------------------------------------

    def _device(self, node: int) -> Device:
        if not 0 <= node < len(self.devices):
            raise ValueError(f"there is no radio {node}; they are 0 to {len(self.devices) - 1}")
        return self.devices[node]

    def _locate(self, node: int, now: float) -> None:
        """Let a device know where it is, and tell others when it has moved far enough."""
        if not self.traits.has_gps:
            return
        device = self.devices[node]
        here = self.world.medium.place(device.number).position(now)
        device.gps = position_at(*here)
        if math.dist(self._told_at.setdefault(node, here), here) >= TOLD_AFTER_M:
            self._told_at[node] = here
            device.modules.moved(now)
