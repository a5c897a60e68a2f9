"""How long until radios are written and proven, and does reading them leave anything behind?

The real program in processes of its own, against virtual radios fresh from the box whose restarts
take 5 s and begin when a real radio's do: five at once by `radio apply`, then `radio prove`, then
others one after the other as at the flash station. At last one radio is opened and read many
times, and threads and sockets are counted. The fleet's passphrase is stretched as it is in use.

Beside it the way without us: the radios' own client configures another radio from the same file
(`radio render`), and once it is back it exports what the radio holds. Nothing compares the two.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks import harness
from meshdefense.provisioning.device import Device
from meshdefense.provisioning.fleet import Fleet
from meshdefense.radio.addresses import parse_address

RADIOS: Final = 5
ONE_BY_ONE: Final = 2
DOWN_S: Final = 5.0
OPENS: Final = 200
BAR_S: Final = 120.0
STATION_BAR_S: Final = 120.0  # five in ten minutes, by the design
PASSPHRASE: Final = b"only for measuring"
PROGRAM: Final = [sys.executable, "-m", "meshdefense", "radio"]
NETWORK: Final = """\
network: Measured
region: US
preset: LONG_FAST
hop_limit: 3
language: en
channels:
  - name: Patrols
    key: sealed
    jobs: [patrol, base, relay]
radios:
  - {name: Base 1, short: B1, job: base}
  - {name: Roof 1, short: R1, job: relay}
