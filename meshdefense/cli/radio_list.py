"""`meshdefense radio list`: what is plugged in, and how each radio stands."""

from __future__ import annotations

import argparse
import json
import os.path
from collections.abc import Callable
from typing import TYPE_CHECKING

from meshdefense.catalogue import tr
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.fleet_access import add_fleet, fleet_folder, fleet_guarded
from meshdefense.cli.radio_desk import (
    add_addresses,
    addresses_of,
    finding_json,
    finding_lines,
    patient,
    tell_waiting,
    the_fleet,
)
from meshdefense.radio.addresses import Address, SerialAddress
from meshdefense.sentences import translated

if TYPE_CHECKING:
    from meshdefense.provisioning.finding import Finding
    from meshdefense.provisioning.fleet import Fleet
    from meshdefense_radio.radio_state import RadioState

__all__ = ["configure", "look_at", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this verb to `parser`."""
    parser.description = tr(
        "Read each radio that is plugged in, or that is named, and say how it stands: new, "
        "right, drifted, unfinished, or refused and why; without a fleet only what it says of "
        "itself. Changes nothing."
    )
    add_addresses(parser, "*", tr("a radio; without any, all boards on USB that may be one"))
    parser.add_argument(
        "--plain", action="store_true", help=tr("without the fleet, so without its passphrase")
    )
    parser.add_argument(
        "--plugged", action="store_true", help=tr("those on USB as well as those that are named")
    )
    parser.add_argument(
        "--leave", metavar="ADDRESS", action="append", default=[],
        help=tr("a radio on USB that is in use, and is not opened"),
    )  # fmt: skip
    add_fleet(parser)


@fleet_guarded
def run(args: argparse.Namespace) -> int:
    """Print one entry for each radio."""
    from meshdefense.provisioning.fleet_folder import check_exists, fleet_exists
    from meshdefense.provisioning.listing import plugged_radios

    addresses = addresses_of(args)
    unknown = []
    if not addresses or args.plugged:
        plugged = [one for one in plugged_radios() if not _left(one.address, args.leave)]
        boards = [one.address for one in plugged if one.known]
        addresses = list(dict.fromkeys([*addresses, *boards]))
        unknown = [one for one in plugged if not one.known]
    if args.fleet is not None and not args.plain:
        check_exists(fleet_folder(args))
    compared = not args.plain and fleet_exists(fleet_folder(args))
    if compared and addresses:  # where there is nothing to read nobody is asked for a passphrase
        with the_fleet(args, changing=False) as fleet:
            findings = look_at(addresses, fleet)
    else:
        findings = look_at(addresses, None)
    if args.json:
        rows = [finding_json(one, compared=compared) for one in findings]
        print(json.dumps(rows, ensure_ascii=False))
        return ExitCode.OK
    if not findings:
        print(tr("No radio is plugged in. One on the network: --tcp HOST"))
    for finding in findings:
        print("\n".join(finding_lines(finding, compared=compared)))
    for one in unknown:
        print(tr("{address}  not touched: {about}; name it to have it read",
                 address=one.address, about=one.about))  # fmt: skip
    return ExitCode.OK


def _left(address: SerialAddress, leave: list[str]) -> bool:
    """Whether it is one of those to be left alone, by whatever link it is called there."""
    device = os.path.realpath(address.path)
    return any(os.path.realpath(text.removeprefix("serial:")) == device for text in leave)


def look_at(
    addresses: list[Address],
    fleet: Fleet | None,
    *,
    waiting: bool = False,
    seen: Callable[[Finding, RadioState], None] = lambda *_: None,
) -> list[Finding]:
    """Read all radios at once; one that cannot be read is in the table as well.

    `waiting`: one that is not there yet may be restarting, and is waited for. `seen` gets each
    that was read.
    """
    from meshdefense.provisioning.device_errors import DeviceError
    from meshdefense.provisioning.finding import Finding, Standing, examine
    from meshdefense.provisioning.listing import read_radio
    from meshdefense.provisioning.together import side_by_side

    def read(address: Address) -> RadioState | str:
        try:
            if waiting:
                return read_radio(address, patient(), tell_waiting)
            return read_radio(address)
        except DeviceError as error:
            return translated(str(error))

    findings = []
    for address, state in zip(addresses, side_by_side(read, addresses), strict=True):
        if isinstance(state, str):
            findings.append(Finding(str(address), Standing.SILENT, state))
        else:
            findings.append(examine(state, fleet, str(address)))
            seen(findings[-1], state)
    return findings
