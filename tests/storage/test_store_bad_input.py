"""Files that are missing, damaged, foreign or hostile: told apart, and left as they are."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from meshdefense.paths import DataFolder, PathError
from meshdefense.storage import repository
from meshdefense.storage.database import Database
from meshdefense.storage.errors import (
    KeyslotDamagedError,
    KeyslotMissingError,
    KeyslotUnavailableError,
    StorageError,
    StoreDamagedError,
    StoreExistsError,
    StoreForeignError,
    StoreMissingError,
    StoreUnavailableError,
    WrongPassphraseError,
)
from meshdefense.storage.keyslots import INTERACTIVE, StoreKey, draw_key, open_keyslots
from meshdefense.storage.records import Batch
from meshdefense.storage.repository import Store
from support.storage_records import item, new_store, row_of, rows_since

PASSPHRASE = b"pass"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed store with its keyslot; tests work on copies."""
    folder = DataFolder(tmp_path_factory.mktemp("original"))
    with Store.create(folder, PASSPHRASE, profile=INTERACTIVE) as store:
        for start in range(0, 1000, 100):
            items = [item(n, raw=b"%4d" % n * 40) for n in range(start, start + 100)]
            store.commit(Batch(items=items, rows=[row_of(one) for one in items]))
    return folder.root


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> DataFolder:
    shutil.copytree(original, tmp_path / "node")
    return DataFolder(tmp_path / "node")


def test_the_copy_of_a_folder_opens(folder: DataFolder) -> None:
    with Store.open(folder, PASSPHRASE) as store:
        assert (store.item_count(), len(rows_since(store, 0)), store.revision) == (1000, 1000, 10)
        assert store.check() == []


def test_a_wrong_passphrase_is_said(folder: DataFolder) -> None:
    with pytest.raises(WrongPassphraseError):
        Store.open(folder, b"Pass")


def test_missing_files_are_named(folder: DataFolder) -> None:
    folder.store.unlink()
    with pytest.raises(StoreMissingError):
        Store.open(folder, PASSPHRASE)
    folder.keyslot.unlink()
    with pytest.raises(KeyslotMissingError):
        Store.open(folder, PASSPHRASE)
    with pytest.raises(KeyslotMissingError):
        Store.open(DataFolder(folder.root / "none"), PASSPHRASE)


def test_the_keyslot_of_another_folder_is_told_from_a_wrong_passphrase(
    folder: DataFolder, tmp_path: Path
) -> None:
    other = DataFolder(tmp_path / "other")
    Store.create(other, PASSPHRASE, profile=INTERACTIVE).close()
    shutil.copy(other.keyslot, folder.keyslot)
    with pytest.raises(StoreForeignError, match="do not belong together"):
        Store.open(folder, PASSPHRASE)


def read_all(folder: DataFolder) -> None:
    with Store.open(folder, PASSPHRASE) as store:
        for _ in store.items():
            pass
        rows_since(store, 0)


def garbled(content: bytes) -> bytes:
    return content[:16] + bytes(byte ^ 0x55 for byte in content[16:])


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda content: b"", StoreDamagedError),
        (lambda content: content[:15], StoreDamagedError),
        (lambda content: content[:16], StoreDamagedError),
        (lambda content: content[:4095], StoreDamagedError),
        (lambda content: content[: len(content) // 2 + 7], StoreDamagedError),
        (lambda content: content[:4096], StoreDamagedError),
        (garbled, StoreDamagedError),
        (lambda content: os.urandom(len(content)), StoreForeignError),
        (lambda content: b"#!/bin/sh\nrm -rf /\n" * 500, StoreForeignError),
    ],
)
def test_a_damaged_store_is_said_and_not_repaired_in_silence(
    folder: DataFolder, change: Callable[[bytes], bytes], error: type[StorageError]
) -> None:
    broken = change(folder.store.read_bytes())
    folder.store.write_bytes(broken)
    with pytest.raises(error):
        read_all(folder)
    assert folder.store.read_bytes() == broken


