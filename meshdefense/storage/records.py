"""What goes into the store and comes out: plain values, no rows of a database.

Times are seconds since the Unix epoch. Contents stay out of every repr, so that they stay out
of logs and tracebacks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "Batch",
    "CounterRecord",
    "EquivocationRecord",
    "ExportRecord",
    "HeldRecord",
    "ItemKey",
    "NeighbourRecord",
    "OutboxRecord",
    "Purged",
    "ReplayRecord",
    "RowPage",
    "RowRecord",
    "RowText",
    "StoredItem",
    "TransferRecord",
    "key_text",
]

ItemKey = tuple[int, int, int, int]
"""Author, incarnation, sequence, stream; stream 0 is the log, 1 is positions."""

POSITIONS = 1


def key_text(key: ItemKey) -> str:
    """An item's id as text: "7.1.42", or "7.1.42p" for a position."""
    author, incarnation, sequence, stream = key
    return f"{author}.{incarnation}.{sequence}" + ("p" if stream == POSITIONS else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredItem:
    """An accepted item: its signed bytes, and how they came here."""

    author: int
    incarnation: int
    sequence: int
    stream: int
    kind: int
    ref: str | None = None
    """Id (as text) of the item that this one is about."""
    claimed_at: float
    """When the author says it was made."""
    received_at: float
    """When this node accepted it."""
    expires_at: float | None = None
    """When `purge` may delete it; None keeps it."""
    own: bool = False
    """Whether this node made it."""
    bearer: str = ""
    snr: float | None = None
    """dB."""
    rssi: int | None = None
    """dBm."""
    hops: int | None = None
    raw: bytes = field(repr=False)
    rowid: int = 0
    """Place in the log, from 1; given by the store, ignored by `commit`."""

    @property
    def key(self) -> ItemKey:
        """What identifies the item."""
        return (self.author, self.incarnation, self.sequence, self.stream)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRecord:
    """Something of ours on its way out; its bytes are in the item of the same key."""

    author: int
    incarnation: int
    sequence: int
    stream: int
    state: str
    klass: int
    """Order on the way out, the most urgent first."""
    attempts: int = 0
    next_at: float | None
    """When it may be handed to a radio (again); None when nothing more is to be done."""
    created_at: float
    expires_at: float
    """When sending it stops; the clock may have been set since, so not always the item's."""
    detail: str = ""

    @property
    def key(self) -> ItemKey:
        """What identifies the item."""
        return (self.author, self.incarnation, self.sequence, self.stream)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayRecord:
    """Which sequences of one author's stream were accepted."""

    author: int
    stream: int
    incarnation: int
    high: int
    """Highest sequence accepted."""
    bitmap: bytes
    """The ones below `high`, in the caller's own layout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterRecord:
    """The next number that this node gives to an item of its own."""

    stream: int
    incarnation: int
    next_sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EquivocationRecord:
    """Proof that an author signed two different items under one number."""

    id: str
    raw: bytes = field(repr=False)
    seen_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRecord:
    """Who is known to hold an own item."""

    author: int
    incarnation: int
    sequence: int
    stream: int
    holders: tuple[int, ...]
    """Member numbers, 0 to 65535."""

    @property
    def key(self) -> ItemKey:
        """What identifies the item."""
        return (self.author, self.incarnation, self.sequence, self.stream)


@dataclass(frozen=True, slots=True, kw_only=True)
class NeighbourRecord:
    """A member that was heard without a relay, and what it said that it holds."""

    member: int
    heard_at: float
    snr: float | None = None
    """dB."""
    hashes: tuple[tuple[int, int], ...]
    """Key class (0 to 255) and 64-bit hash of each set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRecord:
    """A long report, whole or growing, under the key of the item that announced it."""

    author: int
    incarnation: int
    sequence: int
    stream: int
    key_class: int
    """Of those who may read it."""
    size: int
    """Bytes of the whole text."""
    digest: bytes
    """What the announced text has to hash to."""
    expires_at: float
    restarts: int = 0
    """How often all parts were here and were not the text."""
    parts: tuple[tuple[int, bytes], ...] = field(default=(), repr=False)
    """Index (0 to 255) and data (up to 65,535 bytes) of the parts that are here, ascending."""

    @property
    def key(self) -> ItemKey:
        """What identifies the item."""
        return (self.author, self.incarnation, self.sequence, self.stream)

    @property
    def whole(self) -> bool:
        """Whether all parts are here."""
        return sum(len(data) for _, data in self.parts) == self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRecord:
    """That something was exported; the contents are not kept."""

    at: float
    member: int
    """Number of the member whose node it was."""
    format: str
    since: float | None = None
    until: float | None = None
    """The time that was asked for."""
    redacted: bool
    size: int
    """Bytes of the file."""
    count: int
    """Rows in it."""
    sha256: bytes
    rowid: int = 0
    """From 1; given by the store, ignored by `commit`."""


@dataclass(slots=True)
class RowRecord:
    """A row of a derived table for the screens."""

    tbl: str
    id: str
    data: dict[str, Any] = field(default_factory=dict, repr=False)
    """What JSON can hold; empty when gone."""
    gone: bool = False
    rev: int = 0
    """Revision of its last change; given by `commit`."""


@dataclass(frozen=True, slots=True)
class RowText:
    """A row whose data stay the JSON text that is stored."""

    tbl: str
    id: str
    rev: int
    gone: bool
    text: str = field(repr=False)
    """A JSON object; "{}" when gone."""


@dataclass(frozen=True, slots=True)
class RowPage:
    """Some of the rows that changed after a revision, in the order of their changes."""

    rows: list[RowText]
    revision: int
    """Where to go on. Not to be told from `rows`: a reader may leave rows out."""
    more: bool
    """Whether there are later changes; `revision` is above the one asked for then."""


@dataclass(slots=True)
class Batch:
    """What one transaction writes: all of it or nothing. Filled by one owner, then committed.

    Everything but items is written over what is there with the same key. None as the value of
    a document or secret deletes it.
    """

    items: list[StoredItem] = field(default_factory=list)
    outbox: list[OutboxRecord] = field(default_factory=list)
    outbox_removed: list[ItemKey] = field(default_factory=list)
    """Removed before `outbox` is written."""
    replay: list[ReplayRecord] = field(default_factory=list)
    counters: list[CounterRecord] = field(default_factory=list)
    equivocations: list[EquivocationRecord] = field(default_factory=list)
    held: list[HeldRecord] = field(default_factory=list)
    neighbours: list[NeighbourRecord] = field(default_factory=list)
    """Beyond the bound, those heard longest ago go."""
    transfers: list[TransferRecord] = field(default_factory=list)
    """Beyond the bound, the oldest whole ones go, then the oldest."""
    exports: list[ExportRecord] = field(default_factory=list)
    """Beyond the bound, the oldest go."""
    rows: list[RowRecord] = field(default_factory=list)
    documents: dict[str, bytes | None] = field(default_factory=dict, repr=False)
    secrets: dict[str, bytes | None] = field(default_factory=dict, repr=False)
    duplicates: list[ItemKey] = field(default_factory=list)
    """Filled by `commit`: items that were stored before, and were left as they are."""

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        return any(
            (
                self.items,
                self.outbox,
                self.outbox_removed,
                self.replay,
                self.counters,
                self.equivocations,
                self.held,
                self.neighbours,
                self.transfers,
                self.exports,
                self.rows,
                self.documents,
                self.secrets,
            )
        )


@dataclass(frozen=True, slots=True)
class Purged:
    """What one call of `purge` removed."""

    revision: int
    items: tuple[ItemKey, ...]
    rows: tuple[RowRecord, ...]
    """The tombstones."""
    more: bool
    """Whether the bound was reached and another call is worthwhile."""
