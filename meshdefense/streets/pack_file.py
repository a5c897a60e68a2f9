"""The file of a street pack: its tables, the check over all its bytes, and how it is written.

A pack is an SQLite database followed by 48 bytes: 16 of magic and the SHA-256 of everything
before. SQLite reads the pages its header counts and never looks at what follows. The database
is made in memory and the file appears under its name in one step, complete or not at all.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import sqlite3
from enum import StrEnum
from pathlib import Path
from typing import Final

__all__ = [
    "APPLICATION_ID", "FORMAT", "MAGIC", "SCHEMA", "SUFFIX", "PackError", "PackProblem", "checked",
    "remove_leftovers", "write_pack",
]  # fmt: skip


SUFFIX: Final = ".streets"
APPLICATION_ID: Final = 0x4D445354
"""MDST, bytes 68 to 71 of an SQLite file."""
FORMAT: Final = 1
"""Version of the tables, SQLite's user_version."""
MAGIC: Final = b"meshdefense-pack"
_DIGEST_SIZE: Final = 32
TRAILER_SIZE: Final = len(MAGIC) + _DIGEST_SIZE
_SQLITE_HEAD: Final = b"SQLite format 3\0"
_LEFTOVER: Final = ".importing"

SCHEMA: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE chunk (id INTEGER PRIMARY KEY, n INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE crossing (id INTEGER PRIMARY KEY, n INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE area (id INTEGER PRIMARY KEY, west INTEGER NOT NULL, south INTEGER NOT NULL,
  east INTEGER NOT NULL, north INTEGER NOT NULL, n INTEGER NOT NULL, data BLOB NOT NULL);
CREATE INDEX area_box ON area (south, north, west, east);
CREATE TABLE name (id INTEGER PRIMARY KEY, name TEXT NOT NULL, class INTEGER, lat INTEGER,
  lon INTEGER);
CREATE TABLE point (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, name INTEGER NOT NULL,
  lat INTEGER NOT NULL, lon INTEGER NOT NULL);
CREATE TABLE area_name (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, name INTEGER NOT NULL,
  lat INTEGER NOT NULL, lon INTEGER NOT NULL);
CREATE TABLE numbers (name INTEGER, low INTEGER, high INTEGER NOT NULL, low_lat INTEGER NOT NULL,
  low_lon INTEGER NOT NULL, high_lat INTEGER NOT NULL, high_lon INTEGER NOT NULL,
  PRIMARY KEY (name, low)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(text, content='', columnsize=0, detail=none,
  tokenize='unicode61 remove_diacritics 0');
"""
"""docs/maps.md explains each table; the ids of chunks are `chunk_id`. A row of `words` is 3 times
the id, plus 0 for `name`, 1 for `point`, 2 for `area_name`; its text is folded already."""


class PackProblem(StrEnum):
    """Why a file cannot be used as a pack; programs tell the errors apart by it."""

    MISSING = "missing"
    FOREIGN = "foreign"
    DAMAGED = "damaged"
    NEWER = "newer"
    UNREADABLE = "unreadable"
    UNWRITABLE = "unwritable"


_SENTENCES: Final = {
    PackProblem.MISSING: ("There is no map {name}.", "No existe el mapa {name}."),
    PackProblem.FOREIGN: (
        "{name} is not a street map of this program. Make one of it: meshdefense map import",
        "{name} no es un mapa de calles de este programa. Créelo con: meshdefense map import",
    ),
    PackProblem.DAMAGED: (
        "The map {name} is damaged. Copy or import it again.",
        "El mapa {name} está dañado. Cópielo o impórtelo otra vez.",
    ),
    PackProblem.NEWER: (
        "The map {name} was made by a newer version of this program. Update, or import it again.",
        "El mapa {name} es de una versión más nueva del programa. Actualice, o impórtelo otra vez.",
    ),
    PackProblem.UNREADABLE: (
        "The map {name} cannot be read: {why}.",
        "No se puede leer el mapa {name}: {why}.",
    ),
    PackProblem.UNWRITABLE: (
        "The map {name} cannot be written: {why}.",
        "No se puede escribir el mapa {name}: {why}.",
    ),
}


class PackError(Exception):
    """A pack cannot be used; the text is a sentence for people, `spanish` the same in Spanish."""

    def __init__(self, problem: PackProblem, name: str, why: str = "") -> None:
        english, spanish = (text.format(name=name, why=why) for text in _SENTENCES[problem])
        super().__init__(english)
        self.spanish = spanish
        self.problem = problem


def checked(path: Path) -> str:
    """The SHA-256 of a pack in hexadecimal, after every byte of it was read. Raises PackError."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            head = file.read(100)
            ours = head.startswith(_SQLITE_HEAD) and head[68:72] == APPLICATION_ID.to_bytes(4)
            file.seek(max(0, size - TRAILER_SIZE))
            magic, told = file.read(len(MAGIC)), file.read(_DIGEST_SIZE)
            if magic != MAGIC:
                raise PackError(PackProblem.DAMAGED if ours else PackProblem.FOREIGN, path.name)
            file.seek(0)
            digest = hashlib.sha256()
            left = size - _DIGEST_SIZE
            while left and (block := file.read(min(left, 1 << 20))):
                digest.update(block)
                left -= len(block)
    except FileNotFoundError:
        raise PackError(PackProblem.MISSING, path.name) from None
    except OSError as error:
        raise PackError(PackProblem.UNREADABLE, path.name, _why(error)) from error
    if digest.digest() != told or not ours:
        raise PackError(PackProblem.DAMAGED, path.name)
    return digest.hexdigest()


def write_pack(path: Path, database: sqlite3.Connection) -> None:
    """Write `database` as a pack with mode 0600, replacing one of that name in one step.

    Raises PackError; then there is what was there before. The folder must exist.
    """
    content = database.serialize() + MAGIC
    temporary = path.with_name(f".{path.name}.{os.getpid()}{_LEFTOVER}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)  # alive: not a leftover, see remove_leftovers
                os.fchmod(descriptor, 0o600)
                file.write(content)
                file.write(hashlib.sha256(content).digest())
                file.flush()
                os.fsync(descriptor)
                temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise PackError(PackProblem.UNWRITABLE, path.name, _why(error)) from error


def remove_leftovers(folder: Path) -> int:
    """Remove what killed imports left in `folder`; returns how many. Live ones are let be."""
    removed = 0
    for left in folder.glob(f".*{SUFFIX}.*{_LEFTOVER}"):
        with contextlib.suppress(OSError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()
            removed += 1
    return removed


def _sync_folder(folder: Path) -> None:
    """A rename is on the disk when its folder is; where a system cannot, it is done anyway."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _why(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
