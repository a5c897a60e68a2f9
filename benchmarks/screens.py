"""What the screens cost: keys, commits, start, memory, idling, bytes.

The daemon is one of rows alone, in this process, behind a real local socket (`evening`). The app
is the real one, in a pseudo-terminal in a process of its own (`screen_figures`), and so are an
empty app and Textual's own table (`screen_peers`). The processor is kept awake (`awake`) but for
the figures "from a sleeping core".
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

sys.path.insert(
    0, str(Path(__file__).resolve().parents[1] / "tests")
)  # run as a script, from anywhere
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.awake import awake
from benchmarks.evening import ALERTS, OPEN, evening
from benchmarks.harness import Bar, Outcome, arguments, finish
from benchmarks.screen_figures import (
    EVENTS,
    Figures,
    in_terminal,
    keys_and_commits,
    peer,
    replay,
    starts,
    version,
)
from benchmarks.screen_peers import DOWN, UPDATE
from benchmarks.terminal import Screen, ours

NAME: Final = "screens"
ROOT: Final = Path(__file__).resolve().parents[1]
SIZES: Final = ((80, 24), (200, 60))
KEY_MS: Final = {(80, 24): 5.0, (200, 60): 10.0}
COMMIT_MS, START_MS, VERSION_MS = 10.0, 350.0, 60.0
RSS_MIB, GROWTH_MIB, IDLE_PERCENT = 70.0, 1.0, 0.5
IDLE_BYTES_S, ALERT_BYTES, PAN_BYTES = 40.0, 1500.0, 6000.0


def main() -> int:
    """Measure and print."""
    args = arguments(NAME, __doc__ or "")
    count, idle_s, events = (8, 5, 4000) if args.quick else (60, 60, EVENTS)
    figures: Figures = {}
    with tempfile.TemporaryDirectory(prefix="mdb-") as folder:
        asyncio.run(_measured(Path(folder) / "a.sock", figures, count, idle_s, events))
    figures["version ms"] = version(3 if args.quick else 15)
    _map(figures)
    return finish(_outcome(figures, events), args)


async def _measured(socket: Path, figures: Figures, count: int, idle_s: int, events: int) -> None:
    for size in SIZES:
        async with evening(socket) as daemon, Screen(ours(daemon.path), size) as screen:
            await screen.first(b"fire")
            await screen.quiet(2.0)
            asleep = await keys_and_commits(screen, daemon, count)
            figures[f"{size[0]}x{size[1]}, asleep"] = asleep
    with awake():
        await _measured_awake(socket, figures, count, idle_s, events)


async def _measured_awake(
    socket: Path, figures: Figures, count: int, idle_s: int, events: int
) -> None:
    for size in SIZES:
        name = f"{size[0]}x{size[1]}"
        figures[f"blanks {name}"] = await peer("blanks", size, {"key": DOWN}, count)
        async with evening(socket) as daemon:
            figures[name] = await in_terminal(daemon, size, count, idle_s)
    async with evening(socket, alerts=OPEN) as daemon:
        figures["start ms"] = await starts(daemon, (80, 24), 2 if count < 10 else 10)
    few = max(count // 4, 2)
    async with (
        evening(socket, alerts=ALERTS, opened=ALERTS) as daemon,
        Screen(ours(daemon.path), (200, 60)) as screen,
    ):
        await screen.first(b"fire")
        await screen.quiet(2.0)
        figures["200x60, all open"] = await keys_and_commits(screen, daemon, few)
    async with evening(socket, alerts=1000) as daemon:
        figures["replay"] = await replay(daemon, events)
    figures["DataTable"] = await peer("table", (200, 60), {"key": DOWN, "update": UPDATE}, count)


def _map(figures: Figures) -> None:
    """The map beside drawille, by its own benchmark with few samples."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "map.json"
        script = ROOT / "benchmarks/map_frame.py"
        command = [sys.executable, str(script), "--quick", "--json", str(target)]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        if target.exists():
            figures["map"] = json.loads(target.read_text())["figures"]["200x60 50 m"]


