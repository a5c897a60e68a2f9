"""`meshdefense radio virtual`: radios in software.

Answers go to stdout, trouble to stderr.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from meshdefense.catalogue import tr
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.radio_in_software import (
    NOT_FOR_EVERYBODY,
    StartError,
    end_when_told,
    say_where,
)
from meshdefense.safe_text import clean

if TYPE_CHECKING:
    from meshdefense.air.scenario import Scenario
    from meshdefense.virtual.mesh import Traits, VirtualMesh

__all__ = ["configure", "run"]

DEFAULT_NODES = 7
REBOOT_S = 2.0
LONGEST_REBOOT_S = 3_600.0
VERSION = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){2}(\.[0-9a-f]{1,8})?")


class _UsageError(Exception):
    """What was asked for makes no sense; the text says what to do."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this verb to `parser`."""
    parser.description = tr(
        "Run radios in software on a model of the air. Each listens on loopback and speaks "
        "the device protocol of Meshtastic, so that any client can use it as a radio. "
        "Runs until interrupted."
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--nodes",
        type=int,
        metavar="N",
        help=tr("number of radios that all hear each other (default {count})", count=DEFAULT_NODES),
    )
    what.add_argument(
        "--scenario", metavar="FILE", help=tr("radios and links from a scenario file")
    )
    parser.add_argument(
        "--port",
        type=int,
        default=0,
        metavar="BASE",
        help=tr("port of the first radio, the others follow (default: free ports)"),
    )
    parser.add_argument(
        "--speed", type=float, default=1.0, metavar="X", help=tr("times real time (default 1)")
    )
    parser.add_argument("--preset", metavar="NAME", help=tr("modem preset (default LONG_FAST)"))
    parser.add_argument("--seed", type=int, default=1, metavar="S", help=tr("seed of all chance"))
    parser.add_argument(
        "--control",
        type=int,
        metavar="PORT",
        help=tr("take commands on this port; 0 for a free one"),
    )
    _configure_radios(parser)
    parser.add_argument("--json", action="store_true", help=tr("print one JSON object instead"))


def _configure_radios(parser: argparse.ArgumentParser) -> None:
    """What the radios are like."""
    parser.add_argument(
        "--state", metavar="DIR", help=tr("keep each radio's settings and messages in DIR")
    )
    parser.add_argument(
        "--restarts",
        action=argparse.BooleanOptionalAction,
        help=tr("reboot after changed settings, as hardware does (default with --state)"),
    )
    parser.add_argument(
        "--reboot-seconds",
        type=float,
        default=REBOOT_S,
        metavar="S",
        help=tr("how long a reboot takes (default {seconds:g})", seconds=REBOOT_S),
    )
    parser.add_argument(
        "--from-the-box",
        action="store_true",
        help=tr("radios that were just bought: no region, no keys, no names"),
    )
    parser.add_argument(
        "--firmware", metavar="VERSION", help=tr("version that they say they run (default 2.7.26)")
    )
    parser.add_argument(
        "--one-client",
        action="store_true",
        help=tr("a new client replaces the one before, as on native firmware"),
    )


def run(args: argparse.Namespace) -> int:
    """Run the radios until interrupted; return the exit code."""
    try:
        return asyncio.run(_virtual(args))
    except _UsageError as error:
        _complain(str(error))
        return ExitCode.USAGE
    except StartError as error:
        _complain(str(error))
        return ExitCode.FAILED


def _complain(text: str) -> None:
    print(f"meshdefense radio virtual: {text}", file=sys.stderr, flush=True)


async def _virtual(args: argparse.Namespace) -> int:
    # These import the meshtastic library, which takes half a second.
    from meshdefense.virtual.connection import PortError
    from meshdefense.virtual.control import described
    from meshdefense.virtual.mishaps import MishapError
    from meshdefense.virtual.state_folder import StateError

    mesh = _mesh(args)
    try:
        async with mesh, contextlib.AsyncExitStack() as stack:
            end_when_told(mesh.broken)  # before anybody knows that we run
            control = None
            if args.control is not None:
                control = await _control(mesh, args.control, stack)
            say_where(_lines(described(mesh), control, as_json=args.json))
            await mesh.broken.wait()
    except (PortError, StateError) as error:
        raise StartError(str(error)) from None
    except MishapError:
        return ExitCode.FAILED  # it was told when it happened
    return ExitCode.OK


async def _control(mesh: VirtualMesh, port: int, stack: contextlib.AsyncExitStack) -> int:
    """Take commands until `stack` ends; return the port on which."""
    from meshdefense.virtual.control import ControlPort

    try:
        control = await stack.enter_async_context(ControlPort(mesh, port))
    except OSError as error:
        text = tr(
            "cannot take commands on port {port}: {why}; choose another --control",
            port=port,
            why=error.strerror,
        )
        raise StartError(text) from None
    return control.port


def _mesh(args: argparse.Namespace) -> VirtualMesh:
    from meshdefense.air.presets import UnknownPresetError
    from meshdefense.virtual.mesh import VirtualMesh
    from meshdefense.virtual.state_folder import StateError

    for name in ("port", "control"):
        port = getattr(args, name)
        if port and not NOT_FOR_EVERYBODY <= port <= 65_535:
            text = tr(
                "{option} must be {least} to 65535, not {given}",
                option=f"--{name}",
                least=NOT_FOR_EVERYBODY,
                given=port,
            )
            raise _UsageError(text)
    scenario = _scenario(args.scenario) if args.scenario is not None else None
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
        raise StartError(str(error)) from None
    except (UnknownPresetError, ValueError) as error:
        raise _UsageError(str(error)) from None


def _traits(args: argparse.Namespace) -> Traits:
    from meshdefense.virtual.mesh import Traits
    from meshdefense.virtual.settings import FIRMWARE

    if not 0 < args.reboot_seconds <= LONGEST_REBOOT_S:
        text = tr(
            "--reboot-seconds must be above 0, to {most:g}, not {given}",
            most=LONGEST_REBOOT_S,
            given=args.reboot_seconds,
        )
        raise _UsageError(text)
    firmware = FIRMWARE if args.firmware is None else args.firmware
    if not VERSION.fullmatch(firmware):
        raise _UsageError(tr("--firmware must be a version as 2.7.9, not {given}", given=firmware))
    if args.state == "":
        raise _UsageError(tr("--state needs the name of a folder"))
    return Traits(
        firmware=firmware,
        from_the_box=args.from_the_box,
        # What stays is there to rehearse with; without reboots that would be too kind.
        restart_after_changes=bool(args.state) if args.restarts is None else args.restarts,
        down_s=args.reboot_seconds,
        one_client=args.one_client,
        state=Path(args.state) if args.state else None,
        told=_complain,
    )


def _scenario(path: str) -> Scenario:
    from meshdefense.air.scenario import ScenarioError, parse_scenario

    try:
        return parse_scenario(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise _UsageError(tr("cannot read the scenario: {why}", why=error)) from None
    except (ScenarioError, UnicodeDecodeError) as error:
        raise _UsageError(f"{path}: {error}") from None


def _lines(radios: list[dict[str, object]], control: int | None, *, as_json: bool) -> list[str]:
    if as_json:
        return [json.dumps({"radios": radios, "control": control})]
    lines = [f"{clean(str(radio['name']))}\t{radio['address']}" for radio in radios]
    return lines if control is None else [*lines, f"control\ttcp:127.0.0.1:{control}"]
