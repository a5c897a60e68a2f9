"""What the engine said comes back in its next life as it was said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdefense.node.saving import (
    held_record,
    id_of,
    load_state,
    neighbour_of,
    neighbour_record,
    outbox_entry,
    outbox_record,
)
from meshdefense.node.writer import Writer
from meshdefense.storage.errors import IncarnationsSpentError, StoreFullError
from meshdefense.storage.records import Batch, CounterRecord
from meshdefense.storage.repository import Store
from meshdefense_protocol.delivery import OutboxEntry, State
from meshdefense_protocol.engine import Engine
from meshdefense_protocol.events import Event, HeldChanged, NeighbourChanged
from meshdefense_protocol.neighbours import NEIGHBOURS_MAX, Neighbour
from meshdefense_protocol.packets import Report
from meshdefense_protocol.packets.reference import ItemId, Stream
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.sealing import KeyClass
from support.network import NOW, Network
from support.storage_records import new_store

ids = st.builds(
    ItemId,
    st.integers(0, 0xFFFF),
    st.integers(0, 63),
    st.integers(0, (1 << 18) - 1),
    st.sampled_from(Stream),
)
neighbours = st.builds(
    Neighbour,
    st.integers(0, 0xFFFF),
    st.floats(0, 4e9),
    st.lists(st.tuples(st.sampled_from(KeyClass), st.integers(0, (1 << 64) - 1)), max_size=4).map(
        tuple
    ),
    st.none() | st.floats(-30, 20),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store, _ = new_store(tmp_path)
    with store:
        yield store


def write(store: Store, *events: Event) -> None:
    Writer(store, Network().membership("pia")).commit(events, (), {}, NOW)


def engine(store: Store) -> Engine:
    """The next life of pia's engine."""
    saved, _ = load_state(store, unit_m=1)
    return Engine(Network().membership("pia"), saved, NOW, entropy=lambda: 0.5)


def said(engine: Engine, store: Store) -> ItemId:
    """Let pia report something; its id, once it is stored."""
    item = engine.submit(Report(None, 7), NOW)
    events = []
    while (event := engine.next_event()) is not None:
        events.append(event)
    write(store, *events)
    return item.id


@settings(deadline=None, max_examples=50)
@given(neighbour=neighbours, item_id=ids, holders=st.sets(st.integers(0, 0xFFFF), max_size=300))
def test_whom_we_hear_and_who_holds_what_come_back_as_they_were(
    neighbour: Neighbour, item_id: ItemId, holders: set[int]
) -> None:
    event = HeldChanged(item_id, tuple(sorted(holders)))
    record = held_record(event)
    assert (id_of(record.key), record.holders) == (item_id, event.holders)
    assert neighbour_of(neighbour_record(neighbour)) == neighbour


@pytest.mark.parametrize("priority", Priority)
def test_every_class_of_traffic_comes_back_from_the_outbox(priority: Priority) -> None:
    entry = OutboxEntry(ItemId(3, 0, 1), priority, NOW, NOW + 9, State.QUEUED, 1, NOW, "full")
    assert outbox_entry(outbox_record(entry)) == entry


def test_the_last_word_of_a_batch_is_what_the_next_life_starts_with(store: Store) -> None:
    item_id = said(engine(store), store)
    old = Neighbour(2, NOW, ((KeyClass.EVERYONE, 5),), -3.0)
    new = Neighbour(2, NOW + 1, ((KeyClass.EVERYONE, (1 << 64) - 1), (KeyClass.FIELD, 0)))
    other = Neighbour(5, NOW - 9, ())
    write(
        store,
        NeighbourChanged(old),
        HeldChanged(item_id, (2,)),
        NeighbourChanged(other),
        HeldChanged(item_id, (2, 5)),
        NeighbourChanged(new),
    )
    saved, own = load_state(store, unit_m=1)
    assert saved.neighbours == (other, new)
    assert saved.held == (HeldChanged(item_id, (2, 5)),)
    assert [(kept.id, kept.received_at) for kept in saved.items] == [(item_id, NOW)]
    assert [entry.id for entry, _ in own] == [item_id]
    assert [found.member for found in engine(store).neighbours()] == [2, 5]


def test_a_commit_that_fails_stores_no_part_of_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaking = engine(store)
    with monkeypatch.context() as patch:
        patch.setattr("meshdefense.storage.writing.write_named", _full)
        with pytest.raises(StoreFullError):
            said(speaking, store)
        with pytest.raises(StoreFullError):
            write(store, NeighbourChanged(Neighbour(2, NOW, ())), HeldChanged(ItemId(3, 0, 0), ()))
    assert (store.item_count(), store.counters()) == (0, [])
    assert (store.neighbours(), store.held()) == ([], [])


def _full(*_: object) -> None:
    raise StoreFullError


def test_as_many_neighbours_are_stored_as_the_engine_remembers(store: Store) -> None:
    crowd = [Neighbour(number, NOW + number, ()) for number in range(1, NEIGHBOURS_MAX + 9)]
    write(store, *map(NeighbourChanged, crowd))
    saved, _ = load_state(store, unit_m=1)
    assert saved.neighbours == tuple(crowd[8:])


def test_a_store_that_was_put_back_speaks_in_a_new_incarnation(
    store: Store, tmp_path: Path
) -> None:
    life = engine(store)
    assert [str(said(life, store)) for _ in range(2)] == ["3.0.0", "3.0.1"]
    (tmp_path / "sequence.mark").unlink()
    with Store(store._database) as again:
        assert again.restored
        life = engine(again)
        assert not again.restored
        assert [str(said(life, again)) for _ in range(2)] == ["3.1.0", "3.1.1"]
        assert {(c.stream, c.incarnation) for c in again.counters()} == {(0, 1), (1, 1), (2, 1)}


def test_a_node_whose_incarnations_are_spent_does_not_start(store: Store, tmp_path: Path) -> None:
    store.commit(Batch(counters=[CounterRecord(stream=0, incarnation=63, next_sequence=4)]))
    (tmp_path / "sequence.mark").unlink()
    with Store(store._database) as again, pytest.raises(IncarnationsSpentError):
        load_state(again, unit_m=1)
