"""The same scenario with flooding alone: what the firmware achieves without this program.

Same places, same radios and same seeds as a run with engines; each alert is one packet of the
declared size that asks for a repeat, as the guide next to the scenario files has it.
"""

from __future__ import annotations

import math
from typing import Final

from meshdefense.air import packets as air
from meshdefense.air.flooding import GUIDE
from meshdefense.air.scenario import Scenario
from meshdefense.simulator.record import UTILISATION_EVERY_S, Content, Record
from meshdefense.simulator.seeds import derived
from meshdefense.simulator.trace import Trace
from meshdefense.simulator.traffic import POLITE_PERCENT, Saying, schedule

__all__ = ["Flooding", "flood"]

NEVER: Final = math.inf
_CONTENT: Final = {
    "alert": Content.ALERT,
    "position": Content.POSITION,
    "telemetry": Content.TELEMETRY,
}


def flood(scenario: Scenario, *, seed: int, run: int) -> Record:
    """Play the whole scenario."""
    return Flooding(scenario, seed=seed, run=run).run()


class Flooding:
    """One run of radios without engines."""

    def __init__(self, scenario: Scenario, *, seed: int, run: int) -> None:
        self.record = Record(scenario)
        self._scenario = scenario
        self._world = scenario.world(derived(seed, run, "air"), rules=GUIDE)
        self._sent: dict[int, Saying] = {}
        self._trace = Trace()
        self._off_since: dict[int, float] = {}
        self._base = 0 if scenario.stations[0].name == "base" else None

    def run(self) -> Record:
        """Play the whole scenario."""
        says, end = schedule(self._scenario), self._scenario.duration_s
        index, measure_at = 0, UTILISATION_EVERY_S
        while True:
            world = self._world.timer_at()
            said_at = says[index].at if index < len(says) else NEVER
            at = min(NEVER if world is None else world, said_at, measure_at)
            if at >= end:
                break
            self.record.events += 1
            for event in self._world.advance(at):
                self._happened(event)
            while index < len(says) and says[index].at <= at:
                self._say(says[index], at)
                index += 1
            if measure_at <= at:
                self._measure(at)
                measure_at += UTILISATION_EVERY_S
        self.record.air_counters = self._world.counters
        self.record.trace = self._trace.digest()
        return self.record

    def _say(self, saying: Saying, at: float) -> None:
        node, kind = saying.traffic.node, saying.traffic.kind
        alert = kind == "alert"
        if not self._world.is_on(node):
            self.record.refused[f"{kind}: switched off"] += 1
            return
        if not alert and self._world.channel_utilisation(node, at) >= POLITE_PERCENT:
            self.record.refused[f"{kind}: channel busy"] += 1
            return
        identifier = len(self._sent) + 1
        self._sent[identifier] = saying
        if alert:
            self.record.said(saying.traffic.name, node, at)
        elif kind == "position":
            self.record.positions_said[node] += 1
        packet = air.Packet(
            node,
            identifier,
            bytes(saying.traffic.size),
            hop_limit=self._scenario.hop_limit,
            want_ack=alert,
            priority=air.Priority.ALERT if alert else air.Priority.DEFAULT,
        )
        if self._world.send(node, packet, at) is not None:
            self.record.refused[f"{kind}: radio"] += 1

    def _happened(self, event: air.Event) -> None:
        at, node = event.at, event.node
        match event:
            case air.Transmitted(packet=packet, air_s=air_s):
                saying = self._sent[packet.identifier]
                self._trace.note("sent", at, node, saying.key, str(packet.hop_limit))
                self.record.transmitted(
                    _CONTENT[saying.traffic.kind],
                    node,
                    len(packet.payload),
                    air_s,
                    relayed=packet.relay != packet.origin,
                )
            case air.Received(packet=packet):
                saying = self._sent[packet.identifier]
                self._trace.note("received", at, node, saying.key, str(packet.relay))
                if saying.traffic.kind == "alert":
                    self.record.arrived(saying.traffic.name, node, at)
                elif saying.traffic.kind == "position" and node == self._base:
                    known = self.record.positions_known[saying.traffic.node]
                    known.append((at, saying.at))
            case air.PowerChanged(on=False):
                self._off_since[node] = at
            case air.PowerChanged(on=True):
                self.record.came_back.append((node, self._off_since[node], at))

    def _measure(self, at: float) -> None:
        numbers = self._world.numbers
        shares = [self._world.channel_utilisation(node, at) for node in numbers]
        self.record.utilisation.append((math.fsum(shares) / len(shares), max(shares)))
