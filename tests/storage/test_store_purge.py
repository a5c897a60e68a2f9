"""What expires goes away, for good and within bounds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from meshdefense.storage import purging
from meshdefense.storage.records import (
    Batch,
    EquivocationRecord,
    HeldRecord,
    NeighbourRecord,
    ReplayRecord,
    RowRecord,
    TransferRecord,
)
from meshdefense.storage.repository import Store
from support.storage_records import T0, decrypted, item, new_store, outbox, row_of, rows_since


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store, _ = new_store(tmp_path)
    with store:
        yield store


def test_expired_items_go_with_their_outbox_entries_and_rows(store: Store) -> None:
    old, edge, young = (item(n, expires_at=T0 + 10 * n) for n in (1, 2, 3))
    kept = item(4, expires_at=None)
    items = [old, edge, young, kept]
    store.commit(Batch(items=items, outbox=[outbox(one) for one in items]))
    store.commit(Batch(rows=[row_of(one, "text") for one in items]))
    store.commit(Batch(rows=[RowRecord("patrols", "7", {"at": 1})]))

    purged = store.purge(T0 + 20)

    tombstones = (
        RowRecord("alerts", "7.1.1", {}, True, 3),
        RowRecord("alerts", "7.1.2", {}, True, 3),
    )
    assert (purged.revision, purged.items, purged.more) == (3, (old.key, edge.key), False)
    assert sorted(purged.rows, key=lambda row: row.id) == list(tombstones)
    assert [found.sequence for found in store.items()] == [3, 4]
    assert store.outbox() == [outbox(young), outbox(kept)]
    assert rows_since(store, 2) == list(tombstones)
    assert store.revision == 3
    assert {row.id for row in rows_since(store, 0)} == {"7.1.3", "7.1.4", "7"}


def test_a_purge_is_bounded_and_takes_the_oldest_first(store: Store) -> None:
    store.commit(Batch(items=[item(n, expires_at=T0 - n) for n in range(5)]))
    first = store.purge(T0, limit=3)
    assert [key[2] for key in first.items] == [4, 3, 2]
    assert first.more
    second = store.purge(T0, limit=3)
    assert [key[2] for key in second.items] == [1, 0]
    assert not second.more
    assert store.item_count() == 0


def test_a_purge_with_nothing_to_do_changes_nothing(store: Store) -> None:
    store.commit(Batch(items=[item(1)], rows=[row_of(item(1))]))
    purged = store.purge(T0)
    assert (purged.revision, purged.items, purged.rows, purged.more) == (1, (), (), False)
    assert rows_since(store, 1) == []


def test_a_position_buries_its_own_row_only(store: Store) -> None:
    position, log = item(1, stream=1, expires_at=T0), item(1)
    store.commit(Batch(items=[position, log], rows=[row_of(position), row_of(log)]))
    assert [row.id for row in store.purge(T0).rows] == ["7.1.1p"]


def test_places_in_the_log_are_never_used_twice(store: Store) -> None:
    store.commit(Batch(items=[item(1, expires_at=T0), item(2, expires_at=T0)]))
    store.purge(T0)
    store.commit(Batch(items=[item(3)]))
    assert [found.rowid for found in store.items()] == [3]


def test_an_outbox_entry_whose_item_is_gone_is_swept(store: Store) -> None:
    store.commit(Batch(items=[item(1, expires_at=T0)]))
    store.purge(T0)
    store.commit(Batch(outbox=[outbox(item(1))]))  # the engine had not heard of the purge yet
    store.purge(T0)
    assert store.outbox() == []


def held(sequence: int) -> HeldRecord:
    return HeldRecord(author=7, incarnation=1, sequence=sequence, stream=0, holders=(2, 3))


def test_who_holds_an_item_goes_with_it(store: Store) -> None:
    store.commit(Batch(items=[item(1, expires_at=T0), item(2)], held=[held(1), held(2)]))
    store.purge(T0)
    assert store.held() == [held(2)]
    store.commit(Batch(held=[held(1)]))  # the engine had not heard of the purge yet
    store.purge(T0)
    assert store.held() == [held(2)]


def test_of_too_many_neighbours_those_heard_longest_ago_go(store: Store) -> None:
    known = [
        NeighbourRecord(member=member, heard_at=T0 - member, hashes=((0, member),))
        for member in range(1, 301)
    ]
    store.commit(Batch(neighbours=known[100:]))
    store.commit(Batch(neighbours=known[:100]))
    assert store.neighbours() == known[255::-1]
    again = NeighbourRecord(member=300, heard_at=T0 + 1, snr=-3.5, hashes=())
    store.commit(Batch(neighbours=[again]))
    assert store.neighbours() == [*known[254::-1], again]


def transfer(sequence: int, *parts: int, expires_at: float = T0 + 3600) -> TransferRecord:
    """A long report of two bytes with these parts of one byte."""
    return TransferRecord(
        author=7, incarnation=1, sequence=sequence, stream=0, key_class=0, size=2,
        digest=bytes(16), expires_at=expires_at, parts=tuple((index, b"x") for index in parts),
    )  # fmt: skip


def test_a_long_report_goes_with_its_item_or_at_its_own_end(store: Store) -> None:
    items = [item(1, expires_at=T0), item(2), item(3)]
    transfers = [transfer(1, 0), transfer(2, 0, 1), transfer(3, 1, expires_at=T0)]
    store.commit(Batch(items=items, transfers=transfers))
    store.purge(T0)
    assert [found.sequence for found in store.items()] == [2, 3]
    assert store.transfers() == [transfers[1]]
    assert store.transfer(items[2].key) is None
    store.commit(Batch(transfers=[transfers[0]]))  # the engine had not heard of the purge yet
    store.purge(T0)
    assert store.transfers() == [transfers[1]]


def test_of_too_many_long_reports_the_oldest_whole_ones_go_and_growing_ones_last(
    store: Store,
) -> None:
    store.commit(Batch(items=[item(n) for n in range(40)]))
    growing = [transfer(n, 0) for n in range(8)]
    store.commit(Batch(transfers=[*growing, *(transfer(n, 0, 1) for n in range(8, 20))]))
    assert [found.sequence for found in store.transfers()] == [*range(8), *range(12, 20)]
    store.commit(Batch(transfers=[transfer(12, 0, 1), transfer(20)]))  # writing again is no youth
    assert [found.sequence for found in store.transfers()] == [*range(8), *range(13, 21)]
    store.commit(Batch(transfers=[transfer(n) for n in range(21, 32)]))
    assert [found.sequence for found in store.transfers()] == [*range(4, 8), *range(20, 32)]


def test_a_clock_that_was_set_moves_what_came_in_under_the_wrong_one(store: Store) -> None:
    early, late = (
        NeighbourRecord(member=member, heard_at=T0 + member, hashes=()) for member in (1, 2)
    )
    texts = [transfer(1), transfer(2)]
    store.commit(Batch(items=[item(1), item(2)], neighbours=[early, late], transfers=texts))
    store.shift_times(1000.0, T0 + 2, T0 + 5)
    assert [found.expires_at for found in store.transfers()] == [T0 + 3600, T0 + 4600]
    assert [(n.member, n.heard_at) for n in store.neighbours()] == [(1, T0 + 1), (2, T0 + 1002)]
    assert [(i.received_at, i.expires_at) for i in store.items()] == [
        (T0 + 1.5, T0 + 3600),
        (T0 + 1002.5, T0 + 4600),
    ]


def test_a_slow_clock_that_is_set_leaves_what_an_earlier_run_got(store: Store) -> None:
    store.commit(Batch(items=[item(1), item(900)]))
    store.shift_times(1000.0, T0, T0 + 500)
    assert [found.received_at for found in store.items()] == [T0 + 1001.5, T0 + 900.5]


def test_too_many_tombstones_start_a_new_epoch(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "TOMBSTONES_MAX", 3)
    items = [item(n, expires_at=T0 + n) for n in range(6)]
    store.commit(Batch(items=items, rows=[row_of(one) for one in items]))
    epoch = store.epoch
    store.purge(T0 + 2)
    assert store.epoch == epoch
    assert len(rows_since(store, 1)) == 3
    store.purge(T0 + 3)
    assert store.epoch != epoch
    assert [row.id for row in rows_since(store, 0)] == ["7.1.4", "7.1.5"]
    assert [row.gone for row in rows_since(store, 1)] == []


def test_evidence_and_replay_windows_have_bounds(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "EQUIVOCATIONS_MAX", 2)
    proofs = [EquivocationRecord(id=f"7.1.{n}", raw=b"x", seen_at=float(n)) for n in range(4)]
    windows = [
        ReplayRecord(author=author, stream=stream, incarnation=life, high=1, bitmap=b"\x01")
        for author in (1, 2)
        for stream in (0, 1)
        for life in range(10)
    ]
    store.commit(Batch(equivocations=proofs, replay=windows))
    store.purge(T0)
    assert [proof.id for proof in store.equivocations()] == ["7.1.2", "7.1.3"]
    assert store.replay() == [window for window in windows if window.incarnation >= 2]


def test_a_purged_text_is_in_no_page_of_the_closed_store(tmp_path: Path) -> None:
    store, key = new_store(tmp_path)
    items = [item(n, expires_at=T0 + n, raw=b"CANARY %d." % n) for n in range(40)]
    rows = [row_of(one, f"TEXT {one.sequence}.") for one in items]
    store.commit(Batch(items=items, rows=rows))
    store.purge(T0 + 19)
    store.close()
    left = decrypted(tmp_path / "store.db", key)
    for one in items:
        raw, text = one.raw, f"TEXT {one.sequence}.".encode()
        assert (raw in left, text in left) == ((False, False) if one.sequence < 20 else (True,) * 2)
