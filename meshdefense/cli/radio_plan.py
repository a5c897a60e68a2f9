"""`meshdefense radio plan`: what `apply` would change, as words or as data. Writes nothing."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from meshdefense import language
from meshdefense.catalogue import tr
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.fleet_access import add_fleet, fleet_guarded
from meshdefense.cli.passphrases import CliError
from meshdefense.cli.radio_desk import (
    Target,
    add_addresses,
    change_json,
    plan_lines,
    targets_of,
    the_fleet,
)

if TYPE_CHECKING:
    from meshdefense.provisioning.fleet import Fleet
    from meshdefense_radio.plan import Plan
    from meshdefense_radio.radio_state import RadioState

__all__ = ["add_as", "configure", "plan_json", "plans_for", "run", "show"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this verb to `parser`."""
    parser.description = tr(
        "Read a radio and say what would be changed to make it the named one: what is, what "
        "shall be, and why. Of secrets only their marks are shown. Changes nothing."
    )
    add_addresses(parser, "*", tr("a radio, or ADDRESS=NAME for several"))
    add_as(parser)
    add_fleet(parser)


def add_as(parser: argparse.ArgumentParser) -> None:
    """The option that says which radio of the network it shall be."""
    parser.add_argument(
        "--as", dest="name", metavar="NAME",
        help=tr("which radio of the network file it shall be; one that has begun knows it"),
    )  # fmt: skip


@fleet_guarded
def run(args: argparse.Namespace) -> int:
    """Print the plans; REFUSED when something has to be put right first."""
    targets = targets_of(args)
    with the_fleet(args, changing=False) as fleet:
        plans = [plan for _, plan in plans_for(targets, fleet)]
    show(plans, as_json=args.json)
    return ExitCode.REFUSED if any(plan.blocked for plan in plans) else ExitCode.OK


def plans_for(targets: list[Target], fleet: Fleet) -> list[tuple[Target, Plan]]:
    """Read the radios, find the names that were not given, and compare.

    Raises CliError for a radio that cannot be read or has no name, FleetError.
    """
    from meshdefense.provisioning.device_errors import DeviceError
    from meshdefense.provisioning.finding import name_of
    from meshdefense.provisioning.goal import FleetDesk
    from meshdefense.provisioning.listing import read_radio
    from meshdefense.provisioning.together import side_by_side

    def read(target: Target) -> RadioState:
        try:
            return read_radio(target.address)
        except DeviceError as error:
            raise CliError(f"{target.address}: {error}", ExitCode.UNAVAILABLE) from None

    for target in targets:
        if target.name is not None:
            fleet.radio(target.name)  # before anything is opened
    desk, found = FleetDesk(fleet), []
    for target, state in zip(targets, side_by_side(read, targets), strict=True):
        name = target.name or name_of(state, fleet)
        if name is None:
            raise CliError(
                tr("{address} is no radio of this network yet", address=target.address),
                ExitCode.USAGE,
                tr("say which it shall be: --as NAME"),
            )
        found.append((Target(target.address, name), desk.goal(name).plan(state)))
    names = [target.name for target, _ in found]
    for name in names:
        if names.count(name) > 1:
            raise CliError(tr("{what} was given twice", what=name), ExitCode.USAGE)
    return found


def show(plans: list[Plan], *, as_json: bool) -> None:
    """Print them, for people or programs."""
    if as_json:
        print(json.dumps([plan_json(plan) for plan in plans], ensure_ascii=False))
        return
    for plan in plans:
        print("\n".join(plan_lines(plan)))


def plan_json(plan: Plan) -> dict[str, Any]:
    """A plan for programs."""
    return {
        "radio": plan.radio,
        "blocked": plan.blocked,
        "problems": [
            {"severity": one.severity.value, "words": one.text(language.current())}
            for one in plan.problems
        ],
        "changes": [change_json(one) for one in plan.changes],
    }
