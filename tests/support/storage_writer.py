"""Commit batches for ever and say on stdout which ones were acknowledged, until killed.

    python storage_writer.py STORE KEY_HEX SALT_HEX FIRST

Each batch holds items, rows, an outbox entry, a counter and a window of one number, so that a
half written one would show. A small checkpoint interval makes the log move often.
"""

from __future__ import annotations

import sys
from pathlib import Path

from meshdefense.storage import database
from meshdefense.storage.database import Database
from meshdefense.storage.keyslots import StoreKey
from meshdefense.storage.records import Batch, CounterRecord, ReplayRecord
from meshdefense.storage.repository import Store
from support.storage_records import item, outbox, row_of

ITEMS_EACH = 3


def batch(number: int) -> Batch:
    """The batch of this number."""
    items = [item(number * ITEMS_EACH + n) for n in range(ITEMS_EACH)]
    last = items[-1].sequence
    return Batch(
        items=items,
        rows=[row_of(one, f"of {number}") for one in items],
        outbox=[outbox(one) for one in items],
        counters=[CounterRecord(stream=0, incarnation=1, next_sequence=last + 1)],
        replay=[ReplayRecord(author=7, stream=0, incarnation=1, high=last, bitmap=b"\x07")],
        documents={"number": str(number).encode()},
    )


def main(path: str, key: str, salt: str, first: str) -> None:
    """Write from batch `first` on."""
    database.CHECKPOINT_PAGES = 20
    opened = Database.open(Path(path), StoreKey(bytes.fromhex(key), bytes.fromhex(salt)))
    store, number = Store(opened), int(first)
    if store.restored:  # killed between the mark and the commit
        store.begin_incarnation()
    while True:
        store.commit(batch(number))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        number += 1


if __name__ == "__main__":
    main(*sys.argv[1:])
