"""Bring a store's tables to the version of this program.

`v0001.sql`, `v0002.sql`, ... lie beside this file; `PRAGMA user_version` says how many of them
a store has seen. A released file is never changed. All missing ones run in one transaction:
they all succeed or the store is as it was. How to add one: docs/storage.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlcipher3.dbapi2 import complete_statement

from meshdefense.storage.errors import MigrationError, SchemaTooNewError

__all__ = ["MIGRATIONS", "Migration", "schema_version", "upgrade"]


@dataclass(frozen=True, slots=True)
class Migration:
    """One step from the version before to `version`."""

    version: int
    sql: str


def load() -> tuple[Migration, ...]:
    """The migrations of this program, in order, numbered from 1 without a gap."""
    files = (entry for entry in resources.files(__name__).iterdir() if entry.name.endswith(".sql"))
    found = sorted(
        (Migration(int(file.name[1:5]), file.read_text("utf-8")) for file in files),
        key=lambda migration: migration.version,
    )
    if [migration.version for migration in found] != list(range(1, len(found) + 1)):
        raise MigrationError("This installation is damaged: a migration is missing.")
    return tuple(found)


MIGRATIONS: Final = load()


def schema_version(connection: Connection) -> int:
    """How many migrations this store has seen; 0 for a fresh file."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def upgrade(connection: Connection, migrations: Sequence[Migration] = MIGRATIONS) -> int:
    """Run what is missing inside the caller's transaction; returns how many steps ran.

    Raises SchemaTooNewError, or MigrationError on which the caller must roll back. Errors of
    the disk pass through as SQLAlchemy's OperationalError.
    """
    found, known = schema_version(connection), migrations[-1].version
    if found > known:
        raise SchemaTooNewError(found, known)
    missing = [migration for migration in migrations if migration.version > found]
    for migration in missing:
        try:
            for statement in statements(migration.sql):
                connection.exec_driver_sql(statement)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        except OperationalError as error:
            if getattr(error.orig, "sqlite_errorcode", 1) != 1:  # 1: an error in the SQL
                raise
            raise MigrationError(f"Version {migration.version}: {error.orig}.") from error
        except DatabaseError as error:
            raise MigrationError(f"Version {migration.version}: {error.orig}.") from error
        if broken is not None:
            raise MigrationError(f"Version {migration.version} leaves a reference to nothing.")
        connection.exec_driver_sql(f"PRAGMA user_version = {migration.version:d}")
    return len(missing)


def statements(sql: str) -> Iterator[str]:
    """Cut a script at the semicolons that end a statement (not those inside a trigger).

    Raises MigrationError when something stays open at the end.
    """
    *pieces, rest = sql.split(";")
    text = ""
    for piece in pieces:
        text += piece + ";"
        if complete_statement(text):
            yield text.strip()
            text = ""
    text += rest
    if any(line.strip() and not line.strip().startswith("--") for line in text.splitlines()):
        raise MigrationError("A statement of a migration has no end.")
