"""What the screens cost: keys, commits, start, memory, idling, bytes.

The daemon is one of rows alone, in this process, behind a real local socket. The app is the real
one: in a pseudo-terminal in a process of its own for wall time, bytes, memory and idling, and
under Textual's Pilot (with the compositor, without a terminal) for CPU time, where the daemon's
part is inside the figure. 10,000 alerts are stored, 200 of them open, and 200 patrols are out.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

sys.path.insert(
    0, str(Path(__file__).resolve().parents[1] / "tests")
)  # run as a script, from anywhere
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from textual.app import App, ComposeResult
from textual.widgets import DataTable

from benchmarks.harness import Bar, Outcome, arguments, finish
from benchmarks.terminal import Screen
from meshdefense_tui.app import MeshDefenseApp
from meshdefense_tui.palette import ColourDepth
from support.fake_daemon import FakeDaemon
from support.screen_rows import alert, patrol, place, radio, status

NAME: Final = "screens"
ROOT: Final = Path(__file__).resolve().parents[1]
ALERTS, OPEN, PATROLS = 10_000, 200, 200
SIZES: Final = ((80, 24), (200, 60))
KEY_MS: Final = {(80, 24): 5.0, (200, 60): 10.0}
COMMIT_MS, START_MS, VERSION_MS = 10.0, 350.0, 60.0
RSS_MIB, GROWTH_MIB, IDLE_PERCENT = 70.0, 1.0, 0.5
IDLE_BYTES_S, ALERT_BYTES, PAN_BYTES = 40.0, 1500.0, 6000.0
EVENTS, BATCH, SETTLED = 72_000, 200, 6
"""An hour at 20 events a second; so many at once; the first sixth is not growth."""
Figures = dict[str, Any]


def rows(alerts: int = ALERTS, opened: int = OPEN) -> dict[str, list[dict[str, Any]]]:
    """The tables of a large evening; most alerts are over, as they are after some hours."""
    now = time.time()  # noqa: TID251 the screens show ages from now
    found = []
    for number in range(alerts):
        over = {} if number < opened else {"state": "expired"}
        at = now - 120 - number * 36  # the open ones came in within two hours
        found.append(
            alert(
                number + 1,
                severity=number % 4,
                place=place(number % 97 * 31, number % 89 * 29),
                reported_at=at,
                received_at=at,
                expires_at=now + 7200,
                **over,
            )
        )
    out = [
        patrol(
            number + 2,
            f"p{number}",
            place=place(number * 13 % 2000, number * 7 % 1500),
            place_at=now - number * 4,
            due_at=now + 3600 + number,
        )
        for number in range(PATROLS)
    ]
    return {"status": [status()], "radio": [radio()], "alerts": found, "patrols": out}


def changed(number: int, severity: int | None = None, **fields: Any) -> dict[str, Any]:
    """One more alert, or the newest state of one."""
    now = time.time()  # noqa: TID251 as above
    severity = number % 4 if severity is None else severity
    return alert(number, severity=severity, place=place(number % 97 * 31, number % 89 * 29),
                 reported_at=now, received_at=now, expires_at=now + 7200, **fields)  # fmt: skip


def main() -> int:
    """Measure and print."""
    args = arguments(NAME, __doc__ or "")
    count, idle_s, events = (8, 5, 4000) if args.quick else (60, 60, EVENTS)
    figures: Figures = {}
    with tempfile.TemporaryDirectory(prefix="mdb-") as folder:
        asyncio.run(_measured(Path(folder), figures, count, idle_s, events))
    figures["version ms"] = _version(3 if args.quick else 15)
    _map(figures)
    return finish(_outcome(figures, events), args)


async def _measured(folder: Path, figures: Figures, count: int, idle_s: int, events: int) -> None:
    for size in SIZES:
        name = f"{size[0]}x{size[1]}"
        async with _daemon(folder / "a.sock") as daemon:
            figures[f"pilot {name}"] = await _pilot(daemon, size, count)
        async with _daemon(folder / "a.sock") as daemon:
            figures[f"pty {name}"] = await _pty(daemon, size, count, idle_s)
    async with _daemon(folder / "a.sock", alerts=OPEN) as daemon:
        figures["start ms"] = await _starts(daemon, (80, 24), 2 if count < 10 else 10)
    async with _daemon(folder / "a.sock", alerts=ALERTS, opened=ALERTS) as daemon:
        figures["pilot 200x60, all open"] = await _pilot(daemon, (200, 60), max(count // 4, 2))
    async with _daemon(folder / "a.sock", alerts=1000) as daemon:
        figures["replay"] = await _replay(daemon, events)
    figures["DataTable"] = await _data_table(count)


def _daemon(path: Path, alerts: int = ALERTS, opened: int = OPEN) -> FakeDaemon:
    daemon = FakeDaemon(path, beat_s=2.0)
    for table, given in rows(alerts, opened).items():
        daemon.set(table, *given)
    return daemon


# -- CPU time, under the Pilot ---------------------------------------------------------------


async def _pilot(daemon: FakeDaemon, size: tuple[int, int], count: int) -> Figures:
    app = MeshDefenseApp(daemon.path, depth=ColourDepth.TRUE)
    async with app.run_test(size=size) as pilot:
        while not (app.model.ready and app.session.connected):
            await pilot.pause(0.01)
        await pilot.pause(1.0)
        found: dict[str, list[float]] = {"idle": [], "key": [], "commit": []}
        for turn in range(count):
            before = time.process_time()
            await pilot.press("f12")  # no key of ours: what the Pilot itself costs
            found["idle"].append(_ms(before))
            before = time.process_time()
            await pilot.press("down")
            found["key"].append(_ms(before))
            before = time.process_time()
            daemon.set("alerts", changed(50_000 + turn, state="verified", severity=0))
            while app.model.revision < daemon.revision:  # noqa: ASYNC110 the app tells nobody
                await asyncio.sleep(0.001)
            await pilot.pause()
            found["commit"].append(_ms(before))
    return {f"{what} ms": _spread(values) for what, values in found.items()}


def _ms(before: float) -> float:
    return (time.process_time() - before) * 1e3


def _spread(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "median": statistics.median(ordered),
        "p95": ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)],
        "best": ordered[0],
        "samples": len(ordered),
    }


# -- wall time, bytes, memory, in a pseudo-terminal --------------------------------------------


async def _pty(daemon: FakeDaemon, size: tuple[int, int], count: int, idle_s: int) -> Figures:
    found: Figures = {}
    found["start ms"] = await _starts(daemon, size, 2 if count < 10 else 5)
    async with Screen(daemon.path, size) as screen:
        await screen.first(b"fire")
        await screen.quiet(2.0)
        for what, key in (("key", b"j"), ("key up", b"k")):
            found[f"{what} wall ms"], found[f"{what} bytes"] = await _typed(screen, key, count)
        waits, sizes = [], []
        for turn in range(count):
            # of low severity, so that neither bell nor banner is part of it
            daemon.set("alerts", changed(60_000 + turn, state="verified", severity=0))
            wait, size_b = await screen.answered()
            waits.append(wait * 1e3)
            sizes.append(float(size_b))
        found["commit wall ms"], found["new alert bytes"] = _spread(waits), _spread(sizes)
        screen.write(b"m")
        await screen.quiet(1.0)
        found["pan wall ms"], found["pan bytes"] = await _typed(screen, b"\x1b[C", count)
        await screen.quiet(1.0)
        cpu, begun, seen = screen.cpu_s(), time.monotonic(), screen.bytes_read
        await screen.idle(idle_s)
        took = time.monotonic() - begun
        found["idle percent"] = (screen.cpu_s() - cpu) / took * 100
        found["idle bytes a second"] = (screen.bytes_read - seen) / took
        found["rss MiB"] = screen.rss_mib()
    return found


async def _starts(daemon: FakeDaemon, size: tuple[int, int], count: int) -> Figures:
    """From the start of the process to the first alert on the screen."""
    found = []
    for _ in range(count + 1):
        async with Screen(daemon.path, size) as screen:
            found.append(await screen.first(b"fire") * 1e3)
    return _spread(found[1:])  # the first one may compile


async def _typed(screen: Screen, key: bytes, count: int) -> tuple[Figures, Figures]:
    waits, sizes = [], []
    for _ in range(count):
        screen.write(key)
        wait, size = await screen.answered()
        waits.append(wait * 1e3)
        sizes.append(float(size))
    return _spread(waits), _spread(sizes)


async def _replay(daemon: FakeDaemon, events: int) -> Figures:
    """Nine of ten events move a patrol, one changes an alert; a hundredth is a new alert."""
    patrols = list(daemon.rows["patrols"].values())
    marks: list[float] = []
    async with Screen(daemon.path, (200, 60)) as screen:
        await screen.first(b"fire")
        await screen.quiet(1.0)
        for done in range(0, events, BATCH):
            moved = [
                {**patrols[number % PATROLS],
                 "place": place((done + number * 7) % 2000, (done * 3 + number) % 1500)}
                for number in range(BATCH * 9 // 10)
            ]  # fmt: skip
            daemon.set("patrols", *moved)
            daemon.set("alerts", *(changed(1 + (done + n) % 990) for n in range(BATCH // 10 - 2)))
            daemon.set("alerts", *(changed(20_000 + (done + n) % 2000) for n in range(2)))
            await screen.until(lambda: daemon.pulls[-1] >= daemon.revision - 3)
            if not marks and done + BATCH >= events // SETTLED:
                await screen.quiet(1.0)
                marks.append(screen.rss_mib())
        await screen.quiet(2.0)
        end = screen.rss_mib()
    first = marks[0] if marks else end
    return {"events": events, "rss MiB": end, "growth MiB": max(end - first, 0.0)}


# -- peers ------------------------------------------------------------------------------------


class _Table(App[None]):
    def compose(self) -> ComposeResult:
        yield DataTable()


async def _data_table(count: int) -> Figures:
    """Textual's own table with the alerts of the list, three columns, and nothing around it."""
    found: dict[str, list[float]] = {"cursor": [], "update": []}
    app = _Table()
    async with app.run_test(size=(200, 60)) as pilot:
        table = app.query_one(DataTable)
        before = time.process_time()
        table.add_columns("kind", "state", "place")
        for row in rows()["alerts"]:
            table.add_row(str(row["kind"]), row["state"], "1.2 km NE", key=row["id"])
        await pilot.pause()
        found["fill"] = [_ms(before)]
        first, column = "2.0.1", next(iter(table.columns))
        for turn in range(count):
            before = time.process_time()
            await pilot.press("down")
            found["cursor"].append(_ms(before))
            before = time.process_time()
            table.update_cell(first, column, str(turn))
            await pilot.pause()
            found["update"].append(_ms(before))
    return {f"{what} ms": _spread(values) for what, values in found.items()}


