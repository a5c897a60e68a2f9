"""A store in a child that will be killed: compare it with what was promised, then write on.

Each batch holds two items of others, an own one with its counter, rows, an outbox entry and a
document of one number, so that a half written one would show.
"""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

from meshdefense.storage.database import Database
from meshdefense.storage.keyslots import StoreKey
from meshdefense.storage.records import Batch, CounterRecord, StoredItem, key_text
from meshdefense.storage.repository import Store
from support.storage_deaths import Known, Say
from support.storage_records import T0, item, outbox, row_of, rows_since

__all__ = ["KEY", "live", "make"]

KEY = StoreKey(b"k" * 32, b"s" * 16)
OTHERS = 2
PURGE_EACH = 4


def make(folder: Path) -> None:
    """An empty store."""
    Store(Database.create(folder / "store.db", KEY)).close()


def live(folder: Path, known: Known, say: Say) -> None:
    """Until killed."""
    begun = time.monotonic()
    store = Store(Database.open(folder / "store.db", KEY))
    if store.restored:  # killed between the mark and the commit
        say("incarnation", store.begin_incarnation())
    say("started", time.monotonic() - begun)
    number = check(store, known, say)
    while True:
        batch = next_batch(store, number, known.life)
        store.commit(batch)
        say("own", key_text(batch.items[-1].key), batch.items[-1].raw.decode())
        say("stored", number)
        number += 1
        if number % PURGE_EACH == 0:
            assert store.purge(T0).items == ()


def check(store: Store, known: Known, say: Say) -> int:
    """Nothing that was promised is missing, nothing is half there; the next number."""
    written = store.document("number")
    count = 0 if written is None else int(written) + 1
    assert count in (known.stored, known.stored + 1), f"{count} of {known.stored} batches are there"
    items = list(store.items())
    own = {key_text(one.key): one.raw.decode() for one in items if one.own}
    assert [one.sequence for one in items if not one.own] == list(range(count * OTHERS))
    assert len(own) == len(store.outbox()) == count
    assert {item_id: own.get(item_id) for item_id in known.own} == known.own
    assert len(rows_since(store, 0)) == count * (OTHERS + 1)
    assert store.revision == max((row.rev for row in rows_since(store, 0)), default=0) == count
    for item_id in own.keys() - known.own.keys():  # stored, and killed before it could say so
        say("own", item_id, own[item_id])
    if count > known.stored:  # the same
        say("stored", count - 1)
    assert store.check() == []
    return count


def next_batch(store: Store, number: int, life: int) -> Batch:
    """The batch of this number, in the next own sequence."""
    counters = {one.stream: one for one in store.counters()}
    counter = counters.get(0, CounterRecord(stream=0, incarnation=0, next_sequence=0))
    said = own_item(counter, b"batch %d of life %d" % (number, life))
    others = [item(number * OTHERS + n) for n in range(OTHERS)]
    return Batch(
        items=[*others, said],
        rows=[row_of(one, f"of {number}") for one in (*others, said)],
        outbox=[outbox(said)],
        counters=[dataclasses.replace(counter, next_sequence=counter.next_sequence + 1)],
        documents={"number": b"%d" % number},
    )


def own_item(counter: CounterRecord, raw: bytes) -> StoredItem:
    """Something that this member said."""
    made = item(counter.next_sequence, author=1, raw=raw)
    return dataclasses.replace(made, incarnation=counter.incarnation, own=True)
