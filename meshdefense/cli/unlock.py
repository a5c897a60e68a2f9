"""Passphrases and stores for the command line. A passphrase comes from a file or a prompt only."""

from __future__ import annotations

import argparse
import contextlib
import getpass
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from meshdefense.cli.attach import complain, folder_of
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.paths import DataFolder, FolderBusyError, FolderLock, PathError
from meshdefense.storage.errors import (
    KeyslotMissingError,
    KeyslotUnavailableError,
    PassphraseFileError,
    StorageError,
    StoreExistsError,
    StoreMissingError,
    StoreUnavailableError,
    WrongPassphraseError,
)
from meshdefense.storage.keyslots import read_passphrase_file
from meshdefense.storage.repository import Store
from meshdefense_protocol.errors import ProtocolError

__all__ = ["CliError", "add_passphrase", "guarded", "open_store", "opened_store", "passphrase_of"]

PASSPHRASE_MIN = 8


class CliError(Exception):
    """Ends the command with a text and an exit code."""

    def __init__(self, message: str, code: ExitCode = ExitCode.FAILED, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.hint = code, hint


def add_passphrase(parser: argparse.ArgumentParser) -> None:
    """The option for unlocking without a person."""
    parser.add_argument(
        "--passphrase-file",
        metavar="FILE",
        type=Path,
        help="file (mode 0600) with the passphrase; without it you are asked",
    )


def guarded(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """Turn the errors that a user can do something about into texts and exit codes."""

    def wrapped(args: argparse.Namespace) -> int:
        try:
            return run(args)
        except CliError as error:
            complain(str(error), error.hint)
            return error.code
        except FolderBusyError as error:
            complain(str(error))
            return ExitCode.LOCKED
        except (WrongPassphraseError, PassphraseFileError) as error:
            complain(str(error))
            return ExitCode.LOCKED
        except (StoreMissingError, KeyslotMissingError) as error:
            complain(str(error), "make a node: meshdefense network create, or: member request")
            return ExitCode.NOT_FOUND
        except (StoreUnavailableError, KeyslotUnavailableError) as error:
            complain(str(error))
            return ExitCode.UNAVAILABLE
        except StoreExistsError as error:
            complain(str(error))
            return ExitCode.REFUSED
        except StorageError as error:
            complain(str(error))
            return ExitCode.DAMAGED
        except (ProtocolError, PathError) as error:
            complain(str(error))
            return ExitCode.REFUSED

    return wrapped


def passphrase_of(args: argparse.Namespace, *, new: bool = False) -> bytes:
    """The passphrase, from the file or asked for (twice when it is a new one)."""
    if args.passphrase_file is not None:
        return read_passphrase_file(args.passphrase_file)
    if not sys.stdin.isatty():
        raise CliError(
            "there is no terminal to ask for the passphrase",
            ExitCode.USAGE,
            "use --passphrase-file",
        )
    first = getpass.getpass("New passphrase: " if new else "Passphrase: ")
    if new and len(first) < PASSPHRASE_MIN:
        raise CliError(f"a passphrase has at least {PASSPHRASE_MIN} characters", ExitCode.USAGE)
    if new and getpass.getpass("Again: ") != first:
        raise CliError("the two passphrases differ; nothing was made", ExitCode.USAGE)
    return first.encode()


def open_store(args: argparse.Namespace, folder: DataFolder, *, make: bool) -> Store:
    """The store of a locked folder; with `make` a new one where there is none."""
    if make and not folder.keyslot.exists():
        folder.make()
        return Store.create(folder, passphrase_of(args, new=True))
    return Store.open(folder, passphrase_of(args))


@contextlib.contextmanager
def opened_store(args: argparse.Namespace, *, make: bool = False) -> Iterator[Store]:
    """Lock the data folder, open its store, and close both again."""
    folder = folder_of(args)
    if make:
        folder.make()
    elif not folder.keyslot.exists():
        raise CliError(
            f"there is no node in {folder.root}",
            ExitCode.NOT_FOUND,
            "make one: meshdefense network create, or: meshdefense member request",
        )
    lock = FolderLock(folder)
    lock.acquire()
    try:
        store = open_store(args, folder, make=make)
        try:
            yield store
        finally:
            store.close()
    finally:
        lock.release()


def write_new_file(path: Path, text: str, *, private: bool = False) -> None:
    """Write a file, replacing one of the same name in one step."""
    try:
        temporary = path.with_name(f".{path.name}.new")
        mode = 0o600 if private else 0o644
        temporary.unlink(missing_ok=True)  # left by a crash, with whatever mode it had
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        temporary.replace(path)
    except OSError as error:
        raise CliError(f"{path} cannot be written: {error.strerror}") from error


def read_file(path: Path, limit: int = 1 << 20) -> str:
    """A small text file. Raises CliError that says what is wrong with it."""
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
        if len(content) > limit:
            raise CliError(f"{path} is too large for that kind of file", ExitCode.DAMAGED)
        return content.decode("utf-8")
    except FileNotFoundError:
        raise CliError(f"there is no file {path}", ExitCode.NOT_FOUND) from None
    except UnicodeDecodeError:
        raise CliError(f"{path} is not a text file", ExitCode.DAMAGED) from None
    except OSError as error:
        raise CliError(f"{path} cannot be read: {error.strerror}") from error
