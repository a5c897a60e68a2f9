"""What befalls single machines in a trial: power, clocks, disks and radios.

Times are seconds from the start of the trial.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from random import Random
from typing import Final, Protocol

from meshdefense.simulator.disk import Disk
from meshdefense.simulator.faults import Fault, Incident
from meshdefense.simulator.invariants import Invariants
from meshdefense.simulator.machine import Cut, Machine

__all__ = ["RESTARTS_S", "Incidents", "Stage"]

RESTARTS_S: Final = 20.0
"""From a power cut, or a restored disk, until the machine is on again."""


class Stage(Protocol):
    """What a trial lets an incident do."""

    @property
    def machines(self) -> Mapping[int, Machine]:
        """By node."""

    @property
    def invariants(self) -> Invariants:
        """Told of what is no longer as it was."""

    def at(self, at: float, action: Callable[[float], None]) -> None:
        """Do something later."""

    def count(self, name: str, times: int = 1) -> None:
        """Something took effect."""

    def start(self, machine: Machine, at: float) -> None:
        """Power on."""

    def crash(self, machine: Machine, away_s: float, at: float) -> None:
        """Power off, and on again after a while."""

    def settle(self, machine: Machine, at: float) -> None:
        """Let it go on after a change."""

    def radio(self, machine: Machine, ready: bool, at: float) -> None:
        """Its radio answers, or not."""

    def say(self, machine: Machine, at: float) -> None:
        """Its people say something."""


class Incidents:
    """Makes them happen, and knows what can no longer be asked of whom."""

    def __init__(self, trial: Stage, rng: Random) -> None:
        self._trial, self._rng = trial, rng
        self.since: dict[int, float] = {}
        """By node: what was said before need not be there, its clock let go of it."""
        self.unsure: set[int] = set()
        """Members whose disk was put back: nobody can say which of their items came last."""
        self.no_beacons: set[int] = set()
        """Nodes whose positions would begin again with numbers that were used."""

    def plan(self, incident: Incident) -> None:
        """Let it happen in its time."""
        machine = self._trial.machines[incident.node]
        if incident.fault is Fault.CLOCK_WRONG:
            machine.clock = incident.by
            self._trial.count(incident.fault.value)
        else:
            self._trial.at(incident.at, partial(self._begin, machine, incident))

    def _begin(self, machine: Machine, incident: Incident, at: float) -> None:
        fault, lasts = incident.fault, incident.until - incident.at
        match fault:
            case Fault.CRASH:
                if machine.engine is None:
                    return
                self._trial.crash(machine, lasts, at)
            case Fault.CRASH_UNSTORED:
                machine.armed = self._rng.choice((Cut.UNSTORED, Cut.STORED))
            case Fault.CRASH_HANDED:
                machine.armed = Cut.HANDED
            case Fault.CLOCK_STEPPED | Fault.CLOCK_UNTOLD:
                self._set_clock(machine, fault, incident.by, at)
                self._trial.at(
                    incident.until, lambda now: self._set_clock(machine, fault, -incident.by, now)
                )
            case Fault.DISK_FULL:
                machine.full = True
                for part in (0.2, 0.5, 0.8):
                    self._trial.at(at + part * lasts, partial(self._trial.say, machine))
                self._trial.at(incident.until, partial(self._free, machine))
            case Fault.IMAGE_NOTICED | Fault.IMAGE_UNNOTICED:
                image, clock = machine.image(), machine.clock
                self._trial.at(
                    incident.until,
                    lambda now: self._put_back(machine, image, fault, now, clock=clock),
                )
                return
            case Fault.RADIO_GONE:
                self._trial.radio(machine, False, at)
                self._trial.at(incident.until, partial(self._trial.radio, machine, True))
            case _:
                return
        self._trial.count(fault.value)

    def _set_clock(self, machine: Machine, fault: Fault, by: float, at: float) -> None:
        told = fault is Fault.CLOCK_STEPPED and machine.engine is not None
        if not told or machine.lives > 1:
            self.since[machine.index] = at  # what it had may be over by its new clock
        self._trial.invariants.clock_changed(machine, by, at, told=told)
        machine.clock += by
        if not told:
            machine.told = machine.clock
        if fault is Fault.CLOCK_UNTOLD and not machine.clock and machine.engine is not None:
            self._trial.crash(machine, RESTARTS_S, at)  # what it timed meanwhile may never come
            return
        self._trial.settle(machine, at)

    def _free(self, machine: Machine, at: float) -> None:
        machine.full = False
        self._trial.count("withdrawn", machine.refused)
        machine.refused = 0
        self._trial.settle(machine, at)

    def _put_back(
        self, machine: Machine, image: Disk, fault: Fault, at: float, *, clock: float
    ) -> None:
        if machine.clock != clock:
            self.since[machine.index] = at  # times on it are of another clock
        noticed = fault is Fault.IMAGE_NOTICED
        own = {item_id for item_id in machine.disk.items if item_id.author == machine.number}
        lost = own - set(image.items)
        machine.stop()
        machine.put_back(image, at, noticed=noticed)
        self._trial.invariants.put_back(machine, lost, noticed=noticed)
        self.unsure.add(machine.number)
        if not noticed:
            self.no_beacons.add(machine.index)
        self._trial.count(fault.value)
        self._trial.count("own items lost with a disk", len(lost))
        self._trial.at(at + RESTARTS_S, partial(self._trial.start, machine))
