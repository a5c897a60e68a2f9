"""`meshdefense sos`: call for help, and see who has it; `sos cancel | clear ID` ends one."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from typing import Any, Final

from meshdefense import clock
from meshdefense.api.client import ApiError, DaemonGoneError, NodeClient
from meshdefense.cli.attach import add_data, add_json, complain, folder_of, request, sent
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.listing import show_table
from meshdefense.cli.progress_lines import sos_lines
from meshdefense.cli.sending import add_drill

__all__ = ["configure", "run"]

COUNTDOWN_S: Final = 5
RETRY_S: Final = 2.0
_ENDINGS: Final = {"cancel": "cancelled", "clear": "all-clear"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument(
        "verb", nargs="?", choices=("call", "show", *_ENDINGS), default="call",
        help="cancel: your own was a mistake; clear: somebody is safe; show: list them",
    )  # fmt: skip
    parser.add_argument("id", nargs="?", help="with cancel and clear, perhaps with show")
    parser.add_argument("--kind", help="help (default), medical, threat, trapped, fire, ...")
    parser.add_argument(
        "--at", nargs=2, type=float, metavar=("LAT", "LON"), help="where you are, in degrees"
    )
    parser.add_argument("--precision", type=int, metavar="M", help="say the place no finer")
    parser.add_argument(
        "--scope", help="field (default), dispatch, or everyone: then no finer than 100 m"
    )
    parser.add_argument(
        "--countdown", type=int, metavar="S", help=f"seconds to change your mind ({COUNTDOWN_S})"
    )
    parser.add_argument("--now", action="store_true", help="without a countdown")
    parser.add_argument("--no-wait", action="store_true", help="do not stay to see who has it")
    add_drill(parser)
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Call, and stay until a person has answered; or end one, or list them."""
    if args.verb == "show":
        return show_table(args, "sos", sos_lines, item=args.id, none="No calls for help.")
    if (args.verb in _ENDINGS) != (args.id is not None):
        complain(
            f"which one? meshdefense sos {args.verb} ID"
            if args.id is None
            else "a call takes no id; meshdefense sos clear ID ends one"
        )
        return ExitCode.USAGE
    if args.verb in _ENDINGS:
        what = "All-clear" if args.verb == "clear" else "Cancellation"
        how = _ENDINGS[args.verb]
        return sent(args, what, "sos_end", sos=args.id, how=how, drill=args.drill or None)
    seconds = 0 if args.now else COUNTDOWN_S if args.countdown is None else args.countdown
    try:
        _count_down(seconds)
    except KeyboardInterrupt:
        complain("Cancelled. Nothing was sent.")
        return ExitCode.INTERRUPTED
    return _call(args)


def _count_down(seconds: int) -> None:
    for left in range(seconds, 0, -1):
        print(f"SOS in {left} s; Ctrl-C cancels", file=sys.stderr, flush=True)
        time.sleep(1)


def _call(args: argparse.Namespace) -> int:
    lat, lon = args.at or (None, None)
    code, result = request(
        args, "sos", kind=args.kind, lat=lat, lon=lon, precision_m=args.precision,
        scope=args.scope, drill=args.drill or None,
    )  # fmt: skip
    if code != ExitCode.OK:
        return code
    ident = result["id"]
    if args.json:
        print(json.dumps(result), flush=True)
    else:
        print(f"SOS {ident}: signed and stored here; repeated until a person answers", flush=True)
    if args.no_wait:
        return ExitCode.OK
    try:
        return asyncio.run(_watch(args, ident))
    except KeyboardInterrupt:
        complain(f"The SOS stays. It was a mistake? meshdefense sos cancel {ident}")
        return ExitCode.INTERRUPTED


async def _watch(args: argparse.Namespace, ident: str) -> int:
    """Print what becomes of it until a person has it; survives a daemon that restarts."""
    told: list[str] = []
    while True:
        try:
            client = await NodeClient.connect(folder_of(args).socket, client="cli")
            try:
                if await _told(args, client, ident, told):
                    return ExitCode.OK
                async for notice in client.notices():
                    if notice.get("event") == "changed" and "sos" in notice.get("tables", ()):
                        if await _told(args, client, ident, told):
                            return ExitCode.OK
            finally:
                await client.close()
        except DaemonGoneError:
            pass
        except ApiError as error:
            complain(error.message, f"it was sent all the same: meshdefense sos show {ident}")
            return ExitCode.FAILED
        await asyncio.sleep(RETRY_S)


async def _told(args: argparse.Namespace, client: NodeClient, ident: str, told: list[str]) -> bool:
    """Print the row where it says something new; whether nobody has to wait any more."""
    result = await client.call("changes", since=0)
    if result.get("locked"):
        raise ApiError("locked", "this node is locked: who has it is shown once it is unlocked")
    tables = result["tables"]
    rows: list[dict[str, Any]] = [r for r in tables.get("sos", []) if r["id"] == ident]
    if not rows:
        return False
    row = rows[0]
    lines = sos_lines(row, tables["status"][0]["origin"], clock.now())[1:]
    if args.json:
        print(json.dumps(row), flush=True)
    elif lines != told:
        told[:] = lines
        print("\n".join(lines), flush=True)
    return bool(row["state"] != "raised")
