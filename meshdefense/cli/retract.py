"""`meshdefense retract ALERT`: take an own report back."""

from __future__ import annotations

import argparse

from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, add_json, sent

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument("alert", help=tr("id of your report"))
    parser.add_argument(
        "--reason", help=tr("mistake, over, duplicate, wrong-place, unsafe or other")
    )
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Submit the retraction."""
    return sent(args, tr("Retraction"), "retract", alert=args.alert, reason=args.reason)
