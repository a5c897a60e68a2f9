"""`meshdefense lock`: nobody reads this node's screens until somebody unlocks it."""

from __future__ import annotations

import argparse

from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, request
from meshdefense.cli.exit_codes import ExitCode

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_data(parser, unlocks=False)


def run(args: argparse.Namespace) -> int:
    """Lock now; the node goes on receiving, relaying and alarming."""
    code, _ = request(args, "lock")
    if code == ExitCode.OK:
        print(tr("Locked. The node goes on; `meshdefense unlock` shows it again."))
    return code
