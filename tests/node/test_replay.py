"""The rows of an earlier moment are those that the projection told at that moment."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from meshdefense.node.history import LOOKING_BACK
from meshdefense.node.node import Node
from meshdefense.node.params import BadRequestError
from meshdefense.node.projection import TIMED_TABLES, Projection
from meshdefense.node.replay import REPLAYED, Past, rows_of
from meshdefense.node.rows_patrols import faded
from meshdefense.node.saving import item_record
from meshdefense.node.sight import Sight
from meshdefense.paths import DataFolder
from meshdefense.storage.keyslots import INTERACTIVE
from meshdefense.storage.records import Batch, StoredItem
from meshdefense.storage.repository import Store
from meshdefense_protocol.engine import Membership
from meshdefense_protocol.errors import ValueRangeError
from meshdefense_protocol.events import ItemAccepted
from meshdefense_protocol.items import Item
from meshdefense_protocol.packets import (
    Acknowledge,
    Beacon,
    Broadcast,
    CheckIn,
    Close,
    Dispatch,
    Escalate,
    KnownBody,
    Notice,
    Report,
    Response,
    Retract,
    RollAnswer,
    RollCall,
    Sos,
    SosEnd,
    StandDown,
    Verdict,
)
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.seen import ReplayWindow
from support.in_loop import in_loop
from support.network import DATE, NOW, Network
from support.nodes import Nodes, eventually, rows

HIGH = 2
HOUR = 3600.0
NAMES = ("ada", "base", "pia", "vic", "ned", "lea")
Tables = dict[str, dict[str, dict[str, Any]]]


def body_about(chance: random.Random, network: Network, said: list[Item]) -> KnownBody:
    """Something that somebody could say as things stand."""
    place = network.charter.grid.place(34.05 + chance.random() / 50, -118.25, 5)
    free: list[KnownBody] = [
        Report(place, 7, chance.randrange(4), note="by the gate"),
        Report(place, 7, HIGH),
        Notice("hello"),
        CheckIn(1, 6, place),
        Beacon(place),
        Sos(place),
        RollCall(6, 5),
        StandDown(None, 2),
    ]
    reports = [one.id for one in said if isinstance(one.body, Report)]
    alarms = [one.id for one in said if isinstance(one.body, Sos)]
    calls = [one.id for one in said if isinstance(one.body, RollCall)]
    if not reports or chance.random() < 0.4:
        return chance.choice(free)
    ref: ItemId = chance.choice(reports)
    anything = chance.choice([one.id for one in said if not isinstance(one.body, Beacon)])
    about: list[KnownBody] = [
        Verdict(ref, chance.randrange(3)),
        Dispatch(ref, 4, 10),
        Response(ref, 2, 4),
        Response(ref, 3),
        Broadcast(ref, Report(place, 7, HIGH)),
        Close(ref),
        Escalate(ref, 2),
        Report(place, 7, HIGH, about=ref),
        Retract(anything),
        Acknowledge(tuple(sorted({anything, ref}))),
        Acknowledge((anything,)),
    ]
    about += [SosEnd(one) for one in alarms[-1:]]
    about += [RollAnswer(one, 1) for one in calls[-1:]]
    return chance.choice(about)


class Live:
    """A store and its projection as the writer uses them: item after item, deadline by deadline."""

    def __init__(self, store: Store, network: Network) -> None:
        self.store, self.network = store, network
        self.me: Membership = network.membership("ada")
        self.projection = Projection(store, self.me)
        self.due: dict[ItemId, float] = {}

    def take(self, item: Item, at: float) -> None:
        window = ReplayWindow(item.id.author, item.id.stream, 0, item.id.sequence, 1)
        ends = item.expires_at(DATE, at)
        accepted = ItemAccepted(item, False, at, item.claimed_at(DATE), ends, window, None)
        made = self.projection.rows((Sight(item, at, own=False),), (), {}, at, {})
        self.store.commit(Batch(items=[item_record(accepted)], rows=made))
        self._will_change()

    def until(self, at: float) -> None:
        """Time goes by: rows are made again when they said that they change."""
        while late := [(when, one) for one, when in self.due.items() if when <= at]:
            when, one = min(late)
            del self.due[one]
            made = self.projection.rows((), (one,), {}, when, {})
            self.store.commit(Batch(rows=made))
            self._will_change()
        numbers = [str(self.network.number(name)) for name in NAMES]
        held = [self.store.row("patrols", number) for number in numbers]
        old = faded((row for row in held if row is not None), at)
        if old:
            self.store.commit(Batch(rows=old))

    def tables(self) -> Tables:
        """Every row, as `changes` has them now."""
        page = self.store.row_page(0, 100_000)
        assert not page.more
        found: Tables = {}
        for row in page.rows:
            if not row.gone:
                found.setdefault(row.tbl, {})[row.id] = json.loads(row.text)
        return found

    def _will_change(self) -> None:
        for one, when in self.projection.deadlines.items():
            self.due.pop(one, None)
            if when is not None:
                self.due[one] = when


def replayed(items: list[StoredItem], me: Membership, at: float) -> Tables:
    past = Past(at, [one for one in items if one.received_at <= at])
    tables = rows_of(past, me)
    assert set(tables) == set(REPLAYED)
    json.dumps(tables)  # it has to go through the socket
    return {
        name: {row["id"]: {k: v for k, v in row.items() if k != "rev"} for row in found}
        for name, found in tables.items()
        if found and name != "members"
    }


@pytest.mark.parametrize("seed", range(6))
def test_the_past_is_what_was_told_live_at_that_time(tmp_path: Path, seed: int) -> None:
    chance, network = random.Random(seed), Network()
    store = Store.create(DataFolder(tmp_path / "data"), b"for tests only", profile=INTERACTIVE)
    with store:
        live, said, told = Live(store, network), list[Item](), list[tuple[float, Tables]]()
        at = NOW
        for _ in range(60):
            at += chance.choice((4, 40, 300, 900))
            live.until(at)
            item = network.item(chance.choice(NAMES), body_about(chance, network, said), now=at)
            said.append(item)
            live.take(item, at + 1)
            told.append((at + 1, live.tables()))
            later = at + 3
            live.until(later)
            told.append((later, live.tables()))
        items = list(store.items())
        for when, tables in told:
            assert replayed(items, live.me, when) == tables, f"seed {seed}, {when - NOW} s"
        seen = {name for _, tables in told for name in tables}
        assert seen >= {"alerts", "patrols", "messages"}
        assert seen & (set(TIMED_TABLES) - {"alerts"})


def test_a_position_has_faded_in_the_past_as_it_had_live(tmp_path: Path) -> None:
    network = Network()
    place = network.charter.grid.place(34.05, -118.25, 5)
    item = network.item("pia", Beacon(place), now=NOW)
    window = ReplayWindow(item.id.author, item.id.stream, 0, item.id.sequence, 1)
    record = item_record(ItemAccepted(item, False, NOW, NOW, NOW + HOUR, window, None))
    me = network.membership("ada")
    (fresh,) = replayed([record], me, NOW + 60)["patrols"].values()
    (old,) = replayed([record], me, NOW + 2 * HOUR + 5)["patrols"].values()
    assert fresh["place"]["precision_m"] > 0
    assert old["place"] is None
    assert "patrols" not in replayed([record], me, NOW + 25 * HOUR)


async def asked(node: Node, **params: Any) -> Any:
    answer = await LOOKING_BACK["as_of"](node, params)
    json.dumps(answer)
    return answer


@in_loop
async def test_a_node_answers_with_the_rows_that_it_had_then(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)
    async with nodes.running("base") as base, nodes.running("vic") as vic:
        began = nodes.time.wall
        nodes.time.pass_(20)
        said = {"kind": "fire", "severity": "high", "lat": 34.051, "lon": -118.249}
        report = str((await base.submit("report", said)).item.id)

        async def here() -> bool:
            return report in await rows(vic, "alerts")

        await eventually(here)
        nodes.time.pass_(20)
        first = await rows(vic, "alerts")
        then = nodes.time.wall
        nodes.time.pass_(20)
        await vic.submit("verdict", {"alert": report, "result": "confirmed"})
        await vic.submit("message", {"text": "later"})
        after = await rows(vic, "alerts")
        assert (first[report]["state"], after[report]["state"]) == ("unconfirmed", "verified")
        past = await asked(vic, at=then)
        (alert,) = past["tables"]["alerts"]
        assert {**alert, "rev": first[report]["rev"]} == first[report]
        assert past["tables"]["messages"] == []
        assert len(past["tables"]["members"]) == 7
        assert past["at"] == then
        before = await asked(vic, at=began + 1)
        assert before["tables"]["alerts"] == []
        assert before["tables"]["members"] == past["tables"]["members"]
        now = await asked(vic, at=nodes.time.wall)
        assert now["tables"]["alerts"][0]["state"] == "verified"


@in_loop
async def test_nobody_can_ask_for_the_future_or_without_a_time(tmp_path: Path) -> None:
    async with Nodes(tmp_path).running("base") as base:
        with pytest.raises(ValueRangeError, match="has not come yet"):
            await asked(base, at=NOW + 100)
        with pytest.raises(BadRequestError, match="needs at"):
            await asked(base)
        with pytest.raises(BadRequestError, match="wrong type"):
            await asked(base, at="yesterday")
        with pytest.raises(BadRequestError):
            await asked(base, at=NOW, more=1)


def test_a_record_that_this_version_cannot_read_is_no_row(tmp_path: Path) -> None:
    network = Network()
    item = network.item("pia", Report(None, 7, HIGH), now=NOW)
    window = ReplayWindow(item.id.author, item.id.stream, 0, item.id.sequence, 1)
    record = item_record(ItemAccepted(item, False, NOW, NOW, NOW + HOUR, window, None))
    broken = StoredItem(author=3, incarnation=0, sequence=9, stream=0, kind=1, claimed_at=NOW,
                        received_at=NOW, raw=b"\xff" * 20)  # fmt: skip
    assert list(replayed([record, broken], network.membership("ada"), NOW)) == ["alerts"]
