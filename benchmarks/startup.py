"""How long do commands, daemon and screens take to start, and how much memory has a daemon?

Real processes, from their start to the answer. A normal installation has compiled .pyc files, so
these are written to a temporary folder by one run that is not counted; `cold` is without
them. The store is made by the real engine and writer, then locked twice: by the default
passphrase profile, and by the one of the demo.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks import harness
from benchmarks.screen_start import screen_starts
from benchmarks.small_network import PASSPHRASE, Network
from meshdefense.api.client import NodeClient
from meshdefense.api.schema import API_VERSION
from meshdefense.node.writer import Writer
from meshdefense.paths import DataFolder
from meshdefense.storage.keyslots import INTERACTIVE, STANDARD, KdfStrength, change_passphrase
from meshdefense_protocol.events import Event

ITEMS: Final = 10_000
GROUP: Final = 128
SHOWN: Final = 500
"""Items of the store that the screens start with: 200 of them are alerts."""
VERSION_BAR_MS, SCREEN_BAR_MS, READY_BAR_S, MEMORY_BAR_MB = 60.0, 350.0, 1.0, 90.0
SETTLE_S: Final = 4.0
"""After it answers; the radio library's threads have come to rest by then."""
PATIENCE_S: Final = 30.0
PROGRAM: Final = [sys.executable, "-m", "meshdefense"]


class Environments:
    """Environment of the measured processes: with compiled files, or without."""

    def __init__(self, folder: Path) -> None:
        plain = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        self.warm = {**plain, "PYTHONPYCACHEPREFIX": str(folder / "pyc")}
        # an empty prefix for each process, and nothing written: nothing to find, ever
        self.cold = {**self.warm, "PYTHONPYCACHEPREFIX": str(folder / "none")}
        self.cold["PYTHONDONTWRITEBYTECODE"] = "1"


def main() -> int:
    """Measure and print."""
    args = harness.arguments("startup", __doc__ or "")
    short, long = (3, 2) if args.quick else (20, 7)
    with harness.folder() as folder:
        times = Environments(folder)
        figures = _commands(times, short)
        figures |= _screens(folder, times.warm, short)
        standard, interactive = _stores(folder)
        _ready(standard, times.warm)  # writes the compiled files
        for name, data, env in (
            ("ready, STANDARD", standard, times.warm),
            ("ready, INTERACTIVE", interactive, times.warm),
            ("ready, STANDARD, cold", standard, times.cold),
        ):
            figures[name] = harness.summary_of([_ready(data, env) for _ in range(long)])
        figures["memory, no radio"] = _memory(standard, times.warm, "none")
        with _virtual_radio(times.warm) as address:
            figures["memory, virtual radio"] = _memory(standard, times.warm, address)
            figures["memory, virtual radio, all rows fetched"] = _memory(
                standard, times.warm, address, fetch=True
            )
        figures["memory, python -c pass"] = _memory_of_python(times.warm, "pass")
        figures["memory, import meshtastic"] = _memory_of_python(times.warm, "import meshtastic")
    return harness.finish(_outcome(figures, short, long), args)


