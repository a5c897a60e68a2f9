"""Engines that hear each other in memory: virtual time, seeded loss, copies and disorder.

No model of radio waves: a frame reaches whoever is linked to its sender, floods go on over a
few links, and only the dice of `seed` take something away. Prints its seed, which pytest shows
when a test fails. Times are seconds since the epoch.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from meshdefense_protocol.airtime import LONG_FAST
from meshdefense_protocol.engine import Engine
from meshdefense_protocol.events import Event, HeldChanged
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import KnownBody
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.transport import Fate, OutgoingFrame, Reception
from support.network import NOW, Network, Store

__all__ = ["Sent", "SmallAir", "Station"]

RADIO_HOPS = 3
"""What the radios' own setting lets a flood be relayed."""
STILL_MAX = 60
"""Wakings of one station at one moment: more is a busy loop."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One frame that a station gave to its radio, by the true time."""

    at: float
    frame: OutgoingFrame


@dataclass
class Station:
    """One member's engine with what it stored, said and was told."""

    name: str
    engine: Engine
    store: Store = field(default_factory=Store)
    events: list[Event] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    ahead: float = 0.0
    """How far its clock is from the true time."""
    on: bool = True
    woken_at: float = 0.0
    still: int = 0

    def log(self) -> dict[ItemId, bytes]:
        """Everything but positions that it ever accepted."""
        items = self.store.items.values()
        return {item.id: item.raw for item in items if item.id.stream is Stream.LOG}

    def frames(self, *classes: Priority, since: float = 0.0) -> list[Sent]:
        """What it sent of these classes since a moment; of all when none is named."""
        wanted = classes or tuple(Priority)
        return [one for one in self.sent if one.frame.priority in wanted and one.at >= since]

    def holders(self, item: Item) -> tuple[int, ...]:
        """Who is known to hold an own item."""
        known = self.store.held.get(item.id, HeldChanged(item.id, ()))
        return known.holders


