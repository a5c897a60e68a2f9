"""The daemon's rows by table and id, and the orders in which the screens list them. Pure.

What comes in and goes out is decided in `model`; here rows are only read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from meshdefense.api.mesh_schema import MeshRow, NeighbourRow
from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.response_schema import OrderRow, RollCallRow, SosRow
from meshdefense.api.row_schema import AlertRow, MemberRow, MessageRow, PatrolRow
from meshdefense.api.schema import TABLES
from meshdefense.api.status_schema import LockedCounts, NodeStatus, RadioRow
from meshdefense.api.stock_schema import StockReportRow
from meshdefense_protocol.words import CHECKIN_STATES
from meshdefense_tui.alert_order import AlertOrder

__all__ = ["Counts", "Tables", "is_overdue"]

_TABLES = tuple(dict.fromkeys((*TABLES, "sos")))
_OFF_SHIFT = CHECKIN_STATES.code("off")


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers of the status row."""

    severity: tuple[int, int, int, int]
    """Open alerts, by severity code; real ones, or exercises where nothing real is open."""
    to_verify: int
    """Of the same ones."""
    overdue: int
    drill: bool = False
    """Whether they are exercises."""
    drills: int = 0
    """Open exercises beside real ones."""


@dataclass(kw_only=True)
class Tables:
    """All tables of one daemon."""

    tables: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {name: {} for name in _TABLES}
    )
    _order: AlertOrder = field(default_factory=AlertOrder)

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
    def unattended(self) -> set[int]:
        """Numbers of members that are a relay and nothing else: with them there is no person."""
        return {row["number"] for row in self.members.values() if row["roles"] == ["relay"]}

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
    def stock_reports(self) -> dict[str, StockReportRow]:
        """Unsigned reports of stock radios by id, those done as well."""
        return cast("dict[str, StockReportRow]", self.tables["stock_reports"])

    @property
    def unanswered_sos(self) -> list[SosRow]:
        """Other people's SOS that no person has acknowledged, the newest first."""
        return [r for r in self.calls_for_help if not r["mine"] and r["state"] == "raised"]

    @property
    def answered_sos(self) -> list[SosRow]:
        """Other people's SOS that somebody has answered and that are not over, the newest first."""
        return [r for r in self.calls_for_help if not r["mine"] and r["state"] != "raised"]

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
        real, drills = self._order.real, self._order.drills
        only_drills = not real.open and drills.open > 0
        shown = drills if only_drills else real
        low, medium, high, critical = shown.severity
        return Counts(
            (low, medium, high, critical),
            shown.to_verify,
            overdue,
            drill=only_drills,
            drills=0 if only_drills else drills.open,
        )


def _about(row: MessageRow) -> str | None:
    return row["long"]["about"] if "long" in row else None


def is_overdue(patrol: PatrolRow, now: float) -> bool:
    """Whether a check-in is late; nobody who is off shift is."""
    return patrol["due_at"] is not None and now > patrol["due_at"] and patrol["state"] != _OFF_SHIFT