def _outcome(figures: dict[str, Any], short: int, long: int) -> harness.Outcome:
    rows: list[Sequence[str]] = []
    python = figures["python -c pass"]["median"]
    shown, empty = figures["meshdefense tui, first alert"], figures["empty Textual app"]
    cpu = [
        figures[f"{n}, CPU"]["median"]
        for n in ("meshdefense tui, first alert", "empty Textual app")
    ]
    library = figures["python -c 'import meshtastic'"]["median"]
    for name, found in figures.items():
        if "median" in found:
            median = found["median"]
            rows.append([name, f"{median * 1e3:,.0f} ms", f"{found['max'] * 1e3:,.0f}",
                         f"{median / python:.1f}", f"{median / library:.2f}"])  # fmt: skip
    bare = figures["memory, python -c pass"]["rss"]
    with_library = figures["memory, import meshtastic"]["rss"]
    for name, found in figures.items():
        if "rss" in found:
            rows.append([f"{name} (RSS)", f"{found['rss']:.1f} MB", f"PSS {found['pss']:.1f}",
                         f"{found['rss'] / bare:.1f}",
                         f"{found['rss'] / with_library:.2f}"])  # fmt: skip
    return harness.Outcome(
        "startup",
        f"Start and memory; store of {ITEMS:,} items; medians of {short} and {long}",
        ["what", "median", "slowest ms", "to python", "to import meshtastic"],
        rows,
        [
            harness.Bar("meshdefense --version", figures["meshdefense --version"]["median"] * 1e3,
                        VERSION_BAR_MS, "ms"),
            harness.Bar("meshdefense tui, first alert of 200", shown["median"] * 1e3,
                        SCREEN_BAR_MS, "ms"),
            harness.Bar("run until hello, STANDARD", figures["ready, STANDARD"]["median"],
                        READY_BAR_S, "s"),
            harness.Bar("memory, no radio", figures["memory, no radio"]["rss"],
                        MEMORY_BAR_MB, "MB RSS"),
            harness.Bar("memory, virtual radio", figures["memory, virtual radio"]["rss"],
                        MEMORY_BAR_MB, "MB RSS"),
        ],
        figures,
        ["Compiled files are present, as in an installation, except where it says cold.",
         f"The screens take {shown['median'] / empty['median']:.2f} times as long as an empty app "
         f"of their library, {cpu[0] / cpu[1]:.2f} times its CPU time.",
         f"PSS counts shared pages in part; memory is read {SETTLE_S:g} s after it is ready."],
    )  # fmt: skip


# -- commands ------------------------------------------------------------------------------


def _commands(times: Environments, count: int) -> dict[str, Any]:
    script = Path(sys.executable).with_name("meshdefense")
    version = [str(script)] if script.exists() else PROGRAM
    asked = {
        "python -c pass": ([sys.executable, "-c", "pass"], times.warm),
        "python -c 'import meshtastic'": ([sys.executable, "-c", "import meshtastic"], times.warm),
        "meshdefense --version": ([*version, "--version"], times.warm),
        "meshdefense --version, cold": ([*version, "--version"], times.cold),
    }
    samples: dict[str, list[float]] = {name: [] for name in asked}
    for turn in range(count + 1):  # in turn, so that a busy moment hits all of them
        for name, (command, env) in asked.items():
            begun = time.perf_counter()
            subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=True)
            if turn:  # the first one compiles
                samples[name].append(time.perf_counter() - begun)
    return {name: harness.summary_of(found) for name, found in samples.items()}


def _screens(folder: Path, env: dict[str, str], count: int) -> dict[str, Any]:
    data = DataFolder(folder / "shown")
    _fill(data, SHOWN)
    with _daemon(data, env, "none"):
        program = [*PROGRAM, "tui", "--no-setup", "--data", str(data.root)]
        return screen_starts(program, env, count)


# -- the daemon ----------------------------------------------------------------------------


def _stores(folder: Path) -> tuple[DataFolder, DataFolder]:
    """The same store twice: keyslot STANDARD (the default) and INTERACTIVE (the demo's)."""
    interactive = DataFolder(folder / "interactive")
    _fill(interactive, ITEMS)
    standard = DataFolder(folder / "standard")
    shutil.copytree(interactive.root, standard.root)
    _lock(standard, STANDARD)
    _lock(interactive, INTERACTIVE)
    return standard, interactive


def _fill(data: DataFolder, items: int) -> None:
    network = Network()
    store = network.store(data)
    engine, writer = network.engine(), Writer(store, network.membership())
    events: list[Event] = []
    for count, item in enumerate(network.traffic(items), 1):
        engine.receive(network.frame(item), network.now)
        while (event := engine.next_event()) is not None:
            events.append(event)
        if count % GROUP == 0 or count == items:
            writer.commit(events, [], {}, network.now)
            events.clear()
    assert store.item_count() == items
    store.close()
    _write_passphrase(data)


def _write_passphrase(data: DataFolder) -> None:
    file = data.root / "passphrase"
    file.touch(mode=0o600)
    file.write_bytes(PASSPHRASE)


