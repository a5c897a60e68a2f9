"""`meshdefense sim`: play scenarios in virtual time, and explain what became of one alert."""

from __future__ import annotations

import argparse
import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meshdefense.cli.attach import complain
from meshdefense.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from meshdefense.air.scenario import Scenario

__all__ = ["configure", "run"]

RUNS_MAX = 1000


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    play = verbs.add_parser("run", help="play scenarios with an engine in each node")
    play.add_argument("file", nargs="+", help="scenario file, or name of one that is shipped")
    play.add_argument("--runs", type=int, default=1, metavar="N", help="with seeds of their own")
    play.add_argument("--seed", type=int, metavar="S", help="base seed (default: the file's)")
    play.add_argument("--baseline", choices=("flood",), help="also with flooding alone")
    play.add_argument(
        "--sizes",
        choices=("scenario", "real"),
        default="scenario",
        help="bytes on the air: as the file declares them, or as our frames are",
    )
    play.add_argument("--processes", type=int, default=1, metavar="N", help="runs at a time")
    play.add_argument("--json", type=Path, metavar="OUT", help="everything, to this file")
    tell = verbs.add_parser("explain", help="what became of one alert, step by step")
    tell.add_argument("file", help="scenario file, or name of one that is shipped")
    tell.add_argument("--alert", required=True, metavar="ID", help="as the file names it")
    tell.add_argument("--seed", type=int, metavar="S", help="base seed (default: the file's)")
    tell.add_argument("--run", type=int, default=0, metavar="K", help="which run (default 0)")


def run(args: argparse.Namespace) -> int:
    """Play or explain."""
    from meshdefense.air.scenario import ScenarioError
    from meshdefense.simulator.shipped import load

    files = args.file if isinstance(args.file, list) else [args.file]
    try:
        scenarios = [load(name) for name in files]
    except FileNotFoundError as error:
        complain(str(error))
        return ExitCode.NOT_FOUND
    except ScenarioError as error:
        complain(str(error))
        return ExitCode.DAMAGED
    return _explain(args, scenarios[0]) if args.verb == "explain" else _play(args, scenarios)


def _play(args: argparse.Namespace, scenarios: list[Scenario]) -> int:
    from meshdefense.simulator.report import details, heading, json_of, row
    from meshdefense.simulator.runs import peak_memory_mb, run_flooding, run_many, run_scenario
    from meshdefense.simulator.sizes import Sizes

    for name, value in (("--runs", args.runs), ("--processes", args.processes)):
        if not 1 <= value <= RUNS_MAX:
            complain(f"{name} {value} is outside 1 to {RUNS_MAX}")
            return ExitCode.USAGE
    ways: list[tuple[str, Any]] = [("engine", partial(run_scenario, sizes=Sizes(args.sizes)))]
    if args.baseline == "flood":
        ways.append(("flooding", run_flooding))
    found = []
    print(heading())
    for scenario in scenarios:
        notes = []
        for name, way in ways:
            series = run_many(way, scenario, args.runs, args.seed, processes=args.processes)
            print(row(name, series), flush=True)
            notes += [f"  {name}: {line}" for line in details(series)]
            found.append(json_of(name, series))
        print("\n".join(notes), flush=True)
    memory = peak_memory_mb()
    runs = "1 run" if args.runs == 1 else f"{args.runs} runs"
    print(f"{runs} each; peak memory {memory:.0f} MB")
    if args.json is not None:
        return _write(args, {"peak_memory_mb": memory, "series": found})
    return ExitCode.OK


def _write(args: argparse.Namespace, found: dict[str, Any]) -> int:
    from meshdefense import __version__

    text = {"version": __version__, "sizes": args.sizes, "seed": args.seed, **found}
    try:
        args.json.write_text(json.dumps(text, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        complain(f"cannot write {args.json}: {error.strerror}")
        return ExitCode.FAILED
    return ExitCode.OK


def _explain(args: argparse.Namespace, scenario: Scenario) -> int:
    from meshdefense.simulator.explain import UnknownAlertError, explain

    try:
        print("\n".join(explain(scenario, args.alert, args.seed, run=args.run)))
    except UnknownAlertError as error:
        complain(str(error))
        return ExitCode.NOT_FOUND
    return ExitCode.OK
