"""`meshdefense alerts [ID] [--follow]`: what was reported, and what became of it."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from meshdefense import clock
from meshdefense.api.client import ApiError, DaemonGoneError, NodeClient
from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, add_json, complain, folder_of, request
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.cli.follow_lines import BELL, Followed
from meshdefense.cli.long_text import INDENT, long_lines
from meshdefense.cli.output import alert_lines, fitted
from meshdefense.cli.progress_lines import progress_lines
from meshdefense.paths import PathError
from meshdefense.safe_text import clean

__all__ = ["configure", "run"]

RETRY_S: Final = 2.0
_NAMES_A_LINE: Final = 6
_ENDED: Final = ("expired", "retracted", "closed")


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument("id", nargs="?", help=tr("only this alert, and who is known to hold it"))
    parser.add_argument("--follow", action="store_true", help=tr("stay, and print what changes"))
    parser.add_argument(
        "--bell", action="store_true", help=tr("with --follow: ring for new grave alerts")
    )
    parser.add_argument("--all", action="store_true", help=tr("also those that are over"))
    add_data(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """List, or follow until interrupted: a line of text, or of JSON, for each event."""
    if args.bell and not args.follow:
        complain(tr("{option} needs {other}", option="--bell", other="--follow"))
        return ExitCode.USAGE
    if args.follow:
        try:
            return asyncio.run(_follow(args))
        except PathError as error:
            complain(str(error))
        except ApiError as error:
            complain(error.message, error.hint)
        return ExitCode.FAILED
    code, result = request(args, "changes", since=0)
    if code != ExitCode.OK:
        return code
    rows = [row for row in result["tables"].get("alerts", []) if _wanted(args, row)]
    rows.sort(key=lambda row: row["received_at"])
    if args.id is not None and not rows:
        complain(tr("there is no alert {id}", id=args.id), tr("meshdefense alerts lists ids"))
        return ExitCode.NOT_FOUND
    texts = _texts(result["tables"].get("messages", []))
    if args.json:
        print(json.dumps([{**row, "long_reports": texts.get(row["id"], [])} for row in rows]))
        return ExitCode.OK
    _show(args, rows, result["tables"]["status"][0]["origin"], texts)
    if args.id is not None:
        _show_holders(rows[0], result["tables"].get("members", []))
    if not rows:
        print(tr("No alerts."))
    return ExitCode.OK


def _wanted(args: argparse.Namespace, row: dict[str, Any]) -> bool:
    if row.get("gone"):
        return False
    if args.id is not None:
        return bool(row["id"] == args.id)
    return args.all or row["state"] not in _ENDED


def _texts(messages: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The long reports that belong to alerts, by the alert's id, the oldest first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(messages, key=lambda row: row.get("received_at", 0.0)):
        about = row.get("long", {}).get("about")
        if about is not None:
            found.setdefault(about, []).append(row)
    return found


def _show_holders(row: dict[str, Any], members: list[dict[str, Any]]) -> None:
    """The names of those who are known to hold an own alert."""
    names = {member["number"]: member["name"] for member in members if not member.get("gone")}
    holders, label = row["delivery"].get("holders", []), tr("with")
    for at in range(0, len(holders), _NAMES_A_LINE):
        named = [clean(names.get(n, f"#{n}")) for n in holders[at : at + _NAMES_A_LINE]]
        print(f"          {label if at == 0 else ' ' * len(label)} {', '.join(named)}")


def _show(
    args: argparse.Namespace,
    rows: list[dict[str, Any]],
    origin: dict[str, Any] | None,
    texts: Mapping[str, list[dict[str, Any]]] = MappingProxyType({}),
) -> None:
    """Rows for people, with long reports about them: whole when only one alert was asked for."""
    now = clock.now()
    for row in rows:
        if args.json:
            lines = [json.dumps(row)]
        else:
            done = (f"{INDENT}{line}" for line in progress_lines(row, now))
            lines = [*alert_lines(row, origin, now), *done]
        for text in texts.get(row["id"], []):
            lines += [f"{INDENT}{line}" for line in long_lines(text, whole=args.id is not None)]
        print("\n".join(lines) if args.json else fitted(lines), flush=True)


async def _follow(args: argparse.Namespace) -> int:
    """Print changed alerts; survives a daemon that restarts."""
    epoch, revision, connected = "", 0, False
    followed = Followed()
    while True:
        try:
            client = await NodeClient.connect(folder_of(args).socket, client="cli")
        except DaemonGoneError:
            if not connected and revision == 0:
                complain(
                    tr("no daemon runs for {root}", root=folder_of(args).root),
                    tr("start it in another terminal: meshdefense run"),
                )
                return ExitCode.NO_DAEMON
            await asyncio.sleep(RETRY_S)
            continue
        connected = True
        try:
            epoch, revision = await _print_changes(args, client, epoch, revision, followed)
            async for notice in client.notices():
                event = notice.get("event")
                if event == "locked":
                    _tell_locked()
                changed = event == "changed" and "alerts" in notice.get("tables", ())
                if changed or event == "unlocked":
                    epoch, revision = await _print_changes(args, client, epoch, revision, followed)
        except DaemonGoneError:
            pass
        finally:
            await client.close()
        print(tr("meshdefense: the daemon is gone; waiting for it"), file=sys.stderr, flush=True)
        await asyncio.sleep(RETRY_S)


def _tell_locked() -> None:
    print(
        tr("meshdefense: this node is locked; what changes is shown when it is unlocked"),
        file=sys.stderr,
        flush=True,
    )


async def _print_changes(
    args: argparse.Namespace, client: NodeClient, epoch: str, revision: int, followed: Followed
) -> tuple[str, int]:
    first = not epoch
    asked = {"since": revision, "epoch": epoch} if epoch else {"since": 0}
    result = await client.call("changes", **asked)
    if result.get("locked"):
        if first:
            _tell_locked()
        return epoch, revision
    tables = result["tables"]
    rows = [
        row
        for row in tables.get("alerts", [])
        if not row.get("gone") and args.id in (None, row["id"])
    ]
    rows.sort(key=lambda row: row["rev"])
    if first:  # what stood there before is no event when it is over
        rows = [row for row in rows if args.id is not None or _wanted(args, row)]
    if args.json:
        _show(args, rows, tables["status"][0]["origin"])
        return result["epoch"], result["revision"]
    at = time.strftime("%H:%M", time.localtime(clock.now()))
    for row in rows:
        bell = BELL if args.bell and not first and followed.rings(row) else ""
        line = followed.line(row, tables["status"][0]["origin"], at)
        if line is not None:
            print(f"{bell}{line}", flush=True)
    return result["epoch"], result["revision"]
