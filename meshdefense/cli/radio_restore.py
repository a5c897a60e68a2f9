"""`meshdefense radio restore FILE`: a fleet put back from its backup."""

from __future__ import annotations

import argparse
import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from meshdefense import clock
from meshdefense.catalogue import N_, tr, trn
from meshdefense.cli.attach import complain_lines
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.fleet_access import (
    add_fleet,
    code_of,
    fleet_folder,
    fleet_guarded,
    fleet_passphrase,
    new_fleet_passphrase,
    prepare_default,
    secret_of,
    trying,
)
from meshdefense.cli.passphrases import CliError
from meshdefense.safe_text import clean

if TYPE_CHECKING:
    from meshdefense.provisioning.backup import Backup
    from meshdefense.provisioning.restoring import Difference

__all__ = ["configure", "run"]

_WHAT: Final = {
    "network": N_("network.yaml is another one"),
    "fleet-key": N_("it is another fleet: manifests are signed by another key"),
    "channel": N_("channel {name}: key {here} here, {backup} in the backup"),
    "old-key": N_("channel {name}: old key {here} here, {backup} in the backup"),
    "radio": N_("{name}: proven {here} here, {backup} in the backup"),
    "binding": N_("{name}: other hardware, or held by another member"),
    "hardware": N_("{name}: its hardware, {here}, is not in the backup"),
    "drift": N_("{name}: found to differ {here} here, {backup} in the backup"),
    "unfinished": N_("{name}: UNFINISHED, begun {here}; last run in the backup: {backup}"),
    "run": N_("{name}: last run {here} here, {backup} in the backup"),
    "lost": N_("{name}: lost {here} here, {backup} in the backup"),
    "found": N_("{name}: found again {here} here, {backup} in the backup"),
    "other": N_("{name} is another one"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument("file", metavar="FILE", type=Path, help=tr("what `radio backup` wrote"))
    parser.add_argument(
        "--backup-passphrase-file", metavar="FILE", type=Path,
        help=tr("file (mode 0600) with the backup's passphrase; without it you are asked"),
    )  # fmt: skip
    parser.add_argument(
        "--compare", action="store_true", help=tr("only show the difference; change nothing")
    )
    parser.add_argument(
        "--older", action="store_true",
        help=tr("even where the fleet here is newer, or cannot be opened to compare"),
    )  # fmt: skip
    parser.add_argument("--yes", action="store_true", help=tr("do not ask"))
    add_fleet(parser)


@fleet_guarded
def run(args: argparse.Namespace) -> int:
    """Open the backup, compare it with what is there, ask, and put it in place."""
    from meshdefense.provisioning.backup import read_backup
    from meshdefense.provisioning.fleet_folder import fleet_exists

    code = secret_of(
        args.backup_passphrase_file,
        None,
        tr("Passphrase of the backup: "),
        "--backup-passphrase-file",
    )
    backup, folder = read_backup(args.file, code), fleet_folder(args)
    if fleet_exists(folder):
        return _over(args, backup, folder)
    if args.compare:
        raise CliError(tr("there is no fleet in {folder}", folder=folder), ExitCode.NOT_FOUND)
    prepare_default(args)
    return _restored(args, backup, folder, new_fleet_passphrase(args), ())


def _over(args: argparse.Namespace, backup: Backup, folder: Path) -> int:
    """In place of a fleet that is there; its passphrase opens the restored one too."""
    from meshdefense.cli.roster import confirmed
    from meshdefense.provisioning.fleet_errors import FleetError
    from meshdefense.provisioning.restoring import newer_here
    from meshdefense.storage.errors import WrongPassphraseError

    passphrase = fleet_passphrase(args)
    try:
        with trying(folder):
            rows = _compared(folder, passphrase, backup)
    except (FleetError, WrongPassphraseError) as error:
        why = tr("the fleet here cannot be opened, so nothing can be compared: {reason}",
                 reason=error)  # fmt: skip
        if args.compare or not args.older:
            code = code_of(error) if isinstance(error, FleetError) else ExitCode.LOCKED
            hint = tr("to put the backup in its place all the same (it is kept aside): --older")
            raise CliError(why, code, hint) from None
        complain_lines(why)
        confirmed(args, tr("The backup takes its place; what is here is kept aside."))
        if args.passphrase_file is None and args.passphrase_fd is None:
            passphrase = new_fleet_passphrase(args)  # what was typed once opened nothing
        return _restored(args, backup, folder, passphrase, ())
    if args.compare or rows == ():
        return _told(args, rows)
    if newer_here(rows) and not args.older:
        raise CliError(
            "\n".join(
                [tr("the fleet here knows newer things than the backup; nothing was changed:"),
                 *_lines(rows)]
            ),
            ExitCode.REFUSED,
            tr("to go back to the backup all the same (this one is kept aside): --older"),
        )  # fmt: skip
    confirmed(args, "\n".join([tr("This would change:"), *_lines(rows)]))
    return _restored(args, backup, folder, passphrase, rows)


def _compared(folder: Path, passphrase: bytes, backup: Backup) -> tuple[Difference, ...]:
    from meshdefense.provisioning.fleet import Fleet
    from meshdefense.provisioning.restoring import differences

    with Fleet.open(folder, passphrase, changing=False) as fleet:
        return differences(fleet, backup)


def _restored(
    args: argparse.Namespace,
    backup: Backup,
    folder: Path,
    passphrase: bytes,
    rows: Sequence[Difference],
) -> int:
    from meshdefense.provisioning.fleet import Fleet
    from meshdefense.provisioning.fleet_errors import FleetRefusedError
    from meshdefense.provisioning.restoring import restore

    aside = restore(backup, folder, passphrase, over=True, now=clock.now())
    try:
        with Fleet.open(folder, passphrase, changing=False) as fleet:  # said once it opens
            radios = len(fleet.manifests())
            names = [radio.name for radio in (*fleet.network.radios, *fleet.former())]
            begun = [name for name in names if fleet.journal(name).unfinished]
    except FleetRefusedError as error:  # this version takes less than the one that wrote it
        kept = [tr("What was there is kept in {aside}.", aside=aside)] if aside else []
        raise CliError(
            "\n".join([
                tr("The fleet is in {folder}, with all its keys. Its network.yaml has to be mended "
                   "there before anything can be done with it:", folder=folder),
                str(error), *kept,
            ]),
            ExitCode.REFUSED,
        ) from None  # fmt: skip
    answer: dict[str, Any] = {
        "folder": str(folder),
        "aside": None if aside is None else str(aside),
        "radios": radios,
        "unfinished": begun,
        "without_key": list(backup.without_key),
        "differences": [_json(row) for row in rows],
    }
    lines = [
        trn("The fleet is in {folder}: manifests of {count} radio.",
            "The fleet is in {folder}: manifests of {count} radios.", radios, folder=folder)
    ]  # fmt: skip
    if aside is not None:
        lines.append(tr("What was there is kept in {aside}.", aside=aside))
    lines.append(
        tr("A recovery sheet printed before does not open this fleet; print a new one: "
           "meshdefense radio fleet sheet")
    )  # fmt: skip
    if backup.without_key:
        lines.append(
            tr("The backup has no key of these channels: {names}. If radios have one already, do "
               "not write any before you have the key of the fleet that wrote them.",
               names=", ".join(map(clean, backup.without_key)))
        )  # fmt: skip
    if begun:
        lines.append(
            tr("Of these a run was begun and not ended when the backup was made: {names}. Apply to "
               "them again.", names=", ".join(map(clean, begun)))
        )  # fmt: skip
    print(json.dumps(answer) if args.json else "\n".join(lines))
    return ExitCode.OK


def _told(args: argparse.Namespace, rows: Sequence[Difference]) -> int:
    if args.json:
        print(json.dumps({"differences": [_json(row) for row in rows]}))
    elif rows:
        print("\n".join([tr("A restore would change:"), *_lines(rows)]))
    else:
        print(tr("The fleet here and the backup are the same; nothing was changed."))
    return ExitCode.OK


def _lines(rows: Sequence[Difference]) -> Iterator[str]:
    for row in rows:
        none = tr("none")
        text = tr(
            _WHAT[row.what],
            name=clean(row.name),
            here=row.here or none,
            backup=row.backup or none,
        )
        newer = ""
        with contextlib.suppress(KeyError):
            newer = "; " + tr(_NEWER[row.newer])
        yield f"  {text}{newer}"


_NEWER: Final = {
    "here": N_("NEWER HERE"),
    "backup": N_("newer in the backup"),
}


def _json(row: Difference) -> dict[str, str]:
    return {"what": row.what, "name": row.name, "newer": row.newer,
            "here": row.here, "backup": row.backup}  # fmt: skip
