"""A fleet put back from a backup: what differs from the one that is there, and the exchange.

What is there is never lost: it is kept beside the restored one, under a name with the time.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from meshdefense.catalogue import tr
from meshdefense.provisioning.backup import Backup, files_of
from meshdefense.provisioning.bindings import RADIOS
from meshdefense.provisioning.fleet_errors import FleetDamagedError
from meshdefense.provisioning.fleet_folder import (
    JOURNAL,
    MANIFESTS,
    NETWORK,
    check_free,
    fleet_exists,
    fleet_lock,
    make_fleet_folder,
    put_in_place,
    remove_fresh,
)
from meshdefense.provisioning.keys import KEYS
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
    """network, fleet-key, channel, old-key, radio, hardware, binding, drift, unfinished, run, lost,
    found or other."""
    name: str
    newer: str
    """Which one is newer or the only one to have it: "here", "backup", or "" for unknown."""
    here: str
    """A fingerprint, a time or a number; empty where it is not there."""
    backup: str


def differences(fleet: Fleet, backup: Backup) -> tuple[Difference, ...]:
    """Everything that a restore would change; nothing only where every file is the same."""
    files = files_of(fleet)
    rows = []
    if files[NETWORK] != backup.files[NETWORK]:
        rows.append(Difference("network", NETWORK, "", "", ""))
    if fleet.ring.seed != backup.ring.seed:
        rows.append(Difference("fleet-key", fleet.network.name, "", "", ""))
    rows += _channels(fleet, backup)
    rows += _old_keys(fleet, backup)
    rows += _proofs(fleet, files, backup)
    rows += _bindings(fleet, backup)
    rows += _runs(files, backup)
    rows += _losses(fleet, backup)
    return tuple(rows) or tuple(_others(fleet, files, backup))


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


def _old_keys(fleet: Fleet, backup: Backup) -> list[Difference]:
    """One that only the backup knows may have been dropped here: nothing tells what is newer."""
    ours = {(one.channel, one.fingerprint): one for one in fleet.ring.old}
    theirs = {(one.channel, one.fingerprint): one for one in backup.ring.old}
    rows = []
    for key in sorted({*ours, *theirs}):
        if ours.get(key) != theirs.get(key):
            newer = HERE if key in ours else ""
            here, there = (key[1] if key in one else "" for one in (ours, theirs))
            rows.append(Difference("old-key", key[0], newer, here, there))
    return rows


def _proofs(fleet: Fleet, files: Mapping[str, bytes], backup: Backup) -> list[Difference]:
    rows = []
    for _, name in _of_radios(MANIFESTS, files, backup.files):
        history = fleet.history(name)
        mine = history[-1].manifest if history else None
        other = backup.newest.get(name)
        if mine != other:
            here = mine.proven_at if mine else None
            there = other.proven_at if other else None
            rows.append(Difference("radio", name, _newer(here, there), _at(here), _at(there)))
    return rows


def _bindings(fleet: Fleet, backup: Backup) -> list[Difference]:
    rows = []
    for name in sorted({*fleet.book.bindings, *backup.book.bindings}):
        one, two = fleet.book.of(name), backup.book.of(name)
        if one.node_number is not None and two.node_number is None:
            rows.append(Difference("hardware", name, HERE, f"!{one.node_number:08x}", ""))
        elif (one.node_number, one.public_key) != (two.node_number, two.public_key) or (
            one.member != two.member
        ):
            rows.append(Difference("binding", name, "", one.member or "", two.member or ""))
        if (one.drift, one.drift_at) != (two.drift, two.drift_at):
            newer = HERE if (one.drift_at or 0) > (two.drift_at or 0) else ""
            rows.append(Difference("drift", name, newer, _at(one.drift_at), _at(two.drift_at)))
    return rows


def _runs(files: Mapping[str, bytes], backup: Backup) -> list[Difference]:
    """A run that did not end here may have left keys in a radio of which the backup knows less."""
    rows = []
    for name, radio in _of_radios(JOURNAL, files, backup.files):
        if files.get(name) == backup.files.get(name):
            continue
        (begun, here), (other_begun, there) = _run(files.get(name)), _run(backup.files.get(name))
        if begun:
            rows.append(Difference("unfinished", radio, HERE, _at(here), _at(there)))
        else:
            ended = HERE if other_begun and here is not None else ""
            newer = _newer(here, there) or ended
            rows.append(Difference("run", radio, newer, _at(here), _at(there)))
    return rows


def _of_radios(part: str, *files: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """Names of such files, each with the name of its radio; former ones too."""
    names = {name for several in files for name in several if name.startswith(f"{part}/")}
    return [(name, unquote(Path(name).stem)) for name in sorted(names)]


def _run(journal: bytes | None) -> tuple[bool, int | None]:
    """Whether a run began that did not end, and when; one that cannot be read did not end."""
    if journal is None:
        return False, None
    try:
        found = json.loads(journal)
        return found["done"] is not True, int(found["begun_at"])
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return True, None


def _losses(fleet: Fleet, backup: Backup) -> list[Difference]:
    rows = []
    ours = {(one.radio, one.lost_at): one for one in fleet.book.lost}
    theirs = {(one.radio, one.lost_at): one for one in backup.book.lost}
    for name, at in sorted({*ours, *theirs}):
        mine, other = ours.get((name, at)), theirs.get((name, at))
        if mine is None:
            rows.append(Difference("lost", name, BACKUP, "", _at(at)))
        elif other is None:
            rows.append(Difference("lost", name, HERE, _at(at), ""))
        elif mine != other:
            here, there = mine.found_at, other.found_at
            rows.append(Difference("found", name, _newer(here, there), _at(here), _at(there)))
    return rows


def _others(fleet: Fleet, files: Mapping[str, bytes], backup: Backup) -> list[Difference]:
    """Files that differ in what no other row tells, such as the history of a radio's proofs."""
    rows = []
    if fleet.ring != backup.ring:
        rows.append(KEYS)
    if fleet.book != backup.book:
        rows.append(RADIOS)
    rows += [
        name for name in sorted({*files, *backup.files} - {KEYS, RADIOS})
        if files.get(name) != backup.files.get(name)
    ]  # fmt: skip
    return [Difference("other", name, "", "", "") for name in rows]


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
