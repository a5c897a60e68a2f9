"""`meshdefense position LAT LON`: share where you are, a block by default."""

from __future__ import annotations

import argparse

from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, add_json, sent

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument("lat", type=float, metavar="LAT", help=tr("degrees"))
    parser.add_argument("lon", type=float, metavar="LON", help=tr("degrees"))
    parser.add_argument(
        "--precision", type=int, metavar="M", help=tr("say it no finer than this (default 100)")
    )
    parser.add_argument("--heading", type=float, metavar="DEG", help=tr("where you are going"))
    parser.add_argument("--motion", help=tr("still, walking, cycling or driving"))
    parser.add_argument("--battery", type=int, metavar="PERCENT", help=tr("of the radio"))
    parser.add_argument("--state", help=tr("ok (default), need-help, ..."))
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Submit the beacon."""
    return sent(
        args, tr("Position"), "beacon",
        lat=args.lat, lon=args.lon, precision_m=args.precision, heading=args.heading,
        motion=args.motion, battery=args.battery, state=args.state,
    )  # fmt: skip
