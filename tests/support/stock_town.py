"""A desk for people with stock radios, beside a node that a test has in its hands."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from meshdefense.api.stock_schema import StockStatus
from meshdefense.node.asked import UnavailableError
from meshdefense.node.stock import StockDesk, StockRadios
from meshdefense.node.stock_places import Located
from meshdefense.radio.base import FrameFate, LinkState, RadioHealth, RadioStatus
from meshdefense.radio.stock import StockChannel, StockPacket, StockPort, StockText
from meshdefense.storage.records import RowPage, RowRecord, RowText
from meshdefense_protocol.governor import Governor, Leave
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.policy import Policies
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.transport import Fate
from support.network import NOW, Network

__all__ = ["ALERT", "ON", "ORDER", "READY", "Town", "play", "text"]

ON = Policies(stock_hear=1, stock_reports=1)
READY = RadioStatus(
    LinkState.READY, health=RadioHealth(stock=StockChannel("Neighbours", 1, "Neighbours"))
)
ALERT: dict[str, Any] = {
    "id": "2.0.5", "state": "verified", "scope": 0, "kind": 2, "severity": 2, "count_label": "3",
    "place": {"lat": 34.0523, "lon": -118.2437, "precision_m": 10}, "note": "two lanes",
    "drill": False, "closes": [], "broadcasts": [], "expires_at": NOW + 7200,
    "verdicts": [], "reported_at": NOW, "retracted_at": None,
}  # fmt: skip
ORDER: dict[str, Any] = {
    "id": "2.0.9", "state": "in-force", "reason": 2, "place": None, "drill": False,
    "until": NOW + 3600, "ordered_at": NOW,
}  # fmt: skip


class Town:
    """A node's side of a desk: rows on a disk that can fail, a radio that notes what it gets."""

    def __init__(self, policies: Policies = ON) -> None:
        self.time, self.leave, self.broken, self.step = NOW, Leave(True, NOW), False, 0.0
        self.rows: dict[tuple[str, str], tuple[int, dict[str, Any] | None]] = {}
        self.revision = 0
        self.sent: list[StockPacket] = []
        self.booked: list[int] = []
        self.governor = Governor()
        self.items: dict[ItemId, Any] = {}
        network = Network()
        self.membership: Any = SimpleNamespace(
            charter=network.charter, roster=SimpleNamespace(policies=policies)
        )
        self.store: Any = SimpleNamespace(row_page=self._page, folder=Path("/nowhere"))
        self.desk = self.started()

    def started(self) -> StockDesk:
        """A new life of the desk with a radio that is ready."""
        radios = StockRadios(self._send, "Neighbours")
        self.desk = StockDesk(self, radios, entropy=lambda: 0.0)
        self.desk.link_is(READY)
        return self.desk

    def _page(self, cursor: int) -> RowPage:
        found = [
            RowText(tbl, key, rev, data is None, json.dumps(data or {}))
            for (tbl, key), (rev, data) in self.rows.items()
            if rev > cursor
        ]
        found.sort(key=lambda row: row.rev)
        return RowPage(found, found[-1].rev if found else cursor, False)

    async def _send(self, packet: StockPacket) -> None:
        self.sent.append(packet)

    def now(self) -> float:
        return self.time

    async def in_thread(self, call: Callable[..., Any], *args: Any) -> Any:
        return call(*args)

    async def ask(self, call: Callable[[Any, float], Any]) -> Any:
        if self.step:
            step, self.step = self.step, 0.0
            self.desk.clock_stepped(step)
        return call(SimpleNamespace(stock_leave=self._leave, airtime=self.governor.use), self.time)

    def _leave(self, size: int, now: float) -> Leave:
        if not self.leave.allowed:
            return self.leave
        leave = self.governor.look(Priority.STOCK, size, now)
        if leave.allowed:
            self.governor.charge(Priority.STOCK, size, now)
            self.booked.append(size)
        return leave

    async def keep_rows(self, rows: list[RowRecord]) -> None:
        if self.broken:
            raise UnavailableError("the disk is full")
        self.revision += 1
        for row in rows:
            data = None if row.gone else json.loads(json.dumps(row.data))
            self.rows[row.tbl, row.id] = (self.revision, data)

    def found(self, item_id: ItemId) -> Any:
        return self.items.get(item_id)

    # -- for tests

    def put(self, table: str, **row: Any) -> None:
        """The node wrote a row."""
        self.revision += 1
        self.rows[table, row["id"]] = (self.revision, row)
        self.desk.rows_changed(frozenset({table}))

    def table(self, name: str) -> dict[str, dict[str, Any]]:
        return {key: data for (tbl, key), (_, data) in self.rows.items() if tbl == name and data}

    async def turns(self, seconds: float = 0.0, step: float = 0.5) -> None:
        """So much time passes."""
        end = self.time + seconds
        await self.desk.turn()
        while self.time < end:
            self.time += step
            await self.desk.turn()

    async def fates(self, *fates: Fate) -> None:
        """What the radio says of all that it got."""
        for packet in self.sent:
            for fate in fates:
                self.desk.fate(FrameFate(packet.token, fate))
        await self.desk.turn()

    def clock_set(self, by: float) -> None:
        """The clock jumps; the node notices when it is asked something."""
        self.time += by
        self.step += by

    def map_has(self, **corners: tuple[float, float]) -> None:
        """The node's map has these corners."""
        places: Any = self.desk._places
        found = {name: Located(name, lat, lon) for name, (lat, lon) in corners.items()}

        async def corner(words: str) -> Located | None:
            return found.get(words)

        places.corner = corner

    def reports(self) -> list[dict[str, Any]]:
        """Rows of reports on the disk, the oldest first."""
        rows = self.table("stock_reports").values()
        return sorted(rows, key=lambda row: row["received_at"])

    def lines(self) -> list[dict[str, Any]]:
        """Rows of lines on the disk, the oldest first."""
        return sorted(self.table("stock_lines").values(), key=lambda row: row["created_at"])

    def texts(self, to: int | None = None) -> list[str]:
        """What was said, to everybody or to one."""
        return [packet.text for packet in self.sent if packet.text and packet.to == to]

    def status(self) -> StockStatus:
        found = self.desk.status()
        assert found is not None
        return found

    def ports(self) -> list[StockPort]:
        return [packet.port for packet in self.sent]


def play(test: Callable[[Town], Coroutine[Any, Any, None]], policies: Policies = ON) -> None:
    async def run() -> None:
        await test(Town(policies))

    asyncio.run(run())


def text(words: str, sender: int = 0xAB_4F2A, **changes: Any) -> StockText:
    return StockText(sender, words, **({"direct": True} | changes))
