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
from meshdefense.catalogue import tr
from meshdefense.cli.attach import (
    add_data,
    add_json,
    complain,
    folder_of,
    request,
    sent,
    with_daemon,
)
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.listing import show_table
from meshdefense.cli.output import age
from meshdefense.cli.progress_lines import sos_lines
from meshdefense.cli.sending import add_drill
from meshdefense.language import current

__all__ = ["configure", "run"]

COUNTDOWN_S: Final = 5
RETRY_S: Final = 2.0
_PLACES: Final = {
    "radio": ("with your place: {size} m, GPS {age} ago", "con su lugar: {size} m, GPS hace {age}"),
    "shared": ("with the place you shared {age} ago: {size} m",
               "con el lugar que compartió hace {age}: {size} m"),
    "none": ("without a place: no fix; --at LAT LON gives one",
             "sin lugar: no hay posición; --at LAT LON da una"),
}  # fmt: skip
_ENDINGS: Final = {"cancel": "cancelled", "clear": "all-clear"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument(
        "verb", nargs="?", choices=("call", "show", *_ENDINGS), default="call",
        help=tr("cancel: your own was a mistake; clear: somebody is safe; show: list them"),
    )  # fmt: skip
    parser.add_argument("id", nargs="?", help=tr("with cancel and clear, perhaps with show"))
    parser.add_argument("--kind", help=tr("help (default), medical, threat, trapped, fire, ..."))
    parser.add_argument(
        "--at", nargs=2, type=float, metavar=("LAT", "LON"), help=tr("where you are, in degrees")
    )
    parser.add_argument("--precision", type=int, metavar="M", help=tr("say the place no finer"))
    parser.add_argument(
        "--scope", help=tr("field (default), dispatch, or everyone: then no finer than 100 m")
    )
    parser.add_argument(
        "--countdown",
        type=int,
        metavar="S",
        help=tr("seconds to change your mind ({count})", count=COUNTDOWN_S),
    )
    parser.add_argument("--now", action="store_true", help=tr("without a countdown"))
    parser.add_argument("--no-wait", action="store_true", help=tr("do not stay to see who has it"))
    add_drill(parser)
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Call, and stay until a person has answered; or end one, or list them."""
    if args.verb == "show":
        return show_table(args, "sos", sos_lines, item=args.id, none=tr("No calls for help."))
    if (args.verb in _ENDINGS) != (args.id is not None):
        complain(
            tr("which one? meshdefense sos {verb} ID", verb=args.verb)
            if args.id is None
            else tr("a call takes no id; meshdefense sos clear ID ends one")
        )
        return ExitCode.USAGE
    if args.verb in _ENDINGS:
        what = tr("All-clear") if args.verb == "clear" else tr("Cancellation")
        how = _ENDINGS[args.verb]
        return sent(args, what, "sos_end", sos=args.id, how=how, drill=args.drill or None)
    args.here = None
    if args.at is None and (code := _tell_place(args)) != ExitCode.OK:
        return code
    seconds = 0 if args.now else COUNTDOWN_S if args.countdown is None else args.countdown
    try:
        _count_down(seconds)
    except KeyboardInterrupt:
        complain(tr("Cancelled. Nothing was sent."))
        return ExitCode.INTERRUPTED
    return _call(args)


def _tell_place(args: argparse.Namespace) -> int:
    """Say which place would go with it, before the countdown in which it can be taken back."""

    async def talk(client: NodeClient) -> int:
        try:
            found = await client.call("here")
        except ApiError as error:
            if error.code != "bad_request":
                raise
            return ExitCode.OK  # an older daemon adds no place, and calls all the same
        args.here = True
        phrase = _PLACES.get(found["source"], _PLACES["shared"])[current() == "es"]
        words = phrase.format(size=found["precision_m"], age=age(found["age_s"] or 0.0))
        print(words, file=sys.stderr, flush=True)
        return ExitCode.OK

    return with_daemon(args, talk, while_locked=True)


def _count_down(seconds: int) -> None:
    for left in range(seconds, 0, -1):
        print(tr("SOS in {count} s; Ctrl-C cancels", count=left), file=sys.stderr, flush=True)
        time.sleep(1)


def _call(args: argparse.Namespace) -> int:
    lat, lon = args.at or (None, None)
    code, result = request(
        args, "sos", kind=args.kind, lat=lat, lon=lon, precision_m=args.precision,
        scope=args.scope, drill=args.drill or None,
        here=args.here,
    )  # fmt: skip
    if code != ExitCode.OK:
        return code
    ident = result["id"]
    if args.json:
        print(json.dumps(result), flush=True)
    else:
        print(
            tr("SOS {id}: signed and stored here; repeated until a person answers", id=ident),
            flush=True,
        )
    if args.no_wait:
        return ExitCode.OK
    try:
        return asyncio.run(_watch(args, ident))
    except KeyboardInterrupt:
        complain(tr("The SOS stays. It was a mistake? meshdefense sos cancel {id}", id=ident))
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
            complain(
                error.message,
                tr("it was sent all the same: meshdefense sos show {id}", id=ident),
            )
            return ExitCode.FAILED
        await asyncio.sleep(RETRY_S)


async def _told(args: argparse.Namespace, client: NodeClient, ident: str, told: list[str]) -> bool:
    """Print the row where it says something new; whether nobody has to wait any more."""
    result = await client.call("changes", since=0)
    if result.get("locked"):
        raise ApiError("locked", tr("this node is locked: who has it is shown once it is unlocked"))
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
