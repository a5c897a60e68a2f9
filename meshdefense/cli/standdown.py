"""`meshdefense standdown order | show`: all in an area leave it; who has acknowledged that."""

from __future__ import annotations

import argparse
from typing import Final

from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, add_json
from meshdefense.cli.listing import show_table
from meshdefense.cli.progress_lines import attended, order_lines
from meshdefense.cli.sending import add_drill, sent_with_delivery

__all__ = ["configure", "run"]

HOUR_S: Final = 3600


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    order = verbs.add_parser("order", help=tr("everybody leaves; dispatch or organizers"))
    order.add_argument(
        "--at", nargs=2, type=float, metavar=("LAT", "LON"),
        help=tr("where, in degrees (default: everywhere)"),
    )  # fmt: skip
    order.add_argument(
        "--precision", type=int, metavar="M", help=tr("size of the area, from 100 (default 1000)")
    )
    order.add_argument(
        "--hours", type=float, metavar="H", help=tr("how long, up to 24 (default 2)")
    )
    order.add_argument(
        "--reason", help=tr("unsafe (default), over, weather, regroup, drill-over or other")
    )
    add_drill(order)
    show = verbs.add_parser("show", help=tr("who has acknowledged it"))
    show.add_argument("id", nargs="?", help=tr("only this order"))
    for verb in (order, show):
        add_data(verb)
        add_json(verb)


def run(args: argparse.Namespace) -> int:
    """Do what the verb says."""
    if args.verb == "show":
        return show_table(
            args, "orders", order_lines, item=args.id, none=tr("No stand-downs."), prepare=attended
        )
    lat, lon = args.at or (None, None)
    until_s = None if args.hours is None else args.hours * HOUR_S
    return sent_with_delivery(
        args, tr("Stand-down"), "stand_down", "orders",
        lat=lat, lon=lon, precision_m=args.precision, until_s=until_s, reason=args.reason,
        drill=args.drill or None,
    )  # fmt: skip
