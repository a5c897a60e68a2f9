"""`meshdefense passphrase`: another passphrase, and a passphrase for when somebody is forced."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Final

from meshdefense.catalogue import N_, tr
from meshdefense.cli.attach import add_data, add_json, folder_of
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.passphrases import CliError, add_passphrase, new_passphrase
from meshdefense.cli.unlock import guarded, opened_slot
from meshdefense.language import current

__all__ = ["configure", "run"]

_DURESS: Final = N_(
    "Opening with the duress passphrase destroys this node's keys and data, as a panic does, and "
    "then opens an empty store. Off by default. It cannot help when the disk was copied before, "
    "when somebody knows what this program does and asks for the other passphrase, or when "
    "messages are found on other people's devices; an empty store can itself be noticed. To "
    "destroy what an authority has asked for can be a crime where you are: ask a lawyer before "
    "you set one."
)


_DECOY: Final = (
    "What it opens is a network of its own, with one member and no message, in the area of this "
    "one and founded today. It is drawn when it is opened; nothing on the disk tells of it before.",
    "Lo que abre es una red propia, con un solo miembro y sin mensajes, en la zona de esta y "
    "fundada hoy. Se crea al abrirla; antes nada en el disco la delata.",
)
"""English and Spanish."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True)
    change = verbs.add_parser(
        "change", help=tr("set another passphrase; the data stay as they are")
    )
    change.add_argument(
        "--recovery",
        action="store_true",
        help=tr("by the code of a recovery sheet, not the old one"),
    )
    change.add_argument(
        "--code-file", metavar="FILE", type=Path, help=tr("file with that code; else you are asked")
    )
    change.add_argument(
        "--new-passphrase-file", metavar="FILE", type=Path,
        help=tr("file (mode 0600) with the new passphrase; without it you are asked"),
    )  # fmt: skip
    change.add_argument(
        "--new-device-share", metavar="FILE", type=Path,
        help=tr("make a device share there, on a stick for example: both are needed from then on"),
    )  # fmt: skip
    change.add_argument(
        "--drop-device-share",
        action="store_true",
        help=tr("the new passphrase opens without a share"),
    )
    duress = verbs.add_parser(
        "duress", help=tr("a passphrase that destroys everything instead"), description=tr(_DURESS)
    )
    duress.add_argument(
        "what", choices=("set", "remove"), metavar="set|remove",
        help=tr("set one in place of any, or remove it"),
    )  # fmt: skip
    duress.add_argument(
        "--duress-passphrase-file", metavar="FILE", type=Path,
        help=tr("file (mode 0600) with the duress passphrase; without it you are asked"),
    )  # fmt: skip
    for verb in (change, duress):
        add_data(verb)
        add_passphrase(verb)
        add_json(verb)


@guarded
def run(args: argparse.Namespace) -> int:
    """Change the keyslot file; a daemon may run meanwhile."""
    return _change(args) if args.verb == "change" else _duress(args)


def _change(args: argparse.Namespace) -> int:
    from meshdefense.cli.passphrases import share_of
    from meshdefense.cli.recovery import opened_by_code
    from meshdefense.storage.keyslots import SlotKind, open_slot, write_slot
    from meshdefense.storage.secret_files import make_share

    folder = folder_of(args)
    if args.new_device_share is not None and args.drop_device_share:
        raise CliError(tr("a new device share and none at all: choose one"), ExitCode.USAGE)
    opened = opened_by_code(args, folder) if args.recovery else opened_slot(args, folder)[0]
    new = new_passphrase(args.new_passphrase_file, option="--new-passphrase-file")
    share = None if args.drop_device_share or args.recovery else share_of(args)
    if args.new_device_share is not None:
        share = make_share(args.new_device_share)
    write_slot(folder.keyslot, opened, SlotKind.PASSPHRASE, new, share=share)
    open_slot(folder.keyslot, new, share=share)  # said only once it was seen to open
    if args.json:
        print(json.dumps({"device_share": share is not None}))
        return ExitCode.OK
    print(tr("The new passphrase opens this node; the old one does not any more."))
    if share is not None:
        print(tr("It needs the device share as well. Without it only the recovery sheet opens."))
    print(
        tr("Old copies of keyslot.bin still open with the old passphrase: destroy backups of it.")
    )
    return ExitCode.OK


def _duress(args: argparse.Namespace) -> int:
    from meshdefense import clock
    from meshdefense.decoy import Decoy, area_of
    from meshdefense.storage.keyslots import SlotKind, remove_slot, write_slot

    folder = folder_of(args)
    if args.what == "set" and not args.json:
        print(tr(_DURESS))
        print(_DECOY[current() == "es"])
    opened, _ = opened_slot(args, folder)
    if args.what == "remove":
        removed = remove_slot(folder.keyslot, opened, SlotKind.DURESS)
        text = tr("The duress passphrase is removed.") if removed else tr("There was none.")
    else:
        new = new_passphrase(
            args.duress_passphrase_file,
            what=tr("Duress passphrase"),
            option="--duress-passphrase-file",
        )
        area = area_of(folder, opened.key)
        held = None if area is None else Decoy.planned(*area, clock.now()).held()
        write_slot(folder.keyslot, opened, SlotKind.DURESS, new, held=held)
        text = tr("The duress passphrase is set. Opening with it destroys this node.")
        removed = False
    print(json.dumps({"duress": args.what == "set", "removed": removed}) if args.json else text)
    return ExitCode.OK
