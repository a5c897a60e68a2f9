"""How long from a report until all seven screens show it?

The demo's seven daemons on its virtual radios, in real time on LONG_FAST, each watched through
its API as a screen does it. Everybody stays in reach, and a report is given only when the
relays of the one before are over and nobody has transmitted for a while; digests go on as they
do. What cannot be beaten is the time that the frame itself takes on the air; it stands beside
the figure.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

from meshtastic.protobuf import mesh_pb2, portnums_pb2

from benchmarks import harness
from meshdefense.air.presets import PRESETS, airtime_s
from meshdefense.demo.audience import Seat, percentile, take_seats
from meshdefense.demo.cast import CAST, position
from meshdefense.demo.show import open_stage
from meshdefense.demo.story import VirtualWorld
from meshdefense_protocol.roster import Role

PRESET: Final = "LONG_FAST"
REPORTS, QUICK = 12, 3
QUIET_S: Final = 5.0
"""No radio transmitted for so long: the relays are over."""
PATIENCE_S: Final = 60.0
READY_S: Final = 30.0
BAR_S: Final = 1.0
"""Beyond the airtime: listening before talking, seven daemons, their stores, the socket."""
POLL_S: Final = 0.5


def main() -> int:
    """Measure and print."""
    args = harness.arguments("demo_latency", __doc__ or "")
    found = asyncio.run(_measure(QUICK if args.quick else REPORTS))
    return harness.finish(_outcome(found), args)


async def _measure(count: int) -> list[dict[str, Any]]:
    """Give `count` reports, each on a quiet channel; what became of each."""
    async with open_stage(PRESET) as stage:
        seats = await take_seats(stage.sockets)
        world = VirtualWorld(stage.control)
        try:
            async with asyncio.TaskGroup() as tasks:
                watchers = [tasks.create_task(seat.watch()) for seat in seats.values()]
                async with asyncio.timeout(READY_S):
                    for seat in seats.values():
                        await seat.ready.wait()
                await _quiet(world)
                found = [await _one(seats, world, turn) for turn in range(count)]
                for watcher in watchers:
                    watcher.cancel()
        finally:
            await world.close()
            for seat in seats.values():
                await seat.client.close()
    return found


async def _one(seats: dict[str, Seat], world: VirtualWorld, turn: int) -> dict[str, Any]:
    """One report by the next member, followed until every screen has it and the air is quiet."""
    speakers = [one for one in CAST if one.roles & Role.REPORTER]
    who = speakers[turn % len(speakers)]
    before = await _transmissions(world)
    lat, lon = position(who, 0)
    begun = time.monotonic()
    sent = await seats[who.handle].submit(
        "report",
        {"kind": "checkpoint", "severity": "high", "activity": "stopping", "lat": lat, "lon": lon},
    )
    stored = time.monotonic() - begun
    async with asyncio.timeout(PATIENCE_S):
        # `shown` holds the moment; this only ends the waiting
        while not all(sent["id"] in seat.shown for seat in seats.values()):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    shown = {handle: seat.shown[sent["id"]] - begun for handle, seat in seats.items()}
    at_all = await _transmissions(world) - before
    await _quiet(world)
    return {
        "by": who.handle,
        "bytes": sent["bytes"],
        "airtime_s": _airtime(sent["bytes"]),
        "stored_s": stored,
        "own_screen_s": shown[who.handle],
        "first_other_s": min(at for handle, at in shown.items() if handle != who.handle),
        "all_seven_s": max(shown.values()),
        "transmissions_until_then": at_all,
        "transmissions": await _transmissions(world) - before,
    }


def _outcome(found: list[dict[str, Any]]) -> harness.Outcome:
    airtimes = [one["airtime_s"] for one in found]
    airtime = max(airtimes)
    columns = {
        "stored and signed by the author": "stored_s",
        "on the author's own screen": "own_screen_s",
        "on the first other screen": "first_other_s",
        "on all seven screens": "all_seven_s",
    }
    figures: dict[str, Any] = {"reports": found, "airtime_s": airtime}
    rows: list[Sequence[str]] = [["airtime of the frame", f"{airtime:.3f}", "", "", "1.00"]]
    for name, key in columns.items():
        samples = [one[key] for one in found]
        figures[key] = {**harness.summary_of(samples), "p95": percentile(samples, 95)}
        median = figures[key]["median"]
        rows.append([name, f"{median:.3f}", f"{min(samples):.3f}", f"{max(samples):.3f}",
                     f"{median / airtime:.2f}"])  # fmt: skip
    until = harness.summary_of([float(one["transmissions_until_then"]) for one in found])
    whole = harness.summary_of([float(one["transmissions"]) for one in found])
    figures |= {"transmissions_until_then": until, "transmissions": whole}
    return harness.Outcome(
        "demo_latency",
        f"From a report to seven screens, {PRESET}, real time, {len(found)} reports",
        ["moment", "median s", "fastest", "slowest", "to airtime"],
        rows,
        [
            harness.Bar(
                "all seven screens", figures["all_seven_s"]["median"], airtime + BAR_S, "s"
            )
        ],
        figures,
        [f"Frames of {found[0]['bytes']} bytes. Transmissions begun until all had it: median "
         f"{until['median']:g}; until the air was quiet: {whole['median']:g}."],
    )  # fmt: skip


async def _quiet(world: VirtualWorld) -> None:
    """Until nobody has transmitted for a while."""
    last, since = await _transmissions(world), time.monotonic()
    while time.monotonic() - since < QUIET_S:
        await asyncio.sleep(POLL_S)
        count = await _transmissions(world)
        if count != last:
            last, since = count, time.monotonic()


async def _transmissions(world: VirtualWorld) -> int:
    answer = await world.do("counters")
    return int(answer["counters"].get("transmitted", 0))


def _airtime(payload: int) -> float:
    data = mesh_pb2.Data(
        portnum=portnums_pb2.PortNum.PRIVATE_APP, payload=bytes(payload), bitfield=1
    )
    return airtime_s(PRESETS[PRESET], data.ByteSize())


if __name__ == "__main__":
    sys.exit(main())
