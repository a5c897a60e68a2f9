"""Adopting and dismissing unsigned reports: the member's rights and word, not the sender's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from meshdefense.node.node import Node, NotFoundError
from meshdefense.node.params import BadRequestError
from meshdefense.node.stock import StockDesk, StockRadios
from meshdefense.node.stock_requests import STOCKING
from meshdefense.radio.stock import StockPacket, StockText
from meshdefense.storage.records import Batch, RowRecord
from meshdefense_protocol.errors import ForbiddenError, ValueRangeError
from meshdefense_protocol.stock_report import parse_stock_report
from support.network import NOW
from support.nodes import Nodes, eventually, rows

Play = Callable[[Node, str], Awaitable[None]]


async def nowhere(packet: StockPacket) -> None:
    """A radio that is not there."""


def play(
    test: Play, folder: Path, *, name: str = "pia", said: str = "R 3 vans 34.05,-118.25"
) -> None:
    async def run() -> None:
        async with Nodes(folder).running(name, radio=False) as node:
            node.stock = StockDesk(node, StockRadios(nowhere, "Neighbours"))
            text = StockText(7, said, direct=True)
            row = node.stock.ear.reports.take(parse_stock_report(said), text, NOW, 99)
            assert row is not None
            await test(node, row["id"])

    asyncio.run(run())


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


def test_what_was_left_behind_goes_in_its_time_also_when_nobody_listens_any_more(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        nodes = Nodes(tmp_path)
        store = nodes.store("pia")
        kept, over = NOW + 7200, NOW - 1
        store.commit(
            Batch(
                rows=[
                    RowRecord("stock_reports", "KEPT", {"id": "KEPT", "expires_at": kept}),
                    RowRecord("stock_reports", "OVER", {"id": "OVER", "expires_at": over}),
                    RowRecord("stock_lines", "2.0.5/1", {"id": "2.0.5/1", "created_at": 5.0}),
                ]
            )
        )
        async with nodes.running("pia", radio=False, store=store) as node:

            async def tidy() -> bool:
                left = [*await rows(node, "stock_reports"), *await rows(node, "stock_lines")]
                return left == ["KEPT"]

            await eventually(tidy)

    asyncio.run(run())


def test_a_node_that_does_not_listen_says_how_to_begin(tmp_path: Path) -> None:
    async def run() -> None:
        async with Nodes(tmp_path).running("pia", radio=False) as node:
            with pytest.raises(NotFoundError) as raised:
                await call(node, "stock_read", stock="K7Q2")
            assert "--stock-channel" in raised.value.hint

    asyncio.run(run())
