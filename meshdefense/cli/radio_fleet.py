"""`meshdefense radio fleet`: the radios of a network, who holds them, and how each stands."""

from __future__ import annotations

import argparse
import contextlib
import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meshdefense import language
from meshdefense.catalogue import tr
from meshdefense.cli.attach import complain
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.fleet_access import (
    add_fleet,
    fleet_folder,
    fleet_guarded,
    fleet_passphrase,
    new_fleet_passphrase,
    open_fleet,
    prepare_default,
    trying,
)
from meshdefense.cli.fleet_sheet import code_secret, print_sheet
from meshdefense.cli.passphrases import CliError, new_passphrase
from meshdefense.safe_text import clean

if TYPE_CHECKING:
    from meshdefense.provisioning.fleet import Fleet

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    verbs = parser.add_subparsers(dest="what", required=True, metavar="VERB")
    new = verbs.add_parser("new", help=tr("make a fleet, with a new key for each channel"))
    new.add_argument(
        "--network", metavar="FILE", type=Path,
        help=tr("network file to begin with (default: an example, to be edited)"),
    )  # fmt: skip
    verbs.add_parser("show", help=tr("each radio: its job, how it stands, who holds it"))
    keys = verbs.add_parser("keys", help=tr("fingerprints of the channels' keys, never a key"))
    keys.add_argument(
        "--take", metavar="CHANNEL", action="append", default=[],
        help=tr("a key that stands in network.yaml replaces the sealed one of this channel"),
    )  # fmt: skip
    hand = verbs.add_parser("hand", help=tr("note who holds a radio"))
    hand.add_argument("name", metavar="NAME", help=tr("the radio's name in network.yaml"))
    who = hand.add_mutually_exclusive_group(required=True)
    who.add_argument("--member", metavar="MEMBER", help=tr("number or handle"))
    who.add_argument("--nobody", action="store_true", help=tr("it is back at the base"))
    forget = verbs.add_parser(
        "forget", help=tr("forget a radio's hardware, to give its name to another one")
    )
    forget.add_argument("name", metavar="NAME", help=tr("the radio's name in network.yaml"))
    forget.add_argument("--yes", action="store_true", help=tr("do not ask"))
    change = verbs.add_parser("passphrase", help=tr("set another passphrase of the fleet"))
    change.add_argument(
        "--new-passphrase-file", metavar="FILE", type=Path,
        help=tr("file (mode 0600) with the new passphrase; without it you are asked"),
    )  # fmt: skip
    change.add_argument(
        "--recovery", action="store_true", help=tr("by the code of a sheet, not the old one")
    )
    change.add_argument(
        "--code-file", metavar="FILE", type=Path, help=tr("file with that code; else you are asked")
    )
    sheet = verbs.add_parser(
        "sheet", help=tr("print a code that opens the fleet when the passphrase is forgotten")
    )
    sheet.add_argument(
        "--out", metavar="FILE", type=Path, help=tr("write it there (mode 0600), not to stdout")
    )
    for verb in verbs.choices.values():
        add_fleet(verb)


@fleet_guarded
def run(args: argparse.Namespace) -> int:
    """Do the chosen one."""
    return _VERBS[args.what](args)


def _new(args: argparse.Namespace) -> int:
    from meshdefense.provisioning.fleet import Fleet
    from meshdefense.provisioning.fleet_folder import check_free
    from meshdefense.provisioning.network_text import network_of
    from meshdefense_radio.example import example_network

    folder = fleet_folder(args)
    text = example_network(language.current())
    if args.network is not None:
        from meshdefense.cli.unlock import read_file

        text = read_file(args.network)
    network_of(text)  # before anybody is asked for a passphrase
    check_free(folder)
    prepare_default(args)
    with Fleet.create(folder, text, new_fleet_passphrase(args)) as fleet:
        for notice in fleet.notices:
            complain(notice)
        if args.network is not None and fleet.network_bytes() != text.encode():
            complain(tr("Keys still stand in {path}: delete that file.", path=args.network))
        answer = {"folder": str(folder), **_summary(fleet)}
    lines = [
        tr("The fleet of {name} is in {folder}.", name=clean(answer["network"]), folder=folder),
        tr("Channels and radios stand in network.yaml there, which you may edit."),
        tr("Without its passphrase nobody opens it, you neither. Make a backup:\n"
           "  meshdefense radio backup FILE"),
    ]  # fmt: skip
    return _say(args, answer, lines)


