"""`meshdefense report KIND`: report something that was seen; `--long FILE`: a longer text."""

from __future__ import annotations

import argparse
from typing import Final

from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, add_json, complain
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.long_text import TextFileError, read_text
from meshdefense.cli.sending import sent_with_delivery

__all__ = ["configure", "run"]

HOUR_S: Final = 3600
_OF_KINDS: Final = (
    "kind", "severity", "at", "precision", "count", "activity", "unit", "equipment", "ago", "note",
)  # fmt: skip
_OF_LONG: Final = ("language", "lifetime")


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument(
        "kind", nargs="?", help=tr("what: fire, checkpoint, medical, ... (a word or its code)")
    )
    parser.add_argument("--severity", help=tr("low, medium, high or critical (default medium)"))
    parser.add_argument(
        "--at", nargs=2, type=float, metavar=("LAT", "LON"), help=tr("where, in degrees")
    )
    parser.add_argument(
        "--precision",
        type=int,
        metavar="M",
        help=tr("say the place no finer than this (default 10)"),
    )
    parser.add_argument("--count", type=int, metavar="N", help=tr("how many"))
    parser.add_argument("--activity", help=tr("what they do"))
    parser.add_argument("--unit", help=tr("class of unit, never a person"))
    parser.add_argument("--equipment", action="append", help=tr("what they have; may be repeated"))
    parser.add_argument(
        "--ago", type=float, metavar="S", help=tr("seconds since it was seen (default 0)")
    )
    parser.add_argument("--scope", help=tr("everyone, field, dispatch or organizers"))
    parser.add_argument("--note", help=tr("up to 60 bytes; no names, plates or addresses"))
    parser.add_argument("--drill", action="store_true", help=tr("an exercise, marked as such"))
    parser.add_argument(
        "--long",
        metavar="FILE",
        help=tr("instead of a kind: a text of up to 1,500 bytes; - is stdin"),
    )
    parser.add_argument("--about", metavar="ALERT", help=tr("the alert that this adds to"))
    parser.add_argument("--language", help=tr("of the long text: en or es"))
    parser.add_argument(
        "--lifetime",
        type=float,
        metavar="H",
        help=tr("hours that the long text lives (default 24)"),
    )
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Submit the report."""
    wrong = _OF_KINDS if args.long is not None else _OF_LONG
    given = [name for name in wrong if getattr(args, name) is not None]
    if given:
        name = given[0] if given[0] == "kind" else f"--{given[0]}"
        complain(
            tr("{name} does not go with --long", name=name)
            if args.long is not None
            else tr("{name} needs --long", name=name)
        )
        return ExitCode.USAGE
    if args.long is not None:
        return _run_long(args)
    if args.kind is None:
        complain(tr("what was seen? Give a kind, or --long FILE"), "meshdefense report --help")
        return ExitCode.USAGE
    lat, lon = args.at or (None, None)
    return sent_with_delivery(
        args, tr("Report"), "report", "alerts",
        kind=args.kind, severity=args.severity, lat=lat, lon=lon, precision_m=args.precision,
        count=args.count, activity=args.activity, unit=args.unit, equipment=args.equipment,
        observed_ago_s=args.ago, scope=args.scope, note=args.note, about=args.about,
        drill=args.drill or None,
    )  # fmt: skip


def _run_long(args: argparse.Namespace) -> int:
    try:
        text = read_text(args.long)
    except FileNotFoundError:
        complain(tr("there is no file {path}", path=args.long))
        return ExitCode.NOT_FOUND
    except OSError as error:
        complain(tr("{path} cannot be read: {reason}", path=args.long, reason=error.strerror))
        return ExitCode.FAILED
    except TextFileError as error:
        complain(tr("{error}. Nothing was sent.", error=error))
        return ExitCode.REFUSED
    lifetime_s = None if args.lifetime is None else args.lifetime * HOUR_S
    return sent_with_delivery(
        args, tr("Long report"), "long_report", "messages",
        text=text, alert=args.about, scope=args.scope, language=args.language,
        lifetime_s=lifetime_s, drill=args.drill or None,
    )  # fmt: skip
