"""How many received items a second go the whole way: unsealed, verified, on disk, announced?

The real node with its real encrypted store and writer thread, fed as a radio would feed it.
Beside it what each part costs by itself, and a plain program that verifies one signature and
commits one row at a time. Then the engine alone with what it has to throw away.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from benchmarks import harness
from benchmarks.small_network import Network
from meshdefense.api.client import DaemonGoneError, NodeClient
from meshdefense.api.server import ApiServer
from meshdefense.node.node import Node
from meshdefense.paths import DataFolder
from meshdefense.radio.base import ReceivedFrame
from meshdefense_protocol.errors import Rejection
from meshdefense_protocol.identity import PURPOSE_ITEM, verify
from meshdefense_protocol.items import Item
from meshdefense_protocol.limits import SIGNATURE_SIZE
from meshdefense_protocol.packets.reference import Stream
from meshdefense_protocol.transport import OutgoingFrame, Reception

BATCH: Final = 128
"""Rows of the baseline's group commit: as many as the node takes at once."""
ITEMS, REPEATS = 10_000, 5
SINGLES: Final = 200
FOREIGN: Final = 2000
"""Strangers' and duplicate frames, given over and over."""
REMEMBERED: Final = 1000
"""Frames that the engine recognises by their bytes alone; it remembers 1,024."""
WAITING: Final = 1024
"""Frames before the node at a time: as many as the radio link keeps, and the node does not drop."""
PATIENCE_S: Final = 120.0
HEARD: Final = Reception("radio", sender=0x1234, snr=6.5, rssi=-92, hops=1)


def main() -> int:
    """Measure and print."""
    args = harness.arguments("receive_path", __doc__ or "")
    items, repeats = (3000, 2) if args.quick else (ITEMS, REPEATS)
    network = Network()
    made = list(network.traffic(items))
    frames = [network.frame(item) for item in made]
    figures: dict[str, Any] = {"items": items, "repeats": repeats}
    rows: list[Sequence[str]] = []
    with harness.folder() as folder:
        whole: dict[str, Callable[[], float]] = {
            "node": lambda: _node_rate(network, frames, _fresh(folder)),
            "node, a screen attached": lambda: _node_rate(
                network, frames, _fresh(folder), screen=True
            ),
            "plain: verify, commit each": lambda: _plain_rate(
                network, made, _fresh(folder), group=1
            ),
            "plain: verify, commit 128": lambda: _plain_rate(
                network, made, _fresh(folder), group=BATCH
            ),
        }
        figures |= _in_turn(repeats, whole)
        latency = asyncio.run(_one_by_one(network, frames[:SINGLES], folder / "single"))
    figures["one by one, ms"] = harness.summary_of([seconds * 1e3 for seconds in latency])
    alone: dict[str, Callable[[], float]] = {
        "verify only": lambda: _verify_rate(network, made),
        "engine, new": lambda: _engine_rate(network, frames),
        **_rejections(network, made, frames),
    }
    figures |= _in_turn(repeats, alone)
    base = figures["plain: verify, commit each"]["median"]
    verified = figures["verify only"]["median"]
    for name in ("node", "node, a screen attached", "plain: verify, commit each",
                 "plain: verify, commit 128"):  # fmt: skip
        rows.append(_row(f"{name}", figures[name], base, "one commit each"))
    for name in ("engine, new", "duplicate, same frame", "duplicate, frame forgotten",
                 "stranger, 4 keys tried", "forged signature", "verify only"):  # fmt: skip
        rows.append(_row(name, figures[name], verified, "verify only"))
    return harness.finish(
        harness.Outcome(
            "receive_path",
            f"Items or frames a second, {items:,} items of 39 members, median of {repeats}",
            ["what", "per second", "slowest", "ratio", "to"],
            rows,
            [
                harness.Bar("whole path", figures["node"]["median"], 1000, "/s", at_least=True),
                harness.Bar("duplicates rejected", figures["duplicate, same frame"]["median"],
                            20_000, "/s", at_least=True),
                harness.Bar("duplicates rejected, frame forgotten",
                            figures["duplicate, frame forgotten"]["median"],
                            20_000, "/s", at_least=True),
                harness.Bar("strangers rejected", figures["stranger, 4 keys tried"]["median"],
                            20_000, "/s", at_least=True),
            ],
            figures,
            [f"One by one, each on disk and announced before the next: median "
             f"{figures['one by one, ms']['median']:.2f} ms, "
             f"slowest {figures['one by one, ms']['max']:.1f} ms."],
        ),
        args,
    )  # fmt: skip


