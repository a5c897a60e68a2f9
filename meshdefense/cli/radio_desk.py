"""What the verbs share that speak to radios: addresses, the fleet behind them, changes in words."""

from __future__ import annotations

import argparse
import contextlib
import json
import os.path
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meshdefense import language
from meshdefense.catalogue import tr, trn
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.passphrases import CliError
from meshdefense.radio.addresses import Address, AddressError, NoRadio, parse_address
from meshdefense.safe_text import clean

if TYPE_CHECKING:
    from meshdefense.provisioning.finding import Finding
    from meshdefense.provisioning.fleet import Fleet
    from meshdefense.provisioning.patience import Patience
    from meshdefense_radio.plan import Change, Plan

__all__ = [
    "Target",
    "add_addresses",
    "address_of",
    "addresses_of",
    "change_json",
    "change_lines",
    "finding_json",
    "finding_lines",
    "need_addresses",
    "patient",
    "plan_lines",
    "require_free",
    "say_findings",
    "standing_code",
    "targets_of",
    "tell_waiting",
    "the_fleet",
]


@dataclass(frozen=True, slots=True)
class Target:
    """A radio on the table, and what it shall become; None: it says by itself."""

    address: Address
    name: str | None

    def __str__(self) -> str:
        return str(self.address)


def add_addresses(parser: argparse.ArgumentParser, count: str, about: str) -> None:
    """The positional argument for radios, and --tcp for those who think of hosts."""
    parser.add_argument("address", metavar="ADDRESS", nargs=count, help=about)
    parser.add_argument(
        "--tcp", metavar="HOST[:PORT]", action="append", default=[],
        help=tr("a radio on the network or a virtual one; may be given several times"),
    )  # fmt: skip


def address_of(text: str) -> Address:
    """One address. Raises CliError."""
    try:
        address = parse_address(text)
    except AddressError as error:
        raise CliError(str(error), ExitCode.USAGE) from None
    if isinstance(address, NoRadio):
        raise CliError(tr("{text} names no radio", text=text), ExitCode.USAGE)
    return address


def _tcp(text: str) -> str:
    return text if text.startswith("tcp:") else f"tcp:{text}"


def addresses_of(args: argparse.Namespace) -> list[Address]:
    """All addresses that were given, each once. Raises CliError."""
    given = args.address if isinstance(args.address, list) else [args.address]
    texts = [*filter(None, given), *map(_tcp, args.tcp)]
    return list(dict.fromkeys(map(address_of, texts)))


def need_addresses(args: argparse.Namespace, *, plugged: bool = False) -> list[Address]:
    """`addresses_of`, or with `plugged` all boards on USB; there has to be one. Raises CliError."""
    from meshdefense.provisioning.listing import plugged_radios

    found = addresses_of(args)
    if not found and plugged:
        found = [one.address for one in plugged_radios() if one.known]
    if not found:
        raise _no_radio()
    return found


def targets_of(args: argparse.Namespace) -> list[Target]:
    """ADDRESS or ADDRESS=NAME, with --as for a single one. Raises CliError."""
    from meshdefense_radio.network_file import normal_name

    targets = []
    for text in (*args.address, *map(_tcp, args.tcp)):
        where, equals, name = text.partition("=")
        targets.append(Target(address_of(where), normal_name(name) if equals else None))
    if not targets:
        raise _no_radio()
    if args.name is not None:
        if len(targets) != 1 or targets[0].name is not None:
            raise CliError(tr("with several radios write ADDRESS=NAME for each"), ExitCode.USAGE)
        targets = [Target(targets[0].address, normal_name(args.name))]
    _require_once([str(one.address) for one in targets])
    _require_once([one.name for one in targets if one.name is not None])
    return targets


def _no_radio() -> CliError:
    return CliError(
        tr("name a radio, for example serial:/dev/ttyACM0"),
        ExitCode.USAGE,
        tr("`meshdefense radio list` shows what is plugged in"),
    )


def _require_once(given: Sequence[str]) -> None:
    twice = next((one for one in given if given.count(one) > 1), None)
    if twice is not None:
        raise CliError(tr("{what} was given twice", what=twice), ExitCode.USAGE)


@contextlib.contextmanager
def the_fleet(args: argparse.Namespace, *, changing: bool) -> Iterator[Fleet]:
    """The fleet that was named, open for the length of the block."""
    from meshdefense.cli.fleet_access import open_fleet

    with open_fleet(args, changing=changing) as fleet:
        yield fleet


