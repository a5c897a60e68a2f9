"""`meshdefense radio`: radios, real and virtual.

Answers go to stdout, trouble to stderr.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from meshdefense.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from meshdefense.air.scenario import Scenario
    from meshdefense.virtual.mesh import VirtualMesh

__all__ = ["configure", "run"]

DEFAULT_NODES = 7
NOT_FOR_EVERYBODY = 1024  # below, ports need special rights


class _UsageError(Exception):
    """What was asked for makes no sense; the text says what to do."""


class _FailedError(Exception):
    """It could not be done now; the text says what to do."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of this noun to `parser`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    virtual = verbs.add_parser(
        "virtual",
        help="run radios in software, to try things without hardware",
        description=(
            "Run radios in software on a model of the air. Each listens on loopback and speaks"
            " the device protocol of Meshtastic, so that any client can use it as a radio."
            " Runs until interrupted."
        ),
    )
    what = virtual.add_mutually_exclusive_group()
    what.add_argument(
        "--nodes",
        type=int,
        metavar="N",
        help=f"number of radios that all hear each other (default {DEFAULT_NODES})",
    )
    what.add_argument("--scenario", metavar="FILE", help="radios and links from a scenario file")
    virtual.add_argument(
        "--port",
        type=int,
        default=0,
        metavar="BASE",
        help="port of the first radio, the others follow (default: free ports)",
    )
    virtual.add_argument(
        "--speed", type=float, default=1.0, metavar="X", help="times real time (default 1)"
    )
    virtual.add_argument("--preset", metavar="NAME", help="modem preset (default LONG_FAST)")
    virtual.add_argument("--seed", type=int, default=1, metavar="S", help="seed of all chance")
    virtual.add_argument(
        "--control", type=int, metavar="PORT", help="take commands on this port; 0 for a free one"
    )
    virtual.add_argument(
        "--restarts", action="store_true", help="reboot after changed settings, as hardware does"
    )
    virtual.add_argument("--json", action="store_true", help="print one JSON object instead")


def run(args: argparse.Namespace) -> int:
    """Run the chosen verb; return the exit code."""
    try:
        return asyncio.run(_virtual(args))
    except _UsageError as error:
        print(f"meshdefense radio {args.verb}: {error}", file=sys.stderr)
        return ExitCode.USAGE
    except _FailedError as error:
        print(f"meshdefense radio {args.verb}: {error}", file=sys.stderr)
        return ExitCode.FAILED


async def _virtual(args: argparse.Namespace) -> int:
    # These import the meshtastic library, which takes half a second.
    from meshdefense.virtual.control import ControlPort, described
    from meshdefense.virtual.mesh import PortTakenError

    mesh = _mesh(args)
    try:
        async with mesh:
            if args.control is None:
                _print_radios(args, described(mesh), None)
                await _interrupted(mesh.broken)
            else:
                async with ControlPort(mesh, args.control) as control:
                    _print_radios(args, described(mesh), control.port)
                    await _interrupted(mesh.broken)
    except PortTakenError as error:
        raise _FailedError(str(error)) from None
    except OSError as error:
        raise _FailedError(f"{error}; choose another port") from None
    return ExitCode.OK


def _mesh(args: argparse.Namespace) -> VirtualMesh:
    from meshdefense.air.presets import UnknownPresetError
    from meshdefense.virtual.mesh import VirtualMesh

    for name in ("port", "control"):
        port = getattr(args, name)
        if port and not NOT_FOR_EVERYBODY <= port <= 65_535:
            raise _UsageError(f"--{name} must be {NOT_FOR_EVERYBODY} to 65535, not {port}")
    scenario = _scenario(args.scenario) if args.scenario else None
    try:
        return VirtualMesh(
            DEFAULT_NODES if args.nodes is None else args.nodes,
            scenario=scenario,
            preset=args.preset,
            speed=args.speed,
            seed=args.seed,
            base_port=args.port,
            restart_after_changes=args.restarts,
        )
    except (UnknownPresetError, ValueError) as error:
        raise _UsageError(str(error)) from None


def _scenario(path: str) -> Scenario:
    from meshdefense.air.scenario import ScenarioError, parse_scenario

    try:
        return parse_scenario(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise _UsageError(f"cannot read the scenario: {error}") from None
    except (ScenarioError, UnicodeDecodeError) as error:
        raise _UsageError(f"{path}: {error}") from None


def _print_radios(
    args: argparse.Namespace, radios: list[dict[str, object]], control: int | None
) -> None:
    if args.json:
        print(json.dumps({"radios": radios, "control": control}), flush=True)
        return
    for radio in radios:
        print(f"{radio['name']}\t{radio['address']}")
    if control is not None:
        print(f"control\ttcp:127.0.0.1:{control}")
    sys.stdout.flush()


async def _interrupted(end: asyncio.Event) -> None:
    """Return when the process is asked to end, or `end` is set."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end.set)
    await end.wait()
