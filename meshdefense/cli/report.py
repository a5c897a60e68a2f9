"""`meshdefense report KIND`: report something that was seen."""

from __future__ import annotations

import argparse

from meshdefense.cli.attach import add_data, add_json
from meshdefense.cli.sending import sent_with_delivery

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument("kind", help="what: fire, checkpoint, medical, ... (a word or its code)")
    parser.add_argument("--severity", help="low, medium, high or critical (default medium)")
    parser.add_argument(
        "--at", nargs=2, type=float, metavar=("LAT", "LON"), help="where, in degrees"
    )
    parser.add_argument(
        "--precision", type=int, metavar="M", help="say the place no finer than this (default 10)"
    )
    parser.add_argument("--count", type=int, metavar="N", help="how many")
    parser.add_argument("--activity", help="what they do")
    parser.add_argument("--unit", help="class of unit, never a person")
    parser.add_argument("--equipment", action="append", help="what they have; may be repeated")
    parser.add_argument(
        "--ago", type=float, metavar="S", help="seconds since it was seen (default 0)"
    )
    parser.add_argument("--scope", help="everyone, field, dispatch or organizers")
    parser.add_argument("--note", help="up to 60 bytes; no names, plates or addresses")
    parser.add_argument("--drill", action="store_true", help="an exercise, marked as such")
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Submit the report."""
    lat, lon = args.at or (None, None)
    return sent_with_delivery(
        args, "Report", "report", "alerts",
        kind=args.kind, severity=args.severity, lat=lat, lon=lon, precision_m=args.precision,
        count=args.count, activity=args.activity, unit=args.unit, equipment=args.equipment,
        observed_ago_s=args.ago, scope=args.scope, note=args.note, drill=args.drill or None,
    )  # fmt: skip