def require_free(path: Path, *, replace: bool) -> None:
    """Raise CliError where something is already that shall not be written over, or cannot be."""
    if path.is_dir():
        raise CliError(tr("{path} is a folder: name a file in it", path=path), ExitCode.REFUSED)
    if not replace and os.path.lexists(path):
        raise CliError(
            tr("{file} is there already; --replace writes over it", file=path), ExitCode.REFUSED
        )


def patient() -> Patience:
    """For verbs whose radio may have been restarted by the verb before."""
    from meshdefense.provisioning import patience

    return patience.Patience(first_s=patience.FIRST_S)


def tell_waiting(words: str) -> None:
    """Say what is waited for, on stderr."""
    print(clean(words), file=sys.stderr, flush=True)


# -- words -------------------------------------------------------------------------------------


def shown(value: object) -> str:
    """A value for people, on one line."""
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if value is None:
        return "-"
    if isinstance(value, str):
        return clean(value) or tr("(empty)")
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | tuple):
        return ", ".join(map(shown, value)) or tr("(empty)")
    return clean(str(value))


def change_lines(changes: Iterable[Change]) -> list[str]:
    """Each change on a line, its reason below it."""
    lines = []
    for change in changes:
        lines.append(f"  {change.path}: {shown(change.now)} -> {shown(change.then)}")
        if change.reason is not None:
            lines.append(f"      {change.reason.said(language.current())}")
    return lines


def change_json(change: Change) -> dict[str, Any]:
    """A change for programs; of a secret only its mark."""
    return {
        "path": change.path,
        "is": _plain(change.now),
        "shall": _plain(change.then),
        "secret": change.secret,
        "why": None if change.reason is None else change.reason.said(language.current()),
    }


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def plan_lines(plan: Plan) -> list[str]:
    """What is in the way, and what would be changed."""
    speech = language.current()
    lines = [f"  ! {problem.text(speech)}" for problem in plan.problems]
    if not plan.changes:
        return [*lines, tr("{radio}: everything is right already", radio=plan.radio)]
    count = len(plan.changes)
    head = trn(
        "{radio}: {count} setting changes", "{radio}: {count} settings change", count,
        radio=plan.radio,
    )  # fmt: skip
    return [head, *lines, *change_lines(plan.changes)]


def finding_lines(finding: Finding, *, compared: bool = True) -> list[str]:
    """One radio of a table, with what differs below it; `compared` with a fleet, or only read."""
    from meshdefense.cli.fleet_lines import job_word
    from meshdefense.provisioning.finding import Standing

    facts, stands = finding.facts, finding.standing.words
    if not compared and finding.standing is Standing.NEW:
        stands = tr("read; no fleet to compare with")
    elif finding.elsewhere and finding.standing is Standing.NEW:
        stands = tr("prepared elsewhere: {words}", words=clean(finding.words))
    elif finding.words:
        stands = f"{stands}: {finding.words}"
    head = f"{finding.address:<28} {stands}"
    if facts is None:
        return [head]
    nobody = tr("none of this network") if compared else ""
    job = job_word(finding.job) if finding.job else ""
    who = ", ".join(filter(None, (clean(finding.radio or nobody), job)))
    about = (
        f"{clean(facts.long_name)} (!{facts.node_number:08x}), "
        f"{clean(facts.hardware)}, {clean(facts.firmware)}, {facts.region} {facts.preset}"
    )
    return [head, "    " + "; ".join(filter(None, (who, about))), *change_lines(finding.differing)]


def finding_json(finding: Finding, *, compared: bool = True) -> dict[str, Any]:
    """The same for programs: what was only read is neither new nor anything else."""
    row = finding.as_json()
    if not compared and row["state"] == "new":
        row["state"] = "read"
    return row


def standing_code(findings: Iterable[Finding]) -> ExitCode:
    """OK when each radio is right; what weighs most otherwise."""
    from meshdefense.provisioning.finding import Standing

    standings = {finding.standing for finding in findings}
    if Standing.SILENT in standings:
        return ExitCode.UNAVAILABLE
    return ExitCode.OK if standings <= {Standing.RIGHT} else ExitCode.REFUSED


def say_findings(args: argparse.Namespace, findings: Sequence[Finding]) -> ExitCode:
    """Print how each radio stands, as lines or as JSON; the exit code that says it shortly."""
    if args.json:
        print(json.dumps([finding_json(one) for one in findings], ensure_ascii=False))
    else:
        for finding in findings:
            print("\n".join(finding_lines(finding)))
    return standing_code(findings)
