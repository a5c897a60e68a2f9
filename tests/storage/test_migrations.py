"""Stores of every released version open here, and a step forward is whole or not at all."""

from __future__ import annotations

import re
import shutil
from importlib import resources
from pathlib import Path

import pytest
import sqlalchemy

from meshdefense.paths import DataFolder
from meshdefense.storage import schema
from meshdefense.storage.database import Database
from meshdefense.storage.errors import MigrationError, SchemaTooNewError, StoreUnavailableError
from meshdefense.storage.keyslots import StoreKey, draw_key
from meshdefense.storage.migrations import MIGRATIONS, Migration, schema_version, statements
from meshdefense.storage.records import Batch
from meshdefense.storage.repository import Store
from support.storage_records import item, new_store, row_of, rows_since

DATABASES = Path(__file__).parent.parent / "databases"
NEXT = len(MIGRATIONS) + 1
V_NEXT = Migration(
    NEXT,
    """
    -- A column; with a semicolon in a comment.
    ALTER TABLE items ADD COLUMN lane TEXT NOT NULL DEFAULT 'a;b';
    CREATE TABLE lanes (name TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TRIGGER lane_known AFTER INSERT ON items BEGIN
        INSERT OR IGNORE INTO lanes (name) VALUES (new.lane);
        UPDATE items SET lane = upper(lane) WHERE rowid = new.rowid;
    END;
    INSERT INTO lanes (name) SELECT DISTINCT lane FROM items;
    """,
)


@pytest.fixture
def closed(tmp_path: Path) -> tuple[Path, StoreKey]:
    """Path and key of a store with one item and one row."""
    store, key = new_store(tmp_path)
    store.commit(Batch(items=[item(1)], rows=[row_of(item(1))]))
    store.close()
    return tmp_path / "store.db", key


def columns(path: Path, key: StoreKey, *, known: tuple[Migration, ...]) -> set[str]:
    database = Database.open(path, key, migrations=known)
    try:
        with database.transaction() as connection:
            return {row["name"] for row in sqlalchemy.inspect(connection).get_columns("items")}
    finally:
        database.close()


@pytest.mark.parametrize("version", [path.name for path in sorted(DATABASES.glob("v*"))])
def test_a_store_of_every_released_version_opens_with_all_that_is_in_it(
    version: str, tmp_path: Path
) -> None:
    shutil.copytree(DATABASES / version, tmp_path / "node")
    folder = DataFolder(tmp_path / "node")
    passphrase = (DATABASES / "passphrase").read_bytes().strip()
    with Store.open(folder, passphrase) as store:
        assert store.check() == []
        with store._database.transaction() as connection:
            assert schema_version(connection) == len(MIGRATIONS)
        items = list(store.items())
        assert [(i.key, i.own, i.raw) for i in items] == [
            ((1, 0, 1, 0), True, b"own report"),
            ((2, 3, 9, 0), False, b"verdict"),
            ((2, 3, 4, 1), False, b"position"),
        ]
        assert (items[0].snr, items[1].snr, items[1].rssi, items[1].hops) == (None, -7.5, -101, 2)
        assert [found.key for found in store.items_by_ref("1.0.1")] == [(2, 3, 9, 0)]
        assert [(entry.key, entry.state, entry.next_at) for entry in store.outbox()] == [
            ((1, 0, 1, 0), "heard", None)
        ]
        assert {(r.author, r.stream, r.high, r.bitmap) for r in store.replay()} == {
            (1, 0, 1, b"\x01"),
            (2, 0, 9, b"\x01\x01"),
            (2, 1, 4, b"\x01"),
        }
        assert [(c.stream, c.incarnation, c.next_sequence) for c in store.counters()] == [(0, 0, 2)]
        assert [(e.id, e.raw, e.seen_at) for e in store.equivocations()] == [
            ("2.3.9", b"another verdict", 1_700_000_300.0)
        ]
        held = [(held.key, held.holders) for held in store.held()]
        neighbours = [(n.member, n.heard_at, n.snr, n.hashes) for n in store.neighbours()]
        if version == "v0001":
            assert (held, neighbours, store.transfers()) == ([], [], [])
        else:
            assert held == [((1, 0, 1, 0), (2, 65535))]
            assert neighbours == [
                (3, 1_700_000_060.0, None, ()),
                (2, 1_700_000_090.0, -7.5, ((0, 2**64 - 1), (3, 0))),
            ]
            (transfer,) = store.transfers()
            assert (transfer.key, transfer.key_class, transfer.size) == ((2, 3, 9, 0), 1, 200)
            assert (transfer.digest, transfer.expires_at) == (bytes(16), 1_700_086_400.0)
            assert (transfer.restarts, transfer.parts) == (1, ((1, b"x" * 58),))
        exports = [(e.at, e.format, e.since, e.redacted, e.count) for e in store.exports(10)]
        whole = [(1_700_000_400.0, "csv", 1_700_000_000.0, True, 3)]
        assert exports == (whole if version >= "v0003" else [])
        assert store.restored == (version != "v0001")  # that one had no mark to compare
        assert store.document("charter") == b"the charter"
        assert store.secret("seed") == bytes(range(32))
        assert (store.epoch, store.revision) != ("", 0)
        rows = {(row.tbl, row.id): row.data for row in rows_since(store, 0)}
        assert rows == {("alerts", "1.0.1"): {"text": "Straße blockiert", "verified": True}}
        assert [row.id for row in rows_since(store, 1) if row.gone] == ["2.3.4p"]
        store.commit(Batch(items=[item(1)], rows=[row_of(item(1))]))


