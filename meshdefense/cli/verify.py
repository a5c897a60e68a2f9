"""`meshdefense verify ALERT RESULT`: what a verifier found."""

from __future__ import annotations

import argparse

from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, add_json, sent

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument("alert", help=tr("id of the alert, as `meshdefense alerts` shows it"))
    parser.add_argument("result", help=tr("confirmed, nothing-there, something-else or uncertain"))
    parser.add_argument("--count", type=int, metavar="N", help=tr("how many you counted"))
    parser.add_argument("--note", help=tr("up to 60 bytes; no names, plates or addresses"))
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Submit the verdict."""
    return sent(
        args, tr("Verdict"), "verdict",
        alert=args.alert, result=args.result, count=args.count, note=args.note,
    )  # fmt: skip
