"""Which channel keys a radio may hold: by its proof, and by what was begun and never ended.

Nothing is trusted to memory: newest manifests and journals say it, for radios of the network file
and for former ones, which are out of the file while their hardware is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshdefense.provisioning.fleet_errors import FleetDamagedError

if TYPE_CHECKING:
    from meshdefense.provisioning.fleet import Fleet
    from meshdefense.provisioning.manifests import Manifest
    from meshdefense_radio.jobs import Job
    from meshdefense_radio.network import Radio

__all__ = ["former_radios", "may_hold", "proof_of", "proven_to_hold", "unfinished_but"]


def proof_of(fleet: Fleet, radio: str) -> tuple[Manifest | None, bool]:
    """What its hardware was last proven to be, and whether its manifests can be read.

    One damaged file must not stop what is asked of the whole fleet.
    """
    if fleet.binding(radio).node_number is None:
        return None, True
    try:
        return fleet.manifest(radio), True
    except FleetDamagedError:
        return None, False


def former_radios(fleet: Fleet) -> tuple[Radio, ...]:
    """Radios that are out of the network file while their hardware may still hold keys."""
    from meshdefense_radio.network import Radio

    names = [
        name
        for name, one in fleet.book.bindings.items()
        if one.node_number is not None and fleet.network.radio(name) is None
    ]
    return tuple(Radio(name, "", _job(fleet, name)) for name in names)


def may_hold(fleet: Fleet, radio: Radio) -> dict[str, tuple[str, ...]]:
    """Fingerprints of keys that a radio may hold, by the channel's name; removed channels too.

    A run that was not finished may have written any key of its channels, one in force when it
    began or since; so may one of which nothing was kept. One whose proof cannot be read may hold
    any key at all.
    """
    (manifest, readable), journal = proof_of(fleet, radio.name), fleet.journal(radio.name)
    held: dict[str, list[str]] = {}
    if manifest is not None:
        held = {name: [one] for name, one in manifest.channel_fingerprints.items()}
    if manifest is None or journal.unfinished:
        in_force = fleet.ring.fingerprints()
        later = _drawn_for_its_loss(fleet, radio.name)
        names = _written_channels(fleet, radio)
        if not readable:
            names += [*fleet.ring.channels, *(one.channel for one in fleet.ring.old)]
        for name in names:
            mine = held.setdefault(name, [])
            mine += [one.fingerprint for one in fleet.ring.old if one.channel == name]
            mine += [in_force[name]] if name in in_force and name not in later else []
    return {name: tuple(dict.fromkeys(several)) for name, several in held.items()}


def proven_to_hold(fleet: Fleet) -> set[str]:
    """Fingerprints of all keys that some radio has by its newest proof, former radios too."""
    proofs = [proof_of(fleet, name)[0] for name in fleet.book.bindings]
    return {key for one in proofs if one for key in one.channel_fingerprints.values()}


def unfinished_but(fleet: Fleet, proven: str) -> bool:
    """Whether a run on any radio but the one just `proven` did not end, former radios too.

    So counts one whose proof cannot be read.
    """
    names = {one.name for one in fleet.network.radios} | set(fleet.book.bindings)
    return any(
        fleet.journal(name).unfinished or not proof_of(fleet, name)[1] for name in names - {proven}
    )


def _job(fleet: Fleet, name: str) -> Job:
    """A former radio's job; the one with the most channels where nothing tells it."""
    from meshdefense_radio.jobs import Job

    manifest, entry = proof_of(fleet, name)[0], fleet.journal(name).entry
    noted = manifest.job if manifest is not None else entry.job if entry is not None else ""
    if noted in {job.value for job in Job}:
        return Job(noted)
    return max(Job, key=lambda job: len(fleet.network.channels_of(job)))


def _written_channels(fleet: Fleet, radio: Radio) -> list[str]:
    """Channels of its job, and those that its last run began with."""
    entry = fleet.journal(radio.name).entry
    noted = () if entry is None else entry.channels
    of_job = (one.name for one in fleet.network.channels_of(radio.job))
    return list(dict.fromkeys((*of_job, *noted)))


def _drawn_for_its_loss(fleet: Fleet, name: str) -> set[str]:
    """Channels whose key in force was drawn because this radio was lost, and came after its run."""
    entry = fleet.journal(name).entry
    if entry is None:  # nobody knows when it was written
        return set()
    return {
        old.channel
        for old in fleet.ring.old
        if (one := fleet.ring.channels.get(old.channel)) is not None
        and old.because == name
        and old.until > entry.begun_at
        and one.since == old.until
    }
