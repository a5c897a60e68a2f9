"""What the radios of a virtual mesh are like, and how they stand to each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from meshdefense.air.medium import Link
from meshdefense.air.packets import Role
from meshdefense.air.presets import preset_named
from meshdefense.air.scenario import Scenario
from meshdefense.air.world import World
from meshdefense.catalogue import tr
from meshdefense.virtual.defaults import default_settings, from_the_box
from meshdefense.virtual.device import Device
from meshdefense.virtual.flash import Segment
from meshdefense.virtual.settings import DEFAULT_HOP_LIMIT, FIRMWARE, Settings

__all__ = ["FIRST_NUMBER", "Plan", "Traits", "check", "first_settings", "introduce", "plan_for"]

FIRST_NUMBER = 0x4D440001
CIRCLE_M = 200.0  # radius of the circle on which radios without a scenario stand
LAST_PORT = 65_535
MOST_RADIOS = 250
SLOWEST, FASTEST = 0.01, 10_000.0
LINK_LOSS_DB = 110.0  # of links given by name only: strong, far above the reception limit


@dataclass(frozen=True, slots=True)
class Traits:
    """What the radios are like, apart from the air between them."""

    firmware: str = FIRMWARE
    """The version that they say they run."""
    from_the_box: bool = False
    """At their first start they have no region, no keys and no names, and know nobody."""
    restart_after_changes: bool = False
    """They reboot 7 s after a change of settings, as hardware does."""
    down_s: float = 2.0
    """Real seconds that a reboot takes."""
    one_client: bool = False
    """A new client replaces the one before, as on native firmware."""
    first_number: int = FIRST_NUMBER
    """Node number of the first; the others follow."""
    has_gps: bool = True
    """They know where they are."""
    device: type[Device] = Device
    ends_when_off: bool = False
    """Stop all when one is shut down, as the process of native firmware ends then."""
    state: Path | None = None
    """The folder in which each keeps its flash; None: it ends with the process."""
    erased: bool = False
    """Throw away what `state` holds of them, as soon as their ports are theirs."""
    told: Callable[[str], None] = field(default=lambda _: None)
    """Takes sentences about files that cannot be read or written, ports, and lost packets."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Names, roles and positions of the radios, and the air they are on."""

    world: World
    names: list[str]
    roles: list[str]
    preset: str
    region: str
    hop_limit: int


def plan_for(
    numbers: Sequence[int],
    scenario: Scenario | None,
    links: Sequence[tuple[int, int]] | None,
    preset: str | None,
    region: str | None,
    hop_limit: int | None,
    seed: int,
) -> Plan:
    """Return the air of a mesh; for the arguments see `VirtualMesh`."""
    if scenario is not None:
        chosen = preset_named(preset) if preset else scenario.preset
        world = scenario.world(seed, numbers)
        names = [station.name for station in scenario.stations]
        roles = [station.role.value for station in scenario.stations]
        region = region or scenario.region
        hop_limit = scenario.hop_limit if hop_limit is None else hop_limit
        return Plan(world, names, roles, chosen.name, region, hop_limit)
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
    roles = [Role.CLIENT.value] * len(numbers)
    return Plan(world, names, roles, chosen.name, region or "US", hop_limit)


def check(count: int, speed: float, base_port: int) -> None:
    """Raises ValueError for a mesh that makes no sense."""
    if not SLOWEST <= speed <= FASTEST:
        text = tr(
            "the speed must be {least:g} to {most:g}, not {given:g}",
            least=SLOWEST,
            most=FASTEST,
            given=speed,
        )
        raise ValueError(text)
    if not 1 <= count <= MOST_RADIOS:
        text = tr("there can be 1 to {most} radios, not {given}", most=MOST_RADIOS, given=count)
        raise ValueError(text)
    if base_port + count > LAST_PORT + 1:
        text = tr(
            "{radios} radios from port {port} end above {last}",
            radios=count,
            port=base_port,
            last=LAST_PORT,
        )
        raise ValueError(text)


def first_settings(
    number: int, name: str, role: str, plan: Plan, traits: Traits, seed: int
) -> Settings:
    """Return what a radio begins with."""
    if traits.from_the_box:
        return from_the_box(number, traits.firmware)
    return default_settings(
        number,
        name,
        preset=plan.preset,
        region=plan.region,
        hop_limit=plan.hop_limit,
        seed=seed,
        role=role,
        firmware=traits.firmware,
    )


def introduce(devices: Sequence[Device], *, strangers: bool) -> None:
    """Let every new radio know the others, as after a day on the air, unless it is to know none."""
    for device in devices:
        device.modules.refresh_own(0.0)
    for device in devices:
        for other in devices:
            if device.is_new and other is not device and not strangers:
                entry = device.nodes.of(other.number)
                entry.user.CopyFrom(other.settings.owner)
                told = other.modules.positions
                channel = told.channel()
                if channel is not None and (place := told.broadcast(channel, 0.0)):
                    entry.position.ParseFromString(place)
                entry.device_metrics.CopyFrom(other.nodes.own.device_metrics)
    for device in devices:
        device.save(Segment.NODES)
