"""Whole nodes with their local sockets, so that a test can type real commands at each.

The nodes run in an event loop of a thread of their own; commands run in the test's thread, as
they would in a process, and are much quicker than one.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from meshdefense import clock
from meshdefense.api.server import ApiServer
from meshdefense.cli.main import main
from meshdefense.node.node import Node
from meshdefense.paths import DataFolder
from support.commands import until
from support.nodes import FakeTime, Nodes, rows

__all__ = ["Served", "served"]


class Served:
    """Running nodes, by handle."""

    def __init__(self, folder: Path) -> None:
        self.nodes = Nodes(folder, time=FakeTime(clock.now()))
        self._folder = folder
        self.running: dict[str, Node] = {}
        self.loop = asyncio.new_event_loop()

    def data(self, name: str) -> Path:
        """A member's data folder."""
        return self._folder / name

    def type(self, name: str, line: str, *more: str) -> int:
        """Run a command at somebody's node; `more` are words with spaces. Its exit code."""
        return main([*line.split(), *more, "--data", str(self.data(name))])

    def submit(self, name: str, method: str, **params: Any) -> str:
        """Say something at a node without a command; returns the item's id."""
        coming = self.running[name].submit(method, params)
        return str(asyncio.run_coroutine_threadsafe(coming, self.loop).result(30).item.id)

    def rows(self, name: str, table: str) -> dict[str, dict[str, Any]]:
        """A table of a node, by id."""
        wanted = rows(self.running[name], table)
        return asyncio.run_coroutine_threadsafe(wanted, self.loop).result(30)

    def row(
        self,
        name: str,
        table: str,
        item: str,
        wanted: Callable[[dict[str, Any]], object] = bool,
    ) -> dict[str, Any]:
        """A row as soon as it is there and is as wanted."""
        found = until(
            lambda: self.rows(name, table).get(item),
            lambda row: row is not None and bool(wanted(row)),
        )
        assert found is not None  # it is as wanted
        return found


@contextlib.contextmanager
def served(folder: Path, *names: str) -> Iterator[Served]:
    """Nodes of these members, each with a radio that hears all others, and a socket."""
    world = Served(folder)
    ready, over = threading.Event(), asyncio.Event()

    async def run() -> None:
        async with contextlib.AsyncExitStack() as stack:
            for name in names:
                node = await stack.enter_async_context(world.nodes.running(name))
                world.running[name] = node
                server = ApiServer(node, DataFolder(world.data(name)).socket, over.set)
                task = asyncio.get_running_loop().create_task(server.run())
                stack.push_async_callback(_end, task)
            sockets = [DataFolder(world.data(name)).socket for name in names]
            while not all(path.exists() for path in sockets):  # noqa: ASYNC110  # no one wakes us
                await asyncio.sleep(0.01)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=world.loop.run_until_complete, args=(run(),))
    thread.start()
    try:
        assert ready.wait(30), "the nodes did not start"
        yield world
    finally:
        world.loop.call_soon_threadsafe(over.set)
        thread.join(30)
        world.loop.close()


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
