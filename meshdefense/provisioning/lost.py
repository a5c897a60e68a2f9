"""A radio is lost: what it may hold, new keys for it, and which radios have to be touched.

Nothing here trusts that list to memory: a radio is ticked off when its newest manifest holds none
of the keys that the lost one may have. So a second loss meanwhile, and a radio that is written
anew for another reason, count by themselves. See docs/fleet.md.
"""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from meshdefense.catalogue import tr
from meshdefense.provisioning.bindings import LostRadio
from meshdefense.provisioning.fleet_errors import (
    FleetError,
    FleetMissingError,
    FleetRefusedError,
)
from meshdefense.provisioning.holding import may_hold, proof_of
from meshdefense.provisioning.manifests import Manifest

if TYPE_CHECKING:
    from meshdefense.provisioning.fleet import Fleet
    from meshdefense_radio.network import Radio

__all__ = ["Loss", "LossStatus", "Touch", "assess", "declare", "found_again", "statuses"]


@dataclass(frozen=True, slots=True)
class Touch:
    """A radio that has to get new keys."""

    radio: str
    job: str
    member: str | None
    """Number or handle of who holds it."""
    channels: tuple[str, ...]
    """Those whose key it shares with the lost one."""
    done: bool
    """Proven without any key that the lost one may hold."""


@dataclass(frozen=True, slots=True)
class Loss:
    """What the loss of a radio means; nothing was changed yet."""

    radio: str
    job: str
    node_number: int | None
    public_key: bytes
    member: str | None
    manifest: Manifest | None
    """What it was last proven to be."""
    unfinished: bool
    """It was lost while it was being written."""
    damaged: bool
    """What it was proven to be cannot be read any more."""
    held: Mapping[str, tuple[str, ...]]
    """Fingerprints that it may hold, by the channel's name."""
    rotate: tuple[str, ...]
    """Channels whose key in force it may hold: these get a new one, also one that is out of the
    network file and would come back with its key."""
    renewed: tuple[str, ...]
    """Channels whose key it holds is out of force already."""
    commands: bool
    """Its key is among the network's admin keys: it may set the other radios from afar."""
    touch: tuple[Touch, ...]
    """Radios that share a key with it."""
    unwritten: tuple[str, ...]
    """Other radios that were never proven: they get the new keys when they are written."""

    @property
    def recognizable(self) -> bool:
        """Whether anything of its hardware is known."""
        return self.node_number is not None or self.public_key != b""


@dataclass(frozen=True, slots=True)
class LossStatus:
    """How far the fleet is with a loss."""

    lost: LostRadio
    touch: tuple[Touch, ...]

    @property
    def left(self) -> int:
        """Radios still to be touched."""
        return sum(not one.done for one in self.touch)


def assess(fleet: Fleet, name: str, *, anyway: bool = False) -> Loss:
    """What the loss of this radio means; changes nothing.

    Without a manifest it is taken to hold all channels of its job. A radio that was never
    written raises FleetRefusedError, unless `anyway`: the records may be older than the radio.
    """
    radio, binding = fleet.known(name), fleet.binding(name)
    (manifest, readable), unfinished = proof_of(fleet, name), fleet.journal(name).unfinished
    if binding.node_number is None and not anyway:
        earlier = next((one for one in reversed(fleet.book.lost) if one.radio == name), None)
        if earlier is not None and earlier.found_at is None:
            raise FleetRefusedError(
                tr("{radio} is lost already, and no other hardware took its place", radio=name),
                tr("who is left to be touched: meshdefense radio lost --status"),
            )
        raise FleetRefusedError(
            tr("{radio} was never written here: by these records it holds no key", radio=name),
            tr("if they are older than the radio: --anyway"),
        )
    held = may_hold(fleet, radio)
    in_force = fleet.ring.fingerprints()  # of channels out of the file too: they may come back
    rotate = tuple(one for one in held if in_force.get(one) in held[one])
    others = [one for one in fleet.network.radios if one.name != name]
    return Loss(
        radio=name,
        job=radio.job.value,
        node_number=binding.node_number,
        public_key=binding.public_key,
        member=binding.member,
        manifest=manifest,
        unfinished=unfinished,
        damaged=not readable,
        held=held,
        rotate=rotate,
        renewed=tuple(one for one in held if one not in rotate),
        commands=binding.public_key != b"" and binding.public_key in fleet.network.admin_keys,
        touch=_touched(fleet, others, held),
        unwritten=tuple(one.name for one in others if not _written(fleet, one.name)),
    )


