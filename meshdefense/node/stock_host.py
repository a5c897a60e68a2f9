"""What the parts for stock radios need of their node, and how they keep rows on its disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Protocol, TypeVar

from meshdefense.node.asked import UnavailableError
from meshdefense.storage.records import RowRecord
from meshdefense.storage.repository import Store
from meshdefense_protocol.engine import Engine, Membership
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.policy import Policies

__all__ = ["LINES", "REPORTS", "StockHost", "Unkept", "bury", "keep", "policies_of", "records"]

LINES: Final = "stock_lines"
REPORTS: Final = "stock_reports"
"""Tables of rows. They follow from no item: what is in them is kept nowhere else."""
T = TypeVar("T")


class StockHost(Protocol):
    """A node."""

    @property
    def store(self) -> Store:
        """Its store; touch it only by `in_thread`."""

    @property
    def membership(self) -> Membership:
        """Who it is."""

    def now(self) -> float:
        """Seconds since the epoch."""

    async def in_thread(self, call: Callable[..., T], *args: Any) -> T:
        """Run something on the store in the thread that owns it."""

    async def ask(self, call: Callable[[Engine, float], T]) -> T:
        """Run something on the engine in its turn. Raises UnavailableError."""

    async def keep_rows(self, rows: list[RowRecord]) -> None:
        """Store rows and tell the screens. Raises UnavailableError."""

    def found(self, item_id: ItemId) -> Item | None:
        """A stored item; for the thread of the store."""


def policies_of(host: StockHost) -> Policies:
    """The policies in force."""
    return host.membership.roster.policies


def records(table: str, rows: Iterable[Mapping[str, Any]]) -> list[RowRecord]:
    """Rows of a table as they are stored."""
    found = {
        row["id"]: {name: value for name, value in row.items() if name != "rev"} for row in rows
    }
    return [RowRecord(table, key, data) for key, data in found.items()]


async def keep(host: StockHost, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Store rows of a table. Raises UnavailableError."""
    if found := records(table, rows):
        await host.keep_rows(found)


async def bury(host: StockHost, table: str, ids: Iterable[str]) -> None:
    """Take rows away. Raises UnavailableError."""
    gone = [RowRecord(table, one, gone=True) for one in ids]
    if gone:
        await host.keep_rows(gone)


class Unkept:
    """Rows that are others in memory than on disk: they go with the next that are kept.

    For what became of something that was said: true whether the disk takes it or not.
    """

    def __init__(self, host: StockHost, table: str, rows: Mapping[str, Mapping[str, Any]]) -> None:
        """`rows` are all rows in memory by id; those that went there are not kept."""
        self._host, self._table, self._rows = host, table, rows
        self._due: dict[str, None] = {}

    def note(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """These are others now."""
        self._due |= dict.fromkeys(row["id"] for row in rows)

    async def keep(self, rows: Iterable[Mapping[str, Any]] = ()) -> None:
        """Store these, and what the disk did not take before. Raises UnavailableError."""
        self.note(rows)
        due, self._due = self._due, {}
        try:
            found = [self._rows[one] for one in due if one in self._rows]
            await keep(self._host, self._table, found)
        except UnavailableError:
            self._due = due | self._due
            raise
