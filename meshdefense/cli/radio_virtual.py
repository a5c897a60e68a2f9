"""`meshdefense radio virtual`: radios in software.

Answers go to stdout, trouble to stderr.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from meshdefense.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from meshdefense.air.scenario import Scenario
    from meshdefense.virtual.mesh import Traits, VirtualMesh

__all__ = ["configure", "run"]

DEFAULT_NODES = 7
REBOOT_S = 2.0
LONGEST_REBOOT_S = 3_600.0
VERSION = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){2}(\.[0-9a-f]{1,8})?")
NOT_FOR_EVERYBODY = 1024  # below, ports need special rights


class _UsageError(Exception):
    """What was asked for makes no sense; the text says what to do."""


class _FailedError(Exception):
    """It could not be done now; the text says what to do."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this verb to `parser`."""
    parser.description = (
        "Run radios in software on a model of the air. Each listens on loopback and speaks"
        " the device protocol of Meshtastic, so that any client can use it as a radio."
        " Runs until interrupted."
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--nodes",
        type=int,
        metavar="N",
        help=f"number of radios that all hear each other (default {DEFAULT_NODES})",
    )
    what.add_argument("--scenario", metavar="FILE", help="radios and links from a scenario file")
    parser.add_argument(
        "--port",
        type=int,
        default=0,
        metavar="BASE",
        help="port of the first radio, the others follow (default: free ports)",
    )
    parser.add_argument(
        "--speed", type=float, default=1.0, metavar="X", help="times real time (default 1)"
    )
    parser.add_argument("--preset", metavar="NAME", help="modem preset (default LONG_FAST)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="seed of all chance")
    parser.add_argument(
        "--control", type=int, metavar="PORT", help="take commands on this port; 0 for a free one"
    )
    _configure_radios(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")


def _configure_radios(parser: argparse.ArgumentParser) -> None:
    """What the radios are like."""
    parser.add_argument(
        "--state", metavar="DIR", help="keep each radio's settings and messages in DIR"
    )
    parser.add_argument(
        "--restarts",
        action=argparse.BooleanOptionalAction,
        help="reboot after changed settings, as hardware does (default with --state)",
    )
    parser.add_argument(
        "--reboot-seconds",
        type=float,
        default=REBOOT_S,
        metavar="S",
        help=f"how long a reboot takes (default {REBOOT_S:g})",
    )
    parser.add_argument(
        "--from-the-box",
        action="store_true",
        help="radios that were just bought: no region, no keys, no names",
    )
    parser.add_argument(
        "--firmware", metavar="VERSION", help="version that they say they run (default 2.7.26)"
    )
    parser.add_argument(
        "--one-client",
        action="store_true",
        help="a new client replaces the one before, as on native firmware",
    )


def run(args: argparse.Namespace) -> int:
    """Run the radios until interrupted; return the exit code."""
    try:
        return asyncio.run(_virtual(args))
    except _UsageError as error:
        print(f"meshdefense radio virtual: {error}", file=sys.stderr)
        return ExitCode.USAGE
    except _FailedError as error:
        print(f"meshdefense radio virtual: {error}", file=sys.stderr)
        return ExitCode.FAILED


async def _virtual(args: argparse.Namespace) -> int:
    # These import the meshtastic library, which takes half a second.
    from meshdefense.virtual.control import ControlPort, described
    from meshdefense.virtual.mesh import PortTakenError

    mesh = _mesh(args)
    try:
        async with mesh:
            _end_when_interrupted(mesh.broken)  # before anybody knows that we run
            if args.control is None:
                _print_radios(args, described(mesh), None)
                await mesh.broken.wait()
            else:
                async with ControlPort(mesh, args.control) as control:
                    _print_radios(args, described(mesh), control.port)
                    await mesh.broken.wait()
    except PortTakenError as error:
        raise _FailedError(str(error)) from None
    except OSError as error:
        raise _FailedError(f"{error}; choose another port") from None
    return ExitCode.OK


def _mesh(args: argparse.Namespace) -> VirtualMesh:
    from meshdefense.air.presets import UnknownPresetError
    from meshdefense.virtual.mesh import VirtualMesh
    from meshdefense.virtual.state_folder import StateError

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
            traits=_traits(args),
        )
    except StateError as error:
        raise _FailedError(str(error)) from None
    except (UnknownPresetError, ValueError) as error:
        raise _UsageError(str(error)) from None


def _traits(args: argparse.Namespace) -> Traits:
    from meshdefense.virtual.mesh import Traits
    from meshdefense.virtual.settings import FIRMWARE

    if not 0 < args.reboot_seconds <= LONGEST_REBOOT_S:
        raise _UsageError(
            f"--reboot-seconds must be above 0, to {LONGEST_REBOOT_S:g}, not {args.reboot_seconds}"
        )
    firmware = args.firmware or FIRMWARE
    if not VERSION.fullmatch(firmware):
        raise _UsageError(f"--firmware must be a version as 2.7.9, not {firmware}")
    return Traits(
        firmware=firmware,
        from_the_box=args.from_the_box,
        # What stays is there to rehearse with; without reboots that would be too kind.
        restart_after_changes=bool(args.state) if args.restarts is None else args.restarts,
        down_s=args.reboot_seconds,
        one_client=args.one_client,
        state=Path(args.state) if args.state else None,
        told=lambda text: print(f"meshdefense radio virtual: {text}", file=sys.stderr, flush=True),
    )


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


def _end_when_interrupted(end: asyncio.Event) -> None:
    """Set `end` when the process is asked to end."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end.set)
