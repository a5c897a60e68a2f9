"""`meshdefense radio apply`: turn radios into what the network file says, with proof."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from meshdefense.catalogue import tr
from meshdefense.cli.attach import complain
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.fleet_access import add_fleet, fleet_guarded
from meshdefense.cli.radio_desk import Target, add_addresses, targets_of, the_fleet
from meshdefense.cli.radio_plan import add_as, plans_for, show
from meshdefense.cli.radio_progress import Events, Lines, Live, shows
from meshdefense.cli.roster import confirmed
from meshdefense.safe_text import clean

if TYPE_CHECKING:
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
        "--wait", metavar="SECONDS", type=float, default=30.0,
        help=tr("how long to wait for a radio whose cable was pulled (default 30)"),
    )  # fmt: skip


def options_of(args: argparse.Namespace) -> Options:
    """What `add_options` read."""
    from meshdefense.provisioning.outcome import Options

    return Options(
        lost_s=max(0.0, args.wait), new_keys=args.new_keys, forget_nodes=args.forget_nodes
    )


@fleet_guarded
def run(args: argparse.Namespace) -> int:
    """Plan, ask, write, prove."""
    targets = targets_of(args)
    with the_fleet(args, changing=not args.dry_run) as fleet:
        asks = not args.yes and not args.json
        if args.dry_run or asks or any(target.name is None for target in targets):
            found = plans_for(targets, fleet)
            targets = [target for target, _ in found]
            if args.dry_run or asks:
                show([plan for _, plan in found], as_json=args.json)
            if args.dry_run:
                blocked = any(plan.blocked for _, plan in found)
                return ExitCode.REFUSED if blocked else ExitCode.OK
            if any(plan.changes for _, plan in found) and asks:
                confirmed(args, tr("This is written into the radios."))
        display = shows(args.json)
        ended = _put_into(display) if isinstance(display, Events) else None
        outcomes = apply_all(targets, fleet, options_of(args), display, by=args.by, ended=ended)
    for outcome in outcomes if ended is None else ():
        tell_outcome(outcome)
    return next((CODES[one.end.value] for one in outcomes if CODES[one.end.value]), ExitCode.OK)


def apply_all(
    targets: list[Target],
    fleet: Fleet,
    options: Options,
    display: Lines | Live | Events,
    *,
    by: str = "",
    ended: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """Work on all radios at once; each target has a name.

    `ended` is called for each as soon as it ends, on the thread of its work.
    """
    from meshdefense.provisioning.applying import Applying
    from meshdefense.provisioning.goal import FleetDesk
    from meshdefense.provisioning.together import side_by_side

    desk, stop = FleetDesk(fleet, by=by), threading.Event()
    goals = {target: desk.goal(target.name or "") for target in targets}

    def work(target: Target) -> Outcome:
        applying = Applying(
            goals[target], target.address, tell=display.tell, options=options, stop=stop
        )
        outcome = applying.run()
        if ended is not None:
            ended(outcome)
        return outcome

    try:
        return side_by_side(work, targets, stop=stop)
    finally:
        display.end()


def _put_into(display: Events) -> Callable[[Outcome], None]:
    return lambda outcome: display.put(outcome_json(outcome))


def tell_outcome(outcome: Outcome) -> None:
    """Say how one radio ended: good ones on stdout, others on stderr."""
    words = f"{outcome.radio} ({outcome.address}): {outcome.words}"
    if outcome.manifest is None:
        complain("\n".join(map(clean, words.split("\n"))))
        return
    print(words)


def outcome_json(outcome: Outcome) -> dict[str, object]:
    """The last event of a radio."""
    return {
        "event": "end",
        "radio": outcome.radio,
        "address": outcome.address,
        "end": outcome.end.value,
        "words": outcome.words,
        "differs": [change.path for change in outcome.differing],
        "manifest": None if outcome.manifest is None else outcome.manifest.as_json(),
    }
