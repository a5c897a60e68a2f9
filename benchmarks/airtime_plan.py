"""The airtime plan beside simulated hours: how far its figures may be believed.

Groups of 10, 30 and 60 on four presets with few, some and many reports; two hours each, on layouts
that the plan's constants were not fitted to, with an engine in each node and frames at their real
size. Figures follow from the seeds, not from the machine.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a script, from anywhere

from benchmarks import harness
from benchmarks.airtime_runs import Found, as_json, one_run
from meshdefense.air.planning import Plan, Wish, plan
from meshdefense.air.presets import preset_named
from meshdefense.provisioning.airtime.words import CHANNEL_FACTOR, HALF, TIME_FACTOR

NAME: Final = "airtime_plan"
SEEDS: Final = (101, 102)
"""Others than those that the constants come from."""
MEMBERS: Final = (10, 30, 60)
PRESETS: Final = ("LONG_FAST", "MEDIUM_SLOW", "MEDIUM_FAST", "SHORT_FAST")
REPORTS: Final = (4.0, 12.0, 40.0)
BEGIN: Final = "<!-- from here on written by benchmarks/airtime_plan.py -->"
END: Final = "<!-- as far as here -->"
PAGE: Final = harness.ROOT / "docs" / "benchmarks" / "airtime.md"
COLUMNS: Final = (
    "preset", "people", "relays", "area", "hop limit", "reports/h", "positions min",
    "channel, plan", "simulated", "ratio", "95 % s, plan", "simulated", "ratio",
    "slowest tenth s", "told",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """One wish, planned and simulated."""

    planned: Plan
    runs: tuple[Found, ...]

    @property
    def channel(self) -> float:
        """Simulated share of the channel, mean of the runs."""
        return statistics.fmean(run.utilisation for run in self.runs)

    @property
    def reach_s(self) -> float:
        """Simulated time to 95 %, median of the runs."""
        return statistics.median(run.reach_s for run in self.runs)

    @property
    def slow_s(self) -> float:
        """The slowest tenth's."""
        return statistics.median(run.reach_slow_s for run in self.runs)

    @property
    def told(self) -> bool:
        """Whether the plan tells people a time for it."""
        found = self.planned
        return not found.thin and not found.too_few_hops and found.utilisation <= HALF

    @property
    def channel_ratio(self) -> float:
        """Plan to simulation."""
        return self.planned.utilisation / self.channel

    @property
    def time_ratio(self) -> float:
        """Plan to simulation; infinite where one of them never gets there."""
        return self.planned.reach_s / self.reach_s if math.isfinite(self.reach_s) else math.inf


def main() -> int:
    """Measure and print; a full run also writes the page."""
    args = _arguments()
    began = time.perf_counter()
    cells = measure(wishes(quick=args.quick), args.processes)
    seconds = time.perf_counter() - began
    told = [cell for cell in cells if cell.told]
    outcome = harness.Outcome(
        NAME,
        f"Airtime plan and simulated hours, {len(SEEDS)} layouts each",
        COLUMNS,
        [_row(cell) for cell in cells],
        [
            harness.Bar("channel, largest ratio", _worst(told, "channel"), CHANNEL_FACTOR, "times"),
            harness.Bar("time, largest ratio", _worst(told, "time"), TIME_FACTOR, "times"),
        ],
        {"seconds": round(seconds, 1), "cells": [_figures(cell) for cell in cells]},
        [f"{len(told)} of {len(cells)} cells are told; {seconds:.0f} s"],
    )
    code = harness.finish(outcome, args)
    if not args.quick and args.json is None:
        _write_page()
    return code


def wishes(*, quick: bool) -> list[Wish]:
    """What is compared."""
    if quick:
        return [Wish(10, preset_named("MEDIUM_FAST"), 4.0, area_hops=1.0)]
    found = [
        Wish(members, preset_named(preset), reports)
        for preset in PRESETS
        for members in MEMBERS
        for reports in REPORTS
    ]
    for preset in ("LONG_FAST", "MEDIUM_FAST"):
        modem = preset_named(preset)
        found += [
            Wish(5, modem, 12.0, area_hops=1.0),
            Wish(10, modem, 12.0, area_hops=2.0),
            Wish(10, modem, 12.0, relays=6),
            Wish(30, modem, 12.0, area_hops=1.0),
            Wish(30, modem, 12.0, area_hops=2.0),
            Wish(30, modem, 12.0, area_hops=4.0),
            Wish(30, modem, 12.0, area_hops=4.0, hop_limit=5),
            Wish(60, modem, 12.0, area_hops=5.0, hop_limit=6),
            Wish(30, modem, 4.0, relays=3),
            Wish(30, modem, 4.0, positions_minutes=15.0),
            Wish(30, modem, 4.0, check_in_minutes=None),
        ]
    return found


