"""A long report in a node: stored as it grows, shown as far as it came, gone on with."""

from __future__ import annotations

import asyncio
import errno
import json
from pathlib import Path
from typing import Any

import pytest

from meshdefense.node.long_text import long_text
from meshdefense.node.node import Node, NotFoundError, UnavailableError
from meshdefense.node.saving import saved_transfer, transfer_record
from meshdefense.node.shown import GROWTH_S, Shown
from meshdefense.node.subjects import item_of
from meshdefense.radio.base import LinkState, RadioStatus, ReceivedFrame
from meshdefense.safe_text import clean_lines
from meshdefense.storage.errors import StoreUnavailableError
from meshdefense.storage.records import Batch
from meshdefense.storage.repository import Store
from meshdefense_protocol.errors import ValueRangeError
from meshdefense_protocol.events import HeldChanged, TextCompleted, TransferChanged
from meshdefense_protocol.fragments import content_hash, cut
from meshdefense_protocol.packets import Manifest
from meshdefense_protocol.packets.reference import ItemId
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.transfer_parts import SavedTransfer
from meshdefense_protocol.transport import Reception
from support.network import NOW, Network
from support.nodes import Nodes, eventually, rows

NETWORK = Network()
REPORT = {"kind": "fire", "lat": 34.051, "lon": -118.249}
TEXT = "Seen from the roof:\n\n" + "two vans, engine running; " * 55 + "\nEl puente está cerrado."
CONTENT = TEXT.encode()
LINES = clean_lines(TEXT.split("\n"))
"""What is shown of it: without the blank at the end of the third line."""
REF = ItemId(3, 0, 5)
FULL_FRAGMENT = 165
"""Bytes of a frame that carries a whole part."""


def saved(*indices: int, ref: ItemId = REF, restarts: int = 0) -> SavedTransfer:
    """TEXT on its way, with these parts here."""
    digest, parts = content_hash(NETWORK.network_id, CONTENT), cut(CONTENT)
    held = tuple((index, parts[index]) for index in indices)
    return SavedTransfer(
        ref, KeyClass.EVERYONE, len(CONTENT), digest, NOW + 3600, restarts, held
    )  # fmt: skip


def manifest(content: bytes = CONTENT, **more: Any) -> Manifest:
    return Manifest(len(content), content_hash(NETWORK.network_id, content), **more)


async def time_goes_by(nodes: Nodes, *running: Node) -> None:
    """Two seconds, and a reason to look at the clock."""
    nodes.time.pass_(2)
    for node in running:
        node.feed(RadioStatus(LinkState.READY))
    await asyncio.sleep(0.01)


async def long_of(node: Node, item: str) -> dict[str, Any]:
    row = (await rows(node, "messages")).get(item)
    found: dict[str, Any] = {} if row is None else row["long"]
    return found


async def whole(nodes: Nodes, item: str, node: Node, *others: Node) -> dict[str, Any]:
    """Until a node shows all of it."""

    async def so() -> bool:
        await time_goes_by(nodes, node, *others)
        return bool((await long_of(node, item)).get("lines"))

    await eventually(so, within_s=30)
    return await long_of(node, item)


def test_a_long_report_arrives_with_its_lines_and_says_what_it_is_about(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)

    async def play() -> None:
        async with nodes.running("pia") as pia, nodes.running("vic") as vic:
            alert = str((await pia.submit("report", REPORT)).item.id)

            async def shown() -> bool:
                return alert in await rows(vic, "alerts")

            await eventually(shown)
            said = {"text": TEXT, "alert": alert, "language": "es", "scope": "field"}
            accepted = await vic.submit("long_report", said)
            item = str(accepted.item.id)
            assert len(accepted.frames) == 12
            assert set(accepted.frames[1:-1]) == {FULL_FRAGMENT}
            expected = {
                "size": len(CONTENT), "have": 11, "of": 11, "lines": LINES,
                "about": alert, "language": "es",
            }  # fmt: skip
            assert await long_of(vic, item) == expected  # the author has it at once
            assert await whole(nodes, item, pia, vic) == expected
            row = (await rows(pia, "messages"))[item]
            assert (row["author_name"], row["text"], row["scope"]) == ("vic", "", 1)

            async def known() -> bool:
                await time_goes_by(nodes, pia, vic)
                words = (await rows(pia, "alerts"))[alert]["delivery"]
                return bool(words.get("holders") == [4])

            await eventually(known)  # whoever writes about an alert has it

    asyncio.run(play())


