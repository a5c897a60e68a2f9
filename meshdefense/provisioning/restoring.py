"""A fleet put back from a backup: what differs from the one that is there, and the exchange.

What is there is never lost: it is kept beside the restored one, under a name with the time.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from meshdefense.catalogue import tr
from meshdefense.provisioning.backup import Backup
from meshdefense.provisioning.fleet_errors import FleetDamagedError
from meshdefense.provisioning.fleet_folder import (
    JOURNAL,
    NETWORK,
    check_free,
    fleet_exists,
    fleet_lock,
    make_fleet_folder,
    put_in_place,
    remove_fresh,
)
from meshdefense.provisioning.sealed import SealedFolder, make_fleet_key, write_bytes
from meshdefense.storage.keyslots import STANDARD, KdfStrength

if TYPE_CHECKING:
    from meshdefense.provisioning.fleet import Fleet

__all__ = ["Difference", "differences", "newer_here", "restore"]

HERE: Final = "here"
BACKUP: Final = "backup"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the fleet here and the backup have differently."""

    what: str
    """network, fleet-key, channel, radio, binding or lost."""
    name: str
    newer: str
    """Which one is newer or the only one to have it: "here", "backup", or "" for unknown."""
    here: str
    """A fingerprint, a time or a number; empty where it is not there."""
    backup: str


def differences(fleet: Fleet, backup: Backup) -> tuple[Difference, ...]:
    """Everything that a restore would change; nothing when there is no difference."""
    rows = []
    if fleet.network_bytes() != backup.files[NETWORK]:
        rows.append(Difference("network", NETWORK, "", "", ""))
    if fleet.ring.seed != backup.ring.seed:
        rows.append(Difference("fleet-key", fleet.network.name, "", "", ""))
    rows += _channels(fleet, backup)
    rows += _radios(fleet, backup)
    return tuple(rows)


def newer_here(rows: tuple[Difference, ...]) -> bool:
    """Whether a restore would put something older in place of something newer."""
    return any(one.newer == HERE for one in rows)


def restore(
    backup: Backup,
    folder: Path,
    passphrase: bytes,
    *,
    over: bool = False,
    now: float,
    kdf: KdfStrength = STANDARD,
) -> Path | None:
    """Make the fleet of a backup, under this passphrase; returns where an older one was put.

    With `over` one that is there is kept aside, else refused. Raises FleetError; then what was
    there is still there.
    """
    there = fleet_exists(folder)
    if not over:
        check_free(folder)
    lock = fleet_lock(folder) if there else None
    try:
        fresh = make_fleet_folder(folder)
        try:
            sealed = SealedFolder(fresh, make_fleet_key(fresh, passphrase, kdf=kdf))
            for name, content in backup.files.items():
                if name == NETWORK or name.startswith(f"{JOURNAL}/"):
                    write_bytes(fresh / name, content)
                else:
                    sealed.write(name, content)
                    _reads_back(sealed, name, content)
            aside = _aside(folder, now) if there else None
            put_in_place(fresh, folder, aside=aside)
        except BaseException:
            remove_fresh(fresh)
            raise
    finally:
        if lock is not None:
            lock.release()
    return aside


def _reads_back(sealed: SealedFolder, name: str, content: bytes) -> None:
    if sealed.read(name) != content:
        raise FleetDamagedError(
            tr("{path} reads back differently than it was written", path=sealed.root / name)
        )


def _aside(folder: Path, now: float) -> Path:
    """A free name beside it, with the time in UTC."""
    stamp = datetime.datetime.fromtimestamp(now, datetime.UTC).strftime("%Y%m%d-%H%M%S")
    path, number = folder.with_name(f"{folder.name}.before-{stamp}"), 1
    while path.exists():
        number += 1
        path = folder.with_name(f"{folder.name}.before-{stamp}-{number}")
    return path


def _channels(fleet: Fleet, backup: Backup) -> list[Difference]:
    rows = []
    ours, theirs = fleet.ring.channels, backup.ring.channels
    for name in sorted({*ours, *theirs}):
        mine, other = ours.get(name), theirs.get(name)
        if mine is not None and other is not None and mine.key == other.key:
            continue
        newer = _newer(mine.since if mine else None, other.since if other else None)
        rows.append(
            Difference(
                "channel", name, newer, mine.fingerprint if mine else "",
                other.fingerprint if other else "",
            )
        )  # fmt: skip
    return rows


def _radios(fleet: Fleet, backup: Backup) -> list[Difference]:
    rows = []
    for name in sorted({*fleet.manifests(), *backup.newest}):
        history = fleet.history(name)
        mine = history[-1].manifest if history else None
        other = backup.newest.get(name)
        if mine != other:
            here = mine.proven_at if mine else None
            there = other.proven_at if other else None
            rows.append(Difference("radio", name, _newer(here, there), _at(here), _at(there)))
    for name in sorted({*fleet.book.bindings, *backup.book.bindings}):
        one, two = fleet.book.of(name), backup.book.of(name)
        if (one.node_number, one.member) != (two.node_number, two.member):
            rows.append(Difference("binding", name, "", one.member or "", two.member or ""))
    ours = {(one.radio, one.lost_at) for one in fleet.book.lost}
    theirs = {(one.radio, one.lost_at) for one in backup.book.lost}
    rows += [Difference("lost", name, HERE, _at(at), "") for name, at in sorted(ours - theirs)]
    rows += [Difference("lost", name, BACKUP, "", _at(at)) for name, at in sorted(theirs - ours)]
    return rows


def _newer(mine: int | None, other: int | None) -> str:
    if mine == other:
        return ""
    if mine is None or other is None:
        return HERE if other is None else BACKUP
    return HERE if mine > other else BACKUP


def _at(moment: int | None) -> str:
    if moment is None:
        return ""
    return datetime.datetime.fromtimestamp(moment, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
