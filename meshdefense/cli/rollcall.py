"""`meshdefense rollcall start | answer | show`: ask everybody how they are, and answer."""

from __future__ import annotations

import argparse

from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, add_json, complain, sent
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.listing import show_table, table_rows
from meshdefense.cli.progress_lines import attended, roll_lines
from meshdefense.cli.sending import add_drill, sent_with_delivery

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    start = verbs.add_parser("start", help=tr("ask; dispatch or organizers"))
    start.add_argument(
        "--whom", action="append", metavar="ROLE",
        help=tr("only members with this role; may be repeated (default: everybody)"),
    )  # fmt: skip
    start.add_argument(
        "--slot",
        type=int,
        metavar="S",
        help=tr("seconds between two answers, 1 to 255 (default 6)"),
    )
    start.add_argument(
        "--window", type=int, metavar="MIN", help=tr("minutes until it is over (default 5 or more)")
    )
    add_drill(start)
    answer = verbs.add_parser("answer", help=tr("say how you are; it goes out in your own slot"))
    answer.add_argument(
        "state", nargs="?", help=tr("ok (default), need-help, injured, moving, ...")
    )
    answer.add_argument("--id", help=tr("of the roll call (default: the last one)"))
    show = verbs.add_parser("show", help=tr("who answered what, and who was not heard from"))
    show.add_argument("id", nargs="?", help=tr("only this roll call"))
    for verb in (start, answer, show):
        add_data(verb)
        add_json(verb)


def run(args: argparse.Namespace) -> int:
    """Do what the verb says."""
    if args.verb == "show":
        return show_table(
            args, "rollcalls", roll_lines, item=args.id, none=tr("No roll calls."), prepare=attended
        )
    if args.verb == "start":
        return sent_with_delivery(
            args, tr("Roll call"), "rollcall", "rollcalls",
            whom=args.whom, slot_s=args.slot, window_min=args.window, drill=args.drill or None,
        )  # fmt: skip
    call = args.id
    if call is None:
        code, rows, _ = table_rows(args, "rollcalls")
        if code != ExitCode.OK:
            return code
        asking = [row for row in rows if row["state"] == "open" and not row["mine"]]
        if not asking:
            complain(
                tr("no roll call is open"), tr("meshdefense rollcall show lists those that were")
            )
            return ExitCode.NOT_FOUND
        call = asking[-1]["id"]
    return sent(args, tr("Answer"), "rollanswer", rollcall=call, state=args.state)