def test_one_flipped_bit_is_found_by_the_check_and_gives_no_wrong_item(folder: DataFolder) -> None:
    with Store.open(folder, PASSPHRASE) as store:
        truth = {found.key: found.raw for found in store.items()}
    key = open_keyslots(folder.keyslot, PASSPHRASE)
    content = folder.store.read_bytes()
    told = 0
    pages = range(1, len(content) // 4096, 4)
    for page in pages:
        broken = bytearray(content)
        broken[page * 4096 + 2000] ^= 1
        folder.store.write_bytes(broken)
        database = Database.open(folder.store, key)
        assert any(f"page {page + 1}" in line for line in database.check())
        try:
            for found in Store(database).items():
                assert truth[found.key] == found.raw
        except StoreDamagedError:
            told += 1
        database.close()
    assert told > len(pages) // 4


def test_pages_of_another_store_under_the_same_salt_are_refused(tmp_path: Path) -> None:
    store, key = new_store(tmp_path)
    store.close()
    with pytest.raises(StoreDamagedError):
        Database.open(tmp_path / "store.db", StoreKey(draw_key().key, key.salt))


def test_a_damaged_keyslot_is_told_from_a_damaged_store(folder: DataFolder) -> None:
    folder.keyslot.write_bytes(folder.keyslot.read_bytes()[:200])
    with pytest.raises(KeyslotDamagedError):
        Store.open(folder, PASSPHRASE)


def test_unreadable_files_are_named(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed_to(name: str) -> Callable[..., Any]:  # root, who may run this, reads every file
        def opened(path: Path, *args: Any, **options: Any) -> Any:
            if path.name == name:
                raise PermissionError(13, "Permission denied")
            return open(path, *args, **options)

        return opened

    monkeypatch.setattr(Path, "open", closed_to("store.db"))
    with pytest.raises(StoreUnavailableError, match="Permission denied"):
        Store.open(folder, PASSPHRASE)
    monkeypatch.setattr(Path, "open", closed_to("keyslot.bin"))
    with pytest.raises(KeyslotUnavailableError, match="Permission denied"):
        Store.open(folder, PASSPHRASE)


def test_a_folder_in_place_of_a_file_is_named(folder: DataFolder) -> None:
    folder.store.unlink()
    folder.store.mkdir()
    with pytest.raises(StoreUnavailableError, match="Is a directory"):
        Store.open(folder, PASSPHRASE)


@pytest.mark.parametrize("left", ["keyslot.bin", "store.db", "store.db-wal"])
def test_create_overwrites_nothing(tmp_path: Path, left: str) -> None:
    folder = DataFolder(tmp_path)
    (tmp_path / left).write_bytes(b"precious")
    tmp_path.chmod(0o700)
    with pytest.raises(StoreExistsError):
        Store.create(folder, PASSPHRASE, profile=INTERACTIVE)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {left: b"precious"}


def test_create_does_not_take_a_folder_of_other_files(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"")
    tmp_path.chmod(0o755)
    with pytest.raises(PathError, match="chmod 700"):
        Store.create(DataFolder(tmp_path), PASSPHRASE, profile=INTERACTIVE)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


def test_a_creation_that_a_crash_cut_short_is_finished_or_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class CrashError(Exception):
        pass

    def crash(*_: object, **__: object) -> None:
        raise CrashError

    (tmp_path / "half").mkdir()
    half, _ = new_store(tmp_path / "half")
    half.commit(Batch(items=[item(1)]))
    folder = DataFolder(tmp_path / "node")
    for step in ("write_keyslots", "_finish_creation"):
        with monkeypatch.context() as patch:
            patch.setattr(repository, step, crash)
            with pytest.raises(CrashError):
                Store.create(folder, PASSPHRASE, profile=INTERACTIVE)
        if step == "write_keyslots":
            with pytest.raises(KeyslotMissingError):
                Store.open(folder, PASSPHRASE)
            # And the log of one that was cut short earlier, of another key.
            shutil.copy(tmp_path / "half" / "store.db-wal", folder.root / "store.db.new-wal")
    with Store.open(folder, PASSPHRASE) as store:
        assert store.check() == []
        store.commit(Batch(items=[item(1)]))
    left = {path.name for path in folder.root.iterdir()} - {"store.db.ballast"}
    assert left == {"keyslot.bin", "store.db", "sequence.mark"}
    half.close()


def test_a_second_writer_is_kept_out_by_the_store_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshdefense.storage.database.BUSY_TIMEOUT_MS", 50)
    store, key = new_store(tmp_path)
    other = Database.open(tmp_path / "store.db", key)
    with other.transaction() as connection:
        connection.exec_driver_sql("INSERT INTO meta VALUES ('a', 'b')")
        with pytest.raises(StoreUnavailableError, match="Another program holds it"):
            store.commit(Batch(items=[item(1)]))
    store.commit(Batch(items=[item(1)]))
    assert store.item_count() == 1
    other.close()
    store.close()
