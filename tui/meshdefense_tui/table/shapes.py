"""What the commands say, as rows: checked, cleaned, and nothing else of it kept. Pure.

The fields are those of `--json`: docs/provisioning.md. A value of another type makes the whole
row a ShapeError; fields that are not named here are passed over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from meshdefense.safe_text import clean

__all__ = [
    "Change", "End", "Fleet", "FleetRadio", "Loss", "Plan", "Plugged", "Problem", "ShapeError",
    "Step", "Touch", "fleet_of", "losses_of", "plans_of", "plugged_of", "progress_of",
]  # fmt: skip

_ROWS_MAX: Final = 2_000
_NUMBER_MAX: Final = 200_000_000_000
"""The year 8307: no moment is later, and no other number larger."""
T = TypeVar("T")


class ShapeError(ValueError):
    """It is not what the command says."""


@dataclass(frozen=True, slots=True)
class Plugged:
    """A radio on the table, as it was found."""

    address: str
    state: str
    words: str
    radio: str
    """Its name in the network; empty where it has none."""
    job: str
    node: str
    name: str
    """What it calls itself."""
    firmware: str
    hardware: str
    region: str
    preset: str
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FleetRadio:
    """A radio of the network file, and how it stands."""

    name: str
    short: str
    job: str
    state: str
    member: str
    """Number or handle of who holds it."""
    node: str
    proven_at: int | None
    firmware: str
    hardware: str
    channels: tuple[str, ...]
    old_keys: tuple[str, ...]
    drift: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fleet:
    """The network."""

    network: str
    radios: tuple[FleetRadio, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is in the way, or worth knowing."""

    severity: str
    words: str


@dataclass(frozen=True, slots=True)
class Change:
    """One setting that would be another one."""

    path: str
    now: str
    then: str
    secret: bool
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be written into one radio."""

    radio: str
    blocked: bool
    problems: tuple[Problem, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One moment of the work on one radio."""

    radio: str
    address: str
    step: str
    number: int
    """Of the step, from 1."""
    of: int
    words: str
    part: int
    parts: int


@dataclass(frozen=True, slots=True)
class End:
    """How the work on one radio ended."""

    radio: str
    address: str
    end: str
    words: str


@dataclass(frozen=True, slots=True)
class Touch:
    """A radio that needs new keys since another one was lost."""

    radio: str
    job: str
    member: str
    channels: tuple[str, ...]
    done: bool


@dataclass(frozen=True, slots=True)
class Loss:
    """A lost radio, and how far the others are."""

    radio: str
    lost_at: int | None
    found_at: int | None
    touch: tuple[Touch, ...]

    @property
    def left(self) -> int:
        """Radios still to be touched."""
        return sum(not one.done for one in self.touch)


class _Fields:
    """The fields of one JSON object, by type."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, dict):
            raise ShapeError("no object")
        self._value: dict[str, Any] = value

    def text(self, name: str) -> str:
        """Cleaned; empty where it is missing or null."""
        found = self._value.get(name)
        if found is None:
            return ""
        if not isinstance(found, str):
            raise ShapeError(name)
        return clean(found)

    def name(self, name: str) -> str:
        """A text that has to be there."""
        if not (found := self.text(name)):
            raise ShapeError(name)
        return found

    def number(self, name: str) -> int | None:
        """A whole number, not below 0; None where it is missing or null."""
        found = self._value.get(name)
        if found is None:
            return None
        if type(found) is not int or not 0 <= found <= _NUMBER_MAX:
            raise ShapeError(name)
        return found

    def flag(self, name: str) -> bool:
        """True or false; false where it is missing."""
        found = self._value.get(name, False)
        if not isinstance(found, bool):
            raise ShapeError(name)
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        found = self._list(name)
        if not all(isinstance(one, str) for one in found):
            raise ShapeError(name)
        return tuple(clean(one) for one in found)

    def rows(self, name: str, make: Callable[[object], T]) -> tuple[T, ...]:
        """A list of objects."""
        return tuple(map(make, self._list(name)))

    def value(self, name: str) -> str:
        """A setting's value as text; a list with commas between."""
        return _shown(self._value.get(name))

    def _list(self, name: str) -> list[Any]:
        return _listed(self._value.get(name, []))