class SmallAir:
    """Stations and the links between them: all with all, or in a chain."""

    def __init__(
        self,
        names: Iterable[str],
        *,
        chain: bool = False,
        seed: int = 1,
        relays: int = RADIO_HOPS,
        loss: float = 0.0,
        copies: float = 0.0,
        late_s: float = 0.0,
        network: Network | None = None,
    ) -> None:
        """`relays` is how many in a row forward a flood, `copies` the share of frames that come
        twice, `late_s` the most that a frame is late by chance.
        """
        print(f"seed {seed}")  # noqa: T201 - the claim of a failed test is of no use without it
        self.network, self.now, self.seed = network or Network(), NOW, seed
        self.relays, self.loss, self.copies, self.late_s = relays, loss, copies, late_s
        self._dice = random.Random(seed)
        self._later: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self.stations = {name: Station(name, self._engine(name, Store(), NOW)) for name in names}
        everybody = list(self.stations)
        pairs = itertools.pairwise(everybody) if chain else itertools.combinations(everybody, 2)
        self.links = {frozenset(pair) for pair in pairs}

    def __getitem__(self, name: str) -> Station:
        return self.stations[name]

    def _engine(self, name: str, store: Store, now: float) -> Engine:
        return self.network.engine(name, store.saved(), now, seed=f"{self.seed} {now}")

    # -- what people do --------------------------------------------------------------------

    def say(self, name: str, body: KnownBody) -> Item:
        """A member says something now."""
        station = self.stations[name]
        item = station.engine.submit(body, self.now + station.ahead)
        self._wake(station)
        return item

    def off(self, *names: str) -> None:
        """Switched off: the engine is gone, what was stored stays."""
        for name in names:
            self.stations[name].on = False

    def restart(self, *names: str) -> None:
        """Switched on (again), with what was stored."""
        for name in names:
            station = self.stations[name]
            station.on = True
            station.engine = self._engine(name, station.store, self.now + station.ahead)

    def clock(self, name: str, by: float, *, told: bool) -> None:
        """A station's clock is set by `by` seconds; its engine is told or not."""
        station = self.stations[name]
        station.ahead += by
        if told:
            station.engine.clock_stepped(by)
        self._wake(station)

    def link(self, *pairs: tuple[str, str]) -> None:
        """These and no others hear each other from now on."""
        self.links = {frozenset(pair) for pair in pairs}

    # -- time ------------------------------------------------------------------------------

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        while True:
            station, at = self._next()
            if self._later and self._later[0][0] <= at:
                at = self._later[0][0]
                station = None
            if at > end:
                break
            self.now = max(self.now, at)
            if station is None:
                heapq.heappop(self._later)[2]()
            else:
                self._wake(station)
        self.now = end

    def _next(self) -> tuple[Station | None, float]:
        # a microsecond later: sums of floats come out a little early or late
        woken = [
            (s.engine.timer_at() - s.ahead + 1e-6, n) for n, s in self.stations.items() if s.on
        ]
        if not woken:
            return None, float("inf")
        at, name = min(woken)
        return self.stations[name], at

    def _wake(self, station: Station) -> None:
        station.still = station.still + 1 if station.woken_at == self.now else 0
        station.woken_at = self.now
        assert station.still < STILL_MAX, f"{station.name} is in a busy loop, seed {self.seed}"
        now = self.now + station.ahead
        station.engine.handle_timer(now)
        station.events += station.store.take(station.engine)
        for frame in station.engine.frames_to_send(now):
            station.sent.append(Sent(self.now, frame))
            self._transmit(station, frame)
        station.events += station.store.take(station.engine)

    # -- the air ---------------------------------------------------------------------------

    def _transmit(self, station: Station, frame: OutgoingFrame) -> None:
        airtime = LONG_FAST.frame_s(len(frame.payload))
        self._fate(station, frame, Fate.ACCEPTED, 0.0)
        self._fate(station, frame, Fate.ON_AIR, airtime)
        limit = RADIO_HOPS if frame.hop_limit is None else frame.hop_limit
        relayed = False
        for name, hops in self._reached(station.name, min(limit, self.relays)):
            for _ in range(1 + (self._dice.random() < self.copies)):
                if self._dice.random() >= self.loss:
                    relayed = relayed or (hops == 0 and limit > 0)
                    wait = airtime * (hops + 1) + self.late_s * self._dice.random()
                    self._deliver(name, frame.payload, hops, limit - hops, wait)
        if frame.want_ack:
            heard = Fate.HEARD if relayed else Fate.UNHEARD
            self._fate(station, frame, heard, 2 * airtime + 1.0)

    def _reached(self, sender: str, relays: int) -> list[tuple[str, int]]:
        """Who gets a frame, and over how many relays: the shortest way."""
        found, edge = {sender: -1}, [sender]
        for hops in range(relays + 1):
            edge = [
                name
                for name, station in self.stations.items()
                if station.on
                and name not in found
                and any(frozenset((name, last)) in self.links for last in edge)
            ]
            found |= dict.fromkeys(edge, hops)
        return [(name, hops) for name, hops in found.items() if name != sender]

    def _deliver(self, name: str, payload: bytes, hops: int, hops_left: int, wait: float) -> None:
        def arrives() -> None:
            station = self.stations[name]
            if station.on:
                reception = Reception("radio", snr=5.0, hops=hops, hops_left=hops_left)
                station.engine.receive(payload, self.now + station.ahead, reception)
                self._wake(station)

        self._at(wait, arrives)

    def _fate(self, station: Station, frame: OutgoingFrame, fate: Fate, wait: float) -> None:
        engine = station.engine  # of this life: a later one knows nothing of its tokens

        def known() -> None:
            if station.on and station.engine is engine:
                engine.frame_fate(frame.token, fate, self.now + station.ahead)
                self._wake(station)

        self._at(wait, known)

    def _at(self, wait: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._later, (self.now + wait, next(self._order), what))
