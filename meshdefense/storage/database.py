"""The encrypted file: open it, prove that it is encrypted and whole, run transactions.

The key never stands in a URL and no error shows a parameter. One connection, handed from
thread to thread; a second thread waits for its turn. See docs/storage.md.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import sqlalchemy
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2 as sqlcipher

from meshdefense.storage.ballast import drop_ballast, free_bytes
from meshdefense.storage.errors import (
    StorageError,
    StoreDamagedError,
    StoreForeignError,
    StoreFullError,
    StoreIncompleteError,
    StoreMissingError,
    StorePlainError,
    StoreUnavailableError,
)
from meshdefense.storage.keyslots import StoreKey
from meshdefense.storage.migrations import MIGRATIONS, Migration, upgrade

__all__ = ["LIMIT_BYTES", "PAGE_BYTES", "Database"]

BUSY_TIMEOUT_MS: Final = 5000
CHECKPOINT_PAGES = 1000
"""Pages of 4096 bytes in the write-ahead log before they move into the store."""
WAL_LIMIT_BYTES: Final = 8 * 1024 * 1024
"""The log is cut back to this after a checkpoint."""
PAGE_BYTES: Final = 4096
"""Of SQLCipher 4."""
LIMIT_BYTES: Final = 256 * 1024 * 1024
"""How large the file may become unless somebody says otherwise; a larger one is still opened."""
TURN_TIMEOUT_S: Final = 30.0
"""How long a thread waits for another one's transaction."""

_PLAIN_HEADER: Final = b"SQLite format 3\x00"
_DAMAGED: Final = frozenset({11, 26})  # SQLITE_CORRUPT, SQLITE_NOTADB
_FULL: Final = 13  # SQLITE_FULL
_UNAVAILABLE: Final = {
    3: "Access is denied.",  # SQLITE_PERM
    5: "Another program holds it.",  # SQLITE_BUSY
    6: "Another program holds it.",  # SQLITE_LOCKED
    7: "There is too little memory.",  # SQLITE_NOMEM
    8: "The disk or file is read-only.",  # SQLITE_READONLY
    10: "The disk reports an error.",  # SQLITE_IOERR
    14: "The file cannot be opened.",  # SQLITE_CANTOPEN
    15: "The lock protocol failed.",  # SQLITE_PROTOCOL
    22: "The file has reached the largest size that this disk allows.",  # SQLITE_NOLFS
}


