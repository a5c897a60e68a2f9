"""One node of a run: its engine while it is on, its disk, and what its radio was given.

Simulated times are seconds from the start of the run; the engine's are since the epoch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

from meshdefense.air.presets import Preset
from meshdefense.simulator.cast import EPOCH
from meshdefense.simulator.disk import Disk
from meshdefense.simulator.seeds import stream
from meshdefense_protocol.engine import Engine, Membership
from meshdefense_protocol.events import Event, ItemAccepted
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import Body
from meshdefense_protocol.transport import Fate, OutgoingFrame, Reception

__all__ = ["NEVER", "Station"]

NEVER: Final = math.inf
MOVED_M: Final = 100.0
"""The node's own GPS calls this a change of place."""


@dataclass(slots=True)
class Station:
    """A node; `kernel` moves it through time."""

    index: int
    membership: Membership
    seed: int
    run: int
    preset: Preset
    duty_cycle: float
    disk: Disk = field(default_factory=Disk)
    engine: Engine | None = None
    lives: int = 0
    due: float = NEVER
    """When the kernel wakes it; an older entry of the heap is void."""
    told_percent: float = 0.0
    """The channel utilisation that the engine was told last."""
    ticking: bool = False
    """Whether the radio's next telemetry is scheduled."""
    place: tuple[float, float] | None = None
    """Where it was when the engine was last told that it moved."""
    off_since: float | None = None
    shown_twice: int = 0
    """Items that an engine accepted although they are on the disk."""

    def start(self, at: float) -> None:
        """Power on: a new engine from what is on the disk. The radio comes a little later."""
        entropy = stream(self.seed, self.run, f"node {self.index} life {self.lives}").random
        self.lives += 1
        now = EPOCH + at
        self.engine = Engine(self.membership, self.disk.saved(now), now, entropy=entropy)
        self.engine.channel(now, modem=self.preset.modem, duty_cycle=self.duty_cycle)
        self.told_percent = 0.0

    def stop(self, at: float) -> None:
        """Power off: whatever is not on the disk is gone."""
        self.engine = None
        self.due = NEVER
        self.off_since = at

    def radio_ready(self, at: float) -> None:
        """The radio answers."""
        if self.engine is not None:
            self.engine.bearer_ready(True, EPOCH + at)

    def hear(self, payload: bytes, at: float, reception: Reception) -> None:
        """The radio handed a frame over."""
        if self.engine is not None:
            self.engine.receive(payload, EPOCH + at, reception)

    def say(self, body: Body, at: float) -> Item | None:
        """Its people say something; None while it is off. Raises LocalError."""
        return None if self.engine is None else self.engine.submit(body, EPOCH + at)

    def fate(self, token: int, fate: Fate, at: float, detail: str = "") -> None:
        """The radio said what became of a frame."""
        if self.engine is not None:
            self.engine.frame_fate(token, fate, EPOCH + at, detail)

    def utilisation(self, percent: float, at: float) -> None:
        """The radio's telemetry; the engine is told what changed."""
        percent = round(percent, 2)
        if self.engine is not None and percent != self.told_percent:
            self.told_percent = percent
            self.engine.channel(EPOCH + at, utilisation=percent)

    def position(self, x: float, y: float, at: float) -> None:
        """The GPS; the engine is told when the node is somewhere else."""
        if self.place is None:
            self.place = (x, y)
        elif self.engine is not None and math.dist(self.place, (x, y)) > MOVED_M:
            self.place = (x, y)
            self.engine.moved(EPOCH + at)

    def pass_time(self, at: float) -> None:
        """A timer of the engine is due."""
        if self.engine is not None:
            self.engine.handle_timer(EPOCH + at)

    def drain(self) -> list[Event]:
        """Store what the engine says; the caller may look at it."""
        found: list[Event] = []
        if self.engine is None:
            return found
        while (event := self.engine.next_event()) is not None:
            if isinstance(event, ItemAccepted) and event.item.id in self.disk.items:
                self.shown_twice += 1
            self.disk.take(event)
            found.append(event)
        return found

    def frames(self, at: float) -> list[OutgoingFrame]:
        """What it wants on the air now; everything said before must be drained."""
        return [] if self.engine is None else self.engine.frames_to_send(EPOCH + at)

    def wants(self) -> float:
        """When its engine has something to do, in simulated time."""
        at = None if self.engine is None else self.engine.timer_at()
        return NEVER if at is None else at - EPOCH
