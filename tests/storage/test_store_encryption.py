"""Nothing readable is in the files, and a store that is not encrypted is not used."""

from __future__ import annotations

import sqlite3
import traceback
from pathlib import Path

import pytest
import sqlalchemy.exc

from meshdefense.paths import DataFolder
from meshdefense.storage import database
from meshdefense.storage.database import Database
from meshdefense.storage.errors import StoreDamagedError, StoreIncompleteError, StorePlainError
from meshdefense.storage.keyslots import INTERACTIVE, draw_key
from meshdefense.storage.records import Batch, CounterRecord, RowRecord
from meshdefense.storage.repository import Store
from support.storage_records import T0, decrypted, item, new_store

PASSPHRASE = b"PASSPHRASE-CANARY"


def canary_batch(number: int) -> Batch:
    return Batch(
        items=[item(number, ref="REF-CANARY", raw=b"RAW-CANARY %d" % number)],
        rows=[RowRecord("TABLE-CANARY", f"ID-CANARY-{number}", {"text": "ROW-CANARY"})],
        documents={f"NAME-CANARY-{number}": b"DOCUMENT-CANARY"},
        secrets={f"seed-{number}": b"SECRET-CANARY"},
        counters=[CounterRecord(stream=0, incarnation=0, next_sequence=number)],
    )


def all_bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_no_file_of_an_open_or_closed_store_shows_what_is_in_it(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "node")
    store = Store.create(folder, PASSPHRASE, profile=INTERACTIVE)
    for number in range(50):
        store.commit(canary_batch(number))
    open_files = all_bytes(folder.root)
    assert {"store.db", "store.db-wal", "store.db-shm", "keyslot.bin"} <= set(open_files)
    key = store._database._key
    store.close()
    closed_files = all_bytes(folder.root)
    kept = {"store.db", "keyslot.bin", "sequence.mark"}
    assert set(closed_files) - {"store.db.ballast"} == kept
    for files in (open_files, closed_files):
        for name, content in files.items():
            assert b"CANARY" not in content, name
            assert b"CREATE TABLE" not in content, name
            assert key.key not in content, name
            assert key.key.hex().encode() not in content, name
            if name in ("store.db", "store.db-wal"):
                assert b"SQLite format 3" not in content
    # The search above would have found it: the same pages without their encryption.
    assert b"RAW-CANARY 49" in decrypted(folder.store, key)


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "node")
    with Store.create(folder, PASSPHRASE, profile=INTERACTIVE) as store:
        store.commit(canary_batch(1))
        assert folder.root.stat().st_mode & 0o777 == 0o700
        for path in folder.root.iterdir():
            assert path.stat().st_mode & 0o777 == 0o600, path.name
    folder.store.chmod(0o644)
    with Store.open(folder, PASSPHRASE):
        assert folder.store.stat().st_mode & 0o777 == 0o600


def test_plain_sqlite_cannot_read_a_store(tmp_path: Path) -> None:
    store, _ = new_store(tmp_path)
    store.commit(canary_batch(1))
    store.close()
    plain = sqlite3.connect(tmp_path / "store.db")
    try:
        with pytest.raises(sqlite3.DatabaseError, match="not a database"):
            plain.execute("SELECT * FROM sqlite_master")
    finally:
        plain.close()


def test_a_plain_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    plain = sqlite3.connect(path)
    plain.execute("CREATE TABLE items (raw BLOB)")
    plain.commit()
    plain.close()
    before = path.read_bytes()
    with pytest.raises(StorePlainError):
        Database.open(path, draw_key())
    assert all_bytes(tmp_path) == {"store.db": before}


def test_a_library_without_a_cipher_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, key = new_store(tmp_path)
    store.commit(canary_batch(1))
    store.close()
    before = (tmp_path / "store.db").read_bytes()
    monkeypatch.setattr(database, "sqlcipher", sqlite3)
    with pytest.raises(StoreIncompleteError):
        Database.open(tmp_path / "store.db", key)
    with pytest.raises(StoreIncompleteError):
        Database.create(tmp_path / "new.db", key)
    assert (tmp_path / "store.db").read_bytes() == before
    assert (tmp_path / "new.db").read_bytes() == b""


def test_a_wrong_key_writes_nothing_to_the_screen(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    store, key = new_store(tmp_path)
    store.close()
    path = tmp_path / "store.db"
    content = path.read_bytes()
    path.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
    with pytest.raises(StoreDamagedError):
        Database.open(path, key)
    assert capfd.readouterr() == ("", "")


def test_the_key_is_in_no_error_and_no_repr(tmp_path: Path) -> None:
    store, key = new_store(tmp_path)
    with store._database.transaction() as connection:
        with pytest.raises(sqlalchemy.exc.OperationalError) as caught:
            connection.exec_driver_sql("SELECT CANARY FROM none WHERE a = ?", (key.key,))
    text = "".join(traceback.format_exception(caught.value))
    texts = [text, repr(store), repr(store._database), repr(store._database.engine)]
    texts += [str(store._database.engine.url)]
    for form in (key.key.hex(), key.key.hex().upper(), repr(key.key)):
        assert not any(form in shown for shown in texts)
    store.close()


def test_settings_that_durability_and_erasure_rest_on_are_in_force(tmp_path: Path) -> None:
    store, _ = new_store(tmp_path)
    store.commit(Batch(items=[item(1, expires_at=T0)]))
    with store._database.transaction() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in (
                "journal_mode", "synchronous", "secure_delete", "temp_store", "trusted_schema",
                "cipher_page_size", "cipher_hmac_algorithm",
            )
        }  # fmt: skip
    store.close()
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "temp_store": 2,
        "trusted_schema": 0,
        "cipher_page_size": "4096",
        "cipher_hmac_algorithm": "HMAC_SHA512",
    }
