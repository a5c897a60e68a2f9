"""One node with its socket and its lock, for tests of what a locked daemon answers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from meshdefense.api.server import ApiServer
from meshdefense.locking import Forced, Guard
from meshdefense.node.node import Node
from meshdefense.paths import DataFolder
from support.nodes import Nodes

__all__ = ["Burnt", "guarded"]


class Burnt:
    """Notes what was destroyed, and for whom."""

    def __init__(self) -> None:
        self.calls: list[Forced | None] = []

    async def __call__(self, forced: Forced | None) -> dict[str, Any]:
        self.calls.append(forced)
        return {"failed": [], "radio_reset": False, "seconds": 0.0}


@contextlib.asynccontextmanager
async def guarded(
    nodes: Nodes, path: Path, *, idle_s: float | None = None, burn: Burnt | None = None
) -> AsyncIterator[tuple[Node, Guard]]:
    """Pia's node with its socket and lock."""
    async with nodes.running("pia", radio=False) as node:
        folder = DataFolder(node.store.folder)
        guard = Guard(folder, node.store.opened_by, idle_s=idle_s, burn=burn)
        server = ApiServer(node, path, lambda: None, guard)
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(server.run()), loop.create_task(guard.watch())]
        async with asyncio.timeout(5):
            while not path.exists():  # noqa: ASYNC110, ASYNC240  # the server says it by the file
                await asyncio.sleep(0.01)
        try:
            yield node, guard
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
