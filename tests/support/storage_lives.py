"""A member's own sequences through restarts, crashes and copies that are put back.

`Lives.said` is what others have seen: the bytes under each number. `say` fails when a number
comes twice with other bytes.
"""

from __future__ import annotations

import dataclasses
import itertools
import os
import shutil
from pathlib import Path

from meshdefense.storage.database import Database
from meshdefense.storage.keyslots import StoreKey
from meshdefense.storage.records import Batch, CounterRecord, ItemKey, StoredItem
from meshdefense.storage.repository import Store
from support.storage_records import item, new_store

__all__ = ["DATABASE", "MARK", "Lives", "put_back", "wait_for_the_file_clock"]

MARK = "sequence.mark"
DATABASE = ("store.db", "store.db-wal", "store.db-shm")


class Lives:
    """One member's node, and everything that it ever said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store: Store
        self.key: StoreKey
        self.store, self.key = new_store(folder)
        self.said: dict[ItemKey, bytes] = {}
        self._texts = itertools.count()

    @property
    def incarnation(self) -> int:
        """The highest in which something may have been said."""
        return max((counter.incarnation for counter in self.store.counters()), default=0)

    def restart(self) -> bool:
        """Open the store as the daemon does; whether it says that it was put back."""
        self.store.close()
        self.store = Store(Database.open(self.folder / "store.db", self.key))
        restored = self.store.restored
        if restored:
            self.store.begin_incarnation()
        return restored

    def batch(self, count: int, stream: int = 0) -> Batch:
        """The next own items, with the counter behind them."""
        counters = {counter.stream: counter for counter in self.store.counters()}
        unused = CounterRecord(stream=stream, incarnation=0, next_sequence=0)
        counter = counters.get(stream, unused)
        first = counter.next_sequence
        items = [self._item(counter, sequence) for sequence in range(first, first + count)]
        return Batch(
            items=items, counters=[dataclasses.replace(counter, next_sequence=first + count)]
        )

    def _item(self, counter: CounterRecord, sequence: int) -> StoredItem:
        made = item(sequence, author=1, stream=counter.stream, raw=b"%d" % next(self._texts))
        return dataclasses.replace(made, incarnation=counter.incarnation, own=True)

    def say(self, count: int = 1, stream: int = 0) -> None:
        """Store some own items, then let others see them."""
        batch = self.batch(count, stream)
        self.store.commit(batch)
        self.show(batch)

    def show(self, batch: Batch) -> None:
        """Others receive what is in a batch."""
        for one in batch.items:
            held = self.said.setdefault(one.key, one.raw)
            assert held == one.raw, f"{one.key} was used for two items"

    def copy(self, to: Path) -> Path:
        """A copy of the folder as it is now, as `cp -a` makes it."""
        shutil.copytree(self.folder, to)
        return to


def put_back(copy: Path, folder: Path, names: tuple[str, ...], *, in_place: bool) -> None:
    """Bring files of a copy back into the folder of a closed store, with their times.

    `in_place` writes into the files that are there, as `cp -a` does.
    """
    if in_place and (folder / MARK).exists():
        wait_for_the_file_clock(folder / MARK)
    for name in names:
        if not in_place or not (copy / name).exists():
            (folder / name).unlink(missing_ok=True)
        if (copy / name).exists():
            shutil.copy2(copy / name, folder / name)


def wait_for_the_file_clock(path: Path) -> None:
    """Until a change of `path` would get another time: some systems count in 4 ms."""
    probe = path.with_name("probe")
    while True:
        probe.write_bytes(os.urandom(1))
        passed = probe.stat().st_ctime_ns > path.stat().st_ctime_ns
        probe.unlink()
        if passed:
            return
