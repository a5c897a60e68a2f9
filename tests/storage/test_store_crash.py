"""What was acknowledged stays, and what was not is not half there."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from meshdefense.storage.database import Database
from meshdefense.storage.errors import StoreUnavailableError
from meshdefense.storage.keyslots import StoreKey
from meshdefense.storage.records import Batch
from meshdefense.storage.repository import Store
from support.storage_records import item, new_store, rows_since
from support.storage_writer import ITEMS_EACH, batch

ROOT = Path(__file__).parents[2]
KILLS = 8
"""Each costs a start of Python."""


def write_until_killed(path: Path, key: StoreKey, first: int, after_s: float) -> list[int]:
    """Run the writer, kill it some time after its first commit; what it acknowledged."""
    writer = subprocess.Popen(
        [sys.executable, ROOT / "tests/support/storage_writer.py", path, key.key.hex(),
         key.salt.hex(), str(first)],
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": ":".join([*sys.path, str(ROOT / "tests")])},
    )  # fmt: skip
    assert writer.stdout is not None
    with writer.stdout as output:
        said = output.readline()
        time.sleep(after_s)
        writer.kill()
        said += output.read()
    assert writer.wait() == -9
    return [int(line) for line in said.splitlines(keepends=True) if line.endswith(b"\n")]


@pytest.mark.slow
def test_every_acknowledged_batch_survives_kill_and_none_is_half_there(tmp_path: Path) -> None:
    chance = random.Random(20260101)
    store, key = new_store(tmp_path)
    store.close()
    path, acknowledged, count = tmp_path / "store.db", 0, 0
    for _ in range(KILLS):
        told = write_until_killed(path, key, count, chance.uniform(0.0, 0.15))
        assert told == list(range(count, count + len(told)))
        acknowledged += len(told)
        with Store(Database.open(path, key)) as again:
            # One more than was told is right: killed after the commit, before the line.
            held, rest = divmod(again.item_count(), ITEMS_EACH)
            assert rest == 0
            assert held - (count + len(told)) in (0, 1)
            count = held
            last = batch(count - 1)
            sequences = [found.sequence for found in again.items()]
            assert sequences == list(range(count * ITEMS_EACH))
            assert len(rows_since(again, 0)) == len(again.outbox()) == count * ITEMS_EACH
            assert again.revision == max(row.rev for row in rows_since(again, 0)) == count
            # A kill between mark and commit begins an incarnation, of positions as well.
            assert [one for one in again.counters() if one.stream == 0] == last.counters
            assert again.replay() == last.replay
            assert again.document("number") == str(count - 1).encode()
            assert again.check() == []
    assert acknowledged > KILLS


def test_a_read_only_store_says_so(tmp_path: Path) -> None:
    store, _ = new_store(tmp_path)
    with store:
        with store._database.transaction() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")
        with pytest.raises(StoreUnavailableError, match="read-only"):
            store.commit(Batch(items=[item(1)]))
        with store._database.transaction() as connection:
            connection.exec_driver_sql("PRAGMA query_only = OFF")
        store.commit(Batch(items=[item(1)]))
        assert store.item_count() == 1


def test_a_store_left_open_by_a_dead_process_opens_with_its_log(tmp_path: Path) -> None:
    store, key = new_store(tmp_path)
    store.close()
    told = write_until_killed(tmp_path / "store.db", key, 0, 0.0)
    assert told
    assert (tmp_path / "store.db-wal").stat().st_size > 0
    with Store(Database.open(tmp_path / "store.db", key)) as again:
        assert again.item_count() >= len(told) * ITEMS_EACH
    assert not (tmp_path / "store.db-wal").exists()
