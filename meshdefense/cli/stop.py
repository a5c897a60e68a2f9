"""`meshdefense stop`: end this node's daemon."""

from __future__ import annotations

import argparse
import time
from typing import Final

from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, complain, folder_of, request
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.paths import FolderBusyError, FolderLock

__all__ = ["configure", "run"]

END_S: Final = 20.0
"""Closing the radio may take some seconds; the store is closed after it."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_data(parser, unlocks=False)


def run(args: argparse.Namespace) -> int:
    """Ask it to end, and wait until it has: then its folder can be copied or used again."""
    code, _ = request(args, "stop")
    if code != ExitCode.OK:
        return code
    lock, end = FolderLock(folder_of(args)), time.monotonic() + END_S
    while True:
        try:
            with lock:
                break
        except FolderBusyError as error:
            if time.monotonic() > end:
                complain(tr("the daemon was told to end and has not yet. {error}", error=error))
                return ExitCode.FAILED
        time.sleep(0.05)
    print(tr("The daemon has ended. Everything accepted is on disk."))
    return ExitCode.OK