def test_there_is_a_store_of_every_version() -> None:
    kept = {path.name for path in DATABASES.glob("v*")}
    assert kept == {f"v{migration.version:04d}" for migration in MIGRATIONS}


def test_the_tables_that_sql_makes_are_those_that_core_knows(closed: tuple[Path, StoreKey]) -> None:
    database = Database.open(*closed)
    with database.transaction() as connection:
        inspector = sqlalchemy.inspect(connection)
        made = set(inspector.get_table_names()) - {"sqlite_sequence"}
        assert made == set(schema.metadata.tables)
        for name, table in schema.metadata.tables.items():
            found = [(c["name"], c["nullable"]) for c in inspector.get_columns(name)]
            key = [column.name for column in table.primary_key]
            # A rowid alias is NOT NULL by nature, though SQLite reports it as nullable.
            assert [(n, nullable and n not in key) for n, nullable in found] == [
                (column.name, bool(column.nullable)) for column in table.columns
            ], name
            types = [str(c["type"]).replace("REAL", "FLOAT") for c in inspector.get_columns(name)]
            assert types == [str(column.type) for column in table.columns], name
            assert inspector.get_pk_constraint(name)["constrained_columns"] == key, name
            indexes = {(i["name"], tuple(i["column_names"])) for i in inspector.get_indexes(name)}
            assert indexes == {
                (str(index.name), tuple(column.name for column in index.columns))
                for index in table.indexes
            }, name
            unique = [u["column_names"] for u in inspector.get_unique_constraints(name)]
            assert unique == [
                [column.name for column in constraint.columns]
                for constraint in table.constraints
                if isinstance(constraint, sqlalchemy.UniqueConstraint)
            ], name
    database.close()


def test_stored_classes_of_traffic_keep_their_meaning_in_version_2(tmp_path: Path) -> None:
    key = draw_key()
    database = Database.create(tmp_path / "store.db", key, migrations=MIGRATIONS[:1])
    was = {"sos": 0, "confirmed": 1, "alert": 2, "check-in": 3, "notice": 4, "position": 5}
    with database.transaction() as connection:
        for number, (name, klass) in enumerate(was.items()):
            connection.exec_driver_sql(
                "INSERT INTO outbox VALUES (1, 0, ?, 0, 'queued', ?, 0, 0.0, 0.0, 9.0, ?)",
                (number, klass, name),
            )
    database.close()
    with Store(Database.open(tmp_path / "store.db", key)) as store:
        now = {entry.detail: entry.klass for entry in store.outbox()}
    assert now == was | {"notice": 5, "position": 6}