"""


def main() -> int:
    """Measure and print."""
    args = harness.arguments("provisioning", __doc__ or "")
    down_s, opens = (0.2, 10) if args.quick else (DOWN_S, OPENS)
    with harness.folder() as folder, _radios(down_s) as addresses:
        options = _fleet(folder)
        names = ["Base 1", "Roof 1", *(f"Patrol {one}" for one in range(1, RADIOS + ONE_BY_ONE))]
        targets = [f"{where}={name}" for where, name in zip(addresses, names, strict=False)]
        written = _timed("apply", *targets[:RADIOS], "--yes", *options)
        proven = _timed("prove", *addresses[:RADIOS], *options)
        alone = [_timed("apply", one, "--yes", *options) for one in targets[RADIOS:]]
        client = _by_client(addresses[-1], folder, options)
        opened = _opens(addresses[0], opens)
    return harness.finish(_outcome(down_s, written, proven, alone, client, opened), args)


@contextlib.contextmanager
def _radios(down_s: float) -> Iterator[list[str]]:
    """Virtual radios in a process of their own."""
    code = (
        "import asyncio, json, sys\n"
        "from meshdefense.virtual.mesh import Traits, VirtualMesh\n"
        "async def main(nodes, down_s):\n"
        "    traits = Traits(from_the_box=True, restart_after_changes=True, down_s=down_s)\n"
        "    async with VirtualMesh(nodes, traits=traits) as mesh:\n"
        "        print(json.dumps(mesh.addresses), flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))\n"
    )
    command = [sys.executable, "-c", code, str(RADIOS + ONE_BY_ONE + 1), str(down_s)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.kill()


def _fleet(folder: Path) -> list[str]:
    """A fleet for these radios; the options that name it."""
    patrols = "".join(
        f"  - {{name: Patrol {one}, short: P{one}, job: patrol}}\n"
        for one in range(1, RADIOS + ONE_BY_ONE)
    )
    Fleet.create(folder / "fleet", NETWORK + patrols, PASSPHRASE).close()
    file = folder / "passphrase"
    file.touch(0o600)
    file.write_bytes(PASSPHRASE)
    return ["--fleet", str(folder / "fleet"), "--passphrase-file", str(file)]


def _timed(*arguments: str) -> float:
    """Seconds until the program ends well."""
    start = time.perf_counter()
    done = subprocess.run(
        [*PROGRAM, *arguments], capture_output=True, text=True, check=False, timeout=600
    )
    if done.returncode:
        raise SystemExit(f"{arguments[0]} ended with {done.returncode}:\n{done.stderr}")
    return time.perf_counter() - start


def _by_client(address: str, folder: Path, options: list[str]) -> float:
    """Seconds that `meshtastic` takes to configure one radio, and to export it when it is back."""
    file = folder / "patrol.yaml"
    _timed("render", "Patrol 1", "--with-keys", str(file), *options)
    client = [sys.executable, "-m", "meshtastic", "--host", address.removeprefix("tcp:")]
    start = time.perf_counter()
    subprocess.run([*client, "--configure", str(file)], capture_output=True, check=True)
    _until_restarted(address)
    subprocess.run([*client, "--export-config"], capture_output=True, check=True)
    return time.perf_counter() - start


def _until_restarted(address: str) -> None:
    """Wait for the restart to begin and to end: before, the export would tell the memory."""
    host, port = address.removeprefix("tcp:").rsplit(":", 1)
    for wanted in (False, True):
        for _ in range(1200):
            with contextlib.closing(socket.socket()) as probe:
                if (probe.connect_ex((host, int(port))) == 0) is wanted:
                    break
            time.sleep(0.05)
        else:
            raise SystemExit("the radio did not restart")


def _opens(address: str, times: int) -> dict[str, Any]:
    """Open, read and close one radio; what of it stays."""
    where, samples = parse_address(address), []
    _read(where)
    before = _left()
    for _ in range(times):
        start = time.perf_counter()
        _read(where)
        samples.append(time.perf_counter() - start)
    time.sleep(1.0)
    after = _left()
    return {
        "seconds": harness.summary_of(samples),
        "threads left": after[0] - before[0],
        "descriptors left": after[1] - before[1],
    }


def _read(where: Any) -> None:
    with Device(where) as device:
        device.read()


def _left() -> tuple[int, int]:
    return threading.active_count(), len(os.listdir("/proc/self/fd"))


def _outcome(
    down_s: float,
    written: float,
    proven: float,
    alone: list[float],
    client: float,
    opened: dict[str, Any],
) -> harness.Outcome:
    times = opened["seconds"]
    rows: list[Sequence[str]] = [
        (f"{RADIOS} radios at once: written, restarted twice, proven, signed", f"{written:.1f} s"),
        ("the same read back once more by `prove`", f"{proven:.1f} s"),
        ("one radio alone, median", f"{harness.summary_of(alone)['median']:.1f} s"),
        (
            "one by the radios' own client: configure, restart, export; compared by nobody",
            f"{client:.1f} s",
        ),
        (
            "one radio alone, ratio to that client",
            f"{harness.summary_of(alone)['median'] / client:.2f}",
        ),
        (f"one open, read and close, median of {times['samples']}", f"{times['median']:.3f} s"),
    ]
    whole = written + proven
    bars = [
        harness.Bar(f"{RADIOS} radios written and proven", whole, BAR_S, "s"),
        harness.Bar("one radio alone", max(alone), STATION_BAR_S, "s"),
        harness.Bar("threads left behind", opened["threads left"], 0, "threads"),
        harness.Bar("descriptors left behind", opened["descriptors left"], 0, "descriptors"),
    ]
    figures = {
        "radios": RADIOS, "restart_s": down_s, "written_s": written, "proven_s": proven,
        "alone_s": alone, "client_s": client,
        "ratio_to_client": harness.summary_of(alone)["median"] / client, "opens": opened,
    }  # fmt: skip
    notes = [
        f"Virtual radios over TCP on loopback; each restart takes {down_s:g} s, and there are two. "
        "Hardware on a USB port adds 0.1 s for each order, and its own time to start."
    ]
    return harness.Outcome(
        "provisioning", "Radios written and proven", ("what", "time"), rows, bars, figures, notes
    )


if __name__ == "__main__":
    sys.exit(main())
