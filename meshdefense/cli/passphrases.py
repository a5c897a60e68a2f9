"""Passphrases for the command line: from a file or a prompt only, never from an argument."""

from __future__ import annotations

import argparse
import contextlib
import getpass
import sys
from pathlib import Path

from meshdefense import hardening
from meshdefense.catalogue import tr
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.storage.secret_files import read_passphrase_file, read_share

__all__ = ["PASSPHRASE_MIN", "CliError", "add_passphrase", "new_passphrase", "old_passphrase",
           "share_of"]  # fmt: skip

PASSPHRASE_MIN = 8
"""Characters of a new one that is typed."""


class CliError(Exception):
    """Ends the command with a text and an exit code."""

    def __init__(self, message: str, code: ExitCode = ExitCode.FAILED, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.hint = code, hint


def add_passphrase(parser: argparse.ArgumentParser) -> None:
    """The options for unlocking without a person; safe twice."""
    with contextlib.suppress(argparse.ArgumentError):  # it has them already
        parser.add_argument(
            "--passphrase-file",
            metavar="FILE",
            type=Path,
            help=tr("file (mode 0600) with the passphrase; without it you are asked"),
        )
        parser.add_argument(
            "--device-share",
            metavar="FILE",
            type=Path,
            help=tr("the device share, where the passphrase needs one"),
        )


def old_passphrase(args: argparse.Namespace) -> bytes:
    """The passphrase, from the file or asked for. Raises CliError, PassphraseFileError."""
    hardening.forbid_core_dumps()
    if args.passphrase_file is not None:
        return read_passphrase_file(args.passphrase_file)
    _need_terminal("--passphrase-file")
    return getpass.getpass(tr("Passphrase: ")).encode("utf-8", "surrogateescape")


def new_passphrase(
    file: Path | None, *, what: str = "", option: str = "--passphrase-file"
) -> bytes:
    """A new one, from a file or asked for twice. Raises CliError, PassphraseFileError."""
    hardening.forbid_core_dumps()
    if file is not None:
        return read_passphrase_file(file)
    _need_terminal(option)
    what = what or tr("New passphrase")
    first = getpass.getpass(f"{what}: ")
    if len(first) < PASSPHRASE_MIN:
        raise CliError(
            tr(
                "a passphrase has at least {count} characters",
                count=PASSPHRASE_MIN,
            ),
            ExitCode.USAGE,
        )
    if getpass.getpass(tr("Again: ")) != first:
        raise CliError(tr("the two passphrases differ; nothing was made"), ExitCode.USAGE)
    return first.encode("utf-8", "surrogateescape")


def share_of(args: argparse.Namespace) -> bytes | None:
    """The device share that was named. Raises DeviceShareError."""
    return None if args.device_share is None else read_share(args.device_share)


def _need_terminal(option: str) -> None:
    if not sys.stdin.isatty():
        raise CliError(
            tr("there is no terminal to ask for the passphrase"),
            ExitCode.USAGE,
            tr("use {option}", option=option),
        )
