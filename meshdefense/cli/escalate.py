"""`meshdefense escalate ALERT`: let more people look at it now."""

from __future__ import annotations

import argparse

from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, add_json, sent
from meshdefense.cli.sending import add_drill

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument("alert", help=tr("id of the alert or SOS"))
    parser.add_argument(
        "--level",
        help=tr("next-ring (everybody in the field) or coordinators; default: the next one"),
    )
    parser.add_argument("--reason", help=tr("unanswered (default), worse, closer or other"))
    add_drill(parser)
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Submit the escalation."""
    return sent(
        args, tr("Escalation"), "escalate",
        alert=args.alert, level=args.level, reason=args.reason, drill=args.drill or None,
    )  # fmt: skip
