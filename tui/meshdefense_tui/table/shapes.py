"""What the commands say, as rows: checked, cleaned, and nothing else of it kept. Pure.

The fields are those of `--json`: docs/provisioning.md. A value of another type makes the whole
row a ShapeError; fields that are not named here are passed over.
"""

from __future__ import annotations

from dataclasses import dataclass

from meshdefense_tui.table.fields import Fields, ShapeError, listed

__all__ = [
    "Change", "End", "Fleet", "FleetRadio", "Plan", "Plugged", "Problem", "Step", "fleet_of",
    "plans_of", "plugged_of", "progress_of",
]  # fmt: skip


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


def plugged_of(value: object) -> tuple[Plugged, ...]:
    """What `list`, `prove` and `drift` say. Raises ShapeError."""
    return tuple(map(_plugged, listed(value)))


def _plugged(value: object) -> Plugged:
    row = Fields(value)
    return Plugged(
        address=row.name("address"), state=row.name("state"), words=row.text("words"),
        radio=row.text("radio"), job=row.text("job"), node=row.text("node"),
        name=row.text("name"), firmware=row.text("firmware"), hardware=row.text("hardware"),
        region=row.text("region"), preset=row.text("preset"), differs=row.texts("differs"),
    )  # fmt: skip


def fleet_of(value: object) -> Fleet:
    """What `fleet show` says. Raises ShapeError."""
    row = Fields(value)
    return Fleet(row.name("network"), row.rows("radios", _fleet_radio))


def _fleet_radio(value: object) -> FleetRadio:
    row = Fields(value)
    return FleetRadio(
        name=row.name("name"), short=row.text("short"), job=row.name("job"),
        state=row.name("state"), member=row.text("member"), node=row.text("node"),
        proven_at=row.number("proven_at"), firmware=row.text("firmware"),
        hardware=row.text("hardware"), channels=row.texts("channels"),
        old_keys=row.texts("old_keys"), drift=row.texts("drift"),
    )  # fmt: skip


def plans_of(value: object) -> tuple[Plan, ...]:
    """What `plan` says. Raises ShapeError."""
    return tuple(map(_plan, listed(value)))


def _plan(value: object) -> Plan:
    row = Fields(value)
    return Plan(
        row.name("radio"), row.flag("blocked"),
        row.rows("problems", _problem), row.rows("changes", _change),
    )  # fmt: skip


def _problem(value: object) -> Problem:
    row = Fields(value)
    return Problem(row.text("severity"), row.name("words"))


def _change(value: object) -> Change:
    row = Fields(value)
    return Change(
        row.name("path"), row.value("is"), row.value("shall"), row.flag("secret"), row.text("why")
    )


def progress_of(value: object) -> Step | End | None:
    """One event of `apply`; None for one of another kind. Raises ShapeError."""
    row = Fields(value)
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
