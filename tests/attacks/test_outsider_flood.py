"""100,000 frames of an outsider through a whole node: nothing is stored, sent or kept of them.

MESHDEFENSE_NIGHTLY=1 sends a million; MESHDEFENSE_SEED repeats a run.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import tracemalloc
from pathlib import Path

import pytest

from meshdefense.node.node import Node
from meshdefense.radio.base import ReceivedFrame
from meshdefense.simulator.bounds import beyond
from meshdefense.simulator.flood import flood
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.frames import seal_items
from meshdefense_protocol.packets import CheckIn, Report
from meshdefense_protocol.sealing import KeyClass
from meshdefense_protocol.transport import Reception
from support.network import Network
from support.nodes import Nodes, eventually, rows

NIGHTLY = os.environ.get("MESHDEFENSE_NIGHTLY") == "1"
FRAMES = 1_000_000 if NIGHTLY else 100_000
CHUNK = 1000
"""A fourth of what a node lets wait; a radio brings some twenty in a second."""
GENUINE_EACH = 10
MEMORY_MAX = 20e6
FAR = Reception("radio", sender=0xBAD, snr=2.0, rssi=-110, hops=2, hops_left=1)


def overheard(network: Network, rng: random.Random) -> list[bytes]:
    """What another network says, and what this one said: the node has all of that."""
    stranger = Network(name="Elsewhere")
    return [
        one.frame([one.item("vic", CheckIn(state=1, due=rng.randint(0, 9)))])
        for one in (network, stranger)
        for _ in range(20)
    ]


@pytest.mark.slow
def test_a_flood_leaves_no_row_and_no_frame_and_little_memory_and_hides_no_report(
    tmp_path: Path,
) -> None:
    seed = int(os.environ.get("MESHDEFENSE_SEED", random.randrange(1 << 32)))
    again = f"again: MESHDEFENSE_SEED={seed}"
    nodes, rng = Nodes(tmp_path), random.Random(seed)
    network = nodes.network
    known = overheard(network, rng)

    async def drained(node: Node) -> None:
        while node._inputs:  # noqa: ASYNC110  # a queue cannot be waited for
            await asyncio.sleep(0)

    async def play() -> None:
        async with nodes.running("base") as node:
            for frame in known:
                node.feed(ReceivedFrame(frame, FAR))
            await drained(node)
            await eventually(lambda: _has_items(node, 20))
            sent = len(nodes.sent)
            genuine: list[str] = []
            tracemalloc.start()
            before, _ = tracemalloc.get_traced_memory()
            frames = flood(known, FRAMES, rng)
            turns = FRAMES // CHUNK
            for turn in range(turns):
                for frame in itertools.islice(frames, CHUNK // 2):
                    node.feed(ReceivedFrame(frame, FAR))
                if turn % (turns // GENUINE_EACH) == 0:
                    item = network.item("pia", Report(None, 1, size=1 + len(genuine)))
                    genuine.append(str(item.id))
                    payload = seal_items(network.all_keys(), KeyClass.EVERYONE, [item.raw])
                    node.feed(ReceivedFrame(payload, FAR))
                for frame in itertools.islice(frames, CHUNK // 2):
                    node.feed(ReceivedFrame(frame, FAR))
                await drained(node)
            await eventually(lambda: _has_items(node, 20 + len(genuine)))
            after, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert set(await rows(node, "alerts")) == set(genuine), again
            assert node.store.item_count() == 20 + len(genuine), again
            assert peak - before < MEMORY_MAX, f"{(peak - before) / 1e6:.1f} MB, {again}"
            assert after - before < MEMORY_MAX / 4, f"{(after - before) / 1e6:.1f} MB, {again}"
            assert beyond(node._engine, len(network.roster)) is None, again
            rejected = node._engine.rejected
            assert sum(rejected.values()) >= FRAMES, again
            for why in (Rejection.STRANGER, Rejection.DUPLICATE, Rejection.VERSION, Rejection.SIZE):
                assert rejected[why] > FRAMES / 100, f"{why}, {again}"
            passed_on = [frame for _, frame in nodes.sent[sent:] if frame.items]
            assert not passed_on, again

    asyncio.run(play())


async def _has_items(node: Node, count: int) -> bool:
    changes = json.loads(await node.changes(0))
    return bool(changes["tables"]["status"][0]["items"] >= count)
