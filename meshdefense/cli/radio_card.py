"""`meshdefense radio card`: labels for radios and pocket cards for people, to print.

What they say was proven: code and date are those of the radio's manifest. A channel's key is on
a card only where `--with-channel` asks for it, and never on a label.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meshdefense.catalogue import tr, trn
from meshdefense.cli.attach import complain
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.fleet_access import add_fleet, fleet_guarded, open_fleet
from meshdefense.cli.passphrases import CliError
from meshdefense.cli.radio_desk import require_free
from meshdefense.whole_file import write_whole

if TYPE_CHECKING:
    from meshdefense.provisioning.cards.facts import CardFacts
    from meshdefense.provisioning.drawing.shapes import Drawing
    from meshdefense.provisioning.fleet import Fleet

__all__ = ["configure", "run"]

_PAPERS: Final = ("A4", "LETTER")


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument("name", nargs="*", metavar="NAME", help=tr("radios, by their names"))
    parser.add_argument("--all", action="store_true", help=tr("every radio that was proven"))
    parser.add_argument(
        "--label", action="store_true", help=tr("labels to stick on radios, not cards")
    )
    parser.add_argument(
        "--with-channel", action="store_true",
        help=tr("with a code that holds the channels and their keys: guard the paper like a key"),
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, default=Path(), metavar="DIR",
        help=tr("folder to write to (default: this one)"),
    )  # fmt: skip
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--pdf", action="store_true", help=tr("one PDF with all pages (default)"))
    form.add_argument("--svg", action="store_true", help=tr("a file for each page"))
    parser.add_argument(
        "--paper", choices=_PAPERS, default="A4", type=str.upper, help=tr("size (default A4)")
    )
    parser.add_argument("--replace", action="store_true", help=tr("in place of files there"))
    add_fleet(parser)


@fleet_guarded
def run(args: argparse.Namespace) -> int:
    """Draw, write, and say what was written; return the exit code."""
    _check(args)
    with open_fleet(args, changing=False) as fleet:
        names = _names(args, fleet)
        gone, begun, drifted = _left_out(fleet, names)
        here = [name for name in names if name not in (*gone, *begun, *drifted)]
        old = [name for name in here if _is_old(fleet, name)]
        if old and args.with_channel:
            raise CliError(
                tr(
                    "written with an older network file or key: {names}. A card would show the "
                    "new key beside the old proof; nothing was written",
                    names=", ".join(old),
                ),
                ExitCode.REFUSED,
                tr("write them first: meshdefense radio apply ADDRESS --as NAME"),
            )
        facts, missing = _facts(fleet, here, with_channel=args.with_channel)
    without = list(_without(missing, gone, begun, drifted))
    _need(facts, missing, without)
    files = _write(args, facts)
    for words in without:
        complain(words)
    if old:
        complain(
            tr("written with an older network file or key, so with an old code: {names}",
               names=", ".join(old)),
            tr("write them first: meshdefense radio apply ADDRESS --as NAME"),
        )  # fmt: skip
    if args.with_channel:
        complain(
            tr("these files hold channel keys: print them, hand the cards out in person, and "
               "delete the files")
        )  # fmt: skip
    if args.json:
        print(json.dumps({
            "files": [str(file) for file in files], "radios": [one.radio for one in facts],
            "not_proven": missing, "lost": gone, "unfinished": begun,
            "drifted": drifted, "old": old, "with_channel": args.with_channel,
        }))  # fmt: skip
    else:
        for file in files:
            print(file)
        print(_count(args, len(facts)))
    return ExitCode.OK


def _check(args: argparse.Namespace) -> None:
    """Raises CliError for what makes no sense together."""
    if bool(args.name) == args.all:
        raise CliError(tr("name the radios, or take --all"), ExitCode.USAGE)
    if args.label and args.with_channel:
        raise CliError(
            tr("a label never holds a key: whoever finds the radio would have it"), ExitCode.USAGE
        )


def _names(args: argparse.Namespace, fleet: Fleet) -> list[str]:
    """The radios asked for, each once, in the order of the network file. Raises FleetError."""
    wanted = {fleet.radio(name).name for name in args.name}
    return [one.name for one in fleet.network.radios if args.all or one.name in wanted]


def _left_out(fleet: Fleet, names: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Radios that are lost, unfinished, and known to be otherwise than they were proven."""
    from meshdefense.provisioning.overview import State, overview

    states = {row.name: row.state for row in overview(fleet)}
    gone = [name for name in names if states[name] is State.LOST]
    begun = [name for name in names if states[name] in (State.UNFINISHED, State.DAMAGED)]
    others = [name for name in names if name not in (*gone, *begun)]
    return gone, begun, [name for name in others if fleet.binding(name).drift]


