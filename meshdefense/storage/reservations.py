"""Own sequences are used once, also after a crash or when a copy of the folder is put back.

Before own items are stored, the file `sequence.mark` says which sequences they take, and their
transaction notes what the file says and which file it is. Where the two differ at the next
start, older state may have been put back, or a crash came between the two: then own streams
go on in a new incarnation. Each commit with own items writes the mark: were it only each 64th
sequence, a store put back alone within those would not be noticed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy.engine import Connection

from meshdefense.storage import queries
from meshdefense.storage import statements as sql
from meshdefense.storage.database import Database
from meshdefense.storage.errors import IncarnationsSpentError
from meshdefense.storage.records import CounterRecord
from meshdefense.storage.sequence_mark import (
    STREAMS,
    FoundMark,
    Limit,
    Mark,
    MarkFile,
    mark_path,
)
from meshdefense.storage.writing import write
from meshdefense_protocol.limits import LIVES_MAX

__all__ = ["Reservations"]

_PURPOSE: Final = b"meshdefense sequence mark 1"


class Reservations:
    """What the mark and the store say of own sequences, kept in step."""

    def __init__(self, database: Database) -> None:
        """Compare the two; a store that never had a mark gets one.

        Raises StoreUnavailableError.
        """
        self._database = database
        self._file = MarkFile(mark_path(database.path), database.derived_key(_PURPOSE))
        self._noted = True
        """Whether the store knows what the file says."""
        recorded, found = self._recorded(), self._file.read()
        self.restored = found != recorded or (found is not None and found.mark is None)
        if recorded is None and found is None:
            self._begin(_reached(((0, 0),) * STREAMS, self._counters()), ())
        elif recorded is not None and recorded.mark is not None:
            self._mark, self._name = recorded.mark, recorded.file

    def reserve(self, counters: Iterable[CounterRecord]) -> None:
        """Before these counters are stored: let the mark say so.

        Raises StoreUnavailableError; nothing may be stored then.
        """
        counters = list(counters)
        if not counters:
            return
        if self.restored:
            raise RuntimeError("a restored store has to begin an incarnation before it sends")
        limits = _reached(self._mark.limits, counters)
        if limits != self._mark.limits:
            mark = Mark.drawn(limits)
            self._name = self._file.rewrite(mark, self._name)
            self._mark, self._noted = mark, False

    def note(self, connection: Connection) -> None:
        """Say in the caller's transaction what the mark says, when that is not yet stored."""
        if not self._noted:
            _note(connection, self._mark, self._name)

    def noted(self) -> None:
        """The transaction is on the disk."""
        self._noted = True

    def begin_incarnation(self) -> int:
        """Let all own streams go on in an incarnation that neither store nor mark has used.

        Returns it once it is on the disk. Raises IncarnationsSpentError, StoreUnavailableError.
        """
        used = [counter.incarnation for counter in self._counters()]
        for known in (self._recorded(), self._file.read()):
            if known is not None and known.mark is not None:
                used += [incarnation for incarnation, _ in known.mark.limits]
        incarnation = max(used, default=0) + 1
        if incarnation > LIVES_MAX:
            raise IncarnationsSpentError
        counters = [
            CounterRecord(stream=stream, incarnation=incarnation, next_sequence=0)
            for stream in range(STREAMS)
        ]
        self._begin(((incarnation, 0),) * STREAMS, counters)
        self.restored = False
        return incarnation

    def _begin(self, limits: tuple[Limit, ...], counters: Iterable[CounterRecord]) -> None:
        mark = Mark.drawn(limits)
        name = self._file.replace(mark)
        with self._database.transaction() as connection:
            write(connection, sql.UPSERT_COUNTER, map(sql.counter_values, counters))
            _note(connection, mark, name)
        self._mark, self._name, self._noted = mark, name, True

    def _recorded(self) -> FoundMark | None:
        with self._database.transaction() as connection:
            found = connection.execute(queries.MARK).one_or_none()
        return None if found is None else FoundMark(Mark.decode(found.content), found.file)

    def _counters(self) -> list[CounterRecord]:
        with self._database.transaction() as connection:
            return [sql.to_counter(found) for found in connection.execute(queries.COUNTERS)]


def _note(connection: Connection, mark: Mark, name: str) -> None:
    write(connection, sql.SET_MARK, [(1, mark.encode(), name)])


def _reached(limits: tuple[Limit, ...], counters: Iterable[CounterRecord]) -> tuple[Limit, ...]:
    """The limits after these counters."""
    reached = list(limits)
    for counter in counters:
        limit = (counter.incarnation, counter.next_sequence)
        reached[counter.stream] = max(reached[counter.stream], limit)
    return tuple(reached)
