"""The store's tables as SQLAlchemy Core sees them.

The SQL files in `migrations` make the tables; a test compares the two. What each table is
for: docs/storage.md. Times are seconds since the Unix epoch.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

__all__ = [
    "counters",
    "documents",
    "equivocations",
    "exports",
    "held",
    "items",
    "mark",
    "meta",
    "metadata",
    "neighbours",
    "outbox",
    "replay",
    "revision",
    "rows",
    "secrets",
    "transfers",
]

metadata: Final = MetaData()


def _item_key(*, primary: bool) -> list[Column[int]]:
    """The four columns that name an item: the primary key, or beside a rowid."""
    names = ("author", "incarnation", "sequence", "stream")
    return [Column(name, Integer, primary_key=primary, nullable=False) for name in names]


meta: Final = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

secrets: Final = Table(
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

documents: Final = Table(
    "documents",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
    Column("rev", Integer, nullable=False),  # how often it was written
)

items: Final = Table(
    "items",
    metadata,
    Column("rowid", Integer, primary_key=True),
    *_item_key(primary=False),
    Column("kind", Integer, nullable=False),
    Column("ref", Text),
    Column("claimed_at", Float, nullable=False),
    Column("received_at", Float, nullable=False),
    Column("expires_at", Float),
    Column("own", Integer, nullable=False),
    Column("bearer", Text, nullable=False),
    Column("snr", Float),
    Column("rssi", Integer),
    Column("hops", Integer),
    Column("raw", LargeBinary, nullable=False),
    UniqueConstraint("author", "incarnation", "sequence", "stream"),
    Index("items_ref", "ref"),
    Index("items_expires_at", "expires_at"),
)

outbox: Final = Table(
    "outbox",
    metadata,
    *_item_key(primary=True),
    Column("state", Text, nullable=False),
    Column("klass", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Float),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("detail", Text, nullable=False),
)

replay: Final = Table(
    "replay",
    metadata,
    Column("author", Integer, primary_key=True),
    Column("stream", Integer, primary_key=True),
    Column("incarnation", Integer, primary_key=True),
    Column("high", Integer, nullable=False),
    Column("bitmap", LargeBinary, nullable=False),
)

counters: Final = Table(
    "counters",
    metadata,
    Column("stream", Integer, primary_key=True, autoincrement=False),
    Column("incarnation", Integer, nullable=False),
    Column("next_sequence", Integer, nullable=False),
)

equivocations: Final = Table(
    "equivocations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("raw", LargeBinary, nullable=False),
    Column("seen_at", Float, nullable=False),
)

rows: Final = Table(
    "rows",
    metadata,
    Column("tbl", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("rev", Integer, nullable=False),
    Column("gone", Integer, nullable=False),
    Column("data", Text, nullable=False),  # JSON
    Index("rows_rev", "rev"),
    Index("rows_id", "id"),
    Index("rows_gone", "gone"),
)

revision: Final = Table(
    "revision",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("value", Integer, nullable=False),
)

held: Final = Table(
    "held",
    metadata,
    *_item_key(primary=True),
    Column("holders", LargeBinary, nullable=False),  # 2 bytes each
)

neighbours: Final = Table(
    "neighbours",
    metadata,
    Column("member", Integer, primary_key=True, autoincrement=False),
    Column("heard_at", Float, nullable=False),
    Column("snr", Float),
    Column("hashes", LargeBinary, nullable=False),  # class (1 byte) and hash (8 bytes) each
)

mark: Final = Table(
    "mark",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
    Column("file", Text, nullable=False),
)

transfers: Final = Table(
    "transfers",
    metadata,
    Column("rowid", Integer, primary_key=True),
    *_item_key(primary=False),
    Column("key_class", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("restarts", Integer, nullable=False),
    Column("whole", Integer, nullable=False),
    Column("parts", LargeBinary, nullable=False),  # index (1 byte), length (2), data each
    UniqueConstraint("author", "incarnation", "sequence", "stream"),
)

exports: Final = Table(
    "exports",
    metadata,
    Column("rowid", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("member", Integer, nullable=False),
    Column("format", Text, nullable=False),
    Column("since", Float),
    Column("until", Float),
    Column("redacted", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
)
