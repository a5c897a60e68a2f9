"""`meshdefense unlock`, and what other commands need to open a store themselves.

The store is imported only where it is opened: most commands never touch it.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from meshdefense import clock
from meshdefense.catalogue import tr
from meshdefense.cli.attach import (
    add_data,
    complain,
    complain_lines,
    folder_of,
    unlocked,
    with_daemon,
)
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.passphrases import (
    CliError,
    add_passphrase,
    new_passphrase,
    old_passphrase,
    share_of,
)
from meshdefense.cli.way_out import way_out
from meshdefense.language import current
from meshdefense.paths import DataFolder, FolderBusyError, FolderLock, PathError
from meshdefense.storage.attempts import Attempts, attempts_path
from meshdefense.storage.errors import (
    DeviceShareError,
    DuressPassphraseError,
    KeyslotGoneError,
    KeyslotMissingError,
    KeyslotUnavailableError,
    PassphraseFileError,
    RecoveryCodeError,
    SecretInUseError,
    StorageError,
    StoreExistsError,
    StoreMissingError,
    StoreUnavailableError,
    WrongPassphraseError,
)
from meshdefense.whole_file import write_whole
from meshdefense_protocol.errors import ProtocolError

if TYPE_CHECKING:
    from meshdefense.api.client import NodeClient
    from meshdefense.storage.keyslots import Opened
    from meshdefense.storage.repository import Store

__all__ = [
    "CliError",
    "add_passphrase",
    "configure",
    "guarded",
    "open_store",
    "opened_slot",
    "opened_store",
    "read_file",
    "run",
    "slowed",
    "write_new_file",
]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_data(parser)
    add_passphrase(parser)


def run(args: argparse.Namespace) -> int:
    """Ask for the passphrase, and let the daemon answer again."""

    async def talk(client: NodeClient) -> int:
        if client.hello is not None and not client.hello.get("locked"):
            print(tr("It is not locked."))
            return ExitCode.OK
        await unlocked(args, client)
        print(tr("Unlocked."))
        return ExitCode.OK

    return with_daemon(args, talk, while_locked=True)


def guarded(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """Turn the errors that a user can do something about into texts and exit codes."""

    def wrapped(args: argparse.Namespace) -> int:
        try:
            return run(args)
        except CliError as error:
            complain_lines(str(error), error.hint)
            return error.code
        except FolderBusyError as error:
            complain(str(error))
            return ExitCode.LOCKED
        except (
            WrongPassphraseError,
            PassphraseFileError,
            RecoveryCodeError,
            DeviceShareError,
        ) as error:
            complain(str(error))
            return ExitCode.LOCKED
        except (StoreMissingError, KeyslotMissingError) as error:
            if folder_of(args).store.exists():  # moved away, or a panic was cut short
                complain(str(KeyslotGoneError()))
            else:
                complain(
                    str(error), tr("make a node: meshdefense network create, or: member request")
                )
            return ExitCode.NOT_FOUND
        except (StoreUnavailableError, KeyslotUnavailableError) as error:
            complain(str(error))
            return ExitCode.UNAVAILABLE
        except (StoreExistsError, SecretInUseError) as error:
            complain(str(error))
            return ExitCode.REFUSED
        except StorageError as error:
            complain(*way_out(error, current()))
            return ExitCode.DAMAGED
        except (ProtocolError, PathError) as error:
            complain(str(error))
            return ExitCode.REFUSED

    return wrapped


def open_store(args: argparse.Namespace, folder: DataFolder, *, make: bool) -> Store:
    """The store of a locked folder; with `make` a new one where there is none.

    A duress passphrase destroys everything first; then it opens a decoy.
    """
    from meshdefense.storage.database import LIMIT_BYTES
    from meshdefense.storage.keyslots import SlotKind, open_slot
    from meshdefense.storage.repository import Store

    if make and not folder.keyslot.exists():
        folder.make()
        new = new_passphrase(args.passphrase_file)
        return Store.create(folder, new, share=share_of(args))
    passphrase, share = old_passphrase(args), share_of(args)
    with slowed(folder):
        opened = open_slot(folder.keyslot, passphrase, share=share)
    if opened.kind is SlotKind.DURESS:
        from meshdefense import panic
        from meshdefense.decoy import create_decoy

        panic.destroy(folder, share=args.device_share, keep_lock=True)
        return create_decoy(folder, passphrase, opened.key)
    limit_bytes = getattr(args, "store_limit", None) or LIMIT_BYTES
    return Store.open_by_key(folder, opened.key, limit_bytes=limit_bytes)


def opened_slot(args: argparse.Namespace, folder: DataFolder) -> tuple[Opened, bytes]:
    """The slot of the passphrase, and the passphrase; a file of an older version is renewed.

    The daemon may run meanwhile. Raises StorageError.
    """
    from meshdefense.storage.keyslots import SlotKind, open_slot, upgrade_keyslots

    if not folder.keyslot.exists():
        raise KeyslotMissingError
    passphrase, share = old_passphrase(args), share_of(args)
    with slowed(folder):
        opened = open_slot(folder.keyslot, passphrase, share=share)
        if opened.kind is SlotKind.DURESS:
            raise DuressPassphraseError
        if opened.place < 0:
            upgrade_keyslots(folder.keyslot, passphrase)
            opened = open_slot(folder.keyslot, passphrase)
    return opened, passphrase


@contextlib.contextmanager
def slowed(folder: DataFolder) -> Iterator[None]:
    """Try a passphrase in the block: after wrong ones a while later, and a wrong one counts."""
    attempts = Attempts(attempts_path(folder.root))
    if (wait := attempts.wait_s(clock.now())) > 0:
        complain(
            tr(
                "wrong passphrases came before; this one is tried in {seconds} s",
                seconds=math.ceil(wait),
            )
        )
        time.sleep(wait)
    attempts.begin(clock.now())
    try:
        yield
    except WrongPassphraseError:
        raise
    except BaseException:  # what else went wrong is no guess
        attempts.succeeded()
        raise
    attempts.succeeded()


@contextlib.contextmanager
def opened_store(args: argparse.Namespace, *, make: bool = False) -> Iterator[Store]:
    """Lock the data folder, open its store, and close both again."""
    folder = folder_of(args)
    if make:
        folder.make()
    elif not folder.keyslot.exists() and not folder.store.exists():
        raise CliError(
            tr("there is no node in {root}", root=folder.root),
            ExitCode.NOT_FOUND,
            tr("make one: meshdefense network create, or: meshdefense member request"),
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
        write_whole(path, text.encode(), replace=True, mode=0o600 if private else 0o644)
    except OSError as error:
        raise CliError(
            tr("{path} cannot be written: {reason}", path=path, reason=error.strerror)
        ) from error


def read_file(path: Path, limit: int = 1 << 20) -> str:
    """A small text file. Raises CliError that says what is wrong with it."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise CliError(
                tr("{path} is no file but a folder, pipe or device", path=path), ExitCode.DAMAGED
            )
        with path.open("rb") as file:
            content = file.read(limit + 1)
        if len(content) > limit:
            raise CliError(
                tr("{path} is too large for that kind of file", path=path), ExitCode.DAMAGED
            )
        return content.decode("utf-8")
    except FileNotFoundError:
        raise CliError(tr("there is no file {path}", path=path), ExitCode.NOT_FOUND) from None
    except UnicodeDecodeError:
        raise CliError(
            tr("{path} is not a text file", path=path),
            ExitCode.DAMAGED,
            tr("if it is text, save it as UTF-8 in your editor"),
        ) from None
    except OSError as error:
        raise CliError(
            tr("{path} cannot be read: {reason}", path=path, reason=error.strerror)
        ) from error
