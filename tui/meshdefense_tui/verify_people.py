"""Who can be sent to look at an alert: verifiers with their place, freshness and work. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from meshdefense.api.parts_schema import PlaceRow
from meshdefense.api.row_schema import AlertRow, MemberRow, PatrolRow
from meshdefense_protocol.words import CHECKIN_STATES
from meshdefense_tui.alert_progress import GOING, WORKING, progress
from meshdefense_tui.model import ENDED_STATES, Model, is_overdue
from meshdefense_tui.place_words import bearing_and_distance

__all__ = ["OLD_POSITION_S", "Candidate", "Verifiers", "candidates", "engagements"]

OLD_POSITION_S: Final = 15 * 60.0
"""A position older than this is called old, as on the map."""
_OFF: Final = CHECKIN_STATES.code("off")
_UNWELL: Final = {CHECKIN_STATES.code(key) for key in ("need-help", "injured", "relief")}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One verifier, as seen from one alert."""

    member: int
    name: str
    mine: bool
    patrol: PatrolRow | None
    """None for somebody of whom nothing came from the field."""
    distance_m: float | None
    """From their last known place to the alert; None where one of the two is not known."""
    precision_m: int
    """Size of the coarser one of the two cells."""
    busy: tuple[str, ...]
    """Ids of other open alerts that they are sent to or go to."""
    asked: str
    """State of their dispatch to this alert; empty where there is none."""
    late: bool
    refusal: str
    """Key of the phrase that says why they cannot be sent; empty where they can."""

    @property
    def off(self) -> bool:
        """Off shift."""
        return self.patrol is not None and self.patrol["state"] == _OFF

    @property
    def unwell(self) -> bool:
        """Their own check-in asks for help or relief."""
        return self.patrol is not None and self.patrol["state"] in _UNWELL

    @property
    def free(self) -> bool:
        """Whether nothing known speaks against sending them."""
        working = bool(self.busy) or self.asked in WORKING
        return not (self.refusal or working or self.off or self.unwell or self.late)


def engagements(alerts: Iterable[AlertRow]) -> dict[int, tuple[str, ...]]:
    """Ids of the open alerts that each member is sent to or goes to, by member number."""
    found: dict[int, list[str]] = {}
    for row in alerts:
        if row["state"] in ENDED_STATES or not (row.get("dispatches") or row.get("responses")):
            continue  # most alerts: 10,000 of them are gone through at each change
        work = progress(row)
        sent = [one["member"] for one in work["dispatches"] if one["state"] in WORKING]
        going = [one["member"] for one in work["responses"] if one["state"] in GOING]
        for member in dict.fromkeys([*sent, *going]):
            found.setdefault(member, []).append(row["id"])
    return {member: tuple(ids) for member, ids in found.items()}


def candidates(
    row: AlertRow, model: Model, now: float, engaged: dict[int, tuple[str, ...]]
) -> list[Candidate]:
    """The verifiers: who is free and near first, who cannot be sent last."""
    found = [
        _candidate(member, row, model, now, engaged)
        for member in model.members.values()
        if "verifier" in member["roles"]
    ]
    return sorted(found, key=_rank)


def _rank(one: Candidate) -> tuple[bool, bool, bool, float, str]:
    far = one.distance_m is None
    return bool(one.refusal), not one.free, far, one.distance_m or 0.0, one.name


def _candidate(
    member: MemberRow, row: AlertRow, model: Model, now: float, engaged: dict[int, tuple[str, ...]]
) -> Candidate:
    number = member["number"]
    patrol = model.patrols.get(str(number))
    distance, precision = _distance(patrol["place"] if patrol is not None else None, row["place"])
    dispatches = progress(row)["dispatches"]
    asked = next((one["state"] for one in dispatches if one["member"] == number), "")
    refusal = ""
    if number == row["author"]:
        refusal = "who_reported"
    elif "dispatch" not in model.roles and not member["mine"]:
        refusal = "who_not_yours"
    return Candidate(
        number,
        member["name"],
        member["mine"],
        patrol,
        distance,
        precision,
        tuple(alert for alert in engaged.get(number, ()) if alert != row["id"]),
        asked,
        patrol is not None and is_overdue(patrol, now),
        refusal,
    )


def _distance(one: PlaceRow | None, other: PlaceRow | None) -> tuple[float | None, int]:
    if one is None or other is None:
        return None, 0
    precision = max(one["precision_m"], other["precision_m"], 10)
    return bearing_and_distance(one, other)[1], precision


class Verifiers:
    """The same, with the work of everybody counted once for each revision of the rows."""

    def __init__(self, model: Callable[[], Model]) -> None:
        """`model` gives the rows that are shown; a replay puts others in their place."""
        self._model = model
        self._engaged: tuple[tuple[str, int], dict[int, tuple[str, ...]]] | None = None

    def forget(self) -> None:
        """Drop what was counted: the screen is locked."""
        self._engaged = None

    def of(self, row: AlertRow, now: float) -> list[Candidate]:
        """See `candidates`."""
        model = self._model()
        key = (model.epoch, model.revision)
        if self._engaged is None or self._engaged[0] != key:
            self._engaged = (key, engagements(model.alerts.values()))
        return candidates(row, model, now, self._engaged[1])
