"""Records for tests of the store, small and predictable."""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from meshdefense.storage.database import Database
from meshdefense.storage.keyslots import StoreKey, draw_key
from meshdefense.storage.records import OutboxRecord, RowRecord, StoredItem, key_text
from meshdefense.storage.repository import Store

__all__ = ["T0", "decrypted", "item", "new_store", "outbox", "row_of", "rows_since"]

T0 = 1_700_000_000.0


def item(
    sequence: int,
    *,
    author: int = 7,
    stream: int = 0,
    ref: str | None = None,
    expires_at: float | None = T0 + 3600,
    raw: bytes | None = None,
) -> StoredItem:
    """An item as another member's would be stored."""
    return StoredItem(
        author=author,
        incarnation=1,
        sequence=sequence,
        stream=stream,
        kind=1,
        ref=ref,
        claimed_at=T0 + sequence,
        received_at=T0 + sequence + 0.5,
        expires_at=expires_at,
        bearer="radio",
        snr=-7.25,
        rssi=-110,
        hops=2,
        raw=b"item %d of %d" % (sequence, author) if raw is None else raw,
    )


def outbox(of: StoredItem, *, state: str = "queued", next_at: float | None = T0) -> OutboxRecord:
    """An outbox entry of an item."""
    author, incarnation, sequence, stream = of.key
    return OutboxRecord(
        author=author,
        incarnation=incarnation,
        sequence=sequence,
        stream=stream,
        state=state,
        klass=2,
        next_at=next_at,
        created_at=of.claimed_at,
        expires_at=of.claimed_at + 600,
    )


def row_of(of: StoredItem, text: str = "") -> RowRecord:
    """A row that is derived from an item."""
    return RowRecord("alerts", key_text(of.key), {"text": text, "at": of.claimed_at})


def rows_since(store: Store, revision: int) -> list[RowRecord]:
    """All rows changed after `revision`, page by page; from 0 without the tombstones."""
    found, since, more = list[RowRecord](), revision, True
    while more:
        page = store.row_page(since, limit=100)
        found += [RowRecord(r.tbl, r.id, json.loads(r.text), r.gone, r.rev) for r in page.rows]
        since, more = page.revision, page.more
    return found


def new_store(folder: Path) -> tuple[Store, StoreKey]:
    """An empty store at folder/store.db without a keyslot, which saves argon2id's time."""
    key = draw_key()
    return Store(Database.create(folder / "store.db", key)), key


def decrypted(path: Path, key: StoreKey) -> bytes:
    """All pages of a store's file, decrypted without SQLCipher.

    A page of 4096 bytes ends with its IV (16) and HMAC (64); the first begins with the salt.
    Source: SQLCipher's design page, version 4 defaults.
    """
    content, pages = path.read_bytes(), b""
    for start in range(0, len(content), 4096):
        page = content[start : start + 4096]
        cipher = Cipher(algorithms.AES256(key.key), modes.CBC(page[-80:-64])).decryptor()
        pages += cipher.update(page[16 if start == 0 else 0 : -80]) + cipher.finalize()
    return pages
