"""`meshdefense lost MEMBER`: somebody's radio or computer is gone.

Says what its finder can read and say, what new keys cost, and what is left to do; then revokes
the member and makes new keys for the others. As a drill it changes nothing.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from typing import Any

from meshdefense.cli.attach import add_data, add_json
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.moments import moment
from meshdefense.cli.organizing import done, say
from meshdefense.cli.roster import confirmed
from meshdefense.cli.roster_lines import keys_lines
from meshdefense.cli.unlock import CliError, guarded
from meshdefense.safe_text import clean

__all__ = ["after_lines", "configure", "cost_line", "master_lines", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument("member", nargs="?", metavar="MEMBER", help="number or handle")
    parser.add_argument(
        "--since", metavar="TIME",
        help="what came in from them later does not count: 2026-05-01T14:30, or 90m, 6h, 2d ago",
    )  # fmt: skip
    parser.add_argument(
        "--reason", default="lost", metavar="REASON", help="lost, captured, ... (default lost)"
    )
    parser.add_argument(
        "--preset", default="LONG_FAST", metavar="NAME",
        help="modem preset of the radios, to say what it costs (default LONG_FAST)",
    )  # fmt: skip
    parser.add_argument("--drill", action="store_true", help="change nothing; say how long it took")
    parser.add_argument("--status", action="store_true", help="only who still has older keys")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    add_data(parser)
    add_json(parser)


@guarded
def run(args: argparse.Namespace) -> int:
    """Say what is at stake, ask, and do it."""
    if args.status:
        answer = done(args, "keys")
        return say(args, answer, "\n".join(keys_lines(answer)))
    if args.member is None:
        raise CliError("name the member, or ask for --status", ExitCode.USAGE)
    since = None if args.since is None else moment(args.since)
    given = {
        "member": args.member, "reason": args.reason, "since": since, "preset": args.preset,
    }  # fmt: skip
    begun = time.monotonic()
    if args.drill or not args.yes:
        answer = done(args, "lost", **given, drill=True)
        if args.drill:
            answer["seconds"] = round(time.monotonic() - begun, 2)
            lines = [*_before_lines(answer), *after_lines(answer)]
            lines.append(f"A drill: nothing was changed. It took {answer['seconds']} s.")
            return say(args, answer, "\n".join(lines))
        confirmed(args, "\n".join(_before_lines(answer)))
    answer = done(args, "lost", **given)
    shown = [] if not args.yes else [*_before_lines(answer), ""]
    return say(args, answer, "\n".join([*shown, *_done_lines(answer), *after_lines(answer)]))


def _before_lines(answer: dict[str, Any]) -> Iterator[str]:
    """What the finder has, and what it costs."""
    finder, name = answer["finder"], clean(answer["name"])
    first, last = finder["epochs"]
    epochs = f"epoch {last}" if first == last else f"epochs {first} to {last}"
    yield f"Whoever has {name}'s computer and its passphrase, or found it unlocked:"
    yield f"  reads all that is said for {', '.join(finder['reads'])} (keys of {epochs}),"
    yield "    also what was recorded off the air, until the new keys are in force"
    yield "  reads what its store holds: up to a day of reports, places and messages"
    yield f"  speaks as {name} ({', '.join(answer['roles'])}) until the revocation arrives"
    yield "  has the tree keys of that number: of no use once it is left out"
    if finder["master"]:
        yield "  HAS THE MASTER of the keys: the new ones go to each member one by one"
    if finder["votes"]:
        yield f"  HAS ONE VOICE of the {answer['threshold']} that a decision takes"
    yield "Whoever has only the radio: the channel's PSK and the radio's own key, and nothing of"
    yield "  the above."
    if answer["revoked"]:
        yield f"{name} was revoked already: only new keys are decided, without a second revocation."
    yield "What will be decided:"
    for text in answer["text"]:
        yield f"  {clean(text)}"
    if answer["rivals"]:
        yield f"  OTHER NEW KEYS WAIT ALREADY ({', '.join(answer['rivals'])}): only one of them can"
        yield "  count; endorse those instead where they leave out the right people"
    yield cost_line(answer)


def cost_line(answer: dict[str, Any]) -> str:
    """What new keys cost on the air."""
    cost = answer["cost"]
    return (
        f"On the air: {cost['frames']} frames, {cost['bytes']} bytes, {cost['seconds']} s at "
        f"{answer['preset']}, and as much again for each relay."
    )


def _done_lines(answer: dict[str, Any]) -> Iterator[str]:
    waits = answer["endorse"]
    if not waits:
        name = clean(answer["name"])
        yield f"{name} is out; the keys of epoch {answer['in_force']} are in force."
        return
    if answer["suspended"]:
        yield f"{clean(answer['name'])} is suspended for 24 h by you alone."
    yield f"{answer['decision']['lacking']} more organizers must agree, with one command:"
    yield f"  meshdefense roster endorse {' '.join(waits)}"
    yield f"Organizers: {', '.join(map(clean, answer['organizers']))}"


def master_lines(answer: dict[str, Any]) -> Iterator[str]:
    """Who has to meet whom where the master of the keys is another one now."""
    if answer["new_master"]:
        yield "The other organizers get the new master from you in person, each by a grant:"
        yield "  meshdefense member grant REQUEST ...; until all members have new tree keys by"
        yield "  grants as well, new keys go one by one"


def after_lines(answer: dict[str, Any]) -> Iterator[str]:
    """What is left to do."""
    yield from master_lines(answer)
    yield "Radios still to be touched, since they share the lost one's channel PSK:"
    yield f"  {', '.join(map(clean, answer['radios']))}"
    if answer["unheard"]:
        yield "Follow who has the new keys with `meshdefense lost --status`."
