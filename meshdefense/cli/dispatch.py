"""`meshdefense dispatch ALERT MEMBER`: ask somebody to go and look, or yourself."""

from __future__ import annotations

import argparse

from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, add_json, sent
from meshdefense.cli.sending import add_drill

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument("alert", help=tr("id of the alert, as `meshdefense alerts` shows it"))
    parser.add_argument("member", help=tr("handle or number of a verifier; your own takes it on"))
    parser.add_argument(
        "--back", type=int, metavar="MIN", help=tr("to report back within, 1 to 255 (default 15)")
    )
    parser.add_argument("--look", metavar="TEXT", help=tr("what to look for, up to 60 bytes"))
    parser.add_argument("--off", action="store_true", help=tr("call them off"))
    add_drill(parser)
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Submit the dispatch."""
    return sent(
        args, tr("Calling off") if args.off else "Dispatch", "dispatch",
        alert=args.alert, member=args.member, back_min=args.back, look=args.look,
        off=args.off or None, drill=args.drill or None,
    )  # fmt: skip