def _lock(data: DataFolder, kdf: KdfStrength) -> None:
    change_passphrase(data.keyslot, PASSPHRASE, PASSPHRASE, kdf=kdf)


@contextlib.contextmanager
def _daemon(data: DataFolder, env: dict[str, str], radio: str) -> Iterator[tuple[int, float]]:
    """A daemon that answers; gives its process id and how long that took."""
    command = [*PROGRAM, "run", "--radio", radio, "--data", str(data.root),
               "--passphrase-file", str(data.root / "passphrase")]  # fmt: skip
    path = str(data.socket)
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)
    try:
        while _ask(path, "hello", api=API_VERSION, client="benchmark") is None:
            if process.poll() is not None or time.perf_counter() - begun > PATIENCE_S:
                raise SystemExit("the daemon did not start")
            time.sleep(0.002)
        yield process.pid, time.perf_counter() - begun
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)


def _ready(data: DataFolder, env: dict[str, str]) -> float:
    with _daemon(data, env, "none") as (_, seconds):
        return seconds


def _ask(path: str, *methods: str, **params: Any) -> dict[str, Any] | None:
    """The answer to the last of some requests; None when nobody listens."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(PATIENCE_S)
        try:
            client.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        file = client.makefile("rwb")
        answer: dict[str, Any] = {}
        for serial, method in enumerate(methods, 1):
            request = {"id": serial, "method": method, "params": params}
            file.write(json.dumps(request).encode() + b"\n")
            file.flush()
            while (line := file.readline()) and json.loads(line).get("id") != serial:
                continue  # a notice
            answer = json.loads(line) if line else {}
        return answer.get("result")


def _memory(
    data: DataFolder, env: dict[str, str], radio: str, *, fetch: bool = False
) -> dict[str, float]:
    """RSS and PSS of a daemon that has come to rest, its radio connected.

    With `fetch` a client has asked for everything, as a screen does when it attaches.
    """
    with _daemon(data, env, radio) as (pid, _):
        if radio != "none":
            _until_connected(str(data.socket))
        if fetch:
            assert asyncio.run(_fetched(data.socket)) > ITEMS / 3
        time.sleep(SETTLE_S)
        return _of_process(pid)


async def _fetched(path: Path) -> int:
    """Fetch every row as a screen does; returns how many alerts there are."""
    client = await NodeClient.connect(path, client="benchmark")
    try:
        result = await client.call("changes", since=0)
        return len(result["tables"]["alerts"])
    finally:
        await client.close()


def _until_connected(path: str) -> None:
    deadline = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < deadline:
        result = _ask(path, "hello", "status", api=API_VERSION, client="benchmark")
        if result is not None and result["radio"]["state"] == "ready":
            return
        time.sleep(0.1)
    raise SystemExit("the daemon did not find its virtual radio")


def _memory_of_python(env: dict[str, str], code: str) -> dict[str, float]:
    wait = f"{code}\nprint(flush=True)\nimport sys\nsys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", wait], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdout.readline()
        return _of_process(process.pid)
    finally:
        process.stdin.close()
        process.wait(PATIENCE_S)
        process.stdout.close()


def _of_process(pid: int) -> dict[str, float]:
    """RSS and PSS in MB, from the kernel."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = {
        name.lower(): int(kib) for name, kib in re.findall(r"^(Rss|Pss):\s+(\d+) kB", text, re.M)
    }
    return {name: kib * 1024 / 1e6 for name, kib in found.items()}


@contextlib.contextmanager
def _virtual_radio(env: dict[str, str]) -> Iterator[str]:
    """The address of a radio in software, in a process of its own."""
    process = subprocess.Popen(
        [*PROGRAM, "radio", "virtual", "--nodes", "1", "--json"],
        env=env, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield str(json.loads(process.stdout.readline())["radios"][0]["address"])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)
        process.stdout.close()


if __name__ == "__main__":
    if sys.platform != "linux":
        sys.exit("memory is read from /proc: this benchmark needs Linux")
    sys.exit(main())
