"""`meshdefense radio drift`: which settings are not any more as they were proven."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from meshdefense.catalogue import tr
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.fleet_access import add_fleet, fleet_guarded
from meshdefense.cli.passphrases import CliError
from meshdefense.cli.radio_desk import (
    add_addresses,
    need_addresses,
    say_findings,
    the_fleet,
)
from meshdefense.cli.radio_list import look_at
from meshdefense.sentences import translated

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this verb to `parser`."""
    parser.description = tr(
        "Compare radios with their manifests and say each field that differs; the fleet notes "
        "it. With --remote a radio in the field is read over the mesh, through the one that is "
        "plugged in: it answers only when this one's key is among its admin keys. Changes "
        "nothing in a radio."
    )
    add_addresses(parser, "*", tr("a radio; without any, all boards on USB that may be one"))
    parser.add_argument(
        "--remote", metavar="NAME", action="append", default=[],
        help=tr("a radio of the network, read over the mesh through ADDRESS"),
    )  # fmt: skip
    add_fleet(parser)


@fleet_guarded
def run(args: argparse.Namespace) -> int:
    """Compare, note, print."""
    from meshdefense.provisioning.proving import note_drift, prove_remote

    addresses = need_addresses(args, plugged=True)
    if args.remote and len(addresses) != 1:
        raise CliError(tr("--remote needs exactly one plugged radio"), ExitCode.USAGE)
    with the_fleet(args, changing=True) as fleet:
        if args.remote:
            for name in args.remote:
                fleet.radio(name)
            asked = [prove_remote(addresses[0], name, fleet, tell=_asking) for name in args.remote]
            findings = [replace(one, words=translated(one.words)) for one in asked]
        else:
            findings = look_at(
                addresses,
                fleet,
                waiting=True,
                seen=lambda finding, state: note_drift(finding, state, fleet),
            )
    return say_findings(args, findings)


def _asking(what: str, part: int, parts: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if part == parts else ""
        print(f"\r\x1b[2K{part}/{parts} {what}", end=end, file=sys.stderr, flush=True)
