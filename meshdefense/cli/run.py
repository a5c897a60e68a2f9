"""`meshdefense run`: this node's daemon, in the foreground."""

from __future__ import annotations

import argparse

from meshdefense.cli.attach import add_data, folder_of
from meshdefense.cli.unlock import add_passphrase, guarded, opened_store

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument(
        "--radio", required=True, metavar="ADDRESS",
        help="serial:PATH, tcp:HOST:PORT, ble:ADDRESS, or none",
    )  # fmt: skip
    parser.add_argument("--verbose", action="store_true", help="more log lines")
    add_data(parser)
    add_passphrase(parser)


@guarded
def run(args: argparse.Namespace) -> int:
    """Run until SIGINT, SIGTERM or `meshdefense stop`."""
    from meshdefense import daemon, logs
    from meshdefense.cli.exit_codes import ExitCode
    from meshdefense.cli.unlock import CliError
    from meshdefense.radio.addresses import AddressError, parse_address

    try:
        address = parse_address(args.radio)
    except AddressError as error:
        raise CliError(str(error), ExitCode.USAGE) from None
    logs.configure(verbose=args.verbose)
    with opened_store(args) as store:
        daemon.run(store, folder_of(args).socket, address)
    return ExitCode.OK
