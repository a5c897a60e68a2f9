"""A report being written: what each key does to it, and what goes to the daemon. Pure.

    KIND --letter--> SEVERITY --1-4 or Enter--> COUNT --Enter--> REVIEW --Enter--> sent

Enter at SEVERITY goes straight to REVIEW: the usual report is `r`, letter, Enter, Enter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from meshdefense_protocol.limits import NOTE_MAX
from meshdefense_protocol.words import ACTIVITIES, KINDS, SCOPES, UNITS, WordList

__all__ = ["CELLS_M", "Draft", "PlaceChoice", "Stage"]

CELLS_M: Final = (10, 20, 50, 100, 200, 500, 1000, 2000)
"""Sizes of the cell that a report may be signed with; from a doorway to a neighbourhood."""
_MAX_COUNT: Final = 65_535
_GRAVE_KINDS: Final = {KINDS.code(key): 2 for key in ("detained", "violence", "fire", "medical")}
"""Kinds that start at "high"; all others start at "medium"."""


class Stage(Enum):
    """What the digits and Enter mean now."""

    KIND = "kind"
    SEVERITY = "severity"
    COUNT = "count"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """A place that the form offers, in words and degrees."""

    words: str
    lat: float | None = None
    lon: float | None = None


@dataclass(slots=True)
class Draft:
    """The fields of a report, codes as in meshdefense_protocol.words."""

    stage: Stage = Stage.KIND
    kind: int | None = None
    severity: int = 1
    least: int = 0
    """The severity below which choosing a kind does not go: of a report that is adopted."""
    digits: str = ""
    """The count as typed."""
    place: int = 0
    """Index into the places that the form offers."""
    cell_m: int = 100
    activity: int = 0
    unit: int = 0
    equipment: list[int] = field(default_factory=list)
    observed: int = 0
    """Index into OBSERVED_AGO_S; its length means "not said"."""
    scope: int = 0
    note: str = ""
    drill: bool = False

    @property
    def count(self) -> int | None:
        """How many; None when nothing was typed."""
        return int(self.digits) if self.digits else None

    @property
    def empty(self) -> bool:
        """Whether nothing was entered yet."""
        return self.kind is None

    def choose_kind(self, letter: str) -> bool:
        """Take the kind of this letter; False when there is none."""
        for word in KINDS:
            if word.letter and word.letter == letter.upper():
                self.kind = word.code
                self.severity = max(_GRAVE_KINDS.get(word.code, 1), self.least)
                self.stage = Stage.SEVERITY
                return True
        return False

    def digit(self, digit: str) -> bool:
        """A digit: severity 1 (low) to 4 (critical), or one more figure of the count."""
        if self.stage is Stage.SEVERITY and digit in "1234":
            self.severity, self.least = int(digit) - 1, 0
            self.stage = Stage.COUNT
            return True
        if self.stage is Stage.COUNT:
            digits = (self.digits + digit).lstrip("0")
            if not digits or int(digits) > _MAX_COUNT:
                return False
            self.digits = digits
            return True
        return False

    def enter(self) -> bool:
        """Go on; True when the report is to be sent."""
        if self.stage is Stage.REVIEW:
            return True
        if self.stage is not Stage.KIND:
            self.stage = Stage.REVIEW
        return False

    def back(self) -> None:
        """Undo the last step."""
        if self.stage is Stage.COUNT and self.digits:
            self.digits = self.digits[:-1]
        elif self.stage is Stage.REVIEW:
            self.stage = Stage.COUNT
        elif self.stage is Stage.COUNT:
            self.stage = Stage.SEVERITY
        elif self.stage is Stage.SEVERITY:
            self.stage, self.kind = Stage.KIND, None

    def cycle(self, name: str, places: int) -> None:
        """The next value of a field; `places` is how many places the form offers."""
        if name == "place":
            self.place = (self.place + 1) % places
        elif name == "precision":
            index = CELLS_M.index(self.cell_m)
            self.cell_m = CELLS_M[(index + 1) % len(CELLS_M)]
        elif name == "activity":
            self.activity = _next_code(ACTIVITIES, self.activity)
        elif name == "unit":
            self.unit = _next_code(UNITS, self.unit)
        elif name == "observed":
            self.observed = (self.observed + 1) % (len(_ages()) + 1)
        elif name == "scope":
            self.scope = _next_code(SCOPES, self.scope)
        elif name == "drill":
            self.drill = not self.drill

    def toggle_equipment(self, code: int) -> None:
        """Add or take away one kind of equipment."""
        if code in self.equipment:
            self.equipment.remove(code)
        else:
            self.equipment = sorted([*self.equipment, code])

    @property
    def note_room(self) -> int:
        """Bytes left for the note; negative when it is too long."""
        return NOTE_MAX - len(self.note.encode())

    def params(self, place: PlaceChoice) -> dict[str, Any]:
        """Parameters of the API's `report`; what was not said is left out."""
        found: dict[str, Any] = {"kind": self.kind, "severity": self.severity, "scope": self.scope}
        if place.lat is not None and place.lon is not None:
            found |= {"lat": place.lat, "lon": place.lon, "precision_m": self.cell_m}
        if self.count is not None:
            found["count"] = self.count
        if self.activity:
            found["activity"] = self.activity
        if self.unit:
            found["unit"] = self.unit
        if self.equipment:
            found["equipment"] = list(self.equipment)
        ages = _ages()
        found["observed_ago_s"] = ages[self.observed] if self.observed < len(ages) else "unknown"
        if self.note:
            found["note"] = self.note
        if self.drill:
            found["drill"] = True
        return found


def _ages() -> tuple[int, ...]:
    # with it come the codecs of all kinds of items: who only looks at the screens needs none
    from meshdefense_protocol.packets.report import OBSERVED_AGO_S

    return OBSERVED_AGO_S


def _next_code(words: WordList, code: int) -> int:
    codes = [word.code for word in words]
    return codes[(codes.index(code) + 1) % len(codes)] if code in codes else codes[0]
