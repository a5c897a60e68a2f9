"""What the commands say of lost radios and of who holds one: checked and cleaned. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from meshdefense_tui.table.fields import Fields

__all__ = ["Exposure", "Loss", "Touch", "exposure_of", "holder_of", "losses_of"]


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


@dataclass(frozen=True, slots=True)
class Exposure:
    """What whoever finds a radio has with it, and what noting its loss changes."""

    radio: str
    job: str
    member: str
    """Number or handle of who held it; empty where nobody was noted."""
    proven_at: int | None
    unfinished: bool
    """It was lost while it was being written."""
    held: tuple[tuple[str, tuple[str, ...]], ...]
    """Channels, and the fingerprints of the keys of each that it may hold."""
    rotate: tuple[str, ...]
    """Channels that get new keys."""
    renewed: tuple[str, ...]
    """Channels whose key it holds is out of force already."""
    commands_others: bool
    """Its key is an admin key: it may set the other radios from afar."""
    touch: tuple[Touch, ...]
    unwritten: tuple[str, ...]
    """Radios that were never written, and get the new keys then."""


def losses_of(value: object) -> tuple[Loss, ...]:
    """What `lost --status` says. Raises ShapeError."""
    return Fields(value).rows("lost", _loss)


def _loss(value: object) -> Loss:
    row = Fields(value)
    return Loss(
        row.name("radio"), row.number("lost_at"), row.number("found_at"), row.rows("touch", _touch)
    )


def _touch(value: object) -> Touch:
    row = Fields(value)
    return Touch(
        row.name("radio"), row.text("job"), row.text("member"), row.texts("channels"),
        row.flag("done"),
    )  # fmt: skip


def exposure_of(value: object) -> Exposure:
    """What `lost NAME` says, with `--drill` and without. Raises ShapeError."""
    row = Fields(value)
    return Exposure(
        radio=row.name("radio"), job=row.text("job"), member=row.text("member"),
        proven_at=row.number("proven_at"), unfinished=row.flag("unfinished"),
        held=row.lists("held"), rotate=row.texts("rotate"), renewed=row.texts("renewed"),
        commands_others=row.flag("commands_others"), touch=row.rows("touch", _touch),
        unwritten=row.texts("unwritten"),
    )  # fmt: skip


def holder_of(value: object) -> tuple[str, str]:
    """What `fleet hand` says: the radio, and who holds it, "" for nobody. Raises ShapeError."""
    row = Fields(value)
    return row.name("radio"), row.text("member")
