"""What the screens know: the daemon's rows by table and id, and the commands under way.

Pure: no I/O and no clock. Every row is cleaned by `safe_text` here before it is kept, so no
widget ever holds a received character that could do harm. While the daemon is locked there are
no rows but those of `status` and `radio`, which then name nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from meshdefense.api.row_schema import AlertRow
from meshdefense.api.schema import WHOLE_TABLES, ChangesResult
from meshdefense.safe_text import clean_row
from meshdefense_tui.alert_order import ENDED_STATES
from meshdefense_tui.row_shapes import understood, understood_locked
from meshdefense_tui.stock_queue import is_unread_call
from meshdefense_tui.tables import Counts, Tables, is_overdue

__all__ = ["ENDED_STATES", "Changes", "Counts", "Model", "Pending", "is_overdue"]

_LOCKED_TABLES = ("radio", "status")


@dataclass(frozen=True, slots=True)
class Changes:
    """What one pull changed."""

    tables: frozenset[str]
    new_alerts: tuple[str, ...] = ()
    """Other people's alerts that were never here before; none in the first snapshot."""
    verified: tuple[str, ...] = ()
    """Alerts that became verified with this pull."""
    new_messages: tuple[str, ...] = ()
    new_sos: tuple[str, ...] = ()
    """Other people's calls for help that were never here before; in the first snapshot, too."""
    answered_sos: tuple[str, ...] = ()
    """Calls for help that a person has acknowledged with this pull."""
    stock_sos: tuple[str, ...] = ()
    """Unsigned calls of stock radios that were never here before; in the first snapshot, too."""
    new_stock: tuple[str, ...] = ()
    """Other unsigned reports that were never here before; none in the first snapshot."""
    left_out: int = 0
    """Rows that this version does not understand; nothing of them is shown."""
    rose: bool = False
    """A locked daemon counts more verified alerts or calls for help than before."""


@dataclass(slots=True)
class Pending:
    """A command on its way to the daemon, until the row that it made is here."""

    token: int
    method: str
    target: str
    """Id of the item it is about; empty for a new one."""
    label: str
    accepted_rev: int | None = None


@dataclass
class Model(Tables):
    """All tables of one daemon, in memory, and what they have told before."""

    epoch: str = ""
    revision: int = 0
    ready: bool = False
    """True once the first snapshot was taken in."""
    locked: bool = False
    """True while the daemon tells only counts."""
    pending: dict[int, Pending] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)
    _token: int = 0

    def reset(self, epoch: str) -> None:
        """Forget every row: the daemon's counter began a new life. What alarmed stays known."""
        self.epoch, self.revision = epoch, 0
        for rows in self.tables.values():
            rows.clear()
        self._order.clear()

    def lock(self) -> None:
        """Forget every row and every command: a person has to unlock first."""
        self.reset(self.epoch)
        self.pending.clear()
        self.locked = True

    def unlock(self) -> None:
        """The next answer holds every row again."""
        self.reset(self.epoch)
        self.locked = False

    def apply(self, result: ChangesResult) -> Changes:
        """Take in an answer of `changes`; removes rows that are gone."""
        if result["epoch"] != self.epoch:
            self.reset(result["epoch"])
        if self.locked:
            return self._apply_locked(result)
        touched, new_alerts, verified, new_messages = set(), [], [], []
        new_sos, answered, stock_sos, new_stock, left_out = [], [], [], [], 0
        for name, rows in result["tables"].items():
            table = self.tables.get(name)
            if table is None:
                continue  # a newer daemon may have more tables than this screen knows
            if name in WHOLE_TABLES:
                table.clear()
            elif not rows:
                continue
            touched.add(name)
            for raw in rows:
                row = cast("dict[str, Any]", clean_row(raw))
                before = self._take_away(name, row)
                if not understood(name, row):
                    left_out += 1
                    continue
                if row.get("gone"):
                    continue
                table[row["id"]] = row
                if name == "alerts":
                    self._order.put(cast("AlertRow", row))
                    if self._first_seen(row):
                        new_alerts.append(row["id"])
                    if _newly(row, before, "verified") and self._mark(f"verified {row['id']}"):
                        verified.append(row["id"])
                elif name == "messages" and self._first_seen(row):
                    new_messages.append(row["id"])
                elif name == "sos" and not row["mine"] and row["state"] == "raised":
                    if self._once(f"sos {row['id']}"):
                        new_sos.append(row["id"])
                elif name == "sos" and before and _newly(row, before, "acknowledged"):
                    answered.append(row["id"])
                elif name == "stock_reports" and is_unread_call(row):
                    if self._once(f"stock {row['id']}"):
                        stock_sos.append(row["id"])
                elif name == "stock_reports" and row["state"] == "new":
                    if self._mark(f"stock {row['id']}") and row["intent"] != "sos":
                        new_stock.append(row["id"])
        self.revision = max(self.revision, result["revision"])
        self._settle()
        self.ready = True
        return Changes(
            frozenset(touched),
            tuple(new_alerts),
            tuple(verified),
            tuple(new_messages),
            tuple(new_sos),
            tuple(answered),
            tuple(stock_sos),
            tuple(new_stock),
            left_out,
        )

    def _apply_locked(self, result: ChangesResult) -> Changes:
        before = self.locked_counts
        for name in _LOCKED_TABLES:
            rows = result["tables"].get(name, [])
            cleaned = [cast("dict[str, Any]", clean_row(row)) for row in rows]
            self.tables[name] = {row["id"]: row for row in cleaned if understood_locked(name, row)}
        after = self.locked_counts
        rose = False
        if before is not None and after is not None:
            rose = after["verified"] > before["verified"] or after["sos"] > before["sos"]
            rose = rose or after.get("late", 0) > before.get("late", 0)
        return Changes(frozenset(_LOCKED_TABLES), rose=rose)

    def start(self, method: str, target: str, label: str) -> Pending:
        """Note that a command is being sent."""
        self._token += 1
        pending = Pending(self._token, method, target, label)
        self.pending[pending.token] = pending
        return pending

    def accepted(self, token: int, rev: int) -> None:
        """The daemon took it; it stays "sending" here until its row came."""
        if token in self.pending:
            self.pending[token].accepted_rev = rev
            self._settle()

    def dropped(self, token: int) -> None:
        """The daemon refused it, or never answered."""
        self.pending.pop(token, None)

    def sending(self, target: str) -> Pending | None:
        """The command under way about this item, if there is one."""
        return next((p for p in self.pending.values() if p.target == target), None)

    def _take_away(self, table: str, row: dict[str, Any]) -> dict[str, Any] | None:
        """What was known of this row: it is no longer so, whatever comes now."""
        row_id = row.get("id") if isinstance(row, dict) else None
        if not isinstance(row_id, str):
            return None
        if table == "alerts":
            self._order.drop(row_id)
        return self.tables[table].pop(row_id, None)

    def _first_seen(self, row: dict[str, Any]) -> bool:
        return self._mark(row["id"]) and not row["mine"]

    def _mark(self, key: str) -> bool:
        return self._once(key) and self.ready

    def _once(self, key: str) -> bool:
        new = key not in self._known
        self._known.add(key)
        return new

    def _settle(self) -> None:
        done: Iterable[int] = [
            token
            for token, pending in self.pending.items()
            if pending.accepted_rev is not None and self.revision >= pending.accepted_rev
        ]
        for token in done:
            del self.pending[token]


def _newly(row: dict[str, Any], before: dict[str, Any] | None, state: str) -> bool:
    return row["state"] == state and (before is None or before["state"] != state)
