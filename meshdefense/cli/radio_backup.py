"""`meshdefense radio backup FILE`: keys, manifests and network in one file, sealed, read back."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from meshdefense.catalogue import tr, trn
from meshdefense.cli.attach import complain
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.fleet_access import (
    add_fleet,
    fleet_folder,
    fleet_guarded,
    fleet_passphrase,
    trying,
)
from meshdefense.cli.passphrases import new_passphrase
from meshdefense.cli.radio_desk import require_free

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument("file", metavar="FILE", type=Path, help=tr("where it is written"))
    parser.add_argument(
        "--backup-passphrase-file", metavar="FILE", type=Path,
        help=tr("file (mode 0600) with a passphrase for the backup; without it you are asked"),
    )  # fmt: skip
    parser.add_argument("--replace", action="store_true", help=tr("in place of a file there"))
    add_fleet(parser)


@fleet_guarded
def run(args: argparse.Namespace) -> int:
    """Write it, open it again, and only then say so."""
    from meshdefense.provisioning.backup import write_backup
    from meshdefense.provisioning.fleet import Fleet
    from meshdefense.provisioning.fleet_folder import check_exists
    from meshdefense.provisioning.sealed import open_fleet_key

    require_free(args.file, replace=args.replace)  # before two passphrases are typed
    folder = fleet_folder(args)
    check_exists(folder)
    passphrase = fleet_passphrase(args)
    with trying(folder):
        open_fleet_key(folder, passphrase)
    secret = new_passphrase(
        args.backup_passphrase_file,
        what=tr("Passphrase of the backup"),
        option="--backup-passphrase-file",
    )
    # opened only now, and locked: meanwhile others may have changed it
    with Fleet.open(folder, passphrase) as fleet:
        for notice in fleet.notices:
            complain(notice)
        made = write_backup(fleet, args.file, secret, replace=args.replace)
        channels, radios = len(made.ring.channels), len(made.newest)
    if args.json:
        print(json.dumps({
            "file": str(args.file), "channels": channels, "radios": radios, "checked": True,
        }))  # fmt: skip
        return ExitCode.OK
    print(tr("{file} was written and read back:", file=args.file))
    print(
        trn("  {count} channel key,", "  {count} channel keys,", channels)
        + " "
        + trn("manifests of {count} radio", "manifests of {count} radios", radios)
    )
    print(
        tr("Whoever has it and its passphrase has the whole network. Keep it away from here, "
           "with somebody you trust.")
    )  # fmt: skip
    return ExitCode.OK
