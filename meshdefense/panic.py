"""Making a data folder unreadable at once, then empty: keyslots first, everything else after.

Files go in an order in which a power cut at any moment is no harm: once the keyslots are
overwritten and synced nothing in the folder can be opened, by us neither. Only files that are
ours are touched, lest a folder that holds other things as well loses them. Needs neither the
passphrase nor the daemon, and imports nothing heavy. See docs/storage.md.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from meshdefense.paths import DataFolder, PathError
from meshdefense.storage.attempts import attempts_path
from meshdefense.storage.durable import overwrite_file
from meshdefense.whole_file import sync_folder

__all__ = ["RADIO_S", "Step", "destroy", "fleets", "name_of", "plan", "rehearse"]

RADIO_S: Final = 1.0
"""How long the radio is waited for."""
_BASE_S: Final = 0.1
_SECONDS_PER_GIB: Final = 0.35
"""For the rehearsal's estimate, rounded up from what benchmarks/at_rest.py measures."""
_OVERWRITTEN_MAX: Final = 16 << 20
"""Bytes. So much of logs and exports, which are not encrypted, is overwritten before it goes."""
_TREES: Final = ("exports", "logs", "maps")
_FLEETS: Final = ("fleet", "fleet.*")
"""The fleet of radios, one that is being made, and older ones kept beside it; see docs/fleet.md."""


@dataclass(frozen=True, slots=True)
class Step:
    """One file that goes."""

    path: Path
    overwrite: bool
    """Whether its bytes are overwritten and synced first."""


def plan(folder: DataFolder, *, share: Path | None = None, keep_lock: bool = False) -> list[Step]:
    """The files that are there, in the order in which they go. Reads only.

    `share` is the device share. The folder's lock goes last, unless somebody still needs it.
    """
    root, store = folder.root, folder.store
    # what a crash left goes first: while the program can be opened, everything is there
    keys = [_new(folder.keyslot), folder.keyslot]
    for fleet in fleets(folder):
        keys += [_new(fleet / folder.keyslot.name), fleet / folder.keyslot.name]
    if share is not None:
        keys.append(share)
    mark = root / "sequence.mark"
    keys += [attempts_path(folder.root), mark, _new(mark)]
    plain = [path for tree in _trees(folder) for path in _files_below(tree) if path not in keys]
    data = [store.with_name(store.name + ".ballast")]
    for name in (store, _new(store)):
        data += [name.with_name(name.name + end) for end in ("-wal", "", "-shm", "-journal")]
    with contextlib.suppress(PathError):
        data.append(folder.socket)
    if not keep_lock:
        data.append(folder.lock)
    budget, steps = _OVERWRITTEN_MAX, [Step(path, True) for path in keys]
    for path in plain:
        budget -= _size(path)
        steps.append(Step(path, budget >= 0))
    steps += [Step(path, False) for path in data]
    return [step for step in steps if os.path.lexists(step.path)]


def destroy(folder: DataFolder, *, share: Path | None = None, keep_lock: bool = False) -> list[str]:
    """Remove everything of `plan`; returns what could not be removed, in words.

    Goes on whatever fails, and looks in the end: what is there still, or again, is named. Safe
    to call again, after a call that was cut short too, and while a daemon uses the folder.
    """
    failed, named = list[str](), set[Path]()
    for step in plan(folder, share=share, keep_lock=keep_lock):
        try:
            if step.overwrite:
                overwrite_file(step.path)
        except OSError as error:
            name = name_of(folder, step.path)
            failed.append(f"{name} could not be overwritten: {error.strerror}")
            named.add(step.path)
        try:
            step.path.unlink(missing_ok=True)
        except OSError as error:
            name = name_of(folder, step.path)
            failed.append(f"{name} could not be removed: {error.strerror}")
            named.add(step.path)
    for tree in _trees(folder):
        with contextlib.suppress(OSError):
            _remove_folders(tree)
    with contextlib.suppress(OSError):
        sync_folder(folder.root)
    with contextlib.suppress(OSError):
        folder.root.rmdir()  # only when nothing else is in it
    return failed + [
        f"{name_of(folder, path)} is still there" for path in _left(folder, share, keep_lock, named)
    ]


def rehearse(folder: DataFolder, *, share: Path | None = None) -> dict[str, Any]:
    """What `destroy` would do: files with their sizes, what stays, seconds. Writes nothing."""
    steps = plan(folder, share=share)
    going = {step.path for step in steps}
    size = sum(_size(step.path) for step in steps)
    try:
        inside = sorted(folder.root.iterdir())
    except OSError:
        inside = []
    trees = set(_trees(folder))
    stays = [path.name for path in inside if path not in going and path not in trees]
    return {
        "files": [
            {
                "name": name_of(folder, step.path),
                "bytes": _size(step.path),
                "overwritten": step.overwrite,
            }
            for step in steps
        ],
        "stays": stays,
        "bytes": size,
        "seconds": round(_BASE_S + _SECONDS_PER_GIB * size / (1 << 30), 1),
    }


def fleets(folder: DataFolder) -> list[Path]:
    """Folders of radios' keys in the data folder: all that is in them goes."""
    found = [path for pattern in _FLEETS for path in sorted(folder.root.glob(pattern))]
    return [path for path in found if path.is_dir()]


def name_of(folder: DataFolder, path: Path) -> str:
    """As people are told: a fleet's files with its folder, since the node's have the same names."""
    inside = any(fleet in path.parents for fleet in fleets(folder))
    return path.relative_to(folder.root).as_posix() if inside else path.name


def _trees(folder: DataFolder) -> list[Path]:
    """Keys of radios first: what is overwritten has a limit."""
    return [*fleets(folder), *(folder.root / name for name in _TREES)]


def _left(folder: DataFolder, share: Path | None, keep_lock: bool, named: set[Path]) -> list[Path]:
    """What should be gone, was not named yet, and is there."""
    files = [step.path for step in plan(folder, share=share, keep_lock=keep_lock)]
    trees = [tree for tree in _trees(folder) if os.path.lexists(tree)]
    shown = [path for path in files if path not in named]
    return shown + [tree for tree in trees if not any(tree in path.parents for path in files)]


def _new(path: Path) -> Path:
    return path.with_name(path.name + ".new")


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _files_below(tree: Path) -> Iterator[Path]:
    for where, _, names in os.walk(tree):
        yield from (Path(where) / name for name in sorted(names))


def _remove_folders(tree: Path) -> None:
    for where, _, _ in os.walk(tree, topdown=False):
        Path(where).rmdir()
