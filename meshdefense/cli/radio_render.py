"""`meshdefense radio render`: one radio's settings as a file for `meshtastic --configure`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from meshdefense.catalogue import tr
from meshdefense.cli.attach import complain
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.fleet_access import add_fleet, fleet_guarded
from meshdefense.cli.passphrases import CliError
from meshdefense.cli.radio_desk import the_fleet
from meshdefense.language import current

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this verb to `parser`."""
    parser.description = tr(
        "Print what a radio shall be as YAML that `meshtastic --configure` takes, to do without "
        "this program. Channels and their keys are in it only with --with-keys, which writes a "
        "file that only you can read."
    )
    parser.add_argument("name", metavar="NAME", help=tr("the radio's name in network.yaml"))
    parser.add_argument(
        "--with-keys", metavar="FILE", type=Path,
        help=tr("a new file (mode 0600) with the channels and their keys; guard it like a key"),
    )  # fmt: skip
    add_fleet(parser)


@fleet_guarded
def run(args: argparse.Namespace) -> int:
    """Print the YAML, or write it."""
    from meshdefense.whole_file import write_whole
    from meshdefense_radio.rendered import configure_yaml

    with the_fleet(args, changing=False) as fleet:
        desired = fleet.desired_for(args.name)
    if args.with_keys is None:
        text = configure_yaml(desired, with_keys=False, language=current())
        print(json.dumps({"radio": args.name, "yaml": text}) if args.json else text, end="\n")
        return ExitCode.OK
    try:
        text = configure_yaml(desired, with_keys=True, language=current())
        write_whole(args.with_keys, text.encode())
    except FileExistsError:
        raise CliError(
            tr("{path} is there already; it was left as it is", path=args.with_keys),
            ExitCode.REFUSED,
        ) from None
    except OSError as error:
        raise CliError(
            tr("{path} cannot be written: {reason}", path=args.with_keys, reason=error.strerror),
            ExitCode.UNAVAILABLE,
        ) from None
    if args.json:
        print(json.dumps({"radio": args.name, "file": str(args.with_keys)}))
    else:
        print(tr("written: {path}", path=args.with_keys))
    complain(tr("The channels' keys stand readable in it: destroy it when it was used."))
    return ExitCode.OK
