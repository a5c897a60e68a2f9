"""`meshdefense panic`: keys, store and traces of this node are gone within two seconds.

Asks for no passphrase, and works with the daemon, locked or not, and without it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, Final

from meshdefense import panic
from meshdefense.api.client import ApiError, DaemonGoneError, NodeClient
from meshdefense.catalogue import tr
from meshdefense.cli.attach import add_data, add_json, complain, folder_of
from meshdefense.cli.exit_codes import ExitCode
from meshdefense.paths import DataFolder, FolderBusyError, FolderLock, PathError

__all__ = ["configure", "end_holder", "run"]

CONNECT_S: Final = 0.3
ANSWER_S: Final = 0.5 + panic.RADIO_S
"""A daemon that takes longer is ended; its files are removed without it."""
_CLEAR: Final = "\x1b[2J\x1b[3J\x1b[H"
"""Screen and what was scrolled off it (ECMA-48 ED; 3 is xterm's)."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments."""
    parser.add_argument(
        "--rehearse", action="store_true", help=tr("write nothing; say what would go, and how long")
    )
    parser.add_argument("--yes", action="store_true", help=tr("do not ask"))
    parser.add_argument(
        "--device-share",
        metavar="FILE",
        type=Path,
        help=tr("the device share, to be destroyed as well"),
    )
    add_data(parser, unlocks=False)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Rehearse, or ask once and destroy."""
    folder, share = folder_of(args), args.device_share
    if args.rehearse:
        found = _asked(folder, rehearse=True) or panic.rehearse(folder, share=share)
        print(json.dumps(found) if args.json else _rehearsal(folder, found))
        return ExitCode.OK
    if not args.yes and not _confirmed(folder):
        return ExitCode.USAGE
    done = _asked(folder, rehearse=False)
    if done is None:
        end_holder(folder)
    for fleet in panic.fleets(folder):  # who writes radios holds its keys, and may write again
        end_holder(DataFolder(fleet))
    ours = {panic.name_of(folder, step.path) for step in panic.plan(folder, share=share)}
    failed = panic.destroy(folder, share=share)  # also what the daemon could not reach
    for told in (done or {}).get("failed", ()):  # a device share that only the daemon knows of
        if str(told).split(" ", 1)[0] not in ours:
            failed.append(str(told))
    if sys.stdout.isatty():
        sys.stdout.write(_CLEAR)
    if failed:
        complain("; ".join(failed))
        return ExitCode.FAILED
    if args.json:
        print(json.dumps(done or {"failed": [], "radio_reset": False}))
    else:
        print(tr("Done."))
    return ExitCode.OK


def _confirmed(folder: DataFolder) -> bool:
    if not sys.stdin.isatty():
        complain(
            tr("there is no terminal to ask"), tr("to destroy without a question: panic --yes")
        )
        return False
    said = input(tr("Destroy everything in {root}, for ever? Type yes: ", root=folder.root))
    return said.strip().lower() in ("yes", "si", "sí")


def _asked(folder: DataFolder, *, rehearse: bool) -> dict[str, Any] | None:
    """What the daemon answers; None when there is none or it does not answer in time."""

    async def talk() -> dict[str, Any]:
        client = await NodeClient.connect(folder.socket, client="cli", timeout_s=CONNECT_S)
        try:
            async with asyncio.timeout(ANSWER_S):
                return dict(await client.call("panic", rehearse=rehearse))
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CONNECT_S):
                    await client.close()

    try:
        return asyncio.run(talk())
    except (DaemonGoneError, ApiError, PathError, TimeoutError, OSError):
        return None


def end_holder(folder: DataFolder) -> None:
    """End whatever process holds the folder: it has the keys, and may write again."""
    if not folder.lock.exists():
        return
    lock = FolderLock(folder)
    try:
        lock.acquire()
    except FolderBusyError as error:
        if error.pid is not None and error.pid != os.getpid():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(error.pid, signal.SIGKILL)
    except PathError:
        return
    lock.release()


def _rehearsal(folder: DataFolder, found: dict[str, Any]) -> str:
    lines = [
        tr("A rehearsal: nothing was changed. In {root} would go, in this order:", root=folder.root)
    ]
    for file in found["files"]:
        how = tr("overwritten, then removed") if file["overwritten"] else tr("removed")
        lines.append(
            tr(
                "  {name:<22} {bytes:>13,} bytes  {how}",
                name=file["name"],
                bytes=file["bytes"],
                how=how,
            )
        )
    if not found["files"]:
        lines.append(tr("  nothing: there is no node"))
    if found["stays"]:
        lines.append(tr("Not ours, stays: {stays}", stays=", ".join(found["stays"])))
    radio = found.get("radio", "none")
    if radio == "ready":
        lines.append(tr("The radio would be told to reset itself to factory settings."))
    else:
        lines.append(tr("No radio would be reset: no daemon has one ready."))
    lines.append(
        tr(
            "About {seconds:g} s, and up to {radio:g} s for a radio.",
            seconds=found["seconds"],
            radio=panic.RADIO_S,
        )
    )
    return "\n".join(lines)
