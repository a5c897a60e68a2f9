"""`meshdefense radio apply`: turn radios into what the network file says, with proof."""

from __future__ import annotations

import argparse
import math
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from meshdefense.catalogue import tr
from meshdefense.cli.attach import complain, complain_lines
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.fleet_access import add_fleet, fleet_guarded
from meshdefense.cli.gone_streams import told
from meshdefense.cli.radio_desk import (
    Target,
    add_addresses,
    patient,
    targets_of,
    the_fleet,
)
from meshdefense.cli.radio_plan import Planned, add_as, code_of, planned_lines, plans_for, show
from meshdefense.cli.radio_progress import Events, Lines, Live, shows
from meshdefense.cli.roster import confirmed
from meshdefense.sentences import translated

if TYPE_CHECKING:
    from meshdefense.provisioning.applying import Applying
    from meshdefense.provisioning.fleet import Fleet
    from meshdefense.provisioning.outcome import Options, Outcome

__all__ = ["CODES", "add_options", "apply_all", "configure", "options_of", "outcome_json", "run"]

CODES: Final = {
    "done": ExitCode.OK,
    "already": ExitCode.OK,
    "refused": ExitCode.REFUSED,
    "failed": ExitCode.FAILED,
    "lost": ExitCode.UNAVAILABLE,
    "stopped": ExitCode.INTERRUPTED,
}
"""By `End.value`; of several radios the first that went wrong counts."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this verb to `parser`."""
    parser.description = tr(
        "Write a radio, wait for its restart, read every field back, and sign a manifest of what "
        "was proven. Until then its own name says that it is unfinished; interrupted anywhere, "
        "the same command goes on. Several radios are done at once: ADDRESS=NAME for each."
    )
    add_addresses(parser, "*", tr("a radio, or ADDRESS=NAME for several"))
    add_as(parser)
    parser.add_argument(
        "--dry-run", action="store_true", help=tr("only show what would be changed")
    )
    parser.add_argument("--yes", action="store_true", help=tr("do not ask before writing"))
    add_options(parser)
    add_fleet(parser)


def add_options(parser: argparse.ArgumentParser) -> None:
    """How to go about it, for this verb and the station."""
    parser.add_argument(
        "--new-keys", action="store_true",
        help=tr("let the radio draw a new key pair of its own; others have to learn it anew"),
    )  # fmt: skip
    parser.add_argument(
        "--forget-nodes", action="store_true",
        help=tr("let it forget all nodes it knows, for a radio with a past"),
    )  # fmt: skip
    parser.add_argument(
        "--by", metavar="WHO", default="",
        help=tr("number or handle of whoever proves it, for the manifest"),
    )  # fmt: skip
    parser.add_argument(
        "--wait", metavar="SECONDS", type=_seconds, default=30.0,
        help=tr("how long to wait for a radio whose cable was pulled (default 30)"),
    )  # fmt: skip


def _seconds(text: str) -> float:
    """A length of time for an option. Raises ArgumentTypeError."""
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not (math.isfinite(found) and found >= 0):
        raise argparse.ArgumentTypeError(
            tr("{text} is no number of seconds from 0 on", text=repr(text[:40]))
        )
    return found


def options_of(args: argparse.Namespace) -> Options:
    """What `add_options` read."""
    from meshdefense.provisioning.outcome import Options

    return Options(
        patience=patient(),
        lost_s=args.wait,
        new_keys=args.new_keys,
        forget_nodes=args.forget_nodes,
    )


@fleet_guarded
def run(args: argparse.Namespace) -> int:
    """Plan, ask, write, prove."""
    targets = targets_of(args)
    order = [str(one) for one in targets]
    seen: dict[Target, int | None] = {}
    without: list[Outcome] = []
    """Of radios that are not even begun with."""
    with the_fleet(args, changing=not args.dry_run) as fleet:
        if args.dry_run or not args.yes or any(target.name is None for target in targets):
            planned = plans_for(
                targets, fleet, new_keys=args.new_keys, forget_nodes=args.forget_nodes
            )
            if args.dry_run:
                show(planned, as_json=args.json)
                return code_of(planned)
            if not args.yes:
                _ask(args, planned)
            seen = {one.target: one.node_number for one in planned if one.plan is not None}
            targets = list(seen)
            without = [_outcome_without(one) for one in planned if one.plan is None]
        display = shows(args.json)
        ended = _put_into(display) if isinstance(display, Events) else None
        if ended is not None:
            for outcome in without:
                ended(outcome)
        options = options_of(args)
        done = apply_all(targets, fleet, options, display, by=args.by, ended=ended, planned=seen)
    outcomes = sorted((*without, *done), key=lambda one: order.index(one.address))
    heard = [tell_outcome(outcome) for outcome in outcomes if ended is None]
    code = next((CODES[one.end.value] for one in outcomes if CODES[one.end.value]), ExitCode.OK)
    if display.gone or not all(heard):
        complain(
            tr("nobody reads what is told here any more; the work went on without"),
            tr("how each radio stands: meshdefense radio fleet show"),
        )
        return code or ExitCode.FAILED
    return code


