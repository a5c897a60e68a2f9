"""An old image of a node's folder is put back: it warns, and no number names two things.

An organizer's decisions have numbers of their own. What was said after the image comes back from
the others, in the incarnations before. MESHDEFENSE_NIGHTLY=1 puts back 500 images.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from meshdefense.enrolment import founding
from meshdefense.node.node import Node
from meshdefense.radio.base import LinkState, RadioStatus, ReceivedFrame
from meshdefense.storage.database import Database
from meshdefense.storage.repository import Store
from meshdefense_protocol.events import Equivocated, ItemAccepted
from meshdefense_protocol.items import Item
from meshdefense_protocol.limits import ROSTER_INCARNATION
from meshdefense_protocol.packets import KnownBody, Policy, Report, Suspend
from meshdefense_protocol.packets.reference import Stream
from meshdefense_protocol.policy import PolicyName
from meshdefense_protocol.roster import Roster
from meshdefense_protocol.transport import OutgoingFrame, Reception
from support.network import drain, seed_of
from support.nodes import FakeTime, eventually
from support.storage_lives import DATABASE, MARK, put_back
from support.storage_store_life import KEY
from support.three_organizers import ThreeOrganizers

NETWORKS = 25 if os.environ.get("MESHDEFENSE_NIGHTLY") == "1" else 1
IMAGES = 20
"""In one network: each costs one of 31 incarnations."""
PAUSE_S = 150.0
"""Between two words, for the quotas."""
WAYS = {
    "folder": (*DATABASE, MARK),
    "store": DATABASE,
    "mark": (MARK,),
}


class Organizer:
    """base, who decides and reports; and vic, who hears and keeps all of it."""

    def __init__(self, folder: Path, seed: str) -> None:
        self.network, self.time, self.folder = ThreeOrganizers(), FakeTime(), folder
        self.chance = random.Random(seed)
        self.vic = self.network.engine("vic")
        self.said: dict[str, Item] = {}
        """All that others have seen, by id."""
        self._serial = 0
        me = self.network.membership("base")
        assert me.vault is not None
        with Store(Database.create(folder / "store.db", KEY)) as store:
            store.commit(founding(self.network.charter, seed_of("base"), me.vault, me.number))

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Node]:
        """base's node. Its frames go nowhere: `say` lets vic hear."""

        async def send(frame: OutgoingFrame) -> None: ...

        store = Store(Database.open(self.folder / "store.db", KEY))
        membership, clock = self.network.membership("base"), self.time.clock()
        node = Node(store, membership, send, address="tcp:test", clock=clock)
        task = asyncio.get_running_loop().create_task(node.run())
        node.feed(RadioStatus(LinkState.READY))
        try:
            yield node
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            store.close()

    async def say(self, node: Node) -> Item:
        """Something, which vic accepts as new."""
        self.time.pass_(PAUSE_S)
        self._serial += 1
        words: list[KnownBody] = [
            Report(None, 7),
            Suspend(5, 1 + self._serial % 24, 1),
            Policy(PolicyName.VERDICTS_LOW, self._serial, 2 + self._serial % 3),
        ]
        body = self.chance.choice(words)
        item = (await node.say(body)).item
        assert str(item.id) not in self.said, f"{item.id} was used before"
        self.said[str(item.id)] = item
        self.vic.receive(self.network.sealed(item), self.time.wall, Reception("loopback"))
        heard = drain(self.vic)
        assert not [one for one in heard if isinstance(one, Equivocated)]
        assert [one.item.id for one in heard if isinstance(one, ItemAccepted)] == [item.id]
        return item

    def decisions_at_vic(self) -> tuple[object, ...]:
        """What vic knows of what was decided."""
        return facts(self.vic.membership.roster)


def facts(roster: Roster) -> tuple[object, ...]:
    return (
        [(one.id, one.number) for one in roster.suspensions],
        {(one.digest, one.voices) for one in roster.pending},
    )


async def one_image(base: Organizer, number: int) -> None:
    """Say something, copy the folder, say more, put the copy back, and go on."""
    copy = base.folder.with_name(f"image-{number}")
    way = base.chance.choice(list(WAYS))
    async with base.running() as node:
        assert node.status(0)["restored"] is False, "it is only a restart"
        for _ in range(base.chance.randrange(3)):
            await base.say(node)
        if while_open := base.chance.random() < 0.5:
            copy_folder(base.folder, copy)
    if not while_open:
        copy_folder(base.folder, copy)
    async with base.running() as node:
        after = [await base.say(node) for _ in range(base.chance.randrange(1, 4))]
    put_back(copy, base.folder, WAYS[way], in_place=base.chance.random() < 0.5)
    before = max((life(item) for item in base.said.values()), default=0)
    async with base.running() as node:
        assert node.status(0)["restored"] is True, f"nobody is warned of the image of {way}"
        new = [await base.say(node) for _ in range(3)]
        assert {life(item) for item in new} == {before + 1}
        for item in base.said.values():  # the others still have them
            node.feed(ReceivedFrame(base.network.sealed(item), Reception("loopback", hops=0)))
            await node.ask(lambda engine, now: None)

        async def complete() -> bool:
            return bool(node.status(0)["items"] == len(base.said))

        await eventually(complete)
        assert facts(node.membership.roster) == base.decisions_at_vic(), after
        assert {life(await base.say(node)) for _ in range(2)} == {before + 1}


def life(item: Item) -> int:
    """The incarnation; decisions count theirs from 32."""
    return item.id.incarnation - ROSTER_INCARNATION * (item.id.stream is Stream.ROSTER)


def copy_folder(folder: Path, to: Path) -> None:
    to.mkdir()
    put_back(folder, to, (*DATABASE, MARK), in_place=False)


@pytest.mark.slow
@pytest.mark.parametrize("network", range(NETWORKS))
def test_an_organizer_whose_image_is_put_back_contradicts_nothing_said_before(
    network: int, tmp_path: Path
) -> None:
    seed = f"{os.environ.get('MESHDEFENSE_SEED', '20264')} {network}"
    sys.stdout.write(f"MESHDEFENSE_SEED={seed.split()[0]}\n")
    folder = tmp_path / "node"
    folder.mkdir()
    base = Organizer(folder, seed)
    for number in range(IMAGES):
        asyncio.run(one_image(base, number))
    lives = {(item.id.stream, life(item)) for item in base.said.values()}
    assert {number for stream, number in lives if stream is Stream.ROSTER} >= {1, IMAGES // 2}
    assert max(number for _, number in lives) == IMAGES
