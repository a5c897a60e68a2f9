"""Long reports over the scenarios' radios: numbered fragments against an erasure code.

One node has a report of 1,500 bytes, everybody has its manifest; from then on only fragments
and requests are on the air, in virtual time, with hop limit 0. The code is a stand-in, see
coded_transfers. The networks are those of the scenario files, without their traffic. Airtime
does not depend on the machine: the same seeds give the same figures.
"""

from __future__ import annotations

import random
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a script, from anywhere

from benchmarks.coded_transfers import CodedTransfers
from benchmarks.harness import Bar, Outcome, arguments, finish
from meshdefense.air.packets import Packet, Received, Transmitted
from meshdefense.air.scenario import Scenario, parse_scenario
from meshdefense_protocol.airtime import Modem, carrier_bytes
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.fragments import content_hash, decode_request
from meshdefense_protocol.frames import FrameType
from meshdefense_protocol.limits import FRAME_OVERHEAD, FRAME_TARGET, LONG_TEXT_MAX
from meshdefense_protocol.packets.reference import REF_SIZE, ItemId
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.transfers import Control, Transfers

NAME: Final = "fragments"
SCENARIOS: Final = Path(__file__).resolve().parents[1] / "meshdefense" / "simulator" / "scenarios"
REF: Final = ItemId(1, 0, 0)
TEXT: Final = bytes(random.Random(1).choices(range(32, 127), k=LONG_TEXT_MAX))
LIFETIME_S: Final = 24 * 3600.0
GAIN: Final = 0.15
"""Of airtime; less does not pay for a code."""


def hash_of(content: bytes) -> bytes:
    """As in a network whose id is zero."""
    return content_hash(bytes(16), content)


@dataclass(slots=True)
class Run:
    """What one run measured."""

    whole: int
    """Nodes that have the text at the end, its author left out."""
    others: int
    last_s: float
    """Until the last of them had it; the whole run when somebody never had."""
    air_s: float
    fragments: int
    requests: int


class Network:
    """Transfers in every node over one air."""

    def __init__(self, scenario: Scenario, scheme: type[Transfers], seed: int) -> None:
        self.world = scenario.world(seed)
        self.numbers = self.world.numbers
        preset = scenario.preset
        modem = Modem(preset.spreading_factor, preset.bandwidth_hz, preset.coding_rate)
        self.nodes = {
            number: scheme(
                number + 1,
                entropy=random.Random(f"{seed} {number}").random,
                hash_of=hash_of,
                unit_s=modem.frame_s(FRAME_TARGET),
            )
            for number in self.numbers
        }
        coded = {n + 1: each for n, each in self.nodes.items() if isinstance(each, CodedTransfers)}
        for each in coded.values():
            each.others = coded
        self.begins_at, self.ends_at = _window(scenario)
        self.busy: dict[int, float] = {}
        self.whole_at: dict[int, float] = {}
        self.controls: list[tuple[FrameType, bytes]] = []
        self.sent = {FrameType.FRAGMENT: 0, FrameType.REQUEST: 0}
        self.air_s = 0.0

    def run(self) -> Run:
        """From the manifest until everybody has the text, or the scenario ends."""
        origin, *others = self.numbers
        now = self.begins_at
        self.world.advance(now)
        for number, node in self.nodes.items():
            node.manifest_accepted(
                REF, len(TEXT), hash_of(TEXT), KeyClass.EVERYONE, now + LIFETIME_S, now,
                TEXT if number == origin else None,
            )  # fmt: skip
        last = now
        while now < self.ends_at and (len(self.whole_at) < len(others) or now < last):
            self._speak(now)
            now = min(max(self._next(now), now), self.ends_at)
            for event in self.world.advance(now):
                if isinstance(event, Transmitted):
                    self.air_s += event.air_s
                    self.busy[event.node] = event.at + event.air_s
                elif isinstance(event, Received):
                    self._take(event)
                    last = event.at
        done = max(self.whole_at.values(), default=self.ends_at) - self.begins_at
        everybody = len(self.whole_at) == len(others)
        return Run(
            len(self.whole_at),
            len(others),
            done if everybody else self.ends_at - self.begins_at,
            self.air_s,
            self.sent[FrameType.FRAGMENT],
            self.sent[FrameType.REQUEST],
        )

    def _speak(self, now: float) -> None:
        for number, node in self.nodes.items():
            if self.busy.get(number, 0.0) > now or not self.world.is_on(number):
                continue
            for control in node.due(now):
                node.sent(now)
                self._send(number, control, now)

    def _send(self, number: int, control: Control, now: float) -> None:
        _, kind, content = control
        self.sent[kind] += 1
        size = FRAME_OVERHEAD + len(content)
        assert size <= FRAME_TARGET
        identifier = len(self.controls)
        self.controls.append((kind, content))
        packet = Packet(number, identifier, bytes(size + carrier_bytes(size)), hop_limit=0)
        if self.world.send(number, packet, now) is None:
            self.busy[number] = now + 60.0  # until it is on the air

    def _take(self, event: Received) -> None:
        node = self.nodes[event.node]
        kind, content = self.controls[event.packet.identifier]
        if kind is FrameType.FRAGMENT:
            index, data = content[REF_SIZE], content[REF_SIZE + 1 :]
            if node.fragment_received(REF, index, data, event.at) is not None:
                self.whole_at[event.node] = event.at
            return
        request = decode_request(content)
        assert not isinstance(request, Rejection)
        node.request_received(request.ref, request.sender, request.held, event.at, event.snr)

    def _next(self, now: float) -> float:
        times = [self.ends_at]
        if (at := self.world.timer_at()) is not None:
            times.append(at)
        for number, node in self.nodes.items():
            if self.world.is_on(number) and (due := node.timer_at()) is not None:
                times.append(max(due, self.busy.get(number, 0.0)))
        return min(times)


