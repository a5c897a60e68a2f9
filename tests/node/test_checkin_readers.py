"""Who acknowledged a check-in: all know it, so that not everybody chases one late patrol."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from meshdefense.node.asked import NotFoundError
from meshdefense.node.projection import Projection, Sight
from meshdefense.node.saving import item_record
from meshdefense.node.subjects import check_subject
from meshdefense.paths import DataFolder
from meshdefense.storage.keyslots import INTERACTIVE
from meshdefense.storage.records import Batch
from meshdefense.storage.repository import Store
from meshdefense_protocol.events import ItemAccepted
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import Acknowledge, CheckIn, KnownBody, Notice
from meshdefense_protocol.seen import ReplayWindow
from support.network import DATE, NOW, Network

PIA = "3"
MINUTE = 60.0


class Desk:
    """One member's store and projection: items go in, the row of a patrol comes out."""

    def __init__(self, folder: Path) -> None:
        self.network = Network()
        self.store = Store.create(DataFolder(folder), b"for tests only", profile=INTERACTIVE)
        self.projection = Projection(self.store, self.network.membership("ada"))

    def item(self, name: str, body: KnownBody, at: float = 0.0) -> Item:
        return self.network.item(name, body, now=NOW + at)

    def take(self, *items: Item) -> list[str]:
        """Accept items at once; tells the tables whose rows that made."""
        batch, new = Batch(), []
        for item in items:
            received = item.claimed_at(DATE)
            window = ReplayWindow(item.id.author, item.id.stream, 0, item.id.sequence, 1)
            ends = item.expires_at(DATE, received)
            batch.items.append(
                item_record(ItemAccepted(item, False, received, received, ends, window, None))
            )
            new.append(Sight(item, received, own=False))
        now = max(sight.received_at for sight in new)
        batch.rows = self.projection.rows(new, (), {}, now, {})
        self.store.commit(batch)
        return sorted(row.tbl for row in batch.rows)

    def row(self) -> dict[str, Any]:
        found = self.store.row("patrols", PIA)
        assert found is not None
        return found.data


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "data")
    with made.store:
        yield made


def test_whoever_acknowledges_a_check_in_stands_in_the_row_of_the_patrol(desk: Desk) -> None:
    said = desk.item("pia", CheckIn(1, 3))
    desk.take(said)
    assert desk.row()["checkin"] == str(said.id)
    assert desk.row()["readers"] == []
    desk.take(desk.item("base", Acknowledge((said.id,)), 20 * MINUTE))
    (reader,) = desk.row()["readers"]
    assert (reader["name"], reader["at"]) == ("base", NOW + 20 * MINUTE)


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("at_once", [True, False])
def test_the_readers_do_not_depend_on_the_order_in_which_items_come(
    desk: Desk, order: tuple[int, ...], at_once: bool
) -> None:
    said = desk.item("pia", CheckIn(1, 3))
    items = [
        said,
        desk.item("base", Acknowledge((said.id,)), 20 * MINUTE),
        desk.item("vic", Acknowledge((said.id,)), 21 * MINUTE),
    ]
    ordered = [items[at] for at in order]
    for batch in [ordered] if at_once else [[one] for one in ordered]:
        desk.take(*batch)
    assert {reader["name"] for reader in desk.row()["readers"]} == {"base", "vic"}


def test_a_new_check_in_begins_without_readers_and_an_old_acknowledgement_adds_none(
    desk: Desk,
) -> None:
    first, second = desk.item("pia", CheckIn(1, 3)), desk.item("pia", CheckIn(1, 3), 30 * MINUTE)
    desk.take(first)
    desk.take(desk.item("base", Acknowledge((first.id,)), 20 * MINUTE))
    desk.take(second)
    assert (desk.row()["checkin"], desk.row()["readers"]) == (str(second.id), [])
    tables = desk.take(desk.item("vic", Acknowledge((first.id,)), 31 * MINUTE))
    assert "patrols" not in tables, "the row is the same: nobody is told of it"
    assert desk.row()["readers"] == []


def test_an_acknowledged_message_leaves_the_row_of_its_author_alone(desk: Desk) -> None:
    notice = desk.item("pia", Notice("here"), MINUTE)
    desk.take(desk.item("pia", CheckIn(1, 3)), notice)
    assert "patrols" not in desk.take(desk.item("base", Acknowledge((notice.id,)), 2 * MINUTE))


def test_only_the_last_check_in_can_be_acknowledged(desk: Desk) -> None:
    first, second = desk.item("pia", CheckIn(1, 3)), desk.item("pia", CheckIn(1, 3), 30 * MINUTE)
    desk.take(first)
    check_subject(Acknowledge((first.id,)), 1, desk.projection.row)
    desk.take(second)
    check_subject(Acknowledge((second.id,)), 1, desk.projection.row)
    with pytest.raises(NotFoundError):
        check_subject(Acknowledge((first.id,)), 1, desk.projection.row)
