"""`meshdefense close ALERT`: say that it is over; it takes a second person to close it."""

from __future__ import annotations

import argparse

from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, add_json, sent
from meshdefense.cli.sending import add_drill

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument("alert", help=tr("id of the alert"))
    parser.add_argument(
        "--reason", help=tr("all-clear (default), over, handled, duplicate or other")
    )
    add_drill(parser)
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Submit one voice for closing it."""
    return sent(
        args, tr("Closing"), "close", alert=args.alert, reason=args.reason, drill=args.drill or None
    )
