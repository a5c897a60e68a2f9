"""Interrupted at each step, in each way: never half done unnoticed, and finished by applying again.

What counts is what another computer reads afterwards, with the power kept and after a power cut:
the old settings, or all of the new ones under the final name, or the mark.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from meshdefense.provisioning.outcome import End
from meshdefense.provisioning.progress import Progress, Step
from meshdefense.virtual import flash
from meshdefense.virtual.device import Device as VirtualDevice
from meshdefense.virtual.mesh import VirtualMesh
from meshdefense_radio.radio_state import RadioState
from meshdefense_radio.unfinished import mark
from support.small_goal import SmallGoal, small_desired
from support.table_radios import address, apply, cut_power, read_by_others, table
from support.virtual_radio import MeshThread

STEPS = [step for step in Step if step is not Step.DONE]
ORDERS = 6  # that the small goal needs
NAME = "P1"


class PulledError(Exception):
    """Ends the program at that very place, as a kill would; nothing is tidied up."""


@pytest.fixture
def mesh() -> Iterator[MeshThread]:
    with table() as running:
        yield running


def pulled(mesh: VirtualMesh) -> None:
    """The cable is out and in again; the power stays."""
    mesh.drop_client(0)


Way = Callable[[VirtualMesh], None]
WAYS: dict[str, Way] = {"cable": pulled, "power": cut_power}


def unnoticed(state: RadioState, before: RadioState, goal: SmallGoal) -> bool:
    """Half done, and nothing says so."""
    if state.owner["long_name"] == mark(NAME):
        return False
    if state.owner["long_name"] == NAME:
        return bool(goal.differences(state, named=True))
    same = (state.config, state.modules, state.channels, state.canned_messages) == (
        before.config, before.modules, before.channels, before.canned_messages,
    )  # fmt: skip
    return state.owner["long_name"] != before.owner["long_name"] or not same


def check_and_finish(mesh: MeshThread, before: RadioState, goal: SmallGoal) -> None:
    """Whoever looks now, or after a power cut, is told; applying again ends it well."""
    where = address(mesh)
    assert not unnoticed(read_by_others(where), before, goal)
    mesh.do(cut_power)
    assert not unnoticed(read_by_others(where), before, goal)
    again = SmallGoal(small_desired())
    outcome = apply(again, where)
    assert outcome.end in (End.DONE, End.ALREADY), outcome.words
    mesh.do(cut_power)
    assert again.differences(read_by_others(where), named=True) == ()


def interrupt(mesh: MeshThread, way: Way, step: Step, part: int = 0) -> SmallGoal:
    """Apply, and let it happen when that step, or that order of it, begins."""
    goal, happened = SmallGoal(small_desired()), threading.Event()

    def tell(progress: Progress) -> None:
        if (progress.step, progress.part) == (step, part) and not happened.is_set():
            happened.set()
            mesh.do(way)

    outcome = apply(goal, address(mesh), tell=tell)
    assert happened.is_set()
    if outcome.end is not End.LOST:  # it was waiting for a restart anyway
        assert outcome.end is End.DONE, outcome.words
    return goal


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.value)
@pytest.mark.parametrize("way", WAYS)
def test_at_each_step(mesh: MeshThread, way: str, step: Step) -> None:
    before = read_by_others(address(mesh))
    goal = interrupt(mesh, WAYS[way], step)
    check_and_finish(mesh, before, goal)


@pytest.mark.parametrize("part", range(1, ORDERS + 1))
@pytest.mark.parametrize("way", WAYS)
def test_before_each_order(mesh: MeshThread, way: str, part: int) -> None:
    before = read_by_others(address(mesh))
    goal = interrupt(mesh, WAYS[way], Step.WRITE, part)
    check_and_finish(mesh, before, goal)


class PowerGoesInSave:
    """The power goes while a radio keeps its files: some are new, `lost` is still the old one.

    In which order a firmware keeps them does not matter then.
    """

    def __init__(self, device: VirtualDevice, lost: str) -> None:
        self.keep, self.lost = device.flash, lost

    def __setitem__(self, name: str, content: bytes) -> None:
        if self.lost not in (name, "all"):
            self.keep[name] = content

    def __getattr__(self, name: str) -> Any:
        return getattr(self.keep, name)

    def __getitem__(self, name: str) -> bytes:
        return self.keep[name]

    def __contains__(self, name: object) -> bool:
        return name in self.keep


FILES = [flash.CONFIG, flash.MODULES, flash.CHANNEL_FILE, flash.DEVICE, flash.NODES, "all"]


@pytest.mark.parametrize("lost", FILES)
@pytest.mark.parametrize("step", [Step.MARK, Step.COMMIT, Step.NAME], ids=lambda step: step.value)
def test_when_the_power_goes_between_two_files_that_a_radio_keeps(
    mesh: MeshThread, step: Step, lost: str
) -> None:
    before = read_by_others(address(mesh))
    goal, device = SmallGoal(small_desired()), mesh.mesh.devices[0]
    whole, happened = device.flash, threading.Event()
    seen: list[RadioState] = []

    def restart(mesh: VirtualMesh) -> None:
        device.flash = whole
        cut_power(mesh)

    def tell(progress: Progress) -> None:
        if progress.step is step and not progress.part and not happened.is_set():
            happened.set()
            torn: Any = PowerGoesInSave(device, lost)
            mesh.do(lambda _: setattr(device, "flash", torn))
        elif device.flash is not whole:
            mesh.do(restart)
            seen.append(read_by_others(address(mesh)))  # the mixture, before anything mends it

    outcome = apply(goal, address(mesh), tell=tell)
    assert happened.is_set()
    assert outcome.end in (End.LOST, End.DONE), outcome.words
    assert not any(unnoticed(state, before, goal) for state in seen)
    mesh.do(restart)
    check_and_finish(mesh, before, goal)
