"""`meshdefense stop`: end this node's daemon."""

from __future__ import annotations

import argparse

from meshdefense.cli.attach import add_data, request
from meshdefense.cli.exit_codes import ExitCode

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_data(parser)


def run(args: argparse.Namespace) -> int:
    """Ask it to end."""
    code, _ = request(args, "stop")
    if code == ExitCode.OK:
        print("The daemon ends. Everything accepted is on disk.")
    return code