# -- the node ------------------------------------------------------------------------------


def _node_rate(network: Network, frames: list[bytes], at: Path, *, screen: bool = False) -> float:
    return asyncio.run(_through_node(network, frames, at, screen))


async def _through_node(network: Network, frames: list[bytes], at: Path, screen: bool) -> float:
    """Items a second until the last one is on disk and announced (and fetched by a screen)."""
    data = DataFolder(at)
    store = network.store(data)
    node = Node(store, network.membership(), _nowhere)
    done = asyncio.Event()

    waiting = iter(frames)
    fed = 0

    def announced(revision: int, tables: frozenset[str]) -> None:
        nonlocal fed
        stored = node.status(revision)["items"]
        for frame in itertools.islice(waiting, WAITING + stored - fed):
            node.feed(ReceivedFrame(frame, HEARD))
            fed += 1
        if stored >= len(frames):
            done.set()

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(node.run())]
        await _started(node)
        if screen:
            running.append(tasks.create_task(ApiServer(node, data.socket, _never).run()))
            fetched = asyncio.Event()
            ready = asyncio.Event()
            running.append(tasks.create_task(_watch(data.socket, len(frames), ready, fetched)))
            await ready.wait()
        node.listen(announced)
        begun = time.perf_counter()
        announced(node.revision, frozenset())
        async with asyncio.timeout(PATIENCE_S):
            await (fetched if screen else done).wait()
        spent = time.perf_counter() - begun
        for task in running:
            task.cancel()
    assert store.item_count() == len(frames)
    store.close()
    return len(frames) / spent


async def _watch(socket: Path, items: int, ready: asyncio.Event, fetched: asyncio.Event) -> None:
    """One API client in the same process that fetches every change, as a screen does."""
    while True:
        with contextlib.suppress(DaemonGoneError):  # it does not listen yet
            client = await NodeClient.connect(socket, client="benchmark")
            break
        await asyncio.sleep(0.01)
    seen = 0
    try:
        ready.set()
        async for notice in client.notices():
            if notice.get("event") != "changed":
                continue
            result = await client.call("changes", since=seen)
            seen = result["revision"]
            if result["tables"]["status"][0]["items"] >= items:
                fetched.set()
    finally:
        await client.close()


async def _one_by_one(network: Network, frames: list[bytes], at: Path) -> list[float]:
    """Seconds from a frame to its notice when nothing else is going on."""
    store = network.store(DataFolder(at))
    node = Node(store, network.membership(), _nowhere)
    spent = []
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(node.run())
        await _started(node)
        noticed = asyncio.Event()
        node.listen(lambda revision, tables: noticed.set() if tables & _SHOWN else None)
        for frame in frames:
            noticed.clear()
            begun = time.perf_counter()
            node.feed(ReceivedFrame(frame, HEARD))
            await noticed.wait()
            spent.append(time.perf_counter() - begun)
        running.cancel()
    store.close()
    return spent


_SHOWN: Final = frozenset({"alerts", "patrols"})


async def _started(node: Node) -> None:
    """Until the member rows are written, so that only items are measured."""
    while not node.revision:  # noqa: ASYNC110  # a number cannot be waited for
        await asyncio.sleep(0.01)


async def _nowhere(frame: OutgoingFrame) -> None:
    raise AssertionError("a receiver sends nothing")


def _never() -> None:
    raise AssertionError("nobody asks the daemon to stop")


# -- baselines -----------------------------------------------------------------------------


