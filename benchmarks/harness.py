"""What every benchmark shares: arguments, facts of the machine, bars, one table, one JSON file.

A bar is a promise with a number. A script prints each with what was measured and exits 1 when
one is broken, so that a slower or larger program is noticed. `--quick` takes fewer samples; its
figures go nowhere unless `--json` names a file.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from meshdefense import clock

__all__ = ["Bar", "Outcome", "arguments", "finish", "folder", "machine", "summary_of"]

RESULTS: Final = Path(__file__).parent / "results"
ROOT: Final = Path(__file__).parent.parent
LIBRARIES: Final = ("meshtastic", "pynacl", "cryptography", "sqlalchemy", "sqlcipher3", "protobuf")
NETWORK_FILE_SYSTEMS: Final = ("nfs", "cifs", "9p", "fuse")


@dataclass(frozen=True, slots=True)
class Bar:
    """A promise: `value` is at most, or at least, `limit`."""

    what: str
    value: float
    limit: float
    unit: str
    at_least: bool = False

    @property
    def held(self) -> bool:
        """Whether it is kept."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        word = "at least" if self.at_least else "at most"
        verdict = "held" if self.held else "BROKEN"
        return f"{verdict:6}  {self.what}: {self.value:,.4g} {self.unit} ({word} {self.limit:,g})"


@dataclass(slots=True)
class Outcome:
    """What one benchmark has to say."""

    name: str
    title: str
    columns: Sequence[str]
    rows: list[Sequence[str]]
    bars: list[Bar]
    figures: dict[str, Any]
    """Everything measured, unrounded enough to compute with."""
    notes: list[str] = field(default_factory=list)


def arguments(name: str, description: str) -> argparse.Namespace:
    """The options that every benchmark has: `json` (a path) and `quick`."""
    parser = argparse.ArgumentParser(prog=f"benchmarks/{name}.py", description=description)
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help=f"write here, not to benchmarks/results/{name}"
    )
    parser.add_argument("--quick", action="store_true", help="few samples, to see that it works")
    return parser.parse_args()


def finish(outcome: Outcome, args: argparse.Namespace) -> int:
    """Print the table, write the JSON; 1 when a bar is broken, else 0."""
    facts = machine()
    print(f"{outcome.title}\n{_line(facts)}\n")
    print(_table(outcome.columns, outcome.rows))
    print()
    for bar in outcome.bars:
        print(bar)
    for note in outcome.notes:
        print(note)
    target = args.json
    if target is None and not args.quick:
        target = RESULTS / f"{outcome.name}.json"
    if target is not None:
        content = {
            "name": outcome.name,
            "quick": bool(args.quick),
            "machine": facts,
            "figures": outcome.figures,
            "bars": [{**asdict(bar), "held": bar.held} for bar in outcome.bars],
            "notes": outcome.notes,
        }
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(content, indent=1) + "\n")
        print(f"\nwritten: {target.name}")
    return 0 if all(bar.held for bar in outcome.bars) else 1


def machine() -> dict[str, Any]:
    """The machine and the libraries that the figures belong to."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "date": clock_date(),
        "commit": _commit(),
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "ram_gib": round(total / 2**30, 1),
        "os": f"{_os_name()}, {platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "disk": _file_system(Path(tempfile.gettempdir())),
        "load_1min": round(os.getloadavg()[0], 2),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def clock_date() -> str:
    """Today, in UTC."""
    import datetime

    return datetime.datetime.fromtimestamp(clock.now(), datetime.UTC).date().isoformat()


@contextmanager
def folder() -> Iterator[Path]:
    """A fresh folder on the disk that is measured; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="meshdefense-bench-") as made:
        yield Path(made)


def summary_of(samples: Sequence[float]) -> dict[str, float]:
    """Median, spread and number of samples."""
    return {
        "median": statistics.median(samples),
        "min": min(samples),
        "max": max(samples),
        "samples": len(samples),
    }


def _line(facts: dict[str, Any]) -> str:
    libraries = ", ".join(f"{name} {number}" for name, number in facts["libraries"].items())
    return (
        f"{facts['cpu']}, {facts['cores']} cores, {facts['ram_gib']} GiB; {facts['os']}; "
        f"Python {facts['python']}; disk {facts['disk']}; load {facts['load_1min']}; "
        f"commit {facts['commit']}\n{libraries}"
    )


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    shown = []
    for line in lines:
        cells = [
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        shown.append("  ".join(cells).rstrip())
    shown.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(shown)


def _cpu() -> str:
    if Path("/proc/cpuinfo").exists():
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith(("model name", "Model")):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _os_name() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.platform(terse=True)


def _file_system(path: Path) -> str:
    """Kind of file system, since a commit is as fast as its fsync."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return "unknown"
    best, kind = "", "unknown"
    for line in mounts.read_text().splitlines():
        _, where, found, *_ = line.split()
        if str(path).startswith(where) and len(where) >= len(best):
            best, kind = where, found
    return kind


def _commit() -> str:
    """The commit, with a plus when files differ from it; "unknown" outside a checkout."""
    try:
        shown = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--exclude=*"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return shown.stdout.strip()
