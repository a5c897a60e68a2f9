"""One node of a trial: the engine in a shell that can be cut off between any two steps.

It does what the daemon's node does, in its order: take inputs, let time pass, store, hand over
to the radio, store again. Its clock may be wrong, its disk may refuse, its power may go where
it hurts most. Simulated times are seconds from the start; the engine's are since the epoch,
by this machine's own clock.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from typing import Protocol, TypeVar

from meshdefense.node.subjects import item_of
from meshdefense.simulator.cast import EPOCH
from meshdefense.simulator.disk import Disk, Stored
from meshdefense_protocol.engine import Engine, Membership
from meshdefense_protocol.events import (
    Counter,
    CounterAdvanced,
    Equivocated,
    Event,
    ItemAccepted,
    RosterChanged,
)
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import Body
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.transport import Fate, OutgoingFrame, Reception

__all__ = ["Cut", "Machine", "PowerCutError", "Witness"]

Timed = TypeVar("Timed", Stored, ItemAccepted)


class Cut(Enum):
    """Where in the daemon's order of things the power goes."""

    UNSTORED = "before what the engine said is stored"
    STORED = "after storing, before anything goes to the radio"
    HANDED = "after frames went to the radio, before that is stored"


class PowerCutError(Exception):
    """The machine is off; `handed` is what its radio had been given."""

    def __init__(self, handed: list[OutgoingFrame]) -> None:
        super().__init__("the power went")
        self.handed = handed


class Witness(Protocol):
    """Told of what a machine accepts and stores, as it happens."""

    def accepted(self, machine: Machine, event: ItemAccepted, at: float) -> None:
        """The engine accepted an item; not yet stored."""

    def evidence(self, machine: Machine, event: Equivocated) -> None:
        """The engine got a second item under an id; not yet stored."""

    def withdrawn(self, machine: Machine, item_id: ItemId) -> None:
        """An own item could not be stored: it was never said."""

    def stored(self, machine: Machine, event: ItemAccepted, at: float) -> None:
        """An item is on the disk, and shown from now on."""