def _map(figures: Figures) -> None:
    """The map beside drawille, by its own benchmark with few samples."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "map.json"
        script = ROOT / "benchmarks/map_frame.py"
        command = [sys.executable, str(script), "--quick", "--json", str(target)]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        if target.exists():
            figures["map"] = json.loads(target.read_text())["figures"]["200x60 50 m"]


def _version(count: int) -> Figures:
    found = []
    for _ in range(count + 1):
        begun = time.perf_counter()
        command = [sys.executable, "-m", "meshdefense", "--version"]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=os.environ)
        found.append((time.perf_counter() - begun) * 1e3)
    return _spread(found[1:])


# -- the table -----------------------------------------------------------------------------------


def _outcome(figures: Figures, events: int) -> Outcome:
    table: list[Sequence[str]] = []
    bars: list[Bar] = []
    for width, height in SIZES:
        name = f"{width}x{height}"
        pilot, pty = figures[f"pilot {name}"], figures[f"pty {name}"]
        _add(table, f"key to painted, CPU, {name}", pilot["key ms"], "ms")
        _add(table, f"  of it the Pilot itself, {name}", pilot["idle ms"], "ms")
        _add(table, f"key to last byte, wall, {name}", pty["key wall ms"], "ms")
        _add(table, f"commit to painted, CPU, {name}", pilot["commit ms"], "ms")
        _add(table, f"commit to last byte, wall, {name}", pty["commit wall ms"], "ms")
        _add(table, f"start with 10,000 alerts, wall, {name}", pty["start ms"], "ms")
        _add(table, f"cursor key, {name}", pty["key bytes"], "B")
        _add(table, f"new alert, {name}", pty["new alert bytes"], "B")
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
            Bar(f"key to painted, CPU p95, {name}", pilot["key ms"]["p95"],
                KEY_MS[width, height], "ms"),
            Bar(f"commit to painted, CPU p95, {name}", pilot["commit ms"]["p95"], COMMIT_MS, "ms"),
            Bar(f"idle CPU, {name}", pty["idle percent"], IDLE_PERCENT, "%"),
        ]  # fmt: skip
    small, replay = figures["pty 80x24"], figures["replay"]
    _add(table, "key, CPU, all 10,000 open", figures["pilot 200x60, all open"]["key ms"], "ms")
    _add(table, "commit, CPU, all 10,000 open", figures["pilot 200x60, all open"]["commit ms"],
         "ms")  # fmt: skip
    _add(table, "start with 200 alerts, wall, 80x24", figures["start ms"], "ms")
    _add(table, "meshdefense --version, wall", figures["version ms"], "ms")
    table.append([f"replay of {events:,} events", f"{replay['rss MiB']:.1f} MiB",
                  f"growth {replay['growth MiB']:.1f}", ""])  # fmt: skip
    for what, value in figures["DataTable"].items():
        _add(table, f"DataTable, 10,000 rows: {what.removesuffix(' ms')}, CPU", value, "ms")
    peer, ours = figures["DataTable"]["update ms"], figures["pilot 200x60"]["commit ms"]
    notes = [f"DataTable's update to our commit (map, patrols and socket in ours): "
             f"{peer['median'] / ours['median']:.2f}"]  # fmt: skip
    if "ratio" in figures.get("map", {}):
        notes.append(f"drawille to our map at 200x60, 50 m: {figures['map']['ratio']:.1f}")
    bars += [
        Bar("start to first screen, 200 alerts", figures["start ms"]["median"], START_MS, "ms"),
        Bar("meshdefense --version", figures["version ms"]["median"], VERSION_MS, "ms"),
        Bar("memory after the replay", replay["rss MiB"], RSS_MIB, "MiB"),
        Bar("growth after the first ten minutes", replay["growth MiB"], GROWTH_MIB, "MiB"),
        Bar("idle bytes at 80x24", small["idle bytes a second"], IDLE_BYTES_S, "B/s"),
        Bar("bytes of a new alert at 80x24", small["new alert bytes"]["median"], ALERT_BYTES, "B"),
        Bar("bytes of a pan at 80x24", small["pan bytes"]["median"], PAN_BYTES, "B"),
    ]
    return Outcome(NAME, "The screens", ["what", "median", "p95", "best"], table, bars, figures,
                   notes)  # fmt: skip


def _add(table: list[Sequence[str]], what: str, found: Figures, unit: str) -> None:
    table.append([what, *(f"{found[key]:,.1f} {unit}" for key in ("median", "p95", "best"))])


if __name__ == "__main__":
    raise SystemExit(main())