def _show(args: argparse.Namespace) -> int:
    from meshdefense.cli.fleet_lines import overview_lines, row_json
    from meshdefense.provisioning.overview import overview

    with open_fleet(args, changing=False) as fleet:
        rows = overview(fleet)
        answer = {**_summary(fleet), "radios": [row_json(row) for row in rows]}
        return _say(args, answer, overview_lines(fleet.network.name, rows))


def _keys(args: argparse.Namespace) -> int:
    from meshdefense.cli.fleet_lines import key_lines, keys_json

    with open_fleet(args, taking=frozenset(args.take)) as fleet:
        for name in args.take:
            if fleet.network.channel(name) is None:
                raise CliError(tr("there is no channel {name}", name=name), ExitCode.NOT_FOUND)
        return _say(args, keys_json(fleet), key_lines(fleet))


def _hand(args: argparse.Namespace) -> int:
    member = None if args.nobody else args.member.strip()
    if member is not None and not _is_member(member):
        raise CliError(
            tr("{member} is no member's number or handle", member=args.member),
            ExitCode.USAGE,
            tr("people are noted by number or handle only, for example 17 or heron"),
        )
    with open_fleet(args) as fleet:
        fleet.hand(args.name, member)
    line = (
        tr("Nobody holds {name} now.", name=args.name)
        if member is None
        else tr("{name} is held by {member} now.", name=args.name, member=member)
    )
    return _say(args, {"radio": args.name, "member": member}, [line])


def _forget(args: argparse.Namespace) -> int:
    from meshdefense.cli.roster import confirmed

    with open_fleet(args) as fleet:
        fleet.known(args.name)
        question = tr(
            "What {name} holds stays in it: set it back to factory settings. If it is not in "
            "your hands: meshdefense radio lost {quoted}",
            name=args.name,
            quoted=shlex.quote(args.name),
        )
        confirmed(args, question)
        fleet.forget(args.name)
    return _say(args, {"radio": args.name}, [tr("{name} has no hardware now.", name=args.name)])


def _passphrase(args: argparse.Namespace) -> int:
    from meshdefense.provisioning.fleet_folder import check_exists
    from meshdefense.provisioning.sealed import change_fleet_passphrase

    folder = fleet_folder(args)
    check_exists(folder)
    old = code_secret(args, folder) if args.recovery else fleet_passphrase(args)
    new = new_passphrase(args.new_passphrase_file, option="--new-passphrase-file")
    with contextlib.nullcontext() if args.recovery else trying(folder):  # nobody guesses a code
        change_fleet_passphrase(folder, old, new)
    lines = [
        tr("The new passphrase opens the fleet; the old one does not any more."),
        tr("Copies of the folder, and backups, still open with the passphrase they had."),
    ]
    return _say(args, {"folder": str(folder)}, lines)


def _summary(fleet: Fleet) -> dict[str, Any]:
    return {
        "network": fleet.network.name,
        "channels": [one.name for one in fleet.network.channels],
    }


def _is_member(text: str) -> bool:
    """A number, or one short word, so that no person's name lands here by accident."""
    return 0 < len(text) <= 16 and all(one.isalnum() or one in "-_." for one in text)


def _say(args: argparse.Namespace, answer: dict[str, Any], lines: list[str]) -> int:
    print(json.dumps(answer) if args.json else "\n".join(lines))
    return ExitCode.OK


_VERBS = {
    "new": _new,
    "show": _show,
    "keys": _keys,
    "hand": _hand,
    "forget": _forget,
    "passphrase": _passphrase,
    "sheet": print_sheet,
}
