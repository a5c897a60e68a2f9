"""Where a fleet lies on the disk, and who may change it.

<folder>/keyslot.bin             the fleet's key, wrapped by its passphrase
<folder>/network.yaml            channels and radios, edited by people; no secret, no member
<folder>/keys.sealed             channel keys, signing key
<folder>/radios.sealed           which hardware is which radio, who holds it, lost radios
<folder>/manifests/NAME.sealed   what was proven of a radio, signed, with its history
<folder>/journal/NAME.json       what is being done to a radio; no secret
<folder>/.lock                   held by the one process that changes the fleet
"""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from typing import Final
from urllib.parse import quote

from meshdefense.catalogue import tr
from meshdefense.paths import DataFolder, FolderBusyError, FolderLock, PathError
from meshdefense.provisioning.bindings import RADIOS
from meshdefense.provisioning.fleet_errors import (
    FleetBusyError,
    FleetMissingError,
    FleetRefusedError,
    FleetUnavailableError,
)
from meshdefense.provisioning.keys import KEYS
from meshdefense.provisioning.sealed import KEYSLOT
from meshdefense.whole_file import sync_folder

__all__ = [
    "JOURNAL",
    "MANIFESTS",
    "NETWORK",
    "NEW",
    "check_exists",
    "check_free",
    "fleet_exists",
    "fleet_lock",
    "journal_path",
    "make_fleet_folder",
    "make_missing",
    "manifest_name",
    "put_in_place",
    "remove_fresh",
]

NETWORK: Final = "network.yaml"
MANIFESTS: Final = "manifests"
JOURNAL: Final = "journal"
NEW: Final = ".new"
"""Ends the name of a folder that is being made beside the one that it becomes."""
_PARTS: Final = frozenset(
    name
    for part in (KEYSLOT, NETWORK, KEYS, RADIOS, MANIFESTS, JOURNAL)
    for name in (part, f".{part}{NEW}", part + NEW)
)
"""What a crash may leave in it."""


def fleet_exists(folder: Path) -> bool:
    """Whether there is a fleet, or what is left of one."""
    return (folder / KEYSLOT).exists()


def check_exists(folder: Path) -> None:
    """Raise FleetMissingError unless `fleet_exists`; it says where an older one was kept."""
    if fleet_exists(folder):
        return
    hint = tr("make one: meshdefense radio fleet new, or: meshdefense radio restore FILE")
    kept = [one.name for one in sorted(folder.parent.glob(folder.name + ".*")) if fleet_exists(one)]
    if kept:
        hint = tr("kept beside it: {names}; to use one, rename it to {name}",
                  names=", ".join(kept), name=folder.name)  # fmt: skip
    raise FleetMissingError(tr("there is no fleet in {folder}", folder=folder), hint)


def check_free(folder: Path) -> None:
    """Raise FleetRefusedError where there is a fleet already."""
    if fleet_exists(folder):
        raise FleetRefusedError(
            tr("there is a fleet in {folder} already; it was left as it is", folder=folder)
        )


def manifest_name(radio: str) -> str:
    """The file of a radio's manifests, relative to the folder."""
    return f"{MANIFESTS}/{_file_name(radio)}.sealed"


def journal_path(folder: Path, radio: str) -> Path:
    """The file of a radio's journal."""
    return folder / JOURNAL / f"{_file_name(radio)}.json"


def fleet_lock(folder: Path) -> FolderLock:
    """Take the lock of a fleet, without waiting. Raises FleetBusyError, FleetUnavailableError."""
    lock = FolderLock(DataFolder(folder))
    try:
        lock.acquire()
    except FolderBusyError as error:
        raise FleetBusyError(
            tr("another program changes the fleet in {folder} (process {pid})",
               folder=folder, pid=error.pid or "?"),
            tr("wait until it is done; what only reads works meanwhile"),
        ) from None  # fmt: skip
    except PathError as error:
        raise FleetUnavailableError(str(error)) from error
    return lock


def make_fleet_folder(folder: Path) -> Path:
    """An empty folder, mode 0700, in which a fleet is made before `put_in_place`.

    What a crash left of an earlier try goes. Raises FleetError.
    """
    fresh = folder.with_name(folder.name + NEW)
    try:
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise FleetRefusedError(tr("{folder} is no folder", folder=folder))
        if folder.exists() and not fleet_exists(folder) and any(folder.iterdir()):
            raise FleetRefusedError(
                tr("{folder} holds other things; choose an empty folder", folder=folder)
            )
        if fresh.is_dir() and all(one.name in _PARTS for one in fresh.iterdir()):
            shutil.rmtree(fresh)
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.mkdir(mode=0o700, exist_ok=True)
        if any(fresh.iterdir()):
            raise FleetRefusedError(
                tr("{folder} holds other things; choose an empty folder", folder=fresh)
            )
        for name in (MANIFESTS, JOURNAL):
            (fresh / name).mkdir(mode=0o700)
    except OSError as error:
        raise FleetUnavailableError(
            tr("{path} cannot be written: {reason}", path=fresh, reason=error.strerror)
        ) from error
    return fresh


def make_missing(folder: Path) -> None:
    """Make the folders in a fleet that a copy left out, because they were empty."""
    for name in (MANIFESTS, JOURNAL):
        path = folder / name
        try:
            path.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise FleetUnavailableError(
                tr("{path} cannot be written: {reason}", path=path, reason=error.strerror)
            ) from error


def put_in_place(fresh: Path, folder: Path, *, aside: Path | None = None) -> None:
    """Give a whole fleet its name; one that has it is kept as `aside`. Raises FleetError."""
    try:
        for part in (MANIFESTS, JOURNAL):
            sync_folder(fresh / part)
        sync_folder(fresh)
        if aside is not None:
            folder.rename(aside)
        try:
            fresh.rename(folder)  # also over an empty folder
        except OSError:
            if aside is not None:
                aside.rename(folder)
            raise
        sync_folder(folder.parent)
    except OSError as error:
        raise FleetUnavailableError(
            tr("{path} cannot be written: {reason}", path=folder, reason=error.strerror)
        ) from error


def remove_fresh(fresh: Path) -> None:
    """Remove what was made of a fleet that did not come about."""
    with contextlib.suppress(OSError):
        shutil.rmtree(fresh)


def _file_name(radio: str) -> str:
    """A radio's name as that of a file: never a path, never hidden."""
    name = quote(radio, safe="")
    return name.replace(".", "%2E", 1) if name.startswith(".") else name
