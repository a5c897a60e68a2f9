"""The daemon: one process that owns the radio, the keys and the store of one data folder."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

from meshdefense import enrolment, logs
from meshdefense.api.server import ApiServer
from meshdefense.node.node import Node
from meshdefense.radio.addresses import Address, NoRadio
from meshdefense.radio.base import LinkState, RadioError, RadioEvent, RadioStatus
from meshdefense.storage.repository import Store
from meshdefense_protocol.transport import OutgoingFrame

__all__ = ["Link", "run"]

_log = logs.get("daemon")


class Link(Protocol):
    """A supervised radio: looks for it again for ever."""

    async def run(self) -> None:
        """Keep the radio connected until cancelled."""

    async def send(self, frame: OutgoingFrame) -> None:
        """Hand over one frame. Raises RadioError."""

    def events(self) -> AsyncIterator[RadioEvent]:
        """Everything from the radio, for one consumer."""


class _NoLink:
    """A node without a radio."""

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def send(self, frame: OutgoingFrame) -> None:
        raise RadioError("this node has no radio")

    async def events(self) -> AsyncIterator[RadioEvent]:
        yield RadioStatus(LinkState.NONE)
        await asyncio.Event().wait()


def run(store: Store, socket: Path, address: Address) -> None:
    """Serve until SIGINT, SIGTERM or a client's `stop`. Raises StorageError, ProtocolError."""
    membership = enrolment.load_membership(store)
    try:
        asyncio.run(_serve(store, membership, socket, address))
    except* asyncio.CancelledError:
        pass


async def _serve(
    store: Store, membership: enrolment.Membership, socket: Path, address: Address
) -> None:
    link = _link_to(address)
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
    with contextlib.suppress(_StoppedError):
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(node.run(), name="node")
                tasks.create_task(server.run(), name="api")
                tasks.create_task(link.run(), name="radio")
                tasks.create_task(pump(), name="pump")
                tasks.create_task(until_stopped(), name="signals")
        except* _StoppedError:
            raise _StoppedError from None
    _log.info("ended")


class _StoppedError(Exception):
    """Somebody asked the daemon to end."""


def _link_to(address: Address) -> Link:
    if isinstance(address, NoRadio):
        return _NoLink()
    from meshdefense.radio.link import RadioLink
    from meshdefense.radio.meshtastic_driver import MeshtasticDriver

    return RadioLink(lambda: MeshtasticDriver(address))
