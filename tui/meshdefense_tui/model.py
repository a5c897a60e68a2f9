"""What the screens know: the daemon's rows by table and id, and the commands under way.

Pure: no I/O and no clock. Every row is cleaned by `safe_text` here before it is kept, so no
widget ever holds a received character that could do harm. While the daemon is locked there are
no rows but those of `status` and `radio`, which then name nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from meshdefense.api.mesh_schema import MeshRow, NeighbourRow
from meshdefense.api.response_schema import OrderRow, RollCallRow, SosRow
from meshdefense.api.schema import (
    TABLES,
    WHOLE_TABLES,
    AlertRow,
    ChangesResult,
    LockedCounts,
    MemberRow,
    MessageRow,
    NodeStatus,
    PatrolRow,
    PlaceRow,
    RadioRow,
)
from meshdefense.safe_text import clean_row
from meshdefense_protocol.words import CHECKIN_STATES
from meshdefense_tui.alert_order import ENDED_STATES, AlertOrder
from meshdefense_tui.row_shapes import understood, understood_locked

__all__ = ["ENDED_STATES", "Changes", "Counts", "Model", "Pending", "is_overdue"]

_TABLES = tuple(dict.fromkeys((*TABLES, "sos")))
_LOCKED_TABLES = ("radio", "status")
_OFF_SHIFT = CHECKIN_STATES.code("off")


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


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers of the status row."""

    severity: tuple[int, int, int, int]
    """Open alerts, by severity code."""
    to_verify: int
    overdue: int


@dataclass
class Model:
    """All tables of one daemon, in memory."""

    epoch: str = ""
    revision: int = 0
    ready: bool = False
    """True once the first snapshot was taken in."""
    locked: bool = False
    """True while the daemon tells only counts."""
    tables: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {name: {} for name in _TABLES}
    )
    pending: dict[int, Pending] = field(default_factory=dict)
    _order: AlertOrder = field(default_factory=AlertOrder)
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
        new_sos, answered, left_out = [], [], 0
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

    @property
    def alerts(self) -> dict[str, AlertRow]:
        """Alerts by id."""
        return cast("dict[str, AlertRow]", self.tables["alerts"])

    @property
    def patrols(self) -> dict[str, PatrolRow]:
        """Patrols by id."""
        return cast("dict[str, PatrolRow]", self.tables["patrols"])

    @property
    def notices(self) -> dict[str, MessageRow]:
        """Messages by id."""
        return cast("dict[str, MessageRow]", self.tables["messages"])

    @property
    def members(self) -> dict[str, MemberRow]:
        """Roster entries by id."""
        return cast("dict[str, MemberRow]", self.tables["members"])

    @property
    def orders(self) -> dict[str, OrderRow]:
        """Stand-downs by id."""
        return cast("dict[str, OrderRow]", self.tables["orders"])

    @property
    def rollcalls(self) -> dict[str, RollCallRow]:
        """Roll calls by id."""
        return cast("dict[str, RollCallRow]", self.tables["rollcalls"])

    @property
    def calls_for_help(self) -> list[SosRow]:
        """SOS that are not over, the newest first."""
        rows = cast("list[SosRow]", list(self.tables["sos"].values()))
        open_ = [row for row in rows if row["state"] != "ended"]
        return sorted(open_, key=lambda row: (-row["raised_at"], row["id"]))

    @property
    def unanswered_sos(self) -> list[SosRow]:
        """Other people's SOS that no person has acknowledged, the newest first."""
        return [r for r in self.calls_for_help if not r["mine"] and r["state"] == "raised"]

    @property
    def locked_counts(self) -> LockedCounts | None:
        """What a locked daemon says of what it holds."""
        return self.status.get("counts") if self.status is not None else None

    @property
    def radio(self) -> RadioRow | None:
        """The radio's row."""
        return cast("RadioRow | None", next(iter(self.tables["radio"].values()), None))

    @property
    def status(self) -> NodeStatus | None:
        """The node's row."""
        return cast("NodeStatus | None", next(iter(self.tables["status"].values()), None))

    @property
    def mesh(self) -> MeshRow | None:
        """Health of the mesh."""
        return cast("MeshRow | None", next(iter(self.tables["mesh"].values()), None))

    @property
    def neighbours(self) -> list[NeighbourRow]:
        """Members who are heard directly, the last heard first."""
        rows = cast("list[NeighbourRow]", list(self.tables["neighbours"].values()))
        return sorted(rows, key=lambda row: (-row["heard_at"], row["name"]))

    @property
    def own_patrol(self) -> PatrolRow | None:
        """Our own newest beacon or check-in."""
        return next((row for row in self.patrols.values() if row["mine"]), None)

    @property
    def roles(self) -> list[str]:
        """Our own roles."""
        return self.status["roles"] if self.status is not None else []

    @property
    def origin(self) -> PlaceRow | None:
        """The network's area origin."""
        return self.status["origin"] if self.status is not None else None

    def alerts_in_order(self) -> list[AlertRow]:
        """Open ones first, gravest first, newest first; ended ones after them, newest first."""
        alerts = self.alerts
        return [alerts[one] for one in self._order.ids()]

    def alert_ids(self, *, ended: bool) -> list[str]:
        """The ids alone, in the same order; without those of ended ones where not wanted."""
        return self._order.ids(ended=ended)

    def open_alerts(self) -> list[AlertRow]:
        """Those that are not ended, in the same order."""
        alerts = self.alerts
        return [alerts[one] for one in self._order.ids(ended=False)]

    def patrols_in_order(self, now: float) -> list[PatrolRow]:
        """Overdue first, the one most overdue on top; then by when the next check-in is due."""
        far = float("inf")
        return sorted(
            self.patrols.values(),
            key=lambda p: (
                not is_overdue(p, now),
                p["due_at"] if p["due_at"] is not None else far,
                p["name"],
            ),
        )

    def notices_in_order(self) -> list[MessageRow]:
        """Newest first."""
        return sorted(self.notices.values(), key=lambda m: (-m["sent_at"], m["id"]))

    def long_reports_about(self, alert: str) -> list[MessageRow]:
        """The long reports that belong to an alert, the oldest first."""
        found = [row for row in self.notices.values() if _about(row) == alert]
        return sorted(found, key=lambda row: (row["sent_at"], row["id"]))

    def counts(self, now: float) -> Counts:
        """The numbers of the status row."""
        overdue = sum(is_overdue(patrol, now) for patrol in self.patrols.values())
        low, medium, high, critical = self._order.severity
        return Counts((low, medium, high, critical), self._order.to_verify, overdue)

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


def _about(row: MessageRow) -> str | None:
    return row["long"]["about"] if "long" in row else None


def is_overdue(patrol: PatrolRow, now: float) -> bool:
    """Whether a check-in is late; nobody who is off shift is."""
    return patrol["due_at"] is not None and now > patrol["due_at"] and patrol["state"] != _OFF_SHIFT


def _newly(row: dict[str, Any], before: dict[str, Any] | None, state: str) -> bool:
    return row["state"] == state and (before is None or before["state"] != state)
