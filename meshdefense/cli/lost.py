"""`meshdefense lost MEMBER`: somebody's radio or computer is gone.

Says what its finder can read and say, what new keys cost, and what is left to do; then revokes
the member and makes new keys for the others. As a drill it changes nothing.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from typing import Any

from meshdefense.catalogue import tr, trn
from meshdefense.cli.attach import add_data, add_json
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.lost_radio_lines import radio_channels, radio_lines
from meshdefense.cli.moments import moment
from meshdefense.cli.organizing import done, say
from meshdefense.cli.roster import confirmed
from meshdefense.cli.roster_lines import keys_lines
from meshdefense.cli.unlock import CliError, guarded
from meshdefense.safe_text import clean

__all__ = ["after_lines", "configure", "cost_line", "master_lines", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument("member", nargs="?", metavar="MEMBER", help=tr("number or handle"))
    parser.add_argument(
        "--since", metavar="TIME",
        help=tr(
            "what came in from them later does not count: 2026-05-01T14:30, or 90m, 6h, 2d ago"
        ),
    )  # fmt: skip
    parser.add_argument(
        "--reason", default="lost", metavar="REASON", help=tr("lost, captured, ... (default lost)")
    )
    parser.add_argument(
        "--preset", default="LONG_FAST", metavar="NAME",
        help=tr("modem preset of the radios, to say what it costs (default LONG_FAST)"),
    )  # fmt: skip
    parser.add_argument(
        "--drill", action="store_true", help=tr("change nothing; say how long it took")
    )
    parser.add_argument("--status", action="store_true", help=tr("only who still has older keys"))
    parser.add_argument("--yes", action="store_true", help=tr("do not ask"))
    add_data(parser)
    add_json(parser)


@guarded
def run(args: argparse.Namespace) -> int:
    """Say what is at stake, ask, and do it."""
    if args.status:
        answer = done(args, "keys")
        return say(args, answer, "\n".join(keys_lines(answer)))
    if args.member is None:
        raise CliError(tr("name the member, or ask for --status"), ExitCode.USAGE)
    since = None if args.since is None else moment(args.since)
    given = {
        "member": args.member, "reason": args.reason, "since": since, "preset": args.preset,
    }  # fmt: skip
    begun, channels = time.monotonic(), radio_channels(args)
    if args.drill or not args.yes:
        answer = {**done(args, "lost", **given, drill=True), "radio_channels": channels}
        if args.drill:
            answer["seconds"] = round(time.monotonic() - begun, 2)
            lines = [*_before_lines(answer), *after_lines(answer)]
            lines.append(
                tr("A drill: nothing was changed. It took {seconds} s.", seconds=answer["seconds"])
            )
            return say(args, answer, "\n".join(lines))
        confirmed(args, "\n".join(_before_lines(answer)))
    answer = {**done(args, "lost", **given), "radio_channels": channels}
    shown = [] if not args.yes else [*_before_lines(answer), ""]
    return say(args, answer, "\n".join([*shown, *_done_lines(answer), *after_lines(answer)]))


def _before_lines(answer: dict[str, Any]) -> Iterator[str]:
    """What the finder has, and what it costs."""
    finder, name = answer["finder"], clean(answer["name"])
    first, last = finder["epochs"]
    epochs = (
        tr("epoch {last}", last=last)
        if first == last
        else tr("epochs {first} to {last}", first=first, last=last)
    )
    yield tr("Whoever has {name}'s computer and its passphrase, or found it unlocked:", name=name)
    yield tr(
        "  reads all that is said for {reads} (keys of {epochs}),",
        reads=", ".join(finder["reads"]),
        epochs=epochs,
    )
    yield tr("    also what was recorded off the air, until the new keys are in force")
    yield tr("  reads what its store holds: up to a day of reports, places and messages")
    yield tr(
        "  speaks as {name} ({roles}) until the revocation arrives",
        name=name,
        roles=", ".join(answer["roles"]),
    )
    yield tr("  has the tree keys of that number: of no use once it is left out")
    if finder["master"]:
        yield tr("  HAS THE MASTER of the keys: the new ones go to each member one by one")
    if finder["votes"]:
        yield tr(
            "  HAS ONE VOICE of the {threshold} that a decision takes",
            threshold=answer["threshold"],
        )
    yield tr(
        "Whoever has only the radio: the channel's PSK and the radio's own key, and nothing of\n"
        "  the above."
    )
    if answer["revoked"]:
        yield tr(
            "{name} was revoked already: only new keys are decided, without a second revocation.",
            name=name,
        )
    yield tr("What will be decided:")
    for text in answer["text"]:
        yield f"  {clean(text)}"
    if answer["rivals"]:
        yield tr(
            "  OTHER NEW KEYS WAIT ALREADY ({rivals}): only one of them can\n"
            "  count; endorse those instead where they leave out the right people",
            rivals=", ".join(answer["rivals"]),
        )
    yield cost_line(answer)


def cost_line(answer: dict[str, Any]) -> str:
    """What new keys cost on the air."""
    cost = answer["cost"]
    return tr(
        "On the air: {frames} frames, {bytes} bytes, {seconds} s at {preset}, and as "
        "much again for each relay.",
        frames=cost["frames"],
        bytes=cost["bytes"],
        seconds=cost["seconds"],
        preset=answer["preset"],
    )


def _done_lines(answer: dict[str, Any]) -> Iterator[str]:
    waits = answer["endorse"]
    if not waits:
        name = clean(answer["name"])
        yield tr(
            "{name} is out; the keys of epoch {in_force} are in force.",
            name=name,
            in_force=answer["in_force"],
        )
        return
    if answer["suspended"]:
        yield tr("{name} is suspended for 24 h by you alone.", name=clean(answer["name"]))
    yield trn(
        "{count} more organizer must agree, with one command:",
        "{count} more organizers must agree, with one command:",
        answer["decision"]["lacking"],
    )
    yield f"  meshdefense roster endorse {' '.join(waits)}"
    yield tr("Organizers: {organizers}", organizers=", ".join(map(clean, answer["organizers"])))


def master_lines(answer: dict[str, Any]) -> Iterator[str]:
    """Who has to meet whom where the master of the keys is another one now."""
    if answer["new_master"]:
        yield tr("The other organizers get the new master from you in person, each by a grant:")
        yield tr(
            "  meshdefense member grant REQUEST ...; until all members have new tree keys by\n"
            "  grants as well, new keys go one by one"
        )


def after_lines(answer: dict[str, Any]) -> Iterator[str]:
    """What is left to do."""
    yield from master_lines(answer)
    yield tr("Radios still to be touched, since they share the lost one's channel PSK:")
    yield f"  {', '.join(map(clean, answer['radios']))}"
    yield from radio_lines(answer.get("radio_channels", ()))
    if answer["unheard"]:
        yield tr("Follow who has the new keys with `meshdefense lost --status`.")
