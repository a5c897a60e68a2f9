"""What waits for a verdict, and which alerts may tell of the same thing. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from meshdefense.api.row_schema import AlertRow
from meshdefense_protocol.place import METRES_PER_DEGREE
from meshdefense_tui.alert_progress import progress
from meshdefense_tui.model import ENDED_STATES, Model
from meshdefense_tui.place_words import bearing_and_distance

__all__ = ["NEAR_M", "RECENT_S", "WAITING", "Twin", "Twins", "queue", "twins"]

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
    if place is None or row["state"] in ENDED_STATES:
        return []
    tied = {row["id"], progress(row)["about"], *progress(row)["additions"]}
    kind, drill, at = row["kind"], row["drill"], row["reported_at"]
    found = []
    for other in alerts:
        apart_s, there = abs(other["reported_at"] - at), other["place"]
        if other["kind"] != kind or apart_s > RECENT_S or there is None or other["drill"] != drill:
            continue
        precision = max(place["precision_m"], there["precision_m"])
        reach = NEAR_M + precision
        if abs(there["lat"] - place["lat"]) * METRES_PER_DEGREE > reach:
            continue  # spares the exact distance of most, where there are thousands
        if other["state"] in ENDED_STATES or other["id"] in tied:
            continue
        distance = bearing_and_distance(place, there)[1]
        if distance <= reach and progress(other)["about"] != row["id"]:
            found.append(Twin(other, distance, precision, apart_s))
    return sorted(found, key=lambda twin: (twin.distance_m, twin.apart_s, twin.row["id"]))


class Twins:
    """The same, looked for once for each revision of the rows and alert."""

    def __init__(self, model: Callable[[], Model]) -> None:
        """`model` gives the rows that are shown; a replay puts others in their place."""
        self._model = model
        self._found: tuple[tuple[str, int, str], list[Twin]] | None = None

    def forget(self) -> None:
        """Drop what was found: the screen is locked."""
        self._found = None

    def of(self, row: AlertRow) -> list[Twin]:
        """See `twins`."""
        model = self._model()
        key = (model.epoch, model.revision, row["id"])
        if self._found is None or self._found[0] != key:
            self._found = (key, twins(row, model.alerts.values()))
        return self._found[1]