def _is_old(fleet: Fleet, name: str) -> bool:
    """Whether it was proven to be something else than it shall be now."""
    from meshdefense.provisioning.fleet_errors import FleetError

    manifest = fleet.manifest(name)
    try:
        return manifest is not None and manifest.config_digest != fleet.desired_for(name).digest
    except FleetError:  # what it shall be cannot be said: a channel has no key any more
        return True


def _need(facts: list[CardFacts], missing: list[str], without: list[str]) -> None:
    """Raise CliError where there is nothing to draw."""
    if facts:
        return
    words = "\n".join(without)
    if missing and len(without) == 1:
        words = tr("none of these radios was proven yet: {names}", names=", ".join(missing))
    hint = tr("write them first: meshdefense radio apply ADDRESS --as NAME")
    raise CliError(words, ExitCode.REFUSED, hint)


def _without(
    missing: list[str], gone: list[str], begun: list[str], drifted: list[str]
) -> Iterator[str]:
    """Which radios get no card, and why."""
    if missing:
        yield tr("not proven yet, so without a card: {names}", names=", ".join(missing))
    if gone:
        yield tr("lost, so without a card: {names}", names=", ".join(gone))
    if begun:
        yield tr("unfinished, so without a card: {names}", names=", ".join(begun))
    if drifted:
        yield tr("found otherwise than proven, so without a card: {names}",
                 names=", ".join(drifted))  # fmt: skip


def _facts(
    fleet: Fleet, names: list[str], *, with_channel: bool
) -> tuple[list[CardFacts], list[str]]:
    """What is known of each radio; and those that were not proven. Raises FleetError."""
    from meshdefense.provisioning.cards.facts import CardFacts, check_code

    found, missing = [], []
    for name in names:
        manifest, radio = fleet.manifest(name), fleet.radio(name)
        if manifest is None:
            missing.append(name)
            continue
        found.append(
            CardFacts(
                network=fleet.network.name,
                radio=name,
                short=radio.short,
                job=radio.job,
                proven_at=manifest.proven_at,
                code=check_code(manifest.config_digest),
                channel_url=_channel_url(fleet, name) if with_channel else None,
            )
        )
    return found, missing


def _channel_url(fleet: Fleet, name: str) -> str:
    """The address of what this radio's job may hear: a neighbour's holds no other channel."""
    from meshdefense_radio.channel_url import channel_url

    desired = fleet.desired_for(name)
    return channel_url(desired.channels, desired.config["lora"])


def _write(args: argparse.Namespace, facts: list[CardFacts]) -> list[Path]:
    """All files or, where one of them cannot be written, those before it. Raises CliError."""
    from meshdefense.provisioning.cards.card import card
    from meshdefense.provisioning.cards.label import label
    from meshdefense.provisioning.cards.sheet import Paper, sheets
    from meshdefense.provisioning.drawing.pdf import pdf
    from meshdefense.provisioning.drawing.svg import svg

    stem = "labels" if args.label else "cards"
    title = tr("Labels") if args.label else tr("Cards")
    draw = label if args.label else card
    pages: list[Drawing] = sheets([draw(one) for one in facts], Paper[args.paper], title)
    if args.svg:
        contents = {
            args.out / f"{stem}-{number}.svg": svg(page).encode()
            for number, page in enumerate(pages, start=1)
        }
    else:
        # its date is the newest proof's: the same radios give the same file
        content = pdf(pages, title, max(one.proven_at for one in facts))
        contents = {args.out / f"{stem}.pdf": content}
    for path in contents:
        require_free(path, replace=args.replace)
    for path, content in contents.items():
        _write_one(path, content, replace=args.replace)
    return list(contents)


def _write_one(path: Path, content: bytes, *, replace: bool) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content, replace=replace, mode=0o600)
    except OSError as error:
        raise CliError(
            tr("cannot write {file}: {why}", file=path, why=error.strerror), ExitCode.UNAVAILABLE
        ) from error


def _count(args: argparse.Namespace, count: int) -> str:
    if args.label:
        return trn(
            "{count} label, to cut along the marks", "{count} labels, to cut along the marks", count
        )
    return trn(
        "{count} card, to cut along the marks and fold in the middle",
        "{count} cards, to cut along the marks and fold in the middle",
        count,
    )
