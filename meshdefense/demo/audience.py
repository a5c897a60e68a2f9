"""Watches the demo's seven nodes through their local API, as seven screens would.

An alert counts as shown on a node when a client of that node's API has its row: the moment at
which an open screen paints it.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any, Final

from meshdefense.api.client import ApiError, DaemonGoneError, NodeClient

__all__ = ["Seat", "percentile", "take_seats"]

CONNECT_S: Final = 20.0
_POLL_S: Final = 0.05


class Seat:
    """One node, watched."""

    def __init__(self, handle: str, client: NodeClient) -> None:
        self.handle, self.client = handle, client
        self.tables: dict[str, dict[str, dict[str, Any]]] = {}
        self.shown: dict[str, float] = {}
        """When the row of an alert first came, by id, in `time.monotonic` seconds."""
        self._came: dict[str, asyncio.Event] = {}
        self.holders: dict[str, dict[int, float]] = {}
        """Of own alerts: members who are known here to hold it, and since when."""
        self.ready = asyncio.Event()
        """Set once the node's radio was ready."""
        self._revision = 0
        self.items_before = 0
        """Items in the store when the story began."""
        self.sent = 0

    async def refresh(self) -> None:
        """Fetch what changed."""
        result = await self.client.call("changes", since=self._revision)
        seen = time.monotonic()
        self._revision = result["revision"]
        for name, rows in result["tables"].items():
            table = self.tables.setdefault(name, {})
            for row in rows:
                table[row["id"]] = row
                if name == "alerts":
                    self.shown.setdefault(row["id"], seen)
                    self._waited(row["id"]).set()
                    for member in (row.get("delivery") or {}).get("holders", ()):
                        self.holders.setdefault(row["id"], {}).setdefault(member, seen)
        if self.row("radio", "radio").get("state") == "ready":
            self.ready.set()

    async def watch(self) -> None:
        """Follow until the daemon is gone."""
        try:
            await self.refresh()
            async for notice in self.client.notices():
                if notice.get("event") == "changed":
                    await self.refresh()
        except DaemonGoneError:
            return

    async def shows(self, alert: str) -> None:
        """Return when the row of an alert is here."""
        await self._waited(alert).wait()

    def _waited(self, alert: str) -> asyncio.Event:
        return self._came.setdefault(alert, asyncio.Event())

    def row(self, table: str, row_id: str) -> dict[str, Any]:
        """A row as last seen; empty when there is none."""
        return self.tables.get(table, {}).get(row_id, {})

    @property
    def items(self) -> int:
        """Items in the node's store."""
        return int(self.row("status", "status").get("items", 0))

    async def submit(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        """Let this node's member say something."""
        result: dict[str, Any] = await self.client.call(method, **params)
        self.sent += 1
        return result


async def take_seats(sockets: dict[str, str]) -> dict[str, Seat]:
    """Connect to every node, waiting for those that still start. TimeoutError when one does not."""
    async with asyncio.timeout(CONNECT_S):
        return {
            handle: Seat(handle, await _connected(Path(path))) for handle, path in sockets.items()
        }


async def _connected(path: Path) -> NodeClient:
    while True:
        try:
            return await NodeClient.connect(path, client="demo")
        except (DaemonGoneError, ApiError):
            await asyncio.sleep(_POLL_S)


def percentile(values: list[float], per_cent: float) -> float | None:
    """Nearest-rank percentile; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * per_cent // 100))
    return ordered[int(rank) - 1]
