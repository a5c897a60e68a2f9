"""`meshdefense respond ALERT STATE`: say that you go, are there, or have finished."""

from __future__ import annotations

import argparse

from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, add_json, sent
from meshdefense.cli.sending import add_drill

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument("alert", help=tr("id of the alert or SOS"))
    parser.add_argument("state", help=tr("acknowledged, on-the-way, on-scene, done or cancelled"))
    parser.add_argument(
        "--eta", type=float, metavar="MIN", help=tr("minutes until you are there, up to 62")
    )
    add_drill(parser)
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Submit the response."""
    return sent(
        args, tr("Response"), "respond",
        alert=args.alert, state=args.state, eta_min=args.eta, drill=args.drill or None,
    )  # fmt: skip
