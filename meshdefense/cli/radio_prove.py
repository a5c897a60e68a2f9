"""`meshdefense radio prove`: read everything back and compare; changes nothing."""

from __future__ import annotations

import argparse

from meshdefense.catalogue import tr
from meshdefense.cli.fleet_access import add_fleet, fleet_guarded
from meshdefense.cli.radio_desk import (
    add_addresses,
    need_addresses,
    say_findings,
    the_fleet,
)
from meshdefense.cli.radio_list import look_at

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this verb to `parser`."""
    parser.description = tr(
        "Read everything back from a radio and compare each field with its profile, its network "
        "and its signed manifest. Changes nothing; exit code 0 only when every radio is right."
    )
    add_addresses(parser, "*", tr("a radio"))
    add_fleet(parser)


@fleet_guarded
def run(args: argparse.Namespace) -> int:
    """Print how each radio stands."""
    with the_fleet(args, changing=False) as fleet:
        findings = look_at(need_addresses(args), fleet, waiting=True)
    return say_findings(args, findings)
