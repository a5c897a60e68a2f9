"""`meshdefense rekey`: new keys for everybody who is in, without a loss."""

from __future__ import annotations

import argparse

from meshdefense.catalogue import tr, trn
from meshdefense.cli.attach import add_data, add_json
from meshdefense.cli.lost import cost_line, master_lines
from meshdefense.cli.organizing import done, say
from meshdefense.cli.roster import confirmed
from meshdefense.cli.unlock import guarded
from meshdefense.safe_text import clean

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument(
        "--preset", default="LONG_FAST", metavar="NAME",
        help=tr("modem preset of the radios, to say what it costs (default LONG_FAST)"),
    )  # fmt: skip
    parser.add_argument(
        "--drill", action="store_true", help=tr("change nothing, say what it costs")
    )
    parser.add_argument("--yes", action="store_true", help=tr("do not ask"))
    add_data(parser)
    add_json(parser)


@guarded
def run(args: argparse.Namespace) -> int:
    """Say what it costs, ask, and do it."""
    if args.drill or not args.yes:
        answer = done(args, "rekey", preset=args.preset, drill=True)
        lines = [*map(clean, answer["text"]), cost_line(answer), *master_lines(answer)]
        if args.drill:
            return say(args, answer, "\n".join([*lines, tr("A drill: nothing was changed.")]))
        confirmed(args, "\n".join(lines))
    answer = done(args, "rekey", preset=args.preset)
    if answer["endorse"]:
        lacking = answer["decision"]["lacking"]
        text = trn(
            "{count} more organizer must agree: meshdefense roster endorse {ids}",
            "{count} more organizers must agree: meshdefense roster endorse {ids}",
            lacking,
            ids=" ".join(answer["endorse"]),
        )
    else:
        text = tr("The keys of epoch {in_force} are in force.", in_force=answer["in_force"])
    return say(args, answer, "\n".join([text, cost_line(answer), *master_lines(answer)]))
