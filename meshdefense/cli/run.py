"""`meshdefense run`: this node's daemon, in the foreground."""

from __future__ import annotations

import argparse
import math

from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, folder_of
from meshdefense.cli.unlock import add_passphrase, guarded, opened_store

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument(
        "--radio", required=True, metavar="ADDRESS",
        help=tr("serial:PATH, tcp:HOST:PORT, ble:ADDRESS, or none"),
    )  # fmt: skip
    parser.add_argument(
        "--idle-lock", type=_minutes, default=2.0, metavar="MINUTES",
        help=tr("lock after so long without a person: minutes, or off (default 2)"),
    )  # fmt: skip
    parser.add_argument(
        "--store-limit", type=_mebibytes, default=256 << 20, metavar="MIB",
        help=tr("how large the store may become, at least 16 (default 256)"),
    )  # fmt: skip
    parser.add_argument(
        "--stock-channel", default="", metavar="NAME_OR_INDEX",
        help=tr(
            "speak to people with stock radios on this channel of the radio, as far as the "
            "network's policies let it; one node is enough"
        ),
    )  # fmt: skip
    parser.add_argument("--verbose", action="store_true", help=tr("more log lines"))
    add_data(parser)
    add_passphrase(parser)


@guarded
def run(args: argparse.Namespace) -> int:
    """Run until SIGINT, SIGTERM or `meshdefense stop`."""
    from meshdefense import daemon, hardening, logs
    from meshdefense.cli.exit_codes import ExitCode
    from meshdefense.cli.unlock import CliError
    from meshdefense.radio.addresses import AddressError, parse_address

    try:
        address = parse_address(args.radio)
    except AddressError as error:
        raise CliError(str(error), ExitCode.USAGE) from None
    hardening.forbid_core_dumps()
    logs.configure(verbose=args.verbose)
    with opened_store(args) as store:
        daemon.run(
            store, folder_of(args).socket, address,
            idle_lock_s=args.idle_lock and args.idle_lock * 60, share=args.device_share,
            stock_channel=args.stock_channel.strip(),
        )  # fmt: skip
    return ExitCode.OK


def _minutes(text: str) -> float | None:
    if text == "off":
        return None
    minutes = float(text)
    if not 0 < minutes < math.inf:
        raise ValueError
    return minutes


def _mebibytes(text: str) -> int:
    size = int(text)
    if size < 16:
        raise ValueError
    return size << 20


_minutes.__name__, _mebibytes.__name__ = "number of minutes", "number of MiB"  # for usage errors
