"""Every shipped scenario, 30 runs: our engines beside plain flooding, same radios, same seeds.

What arrived and how soon, and the air time of everything it took: alerts, their relays,
positions, the radios' own telemetry, digests and repairs. Then what an hour without news
costs. `--sizes real` lets signed items be as long on the air as they are. Figures follow from
the seeds, not from the machine; only the CPU times do.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a script, from anywhere

from benchmarks import delivery_page, harness
from benchmarks.delivery_bars import bars_of, idle_bars, real_bars
from benchmarks.delivery_runs import IDLE_PRESETS, idle_run, one_run
from benchmarks.delivery_summary import idle_summary, summary
from meshdefense.simulator.runs import peak_memory_mb
from meshdefense.simulator.shipped import names

NAME: Final = "delivery"
RUNS: Final = 30
SCENARIO_WAYS: Final = {"engine": "engine", "flooding": "flooding"}
REAL_WAYS: Final = {
    "engine": "engine, real sizes",
    "flooding": "flooding",
    "flooding of signed positions": "flooding, real sizes",
}
PAGE: Final = harness.ROOT / "docs" / "benchmarks" / "delivery.md"


def main() -> int:
    """Measure and print; a full run also writes the page and its pictures."""
    args = _arguments()
    if args.redraw:
        _write_page()
        return 0
    began = time.perf_counter()
    figures = measure(args)
    figures["seconds"] = round(time.perf_counter() - began, 1)
    figures["peak_memory_mb"] = round(peak_memory_mb(), 1)
    real = args.sizes == "real"
    bars = real_bars(figures["scenarios"]) if real else bars_of(figures["scenarios"])
    bars += idle_bars(figures["idle"])
    columns, rows = delivery_page.console_rows(figures["scenarios"])
    outcome = harness.Outcome(
        f"{NAME}_real" if real else NAME,
        f"Delivery of alerts, {args.runs} runs each, {args.sizes} sizes",
        columns,
        rows,
        bars,
        figures,
        [f"{figures['seconds']:.0f} s with {args.processes} processes"],
    )
    code = harness.finish(outcome, args)
    if not args.quick and args.json is None:
        _write_page()
    return code


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"benchmarks/{NAME}.py", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write here instead")
    parser.add_argument("--quick", action="store_true", help="two short scenarios, two runs")
    parser.add_argument("--runs", type=int, default=RUNS, metavar="N", help="of each scenario")
    parser.add_argument("--scenarios", nargs="+", default=names(), choices=names(), metavar="NAME")
    parser.add_argument("--sizes", choices=("scenario", "real"), default="scenario")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1), metavar="N")
    parser.add_argument(
        "--redraw", action="store_true", help="no runs: page and pictures from the last results"
    )
    args = parser.parse_args()
    if args.quick:
        args.runs, args.scenarios = 2, ["dense-block", "split-and-ferry"]
    if args.runs < RUNS or set(args.scenarios) != set(names()):
        args.quick = True  # a part of it is not what the results and the page are about
    return args


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """All runs, spread over the processes; the result does not depend on how many there are."""
    ways: Mapping[str, str] = REAL_WAYS if args.sizes == "real" else SCENARIO_WAYS
    with ProcessPoolExecutor(args.processes) as pool:
        waiting: dict[tuple[str, str], list[Future[Any]]] = {
            (name, label): [pool.submit(one_run, name, way, k) for k in range(args.runs)]
            for name in args.scenarios
            for label, way in ways.items()
        }
        quiet: dict[tuple[str, bool], list[Future[Any]]] = {}
        if args.sizes == "scenario":
            quiet = {
                (preset, told): [pool.submit(idle_run, preset, told, k) for k in range(args.runs)]
                for preset in IDLE_PRESETS
                for told in (True, False)
            }
        scenarios: dict[str, dict[str, Any]] = {}
        for (name, label), runs in waiting.items():
            found = summary(name, [run.result() for run in runs])
            scenarios.setdefault(name, {})[label] = found
        idle = {
            f"{preset}, {'15 alerts before' if told else 'nothing ever said'}": idle_summary(
                [run.result() for run in runs]
            )
            for (preset, told), runs in quiet.items()
        }
    return {"runs": args.runs, "sizes": args.sizes, "scenarios": scenarios, "idle": idle}


def _write_page() -> None:
    """The page's tables and the pictures, from the results that are in the repository."""
    from benchmarks.delivery_plot import draw

    held = results()
    PAGE.write_text(delivery_page.with_figures(PAGE.read_text(), held))
    for path in draw(held[NAME], PAGE.parent):
        print(f"written: {path.name}")


def results() -> dict[str, dict[str, Any]]:
    """What was measured last, by name; the one with real sizes may be missing."""
    found = {}
    for name in (NAME, f"{NAME}_real"):
        path = harness.RESULTS / f"{name}.json"
        if path.exists():
            found[name] = json.loads(path.read_text())
    return found


if __name__ == "__main__":
    sys.exit(main())