@dataclass(slots=True)
class Machine:
    """A node with a disk of its own."""

    index: int
    membership: Membership
    """As it stands: decisions and new keys change it."""
    entropy: Callable[[int], Callable[[], float]]
    """By life: where the engine's chance comes from."""
    witness: Witness
    disk: Disk = field(default_factory=Disk)
    engine: Engine | None = None
    lives: int = 0
    clock: float = 0.0
    """How much the wall clock is ahead of true time."""
    told: float = 0.0
    """The same, as far as the engine knows."""
    full: bool = False
    """The disk takes nothing."""
    armed: Cut | None = None
    """Where the power goes the next time that there is something to lose."""
    due: float = float("inf")
    """When the trial wakes it; an older alarm is void."""
    acknowledged: dict[ItemId, float] = field(default_factory=dict)
    """Own items of which its people were told that they are stored, and when."""
    refused: int = 0
    """Own items withdrawn since the disk took nothing."""
    lost: int = 0
    """Events that a power cut took back."""
    used: tuple[int, int] = (0, 0)
    """What the mark beside the store says: highest incarnation and sequence used."""
    started: float = 0.0
    """When this life began, by its own clock as it is now."""
    _enrolled: Membership = field(init=False)
    """As the member got it in person."""
    _pending: list[Event] = field(default_factory=list)
    _requests: dict[ItemId, Item] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._enrolled = self.membership

    @property
    def number(self) -> int:
        """Its member number."""
        return self.membership.number

    def wall(self, at: float) -> float:
        """What its clock says."""
        return EPOCH + at + self.clock

    # -- power -------------------------------------------------------------------------------

    def start(self, at: float) -> None:
        """Power on, with what is on the disk. The radio comes later."""
        now = self.started = self.wall(at)
        self.told = self.clock
        saved = self.disk.saved(now)
        vault = self._enrolled.vault
        for epoch, seeds in sorted(self.disk.seeds.items()):
            for seed in seeds:
                vault = vault.with_seed(epoch, seed)
        enrolled = replace(self._enrolled, vault=vault)
        self.engine = Engine(enrolled, saved, now, entropy=self.entropy(self.lives))
        self.membership = self.engine.membership
        self.lives += 1

    def stop(self) -> None:
        """Power off: what is not on the disk is gone."""
        if self.engine is not None:
            self._drain()
        self.lost += len(self._pending)
        self.engine = None
        self.armed = None
        self.due = float("inf")
        self._pending.clear()
        self._requests.clear()

    def image(self) -> Disk:
        """A copy of the disk as it is."""
        parts = {one.name: copy.copy(getattr(self.disk, one.name)) for one in fields(Disk)}
        return Disk(**parts)

    def put_back(self, image: Disk, at: float, *, noticed: bool) -> None:
        """Restore a copy while off; `noticed` when the mark beside it shows that.

        As the store does then: own streams go on in an incarnation that nobody has used.
        """
        self.disk = image
        if not noticed:
            return
        counters = self.disk.saved(self.wall(at)).counters
        incarnation = max([self.used[0], *(one.incarnation for one in counters)]) + 1
        for stream in Stream:
            self.disk.take(CounterAdvanced(Counter(stream, incarnation, 0)))
        self.used = (incarnation, 0)

    # -- inputs ------------------------------------------------------------------------------

    def radio(self, ready: bool, at: float) -> None:
        """The radio answers, or does not any more."""
        if engine := self._on(at):
            engine.bearer_ready(ready, self.wall(at))

    def utilisation(self, percent: float, at: float) -> None:
        """The radio's telemetry."""
        if engine := self._on(at):
            engine.channel(self.wall(at), utilisation=percent)

    def hear(self, payload: bytes, at: float, reception: Reception) -> None:
        """The radio handed a frame over."""
        if engine := self._on(at):
            engine.receive(payload, self.wall(at), reception)

    def fate(self, token: int, fate: Fate, at: float, detail: str = "") -> None:
        """The radio said what became of a frame."""
        if engine := self._on(at):
            engine.frame_fate(token, fate, self.wall(at), detail)

    def say(self, body: Body, at: float, content: bytes | None = None) -> Item | None:
        """Its people say something; they are told once it is stored. Raises LocalError."""
        if (engine := self._on(at)) is None:
            return None
        item = engine.submit(body, self.wall(at), content=content)
        self._requests[item.id] = item
        return item

    def _on(self, at: float) -> Engine | None:
        """The engine, if the power is on; told first of a clock that was set."""
        if self.engine is not None and (step := self.clock - self.told):
            self.told = self.clock
            self.engine.clock_stepped(step)
            until = self.wall(at) - step
            for key, one in self.disk.items.items():  # those of this run, by the clock that was
                if self.started <= one.received_at <= until:
                    self.disk.items[key] = _moved(one, step)
            self._pending = [
                _moved(one, step) if isinstance(one, ItemAccepted) else one for one in self._pending
            ]
            self.started += step
        return self.engine

    # -- the loop ----------------------------------------------------------------------------

    def settle(self, at: float) -> list[OutgoingFrame]:
        """Let time pass, store, and return what goes to the radio. Raises PowerCutError."""
        if (engine := self._on(at)) is None:
            return []
        now = self.wall(at)
        engine.handle_timer(now)
        drained = self._drain()
        for event in drained:
            if isinstance(event, ItemAccepted):
                self.witness.accepted(self, event, at)
            elif isinstance(event, Equivocated):
                self.witness.evidence(self, event)
        fresh = any(isinstance(one, ItemAccepted) for one in drained)
        if self.armed is Cut.UNSTORED and fresh:
            raise PowerCutError([])
        self._commit(at)
        if self.armed is Cut.STORED and engine.waiting():
            raise PowerCutError([])
        frames = engine.frames_to_send(now)
        self._drain()
        if self.armed is Cut.HANDED and frames and frames[0].items:
            raise PowerCutError(frames)
        self._commit(at)
        return frames

    def wants(self) -> float:
        """When the engine has something to do, in simulated time."""
        at = None if self.engine is None else self.engine.timer_at()
        return float("inf") if at is None else at - EPOCH - self.clock

    def _drain(self) -> list[Event]:
        assert self.engine is not None
        found = []
        while (event := self.engine.next_event()) is not None:
            found.append(event)
            if isinstance(event, RosterChanged):
                self.membership = event.membership
        self._pending += found
        return found

    def _commit(self, at: float) -> None:
        if self.full:
            self._refuse(at)
            return
        for event in self._pending:
            self.disk.take(event)
            if isinstance(event, CounterAdvanced):
                counter = event.counter
                self.used = max(self.used, (counter.incarnation, counter.next_sequence))
            if isinstance(event, ItemAccepted):
                self.witness.stored(self, event, at)
        for item_id in self._requests:
            self.acknowledged[item_id] = at
        self._pending.clear()
        self._requests.clear()

    def _refuse(self, at: float) -> None:
        """As the daemon does: own items are withdrawn, received ones wait in memory."""
        assert self.engine is not None
        for item_id in self._requests:
            self.engine.withdraw(item_id, self.wall(at))
            self.witness.withdrawn(self, item_id)
        self._drain()
        self._pending = [one for one in self._pending if item_of(one) not in self._requests]
        self.refused += len(self._requests)
        self._requests.clear()


def _moved(one: Timed, by: float) -> Timed:
    """The same after the clock was set forward by `by` seconds."""
    return replace(one, received_at=one.received_at + by, expires_at=one.expires_at + by)
