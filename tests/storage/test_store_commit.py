"""What a commit promises: all or nothing, once, in order."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy.exc

from meshdefense.storage.database import Database
from meshdefense.storage.errors import ItemConflictError, StoreUnavailableError
from meshdefense.storage.records import (
    Batch,
    CounterRecord,
    EquivocationRecord,
    HeldRecord,
    NeighbourRecord,
    ReplayRecord,
    RowRecord,
    RowText,
    StoredItem,
    TransferRecord,
)
from meshdefense.storage.repository import Store
from support.storage_records import item, new_store, outbox, row_of, rows_since


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store, _ = new_store(tmp_path)
    with store:
        yield store


def stored(store: Store) -> list[StoredItem]:
    return [dataclasses.replace(found, rowid=0) for found in store.items()]


def test_everything_in_a_batch_comes_back_after_reopening(tmp_path: Path) -> None:
    store, key = new_store(tmp_path)
    own = dataclasses.replace(item(1), own=True, snr=None, rssi=None, hops=None, bearer="")
    other = item(2, author=9, stream=1, ref="7.1.1", expires_at=None, raw=bytes(range(256)))
    window = ReplayRecord(author=9, stream=1, incarnation=1, high=2, bitmap=b"\x01\x00")
    counter = CounterRecord(stream=0, incarnation=1, next_sequence=2)
    proof = EquivocationRecord(id="9.1.2p", raw=b"other bytes", seen_at=5.5)
    entry = dataclasses.replace(outbox(own, next_at=None), attempts=3, detail="queue full")
    row = RowRecord("alerts", "7.1.1", {"text": "Feuer 火", "at": 1.5, "by": None, "n": [1, {}]})
    held = HeldRecord(author=7, incarnation=1, sequence=1, stream=0, holders=(0, 9, 65535))
    neighbour = NeighbourRecord(member=9, heard_at=5.5, snr=-7.25, hashes=((0, 2**64 - 1), (3, 0)))
    text = TransferRecord(
        author=9, incarnation=1, sequence=2, stream=1, key_class=3, size=1500, digest=bytes(16),
        expires_at=7.5, restarts=2, parts=((0, bytes(142)), (10, b"\x00" * 80)),
    )  # fmt: skip
    batch = Batch(
        items=[own, other],
        outbox=[entry],
        held=[held],
        transfers=[text],
        neighbours=[neighbour],
        replay=[window],
        counters=[counter],
        equivocations=[proof],
        rows=[row],
        documents={"charter": b"\x00charter"},
        secrets={"seed": b"\xff" * 32},
    )
    assert store.commit(batch) == 1
    epoch = store.epoch
    store.close()

    with Store(Database.open(tmp_path / "store.db", key)) as again:
        assert stored(again) == [own, other]
        assert [found.rowid for found in again.items()] == [1, 2]
        assert again.item(own.key) == dataclasses.replace(own, rowid=1)
        assert again.item((1, 2, 3, 0)) is None
        assert again.outbox() == [entry]
        assert again.replay() == [window]
        assert again.counters() == [counter]
        assert again.equivocations() == [proof]
        assert again.held() == [held]
        assert again.neighbours() == [neighbour]
        assert again.transfers() == [text]
        assert again.transfer(other.key) == text
        assert again.transfer(own.key) is None
        assert rows_since(again, 0) == [row]
        assert row.rev == 1
        assert again.document("charter") == b"\x00charter"
        assert again.secret("seed") == b"\xff" * 32
        assert again.document("seed") is None
        assert (again.epoch, again.revision) == (epoch, 1)
        assert again.check() == []


def test_the_revision_grows_only_with_rows(store: Store) -> None:
    assert store.commit(Batch()) == 0
    assert store.commit(Batch(items=[item(1)])) == 0
    assert store.commit(Batch(rows=[row_of(item(1))])) == 1
    assert store.commit(Batch(items=[item(2)], documents={"a": b"1"})) == 1
    assert store.commit(Batch(rows=[row_of(item(1)), row_of(item(2))])) == store.revision == 2


def test_a_page_of_rows_gives_what_changed_later_and_nothing_else(store: Store) -> None:
    for sequence in (1, 2, 3):
        store.commit(Batch(rows=[row_of(item(sequence))]))
    store.commit(Batch(rows=[row_of(item(1), "changed")]))
    assert [(row.id, row.rev) for row in rows_since(store, 2)] == [("7.1.3", 3), ("7.1.1", 4)]
    assert rows_since(store, 4) == []
    held = store.row("alerts", "7.1.1")
    assert held is not None
    assert held.data["text"] == "changed"
    assert store.row("messages", "7.1.1") is None


def test_a_row_that_went_away_is_told_to_those_who_may_hold_it(store: Store) -> None:
    store.commit(Batch(rows=[row_of(item(1), "secret text")]))
    gone = RowRecord("alerts", "7.1.1", {"text": "must not be kept"}, gone=True)
    store.commit(Batch(rows=[gone]))
    assert rows_since(store, 1) == [RowRecord("alerts", "7.1.1", {}, True, 2)]
    assert rows_since(store, 0) == []
    store.commit(Batch(rows=[row_of(item(1), "back")]))
    assert [row.gone for row in rows_since(store, 2)] == [False]


def test_who_asks_from_0_gets_past_any_number_of_rows_that_are_gone(store: Store) -> None:
    fallen = [item(sequence) for sequence in range(25)]
    store.commit(Batch(rows=[row_of(one) for one in fallen]))
    for one in fallen:
        store.commit(Batch(rows=[RowRecord("alerts", row_of(one).id, gone=True)]))
    store.commit(Batch(rows=[row_of(item(1), "back"), row_of(item(30))]))
    store.commit(Batch(rows=[RowRecord("alerts", row_of(item(30)).id, gone=True)]))
    page = store.row_page(0, limit=10)
    assert [(row.id, row.gone) for row in page.rows] == [("7.1.1", False)]
    assert (page.revision, page.more) == (27, False)
    assert len(rows_since(store, 1)) == 26, "who may hold them is told of all that went"


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_where_there_is_more_a_page_tells_a_later_revision_to_go_on_from(
    store: Store, limit: int
) -> None:
    for number in range(30):
        rows = [row_of(item(number * 10 + at)) for at in range(1 + number % 4)]
        store.commit(Batch(rows=rows))
        if number % 3:
            store.commit(Batch(rows=[RowRecord("alerts", row.id, gone=True) for row in rows]))
    for start in (0, 1, 20, store.revision):
        since, told = start, list[RowText]()
        while (page := store.row_page(since, limit)).more:
            assert page.rows
            assert page.revision > since
            since, told = page.revision, told + page.rows
        whole = store.row_page(start, 1000).rows
        later = {row.rev for row in told + page.rows}
        assert {row.rev for row in whole} <= later
        assert [row.rev for row in told] == sorted(row.rev for row in told)


def test_an_item_stored_before_stays_as_it_was(store: Store) -> None:
    first, second, third = item(1), item(2), item(3)
    store.commit(Batch(items=[first]))
    later = dataclasses.replace(first, received_at=first.received_at + 99, bearer="loopback")
    batch = Batch(items=[second, later, third, third])
    store.commit(batch)
    assert batch.duplicates == [first.key, third.key]
    assert stored(store) == [first, second, third]
    store.commit(batch)  # as after an answer that was lost
    assert batch.duplicates == [second.key, first.key, third.key, third.key]
    assert stored(store) == [first, second, third]
    assert store.item_count() == 3


def test_other_bytes_under_a_stored_number_write_nothing(store: Store) -> None:
    store.commit(Batch(items=[item(1)]))
    forged = dataclasses.replace(item(1), raw=b"other")
    batch = Batch(items=[item(2), forged], rows=[row_of(item(2))], secrets={"a": b"1"})
    with pytest.raises(ItemConflictError, match=r"It is item 7\.1\.1\."):
        store.commit(batch)
    assert stored(store) == [item(1)]
    assert (store.revision, rows_since(store, 0), store.secret("a")) == (0, [], None)


def test_two_items_of_one_number_in_a_batch_are_refused(store: Store) -> None:
    with pytest.raises(ItemConflictError):
        store.commit(Batch(items=[item(1), dataclasses.replace(item(1), raw=b"other")]))
    assert store.item_count() == 0


def test_a_row_that_json_cannot_hold_writes_nothing(store: Store) -> None:
    for data in ({"at": float("nan")}, {"at": b"bytes"}):
        with pytest.raises((TypeError, ValueError)):
            store.commit(Batch(items=[item(1)], rows=[RowRecord("alerts", "1", data)]))
    with pytest.raises(ValueError, match="surrogates"):
        store.commit(Batch(items=[item(1)], rows=[RowRecord("alerts", "1", {"a": "\ud800"})]))
    assert store.item_count() == 0
    assert store.commit(Batch(items=[item(1)], rows=[row_of(item(1))])) == 1


def test_an_error_shows_no_stored_value(store: Store) -> None:
    broken = dataclasses.replace(item(1), claimed_at=float("nan"), raw=b"CANARY")
    with pytest.raises(sqlalchemy.exc.IntegrityError) as caught:
        store.commit(Batch(items=[broken], secrets={"seed": b"CANARY"}))
    assert "CANARY" not in str(caught.value)
    assert "CANARY" not in repr(Batch(items=[broken], secrets={"seed": b"CANARY"}))
    assert store.item_count() == 0


def test_what_has_a_key_is_written_over(store: Store) -> None:
    entry = outbox(item(1))
    store.commit(
        Batch(
            items=[item(1)],
            outbox=[entry],
            replay=[ReplayRecord(author=7, stream=0, incarnation=1, high=1, bitmap=b"\x01")],
            counters=[CounterRecord(stream=0, incarnation=1, next_sequence=2)],
            documents={"a": b"1", "b": b"1"},
            secrets={"a": b"1", "b": b"1"},
        )
    )
    heard = dataclasses.replace(entry, state="heard", next_at=None)
    window = ReplayRecord(author=7, stream=0, incarnation=1, high=2, bitmap=b"\x03")
    counter = CounterRecord(stream=0, incarnation=2, next_sequence=0)
    store.commit(
        Batch(
            outbox=[heard],
            replay=[window],
            counters=[counter],
            documents={"a": b"2", "b": None},
            secrets={"a": None, "b": b"2"},
        )
    )
    assert store.outbox() == [heard]
    assert store.replay() == [window]
    assert store.counters() == [counter]
    assert (store.document("a"), store.document("b")) == (b"2", None)
    assert (store.secret("a"), store.secret("b")) == (None, b"2")


def test_an_outbox_entry_can_be_removed_and_written_in_one_batch(store: Store) -> None:
    one, two = item(1), item(2)
    store.commit(Batch(items=[one, two], outbox=[outbox(one), outbox(two)]))
    store.commit(Batch(outbox_removed=[one.key, two.key], outbox=[outbox(two, state="heard")]))
    assert store.outbox() == [outbox(two, state="heard")]


def test_items_come_in_the_order_of_their_acceptance(store: Store) -> None:
    order = [5, 1, 4, 2, 3]
    for sequence in order:
        store.commit(Batch(items=[item(sequence, ref="3.0.1" if sequence < 3 else None)]))
    assert [found.sequence for found in store.items()] == order
    assert [found.sequence for found in store.items(after=3)] == [2, 3]
    assert [found.sequence for found in store.items_by_ref("3.0.1")] == [1, 2]
    assert store.items_by_ref("3.0.2") == []
    assert store.recent_items(2) == [
        (one.key, one.raw, one.received_at) for one in (item(2), item(3))
    ]
    assert len(store.recent_items(99)) == 5


def test_all_items_are_read_while_rows_are_written(store: Store) -> None:
    store.commit(Batch(items=[item(n) for n in range(2500)]))
    met = []
    for found in store.items():
        met.append(found.sequence)
        if found.sequence % 500 == 0:
            store.commit(Batch(rows=[row_of(found)]))
    assert met == list(range(2500))
    assert len(rows_since(store, 0)) == 5


def test_replaced_rows_start_a_new_epoch(store: Store) -> None:
    store.commit(Batch(items=[item(1)], rows=[row_of(item(1)), row_of(item(2))]))
    epoch = store.epoch
    assert store.replace_rows([row_of(item(1), "anew")]) == 2
    assert store.epoch != epoch
    assert [(row.id, row.rev) for row in rows_since(store, 0)] == [("7.1.1", 2)]
    epoch = store.epoch
    assert store.replace_rows(()) == store.revision == 3
    assert store.epoch != epoch
    assert rows_since(store, 0) == []
    assert store.item_count() == 1


def test_reading_in_one_transaction_gives_the_same_and_ends_with_it(store: Store) -> None:
    store.commit(Batch(items=[item(1), item(2)], rows=[row_of(item(1))]))
    apart = (stored(store), store.item_count(), store.row("alerts", "7.1.1"))
    with store.one_transaction():
        together = (stored(store), store.item_count(), store.row("alerts", "7.1.1"))
    assert together == apart
    with pytest.raises(KeyError), store.one_transaction():
        raise KeyError
    store.commit(Batch(items=[item(3)]))
    assert store.item_count() == 3


def test_a_closed_store_says_so(store: Store) -> None:
    store.commit(Batch(items=[item(1)]))
    store.close()
    store.close()
    for use in (
        lambda: store.commit(Batch(items=[item(2)])),
        store.item_count,
        store.check,
    ):
        with pytest.raises(StoreUnavailableError, match="It was closed"):
            use()


def test_a_store_may_be_opened_in_one_thread_and_used_in_another(store: Store) -> None:
    with ThreadPoolExecutor(1) as writer:
        assert writer.submit(store.commit, Batch(items=[item(1)])).result() == 0
    with ThreadPoolExecutor(1) as writer:
        assert writer.submit(store.item_count).result() == 1
    assert store.item_count() == 1


def test_single_values_of_rows_are_read_without_those_that_are_gone(store: Store) -> None:
    store.commit(Batch(items=[item(1), item(2)], rows=[row_of(item(1), "one"), row_of(item(2))]))
    store.commit(Batch(rows=[RowRecord("alerts", "7.1.2", {}, gone=True)]))
    store.commit(Batch(rows=[RowRecord("patrols", "7", {"text": "elsewhere"})]))
    found = store.row_fields("alerts", "text", "at", "unknown")
    assert found == [("7.1.1", "one", item(1).claimed_at, None)]