def test_what_came_before_a_restart_need_not_come_again(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)
    item = ""

    def only_four(sender: str, receiver: str) -> bool:
        parts = [f for who, f in nodes.sent if who == "vic" and len(f.payload) == FULL_FRAGMENT]
        return len(parts) > 4

    async def first(vic: Node) -> int:
        nonlocal item
        nodes.lost = only_four
        async with nodes.running("pia") as pia:
            item = str((await vic.submit("long_report", {"text": TEXT})).item.id)

            async def all_sent() -> bool:
                await time_goes_by(nodes, pia, vic)
                return len([f for who, f in nodes.sent if who == "vic"]) > 11

            await eventually(all_sent, within_s=30)

            async def told() -> bool:
                await time_goes_by(nodes, pia)
                return (await long_of(pia, item)).get("have") == 4

            await eventually(told)
            assert (await long_of(pia, item))["lines"] == []
        return len(nodes.sent)

    async def second(vic: Node, before: int) -> None:
        nodes.lost = lambda sender, receiver: False
        async with nodes.running("pia") as pia:
            assert (await long_of(pia, item))["have"] == 4
            vic.feed(RadioStatus(LinkState.READY))
            assert (await whole(nodes, item, pia, vic))["lines"] == LINES
        again = [f for who, f in nodes.sent[before:] if who == "vic"]
        assert len([f for f in again if len(f.payload) == FULL_FRAGMENT]) <= 7

    async def play() -> None:
        async with nodes.running("vic") as vic:
            await second(vic, await first(vic))

    asyncio.run(play())


def test_parts_that_no_row_had_told_of_are_told_in_the_next_life(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)
    announced = nodes.network.item("vic", manifest())

    async def first() -> None:
        async with nodes.running("pia") as pia:
            pia.feed(ReceivedFrame(nodes.network.frame([announced]), Reception("loopback", hops=0)))

            async def shown() -> bool:
                return (await long_of(pia, str(announced.id))).get("have") == 0

            await eventually(shown)

    async def second() -> None:
        async with nodes.running("pia") as pia:

            async def shown() -> bool:
                await time_goes_by(nodes, pia)
                return (await long_of(pia, str(announced.id))).get("have") == 3

            await eventually(shown)

    asyncio.run(first())
    with nodes.store("pia") as store:  # as if it had been killed within the two seconds
        store.commit(Batch(transfers=[transfer_record(saved(1, 2, 7, ref=announced.id))]))
    asyncio.run(second())


class FullDisk:
    """A store that takes nothing while `full`."""

    def __init__(self, store: Store) -> None:
        self._store, self.full = store, False

    def commit(self, batch: Batch) -> int:
        if self.full:
            raise StoreUnavailableError(f"errno {errno.ENOSPC}")
        return self._store.commit(batch)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def test_a_long_report_that_the_disk_did_not_take_leaves_nothing(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)

    async def play() -> None:
        disk = FullDisk(nodes.store("vic"))
        store: Any = disk
        async with nodes.running("vic", store=store) as vic:
            await vic.submit("checkin", {"state": "ok"})
            disk.full = True
            with pytest.raises(UnavailableError):
                await vic.submit("long_report", {"text": TEXT})
            disk.full = False
            for _ in range(5):
                await time_goes_by(nodes, vic)
            await vic.submit("checkin", {"state": "ok"})
            assert await rows(vic, "messages") == {}
            assert await vic.in_thread(disk.transfers) == []
            assert await vic.in_thread(disk.item_count) == 2

    asyncio.run(play())


def test_an_own_long_report_without_room_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    nodes = Nodes(tmp_path)
    network = nodes.network
    others = [
        network.item(name, manifest(f"{name} {number}".encode() * 40))
        for name in ("pia", "ned", "lea", "base")
        for number in range(4)
    ]

    async def play() -> None:
        async with nodes.running("vic", radio=False) as vic:
            for item in others:
                vic.feed(ReceivedFrame(network.frame([item]), Reception("loopback")))

            async def full() -> bool:
                return len(await rows(vic, "messages")) == 16

            await eventually(full)
            with pytest.raises(UnavailableError, match="too many long reports"):
                await vic.submit("long_report", {"text": TEXT})
            await vic.submit("message", {"text": "short"})
            mine = [row for row in (await rows(vic, "messages")).values() if row["mine"]]
            assert [row["text"] for row in mine] == ["short"]
            assert await vic.in_thread(vic.store.item_count) == 17

    asyncio.run(play())


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        ({"text": ""}, ValueRangeError, "needs a text"),
        ({"text": " \n\t"}, ValueRangeError, "needs a text"),
        ({"text": "ñ" * 800}, ValueRangeError, "1600 bytes, the limit is 1500: shorten it by 100"),
        ({"text": "\ud800"}, ValueRangeError, "cannot be sent"),
        ({"text": "x", "language": "fr"}, ValueRangeError, "en or es"),
        ({"text": "x", "lifetime_s": 60}, ValueRangeError, "600 to 86400"),
        ({"text": "x", "alert": "9.0.9"}, NotFoundError, "is not here"),
    ],
)
def test_a_long_report_that_cannot_be_sent_is_refused_in_words(
    tmp_path: Path, said: dict[str, Any], error: type[Exception], words: str
) -> None:
    nodes = Nodes(tmp_path)

    async def play() -> None:
        async with nodes.running("vic") as vic:
            with pytest.raises(error, match=words):
                await vic.submit("long_report", said)
            assert await rows(vic, "messages") == {}

    asyncio.run(play())


