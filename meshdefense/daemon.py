"""The daemon: one process that owns the radio, the keys and the store of one data folder."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, Final

from meshdefense import enrolment, logs, panic
from meshdefense.api.server import ApiServer
from meshdefense.decoy import create_decoy
from meshdefense.locking import Forced, Guard
from meshdefense.node.node import Node
from meshdefense.node.stock import StockRadios
from meshdefense.paths import DataFolder
from meshdefense.radio.addresses import Address
from meshdefense.radio.link import RadioLink, driver_opener
from meshdefense.storage.errors import StorageError
from meshdefense.storage.repository import Store
from meshdefense_protocol.engine import Membership

__all__ = ["run"]

END_S: Final = 0.1
"""After a panic: for the last answer to leave the socket."""
_CLEAR: Final = "\x1b[2J\x1b[3J\x1b[H"
"""Screen and what was scrolled off it (ECMA-48 ED; 3 is xterm's)."""

_log = logs.get("daemon")


def run(
    store: Store,
    socket: Path,
    address: Address,
    *,
    idle_lock_s: float | None = None,
    share: Path | None = None,
    stock_channel: str = "",
) -> None:
    """Serve until SIGINT, SIGTERM or a client's `stop`. Raises StorageError, ProtocolError.

    `stock_channel` names the radio's channel on which people with stock radios are; empty: this
    node does not speak to them.

    `idle_lock_s` without a person lock the socket; None never. `share` is the device share
    that goes in a panic. After a panic the process ends from within.
    """
    membership = enrolment.load_membership(store)
    failure: StorageError | None = None
    try:
        asyncio.run(_serve(store, membership, socket, address, idle_lock_s, share, stock_channel))
    except* StorageError as group:
        failure = _first(group)
    if failure is not None:
        raise failure


def _first(group: BaseExceptionGroup[StorageError]) -> StorageError:
    first: BaseException = group
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    assert isinstance(first, StorageError)  # the group has nothing else
    return first


async def _serve(
    store: Store,
    membership: Membership,
    socket: Path,
    address: Address,
    idle_lock_s: float | None,
    share: Path | None,
    stock_channel: str,
) -> None:
    link = RadioLink(driver_opener(address, stock_channel=stock_channel))
    stock = StockRadios(link.send_stock, stock_channel) if stock_channel else None
    node = Node(store, membership, link.send, address=str(address), stock=stock)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    folder = DataFolder(store.folder)

    async def burn(forced: Forced | None) -> dict[str, Any]:
        return await _burn(folder, link, share, forced)

    guard = Guard(folder, store.opened_by, idle_s=idle_lock_s, share=share, burn=burn)
    server = ApiServer(node, socket, stopped.set, guard)

    async def until_stopped() -> None:
        await stopped.wait()
        raise _StoppedError

    async def pump() -> None:
        async for event in link.events():
            node.feed(event)

    member = membership.roster.get(membership.number)
    _log.info("ready: member %s of the network, radio %s", member and member.number, address)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(node.run(), name="node")
            tasks.create_task(server.run(), name="api")
            tasks.create_task(guard.watch(), name="lock")
            tasks.create_task(link.run(), name="radio")
            tasks.create_task(pump(), name="pump")
            tasks.create_task(until_stopped(), name="signals")
    except* _StoppedError:
        pass  # that is how it ends
    _log.info("ended")


async def _burn(
    folder: DataFolder, link: RadioLink, share: Path | None, forced: Forced | None
) -> dict[str, Any]:
    """Destroy the folder and end this process; who was forced finds a decoy in its place.

    Nothing is closed in order: closing would write the store's log into a file that is gone,
    and the keys in memory go when the process does.
    """
    begun = time.monotonic()
    link.mute()
    failed = panic.destroy(folder, share=share, keep_lock=True)
    reset = await link.reset(panic.RADIO_S)
    # once more: a commit that was under way may have made a file anew
    failed += panic.destroy(folder, share=share, keep_lock=forced is not None)
    if forced is not None:
        create_decoy(folder, forced.passphrase, forced.held).close()
    if sys.stderr.isatty():
        sys.stderr.write(_CLEAR)
        sys.stderr.flush()
    asyncio.get_running_loop().call_later(END_S, os._exit, 0)
    seconds = round(time.monotonic() - begun, 2)
    return {"failed": failed, "radio_reset": reset, "seconds": seconds}


class _StoppedError(Exception):
    """Somebody asked the daemon to end."""