class Database:
    """An open encrypted file. Every error that leaves it is a StorageError."""

    def __init__(self, path: Path, key: StoreKey, limit_bytes: int = LIMIT_BYTES) -> None:
        """Open nothing yet; use `Database.open` or `Database.create`."""
        self.path, self.limit_bytes = path, limit_bytes
        self._key = key
        self._closed = False
        self.engine: Engine = sqlalchemy.create_engine(
            "sqlite+pysqlite://",
            module=sqlcipher,
            creator=self._connect,
            poolclass=QueuePool,
            pool_size=1,
            max_overflow=0,
            pool_timeout=TURN_TIMEOUT_S,
            hide_parameters=True,
            echo=False,
        )
        # The driver is in autocommit mode, so that BEGIN is where we say, DDL included.
        sqlalchemy.event.listen(self.engine, "begin", _begin)

    def __repr__(self) -> str:
        return f"Database({str(self.path)!r})"

    @classmethod
    def create(
        cls, path: Path, key: StoreKey, *, migrations: Sequence[Migration] = MIGRATIONS
    ) -> Database:
        """Make a new file with mode 0600 and the newest tables; a file there is an error."""
        with translated_errors():
            try:
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            except OSError as error:
                raise StoreUnavailableError(f"{path}: {error.strerror}.") from error
        return cls._started(path, key, migrations)

    @classmethod
    def open(
        cls,
        path: Path,
        key: StoreKey,
        *,
        migrations: Sequence[Migration] = MIGRATIONS,
        limit_bytes: int = LIMIT_BYTES,
    ) -> Database:
        """Open a file, check its first page, and bring its tables up to date.

        Raises StoreMissingError, StorePlainError, StoreForeignError, StoreDamagedError,
        StoreIncompleteError, SchemaTooNewError, MigrationError, StoreUnavailableError.
        """
        try:
            with path.open("rb") as file:
                header = file.read(16)
            if path.stat().st_mode & 0o077:
                path.chmod(0o600)
        except FileNotFoundError:
            raise StoreMissingError from None
        except OSError as error:
            raise StoreUnavailableError(f"{path}: {error.strerror}.") from error
        if header == _PLAIN_HEADER:
            raise StorePlainError
        if len(header) < 16:  # SQLite would take an empty file for a new database
            raise StoreDamagedError("Its file is cut short.")
        if header != key.salt:
            raise StoreForeignError
        return cls._started(path, key, migrations, limit_bytes)

    @classmethod
    def _started(
        cls,
        path: Path,
        key: StoreKey,
        migrations: Sequence[Migration],
        limit_bytes: int = LIMIT_BYTES,
    ) -> Database:
        database = cls(path, key, limit_bytes)
        try:
            with database.transaction() as connection:
                upgrade(connection, migrations)
        except BaseException:
            database.close()
            raise
        return database

    def derived_key(self, purpose: bytes) -> bytes:
        """32 bytes for another file of the same store; `purpose` has at most 64 bytes."""
        return hashlib.blake2b(purpose, digest_size=32, key=self._key.key).digest()

    def has_key(self, key: StoreKey) -> bool:
        """Whether this is the key of the file, compared in a time that tells nothing."""
        return hmac.compare_digest(self._key.key, key.key)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction: committed and synced at the end, rolled back on any exception."""
        self._refuse_closed()
        with translated_errors(), self.engine.begin() as connection:
            yield connection

    def check(self) -> list[str]:
        """Read the whole file and say what is wrong with it; empty when all is well.

        Takes about a second for 100 MB. Raises StoreUnavailableError.
        """
        self._refuse_closed()
        with translated_errors(), self.engine.connect() as connection:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            pages = connection.exec_driver_sql("PRAGMA cipher_integrity_check").scalars()
            found = [str(page) for page in pages]
            try:
                trees = connection.exec_driver_sql("PRAGMA quick_check(20)").scalars()
                found += [str(tree) for tree in trees if tree != "ok"]
            except DBAPIError as error:
                if _code(error.orig) not in _DAMAGED:
                    raise
                found.append(str(error.orig))
        return found

    def used_bytes(self, connection: Connection) -> int:
        """Bytes of pages that hold something."""
        pages, free = (
            int(connection.exec_driver_sql(f"PRAGMA {what}").scalar_one())
            for what in ("page_count", "freelist_count")
        )
        return (pages - free) * PAGE_BYTES

    def room_bytes(self) -> int:
        """How large the file can become: its limit, or what the disk still has for it."""
        try:
            here = self.path.stat().st_size + free_bytes(self.path)
        except OSError:
            return self.limit_bytes
        return min(self.limit_bytes, here)

    def make_room(self, *, spend_ballast: bool) -> bool:
        """After StoreFullError: move the log into the store and give its disk space back.

        With `spend_ballast` the ballast goes first; `keep_ballast` puts it back.
        Returns whether anything was freed, so that trying once more makes sense.
        """
        freed = spend_ballast and drop_ballast(self.path)
        before = self._log_size()
        with contextlib.suppress(StoreUnavailableError), translated_errors():
            with self.engine.connect() as connection:
                connection = connection.execution_options(isolation_level="AUTOCOMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()
        return self._log_size() < before or freed

    def _log_size(self) -> int:
        try:
            return self.path.with_name(self.path.name + "-wal").stat().st_size
        except OSError:
            return 0

    def close(self) -> None:
        """Move the write-ahead log into the file and close it. Safe twice."""
        self._closed = True
        self.engine.dispose()

    def _refuse_closed(self) -> None:
        """The pool would open the file anew."""
        if self._closed:
            raise StoreUnavailableError("It was closed.")

    def _connect(self) -> Any:
        """A keyed connection with our settings; the key is in no text but this statement."""
        connection = sqlcipher.connect(
            self.path, isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT_MS / 1e3
        )
        try:
            cursor = connection.cursor()
            if cursor.execute("PRAGMA cipher_version").fetchone() is None:
                raise StoreIncompleteError
            # Before the key: a wrong one would be reported on stderr, across the screen.
            cursor.execute("PRAGMA cipher_log_level = NONE")
            cursor.execute(f"PRAGMA key = \"x'{self._key.key.hex()}{self._key.salt.hex()}'\"")
            cursor.execute("PRAGMA cipher_compatibility = 4")  # what v0001 stores were made with
            cursor.execute("SELECT count(*) FROM sqlite_master").fetchone()
            for setting in (
                "journal_mode = WAL",
                "synchronous = FULL",
                "foreign_keys = ON",
                "secure_delete = ON",
                "temp_store = MEMORY",
                "trusted_schema = OFF",
                f"busy_timeout = {BUSY_TIMEOUT_MS:d}",
                f"wal_autocheckpoint = {CHECKPOINT_PAGES:d}",
                f"journal_size_limit = {WAL_LIMIT_BYTES:d}",
                f"max_page_count = {max(1, self.limit_bytes // PAGE_BYTES):d}",
            ):
                cursor.execute(f"PRAGMA {setting}").fetchall()
            cursor.close()
        except BaseException:
            connection.close()
            raise
        return connection


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _code(error: object) -> int:
    """SQLite's primary result code of a driver's error; 0 when it has none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


@contextlib.contextmanager
def translated_errors() -> Iterator[None]:
    """Turn the driver's errors into ours; a mistake in our own SQL passes through."""
    try:
        yield
    except StorageError:
        raise
    except DBAPIError as error:
        code = _code(error.orig)
        if code in _DAMAGED:
            raise StoreDamagedError from error
        if code == _FULL:
            raise StoreFullError from error
        if code in _UNAVAILABLE:
            raise StoreUnavailableError(_UNAVAILABLE[code]) from error
        raise
    except sqlalchemy.exc.TimeoutError as error:
        raise StoreUnavailableError("Another thread holds it.") from error
