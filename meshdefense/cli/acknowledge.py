"""`meshdefense acknowledge ITEM`: say that a person has read it."""

from __future__ import annotations

import argparse

from meshdefense.cli.attach import add_data, add_json, sent

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument("item", help="id of the alert or message")
    parser.add_argument("--meaning", help="read (default) or acting")
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Submit the acknowledgement."""
    return sent(args, "Acknowledgement", "acknowledge", item=args.item, meaning=args.meaning)
