"""The store never outgrows its room: the oldest goes first, and the disk keeps a reserve."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshdefense.storage import purging
from meshdefense.storage.ballast import ballast_path
from meshdefense.storage.database import PAGE_BYTES, Database
from meshdefense.storage.errors import StoreFullError
from meshdefense.storage.keyslots import draw_key
from meshdefense.storage.records import Batch
from meshdefense.storage.repository import Store
from support.storage_records import T0, item, outbox

LIMIT = 2 << 20


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store of at most 2 MiB."""
    monkeypatch.setattr(purging, "NO_PRESSURE_BYTES", 0)
    key = draw_key()
    Database.create(tmp_path / "store.db", key).close()
    return Store(Database.open(tmp_path / "store.db", key, limit_bytes=LIMIT))


def fill(store: Store, numbers: range) -> None:
    for n in numbers:
        store.commit(Batch(items=[item(n, raw=b"x" * 3000, expires_at=T0 + 3600)]))


def test_the_file_stops_at_its_limit_and_goes_on_after_a_purge(store: Store) -> None:
    with store:
        with pytest.raises(StoreFullError, match="room that the store may take"):
            fill(store, range(2000))
        held = store.item_count()
        assert 300 < held < LIMIT // 3000
        assert (store.folder / "store.db").stat().st_size <= LIMIT
        purged = store.purge(T0, limit=200)
        assert [key[2] for key in purged.items] == list(range(200))
        assert "more than 80%" in store.warning.lower()
        fill(store, range(5000, 5050))
        assert store.item_count() == held - 200 + 50
        assert store.check() == []


def test_purging_stops_once_a_fifth_of_the_room_is_free(store: Store) -> None:
    with store:
        fill(store, range(440))
        rounds = [len(store.purge(T0, limit=20).items) for _ in range(20)]
        assert rounds[0] == 20
        assert rounds[-1] == 0
        assert sorted(rounds, reverse=True) == rounds
        with store._database.transaction() as connection:
            assert store._database.used_bytes(connection) <= 0.8 * LIMIT
            pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
            assert store._database.used_bytes(connection) < pages * PAGE_BYTES
        assert store.warning == ""


def test_own_items_on_their_way_decisions_and_what_stays_for_ever_are_spared(
    store: Store,
) -> None:
    own = item(0, author=1, raw=b"o" * 3000)
    delivered = item(1, author=1, raw=b"o" * 3000)
    stays = item(2, expires_at=None, raw=b"s" * 3000)
    decision = item(3, stream=2, raw=b"d" * 3000) if _has_decisions() else stays
    with store:
        store.commit(
            Batch(
                items=[own, delivered, *({stays.key: stays, decision.key: decision}.values())],
                outbox=[outbox(own), outbox(delivered, state="heard", next_at=None)],
            )
        )
        fill(store, range(10, 440))
        gone = store.purge(T0, limit=100).items
        assert delivered.key in gone
        assert not {own.key, stays.key, decision.key} & set(gone)
        assert store.item(own.key) is not None


def _has_decisions() -> bool:
    """The schema takes a third stream only since there are organizers' decisions."""
    import meshdefense_protocol.packets.reference as reference

    return len(reference.Stream) > 2


def test_what_expired_goes_before_what_did_not(store: Store) -> None:
    with store:
        fill(store, range(440))
        old = item(9999, expires_at=T0 - 1)
        store.commit(Batch(items=[old]))
        assert store.purge(T0).items == (old.key,)


def test_a_disk_that_others_fill_makes_room_as_well_but_never_of_a_small_store(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store:
        fill(store, range(100))
        assert store.purge(T0).items == ()
        monkeypatch.setattr("meshdefense.storage.database.free_bytes", lambda _: 1000)
        monkeypatch.setattr(purging, "NO_PRESSURE_BYTES", 8 << 20)
        assert store.purge(T0).items == ()
        monkeypatch.setattr(purging, "NO_PRESSURE_BYTES", 0)
        assert len(store.purge(T0, limit=10).items) == 10


def test_without_room_for_the_reserve_the_store_says_so_until_there_is_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store:
        store.purge(T0)
        assert store.warning == ""
        path = ballast_path(store.folder / "store.db")
        assert path.stat().st_size == 4 << 20
        assert path.stat().st_blocks * 512 >= 4 << 20, "it is sparse, so it would free nothing"
        path.unlink()
        with monkeypatch.context() as patch:
            patch.setattr("meshdefense.storage.ballast.free_bytes", lambda _: 1000)
            store.purge(T0)
            assert "no room for the reserve" in store.warning
        store.purge(T0)
        assert store.warning == ""
        assert path.exists()