def test_a_missing_migration_is_applied_once(closed: tuple[Path, StoreKey]) -> None:
    assert "lane" not in columns(*closed, known=MIGRATIONS)
    for _ in range(2):
        assert "lane" in columns(*closed, known=(*MIGRATIONS, V_NEXT))
    database = Database.open(*closed, migrations=(*MIGRATIONS, V_NEXT))
    with database.transaction() as connection:
        assert schema_version(connection) == NEXT
        assert connection.exec_driver_sql("SELECT lane FROM items").scalars().all() == ["a;b"]
        assert connection.exec_driver_sql("SELECT name FROM lanes").scalars().all() == ["a;b"]
    with Store(database) as store:
        store.commit(Batch(items=[item(2)]))
        assert store.item_count() == 2


def test_a_new_store_runs_all_migrations(tmp_path: Path) -> None:
    key = draw_key()
    Database.create(tmp_path / "store.db", key, migrations=(*MIGRATIONS, V_NEXT)).close()
    assert "lane" in columns(tmp_path / "store.db", key, known=(*MIGRATIONS, V_NEXT))


def test_a_store_of_a_newer_program_is_refused_and_left_alone(
    closed: tuple[Path, StoreKey],
) -> None:
    columns(*closed, known=(*MIGRATIONS, V_NEXT))
    before = closed[0].read_bytes()
    with pytest.raises(SchemaTooNewError, match=re.escape(f"version {NEXT};")) as caught:
        Database.open(*closed)
    assert (caught.value.found, caught.value.known) == (NEXT, NEXT - 1)
    assert "Update MeshDefense" in str(caught.value)
    assert closed[0].read_bytes() == before


@pytest.mark.parametrize(
    "end",
    [
        "INSERT INTO nowhere VALUES (1);",
        "this is not SQL;",
        "INSERT INTO items (rowid) VALUES (1);",
        "CREATE TABLE lanes (name TEXT);",
        "INSERT INTO revision (one, value) VALUES (2, 0);",
        "CREATE TABLE child (a REFERENCES lanes (name)); INSERT INTO child VALUES ('x');",
        "CREATE TABLE child (a REFERENCES lanes (name) DEFERRABLE INITIALLY DEFERRED);"
        "INSERT INTO child VALUES ('x');",
        "CREATE TABLE open (a TEXT",
    ],
)
def test_a_migration_that_fails_leaves_the_store_as_it_was(
    closed: tuple[Path, StoreKey], end: str
) -> None:
    later = Migration(NEXT + 1, "CREATE TABLE never (a);")
    broken = Migration(NEXT, V_NEXT.sql.rstrip() + "\n" + end)
    with pytest.raises(MigrationError):
        Database.open(*closed, migrations=(*MIGRATIONS, broken, later))
    database = Database.open(*closed)
    with database.transaction() as connection:
        assert schema_version(connection) == NEXT - 1
        assert "lanes" not in sqlalchemy.inspect(connection).get_table_names()
    with Store(database) as store:
        assert store.check() == []
        assert [found.key for found in store.items()] == [item(1).key]


def test_a_full_disk_during_a_migration_is_no_fault_of_the_migration(
    closed: tuple[Path, StoreKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    large = Migration(
        NEXT,
        "CREATE TABLE large (a BLOB);\n"
        "INSERT INTO large SELECT randomblob(4000) FROM json_each('[1,2,3,4,5,6,7,8]');",
    )
    connect = Database._connect

    def small(self: Database) -> object:
        connection = connect(self)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 4}").fetchall()
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(Database, "_connect", small)
        with pytest.raises(StoreUnavailableError, match="The disk is full"):
            Database.open(*closed, migrations=(*MIGRATIONS, large))
    Database.open(*closed, migrations=(*MIGRATIONS, large)).close()


def test_statements_are_cut_at_their_ends_only() -> None:
    assert len(list(statements(V_NEXT.sql))) == 4
    assert list(statements("-- nothing\n\n")) == []
    with pytest.raises(MigrationError, match="has no end"):
        list(statements("SELECT 1;\nSELECT 2"))


def test_migrations_are_in_the_package_and_numbered_without_a_gap() -> None:
    names = sorted(
        entry.name
        for entry in resources.files("meshdefense.storage.migrations").iterdir()
        if entry.name.endswith(".sql")
    )
    assert names == [f"v{number:04d}.sql" for number in range(1, NEXT)]
