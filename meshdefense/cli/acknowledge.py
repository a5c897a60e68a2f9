"""`meshdefense acknowledge ITEM`: say that a person has read it."""

from __future__ import annotations

import argparse

from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, add_json, sent

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument("item", help=tr("id of the alert or message"))
    parser.add_argument("--meaning", help=tr("read (default) or acting"))
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Submit the acknowledgement."""
    return sent(args, tr("Acknowledgement"), "acknowledge", item=args.item, meaning=args.meaning)
