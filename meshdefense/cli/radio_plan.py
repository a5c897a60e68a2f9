"""`meshdefense radio plan`: what `apply` would change, as words or as data. Writes nothing."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from meshdefense import language
from meshdefense.catalogue import tr, trn
from meshdefense.cli.attach import complain_lines
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.fleet_access import add_fleet, fleet_guarded
from meshdefense.cli.passphrases import CliError
from meshdefense.cli.radio_desk import (
    Target,
    add_addresses,
    change_json,
    patient,
    plan_lines,
    targets_of,
    tell_waiting,
    the_fleet,
)
from meshdefense.sentences import translated

if TYPE_CHECKING:
    from meshdefense.provisioning.fleet import Fleet
    from meshdefense.provisioning.goal import FleetDesk, Goal
    from meshdefense_radio.plan import Plan
    from meshdefense_radio.radio_state import RadioState

__all__ = [
    "Planned",
    "add_as",
    "code_of",
    "configure",
    "plan_json",
    "planned_lines",
    "plans_for",
    "run",
    "show",
]


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
        planned = plans_for(targets, fleet)
    show(planned, as_json=args.json)
    return code_of(planned)


@dataclass(frozen=True, slots=True)
class Planned:
    """A radio, its name found, and its plan; or why there is none."""

    target: Target
    plan: Plan | None = None
    unread: str = ""
    """Why it could not be read."""
    refused: str = ""
    """Why it may not be used."""
    node_number: int | None = None
    """Of the radio that was read for the plan."""
    besides: tuple[str, ...] = ()
    """What is done to it that is no setting, in words."""

    @property
    def writes(self) -> bool:
        """Whether `apply` would write anything into it."""
        return self.plan is not None and bool(self.plan.changes or self.besides)


def plans_for(
    targets: list[Target], fleet: Fleet, *, new_keys: bool = False, forget_nodes: bool = False
) -> list[Planned]:
    """Read the radios, find the names that were not given, and compare: one for each target.

    Raises CliError for a radio without a name, FleetError.
    """
    from meshdefense.provisioning.device_errors import DeviceError
    from meshdefense.provisioning.goal import FleetDesk
    from meshdefense.provisioning.listing import read_radio
    from meshdefense.provisioning.together import side_by_side

    def read(target: Target) -> RadioState | str:
        try:
            return read_radio(target.address, patient(), tell_waiting)
        except DeviceError as error:
            return translated(str(error))

    for target in targets:
        if target.name is not None:
            fleet.radio(target.name)  # before anything is opened

    def besides(one: Planned, state: RadioState) -> Planned:
        if one.plan is None or one.plan.blocked:
            return one
        goal = desk.goal(one.plan.radio)
        return replace(one, besides=tuple(_besides(goal, state, new_keys, forget_nodes)))

    desk = FleetDesk(fleet)
    found = [
        Planned(target, unread=state)
        if isinstance(state, str)
        else besides(_planned(target, state, desk), state)
        for target, state in zip(targets, side_by_side(read, targets), strict=True)
    ]
    names = [one.target.name for one in found if one.plan is not None or one.unread]
    for name in names:
        if name is not None and names.count(name) > 1:
            raise CliError(tr("{what} was given twice", what=name), ExitCode.USAGE)
    return found


def _planned(target: Target, state: RadioState, desk: FleetDesk) -> Planned:
    from meshdefense.provisioning.bindings import refuse_lost
    from meshdefense.provisioning.finding import name_of
    from meshdefense.provisioning.fleet_errors import FleetRefusedError

    name = target.name or name_of(state, desk.fleet)
    if name is not None:
        plan = desk.goal(name).plan(state)
        return Planned(Target(target.address, name), plan, node_number=state.node_number)
    fleet, hardware = desk.fleet, (state.node_number, state.public_key)
    if (lost := fleet.lost_radio(*hardware)) is not None:
        try:
            refuse_lost(fleet.book, *hardware)
        except FleetRefusedError as error:
            words = f"{error}; {error.hint}"
            return Planned(Target(target.address, lost.radio), refused=words)
    raise CliError(
        tr("{address} is no radio of this network yet", address=target.address),
        ExitCode.USAGE,
        tr("say which it shall be: --as NAME"),
    )


def _besides(goal: Goal, state: RadioState, new_keys: bool, forget_nodes: bool) -> Iterator[str]:
    """What `apply` does to a radio that stands in no setting."""
    if new_keys or goal.key_trouble(state) is not None:
        yield tr("it draws a new key pair of its own")
    if forget_nodes and state.nodes:
        yield trn("it forgets the {count} other node that it knows",
                  "it forgets the {count} other nodes that it knows", state.nodes)  # fmt: skip
    elif goal.lost_nodes and state.nodes:
        yield tr("it forgets lost radios, where it knows any")


def code_of(planned: list[Planned]) -> ExitCode:
    """What weighs most: a radio that was not read, then one that has something in the way."""
    if any(one.unread for one in planned):
        return ExitCode.UNAVAILABLE
    right = all(one.plan is not None and not one.plan.blocked for one in planned)
    return ExitCode.OK if right else ExitCode.REFUSED


def show(planned: list[Planned], *, as_json: bool) -> None:
    """Print them, for people or programs; what has no plan also as a complaint."""
    if as_json:
        print(json.dumps([_json(one) for one in planned], ensure_ascii=False))
    for one in planned:
        if one.plan is None:
            complain_lines(f"{one.target}: {one.unread or one.refused}")
        elif not as_json:
            print("\n".join(planned_lines(one)))


def planned_lines(one: Planned) -> list[str]:
    """A plan for people, with what is done besides; nothing where there is no plan."""
    if one.plan is None:
        return []
    lines = plan_lines(one.plan)
    if one.besides and not one.plan.changes:  # not "everything is right already"
        lines = [tr("{radio}: no setting changes", radio=one.plan.radio), *lines[:-1]]
    return [*lines, *(f"  + {words}" for words in one.besides)]


def _json(one: Planned) -> dict[str, Any]:
    if one.plan is not None:
        return {**plan_json(one.plan), "besides": list(one.besides)}
    stop = {"severity": "stop", "words": f"{one.target}: {one.unread or one.refused}"}
    return {"radio": one.target.name, "blocked": True, "problems": [stop], "changes": []}


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