def _window(scenario: Scenario) -> tuple[float, float]:
    """Begin a minute after somebody has gone, where somebody goes."""
    gone = [off for _, off, _ in scenario.power] + [part.from_s for part in scenario.partitions]
    return min(gone, default=0.0) + 60.0, scenario.duration_s


def main() -> int:
    """Measure both schemes on all scenarios."""
    args = arguments(NAME, (__doc__ or "").splitlines()[0])
    runs = 2 if args.quick else 10
    rows: list[Sequence[str]] = []
    figures: dict[str, Any] = {}
    saved = []
    for path in sorted(SCENARIOS.glob("*.json")):
        scenario = parse_scenario(path.read_text(encoding="utf-8"))
        air = {}
        for name, scheme in (("numbered", Transfers), ("coded", CodedTransfers)):
            found = [Network(scenario, scheme, scenario.seed + n).run() for n in range(runs)]
            air[name] = statistics.mean(run.air_s for run in found)
            whole = sum(run.whole for run in found) / sum(run.others for run in found)
            times = [run.last_s for run in found]
            figures[f"{scenario.name}, {name}"] = {
                "runs": runs,
                "nodes": len(scenario.stations),
                "has_it_share": whole,
                "all_have_it_runs": sum(run.whole == run.others for run in found),
                "all_have_it_s": {"mean": statistics.mean(times), "min": min(times),
                                  "max": max(times)},
                "air_s": {"mean": air[name], "min": min(run.air_s for run in found),
                          "max": max(run.air_s for run in found)},
                "fragments": statistics.mean(run.fragments for run in found),
                "requests": statistics.mean(run.requests for run in found),
            }  # fmt: skip
            rows.append(
                [
                    scenario.name,
                    name,
                    f"{100 * whole:.1f}",
                    f"{statistics.mean(times):.0f}",
                    f"{max(times):.0f}",
                    f"{air[name]:.1f}",
                    f"{statistics.mean(run.fragments for run in found):.1f}",
                    f"{statistics.mean(run.requests for run in found):.1f}",
                ]
            )
            print(rows[-1], flush=True)
        saved.append(1.0 - air["coded"] / air["numbered"])
    figures["coding_saves_airtime"] = {"mean": statistics.mean(saved), "each": saved}
    outcome = Outcome(
        NAME,
        f"A report of {LONG_TEXT_MAX} bytes from one node to all, mean of {runs} runs",
        ["scenario", "scheme", "have it %", "last s", "slowest run s", "air s", "fragments",
         "requests"],
        rows,
        [Bar("airtime that coding would save, mean of scenarios", statistics.mean(saved), GAIN,
             "of numbered")],
        figures,
    )  # fmt: skip
    return finish(outcome, args)


if __name__ == "__main__":
    sys.exit(main())