def declare(fleet: Fleet, loss: Loss) -> LostRadio:
    """Draw new keys for what it may hold, keep the old ones as old, note its hardware as lost.

    Cut short after the keys it may be said again: then no second new keys are drawn, unless
    nothing tells when the radio was written. Once the loss is noted, trouble with what is only
    tidied up is a notice of the fleet. Raises FleetError.
    """
    now = fleet.now()
    lost = LostRadio(
        radio=loss.radio,
        job=loss.job,
        node_number=loss.node_number,
        public_key=loss.public_key,
        member=loss.member,
        lost_at=now,
        proven_at=None if loss.manifest is None else loss.manifest.proven_at,
        held=dict(loss.held),
        touch=tuple(one.radio for one in loss.touch),
    )
    fleet.save(
        ring=fleet.ring.drawn(list(loss.rotate), secrets.token_bytes, now, because=loss.radio)
    )
    book = fleet.book.without(loss.radio)
    try:
        fleet.save(book=replace(book, lost=(*book.lost, lost)))
    except FleetError as error:
        raise type(error)(str(error), _not_noted(loss.radio)) from error
    try:
        fleet.forget_journal(loss.radio)
        fleet.drop_old_keys()
    except FleetError as error:  # the loss stands, and what is left does no harm
        fleet.notices.append("; ".join(filter(None, (str(error), error.hint))))
    return lost


def _not_noted(radio: str) -> str:
    return tr(
        "new keys are in force already, but {name} is not noted as lost yet; when that is mended: "
        "meshdefense radio lost {radio}", name=radio, radio=shlex.quote(radio),
    )  # fmt: skip


def found_again(fleet: Fleet, name: str) -> LostRadio:
    """Note that a lost radio is in known hands again and set back; it may be bound anew.

    Its old keys stay out of force. Raises FleetMissingError when no such radio is lost.
    """
    places = [
        place
        for place, one in enumerate(fleet.book.lost)
        if one.radio == name and one.found_at is None
    ]
    if not places:
        raise FleetMissingError(tr("no lost radio here is {radio}", radio=name))
    lost = list(fleet.book.lost)
    lost[places[-1]] = replace(lost[places[-1]], found_at=fleet.now())
    fleet.save(book=replace(fleet.book, lost=tuple(lost)))
    return lost[places[-1]]


def statuses(fleet: Fleet) -> tuple[LossStatus, ...]:
    """How far the fleet is with each loss, oldest first."""
    return tuple(LossStatus(one, _status(fleet, one)) for one in fleet.book.lost)


def _status(fleet: Fleet, lost: LostRadio) -> tuple[Touch, ...]:
    """The radios as they were then, and any that turned up with such a key since."""
    known = fleet.network.radios
    now_due = {one.radio: one for one in _touched(fleet, list(known), lost.held)}
    rows = []
    for radio in known:
        if radio.name in now_due:
            rows.append(now_due[radio.name])
        elif radio.name in lost.touch and proof_of(fleet, radio.name)[0] is not None:
            channels = tuple(one.name for one in fleet.network.channels_of(radio.job))
            shared = tuple(one for one in channels if one in lost.held)
            member = fleet.binding(radio.name).member
            rows.append(Touch(radio.name, radio.job.value, member, shared, done=True))
    return tuple(rows)


def _touched(
    fleet: Fleet, radios: list[Radio], held: Mapping[str, tuple[str, ...]]
) -> tuple[Touch, ...]:
    """Which of these radios may hold one of those keys now."""
    rows = []
    for radio in radios:
        (manifest, readable), binding = proof_of(fleet, radio.name), fleet.binding(radio.name)
        if binding.node_number is None:
            continue  # no hardware, or lost itself
        unfinished = fleet.journal(radio.name).unfinished
        theirs = may_hold(fleet, radio)
        shared = tuple(name for name in held if set(held[name]) & set(theirs.get(name, ())))
        if shared and (manifest is not None or unfinished or not readable):
            rows.append(Touch(radio.name, radio.job.value, binding.member, shared, done=False))
    return tuple(rows)


def _written(fleet: Fleet, name: str) -> bool:
    manifest, readable = proof_of(fleet, name)
    return manifest is not None or not readable or fleet.journal(name).unfinished
