"""Adopting and dismissing unsigned reports: the member's rights and word, not the sender's."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from meshdefense.node.node import Node, NotFoundError, UnavailableError
from meshdefense.node.params import BadRequestError
from meshdefense.node.stock import StockDesk, StockRadios
from meshdefense.node.stock_host import records
from meshdefense.node.stock_reports import StockReports, spot_of
from meshdefense.node.stock_requests import STOCKING
from meshdefense.radio.stock import StockPacket, StockText
from meshdefense.storage.records import Batch, RowRecord
from meshdefense.storage.repository import Store
from meshdefense_protocol.errors import ForbiddenError, ValueRangeError
from meshdefense_protocol.policy import Policies
from meshdefense_protocol.stock_report import parse_stock_report
from meshdefense_tui.stock_queue import is_unread_call
from support.network import NOW
from support.nodes import Nodes, eventually, rows
from support.storage_faults import FailingDisk

Play = Callable[[Node, str], Awaitable[None]]


async def nowhere(packet: StockPacket) -> None:
    """A radio that is not there."""


def play(
    test: Play, folder: Path, *, name: str = "pia", said: str = "R 3 vans 34.05,-118.25"
) -> None:
    async def run() -> None:
        async with Nodes(folder).running(name, radio=False) as node:
            node.stock = StockDesk(node, StockRadios(nowhere, "Neighbours"))
            report, text = parse_stock_report(said), StockText(7, said, direct=True)
            reports = node.stock.ear.reports
            row = reports.fresh(report, spot_of(report, None), text, NOW, 99)
            assert row is not None
            reports.rows[row["id"]] = row
            await test(node, row["id"])

    asyncio.run(run())


async def calm(node: Node) -> None:
    """What a node does at its start is done, that of its first desk as well."""
    for _ in range(10):
        await node.in_thread(len, "")


async def call(node: Node, method: str, **params: Any) -> dict[str, Any]:
    return await STOCKING[method](node, params)


def test_adopting_signs_what_was_understood_in_the_members_own_name(tmp_path: Path) -> None:
    async def claim(node: Node, stock: str) -> None:
        answer = await call(node, "stock_adopt", stock=stock)
        alert = (await rows(node, "alerts"))[answer["id"]]
        assert (alert["author_name"], alert["mine"], alert["count"]) == ("pia", True, 3)
        assert alert["note"] == "from a neighbour / de un vecino"
        assert alert["state"] == "unconfirmed", "somebody else has to verify it"
        done = (await rows(node, "stock_reports"))[stock]
        assert (done["state"], done["done_by"]) == ("adopted", "pia")
        assert done["adopted_as"] == answer["id"]
        with pytest.raises(NotFoundError, match="no stock report"):
            await call(node, "stock_adopt", stock=stock)

    play(claim, tmp_path)


def test_what_the_member_says_stands_in_place_of_what_the_sender_said(tmp_path: Path) -> None:
    async def claim(node: Node, stock: str) -> None:
        answer = await call(node, "stock_adopt", stock=stock, kind="fire", count=9, note="seen")
        alert = (await rows(node, "alerts"))[answer["id"]]
        assert (alert["kind"], alert["count"], alert["note"]) == (7, 9, "seen")

    play(claim, tmp_path)


def test_exact_puts_nothing_in_that_the_member_took_out(tmp_path: Path) -> None:
    async def claim(node: Node, stock: str) -> None:
        answer = await call(node, "stock_adopt", stock=stock, exact=True, kind="fire")
        alert = (await rows(node, "alerts"))[answer["id"]]
        assert (alert["place"], alert["count"], alert["note"]) == (None, None, "")

    play(claim, tmp_path)


@pytest.mark.parametrize(
    ("said", "ago_s", "signed_ago_s", "severity"),
    [("R 3 vans 34.05,-118.25", 0, 0, 1), ("R 3 vans 34.05,-118.25", 6600, 5400, 1),
     ("SOS 34.05,-118.25", 1300, 1200, 3), ("SOS 34.05,-118.25", 11 * 3600, 5400, 3)],
)  # fmt: skip
@pytest.mark.parametrize("exact", [False, True])
def test_what_is_adopted_is_as_old_as_its_text_and_an_sos_as_grave_as_it_was(
    said: str, ago_s: float, signed_ago_s: int, severity: int, exact: bool, tmp_path: Path
) -> None:
    async def claim(node: Node, stock: str) -> None:
        node.stock.ear.reports.rows[stock]["received_at"] = node.now() - ago_s
        whole = {"exact": True, "severity": severity} if exact else {}
        signed = (await call(node, "stock_adopt", stock=stock, kind="threat", **whole))["id"]
        alert = (await rows(node, "alerts"))[signed]
        assert alert["reported_at"] - alert["observed_at"] == signed_ago_s
        assert alert["severity"] == severity

    play(claim, tmp_path, said=said)


def test_when_it_was_seen_is_what_the_member_says_where_they_know_better(tmp_path: Path) -> None:
    async def claim(node: Node, stock: str) -> None:
        node.stock.ear.reports.rows[stock]["received_at"] = node.now() - 6000
        signed = (await call(node, "stock_adopt", stock=stock, observed_ago_s=600))["id"]
        alert = (await rows(node, "alerts"))[signed]
        assert alert["reported_at"] - alert["observed_at"] == 600

    play(claim, tmp_path)


def test_who_may_not_report_may_not_adopt_and_the_report_waits_on(tmp_path: Path) -> None:
    async def claim(node: Node, stock: str) -> None:
        with pytest.raises(ForbiddenError):
            await call(node, "stock_adopt", stock=stock)
        assert node.stock.ear.waiting(stock)["state"] == "new"
        assert await rows(node, "alerts") == {}

    play(claim, tmp_path, name="rob")


def test_an_sos_needs_a_kind_before_it_is_a_report(tmp_path: Path) -> None:
    async def claim(node: Node, stock: str) -> None:
        with pytest.raises(ValueRangeError, match="name a kind"):
            await call(node, "stock_adopt", stock=stock)
        await call(node, "stock_adopt", stock=stock, kind="medical")

    play(claim, tmp_path, said="SOS")


def test_dismissing_and_reading_take_one_parameter(tmp_path: Path) -> None:
    async def claim(node: Node, stock: str) -> None:
        with pytest.raises(BadRequestError):
            await call(node, "stock_dismiss", stock=stock, kind="fire")
        with pytest.raises(BadRequestError):
            await call(node, "stock_read")
        await call(node, "stock_read", stock=stock.lower())
        assert (await rows(node, "stock_reports"))[stock]["read_at"] is not None
        await call(node, "stock_dismiss", stock=stock)
        assert (await rows(node, "stock_reports"))[stock]["state"] == "dismissed"

    play(claim, tmp_path)


def left_behind(nodes: Nodes, **said: str) -> Store:
    """The store of a node whose earlier life took these texts, and said a line long ago."""
    store, reports = nodes.store("pia"), StockReports()
    found = []
    for number, (row_id, words) in enumerate(said.items()):
        report, text = parse_stock_report(words), StockText(number, words, direct=True)
        row = reports.fresh(report, spot_of(report, None), text, NOW - 60, number)
        assert row is not None
        row["id"] = row_id
        row["answer"] = {"text": "received by a machine", "state": "queued", "reason": ""}
        found += records("stock_reports", [row])
    line = RowRecord("stock_lines", "2.0.5/1", {"id": "2.0.5/1", "created_at": 5.0})
    store.commit(Batch(rows=[*found, line]))
    return store


def test_what_was_left_behind_goes_in_its_time_also_when_nobody_listens_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshdefense.node.stock.FORGET_S", 0.05)

    async def run() -> None:
        nodes = Nodes(tmp_path)
        store = left_behind(nodes, S0S1="SOS", K7Q2="R 3 vans 5th/Main")
        async with nodes.running("pia", radio=False, store=store) as node:
            for left in (["S0S1", "K7Q2"], ["S0S1"], []):

                async def tidy(left: list[str] = left) -> bool:
                    found = [*await rows(node, "stock_reports"), *await rows(node, "stock_lines")]
                    return sorted(found) == sorted(left)

                await eventually(tidy)
                nodes.time.pass_(2 * 3600 if len(left) > 1 else 11 * 3600)

    asyncio.run(run())


def test_what_was_left_behind_is_read_adopted_and_dismissed_also_when_nobody_listens_any_more(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        nodes = Nodes(tmp_path)
        store = left_behind(nodes, S0S1="SOS", S0S2="SOS 5th/Main", K7Q2="R 3 vans 5th/Main")
        async with nodes.running("pia", radio=False, store=store) as node:

            async def loaded() -> bool:
                return len(node.stock.ear.reports.rows) == 3

            await eventually(loaded)
            assert not node.stock.active
            await call(node, "stock_read", stock="S0S1")
            await call(node, "stock_dismiss", stock="S0S2")
            signed = (await call(node, "stock_adopt", stock="K7Q2"))["id"]
            found = await rows(node, "stock_reports")
            assert found["S0S1"]["read_at"] is not None
            assert found["S0S2"]["state"] == "dismissed"
            assert found["K7Q2"]["adopted_as"] == signed
            assert not any(map(is_unread_call, found.values()))
            for row in found.values():
                answer = row["answer"]
                assert answer["state"] == "dropped"
                assert answer["reason"] == "this node does not speak to stock radios"

    asyncio.run(run())


def test_adopting_twice_at_once_signs_one_report(tmp_path: Path) -> None:
    async def claim(node: Node, stock: str) -> None:
        both = [call(node, "stock_adopt", stock=stock) for _ in range(2)]
        first, second = await asyncio.gather(*both, return_exceptions=True)
        assert isinstance(first, dict)
        assert isinstance(second, NotFoundError)
        assert list(await rows(node, "alerts")) == [first["id"]]

    play(claim, tmp_path)


@pytest.mark.parametrize("first", [1, 3, 5])
def test_on_a_failing_disk_the_signed_report_and_its_row_stand_or_fall_together(
    first: int, tmp_path: Path
) -> None:
    """Whichever write fails: nothing was accepted, and saying it again signs one report."""

    async def claim(node: Node, stock: str) -> None:
        disk = FailingDisk(0, errno.ENOSPC)
        await calm(node)
        with disk.under(node.store):
            disk.first = first
            with pytest.raises(UnavailableError):
                await call(node, "stock_adopt", stock=stock)
            assert node.stock.ear.waiting(stock)["state"] == "new"
            assert await rows(node, "alerts") == {}
            assert stock not in await rows(node, "stock_reports")
            disk.mend()
            signed = (await call(node, "stock_adopt", stock=stock))["id"]
        assert list(await rows(node, "alerts")) == [signed]
        assert (await rows(node, "stock_reports"))[stock]["adopted_as"] == signed

    play(claim, tmp_path)


def test_a_daemon_that_dies_between_two_commits_leaves_no_report_that_is_adopted_again(
    tmp_path: Path,
) -> None:
    """Whatever is on disk at any moment holds the signed report and the row, or neither."""

    async def claim(node: Node, stock: str) -> None:
        seen = []
        commit = node.store.commit

        def watching(batch: Batch) -> int:
            revision = commit(batch)
            kept = node.store.row("stock_reports", stock)
            adopted = kept is not None and kept.data["state"] == "adopted"
            seen.append((node.store.row("alerts", "3.0.0") is not None, adopted))
            return revision

        node.store.commit = watching  # type: ignore[method-assign]  # to look after each commit
        await call(node, "stock_adopt", stock=stock)
        assert (True, True) in seen
        assert (True, False) not in seen
        assert (False, True) not in seen

    play(claim, tmp_path)


def test_a_client_that_goes_meanwhile_leaves_memory_and_disk_as_one(tmp_path: Path) -> None:
    async def claim(node: Node, stock: str) -> None:
        asked = asyncio.ensure_future(call(node, "stock_adopt", stock=stock))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        asked.cancel()

        async def done() -> bool:
            return node.stock.ear.reports.rows[stock]["state"] == "adopted"

        await eventually(done)
        assert len(await rows(node, "alerts")) == 1
        with pytest.raises(NotFoundError):
            await call(node, "stock_adopt", stock=stock)

    play(claim, tmp_path)


def test_a_wrong_clock_that_is_set_buries_no_call_also_when_the_desk_wakes_first(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        nodes = Nodes(tmp_path)
        async with nodes.running("pia", radio=False) as node:
            await calm(node)
            node.stock = desk = StockDesk(node, StockRadios(nowhere, "Neighbours"))
            node.membership.roster.policies = Policies(stock_reports=1)
            desk.hear(StockText(7, "SOS", direct=True))
            await desk.turn()
            nodes.time.set_wall(2 * 86_400)
            await desk.turn()
            (row,) = (await rows(node, "stock_reports")).values()
            assert row["received_at"] == NOW + 2 * 86_400
            assert row["expires_at"] == row["received_at"] + 12 * 3600

    asyncio.run(run())


def test_a_node_that_does_not_listen_says_how_to_begin(tmp_path: Path) -> None:
    async def run() -> None:
        async with Nodes(tmp_path).running("pia", radio=False) as node:
            with pytest.raises(NotFoundError) as raised:
                await call(node, "stock_read", stock="K7Q2")
            assert "--stock-channel" in raised.value.hint

    asyncio.run(run())


def test_a_report_adopted_just_after_the_clock_was_set_is_adopted_on_disk_too(
    tmp_path: Path,
) -> None:
    nodes = Nodes(tmp_path)

    async def run() -> None:
        async with nodes.running("pia", radio=False) as node:
            node.stock = desk = StockDesk(node, StockRadios(nowhere, "Neighbours"))
            said = "R 3 vans 34.05,-118.25"
            report, text = parse_stock_report(said), StockText(7, said, direct=True)
            row = desk.ear.reports.fresh(report, spot_of(report, None), text, node.now(), 99)
            assert row is not None
            desk.ear.reports.rows[row["id"]], desk._loaded = row, True
            await calm(node)
            async with asyncio.TaskGroup() as tasks:
                running = tasks.create_task(desk.run())
                await asyncio.sleep(0.05)
                adopting = tasks.create_task(call(node, "stock_adopt", stock=row["id"]))
                nodes.time.set_wall(3600)  # the request is what makes the node notice it
                await adopting
                await desk.ear.keep_late()
                assert (await rows(node, "stock_reports"))[row["id"]]["state"] == "adopted"
                running.cancel()

    asyncio.run(run())
