"""What waits for a verdict, and which alerts may tell of the same thing. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from meshdefense.api.schema import AlertRow
from meshdefense_tui.alert_progress import progress
from meshdefense_tui.model import ENDED_STATES
from meshdefense_tui.place_words import bearing_and_distance

__all__ = ["NEAR_M", "RECENT_S", "WAITING", "Twin", "queue", "twins"]

WAITING: Final = frozenset({"unconfirmed", "corroborated", "disputed"})
"""A disputed alert waits, too: verifiers contradict each other."""
NEAR_M: Final = 300.0
"""Metres between two alerts that may be the same, beyond the sizes of their cells."""
RECENT_S: Final = 30 * 60.0
"""Seconds between their reports."""


@dataclass(frozen=True, slots=True)
class Twin:
    """An alert that may tell of the same thing; a person decides."""

    row: AlertRow
    distance_m: float
    precision_m: int
    """Size of the coarser one of the two cells."""
    apart_s: float


def queue(alerts: Iterable[AlertRow]) -> list[AlertRow]:
    """Open alerts without a clear verdict: gravest first, then the one that waits longest."""
    waiting = [row for row in alerts if row["state"] in WAITING]
    return sorted(waiting, key=lambda row: (-row["severity"], row["reported_at"], row["id"]))


def twins(row: AlertRow, alerts: Iterable[AlertRow]) -> list[Twin]:
    """Open alerts of the same kind, near and recent, that nobody has tied to `row` yet.

    Nearest first. An alert without a place is near nothing: that would be a guess.
    """
    place = row["place"]
    if place is None:
        return []
    tied = {row["id"], progress(row)["about"], *progress(row)["additions"]}
    found = []
    for other in alerts:
        if other["kind"] != row["kind"] or other["state"] in ENDED_STATES:
            continue
        if other["place"] is None or other["drill"] != row["drill"]:
            continue
        apart_s = abs(other["reported_at"] - row["reported_at"])
        if apart_s > RECENT_S or other["id"] in tied or progress(other)["about"] == row["id"]:
            continue
        distance = bearing_and_distance(place, other["place"])[1]
        precision = max(place["precision_m"], other["place"]["precision_m"])
        if distance <= NEAR_M + precision:
            found.append(Twin(other, distance, precision, apart_s))
    return sorted(found, key=lambda twin: (twin.distance_m, twin.apart_s, twin.row["id"]))
