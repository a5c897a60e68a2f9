"""How each radio of a fleet stands, as rows for `radio fleet show` and the screens."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from meshdefense.provisioning.drift_words import UNFINISHED
from meshdefense.provisioning.fleet_errors import FleetError
from meshdefense.provisioning.holding import may_hold, proof_of

if TYPE_CHECKING:
    from meshdefense.provisioning.fleet import Fleet
    from meshdefense_radio.network import Radio

__all__ = ["RadioRow", "State", "overview"]


class State(Enum):
    """How a radio stands; the first that holds, in this order."""

    LOST = "lost"
    """In unknown hands, and no other hardware took its place."""
    FORMER = "former"
    """Not in the network file any more, but never forgotten: it holds what was written into it."""
    UNFINISHED = "unfinished"
    """A run on it began and was never done, here or, as its own name said, elsewhere."""
    DAMAGED = "damaged"
    """Its manifests cannot be read; it may hold any key."""
    NOT_YET = "not-yet"
    """Never proven."""
    KEY_OLD = "key-old"
    """It holds a channel key that is out of force."""
    DRIFT = "drift"
    """Settings were found to differ since it was proven."""
    CHANGED = "changed"
    """It is as it was proven, but the network file or the profile wants something else now."""
    PROVEN = "proven"
    """As it should be when it was last read."""


@dataclass(frozen=True, slots=True)
class RadioRow:
    """One radio of the network."""

    name: str
    short: str
    job: str
    state: State
    member: str | None
    """Number or handle of who holds it."""
    node_number: int | None
    proven_at: int | None
    """Seconds since the Unix epoch."""
    firmware: str
    hardware: str
    channels: tuple[str, ...]
    """Those that a radio of this job has."""
    held: tuple[str, ...]
    """Those whose keys were proven to be in it; of a former one, those that may be."""
    old_keys: tuple[str, ...]
    """Channels whose key in it is out of force."""
    drift: tuple[str, ...]
    """Settings that were found to differ, by their paths."""


def overview(fleet: Fleet) -> tuple[RadioRow, ...]:
    """All radios in the order of the network file, then former ones. Raises FleetError."""
    return tuple(_row(fleet, radio) for radio in (*fleet.network.radios, *fleet.former()))


def _row(fleet: Fleet, radio: Radio) -> RadioRow:
    binding, (manifest, readable) = fleet.binding(radio.name), proof_of(fleet, radio.name)
    in_force = fleet.fingerprints()
    held = {} if manifest is None else manifest.channel_fingerprints
    old = tuple(name for name, one in held.items() if in_force.get(name, one) != one)
    missing = any(one.radio == radio.name and one.found_at is None for one in fleet.book.lost)
    if binding.node_number is None and missing:
        state = State.LOST
    elif fleet.network.radio(radio.name) is None:
        state = State.FORMER
    elif fleet.journal(radio.name).unfinished or UNFINISHED in binding.drift:
        state = State.UNFINISHED
    elif not readable:
        state = State.DAMAGED
    elif manifest is None:
        state = State.NOT_YET
    elif old:
        state = State.KEY_OLD
    elif binding.drift:
        state = State.DRIFT
    elif _wanted(fleet, radio.name) != manifest.config_digest:
        state = State.CHANGED
    else:
        state = State.PROVEN
    return RadioRow(
        name=radio.name,
        short=radio.short,
        job=radio.job.value,
        state=state,
        member=binding.member,
        node_number=binding.node_number,
        proven_at=None if manifest is None else manifest.proven_at,
        firmware="" if manifest is None else manifest.firmware,
        hardware="" if manifest is None else manifest.hardware,
        channels=tuple(one.name for one in fleet.network.channels_of(radio.job)),
        held=tuple(may_hold(fleet, radio) if state is State.FORMER else held),
        old_keys=old,
        drift=binding.drift,
    )


def _wanted(fleet: Fleet, name: str) -> str:
    """Digest of what the radio shall be; empty where that cannot be said."""
    try:
        return fleet.desired_for(name).digest
    except FleetError:
        return ""