def _ask(args: argparse.Namespace, planned: list[Planned]) -> None:
    """Show what would be written, and let a person confirm it. Raises CliError for a no."""
    question = tr("This is written into the radios.")
    if args.json:  # stdout is for the events
        lines = [line for one in planned for line in planned_lines(one)]
        question = "\n".join([*lines, question])
    else:
        show(planned, as_json=False)
    if any(one.writes for one in planned):
        confirmed(args, question)


def _outcome_without(one: Planned) -> Outcome:
    """Of a radio that has no plan."""
    from meshdefense.provisioning.endings import Left
    from meshdefense.provisioning.outcome import End, Outcome

    end = End.LOST if one.unread else End.REFUSED
    words = Left.AS_IT_WAS.after(one.unread or one.refused)
    return Outcome(one.target.name or "", str(one.target), end, words)


def apply_all(
    targets: list[Target],
    fleet: Fleet,
    options: Options,
    display: Lines | Live | Events,
    *,
    by: str = "",
    ended: Callable[[Outcome], None] | None = None,
    planned: Mapping[Target, int | None] = MappingProxyType({}),
) -> list[Outcome]:
    """Work on all radios at once; each target has a name.

    `ended` is called for each as soon as it ends, on the thread of its work. `planned` has the
    node numbers of radios whose plan was shown; another one at that place is refused.
    """
    from meshdefense.provisioning.applying import Applying
    from meshdefense.provisioning.goal import FleetDesk
    from meshdefense.provisioning.together import side_by_side

    desk, stop = FleetDesk(fleet, by=by), threading.Event()
    goals = {target: desk.goal(target.name or "") for target in targets}
    runs = {
        target: Applying(
            goal, target.address, tell=display.tell, options=options, stop=stop,
            planned=planned.get(target),
        )
        for target, goal in goals.items()
    }  # fmt: skip
    ends: dict[Target, Outcome] = {}

    def work(target: Target) -> Outcome:
        outcome = ends[target] = _said(runs[target].run())
        if ended is not None:
            ended(outcome)
        return outcome

    try:
        return side_by_side(work, targets, stop=stop, stopping=_say_stopping)
    except KeyboardInterrupt:  # a second one: nothing more is waited for
        stop.set()
        return [ends.get(one) or _cut_short(one, runs[one], ended) for one in targets]
    finally:
        display.end()


def _say_stopping() -> None:
    complain(tr("stopping at a good place; Ctrl+C again: leave the radios as they are now"))


def _cut_short(target: Target, run: Applying, ended: Callable[[Outcome], None] | None) -> Outcome:
    """How a radio is left whose work does not end."""
    from meshdefense.provisioning.outcome import End, Outcome

    words = run.left.after(tr("stopped at once"))
    outcome = Outcome(target.name or "", str(target), End.STOPPED, words)
    if ended is not None:
        ended(outcome)
    return outcome


def _said(outcome: Outcome) -> Outcome:
    """With the radio's trouble in the language in use, and without the address a second time."""
    words = outcome.words.removeprefix(f"{outcome.address}: ")
    trouble, stop, left = words.partition(". ")
    return replace(outcome, words=f"{translated(trouble)}{stop}{left}")


def _put_into(display: Events) -> Callable[[Outcome], None]:
    return lambda outcome: display.put(outcome_json(outcome))


def tell_outcome(outcome: Outcome) -> bool:
    """Say how one radio ended: good ones on stdout, others on stderr; whether anybody reads it."""
    who = f"{outcome.radio} ({outcome.address})" if outcome.radio else outcome.address
    if outcome.manifest is None:
        complain_lines(f"{who}: {outcome.words}")
        return True
    return told(sys.stdout, f"{who}: {outcome.words}")


def outcome_json(outcome: Outcome) -> dict[str, object]:
    """The last event of a radio."""
    return {
        "event": "end",
        "radio": outcome.radio or None,
        "address": outcome.address,
        "end": outcome.end.value,
        "words": outcome.words,
        "differs": [change.path for change in outcome.differing],
        "manifest": None if outcome.manifest is None else outcome.manifest.as_json(),
    }
