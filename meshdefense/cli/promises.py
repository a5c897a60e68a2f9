"""`meshdefense promises`: what this program promises, and what it does not."""

from __future__ import annotations

import argparse
import json

from meshdefense import language as languages
from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_json
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.promises import NON_PROMISES, PROMISES, lines

__all__ = ["configure", "first_run", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument(
        "--language",
        choices=tuple(languages.LANGUAGES),
        default=languages.current(),
        help=tr("English or Spanish"),
    )
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print both lists."""
    if args.json:
        found = {
            "promised": [one.said(args.language) for one in PROMISES],
            "not_promised": [one.said(args.language) for one in NON_PROMISES],
        }
        print(json.dumps(found))
    else:
        print("\n".join(lines(args.language)))
    return ExitCode.OK


def first_run(language: str = "") -> str:
    """What is shown once, when somebody has made or joined a network."""
    with languages.speaking(language or languages.current()):
        again = tr("`meshdefense promises` says it again.")
        return "\n".join(["", *lines(languages.current()), "", again])
