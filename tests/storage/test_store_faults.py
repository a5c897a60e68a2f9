"""Whichever write fails, nothing is half stored, and the store goes on by itself afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlcipher3 import dbapi2 as sqlcipher

from meshdefense.storage.database import Database
from meshdefense.storage.errors import StoreFullError, StoreUnavailableError
from meshdefense.storage.records import Batch, CounterRecord
from meshdefense.storage.repository import Store
from support.storage_records import T0, item, new_store, outbox, row_of, rows_since

ROOT = Path(__file__).parents[2]
FULL, IO_ERROR, READ_ONLY = 13, 10, 8
COMMITS = 5


def batch(number: int) -> Batch:
    """Items of others and an own one with its counter, so that the mark is written too."""
    own = item(number, author=1)
    items = [item(2 * number + n, expires_at=T0 + number) for n in range(2)]
    return Batch(
        items=[*items, own],
        rows=[row_of(one) for one in items],
        outbox=[outbox(own)],
        counters=[CounterRecord(stream=0, incarnation=1, next_sequence=number + 1)],
    )


class Fault:
    """Lets the N-th statement or COMMIT of an engine fail as the driver would say it."""

    def __init__(self, at: int, code: int) -> None:
        self.at, self.code, self.seen = at, code, 0

    def check(self) -> None:
        self.seen += 1
        if self.seen == self.at:
            error = sqlcipher.OperationalError("made to fail")
            error.sqlite_errorcode = self.code
            raise sqlalchemy.exc.OperationalError("statement", None, error)

    @contextmanager
    def on(self, store: Store) -> Iterator[None]:
        engine = store._database.engine

        def executing(*_: Any) -> None:
            self.check()

        def committing(_: Any) -> None:
            self.check()

        sqlalchemy.event.listen(engine, "before_cursor_execute", executing)
        sqlalchemy.event.listen(engine, "commit", committing)
        try:
            yield
        finally:
            sqlalchemy.event.remove(engine, "before_cursor_execute", executing)
            sqlalchemy.event.remove(engine, "commit", committing)


def play(store: Store) -> list[StoreUnavailableError]:
    """The scenario: commits and purges, each tried until it is taken; returns what was refused."""
    refused = []

    def until_taken(call: Callable[[], object]) -> None:
        for _ in range(3):
            try:
                call()
            except StoreUnavailableError as error:
                refused.append(error)
            else:
                return
        raise AssertionError("one failure and it never recovered")

    for number in range(COMMITS):
        until_taken(lambda number=number: store.commit(batch(number)))  # type: ignore[misc]
        until_taken(lambda number=number: store.purge(T0 + number - 2))  # type: ignore[misc]
    return refused


def content(store: Store) -> tuple[object, ...]:
    """Everything that the scenario leaves, without revisions, which count tries."""
    return (
        sorted(one.key for one in store.items()),
        [(one.key, one.state) for one in store.outbox()],
        [(one.stream, one.incarnation, one.next_sequence) for one in store.counters()],
        sorted(row.id for row in rows_since(store, 0)),
        store.item_count(),
    )


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, tuple[object, ...]]:
    """Statements of the scenario, and what it leaves when nothing fails."""
    store, _ = new_store(tmp_path_factory.mktemp("right"))
    fault = Fault(0, FULL)
    with store, fault.on(store):
        assert play(store) == []
        seen = fault.seen
        return seen, content(store)


@pytest.mark.parametrize("code", [FULL, IO_ERROR, READ_ONLY])
def test_whichever_statement_fails_the_outcome_is_the_same(
    code: int, expected: tuple[int, tuple[object, ...]], tmp_path: Path
) -> None:
    statements, right = expected
    assert statements > 100
    hit = 0
    for at in range(1, statements + 1):
        folder = tmp_path / str(at)
        folder.mkdir()
        store, key = new_store(folder)
        fault = Fault(at, code)
        with fault.on(store):
            refused = play(store)
        assert all(isinstance(error, StoreFullError) is (code == FULL) for error in refused)
        hit += bool(refused)
        assert content(store) == right, f"statement {at}"
        store.close()
        with Store(Database.open(folder / "store.db", key)) as again:
            assert again.check() == []
            assert not again.restored, f"statement {at}"
            assert content(again) == right
        shutil.rmtree(folder)
    if code != FULL:  # a full disk is often mended without anybody noticing
        assert hit == statements


@pytest.mark.parametrize("call", ["pwrite", "fsync"])
def test_whichever_write_of_the_mark_fails_the_outcome_is_the_same(
    call: str,
    expected: tuple[int, tuple[object, ...]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = getattr(os, call)
    for at in range(1, COMMITS + 1):
        folder = tmp_path / str(at)
        folder.mkdir()
        store, _ = new_store(folder)
        calls = 0

        def failing(*args: Any, at: int = at) -> Any:
            nonlocal calls
            calls += 1
            if calls == at:
                raise OSError(5, "Input/output error")
            return real(*args)

        with store, monkeypatch.context() as patch:
            patch.setattr(os, call, failing)
            assert len(play(store)) == 1
            assert content(store) == expected[1]


SHRINKING = """
import resource, signal, sys
from pathlib import Path
from meshdefense.storage import database
from meshdefense.storage.errors import StoreUnavailableError
from support.storage_records import T0, item, new_store, row_of
from meshdefense.storage.records import Batch

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
database.CHECKPOINT_PAGES = 10
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
root, refused = Path(sys.argv[1]), 0
for limit in range(0, 400_000, 4096 * 3 + 100):
    folder = root / str(limit)
    folder.mkdir()
    store, key = new_store(folder)
    taken = 0
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    for n in range(30):
        try:
            one = item(n, raw=b"x" * 3000)
            store.commit(Batch(items=[one], rows=[row_of(one)]))
            taken += 1
        except StoreUnavailableError:
            refused += 1
            break
    held = store.item_count()
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    store.commit(Batch(items=[item(1000)]))
    assert held == taken, (limit, held, taken)
    assert store.check() == [], limit
    assert store.item_count() == taken + 1, limit
    store.close()
print(refused)
"""


def program(text: str, *arguments: str | Path, wrapped: tuple[str, ...] = ()) -> str:
    done = subprocess.run(
        [*wrapped, sys.executable, "-c", text, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={"PATH": os.defpath, "PYTHONPATH": ":".join([*sys.path, str(ROOT / "tests")])},
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_at_whatever_size_the_system_stops_writing_nothing_is_torn(tmp_path: Path) -> None:
    assert int(program(SHRINKING, tmp_path)) > 10


def test_a_folder_that_becomes_read_only_is_said_and_used_again_later(
    tmp_path: Path,
) -> None:
    store, _ = new_store(tmp_path)
    with store:
        store.commit(batch(0))
        with store._database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only = ON")
        for _ in range(2):
            with pytest.raises(StoreUnavailableError, match="read-only"):
                store.commit(Batch(items=[item(50)]))
            with pytest.raises(StoreUnavailableError, match="read-only"):
                store.purge(T0 + 100)
        assert store.item_count() == 3
        with store._database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only = OFF")
        store.commit(batch(1))
        assert store.item_count() == 6
