"""The daemon: one process that owns the radio, the keys and the store of one data folder."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from meshdefense import enrolment, logs
from meshdefense.api.server import ApiServer
from meshdefense.node.node import Node
from meshdefense.radio.addresses import Address
from meshdefense.radio.link import RadioLink, driver_opener
from meshdefense.storage.errors import StorageError
from meshdefense.storage.repository import Store
from meshdefense_protocol.engine import Membership

__all__ = ["run"]

_log = logs.get("daemon")


def run(store: Store, socket: Path, address: Address) -> None:
    """Serve until SIGINT, SIGTERM or a client's `stop`. Raises StorageError, ProtocolError."""
    membership = enrolment.load_membership(store)
    failure: StorageError | None = None
    try:
        asyncio.run(_serve(store, membership, socket, address))
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


async def _serve(store: Store, membership: Membership, socket: Path, address: Address) -> None:
    link = RadioLink(driver_opener(address))
    node = Node(store, membership, link.send, address=str(address))
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    server = ApiServer(node, socket, stopped.set)

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
            tasks.create_task(link.run(), name="radio")
            tasks.create_task(pump(), name="pump")
            tasks.create_task(until_stopped(), name="signals")
    except* _StoppedError:
        pass  # that is how it ends
    _log.info("ended")


class _StoppedError(Exception):
    """Somebody asked the daemon to end."""