def test_growth_is_told_every_two_seconds_and_the_end_at_once() -> None:
    shown = Shown()

    def outdated(at: float) -> list[ItemId]:
        return shown.outdated(at, [], LinkState.READY)

    shown.learn(TransferChanged(saved()))  # announced: its row is being made in any case
    assert shown.growth_at() is None
    shown.learn(TransferChanged(saved(1)))
    assert outdated(NOW) == [REF]
    shown.learn(TransferChanged(saved(1, 2)))
    shown.learn(TransferChanged(saved(1, 2, 3)))
    assert outdated(NOW + 0.5) == []
    assert shown.growth_at() == NOW + GROWTH_S
    assert outdated(NOW + GROWTH_S) == [REF]
    assert outdated(NOW + 2 * GROWTH_S) == []
    shown.learn(TransferChanged(saved(*range(11))))
    shown.learn(TextCompleted(REF, CONTENT, NOW))
    assert outdated(NOW + GROWTH_S + 0.1) == [REF]
    shown.learn(TransferChanged(saved(restarts=1)))
    shown.forget([REF])
    assert outdated(NOW + 100) == []


def test_every_event_of_a_withdrawn_item_goes_with_it() -> None:
    assert item_of(TransferChanged(saved())) == REF
    assert item_of(TextCompleted(REF, CONTENT, NOW)) == REF
    assert item_of(HeldChanged(REF, (2,))) == REF


@pytest.mark.parametrize("transfer", [saved(), saved(0, 10), saved(*range(11), restarts=2)])
def test_a_transfer_comes_back_from_the_store_as_it_was(transfer: SavedTransfer) -> None:
    assert saved_transfer(transfer_record(transfer)) == transfer


def test_a_text_is_shown_when_it_is_the_announced_one_and_not_before() -> None:
    network_id, body = NETWORK.network_id, manifest()
    none = long_text(body, None, None, network_id)
    assert (none["have"], none["of"], none["lines"]) == (0, 11, [])
    some = long_text(body, transfer_record(saved(0, 3)), None, network_id)
    assert (some["have"], some["of"], some["lines"]) == (2, 11, [])
    there = long_text(body, transfer_record(saved(*range(11))), None, network_id)
    assert (there["have"], there["lines"]) == (11, LINES)
    assert " ".join(LINES).split() == TEXT.split()  # nothing but the blank is missing
    other = manifest(CONTENT[::-1])
    assert long_text(other, transfer_record(saved(*range(11))), None, network_id)["lines"] == []
    assert long_text(body, None, {"long": there}, network_id) == there


def test_what_is_no_utf_8_is_shown_as_such() -> None:
    content = b"caf\xe9\n\xff"
    record = transfer_record(SavedTransfer(REF, KeyClass.EVERYONE, 6, b"", NOW, 0, ((0, content),)))
    found = long_text(manifest(content), record, None, NETWORK.network_id)
    assert found["lines"] == ["caf\ufffd", "\ufffd"]


def test_a_node_says_in_its_next_run_that_older_state_was_put_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    nodes = Nodes(tmp_path)

    async def run() -> bool:
        async with nodes.running("pia") as pia:
            await pia.submit("report", REPORT)
            status = json.loads(await pia.changes(0))["tables"]["status"][0]
            return bool(status["restored"])

    assert not asyncio.run(run())
    (tmp_path / "pia" / "sequence.mark").unlink()
    assert "put back" not in caplog.text
    assert asyncio.run(run())
    assert "own numbers go on in a new series" in caplog.text
    assert not asyncio.run(run())
