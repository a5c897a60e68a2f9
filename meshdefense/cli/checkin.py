"""`meshdefense checkin`: how you are, and when you will say so again."""

from __future__ import annotations

import argparse

from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, add_json, sent

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument(
        "state", nargs="?", help=tr("ok (default), need-help, injured, moving, ...")
    )
    parser.add_argument(
        "--due", type=float, metavar="MIN", help=tr("next check-in in minutes (5-315)")
    )
    parser.add_argument(
        "--at", nargs=2, type=float, metavar=("LAT", "LON"), help=tr("where, in degrees")
    )
    parser.add_argument(
        "--precision",
        type=int,
        metavar="M",
        help=tr("say the place no finer than this (default 100)"),
    )
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Submit the check-in."""
    lat, lon = args.at or (None, None)
    due = None if args.due is None else args.due * 60
    return sent(
        args, tr("Check-in"), "checkin",
        state=args.state, due_in_s=due, lat=lat, lon=lon, precision_m=args.precision,
    )  # fmt: skip
