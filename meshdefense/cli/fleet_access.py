"""What the verbs of `meshdefense radio` share that use a fleet: options, passphrase, errors.

add_fleet(parser)                 --fleet --data --passphrase-file --passphrase-fd --json
with open_fleet(args) as fleet:   changes it; changing=False only reads
@fleet_guarded                    every FleetError as a text and an exit code
"""

from __future__ import annotations

import argparse
import contextlib
import getpass
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from meshdefense import hardening
from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_json, complain, complain_lines, folder_of
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.passphrases import CliError, new_passphrase
from meshdefense.cli.unlock import guarded, slowed
from meshdefense.paths import DataFolder

if TYPE_CHECKING:
    from meshdefense.provisioning.fleet import Fleet
    from meshdefense.provisioning.fleet_errors import FleetError

__all__ = [
    "add_fleet",
    "code_of",
    "fleet_folder",
    "fleet_guarded",
    "fleet_passphrase",
    "new_fleet_passphrase",
    "open_fleet",
    "prepare_default",
    "secret_of",
    "trying",
]


def add_fleet(parser: argparse.ArgumentParser) -> None:
    """The options that name a fleet and open it, and --json."""
    parser.add_argument(
        "--fleet", metavar="DIR", type=Path,
        help=tr("folder of the fleet (default: fleet in the data folder)"),
    )  # fmt: skip
    parser.add_argument(
        "--data", metavar="DIR", type=Path, help=tr("data folder of the node (default: your own)")
    )
    way = parser.add_mutually_exclusive_group()
    way.add_argument(
        "--passphrase-file", metavar="FILE", type=Path,
        help=tr("file (mode 0600) with the fleet's passphrase; without it you are asked"),
    )  # fmt: skip
    way.add_argument(
        "--passphrase-fd", metavar="N", type=_descriptor,
        help=tr("read the fleet's passphrase from this open file descriptor"),
    )  # fmt: skip
    add_json(parser)


def fleet_folder(args: argparse.Namespace) -> Path:
    """The fleet's folder that was named, or the default one. Touches nothing."""
    if args.fleet is not None:
        return DataFolder(args.fleet).root
    return folder_of(args).root / "fleet"


def prepare_default(args: argparse.Namespace) -> None:
    """Make the data folder, private, where the fleet is about to lie in it."""
    if args.fleet is None:
        folder_of(args).make()


def fleet_passphrase(args: argparse.Namespace) -> bytes:
    """The passphrase of a fleet that is there, from file, descriptor or prompt."""
    return secret_of(args.passphrase_file, args.passphrase_fd, tr("Passphrase of the fleet: "))


def new_fleet_passphrase(args: argparse.Namespace) -> bytes:
    """The passphrase of a fleet that is about to be made; a prompt asks twice."""
    file = args.passphrase_file
    if args.passphrase_fd is not None:
        file = Path(f"/dev/fd/{args.passphrase_fd}")
    return new_passphrase(file, what=tr("Passphrase of the fleet"))


def secret_of(
    file: Path | None, descriptor: int | None, question: str, option: str = "--passphrase-file"
) -> bytes:
    """A passphrase that exists already. Raises CliError, PassphraseFileError."""
    from meshdefense.storage.secret_files import read_passphrase_file

    hardening.forbid_core_dumps()
    if descriptor is not None:
        file = Path(f"/dev/fd/{descriptor}")
    if file is not None:
        return read_passphrase_file(file)
    if not sys.stdin.isatty():
        raise CliError(
            tr("there is no terminal to ask for the passphrase"),
            ExitCode.USAGE,
            tr("use {option}", option=option),
        )
    return getpass.getpass(question).encode("utf-8", "surrogateescape")


@contextlib.contextmanager
def trying(folder: Path) -> Iterator[None]:
    """Try the passphrase of a fleet in the block; wrong ones slow the next try down, as a node's.

    Raises WrongPassphraseError for one.
    """
    from meshdefense.provisioning.fleet_errors import FleetLockedError
    from meshdefense.storage.errors import WrongPassphraseError

    with slowed(DataFolder(folder)):
        try:
            yield
        except FleetLockedError:
            raise WrongPassphraseError from None


def open_fleet(
    args: argparse.Namespace, *, changing: bool = True, taking: frozenset[str] = frozenset()
) -> Fleet:
    """The fleet that was named; what was done to its keys on the way is told on stderr.

    Raises CliError, FleetError, StorageError.
    """
    from meshdefense.provisioning.fleet import Fleet
    from meshdefense.provisioning.fleet_folder import check_exists

    folder = fleet_folder(args)
    check_exists(folder)
    passphrase = fleet_passphrase(args)
    with trying(folder):
        fleet = Fleet.open(folder, passphrase, changing=changing, taking=taking)
    for notice in fleet.notices:
        complain(notice)
    return fleet


def fleet_guarded(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """Turn what a user can do something about into texts and exit codes."""

    def wrapped(args: argparse.Namespace) -> int:
        from meshdefense.provisioning.fleet_errors import FleetError

        try:
            return run(args)
        except FleetError as error:
            complain_lines(str(error), error.hint)
            return code_of(error)

    return guarded(wrapped)


def code_of(error: FleetError) -> ExitCode:
    """What a command ends with that met this error."""
    from meshdefense.provisioning import fleet_errors

    codes = {
        fleet_errors.FleetMissingError: ExitCode.NOT_FOUND,
        fleet_errors.FleetLockedError: ExitCode.LOCKED,
        fleet_errors.FleetBusyError: ExitCode.LOCKED,
        fleet_errors.FleetDamagedError: ExitCode.DAMAGED,
        fleet_errors.FleetNewerError: ExitCode.DAMAGED,
        fleet_errors.FleetUnavailableError: ExitCode.UNAVAILABLE,
        fleet_errors.FleetRefusedError: ExitCode.REFUSED,
    }
    return codes.get(type(error), ExitCode.FAILED)


def _descriptor(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(tr("{text} is no file descriptor", text=text))
    return int(text)
