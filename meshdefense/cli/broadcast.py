"""`meshdefense broadcast ALERT`: the wide alarm, once somebody else has confirmed the alert."""

from __future__ import annotations

import argparse

from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, add_json, sent
from meshdefense.cli.sending import add_drill

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument("alert", help=tr("id of a verified alert"))
    parser.add_argument(
        "--precision", type=int, metavar="M",
        help=tr("tell everybody the place no finer than this (default: as reported)"),
    )  # fmt: skip
    add_drill(parser)
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Submit the broadcast."""
    return sent(
        args, tr("Broadcast"), "broadcast",
        alert=args.alert, precision_m=args.precision, drill=args.drill or None,
    )  # fmt: skip
