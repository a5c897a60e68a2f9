"""What the daemon keeps between two lives: accepted items, the outbox, keys, rows for screens.

`Store.commit` writes a `Batch` in one transaction and returns once it is on the disk, so that
what was acknowledged survives `kill -9` and a power cut. Items are the truth; rows are derived
from them and can be built anew. One thread at a time may use a store; see docs/storage.md.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from meshdefense.paths import DataFolder
from meshdefense.storage import queries
from meshdefense.storage import statements as sql
from meshdefense.storage.ballast import keep_ballast
from meshdefense.storage.database import LIMIT_BYTES, Database
from meshdefense.storage.errors import (
    KeyslotGoneError,
    StoreExistsError,
    StoreFullError,
    StoreUnavailableError,
)
from meshdefense.storage.keyslots import (
    STANDARD,
    KdfStrength,
    StoreKey,
    draw_key,
    open_keyslots,
    write_keyslots,
)
from meshdefense.storage.purging import PRESSURE, purge_items
from meshdefense.storage.reading import StoreReader
from meshdefense.storage.records import Batch, ItemKey, Purged, RowRecord
from meshdefense.storage.reservations import Reservations
from meshdefense.storage.sequence_mark import mark_path
from meshdefense.storage.writing import renew_epoch, write, write_batch
from meshdefense.whole_file import sync_folder

__all__ = ["Store"]


class Store(StoreReader):
    """An open store. What can be wrong with disk, file or key leaves it as a StorageError.

    After StoreUnavailableError nothing was written and the store can be used on. A record that
    breaks a rule of the tables is a mistake of ours and raises what SQLAlchemy says of it.
    """

    def __init__(self, database: Database) -> None:
        """Use `Store.create` or `Store.open`."""
        super().__init__(database)
        self._short, self._ballast = False, True
        with database.transaction() as connection:
            self._revision = int(connection.execute(queries.REVISION).scalar_one())
            epoch = connection.execute(queries.EPOCH).scalar_one_or_none()
            self._epoch = renew_epoch(connection) if epoch is None else str(epoch)
        self._reservations = Reservations(database)

    def __repr__(self) -> str:
        return f"Store({str(self._database.path)!r})"

    @classmethod
    def create(
        cls,
        folder: DataFolder,
        passphrase: bytes,
        *,
        profile: KdfStrength = STANDARD,
        share: bytes | None = None,
    ) -> Store:
        """Make the folder, a new key and an empty store; `share` is a device share, if any.

        Raises StoreExistsError, StoreUnavailableError, KeyslotUnavailableError, PathError, and
        ValueError for a passphrase that is empty or longer than 1024 bytes.
        """
        folder.make()
        if folder.keyslot.exists():
            raise StoreExistsError
        _refuse_keyless(folder)
        key, fresh = draw_key(), _fresh(folder)
        try:
            fresh.unlink(missing_ok=True)  # left by a crash before the keyslot was written
            mark_path(folder.store).unlink(missing_ok=True)  # of a store that is gone
            Database.create(fresh, key).close()
            if any(path.exists() for path in _files(fresh)[1:]):
                raise StoreFullError  # closing could not move the log into the file
        except OSError as error:
            raise StoreUnavailableError(f"{fresh}: {error.strerror}.") from error
        write_keyslots(folder.keyslot, key, passphrase, kdf=profile, share=share)
        _finish_creation(folder)
        return cls._opened(folder, key)

    @classmethod
    def open(
        cls,
        folder: DataFolder,
        passphrase: bytes,
        *,
        share: bytes | None = None,
        limit_bytes: int = LIMIT_BYTES,
    ) -> Store:
        """Open the store of a folder and bring its tables up to date.

        The file may grow to `limit_bytes`. Raises WrongPassphraseError, StoreMissingError and
        the other errors of `open_keyslots` and `Database.open`.
        """
        if not folder.keyslot.exists():
            _refuse_keyless(folder)
        key = open_keyslots(folder.keyslot, passphrase, share=share)
        return cls.open_by_key(folder, key, limit_bytes=limit_bytes)

    @classmethod
    def open_by_key(
        cls, folder: DataFolder, key: StoreKey, *, limit_bytes: int = LIMIT_BYTES
    ) -> Store:
        """The same for a slot that is open already. Raises as `Database.open`."""
        if not folder.store.exists() and _fresh(folder).exists():
            _finish_creation(folder)
        return cls._opened(folder, key, limit_bytes)

    @classmethod
    def _opened(cls, folder: DataFolder, key: StoreKey, limit_bytes: int = LIMIT_BYTES) -> Store:
        database = Database.open(folder.store, key, limit_bytes=limit_bytes)
        ballast = keep_ballast(folder.store)
        try:
            store = cls(database)
        except BaseException:
            database.close()
            raise
        store._ballast = ballast
        return store

    def close(self) -> None:
        """Close the file; its write-ahead log goes into it. Safe twice."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def folder(self) -> Path:
        """The data folder that it lies in."""
        return self._database.path.parent

    def opened_by(self, key: StoreKey) -> bool:
        """Whether this is the key that opened it."""
        return self._database.has_key(key)

    @property
    def warning(self) -> str:
        """What is wrong with the disk though data are taken, in a sentence; mostly empty.

        As of the last purge.
        """
        if self._short:
            return (
                f"More than {PRESSURE:.0%} of the room for the store is used: "
                "the oldest items are deleted before their time. Free some space."
            )
        if not self._ballast:
            return "The disk is almost full: there is no room for the reserve. Free some space."
        return ""

    @property
    def epoch(self) -> str:
        """Names one life of the revisions; when it changes, cached rows are void."""
        return self._epoch

    @property
    def revision(self) -> int:
        """How many transactions have changed rows."""
        return self._revision

    @property
    def restored(self) -> bool:
        """Whether this may be older state that was put back, or a copy.

        Then nothing of our own may be sent before `begin_incarnation`.
        """
        return self._reservations.restored

    # -- writing -----------------------------------------------------------------------------

    def begin_incarnation(self) -> int:
        """Let own sequences go on where neither store nor mark says that they were used.

        Returns the incarnation once it is on the disk. Raises IncarnationsSpentError after the
        last one, StoreUnavailableError.
        """
        return self._reservations.begin_incarnation()

    def commit(self, batch: Batch) -> int:
        """Write all of `batch` or nothing; returns the revision once it is on the disk.

        The revision grows by one when the batch has rows, and they get it. An item that is
        stored already stays as it is and is listed in `batch.duplicates`. Raises
        ItemConflictError when its bytes differ, StoreUnavailableError, and ValueError or
        TypeError for a row that JSON cannot hold.
        """
        revision = self._revision + bool(batch.rows)
        rows = [sql.row_values(row, revision) for row in batch.rows]
        try:
            duplicates = self._commit(batch, rows, revision)
        except StoreFullError:
            if not self._database.make_room(spend_ballast=False):
                raise
            duplicates = self._commit(batch, rows, revision)
        self._revision = revision
        batch.duplicates[:] = duplicates
        for row in batch.rows:
            row.rev = revision
        return revision

    def _commit(self, batch: Batch, rows: list[sql.Values], revision: int) -> list[ItemKey]:
        if not batch:
            return []
        self._reservations.reserve(batch.counters)
        with self._database.transaction() as connection:
            duplicates = write_batch(connection, batch)
            write(connection, sql.UPSERT_ROW, rows)
            if rows:
                write(connection, sql.SET_REVISION, [(revision,)])
            self._reservations.note(connection)
        self._reservations.noted()
        return duplicates

    def probe(self) -> None:
        """Write something that says nothing. Raises StoreUnavailableError while nothing is taken.

        It differs each time: SQLite does not write a page whose bytes stay the same.
        """
        with self._database.transaction() as connection:
            write(connection, sql.SET_EPOCH, [("probe", secrets.token_hex(8))])

    def purge(self, now: float, limit: int = 500) -> Purged:
        """Delete up to `limit` items that expired by `now`, the oldest first.

        Where more than four fifths of the room for the store is used, or of what the disk has
        left for it, the oldest items go as well, up to `limit`; never own ones on their way,
        nor those that never expire. With an item go its outbox entry, its long report and who
        holds it; rows whose id is the item's become tombstones. A long report also goes at its
        own end. Tombstones, evidence and replay windows beyond their bounds go as well; when
        tombstones do, the epoch changes.
        On a full disk the ballast is spent for it. Raises StoreUnavailableError.
        """
        try:
            purged = self._purge(now, limit)
        except StoreFullError:
            if not self._database.make_room(spend_ballast=True):
                raise
            purged = self._purge(now, limit)
            self._database.make_room(spend_ballast=False)
        self._ballast = keep_ballast(self._database.path)
        return purged

    def _purge(self, now: float, limit: int) -> Purged:
        done = purge_items(self._database, now, limit, self._revision)
        self._revision, self._short = done.purged.revision, done.short
        self._epoch = done.epoch or self._epoch
        return done.purged

    def shift_times(self, by: float, since: float, until: float) -> None:
        """The clock was set by `by` seconds: what came in between two times moves along with it.

        Items, their long reports, and when neighbours were heard. So that nothing that came in
        under a wrong clock is purged by the right one; what an earlier run got under a right
        clock lies after `until` where this one's was slow.
        """
        with self._database.transaction() as connection:
            connection.exec_driver_sql(sql.SHIFT_TRANSFERS, (by, since, until))
            connection.exec_driver_sql(sql.SHIFT_ITEMS, (by, since, until))
            connection.exec_driver_sql(sql.SHIFT_NEIGHBOURS, (by, since, until))

    def replace_rows(self, rows: Sequence[RowRecord]) -> int:
        """Write `rows` in place of all rows, in one transaction and a new epoch."""
        revision = self._revision + 1
        values = [sql.row_values(row, revision) for row in rows]
        with self._database.transaction() as connection:
            connection.exec_driver_sql(sql.DELETE_ROWS)
            write(connection, sql.UPSERT_ROW, values)
            write(connection, sql.SET_REVISION, [(revision,)])
            epoch = renew_epoch(connection)
        self._revision, self._epoch = revision, epoch
        for row in rows:
            row.rev = revision
        return revision


def _files(store: Path) -> list[Path]:
    """A store's file, and those that SQLite keeps beside it while it is open."""
    return [store.with_name(store.name + suffix) for suffix in ("", "-wal", "-shm")]


def _refuse_keyless(folder: DataFolder) -> None:
    """KeyslotGoneError for a store without a keyslot file: moved away, or a panic was cut short."""
    if any(path.exists() for path in _files(folder.store)):
        raise KeyslotGoneError


def _fresh(folder: DataFolder) -> Path:
    """A new store until its keyslot is written."""
    return folder.store.with_name(folder.store.name + ".new")


def _finish_creation(folder: DataFolder) -> None:
    """Give a new store its name; `Store.open` does it when a crash came before."""
    try:
        _fresh(folder).rename(folder.store)
        sync_folder(folder.root)
    except OSError as error:
        raise StoreUnavailableError(f"{folder.store}: {error.strerror}.") from error
