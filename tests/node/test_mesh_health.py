"""The rows that tell of the mesh: rounded, bounded, and different only when something is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from meshdefense.node.mesh_health import MeshHealth, mesh_row, neighbour_rows
from meshdefense.radio.base import LinkState, RadioStatus
from meshdefense_protocol.delivery import OutboxEntry
from meshdefense_protocol.engine import Gap
from meshdefense_protocol.governor import AirtimeUse
from meshdefense_protocol.neighbours import Neighbour
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.priority import Priority
from meshdefense_protocol.sealing import KeyClass
from support.network import NOW, Network
from support.nodes import Nodes, eventually, rows

ROSTER = Network().roster
USE = AirtimeUse(
    used_s={Priority.ALERT: 12.34},
    allowed_s={Priority.ALERT: 180.0, Priority.SOS: 144.0},
    ceiling_s=432.0,
    utilisation=14.4,
    held_back={Priority.NOTICE: "the channel is busy (31 %)"},
)


def waiting(count: int) -> list[OutboxEntry]:
    return [
        OutboxEntry(ItemId(1, 0, n), Priority.NOTICE, NOW, NOW + 60, detail="its turn")
        for n in range(count)
    ]


def test_every_class_has_a_row_in_order_of_urgency_with_its_reason() -> None:
    rows = mesh_row(USE, [], [], ROSTER, LinkState.READY)["airtime"]
    assert [row["name"] for row in rows] == [priority.name.lower() for priority in Priority]
    assert rows[Priority.ALERT] == {
        "name": "alert", "used_s": 12.3, "allowed_s": 180.0, "held_back": ""
    }  # fmt: skip
    assert rows[Priority.NOTICE]["held_back"] == "the channel is busy (31 %)"


def test_gaps_are_named_the_largest_first_and_an_unknown_author_by_number() -> None:
    gaps = [Gap(3, 1, 7), Gap(99, 4, 2), Gap(2, 0, 5)]
    row = mesh_row(USE, gaps, [], ROSTER, LinkState.READY)
    assert [(gap["name"], gap["missing"]) for gap in row["gaps"]] == [("#99", 4), ("pia", 1)]
    assert row["missing"] == 5


def test_of_a_long_queue_the_first_are_named_and_all_are_counted() -> None:
    row = mesh_row(USE, [], waiting(300), ROSTER, LinkState.READY)
    assert (len(row["waiting"]), row["waiting_count"]) == (20, 300)
    assert [one["position"] for one in row["waiting"]] == list(range(1, 21))
    assert row["waiting"][0]["reason"] == "its turn"
    row = mesh_row(USE, [], waiting(1), ROSTER, LinkState.SILENT)
    assert row["waiting"][0]["reason"] == "the radio is silent"


def same(neighbour: Neighbour) -> bool:
    return dict(neighbour.hashes) == {KeyClass.EVERYONE: 11}


def test_a_neighbour_is_in_step_when_what_it_said_last_is_what_is_held_here() -> None:
    heard = [
        Neighbour(2, NOW + 0.4, ((KeyClass.EVERYONE, 11),), -7.26),
        Neighbour(3, NOW - 1, ((KeyClass.EVERYONE, 12),)),
    ]
    first, second = neighbour_rows(heard, same, ROSTER, NOW)
    assert (first["in_step"], second["in_step"]) == (True, False)
    assert (first["heard_at"], first["snr"], second["snr"]) == (NOW, -7.3, None)


def test_what_a_neighbour_said_long_ago_tells_nothing() -> None:
    heard = [Neighbour(2, NOW, ((KeyClass.EVERYONE, 11),))]
    assert neighbour_rows(heard, same, ROSTER, NOW + 2399)[0]["in_step"] is True
    assert neighbour_rows(heard, same, ROSTER, NOW + 2400)[0]["in_step"] is None


def test_neighbours_stand_the_last_heard_first_and_strangers_are_left_out() -> None:
    heard = [Neighbour(2, NOW - 50, ()), Neighbour(99, NOW, ()), Neighbour(3, NOW - 5, ())]
    assert [row["name"] for row in neighbour_rows(heard, same, ROSTER, NOW)] == ["pia", "base"]


@given(st.floats(-0.4, 0.4), st.floats(-0.04, 0.04))
def test_noise_is_no_change(utilisation: float, used: float) -> None:
    health = MeshHealth()
    first = mesh_row(replace(USE, utilisation=14.0, used_s={Priority.ALERT: 12.0}), [], [],
                     ROSTER, LinkState.READY)  # fmt: skip
    second = mesh_row(
        replace(USE, utilisation=14.0 + utilisation, used_s={Priority.ALERT: 12.0 + used}),
        [], [], ROSTER, LinkState.READY,
    )  # fmt: skip
    assert health.take(first, [], NOW) == {"mesh"}
    assert health.take(second, [], NOW + 10) == frozenset()


def test_only_the_table_that_is_different_is_announced() -> None:
    health, row = MeshHealth(), mesh_row(USE, [], [], ROSTER, LinkState.READY)
    health.take(row, [], NOW)
    heard = neighbour_rows([Neighbour(3, NOW, ())], same, ROSTER, NOW)
    assert health.take(row, heard, NOW + 10) == {"neighbours"}
    assert health.next_at == NOW + 20
    tables = health.tables(17)
    assert [row["rev"] for rows in tables.values() for row in rows] == [17, 17]


def test_what_was_compared_when_it_came_is_not_compared_again_with_what_came_later() -> None:
    health, digest = MeshHealth(), Neighbour(2, NOW, ((KeyClass.EVERYONE, 11),))
    assert health.compare([digest], same, NOW + 5) == {2: True}
    assert health.compare([digest], lambda one: False, NOW + 300) == {2: True}
    assert health.compare([replace(digest, heard_at=NOW + 310)], lambda one: False, NOW + 315) == {
        2: False
    }


def test_what_differed_then_and_was_fetched_since_is_the_same() -> None:
    health, digest = MeshHealth(), Neighbour(2, NOW, ((KeyClass.EVERYONE, 11),))
    assert health.compare([digest], lambda one: False, NOW + 5) == {2: False}
    assert health.compare([digest], lambda one: False, NOW + 900) == {2: False}
    assert health.compare([digest], same, NOW + 910) == {2: True}


def test_nobody_is_said_to_have_differed_by_a_digest_from_before_the_start() -> None:
    digest = Neighbour(2, NOW - 300, ((KeyClass.EVERYONE, 12),))
    assert MeshHealth().compare([digest], same, NOW) == {2: None}
    rows = neighbour_rows([digest], lambda one: None, ROSTER, NOW)
    assert rows[0]["in_step"] is None


def test_a_clock_that_is_set_forward_is_no_new_digest() -> None:
    health, digest = MeshHealth(), Neighbour(2, NOW, ((KeyClass.EVERYONE, 11),))
    health.compare([digest], same, NOW + 5)
    health.shifted(3600.0)
    moved = replace(digest, heard_at=NOW + 3600)
    assert health.compare([moved], lambda one: False, NOW + 3605) == {2: True}


def test_a_radio_that_is_lost_is_the_reason_why_things_wait_at_once(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)  # whose time stands still: it is never time for the next look

    async def run() -> None:
        async with nodes.running("pia") as pia:
            await pia.submit("checkin", {"state": "ok"})

            async def reasons() -> list[str]:
                row = (await rows(pia, "mesh"))["mesh"]
                return [one["reason"] for one in row["waiting"]]

            async def lost() -> bool:
                return await reasons() == ["no radio found"]

            pia.feed(RadioStatus(LinkState.SEARCHING))
            await eventually(lost)

    asyncio.run(run())
