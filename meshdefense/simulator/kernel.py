"""The event loop: radios, engines and people of one run in virtual time.

Three sources of what comes next: the world's own heap, the engines' timers and the schedule.
Everything but the world's lies in one heap; an entry that an engine has changed its mind about
stays there and does nothing when it comes up, so that a step costs what happens in it and not
what exists. Equal times go in the order in which they were scheduled: a run is a function of
scenario, seed and options. Times are seconds from the start.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from functools import partial
from typing import Final

from meshdefense.air import packets as air
from meshdefense.air.flooding import GUIDE
from meshdefense.air.scenario import Scenario
from meshdefense.simulator.cast import Cast, has_base
from meshdefense.simulator.onlooker import Onlooker, Sent
from meshdefense.simulator.record import UTILISATION_EVERY_S, Content, Record
from meshdefense.simulator.seeds import derived
from meshdefense.simulator.sizes import Ruler, Sizes, content_of
from meshdefense.simulator.station import NEVER, Station
from meshdefense.simulator.trace import Trace
from meshdefense.simulator.traffic import (
    POLITE_PERCENT,
    Saying,
    body_of,
    packet_bytes,
    schedule,
)
from meshdefense_protocol.errors import LocalError
from meshdefense_protocol.events import ItemAccepted
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import Beacon
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.transport import Fate, OutgoingFrame, Reception

__all__ = ["Kernel"]

RADIO_STARTS_S: Final = 1.0
"""From power-on until the radio answers."""
TELEMETRY_EVERY_S: Final = 10.0
"""How often a radio tells its channel utilisation while the channel is in use."""
GPS_EVERY_S: Final = 10.0
NO_HURRY_S: Final = 0.05
"""An engine that wants to be called again at once, having had nothing to do, waits so long."""


class Kernel:
    """One run with engines; `run` goes to the end and returns the record."""

    def __init__(
        self,
        scenario: Scenario,
        cast: Cast,
        *,
        seed: int,
        run: int,
        sizes: Sizes = Sizes.SCENARIO,
        onlooker: Onlooker | None = None,
    ) -> None:
        self.record = Record(scenario)
        self.trace = Trace()
        self._scenario = scenario
        self._grid = cast.charter.grid
        self._world = scenario.world(derived(seed, run, "air"), rules=GUIDE)
        self._stations = [
            Station(index, member, seed, run, scenario.preset, scenario.duty_cycle)
            for index, member in enumerate(cast.members)
        ]
        self._ruler = Ruler(sizes)
        self._onlooker = onlooker
        self._heap: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = 0
        self._sent: dict[int, Sent] = {}
        self._alerts: dict[ItemId, str] = {}
        self._said_at: dict[ItemId, float] = {}
        self._base = 0 if has_base(scenario) else None
        if onlooker is not None:
            self._world.on_ended = self._ended

    # -- the loop ----------------------------------------------------------------------------

    def run(self) -> Record:
        """Play the whole scenario."""
        for saying in schedule(self._scenario):
            self._at(saying.at, partial(self._say, saying))
        for station in self._stations:
            station.start(0.0)
            station.radio_ready(0.0)
            self._settle(station, 0.0)
            if self._scenario.stations[station.index].way:
                self._gps(station, 0.0)
        self._at(UTILISATION_EVERY_S, self._measure)
        end = self._scenario.duration_s
        while (at := self._next()) < end:
            self.record.events += 1
            world = self._world.timer_at()
            if world is not None and world <= at:
                for event in self._world.advance(at):
                    self._happened(event)
            while self._heap and self._heap[0][0] <= at:
                _, _, action = heapq.heappop(self._heap)
                action(at)
        self.record.air_counters = self._world.counters
        self.record.trace = self.trace.digest()
        for station in self._stations:
            self._count_rejected(station)
            self.record.shown_twice += station.shown_twice
        return self.record

    def _next(self) -> float:
        world = self._world.timer_at()
        return min(NEVER if world is None else world, self._heap[0][0] if self._heap else NEVER)

    def _at(self, at: float, action: Callable[[float], None]) -> None:
        self._order += 1
        heapq.heappush(self._heap, (at, self._order, action))

    # -- stations ----------------------------------------------------------------------------

    def _settle(self, station: Station, at: float) -> None:
        """After anything that may have changed a station: store, send, set its alarm."""
        self._store(station, at)
        wants = station.wants()
        if wants <= at:  # asking for frames costs more than asking when there will be some
            for frame in station.frames(at):
                self._store(station, at)
                self._transmit(station, frame, at)
            self._store(station, at)
            wants = station.wants()
        if wants <= at:
            self.record.idle_wakeups += 1
            wants = at + NO_HURRY_S
        if wants != station.due:
            station.due = wants
            if wants < self._scenario.duration_s:
                self._at(wants, partial(self._wake, station, wants))

    def _wake(self, station: Station, due: float, at: float) -> None:
        if station.due != due:
            return  # it has another alarm by now
        station.due = NEVER
        station.pass_time(at)
        self._settle(station, at)

    def _store(self, station: Station, at: float) -> None:
        for event in station.drain():
            if isinstance(event, ItemAccepted):
                self._accepted(station, event.item, at)

    def _accepted(self, station: Station, item: Item, at: float) -> None:
        self.trace.note("accepted", at, station.index, str(item.id))
        if self._onlooker is not None:
            self._onlooker.accepted(at, station.index, item)
        alert = self._alerts.get(item.id)
        if alert is not None:
            self.record.arrived(alert, station.index, at)
        elif station.index == self._base and isinstance(item.body, Beacon):
            node = item.id.author - 1
            if node != self._base:
                said_at = self._said_at[item.id]
                self.record.positions_known[node].append((at, said_at))

    def _transmit(self, station: Station, frame: OutgoingFrame, at: float) -> None:
        content = content_of(frame)
        name = "+".join(str(item_id) for item_id in frame.items) or content.value
        identifier = self._register(station, content, name, frame)
        packet = self._ruler.packet(frame, station.index, identifier, self._scenario.hop_limit)
        refusal = self._world.send(station.index, packet, at)
        fate = Fate.ACCEPTED if refusal is None else Fate.REFUSED
        self._fate(station, identifier, fate, at, "" if refusal is None else refusal.value)

    def _register(
        self, station: Station, content: Content, name: str, frame: OutgoingFrame | None
    ) -> int:
        identifier = len(self._sent) + 1
        self._sent[identifier] = Sent(station.index, content, name, frame, station.lives)
        return identifier

    def _fate(
        self, station: Station, identifier: int, fate: Fate, at: float, detail: str = ""
    ) -> None:
        sent = self._sent[identifier]
        if sent.frame is None or sent.life != station.lives:
            return
        station.fate(sent.frame.token, fate, at, detail)
        if self._onlooker is not None:
            self._onlooker.fate(at, station.index, sent, fate, detail)

    def _count_rejected(self, station: Station) -> None:
        if station.engine is not None:
            for reason, count in station.engine.rejected.items():
                self.record.rejected[reason.value] += count

    # -- the air -----------------------------------------------------------------------------

    def _happened(self, event: air.Event) -> None:
        station, at = self._stations[event.node], event.at
        match event:
            case air.Transmitted(packet=packet, air_s=air_s):
                self._went_on_air(station, packet, air_s, at)
                return
            case air.Received(packet=packet, snr=snr, rssi=rssi):
                sent = self._sent[packet.identifier]
                self.trace.note("received", at, station.index, sent.name, str(packet.relay))
                self._listen(station, at)
                if sent.frame is None:
                    return
                hops = packet.hop_start - packet.hop_limit
                hints = Reception(
                    "radio", packet.origin, round(snr, 2), round(rssi), hops, packet.hop_limit
                )
                station.hear(sent.frame.payload, at, hints)
            case air.QueueFreed(packet=packet):
                if packet.relay != packet.origin:
                    return
                self._fate(station, packet.identifier, Fate.ON_AIR, at)
            case air.Heard(packet=packet):
                self._fate(station, packet.identifier, Fate.HEARD, at)
            case air.Failed(packet=packet):
                self._fate(station, packet.identifier, Fate.UNHEARD, at)
            case air.PowerChanged(on=on):
                self._power(station, on, at)
            case _:
                return
        self._settle(station, at)

    def _went_on_air(self, station: Station, packet: air.Packet, air_s: float, at: float) -> None:
        sent = self._sent[packet.identifier]
        relayed = packet.relay != packet.origin
        self.trace.note("sent", at, station.index, sent.name, str(packet.hop_limit))
        self.record.transmitted(
            sent.content, station.index, len(packet.payload), air_s, relayed=relayed
        )
        self._listen(station, at)
        if self._onlooker is not None:
            self._onlooker.transmitted(at, station.index, sent, packet, air_s)

    def _ended(
        self, at: float, node: int, packet: air.Packet, cause: str | None, snr: float
    ) -> None:
        assert self._onlooker is not None
        self._onlooker.ended(at, node, self._sent[packet.identifier], packet, cause, snr)

    def _power(self, station: Station, on: bool, at: float) -> None:
        if self._onlooker is not None:
            self._onlooker.power(at, station.index, on)
        if not on:
            self._count_rejected(station)
            station.stop(at)
            return
        if station.off_since is not None:
            self.record.came_back.append((station.index, station.off_since, at))
        station.start(at)
        self._at(at + RADIO_STARTS_S, partial(self._radio_ready, station))

    def _radio_ready(self, station: Station, at: float) -> None:
        station.radio_ready(at)
        self._settle(station, at)

    # -- what radio and GPS tell ---------------------------------------------------------------

    def _listen(self, station: Station, at: float) -> None:
        """The channel is in use here: the radio's telemetry will say so."""
        if not station.ticking:
            station.ticking = True
            # spread over the nodes, as their radios' clocks are
            wait = TELEMETRY_EVERY_S * (0.5 + 0.5 * (station.index * 0.618 % 1.0))
            self._at(at + wait, partial(self._telemetry, station))

    def _telemetry(self, station: Station, at: float) -> None:
        percent = self._world.channel_utilisation(station.index, at)
        station.utilisation(percent, at)
        if percent:
            self._at(at + TELEMETRY_EVERY_S, partial(self._telemetry, station))
        else:
            station.ticking = False
        self._settle(station, at)

    def _gps(self, station: Station, at: float) -> None:
        x, y = self._world.medium.place(station.index).position(at)
        station.position(x, y, at)
        if at < self._scenario.stations[station.index].way[-1].at:
            self._at(at + GPS_EVERY_S, partial(self._gps, station))
        self._settle(station, at)

    def _measure(self, at: float) -> None:
        shares = [self._world.channel_utilisation(one.index, at) for one in self._stations]
        self.record.utilisation.append((math.fsum(shares) / len(shares), max(shares)))
        self._at(at + UTILISATION_EVERY_S, self._measure)

    # -- people ------------------------------------------------------------------------------

    def _say(self, saying: Saying, at: float) -> None:
        station, traffic = self._stations[saying.traffic.node], saying.traffic
        if station.engine is None:
            self.record.refused[f"{traffic.kind}: switched off"] += 1
            return
        if traffic.kind == "telemetry":
            self._tell_telemetry(station, traffic.size, at)
            return
        place = self._world.medium.place(station.index).position(at)
        body = body_of(saying, self._grid, place, self._scenario.duration_s)
        try:
            item = station.say(body, at)
        except LocalError as error:
            self.record.refused[f"{traffic.kind}: {type(error).__name__}"] += 1
            return
        assert item is not None
        self._ruler.declare(item.id, traffic.size, packet_bytes(body))
        if traffic.kind == "alert":
            self._alerts[item.id] = traffic.name
            self.record.said(traffic.name, station.index, at)
            if self._onlooker is not None:
                self._onlooker.said(at, station.index, traffic.name, item)
        else:
            self._said_at[item.id] = at
            self.record.positions_said[station.index] += 1
        self._settle(station, at)

    def _tell_telemetry(self, station: Station, size: int, at: float) -> None:
        """The radio's own broadcast, without the engine."""
        if self._world.channel_utilisation(station.index, at) >= POLITE_PERCENT:
            self.record.refused["telemetry: channel busy"] += 1
            return
        name = f"telemetry {station.index}"
        identifier = self._register(station, Content.TELEMETRY, name, None)
        packet = air.Packet(
            station.index, identifier, bytes(size), hop_limit=self._scenario.hop_limit
        )
        if self._world.send(station.index, packet, at) is not None:
            self.record.refused["telemetry: radio"] += 1
