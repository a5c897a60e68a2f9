"""The store against a model of dictionaries, over any sequence of commits, purges and restarts."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from meshdefense.storage.database import Database
from meshdefense.storage.errors import ItemConflictError
from meshdefense.storage.records import Batch, ItemKey, RowRecord, StoredItem, key_text
from meshdefense.storage.repository import Store
from support.storage_records import T0, item, new_store, rows_since

items = st.builds(
    lambda sequence, stream, life, ref: item(
        sequence, stream=stream, expires_at=T0 + life if life else None, ref=ref
    ),
    st.integers(0, 8),
    st.integers(0, 1),
    st.integers(0, 4),
    st.sampled_from([None, "7.1.0", "7.1.1"]),
)
rows = st.builds(
    lambda sequence, text, gone: RowRecord("alerts", f"7.1.{sequence}", {"text": text}, gone),
    st.integers(0, 8),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=5),
    st.booleans(),
)


class StoreModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store, self.key = new_store(Path(self.folder.name))
        self.epoch, self.revision = self.store.epoch, 0
        self.items: dict[ItemKey, StoredItem] = {}
        self.rows: dict[tuple[str, str], RowRecord] = {}
        self.documents: dict[str, bytes] = {}

    def write_rows(self, written: list[RowRecord]) -> None:
        self.revision += bool(written)
        for row in written:
            data = {} if row.gone else row.data
            self.rows[row.tbl, row.id] = RowRecord(row.tbl, row.id, data, row.gone, self.revision)

    @rule(
        new=st.lists(items, max_size=5),
        written=st.lists(rows, max_size=5),
        documents=st.dictionaries(
            st.sampled_from("ab"), st.none() | st.binary(max_size=3), max_size=2
        ),
    )
    def commit(
        self, new: list[StoredItem], written: list[RowRecord], documents: dict[str, bytes | None]
    ) -> None:
        batch = Batch(items=new, rows=written, documents=documents)
        duplicates = []
        for one in new:
            if one.key in self.items:
                duplicates.append(one.key)
            self.items.setdefault(one.key, one)
        self.write_rows(written)
        for name, value in documents.items():
            if value is None:
                self.documents.pop(name, None)
            else:
                self.documents[name] = value
        assert self.store.commit(batch) == self.revision
        assert batch.duplicates == duplicates

    @rule(number=st.integers(0, 8), new=items, written=st.lists(rows, min_size=1, max_size=2))
    def commit_a_conflict(self, number: int, new: StoredItem, written: list[RowRecord]) -> None:
        if not self.items:
            return
        held = list(self.items.values())[number % len(self.items)]
        forged = dataclasses.replace(held, raw=held.raw + b"!")
        try:
            self.store.commit(Batch(items=[new, forged], rows=written, documents={"a": b"!"}))
        except ItemConflictError:
            return
        raise AssertionError("other bytes under a stored number were taken")

    @rule(now=st.integers(0, 4), limit=st.integers(1, 4))
    def purge(self, now: int, limit: int) -> None:
        expired = [
            one
            for one in self.items.values()
            if one.expires_at is not None and one.expires_at <= T0 + now
        ]
        expired.sort(key=lambda one: one.expires_at or 0.0)  # stable: then by acceptance
        for one in expired[:limit]:
            del self.items[one.key]
        ids = {key_text(one.key) for one in expired[:limit]}
        buried = [row for row in self.rows.values() if row.id in ids and not row.gone]
        self.write_rows([RowRecord(row.tbl, row.id, gone=True) for row in buried])
        purged = self.store.purge(T0 + now, limit)
        assert purged.revision == self.revision
        assert list(purged.items) == [one.key for one in expired[:limit]]
        assert {row.id for row in purged.rows} == {row.id for row in buried}
        assert purged.more == (len(expired) > limit)

    @rule(written=st.lists(rows, max_size=3))
    def replace_rows(self, written: list[RowRecord]) -> None:
        self.rows.clear()
        self.revision += not written
        self.write_rows(written)
        assert self.store.replace_rows(written) == self.revision
        assert self.store.epoch != self.epoch
        self.epoch = self.store.epoch

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = Store(Database.open(Path(self.folder.name) / "store.db", self.key))

    @invariant()
    def store_equals_model(self) -> None:
        held = [dataclasses.replace(found, rowid=0) for found in self.store.items()]
        assert held == list(self.items.values())
        assert self.store.item_count() == len(held)
        assert self.store.recent_items(2) == [
            (one.key, one.raw, one.received_at) for one in held[-2:]
        ]
        for ref in ("7.1.0", "7.1.1"):
            about = [found.key for found in self.store.items_by_ref(ref)]
            assert about == [one.key for one in held if one.ref == ref]
        assert (self.store.epoch, self.store.revision) == (self.epoch, self.revision)
        for since in {0, max(1, self.revision - 1)}:
            told = {(row.tbl, row.id): row for row in rows_since(self.store, since)}
            assert told == {
                name: row
                for name, row in self.rows.items()
                if row.rev > since and (since or not row.gone)
            }
        for (tbl, id_), row in self.rows.items():
            assert self.store.row(tbl, id_) == row
        for name in "ab":
            assert self.store.document(name) == self.documents.get(name)

    def teardown(self) -> None:
        assert self.store.check() == []
        self.store.close()
        self.folder.cleanup()


StoreModel.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestStoreEqualsModel = StoreModel.TestCase
