"""Which alerts and stand-downs people with stock radios are told of, and what of them. Pure.

From rows to news: a report that went to patrols alone is never told; what everybody was told by
a broadcast is, as coarse as the policy wants it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from meshdefense_protocol.charter import Charter
from meshdefense_protocol.packets import Broadcast
from meshdefense_protocol.packets.report import size_label
from meshdefense_protocol.personal_text import without_numbers
from meshdefense_protocol.place import PRECISIONS_M, precision_code
from meshdefense_protocol.policy import Policies
from meshdefense_protocol.stock_lines import Said, StockNews, is_told, stock_tag

__all__ = ["RINGS_FROM", "Cell", "Telling", "alert_telling", "order_telling", "rings"]

RINGS_FROM: Final = 2
"""Severity (high) from which a line goes out on the port that rings."""
_GRAVEST: Final = 3
_ALERTS: Final = {
    "verified": Said.VERIFIED,
    "disputed": Said.DISPUTED,
    "retracted": Said.RETRACTED,
    "closed": Said.CLOSED,
}
"""What is told of an alert by its state; of the other states nothing."""
_ORDERS: Final = {
    "in-force": Said.STAND_DOWN,
    "retracted": Said.STAND_DOWN_OVER,
    "void": Said.STAND_DOWN_OVER,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A place as it is told: the middle of a cell."""

    lat: float = field(repr=False)
    lon: float = field(repr=False)
    precision_m: int


@dataclass(frozen=True, slots=True)
class Telling:
    """News, but for the place in words."""

    about: str
    news: StockNews
    cell: Cell | None
    ends_at: float
    """When it is over by itself, seconds since the epoch."""


def rings(news: StockNews) -> bool:
    """Whether phones are to ring; never for an exercise, and not for the end of something."""
    grave = news.said is Said.STAND_DOWN or (
        news.said is Said.VERIFIED and news.severity >= RINGS_FROM
    )
    return grave and not news.drill


def alert_telling(
    row: Mapping[str, Any], broadcast: Broadcast | None, charter: Charter, policies: Policies
) -> Telling | None:
    """What is to be told of an alert as it stands; None for nothing.

    `broadcast` is the last one of it. Raises KeyError for a row of another version.
    """
    said = _ALERTS.get(row["state"])
    if said is None or (broadcast is None and row["scope"] != 0):
        return None
    if broadcast is not None:
        told = broadcast.report
        code, severity, place = told.kind, told.severity, None
        count = str(told.count) if told.count is not None else size_label(told.size)
        if told.place is not None:
            place = (*charter.grid.degrees(told.place), PRECISIONS_M[told.place.precision])
    else:
        code, severity, count = row["kind"], row["severity"], row["count_label"]
        place = _degrees(row["place"])
    if not is_told(policies, severity, drill=row["drill"]):
        return None
    note = row["note"] if policies.stock_notes and row["scope"] == 0 else ""
    news = StockNews(
        said,
        stock_tag(charter.network_id, row["id"].encode(), said),
        code,
        severity,
        count,
        people=len(row["closes"]),
        note=without_numbers(note)[0],
        drill=row["drill"],
    )
    return Telling(row["id"], news, _cell(place, charter, policies), row["expires_at"])


def order_telling(row: Mapping[str, Any], charter: Charter, policies: Policies) -> Telling | None:
    """The same for a stand-down."""
    said = _ORDERS.get(row["state"])
    if said is None or not is_told(policies, _GRAVEST, drill=row["drill"]):
        return None
    tag = stock_tag(charter.network_id, row["id"].encode(), said)
    news = StockNews(said, tag, row["reason"], _GRAVEST, drill=row["drill"])
    cell = _cell(_degrees(row["place"]), charter, policies)
    return Telling(row["id"], news, cell, row["until"])


def _degrees(place: Mapping[str, Any] | None) -> tuple[float, float, int] | None:
    return None if place is None else (place["lat"], place["lon"], place["precision_m"])


def _cell(
    place: tuple[float, float, int] | None, charter: Charter, policies: Policies
) -> Cell | None:
    """As coarse as the policy and the report's own cell want it, whichever is coarser."""
    if place is None or not policies.stock_place:
        return None
    lat, lon, precision_m = place
    code = max(precision_code(precision_m), policies.stock_place)
    lat, lon = charter.grid.degrees(charter.grid.place(lat, lon, code))
    return Cell(lat, lon, PRECISIONS_M[code])
