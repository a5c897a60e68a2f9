"""`meshdefense radio meshtasticd`: one virtual node with the firmware's simulator's command line.

Other people's harnesses start `meshtasticd -s -h HWID -p PORT -d DIR -e`; a script of two lines
lets them start this instead (docs/native-simulator.md).
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from pathlib import Path
from typing import Final

from meshdefense.catalogue import tr
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.radio_in_software import (
    NOT_FOR_EVERYBODY,
    StartError,
    end_when_told,
    say_where,
)

__all__ = ["configure", "run"]

STANDARD_PORT: Final = 4403
STANDARD_HWID: Final = "16"
RESERVED_NUMBERS: Final = 4  # of nodes, from 0; and the last one means everybody
BROADCAST: Final = 0xFFFFFFFF


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this verb to `parser`."""
    parser.description = tr(
        "Run one radio in software with the command line of the firmware's own simulator. What it "
        "transmits is handed to its clients as SIMULATOR_APP packets, and what they hand back it "
        "hears: harnesses link several nodes so. Runs until it is told to end."
    )
    # The firmware's -h is not help; --help still is.
    options = parser.add_argument_group(conflict_handler="resolve")
    options.add_argument(
        "-s", "--sim", action="store_true", help=tr("simulated radio; there is no other here")
    )
    options.add_argument(
        "-h",
        "--hwid",
        metavar="HWID",
        type=_node_number,
        default=STANDARD_HWID,
        help=tr("hardware address: the node's number (default 16), or twelve hexadecimal digits"),
    )
    options.add_argument(
        "-p",
        "--port",
        metavar="PORT",
        type=_port,
        default=STANDARD_PORT,
        help=tr("TCP port on loopback (default 4403)"),
    )
    options.add_argument(
        "-d",
        "--fsdir",
        metavar="DIR",
        type=_folder,
        help=tr("keep the radio's state in this folder"),
    )
    options.add_argument(
        "-e", "--erase", action="store_true", help=tr("begin as from the box: erase that state")
    )
    options.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        help=tr("taken, and changes nothing: there is no log"),
    )


def run(args: argparse.Namespace) -> int:
    """Run the node until it ends; return the exit code."""
    try:
        return asyncio.run(_node(args))
    except StartError as error:
        _complain(str(error))
        return ExitCode.FAILED


async def _node(args: argparse.Namespace) -> int:
    # These import the meshtastic library, which takes half a second.
    from meshdefense.virtual.connection import PortError
    from meshdefense.virtual.mishaps import MishapError
    from meshdefense.virtual.native import native_node
    from meshdefense.virtual.settings import node_id
    from meshdefense.virtual.state_folder import StateError

    try:
        async with native_node(
            args.hwid, args.port, folder=args.fsdir, erase=args.erase, told=_complain
        ) as node:
            end_when_told(node.broken)
            address, identity = node.addresses[0], node_id(args.hwid)
            say_where([tr("node {node} listens on {address}", node=identity, address=address)])
            await node.broken.wait()
    except (PortError, StateError) as error:
        raise StartError(str(error)) from None
    except MishapError:
        return ExitCode.FAILED  # it was told when it happened
    return ExitCode.OK


def _complain(text: str) -> None:
    print(f"meshdefense radio meshtasticd: {text}", file=sys.stderr, flush=True)


def _node_number(text: str) -> int:
    """Return the number that follows from a hardware address; its last four bytes."""
    digits = text.replace(":", "").replace("-", "")
    if re.fullmatch(r"[0-9A-Fa-f]{12}", digits):
        number = int(digits[-8:], 16)
    elif re.fullmatch(r"[0-9]{1,10}", text):
        number = int(text)
    else:
        raise argparse.ArgumentTypeError(
            tr("{text} is neither a number nor twelve hexadecimal digits", text=repr(text))
        )
    if not RESERVED_NUMBERS <= number < BROADCAST:
        raise argparse.ArgumentTypeError(
            tr("{number} cannot be a node's number; take 4 to 4294967294", number=number)
        )
    return number


def _folder(text: str) -> Path:
    """Return a folder that somebody has named: empty would be the one where they happen to be."""
    if not text:
        raise argparse.ArgumentTypeError(tr("the name of a folder is missing"))
    return Path(text)


def _port(text: str) -> int:
    """Return a port that everybody may open."""
    number = int(text) if re.fullmatch(r"[0-9]{1,5}", text) else -1
    if not NOT_FOR_EVERYBODY <= number <= 65_535:
        raise argparse.ArgumentTypeError(
            tr("the port must be 1024 to 65535, not {text}", text=repr(text))
        )
    return number
