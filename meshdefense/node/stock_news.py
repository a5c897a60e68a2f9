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
from meshdefense_protocol.words import CLOSE_REASONS, KINDS, VERDICTS

__all__ = [
    "BEGINS", "POLICY", "RINGS_FROM", "Cell", "Telling", "alert_telling", "order_telling",
    "rings", "why_nothing",
]  # fmt: skip

POLICY: Final = "the policy lets nothing out"

RINGS_FROM: Final = 2
"""Severity (high) from which a line goes out on the port that rings."""
RINGS_UNTIL_S: Final = 3600.0
"""What is older rings no phone in the night."""
BEGINS: Final = frozenset({Said.VERIFIED, Said.STAND_DOWN})
"""All else is told only where one of these was."""
_GRAVEST: Final = 3
_ALERTS: Final = {
    "verified": Said.VERIFIED,
    "unconfirmed": Said.UNVERIFIED,
    "corroborated": Said.UNVERIFIED,
    "disputed": Said.DISPUTED,
}
"""What is told of an alert by its state; for what is closed or retracted see `_said`."""
_QUIET: Final = KINDS.code("all-quiet")
_CONFIRMED: Final = VERDICTS.code("confirmed")
_DUPLICATE: Final = CLOSE_REASONS.code("duplicate")
_IS_OVER: Final = frozenset(map(CLOSE_REASONS.code, ("all-clear", "over", "handled")))
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
    return grave and not news.drill and news.age_s < RINGS_UNTIL_S


def alert_telling(
    row: Mapping[str, Any],
    broadcast: Broadcast | None,
    charter: Charter,
    policies: Policies,
    now: float,
) -> Telling | None:
    """What is to be told of an alert as it stands; None for nothing.

    `broadcast` is the last one of it. Raises KeyError for a row of another version.
    """
    people = sum(close["reason"] in _IS_OVER for close in row["closes"])
    said = _said(row, people)
    if said is None:
        return None
    code: int | None
    if broadcast is None and row["scope"] != 0:
        if said in BEGINS:
            return None
        # told by a broadcast that does not count any more: only that it ends may be said
        code, severity, count, place = None, row["severity"], "", None
    elif broadcast is not None:
        told = broadcast.report
        code, severity, place = told.kind, told.severity, None
        count = str(told.count) if told.count is not None else size_label(told.size)
        if told.place is not None:
            place = (*charter.grid.degrees(told.place), PRECISIONS_M[told.place.precision])
    else:
        code, severity, count = row["kind"], row["severity"], row["count_label"]
        place = _degrees(row["place"])
    if not _may_tell(policies, said, severity, drill=row["drill"]):
        return None
    if said in BEGINS and code == _QUIET:  # no line says that it is safe
        return None
    note = row["note"] if policies.stock_notes and row["scope"] == 0 else ""
    news = StockNews(
        said,
        stock_tag(charter.network_id, row["id"].encode(), said),
        code,
        severity,
        count,
        people=people,
        note=without_numbers(note)[0],
        drill=row["drill"],
        age_s=max(0.0, now - _last_word(row)),
    )
    return Telling(row["id"], news, _cell(place, charter, policies), row["expires_at"])


def _said(row: Mapping[str, Any], people: int) -> Said | None:
    """What is told of an alert in its state; `people` say that it is over."""
    if row["state"] == "retracted":  # also where only the author's word does not count any more
        return Said.UNVERIFIED if row["retracted_at"] is None else Said.RETRACTED
    if row["state"] != "closed":
        return _ALERTS.get(row["state"])
    if people:
        return Said.CLOSED
    alone = all(close["reason"] == _DUPLICATE for close in row["closes"])
    return None if alone else Said.UNFOLLOWED  # of a duplicate the event goes on


def _last_word(row: Mapping[str, Any]) -> float:
    """When somebody last said that it is so, as they claim."""
    confirmed = [one["at"] for one in row["verdicts"] if one["result"] == _CONFIRMED]
    return float(max(confirmed, default=row["reported_at"]))


def _may_tell(policies: Policies, said: Said, severity: int, *, drill: bool) -> bool:
    """By the policies; for how something ends that was told only that anything may be told."""
    if said not in BEGINS:
        return policies.stock_hear > 0
    return is_told(policies, severity, drill=drill)


def order_telling(
    row: Mapping[str, Any], charter: Charter, policies: Policies, now: float
) -> Telling | None:
    """The same for a stand-down."""
    said = _ORDERS.get(row["state"])
    if said is None or not _may_tell(policies, said, _GRAVEST, drill=row["drill"]):
        return None
    tag = stock_tag(charter.network_id, row["id"].encode(), said)
    age_s = max(0.0, now - row["ordered_at"])
    news = StockNews(said, tag, row["reason"], _GRAVEST, drill=row["drill"], age_s=age_s)
    cell = _cell(_degrees(row["place"]), charter, policies)
    return Telling(row["id"], news, cell, row["until"])


def why_nothing(row: Mapping[str, Any], policies: Policies) -> str:
    """Why nothing is told of an alert or stand-down as it stands."""
    if not policies.stock_hear or row["state"] in ("verified", "in-force"):
        return POLICY
    return "another report tells it" if row["state"] == "closed" else "it is not so any more"


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
