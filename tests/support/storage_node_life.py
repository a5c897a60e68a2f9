"""A whole node in a child that will be killed: engine, store, and a radio that hears and says.

It is base's. Alerts of pia come in, and each old one comes once more; base reports and
acknowledges, and its radio says what goes on the air. Passphrases are left out: they take time.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from pathlib import Path
from typing import Any

from meshdefense.enrolment import founding
from meshdefense.node.node import Node
from meshdefense.radio.base import FrameFate, LinkState, RadioStatus, ReceivedFrame
from meshdefense.storage.database import Database
from meshdefense.storage.repository import Store
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.frames import FrameType, open_frame, split_items
from meshdefense_protocol.items import Item, decode_item
from meshdefense_protocol.packets import Report
from meshdefense_protocol.transport import Fate, OutgoingFrame, Reception
from meshdefense_protocol.vault import Vault
from support.network import NOW, Network, seed_of
from support.nodes import FakeTime
from support.storage_deaths import Known, Say
from support.storage_store_life import KEY

__all__ = ["live", "make"]

LIFE_S = 600.0
"""So far apart are two lives: within the hours that an alert is current, and the quotas."""
NEW_EACH = 4
"""Alerts in one life: as many as pia may say in ten minutes."""
OLD_EACH = 3

_NETWORK = Network()


def make(folder: Path) -> None:
    """base's store."""
    store = Store(Database.create(folder / "store.db", KEY))
    store.commit(founding(_NETWORK.charter, seed_of("base"), Vault(), _NETWORK.number("base")))
    store.close()


def live(folder: Path, known: Known, say: Say) -> None:
    """Until killed."""
    asyncio.run(_live(folder, known, say))


async def _live(folder: Path, known: Known, say: Say) -> None:
    begun = time.monotonic()
    store = Store(Database.open(folder / "store.db", KEY))
    check(store, known, say)
    air = _Air(known, say)
    at = FakeTime(NOW + known.life * LIFE_S)
    node = air.node = Node(
        store, _NETWORK.membership("base"), air.send, address="tcp:test", clock=at.clock()
    )
    if node.status(0)["restored"]:
        say("incarnation", max(one.incarnation for one in store.counters()))
    node.listen(lambda _, tables: air.changed.set() if "alerts" in tables else None)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(node.run())
        await node.changes(0)
        say("started", time.monotonic() - begun)
        tasks.create_task(_screen(node, known, air.changed, say))
        node.feed(RadioStatus(LinkState.READY))
        await _old_alerts(node, known)
        tasks.create_task(_person(node, say))
        for number in range(known.life * NEW_EACH, (known.life + 1) * NEW_EACH):
            node.feed(_heard(number))
            await asyncio.sleep(0.002)


def check(store: Store, known: Known, say: Say) -> None:
    """Nothing that was promised is missing."""
    items = {_text(one.author, one.incarnation, one.sequence): one for one in store.items()}
    own = {item_id: _digest(one.raw) for item_id, one in items.items() if one.own}
    assert {item_id: own.get(item_id) for item_id in known.own} == known.own
    there = {item_id: str(items[item_id].received_at) for item_id in known.alarmed}
    assert there == known.alarmed, "an alert that somebody saw is gone, or came a second time"
    for item_id in own.keys() - known.own.keys():
        say("own", item_id, own[item_id])
    assert store.check() == []


async def _screen(node: Node, known: Known, changed: asyncio.Event, say: Say) -> None:
    """Alarms as a screen does: for each alert of others that is new in the rows."""
    seen, since = set(known.alarmed), 0
    while True:
        answer = json.loads(await node.changes(since))
        since = answer["revision"]
        for row in answer["tables"].get("alerts", []):
            assert not row.get("gone")
            if row["mine"]:
                continue
            if row["id"] not in seen:
                say("alarm", row["id"], row["received_at"])
                seen.add(row["id"])
            elif row["id"] in known.alarmed:
                assert str(row["received_at"]) == known.alarmed[row["id"]], "it came as new"
        await changed.wait()
        changed.clear()


async def _old_alerts(node: Node, known: Known) -> None:
    """Each frame again that alarmed in an earlier life: not one may be taken as new."""
    again = list(known.alarmed)[-OLD_EACH:]
    before = node.status(0)
    for item_id in again:
        node.feed(_heard(int(item_id.split(".")[-1])))
    while node.radio.frames_in < len(again):  # noqa: ASYNC110  # the node's own count
        await asyncio.sleep(0.001)
    await node.ask(lambda engine, now: None)  # in turn: all of them are through
    after = node.status(0)
    duplicates = after["rejected"].get(Rejection.DUPLICATE.value, 0)
    assert (after["items"], duplicates) == (before["items"], len(again)), after["rejected"]


async def _person(node: Node, say: Say) -> None:
    """Reports, and acknowledges the newest alert of others, as long as the quota lets them."""
    for number in range(3):
        given = await node.submit("report", {"kind": "fire", "lat": 34.05, "lon": -118.25})
        say("own", *_named(given.item))
        say("acknowledged", number)
        rows = json.loads(await node.changes(0))["tables"].get("alerts", [])
        for row in [row for row in rows if not row["mine"]][-1:]:
            said = await node.submit("acknowledge", {"item": row["id"]})
            say("own", *_named(said.item))
            say("acknowledged", number)


class _Air:
    """The radio: says what it is given, which must be stored by then."""

    def __init__(self, known: Known, say: Say) -> None:
        self.node: Node
        self.changed = asyncio.Event()
        self._say, self._keys = say, _NETWORK.all_keys()

    async def send(self, frame: OutgoingFrame) -> None:
        for item in _items_in(self._keys, frame.payload):
            if item.id.author == _NETWORK.number("base"):
                self._say("own", *_named(item))
                self._say("on air", item.id)
        for fate in (Fate.ACCEPTED, Fate.ON_AIR, Fate.HEARD):
            self.node.feed(FrameFate(frame.token, fate))


def _items_in(keys: Any, payload: bytes) -> list[Item]:
    opened = open_frame(keys, payload)
    assert not isinstance(opened, Rejection)
    _, kind, content = opened
    if kind not in (FrameType.ITEM, FrameType.ITEMS):
        return []
    raws = split_items(kind, content)
    assert not isinstance(raws, Rejection)
    found = [decode_item(raw, grid_unit_m=1) for raw in raws]
    return [one for one in found if not isinstance(one, Rejection)]


def _heard(number: int) -> ReceivedFrame:
    """pia's report of this number, as it was said in its life."""
    said_at = NOW + number // NEW_EACH * LIFE_S
    item = _NETWORK.item("pia", Report(None, 7), sequence=number, now=said_at)
    return ReceivedFrame(_NETWORK.frame([item]), Reception("loopback", hops=0))


def _named(item: Item) -> tuple[str, str]:
    return str(item.id), _digest(item.raw)


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _text(*parts: int) -> str:
    return ".".join(map(str, parts))
