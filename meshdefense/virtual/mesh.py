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
from dataclasses import dataclass
from types import TracebackType

from meshdefense.air.medium import Link
from meshdefense.air.packets import Event, PowerChanged
from meshdefense.air.presets import preset_named
from meshdefense.air.scenario import Scenario
from meshdefense.air.world import World
from meshdefense.virtual.connection import LOOPBACK
from meshdefense.virtual.device import Device
from meshdefense.virtual.geography import position_at, to_metres
from meshdefense.virtual.server import Misbehaviour, RadioServer
from meshdefense.virtual.settings import DEFAULT_HOP_LIMIT, default_settings

__all__ = ["FIRST_NUMBER", "PortTakenError", "VirtualMesh"]

FIRST_NUMBER = 0x4D440001
CIRCLE_M = 200.0  # radius of the circle on which radios without a scenario stand
LINK_LOSS_DB = 110.0  # of links given by name only: strong, far above the reception limit
LONGEST_WAIT_S = 1.0
LAST_PORT = 65_535
TOLD_AFTER_M = 100.0  # broadcast_smart_minimum_distance


class PortTakenError(OSError):
    """A radio's port is in use by another program."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} is in use by another program; choose another base port")
        self.port = port


@dataclass(frozen=True, slots=True)
class _Plan:
    """Names and positions of the radios, and the air they are on."""

    world: World
    names: list[str]
    preset: str
    region: str
    hop_limit: int


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
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises UnknownPresetError, or ValueError for what makes no sense.

        Without `scenario` there are `nodes` radios that all hear each other or, with `links`,
        only along these pairs. `preset`, `region` and `hop_limit` override the scenario's.
        `speed` is how much faster than real time the air and its timers run; a reboot takes
        `down_s` real seconds.
        """
        if speed <= 0:
            raise ValueError(f"speed must be above 0, not {speed}")
        count = len(scenario.stations) if scenario is not None else nodes
        if not 1 <= count <= 250:
            raise ValueError(f"there can be 1 to 250 radios, not {count}")
        if base_port + count > LAST_PORT + 1:
            raise ValueError(f"{count} radios from port {base_port} end above {LAST_PORT}")
        self.numbers = [FIRST_NUMBER + index for index in range(count)]
        plan = _plan(self.numbers, scenario, links, preset, region, hop_limit, seed)
        self.world = plan.world
        self.devices = [
            Device(
                number,
                default_settings(
                    number,
                    name,
                    preset=plan.preset,
                    region=plan.region,
                    hop_limit=plan.hop_limit,
                    seed=seed,
                ),
                self.world,
                random.Random(f"{seed}/{number}/device"),
                restart_after_changes=restart_after_changes,
            )
            for number, name in zip(self.numbers, plan.names, strict=True)
        ]
        self.servers = [
            RadioServer(device, self._catch_up, seed + index)
            for index, device in enumerate(self.devices)
        ]
        self._speed = speed
        self._down_s = down_s
        self._base_port = base_port
        self._clock = clock
        self._started = 0.0
        self._told_at: dict[int, tuple[float, float]] = {}
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None
        self.broken = asyncio.Event()
        """Set when the mesh has stopped by an error, which leaving the context raises."""

    # -- life --------------------------------------------------------------------------------

    async def __aenter__(self) -> VirtualMesh:
        self._started = self._clock()
        for index, device in enumerate(self.devices):
            self._locate(index, 0.0)
            device.modules.start(0.0)
        self._introduce_all()
        try:
            for index, server in enumerate(self.servers):
                port = self._base_port + index if self._base_port else 0
                try:
                    server.listen(port)
                except OSError as error:
                    raise PortTakenError(port) from error
        except BaseException:
            await self._close()
            raise
        self._spawn(self._run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._close()
        if self._failure is not None and error is None:
            raise self._failure

    async def _close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for server in self.servers:
            server.close()

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

    def misbehave(self, node: int, how: Misbehaviour | str) -> None:
        """Let a radio do something wrong; `none` ends it."""
        self._device(node)
        fault = Misbehaviour(how)
        if fault is Misbehaviour.REBOOT:
            self._spawn(self._reboot(node, self._down_s))
        else:
            self.servers[node].misbehaviour = fault
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
        return [
            min(device.modules.timer_at(), device.reboot_at or math.inf)
            for device in self.devices
            if self.world.is_on(device.number)
        ]

    def _catch_up(self) -> float:
        """Let everything happen that is due; return the time."""
        now = self.now
        # One event time after the other, so that a device can answer at the time of the event.
        while (due := self.world.timer_at()) is not None and due <= now:
            for event in self.world.advance(due):
                self._handle(event)
        self.world.advance(now)
        for index, device in enumerate(self.devices):
            if not self.world.is_on(device.number):
                continue
            device.modules.run(now)
            if device.reboot_at is not None and device.reboot_at <= now:
                device.reboot_at = None
                self._spawn(self._reboot(index, None if device.shuts_down else self._down_s))
        self._pump()
        self._wake.set()
        return now

    def _handle(self, event: Event) -> None:
        index = event.node - FIRST_NUMBER
        self.devices[index].from_air(event)
        if isinstance(event, PowerChanged):
            if event.on:
                self.servers[index].listen()
            else:
                self.servers[index].close()
                self.devices[index].phone.clear()

    def _pump(self) -> None:
        for server in self.servers:
            server.pump()

    async def _reboot(self, node: int, down_s: float | None) -> None:
        """Switch off and, unless `down_s` is None, on again."""
        self.servers[node].misbehaviour = Misbehaviour.NONE
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
        device = self.devices[node]
        here = self.world.medium.place(device.number).position(now)
        device.gps = position_at(*here)
        if math.dist(self._told_at.setdefault(node, here), here) >= TOLD_AFTER_M:
            self._told_at[node] = here
            device.modules.moved(now)

    def _introduce_all(self) -> None:
        """Let every radio know the others, as after a day on the air."""
        for device in self.devices:
            device.modules.refresh_own(0.0)
        for device in self.devices:
            for other in self.devices:
                if other is not device:
                    entry = device.nodes.of(other.number)
                    entry.user.CopyFrom(other.settings.owner)
                    entry.position.CopyFrom(other.nodes.own.position)
                    entry.device_metrics.CopyFrom(other.nodes.own.device_metrics)


def _plan(
    numbers: Sequence[int],
    scenario: Scenario | None,
    links: Sequence[tuple[int, int]] | None,
    preset: str | None,
    region: str | None,
    hop_limit: int | None,
    seed: int,
) -> _Plan:
    if scenario is not None:
        chosen = preset_named(preset) if preset else scenario.preset
        world = scenario.world(seed, numbers)
        names = [station.name for station in scenario.stations]
        region = region or scenario.region
        hop_limit = scenario.hop_limit if hop_limit is None else hop_limit
        return _Plan(world, names, chosen.name, region, hop_limit)
    chosen = preset_named(preset or "LONG_FAST")
    hop_limit = DEFAULT_HOP_LIMIT if hop_limit is None else hop_limit
    world = World(seed, chosen, links_only=links is not None, hop_limit=hop_limit)
    for index, number in enumerate(numbers):
        angle = 2 * math.pi * index / len(numbers)
        world.add_node(number, x=CIRCLE_M * math.cos(angle), y=CIRCLE_M * math.sin(angle))
    for a, b in links or ():
        for sender, receiver in ((a, b), (b, a)):
            world.set_link(numbers[sender], numbers[receiver], Link(LINK_LOSS_DB))
    names = [f"Virtual {index + 1}" for index in range(len(numbers))]
    return _Plan(world, names, chosen.name, region or "US", hop_limit)