def _outcome(figures: Figures, events: int) -> Outcome:
    table: list[Sequence[str]] = []
    bars: list[Bar] = []
    for width, height in SIZES:
        name = f"{width}x{height}"
        pty = figures[name]
        _add(table, f"key to painted, CPU, {name}", pty["key cpu ms"], "ms")
        _add(table, f"  a key that does nothing, {name}", pty["no key cpu ms"], "ms")
        _add(table, f"  an empty widget of the whole screen, {name}",
             figures[f"blanks {name}"]["key cpu ms"], "ms")  # fmt: skip
        _add(table, f"  from a sleeping core, {name}", figures[f"{name}, asleep"]["key cpu ms"],
             "ms")  # fmt: skip
        _add(table, f"key to last byte, wall, {name}", pty["key wall ms"], "ms")
        _add(table, f"  from a sleeping core, {name}", figures[f"{name}, asleep"]["key wall ms"],
             "ms")  # fmt: skip
        _add(table, f"commit to painted, CPU, {name}", pty["commit cpu ms"], "ms")
        _add(table, f"  from a sleeping core, {name}",
             figures[f"{name}, asleep"]["commit cpu ms"], "ms")  # fmt: skip
        _add(table, f"commit to last byte, wall, {name}", pty["commit wall ms"], "ms")
        _add(table, f"start with 10,000 alerts, wall, {name}", pty["start ms"], "ms")
        _add(table, f"cursor key, {name}", pty["key bytes"], "B")
        _add(table, f"new alert, {name}", pty["commit bytes"], "B")
        _add(table, f"full pan of the map, {name}", pty["pan bytes"], "B")
        table.append(
            [
                f"idle, {name}",
                f"{pty['idle percent']:.2f} %",
                f"{pty['idle bytes a second']:.0f} B/s",
                f"RSS {pty['rss MiB']:.0f} MiB",
            ]
        )
        bars += [
            Bar(f"key to painted, CPU p95, {name}", pty["key cpu ms"]["p95"],
                KEY_MS[width, height], "ms"),
            Bar(f"commit to painted, CPU p95, {name}", pty["commit cpu ms"]["p95"], COMMIT_MS,
                "ms"),
            Bar(f"idle CPU, {name}", pty["idle percent"], IDLE_PERCENT, "%"),
        ]  # fmt: skip
    small, found, most = figures["80x24"], figures["replay"], figures["200x60, all open"]
    _add(table, "key, CPU, all 10,000 open, 200x60", most["key cpu ms"], "ms")
    _add(table, "commit, CPU, all 10,000 open, 200x60", most["commit cpu ms"], "ms")
    _add(table, "start with 200 alerts, wall, 80x24", figures["start ms"], "ms")
    _add(table, "meshdefense --version, wall", figures["version ms"], "ms")
    table.append([f"memory after {events:,} events in {found['seconds']:.0f} s",
                  f"{found['rss MiB']:.1f} MiB", f"second half {found['second half MiB']:+.2f}",
                  ""])  # fmt: skip
    beside, ours_ = figures["DataTable"], figures["200x60"]
    empty = figures["blanks 200x60"]["rss MiB"]
    table.append(["memory of an empty app of Textual", f"{empty:.1f} MiB", "", ""])
    table.append(["memory of DataTable, 10,000 rows", f"{beside['rss MiB']:.1f} MiB", "", ""])
    _add(table, "DataTable, 10,000 rows, 200x60: cursor key, CPU", beside["key cpu ms"], "ms")
    _add(table, "DataTable, 10,000 rows, 200x60: one cell, CPU", beside["update cpu ms"], "ms")
    floors = [
        figures[f"{w}x{h}"]["key cpu ms"]["median"]
        / figures[f"blanks {w}x{h}"]["key cpu ms"]["median"]
        for w, h in SIZES
    ]
    ratios = [
        beside[peer_]["median"] / ours_[own]["median"]
        for peer_, own in (("key cpu ms", "key cpu ms"), ("update cpu ms", "commit cpu ms"))
    ]
    notes = [
        f"our key to an empty widget of the whole screen: {floors[0]:.2f} at 80x24, "
        f"{floors[1]:.2f} at 200x60",
        f"DataTable's cursor key to ours: {ratios[0]:.2f}; its update to our commit, with map, "
        f"patrols and socket in ours: {ratios[1]:.2f}",
    ]
    if "ratio" in figures.get("map", {}):
        notes.append(f"drawille to our map at 200x60, 50 m: {figures['map']['ratio']:.1f}")
    bars += [
        Bar("start to first screen, 200 alerts", figures["start ms"]["median"], START_MS, "ms"),
        Bar("meshdefense --version", figures["version ms"]["median"], VERSION_MS, "ms"),
        Bar("memory after the replay", found["rss MiB"], RSS_MIB, "MiB"),
        Bar(
            "growth of memory, twice that of the second half",
            found["growth MiB an hour"],
            GROWTH_MIB,
            "MiB an hour",
        ),
        Bar("idle bytes at 80x24", small["idle bytes a second"], IDLE_BYTES_S, "B/s"),
        Bar("bytes of a new alert at 80x24", small["commit bytes"]["median"], ALERT_BYTES, "B"),
        Bar("bytes of a pan at 80x24", small["pan bytes"]["median"], PAN_BYTES, "B"),
    ]
    return Outcome(NAME, "The screens", ["what", "median", "p95", "best"], table, bars, figures,
                   notes)  # fmt: skip


def _add(table: list[Sequence[str]], what: str, found: Figures, unit: str) -> None:
    table.append([what, *(f"{found[key]:,.1f} {unit}" for key in ("median", "p95", "best"))])


if __name__ == "__main__":
    raise SystemExit(main())