def _listed(value: object) -> list[Any]:
    if not isinstance(value, list) or len(value) > _ROWS_MAX:
        raise ShapeError("no list")
    return value


def _shown(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(_shown, value[:_ROWS_MAX])) or "-"
    return clean(str(value)) or '""'


def plugged_of(value: object) -> tuple[Plugged, ...]:
    """What `list`, `prove` and `drift` say. Raises ShapeError."""
    return tuple(map(_plugged, _listed(value)))


def _plugged(value: object) -> Plugged:
    row = _Fields(value)
    return Plugged(
        address=row.name("address"), state=row.name("state"), words=row.text("words"),
        radio=row.text("radio"), job=row.text("job"), node=row.text("node"),
        name=row.text("name"), firmware=row.text("firmware"), hardware=row.text("hardware"),
        region=row.text("region"), preset=row.text("preset"), differs=row.texts("differs"),
    )  # fmt: skip


def fleet_of(value: object) -> Fleet:
    """What `fleet show` says. Raises ShapeError."""
    row = _Fields(value)
    return Fleet(row.name("network"), row.rows("radios", _fleet_radio))


def _fleet_radio(value: object) -> FleetRadio:
    row = _Fields(value)
    return FleetRadio(
        name=row.name("name"), short=row.text("short"), job=row.name("job"),
        state=row.name("state"), member=row.text("member"), node=row.text("node"),
        proven_at=row.number("proven_at"), firmware=row.text("firmware"),
        hardware=row.text("hardware"), channels=row.texts("channels"),
        old_keys=row.texts("old_keys"), drift=row.texts("drift"),
    )  # fmt: skip


def plans_of(value: object) -> tuple[Plan, ...]:
    """What `plan` says. Raises ShapeError."""
    return tuple(map(_plan, _listed(value)))


def _plan(value: object) -> Plan:
    row = _Fields(value)
    return Plan(
        row.name("radio"), row.flag("blocked"),
        row.rows("problems", _problem), row.rows("changes", _change),
    )  # fmt: skip


def _problem(value: object) -> Problem:
    row = _Fields(value)
    return Problem(row.text("severity"), row.name("words"))


def _change(value: object) -> Change:
    row = _Fields(value)
    return Change(
        row.name("path"), row.value("is"), row.value("shall"), row.flag("secret"), row.text("why")
    )


def progress_of(value: object) -> Step | End | None:
    """One event of `apply`; None for one of another kind. Raises ShapeError."""
    row = _Fields(value)
    match row.text("event"):
        case "step":
            number, of = row.number("n") or 0, row.number("of") or 0
            if not 0 < number <= of:
                raise ShapeError("n")
            return Step(
                row.name("radio"), row.name("address"), row.name("step"), number, of,
                row.text("words"), row.number("part") or 0, row.number("parts") or 0,
            )  # fmt: skip
        case "end":
            words = row.text("words")
            return End(row.name("radio"), row.name("address"), row.name("end"), words)
    return None


def losses_of(value: object) -> tuple[Loss, ...]:
    """What `lost --status` says. Raises ShapeError."""
    return _Fields(value).rows("lost", _loss)


def _loss(value: object) -> Loss:
    row = _Fields(value)
    return Loss(
        row.name("radio"), row.number("lost_at"), row.number("found_at"), row.rows("touch", _touch)
    )


def _touch(value: object) -> Touch:
    row = _Fields(value)
    return Touch(
        row.name("radio"), row.text("job"), row.text("member"), row.texts("channels"),
        row.flag("done"),
    )  # fmt: skip