def measure(found: Sequence[Wish], processes: int) -> list[Cell]:
    """All runs; the result does not depend on how many processes there are."""
    with ProcessPoolExecutor(processes) as pool:
        waiting = [[pool.submit(one_run, wish, seed) for seed in SEEDS] for wish in found]
        return [
            Cell(plan(wish), tuple(run.result() for run in runs))
            for wish, runs in zip(found, waiting, strict=True)
        ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"benchmarks/{NAME}.py", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write here instead")
    parser.add_argument("--quick", action="store_true", help="one small group")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1), metavar="N")
    return parser.parse_args()


def _worst(cells: Sequence[Cell], what: str) -> float:
    ratios: list[float] = [getattr(cell, f"{what}_ratio") for cell in cells]
    return max(max(ratio, 1.0 / ratio) for ratio in ratios)


def _row(cell: Cell) -> list[str]:
    wish, planned = cell.planned.wish, cell.planned
    return [
        wish.preset.name,
        str(wish.members),
        str(wish.relays),
        f"{wish.area_hops:g}",
        str(wish.hop_limit),
        f"{wish.reports_per_hour:g}" + ("" if wish.check_in_minutes else ", no check-ins"),
        f"{wish.positions_minutes:g}" if wish.positions_minutes else "-",
        f"{100 * planned.utilisation:.1f} %",
        f"{100 * cell.channel:.1f} %",
        f"{cell.channel_ratio:.2f}",
        _seconds(planned.reach_s),
        _seconds(cell.reach_s),
        f"{cell.time_ratio:.2f}" if math.isfinite(cell.time_ratio) else "-",
        _seconds(cell.slow_s),
        "yes" if cell.told else "no",
    ]


def _seconds(value: float) -> str:
    return f"{value:.1f}" if math.isfinite(value) else "never"


def _figures(cell: Cell) -> dict[str, Any]:
    planned, wish = cell.planned, cell.planned.wish
    return {
        "preset": wish.preset.name,
        "members": wish.members,
        "relays": wish.relays,
        "area_hops": wish.area_hops,
        "hop_limit": wish.hop_limit,
        "reports_per_hour": wish.reports_per_hour,
        "check_in_minutes": wish.check_in_minutes,
        "positions_minutes": wish.positions_minutes,
        "row": _row(cell),
        "told": cell.told,
        "planned": {
            "utilisation": planned.utilisation,
            "reach_s": planned.reach_s if math.isfinite(planned.reach_s) else None,
            "busiest_share": planned.busiest_share,
            "middle": planned.middle,
        },
        "simulated": [as_json(run) for run in cell.runs],
    }


def _write_page() -> None:
    """The page's table, from the results that are in the repository."""
    results = json.loads((harness.RESULTS / f"{NAME}.json").read_text())
    machine, figures = results["machine"], results["figures"]
    rows = [cell["row"] for cell in figures["cells"]]
    bars = "\n".join(
        f"* {bar['what']}: {bar['value']:.2f} (at most {bar['limit']:g}), "
        f"{'held' if bar['held'] else '**broken**'}"
        for bar in results["bars"]
    )
    table = "\n".join(
        [f"| {' | '.join(line)} |" for line in (COLUMNS, ["---"] * len(COLUMNS), *rows)]
    )
    made = (
        f"{len(rows)} wishes, {len(SEEDS)} simulated hours each, in {figures['seconds']:.0f} s on "
        f"{machine['cpu']} ({machine['cores']} cores), Python {machine['python']}. The figures "
        "follow from the seeds."
    )
    before, begin, rest = PAGE.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{PAGE.name} needs a line {BEGIN!r} and then a line {END!r}")
    PAGE.write_text(f"{before}{BEGIN}\n\n{made}\n\n{bars}\n\n{table}\n\n{END}{after}")


if __name__ == "__main__":
    sys.exit(main())