def _plain_rate(network: Network, made: list[Item], at: Path, *, group: int) -> float:
    """Verify a signature and insert a row into a plain SQLite file, durable per `group` rows."""
    at.mkdir(parents=True)
    connection = sqlite3.connect(at / "plain.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE items (id TEXT PRIMARY KEY, raw BLOB)")
    begun = time.perf_counter()
    for start in range(0, len(made), group):
        connection.execute("BEGIN")
        for item in made[start : start + group]:
            assert _verified(network, item)
            connection.execute("INSERT INTO items VALUES (?, ?)", (str(item.id), item.raw))
        connection.execute("COMMIT")
    spent = time.perf_counter() - begun
    connection.close()
    return len(made) / spent


def _verify_rate(network: Network, made: list[Item]) -> float:
    begun = time.perf_counter()
    for item in made:
        assert _verified(network, item)
    return len(made) / (time.perf_counter() - begun)


def _verified(network: Network, item: Item) -> bool:
    key = network.identities[item.id.author - 1].key
    message, signature = item.raw[:-SIGNATURE_SIZE], item.raw[-SIGNATURE_SIZE:]
    return verify(key, PURPOSE_ITEM, network.charter.network_id + message, signature)


# -- the engine alone ----------------------------------------------------------------------


def _engine_rate(network: Network, frames: list[bytes]) -> float:
    """New items a second without store and loop."""
    engine = network.engine()
    begun = time.perf_counter()
    for frame in frames:
        engine.receive(frame, network.now, HEARD)
    spent = time.perf_counter() - begun
    accepted = 0
    while engine.next_event() is not None:
        accepted += 1
    assert accepted == len(frames)
    return len(frames) / spent


def _rejections(
    network: Network, made: list[Item], frames: list[bytes]
) -> dict[str, Callable[[], float]]:
    """Frames a second that the engine throws away, by reason; each counted there as well."""
    stranger = Network(3, tag=7)
    strange = [stranger.frame(item) for item in stranger.traffic(FOREIGN)]
    forged = [network.frame(_forged(item)) for item in made[:FOREIGN]]
    fresh, held = network.engine(), network.engine()
    for frame in frames:
        held.receive(frame, network.now, HEARD)
    lasting = [  # an old position is refused as outdated, not as a duplicate
        frame for item, frame in zip(made, frames, strict=True) if item.id.stream is Stream.LOG
    ]
    oldest, newest = lasting[:-REMEMBERED], lasting[-REMEMBERED:]

    def rate(engine: Any, given: list[bytes], reason: Rejection) -> float:
        before = engine.rejected[reason]
        begun = time.perf_counter()
        for frame in given:
            engine.receive(frame, network.now, HEARD)
        spent = time.perf_counter() - begun
        assert engine.rejected[reason] - before == len(given)
        return len(given) / spent

    again = newest * 20  # one pass would be over before the clock has moved much

    def same() -> float:
        for frame in newest:  # the forgotten ones have taken their place
            held.receive(frame, network.now, HEARD)
        return rate(held, again, Rejection.DUPLICATE)

    return {
        "duplicate, same frame": same,
        "duplicate, frame forgotten": lambda: rate(held, oldest, Rejection.DUPLICATE),
        "stranger, 4 keys tried": lambda: rate(fresh, strange, Rejection.STRANGER),
        "forged signature": lambda: rate(fresh, forged, Rejection.SIGNATURE),
    }


def _forged(item: Item) -> Item:
    """The same item with one bit of its signature changed, sealed by somebody with the key."""
    return replace(item, raw=item.raw[:-1] + bytes((item.raw[-1] ^ 1,)))


# -- parts ---------------------------------------------------------------------------------


def _fresh(folder: Path) -> Path:
    """The name of a folder that is not there yet."""
    return folder / f"run-{len(list(folder.iterdir()))}"


def _in_turn(repeats: int, measures: dict[str, Callable[[], float]]) -> dict[str, dict[str, float]]:
    """Samples of each, one of all before the next, so that a busy moment hits all of them."""
    samples: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(repeats):
        for name, measure in measures.items():
            samples[name].append(measure())
    return {name: harness.summary_of(found) for name, found in samples.items()}


def _row(name: str, found: dict[str, float], base: float, to: str) -> list[str]:
    median = found["median"]
    return [name, f"{median:,.0f}", f"{found['min']:,.0f}", f"{median / base:.2f}", to]


if __name__ == "__main__":
    sys.exit(main())
