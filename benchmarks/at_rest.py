"""What encryption at rest costs, and how fast a node can be destroyed.

Unlocking is argon2id at the default strength plus opening the store. A panic removes a store of
1 GiB of random bytes that are on the disk, first by the call alone, then by the command as a
person types it, which starts Python. A commit is one item with its row; the same SQLite without
a key is the comparison, commit by commit in turn, on the same disk.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a script, from anywhere

from sqlcipher3 import dbapi2 as sqlite

from benchmarks import harness
from meshdefense import panic
from meshdefense.paths import DataFolder
from meshdefense.storage.database import Database
from meshdefense.storage.errors import WrongPassphraseError
from meshdefense.storage.keyslots import STANDARD, draw_key, open_slot
from meshdefense.storage.records import Batch, RowRecord, StoredItem, key_text
from meshdefense.storage.repository import Store

NAME: Final = "at_rest"
PASSPHRASE: Final = b"five random words are enough"
UNLOCK_S, PANIC_S = 1.5, 2.0
CHUNK: Final = 8 << 20


class PlainDatabase(Database):
    """The same library with the same settings and no key: SQLite as everybody has it."""

    def _connect(self) -> Any:
        connection = sqlite.connect(self.path, isolation_level=None, check_same_thread=False)
        for setting in (
            "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON",
            "temp_store = MEMORY", "wal_autocheckpoint = 1000",
        ):  # fmt: skip
            connection.execute(f"PRAGMA {setting}").fetchall()
        return connection


def main() -> int:
    """Measure and print."""
    args = harness.arguments(NAME, __doc__ or "")
    size = (32 if args.quick else 1024) << 20
    samples, commits = (2, 50) if args.quick else (5, 2000)
    found = {**unlocking(samples * 2), **panics(samples, size), **committing(commits)}
    figures = {name: harness.summary_of(times) for name, times in found.items()}
    size_words = f"store of {size >> 20:,} MiB"
    outcome = harness.Outcome(
        NAME,
        f"Encryption at rest: unlocking, destroying a {size_words}, and one commit",
        ["what", "median ms", "min ms", "max ms", "samples"],
        [_row(name, one) for name, one in figures.items()],
        [
            harness.Bar("unlock, worst", figures["unlock"]["max"], UNLOCK_S, "s"),
            harness.Bar(
                "panic by command, worst", figures["panic by command"]["max"], PANIC_S, "s"
            ),
        ],
        {**figures, "store_bytes": size},
        [_cost(figures)],
    )
    return harness.finish(outcome, args)


def unlocking(samples: int) -> dict[str, list[float]]:
    """Seconds to open a store by its passphrase, and to say that one is wrong."""
    right, wrong = [], []
    with harness.folder() as root:
        folder = DataFolder(root / "node")
        Store.create(folder, PASSPHRASE, profile=STANDARD).close()
        for _ in range(samples):
            right.append(_timed(lambda: Store.open(folder, PASSPHRASE).close()))
            wrong.append(_timed(lambda: _refused(folder)))
    return {"unlock": right, "wrong passphrase": wrong}


def panics(samples: int, size: int) -> dict[str, list[float]]:
    """Seconds until nothing opens any more, until all is removed, and of the whole command."""
    keys, call, command = [], [], []
    with harness.folder() as root:
        for n in range(samples):
            folder = _large(root / f"call{n}", size)
            copy = root / "keyslot.bin"
            copy.write_bytes(folder.keyslot.read_bytes())
            first = DataFolder(root / f"keys{n}")
            first.make()
            copy.rename(first.keyslot)
            keys.append(_timed(lambda first=first: panic.destroy(first)))  # type: ignore[misc]
            call.append(_timed(lambda folder=folder: panic.destroy(folder)))  # type: ignore[misc]
            folder = _large(root / f"command{n}", size)
            words = [sys.executable, "-m", "meshdefense", "panic", "--yes"]
            words += ["--data", str(folder.root)]
            command.append(
                _timed(lambda words=words: subprocess.run(words, check=True, cwd=harness.ROOT,  # type: ignore[misc]
                                                          stdout=subprocess.DEVNULL))
            )  # fmt: skip
            assert not folder.root.exists()
    return {"panic, keyslots alone": keys, "panic, the call": call, "panic by command": command}


def committing(commits: int) -> dict[str, list[float]]:
    """Seconds of a commit of one item with its row, with the cipher and without."""
    times: dict[str, list[float]] = {"commit": [], "commit, not encrypted": []}
    with harness.folder() as root:
        key = draw_key()
        stores = (
            Store(Database.create(root / "sealed.db", key)),
            _plain(root / "plain"),
        )
        for n in range(commits):
            one = _item(n)
            row = RowRecord("alerts", key_text(one.key), {"text": "x" * 200, "at": 1.0})
            batch = Batch(items=[one], rows=[row])
            for store, name in zip(stores, times, strict=True):
                times[name].append(_timed(lambda store=store, batch=batch: store.commit(batch)))  # type: ignore[misc]
        for store in stores:
            store.close()
    return times


def _plain(root: Path) -> Store:
    root.mkdir()
    return Store(PlainDatabase.create(root / "store.db", draw_key()))


def _item(sequence: int) -> StoredItem:
    return StoredItem(
        author=7, incarnation=1, sequence=sequence, stream=0, kind=1, ref=None, claimed_at=1.0,
        received_at=1.0, expires_at=9e9, raw=os.urandom(98),
    )  # fmt: skip


def _large(root: Path, size: int) -> DataFolder:
    """A folder whose store has `size` bytes, all of them on the disk."""
    folder = DataFolder(root)
    Store.create(folder, PASSPHRASE, profile=STANDARD).close()
    chunk = os.urandom(CHUNK)
    with folder.store.open("ab") as file:
        for _ in range(size // CHUNK):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return folder


def _refused(folder: DataFolder) -> None:
    try:
        open_slot(folder.keyslot, b"wrong")
    except WrongPassphraseError:
        return
    raise AssertionError("it opened")


def _timed(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def _cost(figures: dict[str, dict[str, float]]) -> str:
    sealed = figures["commit"]["median"]
    plain = figures["commit, not encrypted"]["median"]
    return f"encryption adds {sealed / plain - 1:.0%} to a commit ({(sealed - plain) * 1e3:.2f} ms)"


def _row(name: str, one: dict[str, float]) -> list[str]:
    cells = [f"{one[what] * 1e3:,.2f}" for what in ("median", "min", "max")]
    return [name, *cells, f"{one['samples']:,}"]


if __name__ == "__main__":
    sys.exit(main())
