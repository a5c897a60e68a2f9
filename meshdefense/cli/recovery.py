"""`meshdefense recovery`: a printed code that opens the node when the passphrase is lost."""

from __future__ import annotations

import argparse
import datetime
import io
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meshdefense import clock, hardening
from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, complain, folder_of
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.gone_streams import told
from meshdefense.cli.passphrases import CliError, add_passphrase, new_passphrase
from meshdefense.cli.unlock import guarded, opened_slot, read_file, write_new_file
from meshdefense.paths import DataFolder

if TYPE_CHECKING:
    from meshdefense.storage.keyslots import Opened

__all__ = ["configure", "give_sheet", "opened_by_code", "run", "sheet", "today", "typed_code"]

_ENGLISH: Final = """\
MeshDefense recovery sheet                               printed {date}

With this code and the computer, anybody can open the store of that computer.
Keep it away from the computer, with somebody you trust. Do not photograph it.
It opens without the passphrase and without the device share. A new sheet
makes this one worthless. To use it: meshdefense recovery open

"""
_SPANISH: Final = """
Hoja de recuperación de MeshDefense                      impresa {date}

Con este código y la computadora, cualquiera puede abrir lo que hay en ella.
Guárdela lejos de la computadora, con alguien de confianza. No la fotografíe.
Abre sin la contraseña y sin el archivo del dispositivo. Una hoja nueva deja
esta sin valor. Para usarla: meshdefense recovery open
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    show = verbs.add_parser(
        "print", help=tr("make a new sheet; one printed before opens nothing then")
    )
    show.add_argument(
        "--out", metavar="FILE", type=Path, help=tr("write it there (mode 0600), not to stdout")
    )
    use = verbs.add_parser("open", help=tr("set a new passphrase by the code of a sheet"))
    use.add_argument(
        "--code-file", metavar="FILE", type=Path, help=tr("file with the code; else you are asked")
    )
    use.add_argument(
        "--new-passphrase-file", metavar="FILE", type=Path,
        help=tr("file (mode 0600) with the new passphrase; without it you are asked"),
    )  # fmt: skip
    add_data(show)
    add_passphrase(show)
    add_data(use, unlocks=False)


@guarded
def run(args: argparse.Namespace) -> int:
    """Print or use; a daemon may run meanwhile."""
    return _print(args) if args.verb == "print" else _open(args)


def sheet(groups: list[str], date: str) -> str:
    """The page, 80 columns wide."""
    half = len(groups) // 2
    lines = [
        "    ".join(
            f"{number}: {group}" for number, group in list(enumerate(groups, 1))[at:][:half]
        )
        for at in (0, half)
    ]
    code = "".join(f"        {line}\n" for line in lines)
    return _ENGLISH.format(date=date) + code + _SPANISH.format(date=date)


def opened_by_code(args: argparse.Namespace, folder: DataFolder) -> Opened:
    """The slot that a code opens. Raises RecoveryCodeError, WrongPassphraseError.

    Not slowed down, and wrong ones do not count: 160 bits cannot be guessed, and whoever needs
    the sheet has often tried passphrases before. A passphrase cannot be tried this way.
    """
    from meshdefense.storage.errors import KeyslotMissingError, RecoveryCodeError
    from meshdefense.storage.errors import WrongPassphraseError as NothingOpens
    from meshdefense.storage.keyslots import open_slot
    from meshdefense.storage.recovery_code import parse_code, secret_of

    hardening.forbid_core_dumps()
    if not folder.keyslot.exists():
        raise KeyslotMissingError
    code = parse_code(typed_code(args))
    try:
        return open_slot(folder.keyslot, secret_of(code))
    except NothingOpens:
        raise RecoveryCodeError(
            tr("It is of another node, or a newer sheet was printed.")
        ) from None


def typed_code(args: argparse.Namespace) -> str:
    """The code of a sheet, from --code-file or asked for. Raises CliError."""
    import sys

    if args.code_file is not None:
        return read_file(args.code_file, limit=4096)
    if not sys.stdin.isatty():
        raise CliError(
            tr("there is no terminal to ask for the code"), ExitCode.USAGE, tr("use --code-file")
        )
    return input(tr("Code of the sheet, all groups in one line: "))


def _print(args: argparse.Namespace) -> int:
    from meshdefense.storage.keyslots import SlotKind, write_slot
    from meshdefense.storage.recovery_code import draw_code, secret_of, spelled

    folder = folder_of(args)
    opened, _ = opened_slot(args, folder)
    code = draw_code()
    return give_sheet(
        args,
        sheet(spelled(code), today()),
        lambda: write_slot(folder.keyslot, opened, SlotKind.RECOVERY, secret_of(code)),
    )


def today() -> str:
    """The date that stands on a sheet."""
    return datetime.datetime.fromtimestamp(clock.now(), datetime.UTC).date().isoformat()


def give_sheet(args: argparse.Namespace, page: str, take: Callable[[], None]) -> int:
    """Put a sheet where --out says, or on stdout, and only then let it count by `take`.

    The other way round a code that nobody has seen would make the sheet before it worthless.
    Raises CliError, what `take` raises.
    """
    if args.out is None:
        _print_page(page)
    else:
        write_new_file(args.out, page, private=True)
    try:
        take()
    except BaseException:
        complain(
            tr("Whether this new sheet opens anything is not known: keep it and the one before, "
               "until another one was printed.")
        )  # fmt: skip
        raise
    if args.out is not None:
        complain(tr("written to {out}", out=args.out), tr("print it, then delete the file"))
    complain(tr("This sheet counts from now on; one printed before opens nothing any more."))
    return ExitCode.OK


def _print_page(page: str) -> None:
    """To stdout, and to the disk where that is a file. Raises CliError."""
    import sys

    try:
        whole = told(sys.stdout, page)
        if whole and stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode):
            os.fsync(sys.stdout.fileno())
    except io.UnsupportedOperation:  # no file stands behind it
        return
    except OSError:
        whole = False
    if not whole:
        raise CliError(
            tr("the sheet could not be printed; nothing was changed, and one printed before is "
               "valid as it was"),
            ExitCode.UNAVAILABLE,
            tr("print it again, or into a file: --out FILE"),
        )  # fmt: skip


def _open(args: argparse.Namespace) -> int:
    from meshdefense.storage.keyslots import SlotKind, write_slot

    folder = folder_of(args)
    opened = opened_by_code(args, folder)
    new = new_passphrase(args.new_passphrase_file, option="--new-passphrase-file")
    write_slot(folder.keyslot, opened, SlotKind.PASSPHRASE, new)
    print(tr("The new passphrase opens this node. The sheet stays valid: keep it away from here."))
    return ExitCode.OK
