"""What attacks cost those who attack and those who are attacked.

An outsider's flood through a real node with its encrypted store; a hostile member and a jammer
of the same air time in the simulator, against the same talk without them; how long it takes
until a lost key is out; what guessing and forging take at the speed of this machine.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import itertools
import math
import os
import random
import sys
import time
from collections.abc import Collection, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a script, from anywhere

from benchmarks.harness import Bar, Outcome, arguments, finish, folder, summary_of
from benchmarks.small_network import Network
from meshdefense.node.node import Node
from meshdefense.paths import DataFolder
from meshdefense.radio.base import ReceivedFrame
from meshdefense.simulator.duel import duel, fight
from meshdefense.simulator.faults import Attack
from meshdefense.simulator.flood import flood
from meshdefense.simulator.lost_key import MEMBERS, Recovery, lost_key
from meshdefense_protocol.airtime import LONG_FAST
from meshdefense_protocol.packets import Report
from meshdefense_protocol.rekey_parts import CONTENT_HASH_SIZE, content_hash
from meshdefense_protocol.transport import OutgoingFrame, Reception

NAME: Final = "attacks"
HEARD: Final = Reception("radio", sender=0xBAD, snr=2.0, rssi=-110, hops=2, hops_left=1)
AHEAD: Final = 500
"""Frames that wait before a node when a report comes: far more than a radio brings at once."""
YEAR_S: Final = 365.25 * 86_400
ATTACKS: Final[dict[str, tuple[Attack, ...]]] = {
    "nobody": (),
    "a jammer without keys": (Attack.NOISE,),
    "replays recorded frames": (Attack.REPLAY,),
    "member: relays nothing": (Attack.WITHHOLD,),
    "member: floods": (Attack.FLOOD,),
    "member: says two things": (Attack.EQUIVOCATE,),
    "member: lies in digests": (Attack.LIE, Attack.GREED),
    "member: all of that": (Attack.FLOOD, Attack.EQUIVOCATE, Attack.LIE, Attack.WITHHOLD),
}


def main() -> int:
    """Measure and print."""
    args = arguments(NAME, (__doc__ or "").splitlines()[0])
    count, reports, seeds = (4000, 8, 3) if args.quick else (100_000, 200, 50)
    flooded = asyncio.run(_flooded(count, reports))
    duels = _duels(seeds)
    recoveries = _recoveries(seeds)
    forging = _forging()
    quiet, worst = duels["nobody"], duels["member: all of that"]
    jammed = duels["a jammer without keys"]
    bars = [
        Bar("report shown in a flood, p99", flooded["shown_s"]["p99"], 1.0, "s"),
        Bar("memory that the flood adds", flooded["memory_mb"], 20.0, "MB"),
        Bar("rows and frames that the flood causes", flooded["rows"] + flooded["sent"], 0, ""),
        Bar("reports that arrive beside a hostile member", 100 * worst["arrived"], 100, "%",
            at_least=True),
        Bar("their p99 beside a hostile member, against nobody", worst["p99_s"] / quiet["p99_s"],
            1.1, "times"),
        Bar("their p99 beside a member who floods, against a jammer with as many frames",
            duels["member: floods"]["p99_s"] / jammed["p99_s"], 1.1, "times"),
        Bar("members who are left out of new keys by mistake", recoveries["left_out"], 0, ""),
    ]  # fmt: skip
    outcome = Outcome(
        NAME,
        f"Reports of four honest members beside somebody hostile, {seeds} seeds of 15 min, all in "
        "one another's reach; seconds until each other has a report",
        ["who attacks", "reports", "arrived %", "p50 s", "p90 s", "p99 s", "max s", "frames"],
        [
            [name, str(one["pairs"]), f"{100 * one['arrived']:.1f}",
             *(f"{one[key]:.1f}" for key in ("p50_s", "p90_s", "p99_s", "max_s")),
             str(one["frames"])]
            for name, one in duels.items()
        ],
        bars,
        {"flood": flooded, "duels": duels, "lost key": recoveries, "forging": forging},
        [
            f"flood: {flooded['frames']:,} frames in {flooded['seconds']:.1f} s, "
            f"{flooded['frames'] / flooded['seconds']:,.0f}/s; on LONG_FAST they need "
            f"{flooded['air_h']:.0f} h of air; a report behind {AHEAD} of them shown after "
            f"{1000 * flooded['shown_s']['median']:.0f} ms, p99 "
            f"{1000 * flooded['shown_s']['p99']:.0f} ms",
            "lost key, from the first word of an organizer, "
            + "; ".join(f"{what}: median {one['median']:.0f} s, longest {one['max']:.0f} s"
                        for what, one in recoveries["seconds"].items())
            + f"; {recoveries['frames']:.1f} frames, {recoveries['air_s']:.1f} s of air, mean",
            f"forging: {forging['verify_per_s']:,.0f} signatures a second are refused; a content "
            f"with the announced hash of {8 * CONTENT_HASH_SIZE} bits: {forging['hash_per_s']:,.0f}"
            f" tries a second on one core, {forging['hash_years']:,.0f} years",
        ],
    )  # fmt: skip
    return finish(outcome, args)


# -- an outsider's flood -------------------------------------------------------------------


async def _flooded(count: int, reports: int) -> dict[str, Any]:
    network, rng = Network(), random.Random(NAME)
    stranger = Network(3, tag=7)
    known = [network.frame(item) for item in network.traffic(40)]
    known += [stranger.frame(item) for item in stranger.traffic(40)]
    sent: list[OutgoingFrame] = []

    async def send(frame: OutgoingFrame) -> None:
        sent.append(frame)

    with folder() as where:
        store = network.store(DataFolder(where / "node"))
        node = Node(store, network.membership(), send)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(node.run())
            while not node.revision:  # noqa: ASYNC110  # a number cannot be waited for
                await asyncio.sleep(0.01)
            for frame in known:
                node.feed(ReceivedFrame(frame, HEARD))
            await _quiet(node)
            held, before = store.item_count(), _rss()
            noticed = asyncio.Event()
            node.listen(lambda revision, tables: noticed.set() if "alerts" in tables else None)
            spent, begun = [], time.perf_counter()
            frames = flood(known, count, rng)
            for number in range(reports):
                for frame in itertools.islice(frames, count // reports):
                    node.feed(ReceivedFrame(frame, HEARD))
                    if len(node._inputs) >= AHEAD:
                        await _quiet(node)
                for frame in flood(known, AHEAD, rng):
                    node.feed(ReceivedFrame(frame, HEARD))
                report = network.item(2 + number % 38, Report(None, 1, size=1 + number % 15))
                noticed.clear()
                at = time.perf_counter()
                node.feed(ReceivedFrame(network.frame(report), HEARD))
                await noticed.wait()
                spent.append(time.perf_counter() - at)
            await _quiet(node)
            seconds = time.perf_counter() - begun
            running.cancel()
        grown, rows = _rss() - before, store.item_count() - held - reports
        store.close()
    spent.sort()
    total = count + reports * AHEAD
    return {
        "frames": total,
        "seconds": seconds,
        "air_h": total * LONG_FAST.frame_s(98) / 3600,
        "shown_s": {**summary_of(spent), "p99": _quantile(spent, 0.99)},
        "memory_mb": grown / 1e6,
        "rows": rows,
        "sent": len(sent),
    }


async def _quiet(node: Node) -> None:
    while node._inputs or node._storing.pending:  # noqa: ASYNC110  # a queue cannot be waited for
        await asyncio.sleep(0)


def _rss() -> int:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


# -- a hostile member ----------------------------------------------------------------------


def _duels(seeds: int) -> dict[str, dict[str, Any]]:
    found = {}
    with ProcessPoolExecutor(2) as pool:
        for name, attacks in ATTACKS.items():
            each = list(pool.map(_one, itertools.repeat(attacks), range(seeds)))
            arrivals = sorted(itertools.chain.from_iterable(one for one, _ in each))
            found[name] = {
                "pairs": len(arrivals),
                "arrived": sum(one < math.inf for one in arrivals) / len(arrivals),
                "p50_s": _quantile(arrivals, 0.5),
                "p90_s": _quantile(arrivals, 0.9),
                "p99_s": _quantile(arrivals, 0.99),
                "max_s": arrivals[-1],
                "frames": sum(frames for _, frames in each),
            }
    return found


def _one(attacks: Collection[Attack], seed: int) -> tuple[tuple[float, ...], int]:
    done = fight(duel(attacks, seed))
    return done.arrivals, sum(done.happened[one.value] for one in attacks)


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


# -- a lost key ----------------------------------------------------------------------------


def _recoveries(seeds: int) -> dict[str, Any]:
    with ProcessPoolExecutor(2) as pool:
        found: list[Recovery] = list(pool.map(lost_key, range(seeds)))
    return {
        "seconds": {
            what: summary_of([getattr(one, f"{key}_s") for one in found])
            for what, key in (
                ("all refuse it (one organizer)", "suspended"),
                ("all refuse it for good (two)", "revoked"),
                ("all have new keys (two)", "rekeyed"),
            )
        },
        "frames": sum(one.frames for one in found) / len(found),
        "air_s": sum(one.air_s for one in found) / len(found),
        "left_out": sum(one.left_out for one in found),
        "members": MEMBERS,
    }


# -- forging -------------------------------------------------------------------------------


def _forging() -> dict[str, float]:
    network = Network(3)
    item = next(network.traffic(1))
    forged = replace(item, raw=item.raw[:-1] + bytes((item.raw[-1] ^ 1,)))
    key, name = network.identities[1].key, network.charter.network_id
    tries = 3000
    begun = time.perf_counter()
    accepted = sum(forged.is_signed_by(key, name) for _ in range(tries))
    verify = tries / (time.perf_counter() - begun)
    assert not accepted
    begun = time.perf_counter()
    content = hashlib.blake2b(b"any").digest() * 2
    for number in range(20 * tries):
        content_hash(name, 2 + number % 9, content)
    hashing = 20 * tries / (time.perf_counter() - begun)
    return {
        "verify_per_s": verify,
        "hash_per_s": hashing,
        "hash_years": 2.0 ** (8 * CONTENT_HASH_SIZE) / hashing / YEAR_S,
    }


if __name__ == "__main__":
    sys.exit(main())
