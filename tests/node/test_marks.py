"""Up to which item a revoked member's words count, by what came in and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from meshdefense.node.marks import marks_of
from meshdefense.storage.records import Batch, ReplayRecord
from meshdefense.storage.repository import Store
from meshdefense_protocol.limits import SEQUENCE_MAX
from meshdefense_protocol.packets.decisions import MARK_NONE, mark_of
from meshdefense_protocol.packets.reference import ItemId
from support.storage_records import T0, item, new_store

LOST = 7


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Items 3, 4 and 5 of the lost one's life 1, each a second later; 3 to 5 of somebody else."""
    store, _ = new_store(tmp_path)
    with store:
        said = [item(n, author=author) for author in (LOST, 8) for n in (3, 4, 5)]
        window = ReplayRecord(author=LOST, stream=0, incarnation=1, high=5, bitmap=b"")
        store.commit(Batch(items=said, replay=[window]))
        yield store


def log_mark(store: Store, since: float | None, number: int = LOST) -> int:
    return marks_of(store, number, since)[0]


def mark(sequence: int, incarnation: int = 1) -> int:
    return mark_of(ItemId(LOST, incarnation, sequence))


def test_without_a_time_all_that_came_in_counts(store: Store) -> None:
    assert log_mark(store, None) == mark(5)


def test_what_came_in_before_the_time_counts_and_nothing_after_it(store: Store) -> None:
    arrived = {n: item(n).received_at for n in (3, 4, 5)}
    assert log_mark(store, arrived[5] + 1) == mark(5)
    assert log_mark(store, arrived[5]) == mark(4)  # at that time already is too late
    assert log_mark(store, arrived[4]) == mark(3)


def test_where_only_later_items_are_kept_the_one_before_the_first_counts(store: Store) -> None:
    assert log_mark(store, T0) == mark(2)


def test_where_a_life_began_after_the_time_nothing_counts(store: Store) -> None:
    store.commit(Batch(items=[replace(item(0), received_at=T0 + 1)]))
    assert not mark(0) & SEQUENCE_MAX
    assert log_mark(store, T0) == MARK_NONE


def test_of_a_member_who_said_nothing_and_in_the_other_stream_nothing_counts(store: Store) -> None:
    assert marks_of(store, 9, None) == (MARK_NONE, MARK_NONE)
    assert marks_of(store, LOST, None)[1] == MARK_NONE
