"""The timeline in windows, and the log of exports."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from meshdefense.api.client import ApiError, NodeClient
from meshdefense.api.history_schema import EVENT_KINDS, TimelineRow
from meshdefense.api.server import ApiServer
from meshdefense.locking import Guard
from meshdefense.node.history import LOOKING_BACK, WINDOW_MAX, timeline_row
from meshdefense.node.node import Node
from meshdefense.node.params import BadRequestError
from meshdefense.node.row_parts import RowParts
from meshdefense.node.saving import item_record
from meshdefense.node.sight import Sight
from meshdefense.paths import DataFolder
from meshdefense.radio.base import LinkState
from meshdefense.storage.export_log import EXPORTS_MAX
from meshdefense.storage.records import Batch, ExportRecord, HeldRecord, OutboxRecord, StoredItem
from meshdefense.storage.repository import Store
from meshdefense.storage.timeline import LoggedItem, Wanted
from meshdefense_protocol.errors import TooLongError, ValueRangeError
from meshdefense_protocol.events import ItemAccepted
from meshdefense_protocol.packets import Beacon, Notice, Report, Verdict
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.seen import ReplayWindow
from meshdefense_protocol.transport import Reception
from support.bodies import bodies
from support.in_loop import in_loop
from support.network import NOW, Network
from support.nodes import Nodes

REPORT = {"kind": "fire", "severity": "high", "lat": 34.051, "lon": -118.249, "note": "two vans"}
MANY = 10_000


async def asked(node: Node, method: str, **params: Any) -> Any:
    answer = await LOOKING_BACK[method](node, params)
    json.dumps(answer)  # it has to go through the socket
    return answer


async def walk(node: Node, limit: int, **params: Any) -> list[TimelineRow]:
    """Window after window to the end."""
    rows: list[TimelineRow] = []
    before: dict[str, Any] = {}
    while True:
        page = await asked(node, "timeline", limit=limit, **before, **params)
        assert len(page["rows"]) <= limit
        rows += page["rows"]
        if page["before"] is None:
            return rows
        before = {"before": page["before"]}


def stored(network: Network, name: str, body: Any, at: float, sequence: int) -> StoredItem:
    """An item as the node keeps it."""
    item = network.item(name, body, sequence=sequence, now=at)
    window = ReplayWindow(item.id.author, item.id.stream, item.id.incarnation, sequence, 1)
    reception = Reception("radio", hops=2)
    return item_record(ItemAccepted(item, False, at, at, NOW + 86_400, window, reception))


@in_loop
async def test_each_thing_that_was_said_is_a_row_of_its_own(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)
    async with nodes.running("base") as base, nodes.running("vic") as vic:
        report = str((await base.submit("report", REPORT)).item.id)
        said = {"alert": report, "member": "vic", "back_min": 7, "look": "from the north"}
        await base.submit("dispatch", said)
        nodes.time.pass_(8)
        await base.submit("message", {"text": "hola \x1b[31m", "recipient": "vic"})
        nodes.time.pass_(8)
        await base.submit("beacon", {"lat": 34.05, "lon": -118.25})
        page = await asked(base, "timeline")
        assert [row["kind"] for row in page["rows"]] == ["notice", "dispatch", "report"]
        notice, dispatch, first = page["rows"]
        assert (notice["member_name"], notice["text"]) == ("vic", "hola [31m")
        assert (dispatch["about"], dispatch["minutes"]) == (report, 7)
        assert (dispatch["member"], dispatch["member_name"]) == (4, "vic")
        assert dispatch["text"] == "from the north"
        assert (first["id"], first["about"], first["author_name"]) == (report, None, "base")
        assert first["words"] == {
            "kind": 7, "severity": 2, "activity": 0, "unit": 0, "scope": 0, "equipment": [],
        }  # fmt: skip
        assert first["place"]["precision_m"] == 10
        assert first["mine"]
        assert first["delivery"]["state"] != "received"
        assert "position" not in first["delivery"]
        assert page["kept_since"] == pytest.approx(nodes.time.wall - 16, abs=4)
        assert vic.membership.number == 4


@in_loop
async def test_a_word_that_a_newer_one_replaced_is_still_there(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)
    async with nodes.running("base") as base, nodes.running("pia", radio=False) as pia:
        assert pia is not base
        report = str((await base.submit("report", REPORT)).item.id)
        for state in ("on-the-way", "on-scene", "done"):
            nodes.time.pass_(60)
            await base.submit("respond", {"alert": report, "state": state})
        rows = await walk(base, 100, kinds=["respond"])
        assert [row["words"]["state"] for row in rows] == [4, 3, 2]
        about = await walk(base, 100, about=report)
        assert [row["kind"] for row in about] == ["respond", "respond", "respond", "report"]


@in_loop
async def test_windows_over_ten_thousand_items_give_each_of_them_once_and_in_order(
    tmp_path: Path,
) -> None:
    nodes = Nodes(tmp_path)
    network, chance = nodes.network, random.Random(7)
    items = []
    for n in range(MANY):
        place = network.charter.grid.place(34.05, -118.25, 5)
        said = [Report(place, 7, note="n"), Notice("hello"), Verdict(ItemId(3, 0, n), 1)]
        body: Any = chance.choice([*said, Beacon(place)])
        items.append(stored(network, "vic", body, NOW - MANY + n, n))
    store = nodes.store("base")
    store.commit(Batch(items=items))
    async with nodes.running("base", store=store) as node:
        rows = await walk(node, WINDOW_MAX)
        expected = [i for i in reversed(items) if i.stream == 0]
        assert [row["received_at"] for row in rows] == [i.received_at for i in expected]
        assert len({row["id"] for row in rows}) == len(rows) == len(expected)
        assert {row["hops"] for row in rows} == {2}
        some = [i for i in items if i.stream == 1]
        assert len(await walk(node, WINDOW_MAX, kinds=["position"])) == len(some)
        times = [i.received_at for i in items if i.kind == Report.KIND]
        since, until = times[800], times[1600]  # the first of these is in it, the second is not
        within = await walk(node, 300, since=since, until=until, kinds=["report", "verdict"])
        assert [row["received_at"] for row in within] == [
            i.received_at
            for i in expected
            if since <= i.received_at < until and i.kind in (Report.KIND, Verdict.KIND)
        ]
        assert await walk(node, 10, kinds=["decision"]) == []


@in_loop
async def test_what_comes_in_meanwhile_neither_shifts_nor_repeats_a_window(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)
    async with nodes.running("base") as base:
        for _ in range(6):
            nodes.time.pass_(30)
            await base.submit("message", {"text": "one"})
        first = await asked(base, "timeline", limit=3)
        nodes.time.pass_(30)
        await base.submit("message", {"text": "two"})
        second = await asked(base, "timeline", limit=3, before=first["before"])
        ids = [row["id"] for row in (*first["rows"], *second["rows"])]
        assert len(set(ids)) == 6
        assert second["before"] is None


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"limit": WINDOW_MAX + 1}, "outside 1 to 500"),
        ({"limit": 0}, "outside"),
        ({"limit": True}, "wrong type"),
        ({"before": "x"}, "wrong type"),
        ({"since": -1}, "outside"),
        ({"kinds": ["gossip"]}, "no kind of event"),
        ({"kinds": [["report"]]}, "no kind of event"),
        ({"about": "seven"}, "look like 3.0.17"),
        ({"abuot": "1.0.1"}, "nearest is 'about'"),
    ],
)
@in_loop
async def test_a_wrong_question_is_answered_in_words(
    tmp_path: Path, wrong: dict[str, Any], says: str
) -> None:
    async with Nodes(tmp_path).running("base") as base:
        with pytest.raises((BadRequestError, ValueRangeError), match=says):
            await asked(base, "timeline", **wrong)


@given(bodies(), st.booleans())
def test_every_kind_of_item_has_a_row(body: Any, drill: bool) -> None:
    network = Network()
    try:
        item = network.item("ada", body, drill=drill)
    except TooLongError:  # with extensions of a later version it may not fit one frame
        reject()
    record = StoredItem(
        author=1, incarnation=item.id.incarnation, sequence=item.id.sequence,
        stream=int(item.id.stream), kind=item.kind, claimed_at=NOW, received_at=NOW, raw=item.raw,
    )  # fmt: skip
    parts = RowParts(network.membership("base"), {}, {}, NOW)
    sight = Sight(item, NOW, False)
    row = timeline_row(LoggedItem(record, None, None), sight, parts, {}, LinkState.NONE)
    assert row["kind"] in EVENT_KINDS
    assert row["kind"] != "newer"
    assert row["drill"] is drill
    assert set(row) == set(TimelineRow.__annotations__)
    json.dumps(row)


def test_a_queued_item_has_no_place_in_the_queue() -> None:
    network = Network()
    item = network.item("base", Notice("hello"))
    own: dict[str, Any] = {"author": 2, "incarnation": 0, "sequence": item.id.sequence, "stream": 0}
    record = StoredItem(
        **own, kind=item.kind, claimed_at=NOW, received_at=NOW, own=True, raw=item.raw
    )
    waits = OutboxRecord(
        **own, state="queued", klass=5, next_at=NOW, created_at=NOW, expires_at=NOW + 60
    )
    parts = RowParts(network.membership("base"), {}, {}, NOW)
    sight, logged = Sight(item, NOW, True), LoggedItem(record, waits, None)
    row = timeline_row(logged, sight, parts, {}, LinkState.READY)
    assert row["delivery"] == {"state": "queued"}
    held = HeldRecord(**own, holders=(4, 3))
    row = timeline_row(LoggedItem(record, waits, held), sight, parts, {}, LinkState.READY)
    assert (row["delivery"]["state"], row["delivery"]["holders"]) == ("held", [3, 4])


EXPORT = {
    "format": "csv", "since": NOW, "redacted": True, "rows": 3, "bytes": 99, "sha256": "ab" * 32,
}  # fmt: skip


@in_loop
async def test_an_export_is_noted_and_outlives_a_restart_and_a_purge(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)
    async with nodes.running("base") as base:
        assert await asked(base, "exports") == {"exports": []}
        await asked(base, "exported", **EXPORT)
        await asked(base, "exported", **{**EXPORT, "format": "cap", "redacted": False})
    store = nodes.store("base")
    store.purge(NOW + 10 * 365 * 86_400)
    async with nodes.running("base", store=store) as base:
        newest, oldest = (await asked(base, "exports"))["exports"]
        assert (newest["format"], newest["redacted"], newest["name"]) == ("cap", False, "base")
        assert (oldest["rows"], oldest["bytes"], oldest["sha256"]) == (3, 99, "ab" * 32)
        assert (oldest["since"], oldest["until"], oldest["member"]) == (NOW, None, 2)
        assert oldest["at"] > NOW - 86_400 * 365 * 30
        assert len((await asked(base, "exports", limit=1))["exports"]) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"format": "exe"}, {"sha256": "ab"}, {"sha256": "zz" * 32}, {"rows": -1}, {"rows": None},
     {"redacted": 1}, {"format": None}, {"bytes": 1.5}],
)  # fmt: skip
@in_loop
async def test_a_wrong_export_is_refused_and_not_noted(
    tmp_path: Path, wrong: dict[str, Any]
) -> None:
    async with Nodes(tmp_path).running("base") as base:
        with pytest.raises((BadRequestError, ValueRangeError)):
            await asked(base, "exported", **{**EXPORT, **wrong})
        assert await asked(base, "exports") == {"exports": []}


def test_the_log_of_exports_keeps_the_newest(tmp_path: Path) -> None:
    def some(numbers: Sequence[int]) -> Batch:
        return Batch(
            exports=[
                ExportRecord(at=NOW, member=1, format="csv", redacted=True, size=0, count=n,
                             sha256=bytes(32))
                for n in numbers
            ]
        )  # fmt: skip

    with Nodes(tmp_path).store("base") as store:
        store.commit(some(range(EXPORTS_MAX + 5)))
        assert len(store.exports(EXPORTS_MAX * 2)) == EXPORTS_MAX
        store.commit(some([77]))
        kept = store.exports(EXPORTS_MAX * 2)
        assert (kept[0].count, kept[-1].count, len(kept)) == (77, 6, EXPORTS_MAX)


def test_a_window_of_a_store_without_items_is_empty(tmp_path: Path) -> None:
    store: Store
    with Nodes(tmp_path).store("base") as store:
        assert store.timeline(Wanted(limit=5)) == []
        assert store.kept_since() is None


class Watched(Guard):
    """A lock that counts the signs of a person at the screen."""

    signs = 0

    def active(self) -> None:
        self.signs += 1
        super().active()


@in_loop
async def test_looking_back_is_no_sign_of_a_person_and_not_answered_while_locked(
    tmp_path: Path,
) -> None:
    path = tmp_path / "s"
    async with Nodes(tmp_path).running("base", radio=False) as node:
        guard = Watched(DataFolder(node.store.folder), node.store.opened_by)
        server = asyncio.get_running_loop().create_task(
            ApiServer(node, path, lambda: None, guard).run()
        )
        async with asyncio.timeout(5):
            while not path.exists():  # noqa: ASYNC110  # the server says it by the file
                await asyncio.sleep(0.01)
        client = await NodeClient.connect(path, client="test")
        calls: dict[str, dict[str, Any]] = {"timeline": {}, "exports": {}, "exported": EXPORT}
        calls["as_of"] = {"at": NOW}
        assert calls.keys() == LOOKING_BACK.keys()
        for method, params in calls.items():
            await client.call(method, **params)
        assert guard.signs == 0
        guard.lock()
        for method, params in calls.items():
            with pytest.raises(ApiError) as refused:
                await client.call(method, **params)
            assert refused.value.code == "locked"
        await client.close()
        server.cancel()
        await asyncio.gather(server, return_exceptions=True)
